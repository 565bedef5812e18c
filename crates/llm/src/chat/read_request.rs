//! Reads `POST /v1/chat/completions`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{
    Dialect, Failure,
    json::{Text, wire},
    neutral::{
        Args, Block, Cache, Call, Content, Effort, Format, Issuer, Logprobs, Lost, Media, MediaKind, Only, Outcome,
        Request, Role, Sampling, Seal, Source, Thinking, Tool, ToolChoice, ToolKind, Turn, Wish,
    },
    read::{invalid, number, parse, texts},
};

wire! {
    struct Body<'a> {
        model: Text<'a>,
        messages: Vec<Message<'a>>,
        max_completion_tokens: i64,
        max_tokens: i64,
        temperature: &'a RawValue,
        top_p: &'a RawValue,
        top_k: &'a RawValue,
        min_p: &'a RawValue,
        frequency_penalty: &'a RawValue,
        presence_penalty: &'a RawValue,
        seed: &'a RawValue,
        n: u32,
        stop: &'a RawValue,
        logprobs: bool,
        top_logprobs: u32,
        response_format: ResponseFormat<'a>,
        tools: Vec<&'a RawValue>,
        tool_choice: &'a RawValue,
        parallel_tool_calls: bool,
        functions: Vec<Function<'a>>,
        function_call: &'a RawValue,
        reasoning_effort: Text<'a>,
        stream: bool,
        stream_options: StreamOptions<'a>,
        service_tier: Text<'a>,
        user: Text<'a>,
        safety_identifier: Text<'a>,
        metadata: &'a RawValue,
        prompt_cache_key: Text<'a>,
        web_search_options: &'a RawValue,
    }
}

/// Members that other dialects lack, and what losing them means. What isn't here is unknown: the client is told.
const ONLY: [(&str, Lost); 8] = [
    ("audio", Lost::Reject),
    ("store", Lost::Silent),
    ("prompt_cache_retention", Lost::Silent),
    ("prompt_cache_options", Lost::Silent),
    ("logit_bias", Lost::Warn),
    ("prediction", Lost::Warn),
    ("verbosity", Lost::Warn),
    ("moderation", Lost::Warn),
];

wire! {
    struct StreamOptions<'a> { include_usage: bool }
}

wire! {
    struct Message<'a> {
        role: Text<'a>,
        content: &'a RawValue,
        name: Text<'a>,
        refusal: Text<'a>,
        tool_calls: Vec<ToolCall<'a>>,
        function_call: CalledFunction<'a>,
        tool_call_id: Text<'a>,
        reasoning_content: &'a RawValue,
        reasoning: &'a RawValue,
        thinking_blocks: Vec<ThinkingBlock<'a>>,
        reasoning_details: Vec<ReasoningDetail<'a>>,
    }
}

wire! {
    pub(super) struct ToolCall<'a> {
        id: Text<'a>,
        function: CalledFunction<'a>,
        custom: CalledCustom<'a>,
        extra_content: ExtraContent<'a>,
    }
}

wire! {
    pub(super) struct CalledFunction<'a> { name: Text<'a>, arguments: &'a RawValue }
}

wire! {
    pub(super) struct CalledCustom<'a> { name: Text<'a>, input: Text<'a> }
}

wire! {
    pub(super) struct ExtraContent<'a> { google: Google<'a> }
}

wire! {
    pub(super) struct Google<'a> { thought_signature: Text<'a> }
}

wire! {
    /// Thinking with its seal, as clients carry it that know more than this dialect.
    pub(super) struct ThinkingBlock<'a> { thinking: Text<'a>, signature: Text<'a>, data: Text<'a> }
}

wire! {
    pub(super) struct ReasoningDetail<'a> { kind as "type": Text<'a>, data: Text<'a> }
}

wire! {
    struct Part<'a> {
        kind as "type": Text<'a>,
        text: Text<'a>,
        refusal: Text<'a>,
        image_url: &'a RawValue,
        video_url: &'a RawValue,
        input_audio: Audio<'a>,
        file: Attached<'a>,
        cache_control: CacheControl<'a>,
        prompt_cache_breakpoint: CacheControl<'a>,
    }
}

wire! {
    struct Link<'a> { url: Text<'a>, detail: Text<'a> }
}

wire! {
    struct Audio<'a> { data: Text<'a>, format: Text<'a> }
}

wire! {
    struct Attached<'a> { file_data: Text<'a>, file_id: Text<'a>, filename: Text<'a> }
}

wire! {
    struct CacheControl<'a> { ttl: Text<'a> }
}

wire! {
    struct AnyTool<'a> { kind as "type": Text<'a>, function: Function<'a>, custom: Custom<'a>, cache_control: CacheControl<'a> }
}

wire! {
    struct Function<'a> { name: Text<'a>, description: Text<'a>, parameters: &'a RawValue, strict: bool }
}

wire! {
    struct Custom<'a> { name: Text<'a>, description: Text<'a>, format: &'a RawValue }
}

wire! {
    struct Choice<'a> { kind as "type": Text<'a>, name: Text<'a>, function: Named<'a>, custom: Named<'a>, allowed_tools: Allowed<'a> }
}

wire! {
    struct Named<'a> { name: Text<'a> }
}

wire! {
    struct Allowed<'a> { mode: Text<'a>, tools: Vec<Choice<'a>> }
}

wire! {
    struct ResponseFormat<'a> { kind as "type": Text<'a>, json_schema: Shape<'a> }
}

wire! {
    struct Shape<'a> { name: Text<'a>, description: Text<'a>, schema: &'a RawValue, strict: bool }
}

/// How many blocks back a tool's answer looks for the call that it answers, which stands in the turn before it. Without an end
/// a body of nothing but such answers would take the square of its length.
const NEAR: usize = 1_024;

/// Reads a request's body.
pub(crate) fn read_request(body: &[u8]) -> Result<Request<'_>, Failure> {
    let body: Body<'_> =
        serde_json::from_slice(body).map_err(|error| invalid(format!("The body can't be read: {error}."), None))?;
    let mut request = Request::new(Dialect::Chat);
    request.model = body.model.map(Text::into_decoded).unwrap_or_default();
    request.max_output = body.max_completion_tokens.or(body.max_tokens);
    request.sampling = Sampling {
        temperature: number("temperature", body.temperature)?,
        top_p: number("top_p", body.top_p)?,
        top_k: number("top_k", body.top_k)?,
        min_p: number("min_p", body.min_p)?,
        frequency_penalty: number("frequency_penalty", body.frequency_penalty)?,
        presence_penalty: number("presence_penalty", body.presence_penalty)?,
        seed: number("seed", body.seed)?,
    };
    request.answers = body.n.filter(|n| *n != 1);
    request.logprobs = body.logprobs.unwrap_or(false).then_some(Logprobs { top: body.top_logprobs });
    request.stop = texts("stop", body.stop)?;
    request.parallel = body.parallel_tool_calls;
    request.stream = body.stream.unwrap_or(false);
    request.include_usage = body.stream_options.and_then(|options| options.include_usage).unwrap_or(false);
    request.user = body.user.or(body.safety_identifier);
    request.metadata = body.metadata;
    request.cache_key = body.prompt_cache_key;
    request.tier = body.service_tier;
    request.format = body.response_format.map(format).transpose()?.unwrap_or_default();
    if let Some(effort) = body.reasoning_effort {
        request.thinking = match &*effort.decode() {
            "none" => Wish::OFF,
            word => Effort::parse(word).map(Wish::of).ok_or_else(|| {
                invalid(
                    format!("`{word}` is no effort: none, minimal, low, medium, high, xhigh, max."),
                    Some("reasoning_effort"),
                )
            })?,
        };
    }
    let tools = body.tools.unwrap_or_default();
    request.tools = tools.iter().enumerate().map(|(at, raw)| tool(raw, at)).collect::<Result<_, _>>()?;
    if let Some(raw) = body.web_search_options {
        let own = Only { name: "web_search_options".into(), json: raw, lost: Lost::Warn };
        let kind = ToolKind::WebSearch { own, allowed_domains: None, location: None };
        request.tools.push(Tool {
            name: "web_search".into(),
            namespace: None,
            description: None,
            kind,
            strict: None,
            cache: None,
            at: tools.len(),
        });
    }
    request.tool_choice = body.tool_choice.map(tool_choice).transpose()?;
    if let Some(functions) = body.functions {
        request.legacy_functions = true;
        request.tools.extend(functions.into_iter().enumerate().map(|(at, function)| function.into_tool(at, None)));
        request.tool_choice = body.function_call.map(tool_choice).transpose()?;
    }
    turns(body.messages.unwrap_or_default(), &mut request)?;
    request.only = body
        .rest
        .into_iter()
        .filter(|(_, json)| json.get() != "null")
        .map(|(name, json)| {
            let lost = match &*name {
                "modalities" if json.get().contains("audio") || json.get().contains("image") => Lost::Reject,
                "modalities" => Lost::Silent,
                _ => ONLY.iter().find(|(known, _)| *known == name).map_or(Lost::Warn, |(_, lost)| *lost),
            };
            Only { name, json, lost }
        })
        .collect();
    Ok(request)
}

fn turns<'a>(messages: Vec<Message<'a>>, request: &mut Request<'a>) -> Result<(), Failure> {
    let turns = &mut request.turns;
    turns.reserve(messages.len());
    for (at, message) in messages.into_iter().enumerate() {
        let role = message.role.as_ref().map(Text::decode).unwrap_or_default();
        match &*role {
            "system" => turns.push(message.turn(Role::System, at)?),
            "developer" => turns.push(message.turn(Role::Developer, at)?),
            "user" => turns.push(message.turn(Role::User, at)?),
            "assistant" => turns.push(message.assistant(at)?),
            "tool" | "function" => {
                let is_legacy = role == "function";
                let outcome = message.outcome(at, is_legacy, turns)?;
                // What several tools answered is one turn.
                match turns.last_mut() {
                    Some(turn)
                        if turn.blocks.last().is_some_and(|block| matches!(block.content, Content::Outcome(_))) =>
                    {
                        turn.blocks.push(outcome);
                    }
                    _ => turns.push(Turn::new(Role::User, at).with(vec![outcome])),
                }
            }
            other => {
                let message = format!("`{other}` is no role: system, developer, user, assistant, tool.");
                return Err(invalid(message, Some(&format!("messages[{at}].role"))));
            }
        }
    }
    Ok(())
}

impl<'a> Message<'a> {
    fn turn(self, role: Role, at: usize) -> Result<Turn<'a>, Failure> {
        let blocks = content(self.content, at)?;
        Ok(Turn { role, name: self.name, blocks, at })
    }

    fn assistant(self, at: usize) -> Result<Turn<'a>, Failure> {
        let mut blocks: Vec<Block<'a>> = Vec::new();
        if let Some(thinking) = self.thinking_blocks {
            blocks.extend(thinking.into_iter().map(ThinkingBlock::into_block));
        } else {
            let text = self.reasoning_content.or(self.reasoning).and_then(Text::of).filter(|text| !text.is_empty());
            blocks.extend(text.map(|text| Content::Thinking(Thinking { text, ..Thinking::default() }).into()));
        }
        blocks.extend(self.reasoning_details.unwrap_or_default().into_iter().filter_map(ReasoningDetail::into_block));
        blocks.extend(content(self.content, at)?);
        blocks.extend(self.refusal.filter(|text| !text.is_empty()).map(|text| Content::Refusal(text).into()));
        let legacy = self.function_call.map(|function| function.into_call(Cow::Owned(legacy_id(at)), None));
        let calls = self.tool_calls.unwrap_or_default().into_iter().map(ToolCall::into_call).chain(legacy);
        blocks.extend(calls.map(|call| Content::Call(call).into()));
        Ok(Turn { role: Role::Assistant, name: self.name, blocks, at })
    }

    fn outcome(self, at: usize, is_legacy: bool, turns: &[Turn<'a>]) -> Result<Block<'a>, Failure> {
        let blocks = turns.iter().rev().flat_map(|turn| turn.blocks.iter().rev().map(move |block| (turn, block)));
        let mut calls = blocks.take(NEAR).filter_map(|(turn, block)| match &block.content {
            Content::Call(call) => Some((turn, call)),
            _ => None,
        });
        let (id, call) = if is_legacy {
            let name = self.name.clone().map(Text::into_decoded).unwrap_or_default();
            let found = calls.find(|(_, call)| call.name == name);
            (found.map_or(Cow::Owned(legacy_id(at)), |(turn, _)| Cow::Owned(legacy_id(turn.at))), found)
        } else {
            let id = self.tool_call_id.map(Text::into_decoded).unwrap_or_default();
            let found = calls.find(|(_, call)| call.id == id);
            (id, found)
        };
        let outcome = Outcome {
            id,
            name: call.map(|(_, call)| call.name.clone()),
            namespace: None,
            is_free: call.is_some_and(|(_, call)| matches!(call.args, Args::Free(_))),
            blocks: content(self.content, at)?,
            json: None,
            is_error: false,
        };
        Ok(Content::Outcome(outcome).into())
    }
}

/// The id of a call from before calls had ids: the place in the conversation.
fn legacy_id(at: usize) -> String {
    format!("call_function_{at}")
}

impl<'a> ToolCall<'a> {
    pub(super) fn into_call(self) -> Call<'a> {
        let id = self.id.map(Text::into_decoded).unwrap_or_default();
        let seal = self
            .extra_content
            .and_then(|extra| extra.google?.thought_signature)
            .map(|data| Seal::open(Issuer::Gemini, data));
        if let Some(custom) = self.custom {
            let name = custom.name.map(Text::into_decoded).unwrap_or_default();
            return Call { id, name, namespace: None, args: Args::Free(custom.input.unwrap_or_default()), seal };
        }
        self.function.unwrap_or_default().into_call(id, seal)
    }
}

impl<'a> CalledFunction<'a> {
    pub(super) fn into_call(self, id: Cow<'a, str>, seal: Option<Seal<'a>>) -> Call<'a> {
        let args = match self.arguments {
            None => Args::Quoted(Text::default()),
            // Some servers send the object itself.
            Some(raw) => Text::of(raw).map_or(Args::Object(Cow::Borrowed(raw)), Args::Quoted),
        };
        Call { id, name: self.name.map(Text::into_decoded).unwrap_or_default(), namespace: None, args, seal }
    }
}

impl<'a> ThinkingBlock<'a> {
    pub(super) fn into_block(self) -> Block<'a> {
        let seal = match (self.signature, self.data) {
            (Some(signature), _) if !signature.is_empty() => Some(Seal::open(Issuer::Messages, signature)),
            (_, Some(data)) => Some(Seal::open(Issuer::MessagesRedacted, data)),
            _ => None,
        };
        Content::Thinking(Thinking { text: self.thinking.unwrap_or_default(), is_summary: false, seal }).into()
    }
}

impl<'a> ReasoningDetail<'a> {
    pub(super) fn into_block(self) -> Option<Block<'a>> {
        let data = self.data.filter(|_| self.kind.is_some_and(|kind| kind.decode() == "reasoning.encrypted"))?;
        let seal = Some(Seal::open(Issuer::Responses, data));
        Some(Content::Thinking(Thinking { seal, is_summary: true, ..Thinking::default() }).into())
    }
}

/// A message's content: nothing, a text, or parts.
fn content(raw: Option<&RawValue>, message: usize) -> Result<Vec<Block<'_>>, Failure> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    if let Some(text) = Text::of(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    let parts: Vec<&RawValue> = parse(raw, || format!("messages[{message}].content"))?;
    parts.into_iter().enumerate().map(|(at, raw)| part(raw, message, at)).collect()
}

fn part(raw: &RawValue, message: usize, at: usize) -> Result<Block<'_>, Failure> {
    let place = || format!("messages[{message}].content[{at}]");
    let part: Part<'_> = parse(raw, place)?;
    let kind = part.kind.map(Text::into_decoded).unwrap_or_default();
    let need = |what: &str| invalid(format!("`{}` has no `{what}`.", place()), Some(&place()));
    let content = match &*kind {
        "text" | "input_text" => Content::Text { text: part.text.ok_or_else(|| need("text"))?, citations: Vec::new() },
        "refusal" => Content::Refusal(part.refusal.ok_or_else(|| need("refusal"))?),
        "image_url" => Content::Media(link(MediaKind::Image, part.image_url.ok_or_else(|| need("image_url"))?, place)?),
        "video_url" => Content::Media(link(MediaKind::Video, part.video_url.ok_or_else(|| need("video_url"))?, place)?),
        "input_audio" => {
            let audio = part.input_audio.ok_or_else(|| need("input_audio"))?;
            let format = audio.format.map_or("wav".into(), Text::into_decoded);
            let source = Source::Inline {
                mime: Cow::Owned(format!("audio/{format}")),
                data: audio.data.ok_or_else(|| need("input_audio.data"))?,
            };
            Content::Media(Media::new(MediaKind::Audio, source))
        }
        "file" => {
            let file = part.file.ok_or_else(|| need("file"))?;
            let source = match (file.file_data, file.file_id) {
                (Some(data), _) => Source::url(data),
                (None, Some(id)) => Source::File(id),
                (None, None) => return Err(need("file.file_data")),
            };
            let mut media = Media::new(MediaKind::Document, source);
            if let Source::Inline { mime, .. } = &media.source {
                media.kind = MediaKind::of(mime);
            }
            media.name = file.filename;
            Content::Media(media)
        }
        _ => Content::Only(Only { name: kind, json: raw, lost: Lost::Reject }),
    };
    let cache = part.cache_control.or(part.prompt_cache_breakpoint).map(|mark| mark.cache());
    Ok(Block { content, cache, at })
}

impl CacheControl<'_> {
    fn cache(&self) -> Cache {
        match self.ttl.as_ref().map(Text::decode).as_deref() {
            Some("1h" | "12h") => Cache::Long,
            _ => Cache::Short,
        }
    }
}

/// An address, alone or in an object.
fn link(kind: MediaKind, raw: &RawValue, place: impl Fn() -> String) -> Result<Media<'_>, Failure> {
    let url = match Text::of(raw) {
        Some(url) => Link { url: Some(url), ..Link::default() },
        None => parse(raw, &place)?,
    };
    let address = url.url.ok_or_else(|| invalid(format!("`{}` has no `url`.", place()), Some(&place())))?;
    Ok(Media { detail: url.detail, ..Media::new(kind, Source::url(address)) })
}

fn tool(raw: &RawValue, at: usize) -> Result<Tool<'_>, Failure> {
    let place = || format!("tools[{at}]");
    let tool: AnyTool<'_> = parse(raw, place)?;
    let cache = tool.cache_control.map(|mark| mark.cache());
    if let Some(function) = tool.function {
        return Ok(function.into_tool(at, cache));
    }
    let name = |name: Option<Text<'_>>| name.map(|name| name.into_decoded().into_owned().into()).unwrap_or_default();
    if let Some(custom) = tool.custom {
        let kind = ToolKind::Custom(custom.format);
        return Ok(Tool {
            name: name(custom.name),
            namespace: None,
            description: custom.description,
            kind,
            strict: None,
            cache,
            at,
        });
    }
    let kind: Cow<'_, str> = tool.kind.map(Text::into_decoded).unwrap_or_default();
    let only = Only { name: kind.clone(), json: raw, lost: Lost::Warn };
    Ok(Tool { name: kind, namespace: None, description: None, kind: ToolKind::Only(only), strict: None, cache, at })
}

impl<'a> Function<'a> {
    fn into_tool(self, at: usize, cache: Option<Cache>) -> Tool<'a> {
        Tool {
            name: self.name.map(Text::into_decoded).unwrap_or_default(),
            namespace: None,
            description: self.description,
            kind: ToolKind::Function(self.parameters.map(Cow::Borrowed)),
            strict: self.strict,
            cache,
            at,
        }
    }
}

fn tool_choice(raw: &RawValue) -> Result<ToolChoice<'_>, Failure> {
    let unknown = |word: &str| {
        invalid(format!("`{word}` is no tool choice: none, auto, required, or a tool."), Some("tool_choice"))
    };
    if let Some(word) = Text::of(raw) {
        return match &*word.decode() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::None),
            "required" | "any" => Ok(ToolChoice::Required),
            word => Err(unknown(word)),
        };
    }
    let choice: Choice<'_> = parse(raw, || "tool_choice".to_owned())?;
    if let Some(allowed) = choice.allowed_tools {
        let names = allowed.tools.unwrap_or_default().into_iter().filter_map(Choice::into_name).collect();
        return Ok(ToolChoice::Among { names, required: allowed.mode.is_some_and(|mode| mode.decode() == "required") });
    }
    let kind = choice.kind.as_ref().map(|kind| kind.decode().into_owned()).unwrap_or_default();
    match choice.into_name() {
        Some(name) => Ok(ToolChoice::One(name)),
        None if kind.is_empty() => Err(unknown("")),
        None => Ok(ToolChoice::Only(Only { name: kind.into(), json: raw, lost: Lost::Reject })),
    }
}

impl<'a> Choice<'a> {
    fn into_name(self) -> Option<Cow<'a, str>> {
        self.function.or(self.custom).and_then(|named| named.name).or(self.name).map(Text::into_decoded)
    }
}

fn format(format: ResponseFormat<'_>) -> Result<Format<'_>, Failure> {
    match &*format.kind.as_ref().map(Text::decode).unwrap_or_default() {
        "" | "text" => Ok(Format::Text),
        "json_object" => Ok(Format::Json),
        "json_schema" => {
            let schema = format.json_schema.unwrap_or_default();
            let json = schema.schema.ok_or_else(|| {
                invalid("`response_format.json_schema` has no `schema`.", Some("response_format.json_schema"))
            })?;
            Ok(Format::Schema {
                name: schema.name,
                description: schema.description,
                schema: Cow::Borrowed(json),
                strict: schema.strict,
            })
        }
        other => {
            let message = format!("`{other}` is no format: text, json_object, json_schema.");
            Err(invalid(message, Some("response_format.type")))
        }
    }
}
