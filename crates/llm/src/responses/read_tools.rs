//! Reads tools and the choice among them.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::own::{NAMESPACE, Own};
use crate::{
    Failure,
    json::{Text, wire},
    neutral::{Lost, Only, Tool, ToolChoice, ToolKind},
    read::{invalid, parse},
};

wire! {
    struct AnyTool<'a> {
        kind as "type": Text<'a>,
        name: Text<'a>,
        description: Text<'a>,
        parameters: &'a RawValue,
        strict: bool,
        format: &'a RawValue,
        tools: &'a RawValue,
        filters: Filters<'a>,
        user_location: &'a RawValue,
    }
}

wire! {
    struct Filters<'a> { allowed_domains: &'a RawValue }
}

wire! {
    struct Choice<'a> { kind as "type": Text<'a>, name: Text<'a>, mode: Text<'a>, tools: Vec<Choice<'a>> }
}

/// Reads a list of tools. Those of a namespace stand beside it: other dialects know no such groups.
pub(super) fn tools<'a>(raw: &'a RawValue, place: &str, found: &mut Vec<Tool<'a>>) -> Result<(), Failure> {
    let tools: Vec<&RawValue> = parse(raw, || place.to_owned())?;
    for (at, raw) in tools.into_iter().enumerate() {
        let place = || format!("{place}[{at}]");
        let any: AnyTool<'_> = parse(raw, place)?;
        let namespace = any.tools.filter(|_| any.kind.as_ref().is_some_and(|kind| kind.decode() == "namespace"));
        let Some(inner) = namespace else {
            found.push(tool(any, raw, None, at));
            continue;
        };
        // As a whole it is only for providers that know namespaces; nothing of it is lost to others.
        let name = any.name.map(Text::into_decoded).unwrap_or_default();
        let whole = ToolKind::Only(Only { name: "namespace".into(), json: raw, lost: Lost::Silent });
        found.push(Tool { kind: whole, ..bare(name.clone(), None, at) });
        let inner: Vec<&RawValue> = parse(inner, || format!("{}.tools", place()))?;
        for (number, raw) in inner.into_iter().enumerate() {
            let any: AnyTool<'_> = parse(raw, || format!("{}.tools[{number}]", place()))?;
            found.push(tool(any, raw, Some(name.clone()).filter(|name| !name.is_empty()), at));
        }
    }
    Ok(())
}

fn tool<'a>(any: AnyTool<'a>, raw: &'a RawValue, namespace: Option<Cow<'a, str>>, at: usize) -> Tool<'a> {
    let kind = any.kind.map(Text::into_decoded).unwrap_or_default();
    let only = |lost| Only { name: kind.clone(), json: raw, lost };
    let bare = bare(any.name.map(Text::into_decoded).unwrap_or_default(), namespace, at);
    let bare = Tool { description: any.description, strict: any.strict, ..bare };
    match &*kind {
        "" | "function" => Tool { kind: ToolKind::Function(any.parameters.map(Cow::Borrowed)), ..bare },
        "custom" => Tool { kind: ToolKind::Custom(any.format), ..bare },
        word if word.starts_with("web_search") => {
            let allowed_domains = any.filters.and_then(|filters| filters.allowed_domains);
            let kind = ToolKind::WebSearch { own: only(Lost::Warn), allowed_domains, location: any.user_location };
            Tool { name: "web_search".into(), kind, ..bare }
        }
        "mcp" => Tool { kind: ToolKind::Only(only(Lost::Reject)), ..bare },
        word => match Own::named(word) {
            Some(own) => Tool {
                name: own.name.into(),
                namespace: Some(NAMESPACE.into()),
                description: Some(Text::plain(own.description)),
                kind: ToolKind::Function(Some(Cow::Owned(
                    RawValue::from_string(own.schema.to_owned()).expect("a schema is JSON"),
                ))),
                ..bare
            },
            // Some agents offer what they seldom need. Where it must be used, the choice is refused.
            None => Tool { kind: ToolKind::Only(only(Lost::Warn)), ..bare },
        },
    }
}

fn bare<'a>(name: Cow<'a, str>, namespace: Option<Cow<'a, str>>, at: usize) -> Tool<'a> {
    Tool { name, namespace, description: None, kind: ToolKind::Function(None), strict: None, cache: None, at }
}

/// Reads which tool is to be called.
pub(super) fn tool_choice(raw: &RawValue) -> Result<ToolChoice<'_>, Failure> {
    let unknown = |word: &str| {
        invalid(format!("`{word}` is no tool choice: none, auto, required, or a tool."), Some("tool_choice"))
    };
    if let Some(word) = Text::of(raw) {
        return match &*word.decode() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::None),
            "required" => Ok(ToolChoice::Required),
            word => Err(unknown(word)),
        };
    }
    let choice: Choice<'_> = parse(raw, || "tool_choice".to_owned())?;
    let kind = choice.kind.as_ref().map(|kind| kind.decode().into_owned()).unwrap_or_default();
    if kind == "allowed_tools" {
        let required = choice.mode.is_some_and(|mode| mode.decode() == "required");
        let names = choice.tools.unwrap_or_default().into_iter().filter_map(Choice::into_name).collect();
        return Ok(ToolChoice::Among { names, required });
    }
    match choice.into_name() {
        Some(name) => Ok(ToolChoice::One(name)),
        None if kind.is_empty() => Err(unknown("")),
        None => Ok(ToolChoice::Only(Only { name: kind.into(), json: raw, lost: Lost::Reject })),
    }
}

impl<'a> Choice<'a> {
    /// The tool's name, where it is the client that runs it.
    fn into_name(self) -> Option<Cow<'a, str>> {
        match &*self.kind.map(Text::into_decoded).unwrap_or_default() {
            "function" | "custom" => self.name.map(Text::into_decoded),
            word => Own::named(word).map(|own| own.name.into()),
        }
    }
}
