//! Writes `POST /v1/chat/completions`.

use bytes::BytesMut;

use crate::{
    Dialect, Failure, Target, Written,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{
        Args, Block, Cache, Content, Field, Format, Issuer, Media, MediaKind, Naming, Outcome, Request, Role, Source,
        Tool, ToolChoice, ToolKind, Turn,
    },
    write::{Draft, custom_description, custom_schema, is_billing_line, joined},
};

/// Most stop sequences that the protocol knows.
const MOST_STOPS: usize = 4;
/// Longest name of a user.
const LONGEST_USER: usize = 64;

/// Writes a request for a provider.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::CHAT);
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        body.str("model", target.model);
        messages(&mut draft, &mut body.array("messages"))?;
        tools(&mut draft, &mut body)?;
        limits(&mut draft, &mut body)?;
        thinking(&mut draft, &mut body)?;
        format(request, &mut body);
        if request.stream {
            body.bool("stream", true);
            if !target.quirks.no_stream_options {
                body.object("stream_options").bool("include_usage", true);
            }
        }
        if let Some(tier) = &request.tier {
            if request.origin == Dialect::Chat {
                body.text("service_tier", tier);
            } else {
                draft.dropped(Field::Tier, true)?;
            }
        }
        if let Some(user) = &request.user {
            body.str("user", &crate::neutral::fit_user(&user.decode(), LONGEST_USER));
        }
        if let Some(metadata) = request.metadata {
            body.raw("metadata", metadata.get());
        }
        if let Some(key) = &request.cache_key {
            body.text("prompt_cache_key", key);
        }
        draft.only(request.origin == Dialect::Chat, &mut body)?;
    }
    Ok(draft.finish(out, Vec::new()))
}

fn messages(draft: &mut Draft<'_, '_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let preamble = request.preamble();
    // Instructions that dialects keep apart from the conversation are one message here.
    let (system, rest) = request.turns.split_at(preamble);
    if request.origin == Dialect::Chat {
        for turn in system {
            instruction(draft, std::slice::from_ref(turn), list);
        }
    } else if !system.is_empty() {
        instruction(draft, system, list);
    }
    for turn in rest {
        match turn.role {
            Role::System | Role::Developer => instruction(draft, std::slice::from_ref(turn), list),
            Role::User => user(draft, turn, list)?,
            Role::Assistant => assistant(draft, turn, list)?,
        }
    }
    Ok(())
}

fn instruction(draft: &Draft<'_, '_>, turns: &[Turn<'_>], list: &mut Array<'_>) {
    let quirks = draft.target.quirks;
    let blocks = || {
        let all = turns.iter().flat_map(|turn| &turn.blocks);
        all.filter(move |block| !(quirks.no_billing_line && is_billing_line(block)))
    };
    let text = joined(blocks(), "\n\n");
    if text.is_empty() {
        return;
    }
    let is_developer = turns.iter().all(|turn| turn.role == Role::Developer);
    let mut message = list.object();
    message.str("role", if is_developer && quirks.developer_role { "developer" } else { "system" });
    if quirks.cache_marks && blocks().any(|block| block.cache.is_some()) {
        let mut parts = message.array("content");
        for block in blocks() {
            if let Content::Text { text, .. } = &block.content {
                text_part(&mut parts, text, block.cache);
            }
        }
    } else {
        message.text("content", &text);
    }
    if let [Turn { name: Some(name), .. }] = turns {
        message.text("name", name);
    }
}

fn user<'r>(draft: &mut Draft<'r, '_>, turn: &'r Turn<'r>, list: &mut Array<'_>) -> Result<(), Failure> {
    // Pictures that tools answered with, where only a person may show any: after the last answer, not between two.
    let mut moved: Vec<&Block<'_>> = Vec::new();
    for block in &turn.blocks {
        if let Content::Outcome(outcome) = &block.content {
            answered(draft, outcome, list, &mut moved);
        }
    }
    let mut said: Vec<&Block<'_>> = Vec::new();
    for block in moved.into_iter().chain(turn.blocks.iter()) {
        match &block.content {
            Content::Outcome(_) => {}
            Content::Only(only) => draft.only_block(turn, block, only)?,
            Content::Thinking(_) | Content::Call(_) => draft.losses.dropped(draft.place(turn, block), "unsupported")?,
            _ => said.push(block),
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    let mut message = list.object();
    message.str("role", "user");
    let is_text = said.iter().all(|block| matches!(block.content, Content::Text { .. } | Content::Refusal(_)));
    let marks = draft.target.quirks.cache_marks && said.iter().any(|block| block.cache.is_some());
    // Many providers take nothing but a text where a text is enough.
    if is_text && !marks && (said.len() == 1 || draft.request.origin != Dialect::Chat) {
        message.text("content", &joined(said.into_iter(), "\n"));
    } else {
        let mut parts = message.array("content");
        for block in said {
            let mark = block.cache.filter(|_| draft.target.quirks.cache_marks);
            match &block.content {
                Content::Text { text, .. } | Content::Refusal(text) => text_part(&mut parts, text, mark),
                Content::Media(media) => media_part(draft, turn, block, media, &mut parts)?,
                _ => {}
            }
        }
    }
    if let Some(name) = &turn.name {
        message.text("name", name);
    }
    Ok(())
}

/// What a tool answered, as a message of its own.
fn answered<'r>(draft: &Draft<'_, '_>, outcome: &'r Outcome<'r>, list: &mut Array<'_>, moved: &mut Vec<&'r Block<'r>>) {
    let has_media = outcome.blocks.iter().any(|block| matches!(block.content, Content::Media(_)));
    let mut message = list.object();
    message.str("role", "tool").str("tool_call_id", &outcome.id);
    if has_media && draft.target.quirks.media_in_outcomes {
        let mut parts = message.array("content");
        for block in &outcome.blocks {
            match &block.content {
                Content::Text { text, .. } => text_part(&mut parts, text, None),
                Content::Media(media) if media.kind == MediaKind::Image => image_part(media, &mut parts),
                _ => {}
            }
        }
        return;
    }
    let mut text = joined(outcome.blocks.iter(), "\n").into_owned();
    if let (true, Some(json)) = (text.is_empty(), outcome.json) {
        text = Text::plain(json.get()).into_owned();
    }
    if has_media {
        moved.extend(outcome.blocks.iter().filter(|block| matches!(block.content, Content::Media(_))));
        if !text.is_empty() {
            text.push(&Text::plain("\n"));
        }
        text.push(&Text::plain("The tool's files are in the next message of the user."));
    }
    if outcome.is_error && !text.escaped().starts_with("Error") {
        let mut marked = Text::plain("Error: ").into_owned();
        marked.push(&text);
        text = marked;
    }
    message.text("content", &text);
}

fn assistant(draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let quirks = draft.target.quirks;
    let calls = || turn.blocks.iter().filter(|block| matches!(block.content, Content::Call(_)));
    let text = joined(turn.blocks.iter().filter(|block| matches!(block.content, Content::Text { .. })), "");
    let refusal = turn.blocks.iter().find_map(|block| match &block.content {
        Content::Refusal(text) => Some(text),
        _ => None,
    });
    let mut thoughts = Text::default();
    for block in &turn.blocks {
        match &block.content {
            Content::Thinking(thinking) => thoughts.push(&thinking.text),
            Content::Only(only) => draft.only_block(turn, block, only)?,
            Content::Media(_) | Content::Outcome(_) => {
                draft.losses.dropped(draft.place(turn, block), "unsupported")?;
            }
            _ => {}
        }
    }
    let has_calls = calls().next().is_some();
    if text.is_empty() && refusal.is_none() && !has_calls {
        return Ok(());
    }
    let mut message = list.object();
    message.str("role", "assistant");
    if text.is_empty() && (has_calls || refusal.is_some()) {
        message.null("content");
    } else {
        message.text("content", &text);
    }
    if let Some(refusal) = refusal {
        message.text("refusal", refusal);
    }
    if quirks.thinking_history && (has_calls || !thoughts.is_empty()) {
        // Providers that want it want something.
        message.text("reasoning_content", &if thoughts.is_empty() { Text::plain(" ") } else { thoughts });
    }
    if has_calls {
        let mut list = message.array("tool_calls");
        for block in calls() {
            let Content::Call(call) = &block.content else { continue };
            let name = draft.sent_name(&call.name, call.namespace.as_deref());
            let mut item = list.object();
            item.str("id", &call.id);
            if let (Args::Free(input), true) = (&call.args, draft.request.origin == Dialect::Chat) {
                item.str("type", "custom");
                item.object("custom").str("name", &name).text("input", input);
            } else {
                item.str("type", "function");
                item.object("function").str("name", &name).text("arguments", &call.args.quoted());
                if let Some(seal) = call.seal.as_ref().filter(|seal| seal.issuer == Issuer::Gemini) {
                    item.object("extra_content").object("google").text("thought_signature", &seal.data);
                }
            }
        }
    }
    if let Some(name) = &turn.name {
        message.text("name", name);
    }
    Ok(())
}

fn text_part(parts: &mut Array<'_>, text: &Text<'_>, cache: Option<Cache>) {
    let mut part = parts.object();
    part.str("type", "text").text("text", text);
    if let Some(cache) = cache {
        let mut mark = part.object("cache_control");
        mark.str("type", "ephemeral");
        if cache == Cache::Long {
            mark.str("ttl", "1h");
        }
    }
}

fn media_part(
    draft: &mut Draft<'_, '_>,
    turn: &Turn<'_>,
    block: &Block<'_>,
    media: &Media<'_>,
    parts: &mut Array<'_>,
) -> Result<(), Failure> {
    let place = || draft.place(turn, block);
    let is_own = draft.request.origin == Dialect::Chat;
    match (&media.source, media.kind) {
        (Source::Text(text), _) => {
            let mut whole = media.name.clone().unwrap_or_default().into_owned();
            if !whole.is_empty() {
                whole.push(&Text::plain("\n\n"));
            }
            whole.push(text);
            text_part(parts, &whole, None);
        }
        (Source::Inline { .. } | Source::Url(_), MediaKind::Image) => image_part(media, parts),
        (Source::Inline { mime, data }, MediaKind::Audio) => {
            let format = match &**mime {
                "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
                "audio/mpeg" | "audio/mp3" => "mp3",
                other => other.strip_prefix("audio/").unwrap_or(other),
            };
            let mut part = parts.object();
            part.str("type", "input_audio").object("input_audio").text("data", data).str("format", format);
        }
        (Source::Inline { .. }, MediaKind::Document) => {
            let mut part = parts.object();
            part.str("type", "file");
            let mut file = part.object("file");
            file.text("filename", media.name.as_ref().unwrap_or(&Text::plain("document.pdf")));
            file.text("file_data", &media.source.address());
        }
        (Source::File(id), MediaKind::Document) if is_own => {
            parts.object().str("type", "file").object("file").text("file_id", id);
        }
        (Source::Inline { .. } | Source::Url(_), MediaKind::Video) if is_own => {
            let mut part = parts.object();
            part.str("type", "video_url");
            part.object("video_url").text("url", &media.source.address());
        }
        _ => return Err(crate::neutral::rejected(&place())),
    }
    Ok(())
}

fn image_part(media: &Media<'_>, parts: &mut Array<'_>) {
    let mut part = parts.object();
    part.str("type", "image_url");
    let mut image = part.object("image_url");
    image.text("url", &media.source.address());
    if let Some(detail) = &media.detail {
        image.text("detail", detail);
    }
}

fn tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let is_own = request.origin == Dialect::Chat;
    let mut list = BytesMut::new();
    let mut any = false;
    {
        let mut items = Array::new(&mut list);
        for tool in &request.tools {
            match &tool.kind {
                ToolKind::Function(schema) => {
                    let name = draft.send_tool(tool, false);
                    let mut item = items.object();
                    item.str("type", "function");
                    let schema = schema.as_deref().map(serde_json::value::RawValue::get);
                    function(&mut item, tool, &name, tool.description.as_ref(), schema);
                }
                ToolKind::Custom(format) if is_own => {
                    let mut item = items.object();
                    item.str("type", "custom");
                    let mut custom = item.object("custom");
                    custom.str("name", &tool.name);
                    if let Some(description) = &tool.description {
                        custom.text("description", description);
                    }
                    if let Some(format) = format {
                        custom.raw("format", format.get());
                    }
                }
                ToolKind::Custom(_) => {
                    let name = draft.send_tool(tool, true);
                    let mut item = items.object();
                    item.str("type", "function");
                    function(&mut item, tool, &name, custom_description(tool).as_ref(), Some(custom_schema()));
                }
                ToolKind::WebSearch { own, .. } if is_own => {
                    body.raw("web_search_options", own.json.get());
                    continue;
                }
                ToolKind::Only(only) if is_own => {
                    items.raw(only.json.get());
                }
                ToolKind::WebSearch { own: only, .. } | ToolKind::Only(only) => {
                    draft.losses.only(draft.tool_place(tool), only)?;
                    continue;
                }
            }
            any = true;
        }
    }
    if let Some(ToolChoice::Only(only)) = &request.tool_choice
        && !is_own
    {
        return Err(crate::neutral::rejected(&format!("{}.{}", draft.member(Field::ToolChoice), only.name)));
    }
    // Providers refuse a choice among no tools.
    if !any {
        return Ok(());
    }
    body.member("tools").extend_from_slice(&list);
    if let Some(choice) = &request.tool_choice {
        tool_choice(draft, choice, body);
    }
    if let Some(parallel) = request.parallel {
        body.bool("parallel_tool_calls", parallel);
    }
    Ok(())
}

fn function(item: &mut Object<'_>, tool: &Tool<'_>, name: &str, description: Option<&Text<'_>>, schema: Option<&str>) {
    let mut function = item.object("function");
    function.str("name", name);
    if let Some(description) = description {
        function.text("description", description);
    }
    if let Some(schema) = schema {
        function.raw("parameters", schema);
    }
    if let Some(strict) = tool.strict {
        function.bool("strict", strict);
    }
}

fn tool_choice(draft: &Draft<'_, '_>, choice: &ToolChoice<'_>, body: &mut Object<'_>) {
    let name = |name: &str| draft.chosen_name(name).into_owned();
    match choice {
        ToolChoice::Auto => drop(body.str("tool_choice", "auto")),
        ToolChoice::None => drop(body.str("tool_choice", "none")),
        ToolChoice::Required => drop(body.str("tool_choice", "required")),
        ToolChoice::One(one) => {
            let mut choice = body.object("tool_choice");
            choice.str("type", "function");
            choice.object("function").str("name", &name(one));
        }
        ToolChoice::Among { names, required } => {
            let mut choice = body.object("tool_choice");
            choice.str("type", "allowed_tools");
            let mut allowed = choice.object("allowed_tools");
            allowed.str("mode", if *required { "required" } else { "auto" });
            let mut tools = allowed.array("tools");
            for one in names {
                let mut tool = tools.object();
                tool.str("type", "function");
                tool.object("function").str("name", &name(one));
            }
        }
        ToolChoice::Only(only) => drop(body.raw("tool_choice", only.json.get())),
    }
}

fn limits(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let quirks = draft.target.quirks;
    if let Some(most) = request.max_output {
        body.int(if quirks.max_completion_tokens { "max_completion_tokens" } else { "max_tokens" }, most);
    }
    let sampling = &request.sampling;
    for (name, raw) in [
        ("temperature", sampling.temperature),
        ("top_p", sampling.top_p),
        ("frequency_penalty", sampling.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty),
        ("seed", sampling.seed),
    ] {
        if let Some(raw) = raw {
            body.raw(name, raw.get());
        }
    }
    for (name, field, raw) in [("top_k", Field::TopK, sampling.top_k), ("min_p", Field::MinP, sampling.min_p)] {
        match raw {
            Some(raw) if quirks.top_k || request.origin == Dialect::Chat => drop(body.raw(name, raw.get())),
            raw => draft.dropped(field, raw.is_some())?,
        }
    }
    if let Some(n) = request.answers {
        body.int("n", n.into());
    }
    if let Some(logprobs) = request.logprobs {
        body.bool("logprobs", true);
        if let Some(top) = logprobs.top {
            body.int("top_logprobs", top.into());
        }
    }
    match &*request.stop {
        [] => {}
        [stop] => drop(body.text("stop", stop)),
        all => {
            if all.len() > MOST_STOPS {
                draft.losses.approximated(draft.member(Field::Stop), format!("at most {MOST_STOPS}"))?;
            }
            let mut list = body.array("stop");
            for stop in all.iter().take(MOST_STOPS) {
                list.text(stop);
            }
        }
    }
    Ok(())
}

fn thinking(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let wish = draft.request.thinking;
    if wish.is_off() {
        // A model that thinks by itself is told not to; from a dialect whose models don't, nothing is said.
        if matches!(draft.request.origin, Dialect::Chat | Dialect::Responses) {
            body.str("reasoning_effort", "none");
        }
    } else if let Some(effort) = wish.as_effort() {
        if wish.effort.is_none() {
            draft.losses.approximated(draft.member(Field::Thinking), effort.as_str())?;
        }
        body.str("reasoning_effort", effort.as_str());
    }
    Ok(())
}

fn format(request: &Request<'_>, body: &mut Object<'_>) {
    match &request.format {
        Format::Text => {}
        Format::Json => {
            body.object("response_format").str("type", "json_object");
        }
        Format::Schema { name, description, schema, strict } => {
            let mut format = body.object("response_format");
            format.str("type", "json_schema");
            let mut json = format.object("json_schema");
            json.text("name", name.as_ref().unwrap_or(&Text::plain("response")));
            if let Some(description) = description {
                json.text("description", description);
            }
            json.raw("schema", schema.get());
            // Messages has no other kind.
            if let Some(strict) = strict {
                json.bool("strict", *strict);
            }
        }
    }
}
