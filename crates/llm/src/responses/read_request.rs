//! Reads `POST /v1/responses`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::item::{Item, kind};
use crate::{
    Dialect, Failure,
    json::{Text, wire},
    neutral::{
        Block, Content, Effort, Format, Logprobs, Lost, Media, MediaKind, Only, Outcome, Request, Role, Sampling,
        Source, Tool, ToolChoice, ToolKind, Turn, Wish, name_outcomes,
    },
    read::{invalid, number, parse},
};

wire! {
    struct Body<'a> {
        model: Text<'a>,
        input: &'a RawValue,
        instructions: Text<'a>,
        max_output_tokens: i64,
        temperature: &'a RawValue,
        top_p: &'a RawValue,
        top_logprobs: u32,
        include: &'a RawValue,
        reasoning: Reasoning<'a>,
        text: Texts<'a>,
        tools: Vec<&'a RawValue>,
        tool_choice: &'a RawValue,
        parallel_tool_calls: bool,
        stream: bool,
        service_tier: Text<'a>,
        user: Text<'a>,
        safety_identifier: Text<'a>,
        metadata: &'a RawValue,
        prompt_cache_key: Text<'a>,
    }
}

/// Members that other dialects lack, and what losing them means. What isn't here is unknown: the client is told.
const ONLY: [(&str, Lost); 9] = [
    ("store", Lost::Silent),
    ("stream_options", Lost::Silent),
    ("prompt_cache_retention", Lost::Silent),
    ("prompt_cache_options", Lost::Silent),
    ("previous_response_id", Lost::Reject),
    ("conversation", Lost::Reject),
    ("prompt", Lost::Reject),
    ("background", Lost::Reject),
    ("truncation", Lost::Warn),
];

wire! {
    struct Reasoning<'a> { effort: Text<'a>, summary: Text<'a> }
}

wire! {
    struct Texts<'a> { format: TextFormat<'a>, verbosity: &'a RawValue }
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

wire! {
    struct Part<'a> {
        kind as "type": Text<'a>,
        text: Text<'a>,
        refusal: Text<'a>,
        image_url: Text<'a>,
        detail: Text<'a>,
        file_id: Text<'a>,
        file_data: Text<'a>,
        file_url: Text<'a>,
        filename: Text<'a>,
        input_audio: Audio<'a>,
    }
}

wire! {
    struct Audio<'a> { data: Text<'a>, format: Text<'a> }
}

wire! {
    struct AnyTool<'a> {
        kind as "type": Text<'a>,
        name: Text<'a>,
        description: Text<'a>,
        parameters: &'a RawValue,
        strict: bool,
        format: &'a RawValue,
        tools: Vec<&'a RawValue>,
        filters: Filters<'a>,
        user_location: &'a RawValue,
    }
}

wire! {
    struct Filters<'a> { allowed_domains: &'a RawValue }
}

wire! {
    struct Choice<'a> { kind as "type": Text<'a>, name: Text<'a>, mode: Text<'a>, tools: Vec<Named<'a>> }
}

wire! {
    struct Named<'a> { name: Text<'a> }
}

/// What stands before the names of members that are `text`'s own.
pub(super) const TEXT: &str = "text.";

/// Reads a request's body.
pub(crate) fn read_request(body: &[u8]) -> Result<Request<'_>, Failure> {
    let body: Body<'_> =
        serde_json::from_slice(body).map_err(|error| invalid(format!("The body can't be read: {error}."), None))?;
    let mut request = Request::new(Dialect::Responses);
    request.model = body.model.map(Text::into_decoded).unwrap_or_default();
    request.max_output = body.max_output_tokens;
    request.sampling = Sampling {
        temperature: number("temperature", body.temperature)?,
        top_p: number("top_p", body.top_p)?,
        ..Sampling::default()
    };
    request.parallel = body.parallel_tool_calls;
    request.stream = body.stream.unwrap_or(false);
    request.include_usage = true;
    request.user = body.user.or(body.safety_identifier);
    request.metadata = body.metadata.filter(|metadata| metadata.get() != "{}");
    request.cache_key = body.prompt_cache_key;
    request.tier = body.service_tier;
    if let Some(reasoning) = body.reasoning {
        request.thinking = wish(&reasoning)?;
    }
    if let Some(instructions) = body.instructions.filter(|text| !text.is_empty()) {
        request.turns.push(Turn::new(Role::System, 0).with(vec![Block::text(instructions)]));
    }
    if let Some(input) = body.input {
        match Text::of(input) {
            Some(text) => request.turns.push(Turn::new(Role::User, 0).with(vec![Block::text(text)])),
            None => items(parse(input, || "input".to_owned())?, &mut request.turns)?,
        }
    }
    name_outcomes(&mut request.turns);
    let tools = body.tools.unwrap_or_default();
    for (at, raw) in tools.into_iter().enumerate() {
        tool(raw, at, None, &mut request.tools)?;
    }
    request.tool_choice = body.tool_choice.map(tool_choice).transpose()?;
    let wants_logprobs = body.include.is_some_and(|include| include.get().contains("output_text.logprobs"));
    request.logprobs = wants_logprobs.then_some(Logprobs { top: body.top_logprobs });
    let mut only = Vec::new();
    only.extend(body.include.map(|json| Only { name: "include".into(), json, lost: Lost::Silent }));
    if let Some(text) = body.text {
        only.extend(text.verbosity.map(|json| Only { name: "text.verbosity".into(), json, lost: Lost::Warn }));
        request.format = text.format.map(format).transpose()?.unwrap_or_default();
    }
    only.extend(body.rest.into_iter().filter(|(_, json)| json.get() != "null").map(|(name, json)| {
        let is_usual = matches!((&*name, json.get()), ("background", "false") | ("truncation", "\"disabled\""));
        let lost = ONLY.iter().find(|(known, _)| *known == name).map_or(Lost::Warn, |(_, lost)| *lost);
        Only { name, json, lost: if is_usual { Lost::Silent } else { lost } }
    }));
    request.only = only;
    Ok(request)
}

fn wish(reasoning: &Reasoning<'_>) -> Result<Wish, Failure> {
    let show = reasoning.summary.as_ref().map(|summary| summary.decode() != "none");
    let Some(effort) = &reasoning.effort else { return Ok(Wish { show, ..Wish::default() }) };
    match &*effort.decode() {
        "none" => Ok(Wish::OFF),
        word => {
            let unknown = || {
                let message = format!("`{word}` is no effort: none, minimal, low, medium, high, xhigh, max.");
                invalid(message, Some("reasoning.effort"))
            };
            Ok(Wish { show, ..Wish::of(Effort::parse(word).ok_or_else(unknown)?) })
        }
    }
}

/// Items of one side that follow each other are one turn: thinking, words and calls of the model; what its tools gave.
fn items<'a>(items: Vec<&'a RawValue>, turns: &mut Vec<Turn<'a>>) -> Result<(), Failure> {
    for (at, raw) in items.into_iter().enumerate() {
        let place = || format!("input[{at}]");
        let item: Item<'_> = parse(raw, place)?;
        let kind = kind(&item);
        let (role, blocks) = match &*kind {
            "message" => {
                let role = match &*item.role.as_ref().map(Text::decode).unwrap_or_default() {
                    "user" => Role::User,
                    "assistant" => Role::Assistant,
                    "system" => Role::System,
                    "developer" => Role::Developer,
                    other => {
                        let message = format!("`{other}` is no role: user, assistant, system, developer.");
                        return Err(invalid(message, Some(&format!("{}.role", place()))));
                    }
                };
                (role, item.content.map(|raw| content(raw, at)).transpose()?.unwrap_or_default())
            }
            "function_call" => (Role::Assistant, vec![Content::Call(item.into_call(false)).into()]),
            "custom_tool_call" => (Role::Assistant, vec![Content::Call(item.into_call(true)).into()]),
            "reasoning" => (Role::Assistant, vec![Content::Thinking(item.into_thinking()).into()]),
            "function_call_output" | "custom_tool_call_output" => {
                let outcome = Outcome {
                    id: item.call_id.map(Text::into_decoded).unwrap_or_default(),
                    name: None,
                    blocks: item.output.map(|raw| content(raw, at)).transpose()?.unwrap_or_default(),
                    json: None,
                    is_error: false,
                    is_free: kind == "custom_tool_call_output",
                };
                (Role::User, vec![Content::Outcome(outcome).into()])
            }
            // What stands for something that only the provider has, or that nobody else can open.
            "item_reference" | "compaction" | "compaction_trigger" => only(raw, kind.clone(), Lost::Reject),
            _ => only(raw, kind.clone(), Lost::Warn),
        };
        let is_outcome = |block: &Block<'_>| matches!(block.content, Content::Outcome(_));
        match turns.last_mut() {
            Some(turn)
                if turn.role == role
                    && (role == Role::Assistant
                        || turn.blocks.last().is_some_and(is_outcome) && blocks.iter().all(is_outcome)) =>
            {
                turn.blocks.extend(blocks);
            }
            _ => turns.push(Turn::new(role, at).with(blocks)),
        }
    }
    Ok(())
}

fn only<'a>(json: &'a RawValue, name: Cow<'a, str>, lost: Lost) -> (Role, Vec<Block<'a>>) {
    (Role::Assistant, vec![Content::Only(Only { name, json, lost }).into()])
}

/// A content: a text, or parts.
fn content(raw: &RawValue, item: usize) -> Result<Vec<Block<'_>>, Failure> {
    if let Some(text) = Text::of(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    let parts: Vec<&RawValue> = parse(raw, || format!("input[{item}].content"))?;
    parts.into_iter().enumerate().map(|(at, raw)| part(raw, item, at)).collect()
}

fn part(raw: &RawValue, item: usize, at: usize) -> Result<Block<'_>, Failure> {
    let place = || format!("input[{item}].content[{at}]");
    let part: Part<'_> = parse(raw, place)?;
    let kind = part.kind.map(Text::into_decoded).unwrap_or_default();
    let need = |what: &str| invalid(format!("`{}` has no `{what}`.", place()), Some(&place()));
    let content = match &*kind {
        "input_text" | "output_text" | "text" | "summary_text" | "reasoning_text" => {
            Content::Text { text: part.text.ok_or_else(|| need("text"))?, citations: Vec::new() }
        }
        "refusal" => Content::Refusal(part.refusal.ok_or_else(|| need("refusal"))?),
        "input_image" => {
            let source = match (part.image_url, part.file_id) {
                (Some(url), _) => Source::url(url),
                (None, Some(id)) => Source::File(id),
                (None, None) => return Err(need("image_url")),
            };
            Content::Media(Media { detail: part.detail, ..Media::new(MediaKind::Image, source) })
        }
        "input_file" => {
            let source = match (part.file_data.or(part.file_url), part.file_id) {
                (Some(data), _) => Source::url(data),
                (None, Some(id)) => Source::File(id),
                (None, None) => return Err(need("file_data")),
            };
            Content::Media(Media { name: part.filename, ..Media::new(MediaKind::Document, source) })
        }
        "input_audio" => {
            let audio = part.input_audio.ok_or_else(|| need("input_audio"))?;
            let format = audio.format.map_or("wav".into(), Text::into_decoded);
            let data = audio.data.ok_or_else(|| need("input_audio.data"))?;
            let source = Source::Inline { mime: Cow::Owned(format!("audio/{format}")), data };
            Content::Media(Media::new(MediaKind::Audio, source))
        }
        _ => Content::Only(Only { name: kind, json: raw, lost: Lost::Reject }),
    };
    Ok(Block::from(content).at(at))
}

/// A tool, or the tools of a namespace. Those of a namespace in another are left where they are.
fn tool<'a>(
    raw: &'a RawValue,
    at: usize,
    namespace: Option<&Cow<'a, str>>,
    tools: &mut Vec<Tool<'a>>,
) -> Result<(), Failure> {
    let tool: AnyTool<'_> = parse(raw, || format!("tools[{at}]"))?;
    let kind = tool.kind.map(Text::into_decoded).unwrap_or_default();
    let name = tool.name.map(Text::into_decoded).unwrap_or_default();
    let own = |lost| Only { name: kind.clone(), json: raw, lost };
    let is_search = kind.starts_with("web_search");
    let kind = match &*kind {
        "function" => ToolKind::Function(tool.parameters.map(Cow::Borrowed)),
        "custom" => ToolKind::Custom(tool.format),
        "namespace" if namespace.is_none() => {
            for raw in tool.tools.into_iter().flatten() {
                self::tool(raw, at, Some(&name), tools)?;
            }
            return Ok(());
        }
        "mcp" => ToolKind::Only(own(Lost::Reject)),
        _ if is_search => ToolKind::WebSearch {
            own: own(Lost::Warn),
            allowed_domains: tool.filters.and_then(|filters| filters.allowed_domains),
            location: tool.user_location,
        },
        _ => ToolKind::Only(own(Lost::Warn)),
    };
    let namespace = namespace.cloned();
    let description = tool.description;
    tools.push(Tool { name, namespace, description, kind, strict: tool.strict, cache: None, at });
    Ok(())
}

fn tool_choice(raw: &RawValue) -> Result<ToolChoice<'_>, Failure> {
    if let Some(word) = Text::of(raw) {
        return match &*word.decode() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::None),
            "required" => Ok(ToolChoice::Required),
            word => {
                let message = format!("`{word}` is no tool choice: none, auto, required, or a tool.");
                Err(invalid(message, Some("tool_choice")))
            }
        };
    }
    let choice: Choice<'_> = parse(raw, || "tool_choice".to_owned())?;
    let kind = choice.kind.map(Text::into_decoded).unwrap_or_default();
    let own = || ToolChoice::Only(Only { name: kind.clone(), json: raw, lost: Lost::Reject });
    Ok(match (&*kind, choice.name) {
        ("function" | "custom", Some(name)) => ToolChoice::One(name.into_decoded()),
        ("allowed_tools", _) => ToolChoice::Among {
            names: choice.tools.into_iter().flatten().filter_map(|tool| tool.name).map(Text::into_decoded).collect(),
            required: choice.mode.is_some_and(|mode| mode.decode() == "required"),
        },
        _ => own(),
    })
}

fn format(format: TextFormat<'_>) -> Result<Format<'_>, Failure> {
    match &*format.kind.map(Text::into_decoded).unwrap_or_default() {
        "" | "text" => Ok(Format::Text),
        "json_object" => Ok(Format::Json),
        "json_schema" => {
            let missing = || invalid("`text.format` has no `schema`.", Some("text.format.schema"));
            Ok(Format::Schema {
                name: format.name,
                description: format.description,
                schema: Cow::Borrowed(format.schema.ok_or_else(missing)?),
                strict: format.strict,
            })
        }
        other => {
            let message = format!("`{other}` is no format: text, json_object, json_schema.");
            Err(invalid(message, Some("text.format.type")))
        }
    }
}
