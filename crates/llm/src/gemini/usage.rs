//! Tokens as this dialect counts them: thinking is not in `candidatesTokenCount`, what tools put into the prompt not in
//! `promptTokenCount`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Usage,
    json::write::Object,
    usage::{Told, count, is_plausible},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(default, deserialize_with = "count")]
    prompt_token_count: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cached_content_token_count: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    candidates_token_count: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    thoughts_token_count: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    tool_use_prompt_token_count: Option<i64>,
    #[serde(borrow, default)]
    prompt_tokens_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    candidates_tokens_details: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(default)]
    modality: String,
    #[serde(default, deserialize_with = "count")]
    token_count: Option<i64>,
}

/// Reads `usageMetadata`.
pub(crate) fn read(raw: Option<&RawValue>) -> Told {
    let Some(raw) = raw.filter(|raw| raw.get().starts_with('{')) else { return Told::Nothing };
    let Ok(wire) = serde_json::from_str::<Wire<'_>>(raw.get()) else { return Told::Anomalous };
    let (Some(prompt), output) = (wire.prompt_token_count, wire.candidates_token_count) else { return Told::Nothing };
    let thoughts = wire.thoughts_token_count.unwrap_or(0);
    let of = |raw: Option<&RawValue>, modality: &str| {
        let details: Vec<Detail> = raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let found = details.iter().filter(|detail| detail.modality == modality);
        found.fold(0_i64, |sum, detail| sum.saturating_add(detail.token_count.unwrap_or(0)))
    };
    let usage = Usage {
        input: prompt.saturating_add(wire.tool_use_prompt_token_count.unwrap_or(0)),
        output: output.unwrap_or(0).saturating_add(thoughts),
        cache_read: wire.cached_content_token_count.unwrap_or(0),
        input_audio: of(wire.prompt_tokens_details, "AUDIO"),
        input_image: of(wire.prompt_tokens_details, "IMAGE"),
        reasoning: thoughts,
        output_audio: of(wire.candidates_tokens_details, "AUDIO"),
        ..Usage::default()
    };
    if prompt >= 0 && output.unwrap_or(0) >= 0 && is_plausible(&usage) { Told::Usage(usage) } else { Told::Anomalous }
}

/// What was written to a cache has no place of its own: it stays part of the prompt.
pub(super) fn write_usage(usage: &Usage, out: &mut Object<'_>) {
    out.int("promptTokenCount", usage.input);
    if usage.cache_read > 0 {
        out.int("cachedContentTokenCount", usage.cache_read);
    }
    out.int("candidatesTokenCount", usage.output - usage.reasoning);
    if usage.reasoning > 0 {
        out.int("thoughtsTokenCount", usage.reasoning);
    }
    out.int("totalTokenCount", usage.input.saturating_add(usage.output));
    for (name, parts) in [
        ("promptTokensDetails", &[("AUDIO", usage.input_audio), ("IMAGE", usage.input_image)][..]),
        ("candidatesTokensDetails", &[("AUDIO", usage.output_audio)][..]),
    ] {
        if parts.iter().any(|(_, tokens)| *tokens > 0) {
            let mut list = out.array(name);
            for (modality, tokens) in parts.iter().filter(|(_, tokens)| *tokens > 0) {
                list.object().str("modality", modality).int("tokenCount", *tokens);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_output_and_what_tools_put_in_is_input() {
        let json = r#"{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":20,"thoughtsTokenCount":30,"toolUsePromptTokenCount":7,"totalTokenCount":157,"promptTokensDetails":[{"modality":"TEXT","tokenCount":90},{"modality":"IMAGE","tokenCount":10}]}"#;
        let Told::Usage(usage) = read(Some(serde_json::from_str(json).unwrap())) else { panic!("told") };
        let expected =
            Usage { input: 107, output: 50, cache_read: 60, reasoning: 30, input_image: 10, ..Usage::default() };
        assert_eq!(usage, expected);
        let mut out = bytes::BytesMut::new();
        write_usage(&usage, &mut Object::new(&mut out));
        assert_eq!(read(Some(serde_json::from_slice(&out).unwrap())), Told::Usage(usage));
    }

    #[test]
    fn usage_that_cannot_be_true_is_not_believed() {
        for json in
            [r#"{"promptTokenCount":-1}"#, r#"{"promptTokenCount":5,"candidatesTokenCount":-9,"thoughtsTokenCount":9}"#]
        {
            assert_eq!(read(Some(serde_json::from_str(json).unwrap())), Told::Anomalous, "{json}");
        }
        assert_eq!(read(None), Told::Nothing);
    }
}
