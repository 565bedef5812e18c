//! Writes `POST /model/{model}/converse`.

use bytes::BytesMut;

use crate::{
    Failure, Target, Written,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{
        Cache, Content, Field, Format, Issuer, Media, MediaKind, Naming, Outcome, Request, Role, Source, Thinking,
        ToolChoice, ToolKind, Turn, fit_id,
    },
    write::{Draft, custom_description, custom_schema, is_billing_line, joined, object_schema, reminder},
};

/// The smallest budget for thinking, and what is left for the answer.
const LEAST_THINKING: i64 = 1_024;
/// Output beside the thinking for a client that sets no limit.
const USUAL_OUTPUT: i64 = 8_192;

/// Writes a request for a provider. The model and whether to stream are the path's.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::CHAT);
    draft.rejected(Field::Answers, request.answers.is_some_and(|n| n > 1))?;
    if !draft.is_lenient() {
        draft.rejected(Field::Logprobs, request.logprobs.is_some())?;
    }
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        system(&mut draft, &mut body)?;
        messages(&mut draft, &mut body.array("messages"))?;
        tools(&mut draft, &mut body)?;
        limits(&mut draft, &mut body)?;
        if let Format::Schema { name, schema, .. } = &request.format {
            let mut config = body.object("outputConfig");
            let mut format = config.object("textFormat");
            format.str("type", "json_schema");
            let mut structure = format.object("structure");
            // Here a schema is a text.
            structure
                .object("jsonSchema")
                .text("name", name.as_ref().unwrap_or(&Text::plain("response")))
                .str("schema", schema.get());
        }
        let is_special = |tier: &Text<'_>| !matches!(&*tier.decode(), "auto" | "default");
        draft.dropped(Field::Tier, request.tier.as_ref().is_some_and(is_special))?;
        draft.only(false, &mut body)?;
    }
    Ok(draft.finish(out, Vec::new()))
}

fn system(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let strip = draft.target.quirks.no_billing_line;
    let words = Text::plain("Answer with one JSON object and nothing else.");
    let mut written = BytesMut::new();
    {
        let mut list = Array::new(&mut written);
        for block in request.turns[..request.preamble()].iter().flat_map(|turn| &turn.blocks) {
            if let Content::Text { text, .. } = &block.content
                && !text.is_blank()
                && !(strip && is_billing_line(block))
            {
                list.object().text("text", text);
                mark(block.cache, &mut list);
            }
        }
        if matches!(request.format, Format::Json) {
            draft.losses.approximated(draft.member(Field::Format), "asked for in words")?;
            list.object().text("text", &words);
        }
    }
    if &written[..] != b"[]" {
        body.member("system").extend_from_slice(&written);
    }
    Ok(())
}

/// A mark stands behind what it marks.
fn mark(cache: Option<Cache>, list: &mut Array<'_>) {
    if let Some(cache) = cache {
        let mut item = list.object();
        let mut point = item.object("cachePoint");
        point.str("type", "default");
        if cache == Cache::Long {
            point.str("ttl", "1h");
        }
    }
}

fn messages(draft: &mut Draft<'_, '_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let mut turns = request.turns[request.preamble()..].iter().peekable();
    while let Some(first) = turns.next() {
        // Sides must alternate.
        let is_assistant = first.role == Role::Assistant;
        let mut side = vec![first];
        while let Some(next) = turns.next_if(|turn| (turn.role == Role::Assistant) == is_assistant) {
            side.push(next);
        }
        let mut written = BytesMut::new();
        {
            let mut blocks = Array::new(&mut written);
            for turn in &side {
                for block in &turn.blocks {
                    if let Content::Outcome(outcome) = &block.content {
                        result(&draft.place(turn, block), outcome, &mut blocks)?;
                    }
                }
            }
            for turn in &side {
                said(draft, turn, &mut blocks)?;
            }
        }
        if &written[..] == b"[]" {
            continue;
        }
        let mut message = list.object();
        message.str("role", if is_assistant { "assistant" } else { "user" });
        message.member("content").extend_from_slice(&written);
    }
    Ok(())
}

fn said(draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    if turn.role.is_instruction() {
        let text = joined(turn.blocks.iter(), "\n\n");
        if !text.is_blank() {
            let place = format!("{}[{}]", draft.member(Field::Turns), turn.at);
            draft.losses.approximated(place, "said by the user's side")?;
            list.object().text("text", &reminder(&text));
        }
        return Ok(());
    }
    for block in &turn.blocks {
        match &block.content {
            Content::Text { text, .. } | Content::Refusal(text) if !text.is_blank() => {
                list.object().text("text", text);
            }
            Content::Text { .. } | Content::Refusal(_) | Content::Outcome(_) => continue,
            Content::Media(media) => media_block(&draft.place(turn, block), media, list)?,
            Content::Thinking(thinking) => thought(thinking, list),
            Content::Call(call) => {
                let (input, bent) = call.args.object();
                if bent {
                    draft.losses.approximated(draft.place(turn, block), "arguments aren't a JSON object")?;
                }
                let name = draft.sent_name(&call.name, call.namespace.as_deref());
                let mut item = list.object();
                let mut call_block = item.object("toolUse");
                call_block.str("toolUseId", &fit_id(&call.id)).str("name", &name).raw("input", &input);
            }
            Content::Only(only) => draft.only_block(turn, block, only)?,
        }
        mark(block.cache, list);
    }
    Ok(())
}

/// Thinking goes back with the seal of the model that thought it, which is the same wherever that model runs.
fn thought(thinking: &Thinking<'_>, list: &mut Array<'_>) {
    let Some(seal) = &thinking.seal else { return };
    match seal.issuer {
        Issuer::Converse | Issuer::Messages if !thinking.text.is_empty() => {
            let mut item = list.object();
            let mut content = item.object("reasoningContent");
            content.object("reasoningText").text("text", &thinking.text).text("signature", &seal.data);
        }
        Issuer::Converse | Issuer::MessagesRedacted => {
            list.object().object("reasoningContent").text("redactedContent", &seal.data);
        }
        _ => {}
    }
}

fn result(place: &str, outcome: &Outcome<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let mut item = list.object();
    let mut result = item.object("toolResult");
    result.str("toolUseId", &fit_id(&outcome.id));
    {
        let mut content = result.array("content");
        let text = joined(outcome.blocks.iter(), "\n");
        let media = || outcome.blocks.iter().filter(|block| matches!(block.content, Content::Media(_)));
        match outcome.json {
            Some(json) if text.is_empty() => drop(content.object().raw("json", json.get())),
            // There must be something.
            _ if text.is_blank() && media().next().is_none() => drop(content.object().raw("json", "{}")),
            _ if text.is_blank() => {}
            _ => drop(content.object().text("text", &text)),
        }
        for block in media() {
            if let Content::Media(media) = &block.content {
                media_block(place, media, &mut content)?;
            }
        }
    }
    if outcome.is_error {
        result.str("status", "error");
    }
    Ok(())
}

fn media_block(place: &str, media: &Media<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
    let (mime, data) = match &media.source {
        Source::Inline { mime, data } => (&**mime, data),
        Source::Url(_) => return Err(crate::neutral::rejected_link(place)),
        Source::File(_) => return Err(crate::neutral::rejected(place)),
        Source::Text(text) => {
            list.object().text("text", text);
            return Ok(());
        }
    };
    let (kind, format) = match (media.kind, mime) {
        (MediaKind::Image, "image/png") => ("image", "png"),
        (MediaKind::Image, "image/jpeg" | "image/jpg") => ("image", "jpeg"),
        (MediaKind::Image, "image/gif") => ("image", "gif"),
        (MediaKind::Image, "image/webp") => ("image", "webp"),
        (MediaKind::Document, "application/pdf") => ("document", "pdf"),
        (MediaKind::Document, "text/csv") => ("document", "csv"),
        (MediaKind::Document, "text/html") => ("document", "html"),
        (MediaKind::Document, "text/plain") => ("document", "txt"),
        (MediaKind::Document, "text/markdown") => ("document", "md"),
        _ => return Err(crate::neutral::rejected(place)),
    };
    let mut item = list.object();
    let mut block = item.object(kind);
    block.str("format", format);
    if kind == "document" {
        block.str("name", &document_name(media));
    }
    block.object("source").text("bytes", data);
    Ok(())
}

/// Letters, digits, single spaces, hyphens and brackets are all that a document's name may have.
fn document_name(media: &Media<'_>) -> String {
    let name = media.name.as_ref().map(Text::decode).unwrap_or_default();
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "-()[]".contains(c) { c } else { ' ' };
    let name: String = name.chars().map(allowed).collect();
    let name = name.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { "document".to_owned() } else { name }
}

fn tools(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let at = draft.member(Field::ToolChoice);
    let calls = || {
        request.turns.iter().flat_map(|turn| &turn.blocks).filter_map(|block| match &block.content {
            Content::Call(call) => Some(call),
            _ => None,
        })
    };
    let offered = match &request.tool_choice {
        Some(ToolChoice::None) if calls().next().is_none() => return Ok(()),
        Some(ToolChoice::None) => {
            draft.losses.dropped(at, "the history has calls")?;
            None
        }
        Some(ToolChoice::Only(only)) => return Err(crate::neutral::rejected(&format!("{at}.{}", only.name))),
        Some(ToolChoice::Among { names, .. }) => {
            draft.losses.approximated(at, "other tools are left out")?;
            Some(names)
        }
        _ => None,
    };
    draft.dropped(Field::Parallel, request.parallel == Some(false) && !request.tools.is_empty())?;
    let mut written = BytesMut::new();
    let mut sent: Vec<String> = Vec::new();
    {
        let mut list = Array::new(&mut written);
        let mut spec = |name: &str, description: Option<&Text<'_>>, schema: &str, cache: Option<Cache>| {
            {
                let mut item = list.object();
                let mut spec = item.object("toolSpec");
                spec.str("name", name);
                if let Some(description) = description.filter(|description| !description.is_empty()) {
                    spec.text("description", description);
                }
                spec.object("inputSchema").raw("json", schema);
            }
            mark(cache, &mut list);
            sent.push(name.to_owned());
        };
        for tool in request.tools.iter().filter(|tool| offered.is_none_or(|names| names.contains(&tool.name))) {
            match &tool.kind {
                ToolKind::Function(schema) => {
                    let name = draft.send_tool(tool, false);
                    spec(&name, tool.description.as_ref(), &object_schema(schema.as_deref()), tool.cache);
                }
                ToolKind::Custom(_) => {
                    let name = draft.send_tool(tool, true);
                    spec(&name, custom_description(tool).as_ref(), custom_schema(), tool.cache);
                }
                ToolKind::WebSearch { own: only, .. } | ToolKind::Only(only) => {
                    draft.losses.only(draft.tool_place(tool), only)?;
                }
            }
        }
        // A history with calls is refused without tools.
        if request.tools.is_empty() {
            let mut known: Vec<String> = Vec::new();
            for call in calls() {
                let name = draft.sent_name(&call.name, call.namespace.as_deref()).into_owned();
                if !known.contains(&name) {
                    spec(&name, None, &object_schema(None), None);
                    known.push(name);
                }
            }
        }
    }
    if sent.is_empty() {
        return Ok(());
    }
    let mut config = body.object("toolConfig");
    config.member("tools").extend_from_slice(&written);
    match &request.tool_choice {
        Some(ToolChoice::Required | ToolChoice::Among { required: true, .. }) => {
            config.object("toolChoice").object("any");
        }
        Some(ToolChoice::One(name)) => {
            config.object("toolChoice").object("tool").str("name", &draft.sent_name(name, None));
        }
        _ => {}
    }
    Ok(())
}

fn limits(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let wish = request.thinking;
    let forced = matches!(
        request.tool_choice,
        Some(ToolChoice::Required | ToolChoice::One(_) | ToolChoice::Among { required: true, .. })
    );
    let mut budget = wish.as_budget().filter(|_| wish.is_on());
    if budget.is_some() && forced {
        draft.losses.dropped(draft.member(Field::Thinking), "a tool is forced")?;
        budget = None;
    }
    let most = request.max_output.or(budget.map(|budget| USUAL_OUTPUT.saturating_add(budget)));
    if let (Some(wanted), Some(most)) = (budget, most) {
        let possible = most.saturating_sub(LEAST_THINKING).min(wanted.max(LEAST_THINKING));
        if possible < LEAST_THINKING {
            draft.losses.dropped(draft.member(Field::Thinking), "max_tokens leaves no room")?;
            budget = None;
        } else {
            if possible < wanted {
                draft.losses.approximated(draft.member(Field::Thinking), "max_tokens leaves less room")?;
            }
            budget = Some(possible);
        }
    }
    let sampling = &request.sampling;
    let mut written = BytesMut::new();
    {
        let mut config = Object::new(&mut written);
        if let Some(most) = most {
            config.int("maxTokens", most);
        }
        for (name, field, raw) in
            [("temperature", Field::Temperature, sampling.temperature), ("topP", Field::TopP, sampling.top_p)]
        {
            match raw {
                Some(_) if budget.is_some() => draft.losses.dropped(draft.member(field), "the model thinks")?,
                Some(raw) => {
                    let value = draft.at_most(field, raw, 1)?;
                    config.raw(name, &value);
                }
                None => {}
            }
        }
        let stops = || request.stop.iter().filter(|stop| !stop.is_blank());
        if stops().next().is_some() {
            let mut list = config.array("stopSequences");
            for stop in stops() {
                list.text(stop);
            }
        }
    }
    if &written[..] != b"{}" {
        body.member("inferenceConfig").extend_from_slice(&written);
    }
    for (field, raw) in [
        (Field::MinP, sampling.min_p),
        (Field::FrequencyPenalty, sampling.frequency_penalty),
        (Field::PresencePenalty, sampling.presence_penalty),
        (Field::Seed, sampling.seed),
    ] {
        draft.dropped(field, raw.is_some())?;
    }
    let top_k = sampling.top_k.filter(|_| budget.is_none());
    if top_k.is_some() || budget.is_some() {
        let mut fields = body.object("additionalModelRequestFields");
        if let Some(top_k) = top_k {
            fields.raw("top_k", top_k.get());
        }
        if let Some(budget) = budget {
            fields.object("thinking").str("type", "enabled").int("budget_tokens", budget);
        }
    }
    Ok(())
}
