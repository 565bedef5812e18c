//! Reads `POST /v1/responses`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{LOGPROBS, read_input::read_input, read_tools};
use crate::{
    Dialect, Failure,
    json::{Text, wire},
    neutral::{Block, Effort, Format, Logprobs, Lost, Only, Request, Role, Sampling, Turn, Wish, name_outcomes},
    read::{invalid, number, parse},
};

wire! {
    struct Body<'a> {
        model: Text<'a>,
        instructions: &'a RawValue,
        input: &'a RawValue,
        tools: &'a RawValue,
        tool_choice: &'a RawValue,
        parallel_tool_calls: &'a RawValue,
        max_output_tokens: &'a RawValue,
        temperature: &'a RawValue,
        top_p: &'a RawValue,
        top_logprobs: u32,
        reasoning: &'a RawValue,
        text: &'a RawValue,
        stream: bool,
        service_tier: Text<'a>,
        user: Text<'a>,
        safety_identifier: Text<'a>,
        metadata: &'a RawValue,
        prompt_cache_key: Text<'a>,
    }
}

/// Members that other dialects lack, and what losing them means. What isn't here is unknown: the client is told.
const ONLY: [(&str, Lost); 10] = [
    ("store", Lost::Silent),
    ("include", Lost::Silent),
    ("stream_options", Lost::Silent),
    ("client_metadata", Lost::Silent),
    ("background_options", Lost::Silent),
    ("prompt_cache_retention", Lost::Silent),
    ("prompt_cache_options", Lost::Silent),
    ("previous_response_id", Lost::Kept),
    ("conversation", Lost::Kept),
    ("prompt", Lost::Kept),
];

wire! {
    struct Reasoning<'a> { effort: Text<'a>, summary: &'a RawValue }
}

wire! {
    struct TextConfig<'a> { format: TextFormat<'a> }
}

wire! {
    struct TextFormat<'a> {
        kind as "type": Text<'a>,
        name: Text<'a>,
        description: Text<'a>,
        schema: &'a RawValue,
        strict: bool,
    }
}

/// Reads a request's body.
pub(crate) fn read_request(body: &[u8]) -> Result<Request<'_>, Failure> {
    let body: Body<'_> =
        serde_json::from_slice(body).map_err(|error| invalid(format!("The body can't be read: {error}."), None))?;
    let mut request = Request::new(Dialect::Responses);
    request.echo = body.echo();
    request.model = body.model.map(Text::into_decoded).unwrap_or_default();
    request.max_output = whole("max_output_tokens", body.max_output_tokens)?;
    request.sampling = Sampling {
        temperature: number("temperature", body.temperature)?,
        top_p: number("top_p", body.top_p)?,
        ..Sampling::default()
    };
    request.stream = body.stream.unwrap_or(false);
    request.include_usage = true;
    request.user = body.user.or(body.safety_identifier);
    request.metadata = body.metadata;
    request.cache_key = body.prompt_cache_key;
    request.tier = body.service_tier;
    for (name, json) in body.rest {
        if json.get() == "null" {
            continue;
        }
        if name == "include" && json.get().contains(LOGPROBS) {
            request.logprobs = Some(Logprobs { top: body.top_logprobs });
        }
        let lost = lost(&name, json);
        request.only.push(Only { name, json, lost });
    }
    if let Some(raw) = body.reasoning {
        let reasoning: Reasoning<'_> = parse(raw, || "reasoning".to_owned())?;
        request.thinking = wish(reasoning, &mut request.only)?;
    }
    if let Some(raw) = body.text {
        let text: TextConfig<'_> = parse(raw, || "text".to_owned())?;
        request.only.extend(text.rest.into_iter().map(|(name, json)| nested("text", &name, json, Lost::Warn)));
        request.format = text.format.map(format).transpose()?.unwrap_or_default();
    }
    if let Some(raw) = body.instructions {
        let text = Text::of(raw).ok_or_else(|| invalid("`instructions` must be a text.", Some("instructions")))?;
        request.turns.push(Turn::new(Role::System, 0).with(vec![Block::text(text)]));
    }
    if let Some(raw) = body.tools {
        read_tools::tools(raw, "tools", &mut request.tools)?;
    }
    request.tool_choice = body.tool_choice.map(read_tools::tool_choice).transpose()?;
    request.parallel = match body.parallel_tool_calls.map(RawValue::get) {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(invalid("`parallel_tool_calls` must be true or false.", Some("parallel_tool_calls"))),
    };
    if let Some(raw) = body.input {
        read_input(raw, &mut request)?;
    }
    name_outcomes(&mut request.turns);
    Ok(request)
}

impl<'a> Body<'a> {
    /// What the answer says again. `tools` may be long; clients compare it with what they asked for.
    fn echo(&self) -> Vec<(&'static str, &'a RawValue)> {
        [
            ("instructions", self.instructions),
            ("max_output_tokens", self.max_output_tokens),
            ("metadata", self.metadata),
            ("parallel_tool_calls", self.parallel_tool_calls),
            ("reasoning", self.reasoning),
            ("temperature", self.temperature),
            ("text", self.text),
            ("tool_choice", self.tool_choice),
            ("tools", self.tools),
            ("top_p", self.top_p),
        ]
        .into_iter()
        .filter_map(|(name, json)| Some((name, json?)))
        .collect()
    }
}

fn lost(name: &str, json: &RawValue) -> Lost {
    match (name, json.get()) {
        ("background", "false") | ("truncation", "\"disabled\"") => Lost::Silent,
        // The client would ask for the answer later, and nobody has it.
        ("background", _) => Lost::Reject,
        _ => ONLY.iter().find(|(known, _)| *known == name).map_or(Lost::Warn, |(_, lost)| *lost),
    }
}

/// A member of a member.
fn nested<'a>(outer: &str, name: &str, json: &'a RawValue, lost: Lost) -> Only<'a> {
    let lost = if json.get() == "null" { Lost::Silent } else { lost };
    Only { name: Cow::Owned(format!("{outer}.{name}")), json, lost }
}

fn whole(name: &str, raw: Option<&RawValue>) -> Result<Option<i64>, Failure> {
    let fault = || invalid(format!("`{name}` must be a whole number."), Some(name));
    raw.map(|raw| raw.get().parse().map_err(|_| fault())).transpose()
}

fn wish<'a>(reasoning: Reasoning<'a>, only: &mut Vec<Only<'a>>) -> Result<Wish, Failure> {
    let mut wish = match reasoning.effort.map(Text::into_decoded).as_deref() {
        None => Wish::default(),
        Some("none") => Wish::OFF,
        Some(word) => Effort::parse(word).map(Wish::of).ok_or_else(|| {
            let message = format!("`{word}` is no effort: none, minimal, low, medium, high, xhigh, max.");
            invalid(message, Some("reasoning.effort"))
        })?,
    };
    if let Some(summary) = reasoning.summary {
        wish.show = Some(true);
        // How long it shall be, nobody else can be told.
        if summary.get() != "\"auto\"" {
            only.push(nested("reasoning", "summary", summary, Lost::Silent));
        }
    }
    only.extend(reasoning.rest.into_iter().map(|(name, json)| nested("reasoning", &name, json, Lost::Silent)));
    Ok(wish)
}

fn format(format: TextFormat<'_>) -> Result<Format<'_>, Failure> {
    match &*format.kind.as_ref().map(Text::decode).unwrap_or_default() {
        "" | "text" => Ok(Format::Text),
        "json_object" => Ok(Format::Json),
        "json_schema" => {
            let missing = || invalid("`text.format` has no `schema`.", Some("text.format"));
            let schema = Cow::Borrowed(format.schema.ok_or_else(missing)?);
            let (name, description, strict) = (format.name, format.description, format.strict);
            Ok(Format::Schema { name, description, schema, strict })
        }
        other => {
            let message = format!("`{other}` is no format: text, json_object, json_schema.");
            Err(invalid(message, Some("text.format.type")))
        }
    }
}
