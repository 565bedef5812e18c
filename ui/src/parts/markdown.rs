//! Text as models write it: Markdown, drawn as elements. Nothing in it becomes markup of its own: HTML stays text, links
//! lead to the web only, and images are links, so that an answer can't make the reader's browser fetch anything.

use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use yew::prelude::*;

use crate::{i18n::use_text, parts::code::Code};

#[derive(Properties, PartialEq)]
pub(crate) struct MarkdownProps {
    pub(crate) text: AttrValue,
}

#[component]
pub(crate) fn Markdown(props: &MarkdownProps) -> Html {
    let t = use_text();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut parser = Parser::new_ext(&props.text, options);
    let content = children(&mut parser, &Words { code: t.markdown_code(), copy: t.markdown_copy() });
    html! { <div class="prose">{for content}</div> }
}

struct Words {
    code: &'static str,
    copy: &'static str,
}

/// Draws events up to the end of the element that they are in.
fn children<'a>(events: &mut impl Iterator<Item = Event<'a>>, words: &Words) -> Vec<Html> {
    let mut nodes = Vec::new();
    while let Some(event) = events.next() {
        nodes.push(match event {
            Event::End(_) => break,
            Event::Start(tag) => element(tag, events, words),
            // Markup in an answer is something to read.
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => html! { {text.into_string()} },
            Event::Code(code) => html! { <code>{code.into_string()}</code> },
            Event::SoftBreak => html! { {"\n"} },
            Event::HardBreak => html! { <br /> },
            Event::Rule => html! { <hr /> },
            Event::TaskListMarker(done) => html! { {if done { "☑ " } else { "☐ " }} },
            Event::InlineMath(text) | Event::DisplayMath(text) => html! { <code>{text.into_string()}</code> },
            Event::FootnoteReference(name) => html! { {format!("[{name}]")} },
        });
    }
    nodes
}

fn element<'a>(tag: Tag<'a>, events: &mut impl Iterator<Item = Event<'a>>, words: &Words) -> Html {
    match tag {
        Tag::CodeBlock(kind) => {
            let title = match kind {
                CodeBlockKind::Fenced(language) if !language.is_empty() => language.into_string(),
                CodeBlockKind::Fenced(_) | CodeBlockKind::Indented => words.code.to_owned(),
            };
            return html! { <Code {title} text={plain(events)} copy_label={words.copy} /> };
        }
        Tag::Image { dest_url, .. } => {
            let alt = plain(events);
            return link(&dest_url, vec![html! { {if alt.is_empty() { dest_url.to_string() } else { alt }} }]);
        }
        Tag::Table(alignments) => return table(&alignments, events, words),
        Tag::HtmlBlock => return html! { <p>{plain(events)}</p> },
        Tag::MetadataBlock(_) => {
            plain(events);
            return Html::default();
        }
        _ => {}
    }
    let inner = children(events, words);
    match tag {
        Tag::Paragraph => html! { <p>{for inner}</p> },
        // The page's own headings stand above those of an answer, which may begin at any level.
        Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2, .. } => html! { <h3 class="large">{for inner}</h3> },
        Tag::Heading { .. } => html! { <h3>{for inner}</h3> },
        Tag::BlockQuote(_) => html! { <blockquote>{for inner}</blockquote> },
        Tag::List(Some(start)) => html! { <ol start={start.to_string()}>{for inner}</ol> },
        Tag::List(None) => html! { <ul>{for inner}</ul> },
        Tag::Item => html! { <li>{for inner}</li> },
        Tag::Emphasis => html! { <em>{for inner}</em> },
        Tag::Strong => html! { <strong>{for inner}</strong> },
        Tag::Strikethrough => html! { <s>{for inner}</s> },
        Tag::Link { dest_url, .. } => link(&dest_url, inner),
        _ => html! { <>{for inner}</> },
    }
}

fn link(url: &CowStr<'_>, inner: Vec<Html>) -> Html {
    let web = ["https://", "http://", "mailto:"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme));
    if !web {
        return html! { <>{for inner}</> };
    }
    html! { <a class="act" href={url.to_string()} target="_blank" rel="noopener noreferrer">{for inner}</a> }
}

/// The text in an element, without what it is made of.
fn plain<'a>(events: &mut impl Iterator<Item = Event<'a>>) -> String {
    let (mut text, mut depth) = (String::new(), 0_u32);
    for event in events.by_ref() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => break,
            Event::End(_) => depth -= 1,
            Event::Text(more) | Event::Code(more) | Event::Html(more) | Event::InlineHtml(more) => text.push_str(&more),
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    text
}

fn table<'a>(alignments: &[Alignment], events: &mut impl Iterator<Item = Event<'a>>, words: &Words) -> Html {
    let (mut head, mut rows) = (Vec::new(), Vec::new());
    while let Some(event) = events.next() {
        match event {
            Event::End(TagEnd::Table) => break,
            Event::Start(Tag::TableHead) => head = cells(events, words),
            Event::Start(Tag::TableRow) => rows.push(cells(events, words)),
            _ => {}
        }
    }
    let class = |at: usize| matches!(alignments.get(at), Some(Alignment::Right)).then_some("text-right");
    html! {
        <div class="overflow-x-auto" tabindex="0"><table>
            <thead><tr>{for head.into_iter().enumerate().map(|(at, cell)| html! { <th class={class(at)}>{for cell}</th> })}</tr></thead>
            <tbody>{for rows.into_iter().map(|row| html! {
                <tr>{for row.into_iter().enumerate().map(|(at, cell)| html! { <td class={class(at)}>{for cell}</td> })}</tr>
            })}</tbody>
        </table></div>
    }
}

fn cells<'a>(events: &mut impl Iterator<Item = Event<'a>>, words: &Words) -> Vec<Vec<Html>> {
    let mut cells = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => break,
            Event::Start(Tag::TableCell) => cells.push(children(events, words)),
            _ => {}
        }
    }
    cells
}
