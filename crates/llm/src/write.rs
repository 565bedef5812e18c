//! What every dialect's request writer does alike.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use serde_json::value::RawValue;

use crate::{
    Failure, Target, Written,
    json::{Text, write::Object},
    neutral::{Block, Content, Field, Losses, Names, Naming, Only, Request, Strictness, Tool, ToolKind, Turn},
};

/// A request that is being written, and what is lost on the way.
#[derive(Debug)]
pub(crate) struct Draft<'r, 'a> {
    pub(crate) request: &'r Request<'a>,
    pub(crate) target: Target<'r>,
    pub(crate) losses: Losses,
    pub(crate) names: Names,
    pub(crate) naming: Naming,
}

impl<'r, 'a> Draft<'r, 'a> {
    pub(crate) fn new(request: &'r Request<'a>, target: &Target<'r>, naming: Naming) -> Self {
        Self { request, target: *target, losses: Losses::new(target.strictness), names: Names::default(), naming }
    }

    pub(crate) fn finish(self, body: BytesMut, headers: Vec<(&'static str, Cow<'static, str>)>) -> Written {
        let body: Bytes = body.freeze();
        Written { body, losses: self.losses.into_found(), names: self.names, headers }
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.target.strictness == Strictness::Lenient
    }

    /// What the client calls a member.
    pub(crate) fn member(&self, field: Field) -> &'static str {
        self.request.origin.member(field)
    }

    /// A member that this dialect lacks.
    pub(crate) fn dropped(&mut self, field: Field, is_there: bool) -> Result<(), Failure> {
        if is_there { self.losses.dropped(self.member(field), "unsupported") } else { Ok(()) }
    }

    /// A member that this dialect lacks and that the answer's meaning depends on.
    pub(crate) fn rejected(&self, field: Field, is_there: bool) -> Result<(), Failure> {
        if is_there { Err(crate::neutral::rejected(self.member(field))) } else { Ok(()) }
    }

    /// Where the client has a block.
    pub(crate) fn place(&self, turn: &Turn<'_>, block: &Block<'_>) -> String {
        self.request.origin.place(turn, block)
    }

    /// A block that only another dialect can say.
    pub(crate) fn only_block(&mut self, turn: &Turn<'_>, block: &Block<'_>, only: &Only<'_>) -> Result<(), Failure> {
        self.losses.only(self.place(turn, block), only)
    }

    /// A number that may be too large: the number, in its own spelling if it isn't.
    pub(crate) fn at_most(&mut self, field: Field, raw: &'r RawValue, most: i32) -> Result<Cow<'r, str>, Failure> {
        let value: f64 = raw.get().parse().unwrap_or_default();
        if value <= f64::from(most) {
            return Ok(Cow::Borrowed(raw.get()));
        }
        self.losses.approximated(self.member(field), format!("at most {most}"))?;
        Ok(Cow::Owned(most.to_string()))
    }

    /// Says again what only this dialect has, and reports what only others have.
    pub(crate) fn only(&mut self, is_own: bool, body: &mut Object<'_>) -> Result<(), Failure> {
        for only in &self.request.only {
            if is_own {
                body.raw(&only.name, only.json.get());
            } else {
                self.losses.only(&*only.name, only)?;
            }
        }
        Ok(())
    }

    /// What the provider calls a tool that is only known by name.
    pub(crate) fn sent_name<'n>(&self, name: &'n str, namespace: Option<&str>) -> Cow<'n, str> {
        self.naming.name(name, namespace)
    }

    /// What the provider calls a tool that is chosen.
    pub(crate) fn chosen_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let tool = self.request.tools.iter().find(|tool| tool.name == name);
        self.naming.name(name, tool.and_then(|tool| tool.namespace.as_deref()))
    }

    /// Takes note of a tool that is sent, and gives the name that it is sent by.
    pub(crate) fn send_tool(&mut self, tool: &'r Tool<'a>, emulated: bool) -> Cow<'r, str> {
        let sent = self.naming.name(&tool.name, tool.namespace.as_deref());
        self.names.note(tool, &sent, emulated);
        sent
    }

    /// Where the client has a tool.
    pub(crate) fn tool_place(&self, tool: &Tool<'_>) -> String {
        format!("{}[{}]", self.member(Field::Tools), tool.at)
    }
}

/// A request's tools that a dialect without grammars and searches can be given, with the schemas that stand for them.
pub(crate) fn custom_schema() -> &'static str {
    r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#
}

/// What an emulating function is described with: the tool's own words and its grammar.
pub(crate) fn custom_description(tool: &Tool<'_>) -> Option<Text<'static>> {
    let ToolKind::Custom(format) = &tool.kind else { return None };
    let mut text = tool.description.clone().unwrap_or_default().into_owned();
    if let Some(format) = format {
        if !text.is_empty() {
            text.push(&Text::plain("\n\n"));
        }
        text.push(&Text::plain("Put the whole input into `input`. It must have this format: "));
        text.push(&Text::plain(format.get()));
    }
    (!text.is_empty()).then_some(text)
}

/// A schema that is an object's, as most providers insist.
pub(crate) fn object_schema(schema: Option<&RawValue>) -> Cow<'_, str> {
    const EMPTY: &str = r#"{"type":"object","properties":{}}"#;
    let Some(raw) = schema else { return Cow::Borrowed(EMPTY) };
    let Ok(members) = crate::json::Members::read(raw.get().as_bytes()) else { return Cow::Borrowed(EMPTY) };
    if members.is_empty() {
        return Cow::Borrowed(EMPTY);
    }
    match members.get("type") {
        Ok(None) => Cow::Owned(format!("{{\"type\":\"object\",{}", raw.get().strip_prefix('{').unwrap_or("}"))),
        _ => Cow::Borrowed(raw.get()),
    }
}

/// Whether a number does anything where none does nothing.
pub(crate) fn is_not_zero(raw: &RawValue) -> bool {
    raw.get().parse::<f64>().is_ok_and(|value| value.abs() > 0.0)
}

/// The texts of blocks, joined.
pub(crate) fn joined<'b>(blocks: impl Iterator<Item = &'b Block<'b>>, between: &str) -> Text<'b> {
    let mut all = Text::default();
    let between = Text::plain(between.to_owned());
    for block in blocks {
        let (Content::Text { text, .. } | Content::Refusal(text)) = &block.content else { continue };
        if text.is_empty() {
            continue;
        }
        if all.is_empty() {
            all = text.borrowed();
        } else {
            all.push(&between);
            all.push(text);
        }
    }
    all
}

/// Whether a block is the line that one client puts before its instructions and that differs from request to request.
pub(crate) fn is_billing_line(block: &Block<'_>) -> bool {
    matches!(&block.content, Content::Text { text, .. } if text.escaped().starts_with("x-anthropic-billing-header:")) // quirk
}

/// Instructions that come late, for dialects that take them at the front only.
pub(crate) fn reminder(text: &Text<'_>) -> Text<'static> {
    let mut all = Text::plain("<system-reminder>\n").into_owned();
    all.push(text);
    all.push(&Text::plain("\n</system-reminder>"));
    all
}
