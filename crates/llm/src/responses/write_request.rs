//! Writes `POST /v1/responses`.

use std::borrow::Cow;

use bytes::BytesMut;

use super::read_request::TEXT;
use crate::{
    Dialect, Failure, Target, Written,
    json::{
        Members, Text,
        write::{Array, Object},
    },
    neutral::{
        Args, Block, Content, Field, Format, Issuer, Media, MediaKind, Naming, Outcome, Request, Role, Source, Tool,
        ToolChoice, ToolKind, Turn, fit_user,
    },
    write::{Draft, is_billing_line, joined},
};

const LONGEST_USER: usize = 64;
/// The smallest limit that the protocol takes.
const LEAST_OUTPUT: i64 = 16;

/// Writes a request for a provider.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::CHAT);
    let is_own = request.origin == Dialect::Responses;
    draft.rejected(Field::Answers, request.answers.is_some_and(|n| n > 1))?;
    draft.rejected(Field::Stop, !request.stop.is_empty())?;
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        body.str("model", target.model);
        input(&mut draft, &mut body)?;
        tools(&mut draft, &mut body)?;
        limits(&mut draft, &mut body)?;
        reasoning(&mut draft, &mut body)?;
        text(request, &mut body);
        if request.stream {
            body.bool("stream", true);
        }
        if let Some(tier) = &request.tier {
            if matches!(request.origin, Dialect::Chat | Dialect::Responses) {
                body.text("service_tier", tier);
            } else {
                draft.dropped(Field::Tier, true)?;
            }
        }
        if let Some(user) = &request.user {
            body.str("user", &fit_user(&user.decode(), LONGEST_USER));
        }
        if let Some(metadata) = request.metadata {
            body.raw("metadata", metadata.get());
        }
        if let Some(key) = &request.cache_key {
            body.text("prompt_cache_key", key);
        }
        if !is_own {
            // Nothing is kept there that the client couldn't find again; what it thought comes back sealed.
            {
                let mut include = body.array("include");
                include.text(&Text::plain("reasoning.encrypted_content"));
                if request.logprobs.is_some() {
                    include.text(&Text::plain("message.output_text.logprobs"));
                }
            }
            body.bool("store", false);
        }
        for only in request.only.iter().filter(|only| !is_own || !only.name.starts_with(TEXT)) {
            if is_own {
                body.raw(&only.name, only.json.get());
            } else {
                draft.losses.only(&*only.name, only)?;
            }
        }
    }
    Ok(draft.finish(out, Vec::new()))
}

fn input(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let strip = draft.target.quirks.no_billing_line;
    let mut turns = &request.turns[..];
    // One instruction at the front has a place of its own; several keep theirs.
    if request.preamble() == 1 {
        let blocks = turns[0].blocks.iter().filter(|block| !(strip && is_billing_line(block)));
        let instructions = joined(blocks, "\n\n");
        if !instructions.is_empty() {
            body.text("instructions", &instructions);
        }
        turns = &turns[1..];
    }
    let last_is_the_models = request.turns.last().is_some_and(|turn| {
        turn.role == Role::Assistant && !turn.blocks.iter().any(|block| matches!(block.content, Content::Call(_)))
    });
    if last_is_the_models && request.origin != Dialect::Responses {
        let at = request.turns.last().map_or(0, |turn| turn.at);
        return Err(crate::neutral::rejected(&format!("{}[{at}]", draft.member(Field::Turns))));
    }
    let mut list = body.array("input");
    for turn in turns {
        match turn.role {
            Role::Assistant => assistant(draft, turn, &mut list)?,
            Role::System | Role::Developer => {
                let text = joined(turn.blocks.iter(), "\n\n");
                if !text.is_empty() {
                    let mut item = list.object();
                    item.str("type", "message");
                    item.str("role", if turn.role == Role::System { "system" } else { "developer" });
                    let mut parts = item.array("content");
                    parts.object().str("type", "input_text").text("text", &text);
                }
            }
            Role::User => user(draft, turn, &mut list)?,
        }
    }
    Ok(())
}

fn user(draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    for block in &turn.blocks {
        if let Content::Outcome(outcome) = &block.content {
            output(draft, turn, outcome, list)?;
        }
    }
    let mut written = BytesMut::new();
    {
        let mut parts = Array::new(&mut written);
        for block in &turn.blocks {
            match &block.content {
                Content::Outcome(_) => {}
                Content::Text { text, .. } | Content::Refusal(text) => {
                    if !text.is_empty() {
                        parts.object().str("type", "input_text").text("text", text);
                    }
                }
                Content::Media(media) => media_part(draft, &draft.place(turn, block), media, &mut parts)?,
                Content::Only(only) if draft.request.origin == Dialect::Responses => drop(parts.raw(only.json.get())),
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Thinking(_) | Content::Call(_) => {
                    draft.losses.dropped(draft.place(turn, block), "unsupported")?;
                }
            }
        }
    }
    if &written[..] != b"[]" {
        let mut item = list.object();
        item.str("type", "message").str("role", "user");
        item.member("content").extend_from_slice(&written);
    }
    Ok(())
}

fn output(draft: &Draft<'_, '_>, turn: &Turn<'_>, outcome: &Outcome<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let mut item = list.object();
    item.str("type", if outcome.is_free { "custom_tool_call_output" } else { "function_call_output" });
    item.str("call_id", &outcome.id);
    let media = || outcome.blocks.iter().filter(|block| matches!(block.content, Content::Media(_)));
    let mut text = joined(outcome.blocks.iter(), "\n").into_owned();
    if let (true, Some(json)) = (text.is_empty(), outcome.json) {
        text = Text::plain(json.get()).into_owned();
    }
    if outcome.is_error && !text.escaped().starts_with("Error") {
        let mut marked = Text::plain("Error: ").into_owned();
        marked.push(&text);
        text = marked;
    }
    if media().next().is_none() {
        item.text("output", &text);
        return Ok(());
    }
    let mut parts = item.array("output");
    if !text.is_empty() {
        parts.object().str("type", "input_text").text("text", &text);
    }
    for block in media() {
        if let Content::Media(media) = &block.content {
            media_part(draft, &draft.place(turn, block), media, &mut parts)?;
        }
    }
    Ok(())
}

fn media_part(draft: &Draft<'_, '_>, place: &str, media: &Media<'_>, parts: &mut Array<'_>) -> Result<(), Failure> {
    let is_own = draft.request.origin == Dialect::Responses;
    let data_url = |mime: &str, data: &Text<'_>| {
        let mut url = Text::plain(format!("data:{mime};base64,"));
        url.push(data);
        url
    };
    match (media.kind, &media.source) {
        (_, Source::Text(text)) => {
            let mut whole = media.name.clone().unwrap_or_default().into_owned();
            if !whole.is_empty() {
                whole.push(&Text::plain("\n\n"));
            }
            whole.push(text);
            parts.object().str("type", "input_text").text("text", &whole);
        }
        (_, Source::File(_)) if !is_own => return Err(crate::neutral::rejected(place)),
        (MediaKind::Image, source) => {
            let mut part = parts.object();
            part.str("type", "input_image");
            match source {
                Source::Inline { mime, data } => part.text("image_url", &data_url(mime, data)),
                Source::File(id) => part.text("file_id", id),
                Source::Url(url) | Source::Text(url) => part.text("image_url", url),
            };
            if let Some(detail) = &media.detail {
                part.text("detail", detail);
            }
        }
        (MediaKind::Document, source) => {
            let mut part = parts.object();
            part.str("type", "input_file");
            match source {
                Source::Inline { mime, data } => {
                    part.text("filename", media.name.as_ref().unwrap_or(&Text::plain("document.pdf")));
                    part.text("file_data", &data_url(mime, data))
                }
                Source::File(id) => part.text("file_id", id),
                Source::Url(url) | Source::Text(url) => part.text("file_url", url),
            };
        }
        (MediaKind::Audio, Source::Inline { mime, data }) => {
            let format = if mime.contains("mp") { "mp3" } else { "wav" };
            let mut part = parts.object();
            part.str("type", "input_audio").object("input_audio").text("data", data).str("format", format);
        }
        (MediaKind::Audio | MediaKind::Video, _) => return Err(crate::neutral::rejected(place)),
    }
    Ok(())
}

fn assistant(draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let is_words = |block: &Block<'_>| matches!(block.content, Content::Text { .. } | Content::Refusal(_));
    let mut blocks = turn.blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        match &block.content {
            Content::Text { .. } | Content::Refusal(_) => {
                let mut words = vec![block];
                while let Some(more) = blocks.next_if(|block| is_words(block)) {
                    words.push(more);
                }
                message(&words, list);
            }
            // Only what this provider sealed is of use to it.
            Content::Thinking(thinking) => {
                if let Some(seal) = thinking.seal.as_ref().filter(|seal| seal.issuer == Issuer::Responses) {
                    let mut item = list.object();
                    item.str("type", "reasoning");
                    {
                        let mut summary = item.array("summary");
                        if !thinking.text.is_empty() {
                            summary.object().str("type", "summary_text").text("text", &thinking.text);
                        }
                    }
                    item.text("encrypted_content", &seal.data);
                }
            }
            Content::Call(call) => {
                let name = draft.sent_name(&call.name, call.namespace.as_deref());
                let mut item = list.object();
                if let Args::Free(input) = &call.args {
                    item.str("type", "custom_tool_call").str("call_id", &call.id).str("name", &name);
                    item.text("input", input);
                } else {
                    item.str("type", "function_call").str("call_id", &call.id).str("name", &name);
                    item.text("arguments", &call.args.quoted());
                }
            }
            Content::Only(only) if draft.request.origin == Dialect::Responses => drop(list.raw(only.json.get())),
            Content::Only(only) => draft.only_block(turn, block, only)?,
            Content::Media(_) | Content::Outcome(_) => {
                draft.losses.dropped(draft.place(turn, block), "unsupported")?;
            }
        }
    }
    Ok(())
}

fn message(words: &[&Block<'_>], list: &mut Array<'_>) {
    let said = words.iter().filter_map(|block| match &block.content {
        Content::Text { text, .. } => Some(("output_text", "text", text)),
        Content::Refusal(text) => Some(("refusal", "refusal", text)),
        _ => None,
    });
    let said: Vec<_> = said.filter(|(_, _, text)| !text.is_empty()).collect();
    if said.is_empty() {
        return;
    }
    let mut item = list.object();
    item.str("type", "message").str("role", "assistant");
    let mut parts = item.array("content");
    for (kind, member, text) in said {
        parts.object().str("type", kind).text(member, text);
    }
}

fn tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
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
            match &tool.kind {
                ToolKind::Function(schema) => {
                    let name = draft.send_tool(tool, false);
                    let mut item = list.object();
                    item.str("type", "function");
                    named(tool, &name, &mut item);
                    item.raw("parameters", &crate::write::object_schema(schema.as_deref()));
                    // Left out it would mean: strict if that can be had.
                    match tool.strict {
                        Some(strict) => drop(item.bool("strict", strict)),
                        None if is_own => {}
                        None => drop(item.bool("strict", false)),
                    }
                }
                ToolKind::Custom(format) => {
                    let name = draft.send_tool(tool, false);
                    let mut item = list.object();
                    item.str("type", "custom");
                    named(tool, &name, &mut item);
                    if let Some(format) = format {
                        item.raw("format", &flat(format.get()));
                    }
                }
                ToolKind::WebSearch { own, .. } | ToolKind::Only(own) if is_own => drop(list.raw(own.json.get())),
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
                ToolKind::Only(only) => draft.losses.only(draft.tool_place(tool), only)?,
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

fn named(tool: &Tool<'_>, name: &str, item: &mut Object<'_>) {
    item.str("name", name);
    if let Some(description) = &tool.description {
        item.text("description", description);
    }
}

/// A grammar's members beside its type, where Chat has them in an object of their own.
fn flat(format: &str) -> Cow<'_, str> {
    let grammar = Members::read(format.as_bytes()).ok().and_then(|members| members.get("grammar").ok().flatten());
    let inner = grammar.filter(|grammar| Members::read(grammar.get().as_bytes()).is_ok_and(|all| !all.is_empty()));
    match inner.and_then(|grammar| grammar.get().strip_prefix('{')) {
        Some(rest) => Cow::Owned(format!("{{\"type\":\"grammar\",{rest}")),
        None => Cow::Borrowed(format),
    }
}

fn tool_choice(draft: &Draft<'_, '_>, choice: &ToolChoice<'_>, body: &mut Object<'_>) {
    let tools = &draft.request.tools;
    let kind = |name: &str| {
        let custom = tools.iter().any(|tool| tool.name == name && matches!(tool.kind, ToolKind::Custom(_)));
        if custom { "custom" } else { "function" }
    };
    match choice {
        ToolChoice::Auto => drop(body.str("tool_choice", "auto")),
        ToolChoice::None => drop(body.str("tool_choice", "none")),
        ToolChoice::Required => drop(body.str("tool_choice", "required")),
        ToolChoice::One(name) => {
            let mut choice = body.object("tool_choice");
            choice.str("type", kind(name)).str("name", &draft.sent_name(name, None));
        }
        ToolChoice::Among { names, required } => {
            let mut choice = body.object("tool_choice");
            choice.str("type", "allowed_tools").str("mode", if *required { "required" } else { "auto" });
            let mut list = choice.array("tools");
            for name in names {
                list.object().str("type", kind(name)).str("name", &draft.sent_name(name, None));
            }
        }
        ToolChoice::Only(only) => drop(body.raw("tool_choice", only.json.get())),
    }
}

fn limits(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    if let Some(most) = request.max_output {
        body.int("max_output_tokens", most.max(LEAST_OUTPUT));
    }
    let sampling = &request.sampling;
    for (name, raw) in [("temperature", sampling.temperature), ("top_p", sampling.top_p)] {
        if let Some(raw) = raw {
            body.raw(name, raw.get());
        }
    }
    for (field, raw) in [
        (Field::TopK, sampling.top_k),
        (Field::MinP, sampling.min_p),
        (Field::FrequencyPenalty, sampling.frequency_penalty),
        (Field::PresencePenalty, sampling.presence_penalty),
        (Field::Seed, sampling.seed),
    ] {
        draft.dropped(field, raw.is_some())?;
    }
    if let Some(top) = request.logprobs.and_then(|logprobs| logprobs.top) {
        body.int("top_logprobs", top.into());
    }
    Ok(())
}

fn reasoning(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let wish = draft.request.thinking;
    if wish.is_off() {
        if matches!(draft.request.origin, Dialect::Chat | Dialect::Responses) {
            body.object("reasoning").str("effort", "none");
        }
        return Ok(());
    }
    let effort = wish.as_effort();
    let show = wish.show.unwrap_or(wish.is_on() && draft.request.origin != Dialect::Responses);
    if effort.is_none() && !show {
        return Ok(());
    }
    let mut reasoning = body.object("reasoning");
    if let Some(effort) = effort {
        if wish.effort.is_none() {
            draft.losses.approximated(draft.member(Field::Thinking), effort.as_str())?;
        }
        reasoning.str("effort", effort.as_str());
    }
    if show {
        reasoning.str("summary", "auto");
    }
    Ok(())
}

fn text(request: &Request<'_>, body: &mut Object<'_>) {
    let is_own = request.origin == Dialect::Responses;
    let mut others = request.only.iter().filter(|only| is_own && only.name.starts_with(TEXT)).peekable();
    if matches!(request.format, Format::Text) && others.peek().is_none() {
        return;
    }
    let mut text = body.object("text");
    match &request.format {
        Format::Text => {}
        Format::Json => drop(text.object("format").str("type", "json_object")),
        Format::Schema { name, description, schema, strict } => {
            let mut format = text.object("format");
            format.str("type", "json_schema").text("name", name.as_ref().unwrap_or(&Text::plain("response")));
            if let Some(description) = description {
                format.text("description", description);
            }
            format.raw("schema", schema.get());
            if let Some(strict) = strict {
                format.bool("strict", *strict);
            }
        }
    }
    for only in others {
        text.raw(&only.name[TEXT.len()..], only.json.get());
    }
}
