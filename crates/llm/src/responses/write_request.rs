//! Writes `POST /v1/responses`. Nothing is left with the provider: what it should know again is sent again.

use bytes::BytesMut;

use super::{LOGPROBS, write_input::Input, write_tools};
use crate::{
    Dialect, Failure, Target, Written,
    json::{Text, write::Object},
    neutral::{Content, Field, Format, Naming, Request, Role, fit_user},
    write::{Draft, is_billing_line, is_not_zero, joined},
};

/// The smallest limit that the protocol takes.
const LEAST_OUTPUT: i64 = 16;
/// Longest name of a user.
const LONGEST_USER: usize = 64;
/// Members that Chat has too, under the same name.
const SHARED: [&str; 3] = ["moderation", "prompt_cache_retention", "prompt_cache_options"];

/// Writes a request for a provider.
pub(crate) fn write_request(request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
    let mut draft = Draft::new(request, target, Naming::CHAT);
    draft.rejected(Field::Answers, request.answers.is_some_and(|n| n > 1))?;
    if !draft.is_lenient() {
        draft.rejected(Field::Stop, !request.stop.is_empty())?;
        begun(&draft)?;
    }
    let mut out = BytesMut::with_capacity(4_096);
    {
        let mut body = Object::new(&mut out);
        body.str("model", target.model);
        let said = instructions(&draft, &mut body);
        Input::default().write(&mut draft, &request.turns[said..], &mut body.array("input"))?;
        write_tools::write_tools(&mut draft, &mut body)?;
        limits(&mut draft, &mut body)?;
        reasoning(&mut draft, &mut body)?;
        text(&draft, &mut body);
        if request.stream {
            body.bool("stream", true);
        }
        if let Some(tier) = &request.tier {
            if is_openai(request.origin) {
                body.text("service_tier", tier);
            } else if tier.decode() != "auto" && tier.decode() != "default" {
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
        only(&mut draft, &mut body)?;
    }
    Ok(draft.finish(out, Vec::new()))
}

/// Dialects of the vendor whose files, tiers and members these are.
pub(super) fn is_openai(origin: Dialect) -> bool {
    matches!(origin, Dialect::Chat | Dialect::Responses)
}

/// An answer that the client began: here the model would answer it instead of going on.
fn begun(draft: &Draft<'_, '_>) -> Result<(), Failure> {
    let request = draft.request;
    let Some(last) = request.turns.last().filter(|turn| turn.role == Role::Assistant) else { return Ok(()) };
    let has_calls = last.blocks.iter().any(|block| matches!(block.content, Content::Call(_)));
    let has_text = last.blocks.iter().any(|block| matches!(block.content, Content::Text { .. }));
    if request.origin == Dialect::Responses || has_calls || !has_text {
        return Ok(());
    }
    Err(crate::neutral::rejected(&format!("{}[{}]", draft.member(Field::Turns), last.at)))
}

/// The first instructions have a member of their own. How many turns that were.
fn instructions(draft: &Draft<'_, '_>, body: &mut Object<'_>) -> usize {
    let Some(first) = draft.request.turns.first().filter(|turn| turn.role.is_instruction()) else { return 0 };
    let skips = draft.target.quirks.no_billing_line;
    let text = joined(first.blocks.iter().filter(|block| !(skips && is_billing_line(block))), "\n\n");
    if !text.is_empty() {
        body.text("instructions", &text);
    }
    1
}

fn limits(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    if let Some(most) = request.max_output {
        if most < LEAST_OUTPUT {
            draft.losses.approximated(draft.member(Field::MaxOutput), format!("at least {LEAST_OUTPUT}"))?;
        }
        body.int("max_output_tokens", most.max(LEAST_OUTPUT));
    }
    let sampling = request.sampling;
    for (name, raw) in [("temperature", sampling.temperature), ("top_p", sampling.top_p)] {
        if let Some(raw) = raw {
            body.raw(name, raw.get());
        }
    }
    for (field, is_there) in [
        (Field::TopK, sampling.top_k.is_some()),
        (Field::MinP, sampling.min_p.is_some()),
        (Field::FrequencyPenalty, sampling.frequency_penalty.is_some_and(is_not_zero)),
        (Field::PresencePenalty, sampling.presence_penalty.is_some_and(is_not_zero)),
        (Field::Seed, sampling.seed.is_some()),
    ] {
        draft.dropped(field, is_there)?;
    }
    // Refused unless the channel's owner would rather have an answer.
    draft.dropped(Field::Stop, !request.stop.is_empty())?;
    if let Some(top) = request.logprobs.and_then(|logprobs| logprobs.top) {
        body.int("top_logprobs", top.into());
    }
    Ok(())
}

fn reasoning(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    let wish = request.thinking;
    let effort = if wish.is_off() {
        // A model that thinks by itself is told not to; from a dialect whose models don't, nothing is said.
        is_openai(request.origin).then_some("none")
    } else {
        let effort = wish.as_effort();
        if let (Some(effort), None) = (effort, wish.effort) {
            draft.losses.approximated(draft.member(Field::Thinking), effort.as_str())?;
        }
        effort.map(crate::neutral::Effort::as_str)
    };
    // Thoughts are told in short or not at all. Clients of dialects that show them expect some.
    let shows = wish.show.unwrap_or(wish.is_on() && !is_openai(request.origin));
    let own = || request.only.iter().filter_map(|only| Some((only.name.strip_prefix("reasoning.")?, only.json)));
    let own: Vec<_> = own().filter(|_| request.origin == Dialect::Responses).collect();
    if effort.is_none() && !shows && own.is_empty() {
        return Ok(());
    }
    let mut reasoning = body.object("reasoning");
    if let Some(effort) = effort {
        reasoning.str("effort", effort);
    }
    if shows && own.iter().all(|(name, _)| *name != "summary") {
        reasoning.str("summary", "auto");
    }
    for (name, json) in own {
        reasoning.raw(name, json.get());
    }
    Ok(())
}

fn text(draft: &Draft<'_, '_>, body: &mut Object<'_>) {
    let request = draft.request;
    let own = request.only.iter().filter_map(|only| match request.origin {
        Dialect::Responses => Some((only.name.strip_prefix("text.")?, only.json)),
        Dialect::Chat => (only.name == "verbosity").then_some(("verbosity", only.json)),
        _ => None,
    });
    let own: Vec<_> = own.collect();
    if matches!(request.format, Format::Text) && own.is_empty() {
        return;
    }
    let mut text = body.object("text");
    match &request.format {
        Format::Text => {}
        Format::Json => drop(text.object("format").str("type", "json_object")),
        Format::Schema { name, description, schema, strict } => {
            let mut format = text.object("format");
            format.str("type", "json_schema");
            format.text("name", name.as_ref().unwrap_or(&Text::plain("response")));
            if let Some(description) = description {
                format.text("description", description);
            }
            format.raw("schema", schema.get());
            if let Some(strict) = strict {
                format.bool("strict", *strict);
            }
        }
    }
    for (name, json) in own {
        text.raw(name, json.get());
    }
}

/// What only some dialect has, and what becomes of the answer: kept where the client is, thoughts with it.
fn only(draft: &mut Draft<'_, '_>, body: &mut Object<'_>) -> Result<(), Failure> {
    let request = draft.request;
    for only in &request.only {
        let is_said = |outer: &str| only.name.starts_with(outer);
        match request.origin {
            Dialect::Responses if is_said("text.") || is_said("reasoning.") => {}
            Dialect::Responses => drop(body.raw(&only.name, only.json.get())),
            Dialect::Chat if only.name == "verbosity" => {}
            Dialect::Chat if SHARED.contains(&&*only.name) => drop(body.raw(&only.name, only.json.get())),
            _ => draft.losses.only(&*only.name, only)?,
        }
    }
    if request.origin != Dialect::Responses {
        body.bool("store", false);
        let mut include = body.array("include");
        include.text(&Text::plain("reasoning.encrypted_content"));
        if request.logprobs.is_some() {
            include.text(&Text::plain(LOGPROBS));
        }
    }
    Ok(())
}
