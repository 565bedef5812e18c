//! What a client asks for, read without touching the rest of the body.

use std::ops::Range;

use bytes::Bytes;

use super::{
    Endpoint,
    estimate::{USUAL_OUTPUT, config, estimate},
};
use crate::{
    Dialect, Failure, Kind, Quirks,
    json::{Members, Splice, Twice, span},
    price::Estimate,
};

/// What clients call the most output tokens, the newer name first.
const fn limits(endpoint: Endpoint) -> &'static [&'static str] {
    match endpoint {
        Endpoint::Responses => &["max_output_tokens"],
        Endpoint::GenerateContent | Endpoint::CountContent => &["maxOutputTokens", "max_output_tokens"],
        Endpoint::ChatCompletions => &["max_completion_tokens", "max_tokens"],
        Endpoint::Completions | Endpoint::Embeddings | Endpoint::Messages | Endpoint::CountTokens => &["max_tokens"],
    }
}

/// A request that passes through: its bytes, and the few members that the gateway needs to know.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Request {
    pub endpoint: Endpoint,
    pub model: String,
    pub stream: bool,
    /// The client wants usage at the stream's end.
    pub include_usage: bool,
    /// The most output tokens that the client asks for.
    pub max_output: Option<i64>,
    /// Where the client names no limit, the upstream is told what was estimated: no answer is longer than what was held for it.
    pub bounded: bool,
    /// What it may use.
    pub estimate: Estimate,
    /// Limits that the client wrote and left open.
    open_limits: Vec<Range<usize>>,
    /// Where the settings are that hold the limit, and whether there are none in them.
    config_at: Option<(Range<usize>, bool)>,
    /// The client reads its stream as one JSON array.
    pub json_array: bool,
    body: Bytes,
    /// The body is `{}`.
    is_empty: bool,
    /// Nowhere if the path names it.
    model_at: Range<usize>,
    stream_options: Option<StreamOptions>,
}

#[derive(Debug, Clone)]
struct StreamOptions {
    at: Range<usize>,
    /// `null` or something that isn't an object.
    is_object: bool,
    is_empty: bool,
    include_usage_at: Option<Range<usize>>,
}

impl Request {
    /// Reads a body.
    ///
    /// # Errors
    /// A failure of kind [`Kind::InvalidRequest`] that names the member at fault.
    pub fn read(endpoint: Endpoint, body: Bytes) -> Result<Self, Failure> {
        let members = Members::read(&body)
            .map_err(|error| Failure::new(Kind::InvalidRequest, format!("The body isn't a JSON object: {error}.")))?;
        let get = |name| {
            members
                .get(name)
                .map_err(|Twice| Failure::new(Kind::InvalidRequest, format!("The body has `{name}` twice.")).at(name))
        };
        let model = get("model")?
            .ok_or_else(|| Failure::new(Kind::InvalidRequest, "Name a model: the body has no `model`.").at("model"))?;
        let model_at = span(&body, model.get());
        let model: String = serde_json::from_str(model.get())
            .ok()
            .filter(|model: &String| !model.is_empty())
            .ok_or_else(|| Failure::new(Kind::InvalidRequest, "`model` must be a text.").at("model"))?;
        let stream = match get("stream")?.map(serde_json::value::RawValue::get) {
            None | Some("null" | "false") => false,
            Some("true") => true,
            Some(_) => {
                return Err(Failure::new(Kind::InvalidRequest, "`stream` must be true or false.").at("stream"));
            }
        };
        let mut include_usage = false;
        let optional = endpoint.dialect() == Dialect::Chat;
        let stream_options = match optional.then(|| get("stream_options")).transpose()?.flatten() {
            None => None,
            Some(raw) => {
                let at = span(&body, raw.get());
                let options = Members::read(raw.get().as_bytes()).ok();
                let usage = match &options {
                    Some(options) => options.get("include_usage").map_err(|Twice| {
                        Failure::new(Kind::InvalidRequest, "The body has `include_usage` twice.").at("stream_options")
                    })?,
                    None => None,
                };
                include_usage = usage.is_some_and(|usage| usage.get() == "true");
                Some(StreamOptions {
                    at,
                    is_object: options.is_some(),
                    is_empty: options.is_some_and(|options| options.is_empty()),
                    include_usage_at: usage.map(|usage| span(&body, usage.get())),
                })
            }
        };
        let limits = || limits(endpoint).iter().filter_map(|name| members.get(name).ok().flatten());
        let max_output = limits().find_map(|limit| limit.get().parse().ok());
        let open_limits =
            limits().filter(|limit| limit.get() == "null").map(|limit| span(&body, limit.get())).collect();
        let estimate = estimate(endpoint, &body, &members, max_output);
        let (json_array, is_empty) = (false, members.is_empty());
        Ok(Self {
            endpoint,
            model,
            stream,
            include_usage,
            max_output,
            bounded: false,
            estimate,
            open_limits,
            config_at: None,
            json_array,
            is_empty,
            body,
            model_at,
            stream_options,
        })
    }

    /// Reads a body whose model and way of answering the path names.
    ///
    /// # Errors
    /// A failure of kind [`Kind::InvalidRequest`] if it isn't a JSON object.
    pub fn named(
        endpoint: Endpoint,
        model: String,
        stream: bool,
        json_array: bool,
        body: Bytes,
    ) -> Result<Self, Failure> {
        let members = Members::read(&body)
            .map_err(|error| Failure::new(Kind::InvalidRequest, format!("The body isn't a JSON object: {error}.")))?;
        let config = config(&members);
        let limits = || limits(endpoint).iter().filter_map(|name| config.as_ref()?.0.get(name).ok().flatten());
        let max_output = limits().find_map(|limit| limit.get().parse().ok());
        let open_limits =
            limits().filter(|limit| limit.get() == "null").map(|limit| span(&body, limit.get())).collect();
        let is_empty = members.is_empty();
        let config_at = config.map(|(config, raw)| (span(&body, raw.get()), config.is_empty()));
        let estimate = estimate(endpoint, &body, &members, max_output);
        Ok(Self {
            endpoint,
            model,
            stream,
            include_usage: true,
            max_output,
            bounded: false,
            estimate,
            open_limits,
            config_at,
            json_array: stream && json_array,
            is_empty,
            body,
            model_at: 0..0,
            stream_options: None,
        })
    }

    /// The body for an upstream that knows the model as `model`. With `ask_usage`, a stream is asked to end in its
    /// usage even if the client didn't.
    pub fn write(&self, model: &str, ask_usage: bool) -> Bytes {
        let mut splice = Splice::new(&self.body);
        if model != self.model && !self.model_at.is_empty() {
            let text = serde_json::to_vec(model).expect("a text is JSON");
            splice.replace(self.model_at.clone(), text);
        }
        if self.stream && ask_usage && !self.include_usage && self.endpoint.dialect() == Dialect::Chat {
            match &self.stream_options {
                None => splice.append(0..self.body.len(), false, br#""stream_options":{"include_usage":true}"#),
                Some(StreamOptions { include_usage_at: Some(at), .. }) => {
                    splice.replace(at.clone(), b"true".to_vec());
                }
                Some(StreamOptions { at, is_object: true, is_empty, .. }) => {
                    splice.append(at.clone(), *is_empty, br#""include_usage":true"#);
                }
                Some(StreamOptions { at, .. }) => {
                    splice.replace(at.clone(), br#"{"include_usage":true}"#.to_vec());
                }
            }
        }
        if self.bounded && self.max_output.is_none() && self.estimate.output > 0 {
            self.bound(model, &mut splice);
        }
        splice.finish()
    }

    /// Says the estimated limit, by the name that the model knows unless the client wrote one.
    fn bound(&self, model: &str, splice: &mut Splice<'_>) {
        if let Some(at) = self.open_limits.first() {
            return splice.replace(at.clone(), USUAL_OUTPUT.to_string().into_bytes());
        }
        let known = limits(self.endpoint);
        let old =
            self.endpoint == Endpoint::ChatCompletions && !Quirks::default().of_model(model).max_completion_tokens;
        let name = known[usize::from(old)];
        let limit = format!(r#""{name}":{USUAL_OUTPUT}"#);
        match (&self.config_at, self.endpoint.dialect()) {
            (Some((at, is_empty)), _) => splice.append(at.clone(), *is_empty, limit.as_bytes()),
            (None, Dialect::Gemini) => {
                let config = format!(r#""generationConfig":{{{limit}}}"#);
                splice.append(0..self.body.len(), self.is_empty, config.as_bytes());
            }
            (None, _) => splice.append(0..self.body.len(), self.is_empty, limit.as_bytes()),
        }
    }

    /// Whether the client's stream ends in its usage.
    pub const fn shows_usage(&self) -> bool {
        self.include_usage || !matches!(self.endpoint.dialect(), Dialect::Chat)
    }

    /// The body as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &'static str) -> Result<Request, Failure> {
        Request::read(Endpoint::ChatCompletions, Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn a_body_for_the_same_model_is_sent_as_it_came() {
        let request = read(r#"{"model":"m", "temperature":1.0,"x":{"b":1,"a":2}}"#).unwrap();
        assert_eq!(request.write("m", true).as_ptr(), request.body().as_ptr());
    }

    #[test]
    fn only_the_models_name_is_spliced() {
        let request = read(r#"{"messages":[{"content":"model"}],"model":"m","seed":1e3,"unknown":[1,2.50]}"#).unwrap();
        let expected = r#"{"messages":[{"content":"model"}],"model":"up/\"x\"","seed":1e3,"unknown":[1,2.50]}"#;
        assert_eq!(request.write("up/\"x\"", false), expected);
    }

    #[test]
    fn a_bounded_request_names_the_limit_that_was_estimated() {
        for (endpoint, body, model, expected) in [
            (Endpoint::ChatCompletions, r#"{"model":"m"}"#, "m", r#"{"model":"m","max_tokens":4096}"#),
            (Endpoint::ChatCompletions, r#"{"model":"m"}"#, "o3", r#"{"model":"o3","max_completion_tokens":4096}"#),
            (Endpoint::Completions, r#"{"model":"m"}"#, "o3", r#"{"model":"o3","max_tokens":4096}"#),
            (
                Endpoint::ChatCompletions,
                r#"{"max_tokens":null,"model":"m"}"#,
                "m",
                r#"{"max_tokens":4096,"model":"m"}"#,
            ),
            (Endpoint::ChatCompletions, r#"{"model":"m","max_tokens":7}"#, "m", r#"{"model":"m","max_tokens":7}"#),
            (
                Endpoint::ChatCompletions,
                r#"{"model":"m","stream":true}"#,
                "m",
                r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":4096}"#,
            ),
            (Endpoint::Embeddings, r#"{"model":"m"}"#, "m", r#"{"model":"m"}"#),
            (Endpoint::Responses, r#"{"model":"m"}"#, "m", r#"{"model":"m","max_output_tokens":4096}"#),
        ] {
            let mut request = Request::read(endpoint, Bytes::from_static(body.as_bytes())).unwrap();
            request.bounded = true;
            assert_eq!(request.write(model, true), expected, "{body}");
        }
        for (body, expected) in [
            ("{}", r#"{"generationConfig":{"maxOutputTokens":4096}}"#),
            (r#"{"contents":[]}"#, r#"{"contents":[],"generationConfig":{"maxOutputTokens":4096}}"#),
            (r#"{"generationConfig":{}}"#, r#"{"generationConfig":{"maxOutputTokens":4096}}"#),
            (r#"{"generationConfig":{"topK":1}}"#, r#"{"generationConfig":{"topK":1,"maxOutputTokens":4096}}"#),
            (r#"{"generation_config":{"max_output_tokens":9}}"#, r#"{"generation_config":{"max_output_tokens":9}}"#),
        ] {
            let bytes = Bytes::from_static(body.as_bytes());
            let mut request = Request::named(Endpoint::GenerateContent, "m".to_owned(), false, false, bytes).unwrap();
            request.bounded = true;
            assert_eq!(request.write("m", true), expected, "{body}");
        }
    }

    #[test]
    fn usage_is_asked_for_in_whatever_shape_the_options_have() {
        for (body, expected) in [
            (
                r#"{"model":"m","stream":true}"#,
                r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#,
            ),
            (
                r#"{"model":"m","stream":true,"stream_options":{} }"#,
                r#"{"model":"m","stream":true,"stream_options":{"include_usage":true} }"#,
            ),
            (
                r#"{"model":"m","stream":true,"stream_options":{"include_obfuscation":false}}"#,
                r#"{"model":"m","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}}"#,
            ),
            (
                r#"{"stream_options":{"include_usage":false},"model":"m","stream":true}"#,
                r#"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#,
            ),
            (
                r#"{"model":"m","stream":true,"stream_options":null}"#,
                r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#,
            ),
            (
                r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#,
                r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#,
            ),
            (r#"{"model":"m","stream":false}"#, r#"{"model":"m","stream":false}"#),
        ] {
            assert_eq!(read(body).unwrap().write("m", true), expected, "{body}");
        }
    }

    #[test]
    fn both_edits_apply_whatever_their_order() {
        let request = read(r#"{"stream_options":{},"stream":true,"model":"m"}"#).unwrap();
        assert_eq!(
            request.write("longer-name", true),
            r#"{"stream_options":{"include_usage":true},"stream":true,"model":"longer-name"}"#,
        );
    }

    #[test]
    fn what_the_client_asked_for_is_known() {
        let request = read(
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7}"#,
        )
        .unwrap();
        assert!(request.stream && request.include_usage);
        assert_eq!(request.max_output, Some(7));
    }

    #[test]
    fn a_body_that_two_readers_could_read_differently_is_refused() {
        for (body, member) in [
            (r#"{"model":"a","model":"b"}"#, "model"),
            (r#"{"model":"a","stream":false,"stream":true}"#, "stream"),
            (r#"{"model":"a","stream_options":{},"stream_options":{}}"#, "stream_options"),
        ] {
            let failure = read(body).unwrap_err();
            assert_eq!((failure.kind, failure.param.as_deref()), (Kind::InvalidRequest, Some(member)), "{body}");
        }
    }

    #[test]
    fn malformed_bodies_say_what_is_wrong() {
        for (body, part) in [
            ("", "JSON object"),
            ("[1]", "JSON object"),
            (r#"{"messages":[]}"#, "`model`"),
            (r#"{"model":7}"#, "`model`"),
            (r#"{"model":""}"#, "`model`"),
            (r#"{"model":"a","stream":"yes"}"#, "`stream`"),
        ] {
            let failure = read(body).unwrap_err();
            assert!(failure.message.contains(part), "{body}: {}", failure.message);
        }
    }
}
