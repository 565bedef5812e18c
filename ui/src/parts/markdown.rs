//! Text as models write it: Markdown, drawn as elements. Nothing in it becomes markup of its own: HTML stays text, links
//! lead to the web only, and images are links, so that an answer can't make the reader's browser fetch anything.
//!
//! `static/markdown.js` reads it, and comes when the first answer does. Until then the answer is plain text.

use std::vec::IntoIter;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::{prelude::*, virtual_dom::VTag};

use crate::{i18n::use_text, parts::code::Code};

#[derive(Properties, PartialEq)]
pub(crate) struct MarkdownProps {
    pub(crate) text: AttrValue,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = aigwMarkdown, catch)]
    fn load() -> Result<Promise, JsValue>;
}

#[component]
pub(crate) fn Markdown(props: &MarkdownProps) -> Html {
    let t = use_text();
    let reader = use_state(|| None::<Function>);
    use_effect_with((), {
        let reader = reader.setter();
        move |()| spawn_local(async move { reader.set(loaded().await.ok()) })
    });
    let words = Words { code: t.markdown_code(), copy: t.markdown_copy() };
    match reader.as_ref().and_then(|reader| read(reader, &props.text)) {
        Some(pieces) => html! { <div class="prose">{for children(&mut pieces.into_iter(), &words)}</div> },
        None => html! { <div class="prose whitespace-pre-wrap">{&props.text}</div> },
    }
}

async fn loaded() -> Result<Function, JsValue> {
    let module = JsFuture::from(load()?).await?;
    Reflect::get(&module, &"read".into())?.dyn_into()
}

/// What, and its value: as `static/markdown.js` says.
type Piece = (String, String);

fn read(reader: &Function, text: &str) -> Option<Vec<Piece>> {
    let pieces = reader.call1(&JsValue::UNDEFINED, &text.into()).ok()?.as_string()?;
    serde_json::from_str(&pieces).ok()
}

struct Words {
    code: &'static str,
    copy: &'static str,
}

/// Draws pieces up to the end of the element that they are in.
fn children(pieces: &mut IntoIter<Piece>, words: &Words) -> Vec<Html> {
    let mut nodes = Vec::new();
    while let Some((what, value)) = pieces.next() {
        match what.as_str() {
            "/" => break,
            "" => nodes.push(value.into()),
            "pre" => {
                let title = if value.is_empty() { words.code.to_owned() } else { value };
                nodes.push(html! { <Code {title} text={plain(pieces)} copy_label={words.copy} /> });
            }
            _ => nodes.push(element(&what, value, children(pieces, words))),
        }
    }
    nodes
}

fn element(what: &str, value: String, inner: Vec<Html>) -> Html {
    let right = (value == "right").then_some("text-right");
    match what {
        "p" => html! { <p>{for inner}</p> },
        // The page's own headings stand above those of an answer, which may begin at any level.
        "h1" | "h2" => html! { <h3 class="large">{for inner}</h3> },
        "h3" | "h4" | "h5" | "h6" => html! { <h3>{for inner}</h3> },
        "ol" => html! { <ol start={(!value.is_empty()).then_some(value)}>{for inner}</ol> },
        "table" => html! { <div class="overflow-x-auto" tabindex="0"><table>{for inner}</table></div> },
        "th" => html! { <th class={right}>{for inner}</th> },
        "td" => html! { <td class={right}>{for inner}</td> },
        "a" if ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| value.to_ascii_lowercase().starts_with(scheme)) =>
        {
            html! { <a class="act" href={value} target="_blank" rel="noopener noreferrer">{for inner}</a> }
        }
        "ul" | "li" | "blockquote" | "em" | "strong" | "s" | "code" | "br" | "hr" | "thead" | "tbody" | "tr" => {
            let mut tag = VTag::new(what.to_owned());
            tag.add_children(inner);
            tag.into()
        }
        _ => html! { <>{for inner}</> },
    }
}

/// The text in an element, without what it is made of.
fn plain(pieces: &mut IntoIter<Piece>) -> String {
    let mut text = String::new();
    for (what, value) in pieces.by_ref() {
        match what.as_str() {
            "/" => break,
            _ => text.push_str(&value),
        }
    }
    text
}
