//! Writes tools and the choice among them.

use bytes::BytesMut;
use serde_json::value::RawValue;

use super::own::{NAMESPACE, Own};
use crate::{
    Dialect, Failure,
    json::{
        Members,
        write::{Array, Object},
    },
    neutral::{Field, Tool, ToolChoice, ToolKind},
    write::{Draft, object_schema},
};

/// Writes the tools, and the choice if there are any.
pub(super) fn write_tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let is_own = request.origin == Dialect::Responses;
    if let Some(ToolChoice::Only(only)) = &request.tool_choice
        && !is_own
    {
        return Err(crate::neutral::rejected(&format!("{}.{}", draft.member(Field::ToolChoice), only.name)));
    }
    let mut written = BytesMut::new();
    {
        let mut list = Array::new(&mut written);
        for tool in &request.tools {
            // Tools of a namespace are in what stands for the namespace.
            let has_namespace = tool.namespace.as_ref().is_some_and(|namespace| namespace != NAMESPACE);
            if !(is_own && has_namespace) {
                write_tool(draft, tool, is_own, &mut list)?;
            }
        }
    }
    if &written[..] == b"[]" {
        return Ok(());
    }
    body.member("tools").extend_from_slice(&written);
    if let Some(choice) = &request.tool_choice {
        tool_choice(draft, choice, body);
    }
    if let Some(parallel) = request.parallel {
        body.bool("parallel_tool_calls", parallel);
    }
    Ok(())
}

fn write_tool<'r>(
    draft: &mut Draft<'r, '_>,
    tool: &'r Tool<'r>,
    is_own: bool,
    list: &mut Array<'_>,
) -> Result<(), Failure> {
    match &tool.kind {
        ToolKind::Only(only) | ToolKind::WebSearch { own: only, .. } if is_own => drop(list.raw(only.json.get())),
        ToolKind::Only(only) => draft.losses.only(draft.tool_place(tool), only)?,
        ToolKind::WebSearch { allowed_domains, location, .. } => {
            let mut item = list.object();
            item.str("type", "web_search");
            if let Some(domains) = allowed_domains {
                item.object("filters").raw("allowed_domains", domains.get());
            }
            if let Some(location) = location {
                item.raw("user_location", location.get());
            }
        }
        ToolKind::Function(_) if Own::of(&tool.name, tool.namespace.as_deref()).is_some() => {
            list.object().str("type", &tool.name);
        }
        ToolKind::Function(schema) => {
            let mut item = list.object();
            head("function", draft, tool, &mut item);
            item.raw("parameters", &object_schema(schema.as_deref()));
            // Left out, the provider would try strict schemas, in which nothing is optional.
            item.bool("strict", tool.strict.unwrap_or(false));
        }
        ToolKind::Custom(format) => {
            let mut item = list.object();
            head("custom", draft, tool, &mut item);
            if let Some(format) = format {
                grammar(format, &mut item);
            }
        }
    }
    Ok(())
}

fn head<'r>(kind: &str, draft: &mut Draft<'r, '_>, tool: &'r Tool<'r>, item: &mut Object<'_>) {
    let sent = draft.naming.name(&tool.name, tool.namespace.as_deref());
    draft.names.note(tool, &sent, false);
    item.str("type", kind).str("name", &sent);
    if let Some(description) = &tool.description {
        item.text("description", description);
    }
}

/// What a free text has to look like: Chat says it in an object of its own.
fn grammar(format: &RawValue, item: &mut Object<'_>) {
    let inner = Members::read(format.get().as_bytes()).ok().and_then(|members| members.get("grammar").ok().flatten());
    let inner = inner.and_then(|raw| Members::read(raw.get().as_bytes()).ok());
    let Some(members) = inner else {
        item.raw("format", format.get());
        return;
    };
    let mut flat = item.object("format");
    flat.str("type", "grammar");
    for (name, json) in members.iter().filter(|(name, _)| *name != "type") {
        flat.raw(name, json.get());
    }
}

fn tool_choice(draft: &Draft<'_, '_>, choice: &ToolChoice<'_>, body: &mut Object<'_>) {
    match choice {
        ToolChoice::Auto => drop(body.str("tool_choice", "auto")),
        ToolChoice::None => drop(body.str("tool_choice", "none")),
        ToolChoice::Required => drop(body.str("tool_choice", "required")),
        ToolChoice::One(name) => named(draft, name, &mut body.object("tool_choice")),
        ToolChoice::Among { names, required } => {
            let mut choice = body.object("tool_choice");
            choice.str("type", "allowed_tools").str("mode", if *required { "required" } else { "auto" });
            let mut tools = choice.array("tools");
            for name in names {
                named(draft, name, &mut tools.object());
            }
        }
        ToolChoice::Only(only) => drop(body.raw("tool_choice", only.json.get())),
    }
}

/// A tool by name, with the kind that it was defined with.
fn named(draft: &Draft<'_, '_>, name: &str, choice: &mut Object<'_>) {
    let tool = draft.request.tools.iter().find(|tool| tool.name == name);
    let kind = match tool.map(|tool| (&tool.kind, tool.namespace.as_deref())) {
        Some((ToolKind::WebSearch { .. }, _)) => "web_search",
        Some((_, Some(NAMESPACE))) => name,
        Some((ToolKind::Custom(_), _)) => "custom",
        _ => "function",
    };
    choice.str("type", kind);
    if matches!(kind, "custom" | "function") {
        choice.str("name", &draft.chosen_name(name));
    }
}
