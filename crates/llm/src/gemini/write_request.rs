//! Writes `POST /v1beta/models/{model}:generateContent`.

use std::collections::HashMap;

use bytes::BytesMut;

use super::{read_request::CONFIG, schema::accepted};
use crate::{
    Dialect, Failure, Target, Written,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{
        Block, Content, Effort, Field, Format, Issuer, Media, MediaKind, Naming, Outcome, Request, Role, Seal, Source,
        Thinking, ToolChoice, ToolKind, Turn,
    },
    write::{Draft, custom_description, custom_schema, is_billing_line, joined, reminder},
};

/// Most stop sequences that the protocol takes.
const MOST_STOPS: usize = 5;

/// Writes a request for a provider. The model and whether to stream are the path's.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::GEMINI);
    let is_own = request.origin == Dialect::Gemini;
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        system(&draft, &mut body);
        tools(&mut draft, &mut body)?;
        contents(&mut draft, &mut body.array("contents"))?;
        generation(&mut draft, &mut body)?;
        if let Some(tier) = &request.tier {
            if is_own {
                body.text("serviceTier", tier);
            } else if tier.decode() != "auto" && tier.decode() != "default" {
                draft.dropped(Field::Tier, true)?;
            }
        }
        for only in request.only.iter().filter(|only| !only.name.starts_with(CONFIG) || !is_own) {
            if is_own {
                body.raw(&only.name, only.json.get());
            } else {
                draft.losses.only(&*only.name, only)?;
            }
        }
    }
    Ok(draft.finish(out, Vec::new()))
}

fn system(draft: &Draft<'_, '_>, body: &mut Object<'_>) {
    let request = draft.request;
    let strip = draft.target.quirks.no_billing_line;
    let blocks = request.turns[..request.preamble()].iter().flat_map(|turn| &turn.blocks);
    let texts: Vec<_> = blocks
        .filter(|block| !(strip && is_billing_line(block)))
        .filter_map(|block| match &block.content {
            Content::Text { text, .. } if !text.is_empty() => Some(text),
            _ => None,
        })
        .collect();
    if texts.is_empty() {
        return;
    }
    let mut system = body.object("systemInstruction");
    let mut parts = system.array("parts");
    for text in texts {
        parts.object().text("text", text);
    }
}

fn contents(draft: &mut Draft<'_, '_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let mut turns = request.turns[request.preamble()..].iter().peekable();
    let mut calls: Vec<&str> = Vec::new();
    while let Some(first) = turns.next() {
        let is_model = first.role == Role::Assistant;
        let mut side = vec![first];
        while let Some(next) = turns.next_if(|turn| (turn.role == Role::Assistant) == is_model) {
            side.push(next);
        }
        let mut written = BytesMut::new();
        {
            let mut parts = Array::new(&mut written);
            if is_model {
                calls = side.iter().flat_map(|turn| &turn.blocks).filter_map(called).collect();
                model(draft, &side, &mut parts)?;
            } else {
                user(draft, &side, &calls, &mut parts)?;
            }
        }
        if &written[..] == b"[]" {
            continue;
        }
        let mut content = list.object();
        content.str("role", if is_model { "model" } else { "user" });
        content.member("parts").extend_from_slice(&written);
    }
    Ok(())
}

fn called<'b>(block: &'b Block<'_>) -> Option<&'b str> {
    if let Content::Call(call) = &block.content { Some(&call.id) } else { None }
}

/// What functions gave comes first, in the order in which they were called.
fn user(draft: &mut Draft<'_, '_>, side: &[&Turn<'_>], calls: &[&str], parts: &mut Array<'_>) -> Result<(), Failure> {
    let outcomes = side.iter().flat_map(|turn| turn.blocks.iter().map(move |block| (turn, block)));
    let mut outcomes: Vec<_> = outcomes
        .filter_map(|(turn, block)| match &block.content {
            Content::Outcome(outcome) => Some((turn, block, outcome)),
            _ => None,
        })
        .collect();
    // Of two calls with one id the first counts.
    let places: HashMap<&str, usize> = calls.iter().enumerate().rev().map(|(place, id)| (*id, place)).collect();
    outcomes.sort_by_key(|(_, _, outcome)| places.get(&*outcome.id).copied().unwrap_or(usize::MAX));
    for (turn, block, outcome) in outcomes {
        response(draft, &draft.place(turn, block), outcome, parts)?;
    }
    for turn in side {
        if turn.role.is_instruction() {
            let text = joined(turn.blocks.iter(), "\n\n");
            if !text.is_blank() {
                let place = format!("{}[{}]", draft.member(Field::Turns), turn.at);
                draft.losses.approximated(place, "said by the user's side")?;
                parts.object().text("text", &reminder(&text));
            }
            continue;
        }
        for block in &turn.blocks {
            match &block.content {
                Content::Outcome(_) => {}
                Content::Text { text, .. } | Content::Refusal(text) => {
                    if !text.is_empty() {
                        parts.object().text("text", text);
                    }
                }
                Content::Media(media) => media_part(draft, &draft.place(turn, block), media, parts)?,
                Content::Only(only) if draft.request.origin == Dialect::Gemini => {
                    parts.raw(only.json.get());
                }
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Thinking(_) | Content::Call(_) => {
                    draft.losses.dropped(draft.place(turn, block), "unsupported")?;
                }
            }
        }
    }
    Ok(())
}

fn response(draft: &Draft<'_, '_>, place: &str, outcome: &Outcome<'_>, parts: &mut Array<'_>) -> Result<(), Failure> {
    let mut part = parts.object();
    let mut response = part.object("functionResponse");
    if !outcome.id.is_empty() {
        response.str("id", &outcome.id);
    }
    let name = outcome.name.as_deref().unwrap_or("unknown");
    response.str("name", &draft.sent_name(name, outcome.namespace.as_deref()));
    let text = joined(outcome.blocks.iter(), "\n");
    match outcome.json {
        Some(json) if json.get().starts_with('{') => drop(response.raw("response", json.get())),
        _ => {
            let plain = text.decode();
            let is_object = plain.trim_start().starts_with('{') && serde_json::from_str::<AnyObject>(&plain).is_ok();
            if is_object && !outcome.is_error {
                response.raw("response", &plain);
            } else {
                response.object("response").text(if outcome.is_error { "error" } else { "output" }, &text);
            }
        }
    }
    let media = || outcome.blocks.iter().filter(|block| matches!(block.content, Content::Media(_)));
    if media().next().is_some() {
        let mut list = response.array("parts");
        for block in media() {
            if let Content::Media(media) = &block.content {
                media_part(draft, place, media, &mut list)?;
            }
        }
    }
    Ok(())
}

/// Any object.
#[derive(serde::Deserialize)]
struct AnyObject {}

fn media_part(draft: &Draft<'_, '_>, place: &str, media: &Media<'_>, parts: &mut Array<'_>) -> Result<(), Failure> {
    match &media.source {
        Source::Inline { mime, data } => {
            let mut part = parts.object();
            part.object("inlineData").str("mimeType", mime).text("data", data);
        }
        Source::Text(text) => {
            parts.object().text("text", text);
        }
        // Its own files; and films, whose addresses are known to be taken.
        Source::Url(uri) | Source::File(uri)
            if draft.request.origin == Dialect::Gemini || uri.escaped().starts_with("gs:") =>
        {
            let mime = match media.kind {
                MediaKind::Image => "image/*",
                MediaKind::Audio => "audio/*",
                MediaKind::Video => "video/*",
                MediaKind::Document => "application/pdf",
            };
            let mut part = parts.object();
            part.object("fileData").str("mimeType", mime).text("fileUri", uri);
        }
        Source::Url(_) => return Err(crate::neutral::rejected_link(place)),
        Source::File(_) => return Err(crate::neutral::rejected(place)),
    }
    Ok(())
}

fn model(draft: &mut Draft<'_, '_>, side: &[&Turn<'_>], parts: &mut Array<'_>) -> Result<(), Failure> {
    // A seal that stands for itself belongs to the part that follows it.
    let mut waiting: Option<&Text<'_>> = None;
    for turn in side {
        for block in &turn.blocks {
            match &block.content {
                Content::Text { text, .. } | Content::Refusal(text) => {
                    if text.is_empty() {
                        continue;
                    }
                    let mut part = parts.object();
                    part.text("text", text);
                    seal_part(&mut part, waiting.take());
                }
                Content::Thinking(Thinking { text, seal, .. }) => {
                    let own = seal.as_ref().filter(|seal| seal.issuer == Issuer::Gemini).map(|Seal { data, .. }| data);
                    if text.is_empty() {
                        waiting = own.or(waiting);
                    } else if let Some(data) = own {
                        let mut part = parts.object();
                        part.text("text", text).bool("thought", true).text("thoughtSignature", data);
                    }
                }
                Content::Call(call) => {
                    let (args, bent) = call.args.object();
                    if bent {
                        draft.losses.approximated(draft.place(turn, block), "arguments aren't a JSON object")?;
                    }
                    let name = draft.sent_name(&call.name, call.namespace.as_deref());
                    let own = call.seal.as_ref().filter(|seal| seal.issuer == Issuer::Gemini).map(|seal| &seal.data);
                    let mut part = parts.object();
                    {
                        let mut function = part.object("functionCall");
                        if !call.id.is_empty() {
                            function.str("id", &call.id);
                        }
                        function.str("name", &name).raw("args", &args);
                    }
                    seal_part(&mut part, own.or(waiting.take()));
                }
                Content::Media(media) => media_part(draft, &draft.place(turn, block), media, parts)?,
                Content::Only(only) if draft.request.origin == Dialect::Gemini => drop(parts.raw(only.json.get())),
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Outcome(_) => draft.losses.dropped(draft.place(turn, block), "unsupported")?,
            }
        }
    }
    if let Some(data) = waiting {
        parts.object().str("text", "").text("thoughtSignature", data);
    }
    Ok(())
}

fn seal_part(part: &mut Object<'_>, seal: Option<&Text<'_>>) {
    if let Some(data) = seal {
        part.text("thoughtSignature", data);
    }
}

fn tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let is_own = request.origin == Dialect::Gemini;
    let (mut functions, mut others) = (BytesMut::new(), BytesMut::new());
    {
        // All functions of a request are in one tool.
        let mut functions = Array::new(&mut functions);
        let mut others = Array::new(&mut others);
        for tool in &request.tools {
            let (name, description, schema) = match &tool.kind {
                ToolKind::Function(schema) => {
                    let schema = schema.as_deref().map(serde_json::value::RawValue::get);
                    (
                        draft.send_tool(tool, false),
                        tool.description.clone(),
                        schema.filter(|schema| is_something(schema)),
                    )
                }
                ToolKind::Custom(_) => (draft.send_tool(tool, true), custom_description(tool), Some(custom_schema())),
                ToolKind::WebSearch { own, .. } => {
                    others.object().raw("googleSearch", if is_own { own.json.get() } else { "{}" });
                    continue;
                }
                ToolKind::Only(only) if is_own => {
                    others.object().raw(&only.name, only.json.get());
                    continue;
                }
                ToolKind::Only(only) => {
                    draft.losses.only(draft.tool_place(tool), only)?;
                    continue;
                }
            };
            let mut item = functions.object();
            item.str("name", &name).text("description", &description.unwrap_or_default());
            if let Some(schema) = schema {
                let (schema, lost) = accepted(schema);
                if lost {
                    draft.losses.approximated(draft.tool_place(tool), "the schema has less to say there")?;
                }
                item.raw("parametersJsonSchema", &schema);
            }
        }
    }
    let has_functions = &functions[..] != b"[]";
    if has_functions || &others[..] != b"[]" {
        let mut list = body.array("tools");
        if has_functions {
            list.object().member("functionDeclarations").extend_from_slice(&functions);
        }
        let others = std::str::from_utf8(&others[1..others.len() - 1]).unwrap_or_default();
        if !others.is_empty() {
            list.raw(others);
        }
    }
    if let Some(ToolChoice::Only(only)) = &request.tool_choice {
        return Err(crate::neutral::rejected(&format!("{}.{}", draft.member(Field::ToolChoice), only.name)));
    }
    if has_functions {
        draft.dropped(Field::Parallel, request.parallel == Some(false))?;
        if let Some(choice) = &request.tool_choice {
            tool_choice(draft, choice, body);
        }
    }
    Ok(())
}

/// Whether a schema says anything: an object without properties is refused by older models.
fn is_something(schema: &str) -> bool {
    crate::json::Members::read(schema.as_bytes()).is_ok_and(|members| !members.is_empty())
}

fn tool_choice(draft: &Draft<'_, '_>, choice: &ToolChoice<'_>, body: &mut Object<'_>) {
    let (mode, names): (_, &[_]) = match choice {
        ToolChoice::Auto | ToolChoice::Only(_) => ("AUTO", &[]),
        ToolChoice::None => ("NONE", &[]),
        ToolChoice::Required => ("ANY", &[]),
        ToolChoice::One(name) => ("ANY", std::slice::from_ref(name)),
        ToolChoice::Among { names, required: true } => ("ANY", names),
        ToolChoice::Among { names, required: false } => ("VALIDATED", names),
    };
    let mut config = body.object("toolConfig");
    let mut calling = config.object("functionCallingConfig");
    calling.str("mode", mode);
    if !names.is_empty() {
        let mut list = calling.array("allowedFunctionNames");
        for name in names {
            list.text(&Text::plain(draft.chosen_name(name)));
        }
    }
}

fn generation(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let mut written = BytesMut::new();
    {
        let mut config = Object::new(&mut written);
        let sampling = &request.sampling;
        for (name, raw) in [
            ("temperature", sampling.temperature),
            ("topP", sampling.top_p),
            ("topK", sampling.top_k),
            ("frequencyPenalty", sampling.frequency_penalty),
            ("presencePenalty", sampling.presence_penalty),
            ("seed", sampling.seed),
        ] {
            if let Some(raw) = raw {
                config.raw(name, raw.get());
            }
        }
        draft.dropped(Field::MinP, sampling.min_p.is_some())?;
        if let Some(n) = request.answers {
            config.int("candidateCount", n.into());
        }
        if let Some(most) = request.max_output {
            config.int("maxOutputTokens", most);
        }
        if let Some(logprobs) = request.logprobs {
            config.bool("responseLogprobs", true);
            if let Some(top) = logprobs.top {
                config.int("logprobs", top.into());
            }
        }
        if !request.stop.is_empty() {
            if request.stop.len() > MOST_STOPS {
                draft.losses.approximated(draft.member(Field::Stop), format!("at most {MOST_STOPS}"))?;
            }
            let mut list = config.array("stopSequences");
            for stop in request.stop.iter().take(MOST_STOPS) {
                list.text(stop);
            }
        }
        match &request.format {
            Format::Text => {}
            Format::Json => drop(config.str("responseMimeType", "application/json")),
            Format::Schema { schema, .. } => {
                let (schema, lost) = accepted(schema.get());
                if lost {
                    draft.losses.approximated(draft.member(Field::Format), "the schema has less to say there")?;
                }
                config.str("responseMimeType", "application/json").raw("responseJsonSchema", &schema);
            }
        }
        thinking(draft, &mut config)?;
        if request.origin == Dialect::Gemini {
            for only in &request.only {
                if let Some(name) = only.name.strip_prefix(CONFIG) {
                    config.raw(name, only.json.get());
                }
            }
        }
    }
    if &written[..] != b"{}" {
        body.member("generationConfig").extend_from_slice(&written);
    }
    Ok(())
}

fn thinking(draft: &mut Draft<'_, '_>, config: &mut Object<'_>) -> Result<(), Failure> {
    let wish = draft.request.thinking;
    if wish == crate::neutral::Wish::default() {
        return Ok(());
    }
    let mut thinking = config.object("thinkingConfig");
    if let Some(show) = wish.show.or((wish.is_on() || wish.effort.is_some()).then_some(true)) {
        thinking.bool("includeThoughts", show);
    }
    if draft.target.quirks.thinking_level {
        let wanted = if wish.is_off() { Some(Effort::Minimal) } else { wish.as_effort() };
        if let Some(wanted) = wanted {
            let level = wanted.min(Effort::High);
            if level != wanted || wish.is_off() || wish.effort.is_none() {
                draft.losses.approximated(draft.member(Field::Thinking), level.as_str())?;
            }
            thinking.str("thinkingLevel", &level.as_str().to_ascii_uppercase());
        }
    } else if wish.is_off() {
        thinking.int("thinkingBudget", 0);
    } else if wish.adaptive && wish.as_budget().is_none() {
        thinking.int("thinkingBudget", -1);
    } else if let Some(budget) = wish.as_budget() {
        thinking.int("thinkingBudget", budget);
    }
    Ok(())
}
