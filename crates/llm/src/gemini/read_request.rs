//! Reads `POST /v1beta/models/{model}:generateContent`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::schema::to_json_schema;
use crate::{
    Dialect, Failure,
    json::{Text, wire},
    neutral::{
        Args, Block, Call, Content, Effort, Format, Issuer, Logprobs, Lost, Media, MediaKind, Only, Outcome, Request,
        Role, Sampling, Seal, Source, Thinking, Tool, ToolChoice, ToolKind, Turn, Wish,
    },
    read::{invalid, number, parse},
};

wire! { camel
    struct Body<'a> {
        contents: Vec<Turned<'a>>,
        system_instruction: &'a RawValue,
        tools: Vec<AnyTool<'a>>,
        tool_config: ToolConfig<'a>,
        generation_config: GenerationConfig<'a>,
        service_tier: Text<'a>,
    }
}

/// Members that other dialects lack, and what losing them means. What isn't here is unknown: the client is told.
const ONLY: [(&str, Lost); 7] = [
    ("model", Lost::Silent),
    ("labels", Lost::Silent),
    ("store", Lost::Silent),
    ("cachedContent", Lost::Reject),
    ("cached_content", Lost::Reject),
    ("safetySettings", Lost::Warn),
    ("safety_settings", Lost::Warn),
];

wire! { camel
    struct Turned<'a> { role: Text<'a>, parts: Vec<&'a RawValue> }
}

wire! { camel
    pub(super) struct Part<'a> {
        text: Text<'a>,
        thought: bool,
        thought_signature: Text<'a>,
        inline_data: Blob<'a>,
        file_data: FileData<'a>,
        function_call: FunctionCall<'a>,
        function_response: FunctionResponse<'a>,
    }
}

wire! { camel
    pub(super) struct Blob<'a> { mime_type: Text<'a>, data: Text<'a>, display_name: Text<'a> }
}

wire! { camel
    pub(super) struct FileData<'a> { mime_type: Text<'a>, file_uri: Text<'a>, display_name: Text<'a> }
}

wire! { camel
    pub(super) struct FunctionCall<'a> { id: Text<'a>, name: Text<'a>, args: &'a RawValue }
}

wire! { camel
    pub(super) struct FunctionResponse<'a> { id: Text<'a>, name: Text<'a>, response: &'a RawValue, parts: Vec<&'a RawValue> }
}

wire! {
    /// By custom: what a function gave, or why it failed.
    struct Given<'a> { output: Text<'a>, result: Text<'a>, error: &'a RawValue }
}

wire! { camel
    struct AnyTool<'a> {
        function_declarations: Vec<Declaration<'a>>,
        google_search: &'a RawValue,
    }
}

wire! { camel
    struct Declaration<'a> {
        name: Text<'a>,
        description: Text<'a>,
        parameters: &'a RawValue,
        parameters_json_schema: &'a RawValue,
    }
}

wire! { camel
    struct ToolConfig<'a> { function_calling_config: CallingConfig<'a> }
}

wire! { camel
    struct CallingConfig<'a> { mode: Text<'a>, allowed_function_names: Vec<Text<'a>> }
}

wire! { camel
    struct GenerationConfig<'a> {
        temperature: &'a RawValue,
        top_p: &'a RawValue,
        top_k: &'a RawValue,
        candidate_count: u32,
        max_output_tokens: &'a RawValue,
        stop_sequences: Vec<Text<'a>>,
        presence_penalty: &'a RawValue,
        frequency_penalty: &'a RawValue,
        seed: &'a RawValue,
        response_logprobs: bool,
        logprobs: u32,
        response_mime_type: Text<'a>,
        response_schema: &'a RawValue,
        response_json_schema: &'a RawValue,
        thinking_config: ThinkingConfig<'a>,
    }
}

wire! { camel
    struct ThinkingConfig<'a> { include_thoughts: bool, thinking_budget: &'a RawValue, thinking_level: Text<'a> }
}

/// Reads a request's body. Model and `stream` are the path's.
pub(crate) fn read_request(body: &[u8]) -> Result<Request<'_>, Failure> {
    let body: Body<'_> =
        serde_json::from_slice(body).map_err(|error| invalid(format!("The body can't be read: {error}."), None))?;
    let mut request = Request::new(Dialect::Gemini);
    request.include_usage = true;
    request.tier = body.service_tier;
    if let Some(raw) = body.system_instruction {
        let blocks = match Text::of(raw) {
            Some(text) => vec![Block::text(text)],
            None => parts(parse(raw, || "systemInstruction".to_owned())?, 0, &mut Calls::default())?,
        };
        request.turns.push(Turn::new(Role::System, 0).with(blocks));
    }
    let mut calls = Calls::default();
    for (at, turned) in body.contents.unwrap_or_default().into_iter().enumerate() {
        let role = match turned.role.as_ref().map(Text::decode).as_deref() {
            Some("model") => Role::Assistant,
            Some("user" | "function") | None => Role::User,
            Some("system") => Role::System,
            Some(other) => {
                let message = format!("`{other}` is no role: user, model.");
                return Err(invalid(message, Some(&format!("contents[{at}].role"))));
            }
        };
        let blocks = parts(turned, at, &mut calls)?;
        request.turns.push(Turn::new(role, at).with(blocks));
    }
    let mut only: Vec<Only<'_>> = Vec::new();
    for (at, tool) in body.tools.unwrap_or_default().into_iter().enumerate() {
        let declared = tool.function_declarations.into_iter().flatten();
        request.tools.extend(declared.map(|declaration| declaration.into_tool(at)));
        if let Some(raw) = tool.google_search {
            let own = Only { name: "googleSearch".into(), json: raw, lost: Lost::Warn };
            let kind = ToolKind::WebSearch { own, allowed_domains: None, location: None };
            request.tools.push(named("web_search".into(), kind, at));
        }
        for (name, json) in tool.rest.into_iter().filter(|(_, json)| json.get() != "null") {
            let lost = if name.starts_with("mcp") { Lost::Reject } else { Lost::Warn };
            request.tools.push(named(name.clone(), ToolKind::Only(Only { name, json, lost }), at));
        }
    }
    request.tool_choice = body.tool_config.and_then(|config| config.function_calling_config).and_then(tool_choice);
    if let Some(config) = body.generation_config {
        generation(config, &mut request, &mut only)?;
    }
    only.extend(body.rest.into_iter().filter(|(_, json)| json.get() != "null").map(|(name, json)| {
        let lost = ONLY.iter().find(|(known, _)| *known == name).map_or(Lost::Warn, |(_, lost)| *lost);
        Only { name, json, lost }
    }));
    request.only = only;
    Ok(request)
}

/// What was called and isn't answered: calls have no ids here, or may have none.
#[derive(Default)]
struct Calls<'a> {
    open: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// As many calls as may wait for their answers: each answer is looked for among them.
const MOST_OPEN: usize = 1_024;

impl<'a> Calls<'a> {
    fn begin(&mut self, call: (Cow<'a, str>, Cow<'a, str>)) {
        if self.open.len() >= MOST_OPEN {
            self.open.remove(0);
        }
        self.open.push(call);
    }

    /// The id of the call that a response answers: its own, else by name, else by order.
    fn answer(&mut self, id: Option<Text<'a>>, name: &str, turn: usize, at: usize) -> Cow<'a, str> {
        let id = id.map(Text::into_decoded).filter(|id| !id.is_empty());
        let found = match &id {
            Some(id) => self.open.iter().position(|(open, _)| open == id),
            None => self.open.iter().position(|(_, called)| called == name),
        };
        let open = found.map(|at| self.open.remove(at).0);
        id.or(open).unwrap_or_else(|| Cow::Owned(format!("call_{turn}_{at}")))
    }
}

fn parts<'a>(turned: Turned<'a>, turn: usize, calls: &mut Calls<'a>) -> Result<Vec<Block<'a>>, Failure> {
    let mut blocks = Vec::new();
    for (at, raw) in turned.parts.unwrap_or_default().into_iter().enumerate() {
        let part: Part<'_> = parse(raw, || format!("contents[{turn}].parts[{at}]"))?;
        part.read(raw, turn, at, calls, &mut blocks)?;
    }
    Ok(blocks)
}

impl<'a> Part<'a> {
    fn read(
        self,
        raw: &'a RawValue,
        turn: usize,
        at: usize,
        calls: &mut Calls<'a>,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), Failure> {
        let place = || format!("contents[{turn}].parts[{at}]");
        let seal = self.thought_signature.filter(|seal| !seal.is_empty()).map(|seal| Seal::open(Issuer::Gemini, seal));
        let mut add = |content: Content<'a>| blocks.push(Block::from(content).at(at));
        if let Some(call) = self.function_call {
            let mut call = call.into_call(seal);
            if call.id.is_empty() {
                call.id = Cow::Owned(format!("call_{turn}_{at}"));
            }
            calls.begin((call.id.clone(), call.name.clone()));
            add(Content::Call(call));
        } else if let Some(response) = self.function_response {
            add(Content::Outcome(outcome(response, turn, at, calls)?));
        } else if self.thought == Some(true) {
            add(Content::Thinking(Thinking { text: self.text.unwrap_or_default(), is_summary: true, seal }));
        } else if let Some(text) = self.text {
            // The seal of a text has no slot but the one of thinking before it.
            if seal.is_some() {
                add(Content::Thinking(Thinking { seal, ..Thinking::default() }));
            }
            if !text.is_empty() {
                add(Content::Text { text, citations: Vec::new() });
            }
        } else if let Some(media) = media(self.inline_data, self.file_data) {
            if matches!(&media.source, Source::Inline { data, .. } if !crate::neutral::is_base64_data(data)) {
                return Err(invalid(format!("`{}.inlineData.data` isn't base64.", place()), Some(&place())));
            }
            add(Content::Media(media));
        } else if let Some((name, _)) = self.rest.first() {
            add(Content::Only(Only { name: name.clone(), json: raw, lost: Lost::Warn }));
        }
        Ok(())
    }
}

pub(super) fn media<'a>(inline: Option<Blob<'a>>, file: Option<FileData<'a>>) -> Option<Media<'a>> {
    let (mime, source, name) = match (inline, file) {
        (Some(blob), _) => {
            let mime = blob.mime_type.map(Text::into_decoded).unwrap_or_default();
            let data = standard(blob.data.unwrap_or_default());
            (mime.clone(), Source::Inline { mime, data }, blob.display_name)
        }
        (None, Some(file)) => {
            let uri = file.file_uri.unwrap_or_default();
            let is_public = ["http://", "https://"].iter().any(|scheme| uri.decode().starts_with(scheme));
            let is_file = uri.decode().contains("generativelanguage.googleapis.com"); // quirk
            let source = if is_public && !is_file { Source::Url(uri) } else { Source::File(uri) };
            (file.mime_type.map(Text::into_decoded).unwrap_or_default(), source, file.display_name)
        }
        (None, None) => return None,
    };
    Some(Media { name, ..Media::new(MediaKind::of(&mime), source) })
}

/// Base64 in its usual alphabet.
fn standard(data: Text<'_>) -> Text<'_> {
    if data.escaped().contains(['-', '_', '\\']) {
        return Text::plain(data.decode().replace('-', "+").replace('_', "/"));
    }
    data
}

impl<'a> FunctionCall<'a> {
    pub(super) fn into_call(self, seal: Option<Seal<'a>>) -> Call<'a> {
        Call {
            id: self.id.map(Text::into_decoded).unwrap_or_default(),
            name: self.name.map(Text::into_decoded).unwrap_or_default(),
            namespace: None,
            args: self.args.map_or(Args::Quoted(Text::default()), |args| Args::Object(Cow::Borrowed(args))),
            seal,
        }
    }
}

fn outcome<'a>(
    response: FunctionResponse<'a>,
    turn: usize,
    at: usize,
    calls: &mut Calls<'a>,
) -> Result<Outcome<'a>, Failure> {
    let name = response.name.map(Text::into_decoded).unwrap_or_default();
    let mut outcome = Outcome {
        id: calls.answer(response.id, &name, turn, at),
        name: Some(name),
        namespace: None,
        blocks: Vec::new(),
        json: None,
        is_error: false,
        is_free: false,
    };
    if let Some(raw) = response.response {
        let given: Given<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        let is_plain = given.rest.is_empty();
        outcome.is_error = given.error.is_some();
        let text = given.output.or(given.result).or(given.error.and_then(Text::of)).filter(|_| is_plain);
        match text {
            Some(text) if text.is_empty() => {}
            Some(text) => outcome.blocks.push(Block::text(text)),
            None => outcome.json = Some(raw),
        }
    }
    for (index, raw) in response.parts.unwrap_or_default().into_iter().enumerate() {
        let part: Part<'_> = parse(raw, || format!("contents[{turn}].parts[{at}].parts[{index}]"))?;
        let media = media(part.inline_data, part.file_data);
        outcome.blocks.extend(media.map(|media| Block::from(Content::Media(media)).at(at)));
    }
    Ok(outcome)
}

fn named<'a>(name: Cow<'a, str>, kind: ToolKind<'a>, at: usize) -> Tool<'a> {
    Tool { name, namespace: None, description: None, kind, strict: None, cache: None, at }
}

impl<'a> Declaration<'a> {
    fn into_tool(self, at: usize) -> Tool<'a> {
        let schema = self.parameters_json_schema.map(Cow::Borrowed).or(self.parameters.map(to_json_schema));
        let name = self.name.map(Text::into_decoded).unwrap_or_default();
        Tool { description: self.description, ..named(name, ToolKind::Function(schema), at) }
    }
}

fn tool_choice(config: CallingConfig<'_>) -> Option<ToolChoice<'_>> {
    let mut names: Vec<_> =
        config.allowed_function_names.unwrap_or_default().into_iter().map(Text::into_decoded).collect();
    let mode = config.mode.map(Text::into_decoded).unwrap_or_default();
    match (&*mode, names.len()) {
        ("NONE", _) => Some(ToolChoice::None),
        ("ANY", 0) => Some(ToolChoice::Required),
        ("ANY", 1) => names.pop().map(ToolChoice::One),
        ("ANY", _) => Some(ToolChoice::Among { names, required: true }),
        ("AUTO" | "VALIDATED", 0) => Some(ToolChoice::Auto),
        ("AUTO" | "VALIDATED", _) => Some(ToolChoice::Among { names, required: false }),
        _ => None,
    }
}

fn generation<'a>(
    config: GenerationConfig<'a>,
    request: &mut Request<'a>,
    only: &mut Vec<Only<'a>>,
) -> Result<(), Failure> {
    request.sampling = Sampling {
        temperature: number("generationConfig.temperature", config.temperature)?,
        top_p: number("generationConfig.topP", config.top_p)?,
        top_k: number("generationConfig.topK", config.top_k)?,
        min_p: None,
        frequency_penalty: number("generationConfig.frequencyPenalty", config.frequency_penalty)?,
        presence_penalty: number("generationConfig.presencePenalty", config.presence_penalty)?,
        seed: number("generationConfig.seed", config.seed)?,
    };
    request.answers = config.candidate_count.filter(|n| *n != 1);
    request.max_output = config.max_output_tokens.and_then(whole);
    request.stop = config.stop_sequences.unwrap_or_default();
    request.logprobs = config.response_logprobs.unwrap_or(false).then_some(Logprobs { top: config.logprobs });
    let schema = config.response_json_schema.map(Cow::Borrowed).or(config.response_schema.map(to_json_schema));
    let mime = config.response_mime_type.map(Text::into_decoded).unwrap_or_default();
    request.format = match (schema, &*mime) {
        (Some(schema), "application/json" | "") => {
            Format::Schema { name: None, description: None, schema, strict: None }
        }
        (None, "application/json") => Format::Json,
        _ => Format::Text,
    };
    if let Some(config) = config.thinking_config {
        request.thinking = wish(&config);
    }
    only.extend(config.rest.into_iter().filter(|(_, json)| json.get() != "null").map(|(name, json)| {
        let asks_for_more = matches!(&*name, "responseModalities" | "response_modalities")
            && (json.get().contains("IMAGE") || json.get().contains("AUDIO"));
        let lost = match &*name {
            _ if asks_for_more => Lost::Reject,
            "responseModalities" | "response_modalities" => Lost::Silent,
            _ => Lost::Warn,
        };
        Only { name: Cow::Owned(format!("{CONFIG}{name}")), json, lost }
    }));
    Ok(())
}

/// What stands before the names of members that are the configuration's own.
pub(super) const CONFIG: &str = "generationConfig.";

/// A whole number, which protobuf's JSON may write as a text.
fn whole(raw: &RawValue) -> Option<i64> {
    raw.get().trim_matches('"').parse().ok()
}

fn wish(config: &ThinkingConfig<'_>) -> Wish {
    let level = config.thinking_level.as_ref().map(Text::decode).unwrap_or_default().to_ascii_lowercase();
    let effort = Effort::parse(&level);
    let mut wish = Wish { show: config.include_thoughts, effort, on: effort.map(|_| true), ..Wish::default() };
    match config.thinking_budget.and_then(whole) {
        Some(0) => wish.on = Some(false),
        Some(-1) => {
            wish.on = Some(true);
            wish.adaptive = true;
        }
        Some(budget) => {
            wish.on = Some(true);
            wish.budget = Some(budget);
        }
        None => {}
    }
    wish
}
