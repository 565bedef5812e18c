//! Writes `POST /api/chat`.

use bytes::BytesMut;

use crate::{
    Failure, Target, Written,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{
        Block, Content, Effort, Field, Format, Media, MediaKind, Naming, Outcome, Request, Role, Source, ToolChoice,
        ToolKind, Turn,
    },
    write::{Draft, custom_description, custom_schema, is_billing_line, joined},
};

/// Writes a request for a provider.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::CHAT);
    draft.rejected(Field::Answers, request.answers.is_some_and(|n| n > 1))?;
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        body.str("model", target.model);
        messages(&mut draft, &mut body.array("messages"))?;
        tools(&mut draft, &mut body)?;
        options(request, &mut body);
        match &request.format {
            Format::Text => {}
            Format::Json => drop(body.str("format", "json")),
            Format::Schema { schema, .. } => drop(body.raw("format", schema.get())),
        }
        thinking(&mut draft, &mut body)?;
        if let Some(logprobs) = request.logprobs {
            body.bool("logprobs", true);
            if let Some(top) = logprobs.top {
                body.int("top_logprobs", top.into());
            }
        }
        // Left out it would mean: stream.
        body.bool("stream", request.stream);
        draft.dropped(Field::Tier, request.tier.as_ref().is_some_and(|tier| tier.decode() != "auto"))?;
        draft.only(false, &mut body)?;
    }
    Ok(draft.finish(out, Vec::new()))
}

fn messages(draft: &mut Draft<'_, '_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let (system, rest) = request.turns.split_at(request.preamble());
    let strip = draft.target.quirks.no_billing_line;
    let blocks = system.iter().flat_map(|turn| &turn.blocks);
    let text = joined(blocks.filter(|block| !(strip && is_billing_line(block))), "\n\n");
    if !text.is_empty() {
        list.object().str("role", "system").text("content", &text);
    }
    for turn in rest {
        match turn.role {
            Role::System | Role::Developer => {
                let text = joined(turn.blocks.iter(), "\n\n");
                if !text.is_empty() {
                    list.object().str("role", "system").text("content", &text);
                }
            }
            Role::User => user(draft, turn, list)?,
            Role::Assistant => assistant(draft, turn, list)?,
        }
    }
    Ok(())
}

fn user(draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    // What tools showed is shown by the user, after the last of their answers.
    let mut pictures: Vec<&Media<'_>> = Vec::new();
    for block in &turn.blocks {
        if let Content::Outcome(outcome) = &block.content {
            answered(draft, outcome, list);
            pictures.extend(outcome.blocks.iter().filter_map(media));
        }
    }
    for block in &turn.blocks {
        match &block.content {
            Content::Only(only) => draft.only_block(turn, block, only)?,
            Content::Thinking(_) | Content::Call(_) => draft.losses.dropped(draft.place(turn, block), "unsupported")?,
            Content::Media(media) if !matches!(media.source, Source::Text(_)) => pictures.push(media),
            _ => {}
        }
    }
    let mut text = joined(turn.blocks.iter(), "\n").into_owned();
    for media in turn.blocks.iter().filter_map(media) {
        if let Source::Text(document) = &media.source {
            text.push(&Text::plain("\n"));
            text.push(document);
        }
    }
    if text.is_empty() && pictures.is_empty() {
        return Ok(());
    }
    let mut message = list.object();
    message.str("role", "user").text("content", &text);
    if pictures.is_empty() {
        return Ok(());
    }
    let mut images = message.array("images");
    for media in pictures {
        let place = || format!("{}[{}]", draft.member(Field::Turns), turn.at);
        match (media.kind, &media.source) {
            (MediaKind::Image, Source::Inline { data, .. }) => drop(images.text(data)),
            (MediaKind::Image, Source::Url(_)) => return Err(crate::neutral::rejected_link(&place())),
            _ => return Err(crate::neutral::rejected(&place())),
        }
    }
    Ok(())
}

fn media<'b>(block: &'b Block<'b>) -> Option<&'b Media<'b>> {
    if let Content::Media(media) = &block.content { Some(media) } else { None }
}

fn answered(draft: &Draft<'_, '_>, outcome: &Outcome<'_>, list: &mut Array<'_>) {
    let mut text = joined(outcome.blocks.iter(), "\n").into_owned();
    if let (true, Some(json)) = (text.is_empty(), outcome.json) {
        text = Text::plain(json.get()).into_owned();
    }
    if outcome.is_error && !text.escaped().starts_with("Error") {
        let mut marked = Text::plain("Error: ").into_owned();
        marked.push(&text);
        text = marked;
    }
    let mut message = list.object();
    message.str("role", "tool").text("content", &text);
    if let Some(name) = &outcome.name {
        message.str("tool_name", &draft.sent_name(name, None));
    }
    message.str("tool_call_id", &outcome.id);
}

fn assistant(draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let mut thoughts = Text::default();
    let mut calls = Vec::new();
    for block in &turn.blocks {
        match &block.content {
            Content::Thinking(thinking) => thoughts.push(&thinking.text),
            Content::Call(call) => calls.push((block, call)),
            Content::Only(only) => draft.only_block(turn, block, only)?,
            Content::Media(_) | Content::Outcome(_) => {
                draft.losses.dropped(draft.place(turn, block), "unsupported")?;
            }
            Content::Text { .. } | Content::Refusal(_) => {}
        }
    }
    let text = joined(turn.blocks.iter(), "");
    if text.is_empty() && calls.is_empty() {
        return Ok(());
    }
    let mut message = list.object();
    message.str("role", "assistant").text("content", &text);
    if !thoughts.is_empty() {
        message.text("thinking", &thoughts);
    }
    if calls.is_empty() {
        return Ok(());
    }
    let mut items = message.array("tool_calls");
    for (block, call) in calls {
        let (args, bent) = call.args.object();
        if bent {
            draft.losses.approximated(draft.place(turn, block), "arguments aren't a JSON object")?;
        }
        let name = draft.sent_name(&call.name, call.namespace.as_deref());
        let mut item = items.object();
        item.str("id", &call.id);
        item.object("function").str("name", &name).raw("arguments", &args);
    }
    Ok(())
}

fn tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let at = draft.member(Field::ToolChoice);
    // There is no choice to be made here but which tools are offered.
    let offered: Option<&[_]> = match &request.tool_choice {
        Some(ToolChoice::None) => return Ok(()),
        Some(ToolChoice::Only(only)) => return Err(crate::neutral::rejected(&format!("{at}.{}", only.name))),
        Some(ToolChoice::Required) => {
            draft.losses.dropped(at, "unsupported")?;
            None
        }
        Some(ToolChoice::One(name)) => {
            draft.losses.approximated(at, "other tools are left out")?;
            Some(std::slice::from_ref(name))
        }
        Some(ToolChoice::Among { names, .. }) => {
            draft.losses.approximated(at, "other tools are left out")?;
            Some(names)
        }
        None | Some(ToolChoice::Auto) => None,
    };
    draft.dropped(Field::Parallel, request.parallel == Some(false) && !request.tools.is_empty())?;
    let mut written = BytesMut::new();
    {
        let mut list = Array::new(&mut written);
        for tool in request.tools.iter().filter(|tool| offered.is_none_or(|names| names.contains(&tool.name))) {
            let (name, description, schema) = match &tool.kind {
                ToolKind::Function(schema) => (
                    draft.send_tool(tool, false),
                    tool.description.clone(),
                    crate::write::object_schema(schema.as_deref()),
                ),
                ToolKind::Custom(_) => (draft.send_tool(tool, true), custom_description(tool), custom_schema().into()),
                ToolKind::WebSearch { own: only, .. } | ToolKind::Only(only) => {
                    draft.losses.only(draft.tool_place(tool), only)?;
                    continue;
                }
            };
            let mut item = list.object();
            item.str("type", "function");
            let mut function = item.object("function");
            function.str("name", &name).text("description", &description.unwrap_or_default());
            function.raw("parameters", &schema);
        }
    }
    if &written[..] != b"[]" {
        body.member("tools").extend_from_slice(&written);
    }
    Ok(())
}

fn options(request: &Request<'_>, body: &mut Object<'_>) {
    let mut written = BytesMut::new();
    {
        let mut options = Object::new(&mut written);
        let sampling = &request.sampling;
        for (name, raw) in [
            ("temperature", sampling.temperature),
            ("top_p", sampling.top_p),
            ("top_k", sampling.top_k),
            ("min_p", sampling.min_p),
            ("frequency_penalty", sampling.frequency_penalty),
            ("presence_penalty", sampling.presence_penalty),
            ("seed", sampling.seed),
        ] {
            if let Some(raw) = raw {
                options.raw(name, raw.get());
            }
        }
        if let Some(most) = request.max_output {
            options.int("num_predict", most);
        }
        if !request.stop.is_empty() {
            let mut list = options.array("stop");
            for stop in &request.stop {
                list.text(stop);
            }
        }
    }
    if &written[..] != b"{}" {
        body.member("options").extend_from_slice(&written);
    }
}

fn thinking(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let wish = draft.request.thinking;
    if wish.is_off() {
        body.bool("think", false);
    } else if let Some(wanted) = wish.as_effort() {
        let level = wanted.clamp(Effort::Low, Effort::High);
        if level != wanted || wish.effort.is_none() {
            draft.losses.approximated(draft.member(Field::Thinking), level.as_str())?;
        }
        body.str("think", level.as_str());
    } else if wish.is_on() {
        body.bool("think", true);
    }
    Ok(())
}
