//! Writes `POST /v1/messages`.

use std::borrow::Cow;

use bytes::BytesMut;

use crate::{
    Dialect, Failure, Target, Written,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{
        Block, Cache, Call, Content, Field, Format, Issuer, Media, MediaKind, Naming, Outcome, Request, Role, Seal,
        Source, Thinking, Tool, ToolChoice, ToolKind, Turn, fit_id, fit_user,
    },
    write::{Draft, custom_description, custom_schema, is_not_zero, joined, object_schema, reminder},
};

/// The version that knows sampling; newer ones refuse it, and add nothing that a request could lack.
const VERSION: &str = "2023-06-01";
/// Output for a client that sets no limit, where this dialect must have one.
const USUAL_OUTPUT: i64 = 8_192;
/// The smallest budget for thinking, and what is left for the answer.
const LEAST_THINKING: i64 = 1_024;
/// Most cache marks that the protocol takes.
const MOST_MARKS: usize = 4;
const LONGEST_USER: usize = 256;

/// Writes a request for a provider.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::MESSAGES);
    draft.rejected(Field::Answers, request.answers.is_some_and(|n| n > 1))?;
    if !draft.is_lenient() {
        draft.rejected(Field::Logprobs, request.logprobs.is_some())?;
    }
    let is_own = request.origin == Dialect::Messages;
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        body.str("model", target.model);
        limits(&mut draft, &mut body)?;
        let mut marks = Marks { left: MOST_MARKS };
        let tools_are_there = tools(&mut draft, &mut body, &mut marks)?;
        system(&draft, &mut body, &mut marks);
        messages(&mut draft, &mut body.array("messages"), &mut marks)?;
        if tools_are_there {
            tool_choice(&draft, &mut body);
        }
        if request.stream {
            body.bool("stream", true);
        }
        if let Some(user) = &request.user {
            body.object("metadata").str("user_id", &fit_user(&user.decode(), LONGEST_USER));
        }
        if let Some(tier) = &request.tier {
            if is_own {
                body.text("service_tier", tier);
            } else if tier.decode() != "auto" && tier.decode() != "default" {
                draft.dropped(Field::Tier, true)?;
            }
        }
        draft.only(is_own, &mut body)?;
    }
    Ok(draft.finish(out, vec![("anthropic-version", Cow::Borrowed(VERSION))]))
}

/// The marks that may still be set. There may be four; those at the front are worth most.
struct Marks {
    left: usize,
}

impl Marks {
    fn set(&mut self, cache: Option<Cache>, object: &mut Object<'_>) {
        let Some(cache) = cache else { return };
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let mut mark = object.object("cache_control");
        mark.str("type", "ephemeral");
        if cache == Cache::Long {
            mark.str("ttl", "1h");
        }
    }
}

/// Limits, sampling, thinking, format.
fn limits(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let wish = request.thinking;
    let adaptive = draft.target.quirks.adaptive_thinking;
    let forced = matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::One(_)))
        || matches!(request.tool_choice, Some(ToolChoice::Among { required: true, .. }));
    let mut budget = wish.as_budget().filter(|_| wish.is_on() && !adaptive);
    let mut thinks = wish.is_on();
    if thinks && forced {
        draft.losses.dropped(draft.member(Field::Thinking), "a tool is forced")?;
        (thinks, budget) = (false, None);
    }
    // A limit is for thinking and answer together, and the answer shall have some of it.
    let most = request.max_output.unwrap_or_else(|| USUAL_OUTPUT.saturating_add(budget.unwrap_or(0)));
    body.int("max_tokens", most);
    if let Some(wanted) = budget {
        let possible = most.saturating_sub(LEAST_THINKING).min(wanted.max(LEAST_THINKING));
        if possible < LEAST_THINKING {
            draft.losses.dropped(draft.member(Field::Thinking), "max_tokens leaves no room")?;
            (thinks, budget) = (false, None);
        } else {
            if possible < wanted {
                draft.losses.approximated(draft.member(Field::Thinking), "max_tokens leaves less room")?;
            }
            budget = Some(possible);
        }
    }
    sampling(draft, body, thinks)?;
    if wish.is_off() {
        body.object("thinking").str("type", "disabled");
    } else if thinks && (adaptive || wish.adaptive) {
        let mut thinking = body.object("thinking");
        thinking.str("type", "adaptive");
        if let Some(show) = wish.show {
            thinking.str("display", if show { "summarized" } else { "omitted" });
        }
    } else if let Some(budget) = budget.filter(|_| thinks) {
        body.object("thinking").str("type", "enabled").int("budget_tokens", budget);
    }
    // Only models that decide for themselves how much they think know words for it.
    let effort = wish.as_effort().filter(|_| !wish.is_off() && (adaptive || request.origin == Dialect::Messages));
    let effort = effort.filter(|_| adaptive || wish.effort.is_some());
    config(draft, effort.map(|effort| effort.max(crate::neutral::Effort::Low)), body)?;
    Ok(())
}

fn sampling(draft: &mut Draft<'_, '_>, body: &mut Object<'_>, thinks: bool) -> Result<(), Failure> {
    let sampling = draft.request.sampling;
    let is_own = draft.request.origin == Dialect::Messages;
    if let Some(raw) = sampling.temperature {
        if thinks && !is_own && !matches!(raw.get(), "1" | "1.0") {
            draft.losses.dropped(draft.member(Field::Temperature), "the model thinks")?;
        } else {
            let value = draft.at_most(Field::Temperature, raw, 1)?;
            body.raw("temperature", &value);
        }
    }
    let both = sampling.temperature.is_some() && draft.target.quirks.one_sampling;
    for (name, field, raw) in [("top_p", Field::TopP, sampling.top_p), ("top_k", Field::TopK, sampling.top_k)] {
        match raw {
            None => {}
            Some(_) if thinks && !is_own => draft.losses.dropped(draft.member(field), "the model thinks")?,
            Some(_) if both && name == "top_p" => {
                draft.losses.dropped(draft.member(field), "the model takes temperature or top_p, not both")?;
            }
            Some(raw) => drop(body.raw(name, raw.get())),
        }
    }
    for (field, is_there) in [
        (Field::MinP, sampling.min_p.is_some()),
        (Field::FrequencyPenalty, sampling.frequency_penalty.is_some_and(is_not_zero)),
        (Field::PresencePenalty, sampling.presence_penalty.is_some_and(is_not_zero)),
        (Field::Seed, sampling.seed.is_some()),
    ] {
        draft.dropped(field, is_there)?;
    }
    let stops = || draft.request.stop.iter().filter(|stop| !stop.is_blank());
    if stops().next().is_some() {
        let mut list = body.array("stop_sequences");
        for stop in stops() {
            list.text(stop);
        }
    }
    Ok(())
}

fn config(
    draft: &mut Draft<'_, '_>,
    effort: Option<crate::neutral::Effort>,
    body: &mut Object<'_>,
) -> Result<(), Failure> {
    let schema = match &draft.request.format {
        Format::Text => None,
        Format::Json => {
            draft.losses.approximated(draft.member(Field::Format), "asked for in words")?;
            None
        }
        Format::Schema { schema, .. } => Some(schema),
    };
    if effort.is_none() && schema.is_none() {
        return Ok(());
    }
    let mut config = body.object("output_config");
    if let Some(effort) = effort {
        config.str("effort", effort.as_str());
    }
    if let Some(schema) = schema {
        config.object("format").str("type", "json_schema").raw("schema", schema.get());
    }
    Ok(())
}

fn system(draft: &Draft<'_, '_>, body: &mut Object<'_>, marks: &mut Marks) {
    let request = draft.request;
    let blocks = || {
        let all = request.turns[..request.preamble()].iter().flat_map(|turn| &turn.blocks);
        all.filter_map(|block| match &block.content {
            Content::Text { text, .. } if !text.is_blank() => Some((text, block.cache)),
            _ => None,
        })
    };
    let words = Text::plain("Answer with one JSON object and nothing else.");
    let format = matches!(request.format, Format::Json).then_some((&words, None));
    let mut all = blocks().chain(format);
    let Some(first) = all.next() else { return };
    let Some(second) = all.next() else {
        if first.1.is_none() {
            body.text("system", first.0);
            return;
        }
        text_block(&mut body.array("system"), first.0, first.1, marks);
        return;
    };
    let mut list = body.array("system");
    for (text, cache) in [first, second].into_iter().chain(all) {
        text_block(&mut list, text, cache, marks);
    }
}

fn text_block(list: &mut Array<'_>, text: &Text<'_>, cache: Option<Cache>, marks: &mut Marks) {
    let mut item = list.object();
    item.str("type", "text").text("text", text);
    marks.set(cache, &mut item);
}

fn messages(draft: &mut Draft<'_, '_>, list: &mut Array<'_>, marks: &mut Marks) -> Result<(), Failure> {
    let request = draft.request;
    let mut turns = request.turns[request.preamble()..].iter().peekable();
    while let Some(first) = turns.next() {
        // Turns of one side are one message. Late instructions are said by the user's side.
        let is_assistant = first.role == Role::Assistant;
        let mut side = vec![first];
        while let Some(next) = turns.next_if(|turn| (turn.role == Role::Assistant) == is_assistant) {
            side.push(next);
        }
        let mut content = BytesMut::new();
        {
            let mut blocks = Array::new(&mut content);
            if is_assistant {
                assistant(draft, &side, &mut blocks, marks)?;
            } else {
                user(draft, &side, &mut blocks, marks)?;
            }
        }
        if &content[..] == b"[]" {
            continue;
        }
        let mut message = list.object();
        message.str("role", if is_assistant { "assistant" } else { "user" });
        message.member("content").extend_from_slice(&content);
        if is_assistant && turns.peek().is_none() && draft.target.quirks.adaptive_thinking {
            let place = format!("{}[{}]", draft.member(Field::Turns), first.at);
            return Err(crate::neutral::rejected(&place));
        }
    }
    Ok(())
}

/// What tools answered comes first: it must follow the calls.
fn user(draft: &mut Draft<'_, '_>, side: &[&Turn<'_>], list: &mut Array<'_>, marks: &mut Marks) -> Result<(), Failure> {
    for block in side.iter().flat_map(|turn| &turn.blocks) {
        if let Content::Outcome(outcome) = &block.content {
            answered(draft, side[0], outcome, block.cache, list, marks)?;
        }
    }
    for turn in side {
        if turn.role.is_instruction() {
            let text = joined(turn.blocks.iter(), "\n\n");
            if !text.is_blank() {
                draft
                    .losses
                    .approximated(format!("{}[{}]", draft.member(Field::Turns), turn.at), "said by the user's side")?;
                text_block(list, &reminder(&text), None, marks);
            }
            continue;
        }
        for block in &turn.blocks {
            match &block.content {
                Content::Text { text, .. } | Content::Refusal(text) if !text.is_blank() => {
                    text_block(list, text, block.cache, marks);
                }
                Content::Outcome(_) | Content::Text { .. } | Content::Refusal(_) => {}
                Content::Media(media) => {
                    media_block(draft, &draft.place(turn, block), media, block.cache, list, marks)?;
                }
                Content::Only(only) if draft.request.origin == Dialect::Messages => drop(list.raw(only.json.get())),
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Thinking(_) | Content::Call(_) => {
                    draft.losses.dropped(draft.place(turn, block), "unsupported")?;
                }
            }
        }
    }
    Ok(())
}

fn answered(
    draft: &Draft<'_, '_>,
    turn: &Turn<'_>,
    outcome: &Outcome<'_>,
    cache: Option<Cache>,
    list: &mut Array<'_>,
    marks: &mut Marks,
) -> Result<(), Failure> {
    let mut item = list.object();
    item.str("type", "tool_result").str("tool_use_id", &fit_id(&outcome.id));
    let said = |block: &&Block<'_>| match &block.content {
        Content::Text { text, .. } => !text.is_blank(),
        _ => true,
    };
    let blocks: Vec<_> = outcome.blocks.iter().filter(said).collect();
    match (&*blocks, outcome.json) {
        ([], Some(json)) => drop(item.str("content", json.get())),
        ([], None) => {}
        ([Block { content: Content::Text { text, .. }, .. }], _) => drop(item.text("content", text)),
        _ => {
            let mut content = item.array("content");
            for block in blocks {
                match &block.content {
                    Content::Text { text, .. } => text_block(&mut content, text, None, marks),
                    Content::Media(media) => {
                        media_block(draft, &draft.place(turn, block), media, None, &mut content, marks)?;
                    }
                    Content::Only(only) if draft.request.origin == Dialect::Messages => {
                        content.raw(only.json.get());
                    }
                    _ => {}
                }
            }
        }
    }
    if outcome.is_error {
        item.bool("is_error", true);
    }
    marks.set(cache, &mut item);
    Ok(())
}

fn media_block(
    draft: &Draft<'_, '_>,
    place: &str,
    media: &Media<'_>,
    cache: Option<Cache>,
    list: &mut Array<'_>,
    marks: &mut Marks,
) -> Result<(), Failure> {
    const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];
    let is_own = draft.request.origin == Dialect::Messages;
    let kind = match (media.kind, &media.source) {
        (MediaKind::Image, Source::Inline { mime, .. }) if !IMAGES.contains(&&**mime) && !is_own => {
            return Err(crate::neutral::rejected(place));
        }
        (_, Source::File(_)) if !is_own => return Err(crate::neutral::rejected(place)),
        (MediaKind::Image, _) => "image",
        (MediaKind::Document, _) => "document",
        (MediaKind::Audio | MediaKind::Video, _) => return Err(crate::neutral::rejected(place)),
    };
    let mut item = list.object();
    item.str("type", kind);
    {
        let mut source = item.object("source");
        match &media.source {
            Source::Inline { mime, data } => {
                source.str("type", "base64").str("media_type", mime).text("data", data);
            }
            Source::Url(url) => drop(source.str("type", "url").text("url", url)),
            Source::File(id) => drop(source.str("type", "file").text("file_id", id)),
            Source::Text(text) => {
                source.str("type", "text").str("media_type", "text/plain").text("data", text);
            }
        }
    }
    if kind == "document" {
        if let Some(name) = &media.name {
            item.text("title", name);
        }
        if let Some(context) = &media.context {
            item.text("context", context);
        }
        if media.cite {
            item.object("citations").bool("enabled", true);
        }
    }
    marks.set(cache, &mut item);
    Ok(())
}

fn assistant(
    draft: &mut Draft<'_, '_>,
    side: &[&Turn<'_>],
    list: &mut Array<'_>,
    marks: &mut Marks,
) -> Result<(), Failure> {
    for turn in side {
        for block in &turn.blocks {
            match &block.content {
                Content::Text { text, .. } | Content::Refusal(text) if !text.is_blank() => {
                    text_block(list, text, block.cache, marks);
                }
                Content::Text { .. } | Content::Refusal(_) => {}
                Content::Thinking(thinking) => thought(thinking, list),
                Content::Call(call) => called(draft, turn, block, call, list, marks)?,
                Content::Only(only) if draft.request.origin == Dialect::Messages => drop(list.raw(only.json.get())),
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Media(_) | Content::Outcome(_) => {
                    draft.losses.dropped(draft.place(turn, block), "unsupported")?;
                }
            }
        }
    }
    Ok(())
}

/// Thinking goes back only with this provider's own seal: it refuses any other, and none.
fn thought(thinking: &Thinking<'_>, list: &mut Array<'_>) {
    match &thinking.seal {
        Some(Seal { issuer: Issuer::Messages, data }) => {
            list.object().str("type", "thinking").text("thinking", &thinking.text).text("signature", data);
        }
        Some(Seal { issuer: Issuer::MessagesRedacted, data }) => {
            list.object().str("type", "redacted_thinking").text("data", data);
        }
        _ => {}
    }
}

fn called(
    draft: &mut Draft<'_, '_>,
    turn: &Turn<'_>,
    block: &Block<'_>,
    call: &Call<'_>,
    list: &mut Array<'_>,
    marks: &mut Marks,
) -> Result<(), Failure> {
    let (input, bent) = call.args.object();
    if bent {
        draft.losses.approximated(draft.place(turn, block), "arguments aren't a JSON object")?;
    }
    let name = draft.sent_name(&call.name, call.namespace.as_deref());
    let mut item = list.object();
    item.str("type", "tool_use").str("id", &fit_id(&call.id)).str("name", &name).raw("input", &input);
    marks.set(block.cache, &mut item);
    Ok(())
}

/// Whether there are any.
fn tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>, marks: &mut Marks) -> Result<bool, Failure> {
    let request = draft.request;
    let is_own = request.origin == Dialect::Messages;
    let allowed = match &request.tool_choice {
        Some(ToolChoice::Among { names, .. }) => {
            draft.losses.approximated(draft.member(Field::ToolChoice), "other tools are left out")?;
            Some(names)
        }
        Some(ToolChoice::Only(only)) if !is_own => {
            return Err(crate::neutral::rejected(&format!("{}.{}", draft.member(Field::ToolChoice), only.name)));
        }
        _ => None,
    };
    let mut written = BytesMut::new();
    {
        let mut list = Array::new(&mut written);
        for tool in request.tools.iter().filter(|tool| allowed.is_none_or(|names| names.contains(&tool.name))) {
            match &tool.kind {
                ToolKind::Function(schema) => {
                    let name = draft.send_tool(tool, false);
                    let schema = object_schema(schema.as_deref());
                    definition(tool, &name, tool.description.as_ref(), &schema, &mut list, marks);
                }
                ToolKind::Custom(format) => {
                    let name = draft.send_tool(tool, true);
                    if format.is_some_and(|format| format.get().contains("grammar")) {
                        draft.losses.approximated(draft.tool_place(tool), "the grammar is only described")?;
                    }
                    definition(tool, &name, custom_description(tool).as_ref(), custom_schema(), &mut list, marks);
                }
                ToolKind::WebSearch { own, .. } | ToolKind::Only(own) if is_own => drop(list.raw(own.json.get())),
                ToolKind::WebSearch { allowed_domains, location, .. } => {
                    let mut item = list.object();
                    item.str("type", "web_search_20250305").str("name", "web_search");
                    if let Some(domains) = allowed_domains {
                        item.raw("allowed_domains", domains.get());
                    }
                    if let Some(location) = location {
                        item.raw("user_location", location.get());
                    }
                }
                ToolKind::Only(only) => draft.losses.only(draft.tool_place(tool), only)?,
            }
        }
    }
    let any = &written[..] != b"[]";
    if any {
        body.member("tools").extend_from_slice(&written);
    }
    Ok(any)
}

fn definition(
    tool: &Tool<'_>,
    name: &str,
    description: Option<&Text<'_>>,
    schema: &str,
    list: &mut Array<'_>,
    marks: &mut Marks,
) {
    let mut item = list.object();
    item.str("name", name);
    if let Some(description) = description {
        item.text("description", description);
    }
    item.raw("input_schema", schema);
    if let Some(true) = tool.strict {
        item.bool("strict", true);
    }
    marks.set(tool.cache, &mut item);
}

fn tool_choice(draft: &Draft<'_, '_>, body: &mut Object<'_>) {
    let request = draft.request;
    let one_at_a_time = request.parallel == Some(false);
    if request.tool_choice.is_none() && !one_at_a_time {
        return;
    }
    let mut choice = body.object("tool_choice");
    match &request.tool_choice {
        None | Some(ToolChoice::Auto | ToolChoice::Among { required: false, .. }) => choice.str("type", "auto"),
        Some(ToolChoice::None) => choice.str("type", "none"),
        Some(ToolChoice::Required | ToolChoice::Among { required: true, .. }) => choice.str("type", "any"),
        Some(ToolChoice::One(name)) => choice.str("type", "tool").str("name", &draft.chosen_name(name)),
        Some(ToolChoice::Only(only)) => choice.str("type", "tool").str("name", &only.name),
    };
    if one_at_a_time && !matches!(request.tool_choice, Some(ToolChoice::None)) {
        choice.bool("disable_parallel_tool_use", true);
    }
}
