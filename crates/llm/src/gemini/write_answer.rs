//! Writes an answer in one piece, and the parts that streams write.

use bytes::{Bytes, BytesMut};

use super::usage::write_usage;
use crate::{
    Asked,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{Call, Citation, Content, Finish, Issuer, Media, Reason, Reply, Seal, Source, Thinking},
};

/// Writes an answer's body.
pub(crate) fn write_answer(reply: &Reply<'_>, asked: &Asked) -> Bytes {
    let mut out = BytesMut::with_capacity(1_024);
    {
        let mut body = Object::new(&mut out);
        {
            let mut candidates = body.array("candidates");
            for (at, choice) in reply.choices.iter().enumerate() {
                let mut item = candidates.object();
                let mut malformed = false;
                let mut citations = Vec::new();
                let mut place = 0;
                {
                    let mut content = item.object("content");
                    content.str("role", "model");
                    let mut parts = content.array("parts");
                    for block in &choice.blocks {
                        match &block.content {
                            Content::Text { text, citations: cited } => {
                                citations.extend(cited.iter().map(|citation| (place, text, citation)));
                                place += text.decode().len();
                                text_part(text, &mut parts);
                            }
                            Content::Refusal(text) => text_part(text, &mut parts),
                            Content::Thinking(thinking) => thinking_part(thinking, &mut parts),
                            Content::Call(call) => malformed |= !call_part(call, &mut parts),
                            Content::Media(media) => media_part(media, &mut parts),
                            Content::Outcome(_) | Content::Only(_) => {}
                        }
                    }
                }
                finish(&choice.finish, malformed, &mut item);
                item.int("index", i64::try_from(at).unwrap_or(0));
                if !citations.is_empty() {
                    grounding(&citations, &mut item);
                }
            }
        }
        if let Some(usage) = reply.usage() {
            write_usage(&usage, &mut body.object("usageMetadata"));
        }
        tail(&reply.id, &reply.model, asked, &mut body);
    }
    out.freeze()
}

/// What answers and events end with.
pub(super) fn tail(id: &str, model: &str, asked: &Asked, body: &mut Object<'_>) {
    body.str("modelVersion", if model.is_empty() { &asked.model } else { model });
    body.str("responseId", if id.is_empty() { &asked.id } else { id });
}

pub(super) fn text_part(text: &Text<'_>, parts: &mut Array<'_>) {
    if !text.is_empty() {
        parts.object().text("text", text);
    }
}

pub(super) fn thinking_part(thinking: &Thinking<'_>, parts: &mut Array<'_>) {
    if thinking.text.is_empty() && thinking.seal.is_none() {
        return;
    }
    let mut part = parts.object();
    part.text("text", &thinking.text);
    // A seal of its own kind without thinking belongs to the answer's next part; here it stands for itself.
    if !thinking.text.is_empty() || !matches!(thinking.seal, Some(Seal { issuer: Issuer::Gemini, .. })) {
        part.bool("thought", true);
    }
    if let Some(seal) = &thinking.seal {
        part.text("thoughtSignature", &seal.envelope(&[Issuer::Gemini]));
    }
}

/// A call; nothing, and `false`, if what it is called with isn't whole.
pub(super) fn call_part(call: &Call<'_>, parts: &mut Array<'_>) -> bool {
    let (args, bent) = call.args.object();
    if bent {
        return false;
    }
    let mut part = parts.object();
    {
        let mut function = part.object("functionCall");
        function.str("id", &call.id).str("name", &call.name).raw("args", &args);
    }
    if let Some(seal) = &call.seal {
        part.text("thoughtSignature", &seal.envelope(&[Issuer::Gemini]));
    }
    true
}

pub(super) fn media_part(media: &Media<'_>, parts: &mut Array<'_>) {
    let mut part = parts.object();
    match &media.source {
        Source::Inline { mime, data } => drop(part.object("inlineData").str("mimeType", mime).text("data", data)),
        Source::Url(uri) | Source::File(uri) => drop(part.object("fileData").text("fileUri", uri)),
        Source::Text(text) => drop(part.text("text", text)),
    }
}

pub(super) fn finish(finish: &Finish<'_>, malformed: bool, item: &mut Object<'_>) {
    item.str(
        "finishReason",
        match finish.reason {
            Reason::Length | Reason::ContextFull => "MAX_TOKENS",
            Reason::ContentFilter | Reason::Refusal => "SAFETY",
            Reason::MalformedCall => "MALFORMED_FUNCTION_CALL",
            _ if malformed => "MALFORMED_FUNCTION_CALL",
            Reason::Stop | Reason::StopSequence | Reason::ToolCalls | Reason::Pause => "STOP",
        },
    );
    if let Some(explanation) = &finish.explanation {
        item.text("finishMessage", explanation);
    }
}

/// Sources, with places in bytes.
pub(super) fn grounding(citations: &[(usize, &Text<'_>, &Citation<'_>)], item: &mut Object<'_>) {
    let mut metadata = item.object("groundingMetadata");
    {
        let mut chunks = metadata.array("groundingChunks");
        for (_, _, citation) in citations {
            let mut chunk = chunks.object();
            let mut web = chunk.object("web");
            web.text("uri", &citation.url);
            if let Some(title) = &citation.title {
                web.text("title", title);
            }
        }
    }
    let mut supports = metadata.array("groundingSupports");
    for (at, (place, text, citation)) in citations.iter().enumerate() {
        let plain = text.decode();
        let byte = |character: usize| plain.char_indices().nth(character).map_or(plain.len(), |(byte, _)| byte);
        let (start, end) = citation.span.map_or((0, plain.len()), |(start, end)| (byte(start), byte(end)));
        let mut support = supports.object();
        {
            let mut segment = support.object("segment");
            segment.int("startIndex", i64::try_from(place + start).unwrap_or(0));
            segment.int("endIndex", i64::try_from(place + end).unwrap_or(0));
            segment.str("text", plain.get(start..end).unwrap_or_default());
        }
        support.array("groundingChunkIndices").raw(&at.to_string());
    }
}
