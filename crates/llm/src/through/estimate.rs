//! What a request may use at most, judged from its bytes before anyone has counted. Generous: budgets hold as much for it.

use memchr::memmem;
use serde_json::value::RawValue;

use super::Endpoint;
use crate::{json::Members, price::Estimate, usage::estimate_tokens};

/// Output tokens of a request that names no limit.
pub const USUAL_OUTPUT: i64 = 4_096;

/// What models charge for a picture at most.
const IMAGE_TOKENS: i64 = 50_000;

/// Shorter data is counted as text.
const SHORTEST_DATA: usize = 1_024;

/// More answers than any provider gives at once.
const MOST_ANSWERS: i64 = 128;

/// Tokens of a body, judged by its bytes.
pub fn read_input(body: &[u8]) -> i64 {
    input(body)
}

pub(super) fn estimate(endpoint: Endpoint, body: &[u8], members: &Members<'_>, max_output: Option<i64>) -> Estimate {
    let each = max_output.unwrap_or(USUAL_OUTPUT).max(0);
    let output = match endpoint {
        Endpoint::Embeddings | Endpoint::CountTokens | Endpoint::CountContent => 0,
        Endpoint::Messages | Endpoint::Responses => each,
        Endpoint::GenerateContent => {
            let config = config(members);
            let answers = config.as_ref().map_or(1, |(config, _)| number(config, "candidateCount"));
            each.saturating_mul(answers)
        }
        Endpoint::ChatCompletions => each.saturating_mul(number(members, "n")),
        Endpoint::Completions => {
            let answers = number(members, "n").max(number(members, "best_of"));
            each.saturating_mul(answers).saturating_mul(prompts(members))
        }
    };
    Estimate { input: input(body), output, images: 0 }
}

/// Tokens of the text, and of pictures by what they may cost rather than by how long they are.
pub(super) fn input(body: &[u8]) -> i64 {
    let (mut inline, mut pictures, mut tokens) = (0, 0, 0_i64);
    for at in memmem::find_iter(body, b";base64,") {
        let length = memchr::memchr(b'"', &body[at..]).unwrap_or(body.len() - at);
        inline += length;
        pictures += 1;
        tokens = tokens.saturating_add(estimate_tokens(length).min(IMAGE_TOKENS));
    }
    // The member in which other dialects have the bytes alone.
    for at in memmem::find_iter(body, br#""data""#) {
        let length = data_length(&body[at + br#""data""#.len()..]);
        if length >= SHORTEST_DATA {
            inline += length;
            tokens = tokens.saturating_add(estimate_tokens(length).min(IMAGE_TOKENS));
        }
    }
    // A picture is named twice: as the part's type and as the member that holds its address.
    let named = memmem::find_iter(body, br#""image_url""#).count().div_ceil(2);
    let linked = i64::try_from(named.saturating_sub(pictures)).unwrap_or(i64::MAX);
    estimate_tokens(body.len() - inline).saturating_add(tokens).saturating_add(linked.saturating_mul(IMAGE_TOKENS))
}

/// Gemini's settings, in either of the spellings that its servers take.
pub(super) fn config<'a>(members: &Members<'a>) -> Option<(Members<'a>, &'a RawValue)> {
    let raw = ["generationConfig", "generation_config"].iter().find_map(|name| members.get(name).ok().flatten())?;
    Some((Members::read(raw.get().as_bytes()).ok()?, raw))
}

/// How long the text is that follows a member's name.
fn data_length(rest: &[u8]) -> usize {
    let Some(rest) = rest.trim_ascii_start().strip_prefix(b":") else { return 0 };
    let Some(rest) = rest.trim_ascii_start().strip_prefix(b"\"") else { return 0 };
    memchr::memchr(b'"', rest).unwrap_or(rest.len())
}

fn number(members: &Members<'_>, name: &str) -> i64 {
    let value = members.get(name).ok().flatten().and_then(|raw| raw.get().parse().ok());
    value.unwrap_or(1).clamp(1, MOST_ANSWERS)
}

/// A completion may ask for many prompts at once. A list of numbers is one prompt, in tokens.
fn prompts(members: &Members<'_>) -> i64 {
    let Some(raw) = members.get("prompt").ok().flatten() else { return 1 };
    let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else { return 1 };
    let texts = list.iter().filter(|prompt| prompt.get().starts_with(['"', '['])).count();
    i64::try_from(texts).unwrap_or(i64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(endpoint: Endpoint, body: &str) -> Estimate {
        super::super::Request::read(endpoint, body.to_owned().into()).unwrap().estimate
    }

    #[test]
    fn output_is_what_is_asked_for_times_the_answers() {
        for (endpoint, body, output) in [
            (Endpoint::ChatCompletions, r#"{"model":"m"}"#, 4_096),
            (Endpoint::ChatCompletions, r#"{"model":"m","max_tokens":10}"#, 10),
            (Endpoint::ChatCompletions, r#"{"model":"m","max_completion_tokens":20,"max_tokens":10,"n":3}"#, 60),
            (Endpoint::ChatCompletions, r#"{"model":"m","max_tokens":-5}"#, 0),
            (Endpoint::ChatCompletions, r#"{"model":"m","max_tokens":10,"n":1000000000}"#, 1_280),
            (Endpoint::ChatCompletions, r#"{"model":"m","max_tokens":9223372036854775807,"n":2}"#, i64::MAX),
            (Endpoint::Completions, r#"{"model":"m","max_tokens":10,"prompt":["a","b"],"n":2,"best_of":4}"#, 80),
            (Endpoint::Completions, r#"{"model":"m","max_tokens":10,"prompt":[1,2,3]}"#, 10),
            (Endpoint::Completions, r#"{"model":"m","max_tokens":10,"prompt":[[1],[2]]}"#, 20),
            (Endpoint::Embeddings, r#"{"model":"m","input":"x"}"#, 0),
            (Endpoint::Messages, r#"{"model":"m","max_tokens":30}"#, 30),
        ] {
            assert_eq!(read(endpoint, body).output, output, "{body}");
        }
    }

    #[test]
    fn a_large_picture_counts_as_a_picture_and_not_as_text() {
        let body = |picture: &str| {
            format!(
                r#"{{"model":"m","messages":[{{"content":[{{"type":"image_url","image_url":{{"url":"{picture}"}}}}]}}]}}"#
            )
        };
        let inline = |bytes: usize| body(&format!("data:image/png;base64,{}", "A".repeat(bytes)));
        let source = format!(r#"{{"type":"base64","data" : "{}"}}"#, "A".repeat(3_000_000));
        assert!((50_000..50_100).contains(&input(source.as_bytes())));
        let text = input(body("").as_bytes()) - IMAGE_TOKENS;
        assert!((text + 3_000..text + 3_100).contains(&input(inline(9_000).as_bytes())));
        assert!((text + 50_000..text + 50_100).contains(&input(inline(3_000_000).as_bytes())));
        assert!((text + 50_000..text + 50_100).contains(&input(body("https://example.com/a.png").as_bytes())));
    }
}
