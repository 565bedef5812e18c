//! Reads `POST /v1/messages`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{
    Dialect, Failure,
    json::{Text, wire},
    neutral::{
        Args, Block, Cache, Call, Content, Effort, Format, Issuer, Lost, Media, MediaKind, Only, Outcome, Request,
        Role, Sampling, Seal, Source, Thinking, Tool, ToolChoice, ToolKind, Turn, Wish, name_outcomes,
    },
    read::{invalid, number, parse},
};

wire! {
    struct Body<'a> {
        model: Text<'a>,
        max_tokens: i64,
        messages: Vec<Message<'a>>,
        system: &'a RawValue,
        temperature: &'a RawValue,
        top_p: &'a RawValue,
        top_k: &'a RawValue,
        stop_sequences: Vec<Text<'a>>,
        stream: bool,
        thinking: ThinkingWish<'a>,
        output_config: OutputConfig<'a>,
        tools: Vec<&'a RawValue>,
        tool_choice: Choice<'a>,
        metadata: Metadata<'a>,
        service_tier: Text<'a>,
    }
}

/// Members that other dialects lack, and what losing them means. What isn't here is unknown: the client is told.
const ONLY: [(&str, Lost); 8] = [
    ("cache_control", Lost::Silent),
    ("diagnostics", Lost::Silent),
    ("container", Lost::Reject),
    ("inference_geo", Lost::Reject),
    ("thread", Lost::Reject),
    ("compaction", Lost::Reject),
    ("mcp_servers", Lost::Reject),
    ("context_management", Lost::Warn),
];

wire! {
    struct Message<'a> { role: Text<'a>, content: &'a RawValue }
}

wire! {
    struct ThinkingWish<'a> { kind as "type": Text<'a>, budget_tokens: i64, display: Text<'a> }
}

wire! {
    struct OutputConfig<'a> { effort: Text<'a>, format: OutputFormat<'a> }
}

wire! {
    struct OutputFormat<'a> { schema: &'a RawValue }
}

wire! {
    struct Choice<'a> { kind as "type": Text<'a>, name: Text<'a>, disable_parallel_tool_use: bool }
}

wire! {
    struct Metadata<'a> { user_id: Text<'a> }
}

wire! {
    struct AnyTool<'a> {
        kind as "type": Text<'a>,
        name: Text<'a>,
        description: Text<'a>,
        input_schema: &'a RawValue,
        strict: bool,
        cache_control: CacheControl<'a>,
        allowed_domains: &'a RawValue,
        user_location: &'a RawValue,
    }
}

wire! {
    struct CacheControl<'a> { ttl: Text<'a> }
}

wire! {
    struct AnyBlock<'a> {
        kind as "type": Text<'a>,
        text: Text<'a>,
        source: &'a RawValue,
        title: Text<'a>,
        context: Text<'a>,
        citations: &'a RawValue,
        thinking: Text<'a>,
        signature: Text<'a>,
        data: Text<'a>,
        id: Text<'a>,
        name: Text<'a>,
        input: &'a RawValue,
        tool_use_id: Text<'a>,
        content: &'a RawValue,
        is_error: bool,
        cache_control: CacheControl<'a>,
    }
}

wire! {
    struct AnySource<'a> {
        kind as "type": Text<'a>,
        media_type: Text<'a>,
        data: Text<'a>,
        url: Text<'a>,
        file_id: Text<'a>,
        content: &'a RawValue,
    }
}

wire! {
    /// A search's result as a client gives it to the model.
    struct SearchResult<'a> { source: Text<'a>, title: Text<'a>, content: Vec<TextBlock<'a>> }
}

wire! {
    struct TextBlock<'a> { text: Text<'a> }
}

/// Reads a request's body.
pub(crate) fn read_request(body: &[u8]) -> Result<Request<'_>, Failure> {
    let body: Body<'_> =
        serde_json::from_slice(body).map_err(|error| invalid(format!("The body can't be read: {error}."), None))?;
    let mut request = Request::new(Dialect::Messages);
    request.model = body.model.map(Text::into_decoded).unwrap_or_default();
    request.max_output = body.max_tokens;
    request.sampling = Sampling {
        temperature: number("temperature", body.temperature)?,
        top_p: number("top_p", body.top_p)?,
        top_k: number("top_k", body.top_k)?,
        ..Sampling::default()
    };
    request.stop = body.stop_sequences.unwrap_or_default();
    request.stream = body.stream.unwrap_or(false);
    request.include_usage = true;
    request.user = body.metadata.and_then(|metadata| metadata.user_id);
    request.tier = body.service_tier;
    request.thinking = wish(body.thinking, body.output_config.as_ref());
    if let Some(schema) = body.output_config.and_then(|config| config.format?.schema) {
        let schema = Cow::Borrowed(schema);
        request.format = Format::Schema { name: None, description: None, schema, strict: Some(true) };
    }
    if let Some(system) = body.system {
        let blocks = content(system, &|| "system".to_owned())?;
        request.turns.push(Turn::new(Role::System, 0).with(blocks));
    }
    for (at, message) in body.messages.unwrap_or_default().into_iter().enumerate() {
        request.turns.push(turn(message, at)?);
    }
    name_outcomes(&mut request.turns);
    let tools = body.tools.unwrap_or_default();
    request.tools = tools.into_iter().enumerate().map(|(at, raw)| tool(raw, at)).collect::<Result<_, _>>()?;
    if let Some(choice) = body.tool_choice {
        request.parallel = choice.disable_parallel_tool_use.map(|disabled| !disabled);
        request.tool_choice = Some(tool_choice(choice)?);
    }
    request.only = body
        .rest
        .into_iter()
        .filter(|(_, json)| json.get() != "null")
        .map(|(name, json)| {
            let lost = ONLY.iter().find(|(known, _)| *known == name).map_or(Lost::Warn, |(_, lost)| *lost);
            Only { name, json, lost }
        })
        .collect();
    Ok(request)
}

fn wish(thinking: Option<ThinkingWish<'_>>, config: Option<&OutputConfig<'_>>) -> Wish {
    let effort = config.and_then(|config| Effort::parse(&config.effort.as_ref()?.decode()));
    let mut wish = Wish { effort, ..Wish::default() };
    let Some(thinking) = thinking else { return wish };
    wish.show = thinking.display.map(|display| display.decode() != "omitted");
    match &*thinking.kind.map(Text::into_decoded).unwrap_or_default() {
        "disabled" => wish.on = Some(false),
        "adaptive" => {
            wish.on = Some(true);
            wish.adaptive = true;
        }
        _ => {
            wish.on = Some(true);
            wish.budget = thinking.budget_tokens;
        }
    }
    wish
}

fn turn(message: Message<'_>, at: usize) -> Result<Turn<'_>, Failure> {
    let role = match &*message.role.map(Text::into_decoded).unwrap_or_default() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        other => {
            let message = format!("`{other}` is no role: user, assistant.");
            return Err(invalid(message, Some(&format!("messages[{at}].role"))));
        }
    };
    let place = || format!("messages[{at}].content");
    let blocks = message.content.map(|raw| content(raw, &place)).transpose()?.unwrap_or_default();
    Ok(Turn::new(role, at).with(blocks))
}

/// A content: a text, or blocks.
fn content<'a>(raw: &'a RawValue, place: &dyn Fn() -> String) -> Result<Vec<Block<'a>>, Failure> {
    if let Some(text) = Text::of(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    let blocks: Vec<&RawValue> = parse(raw, place)?;
    blocks.into_iter().enumerate().map(|(at, raw)| block(raw, at, &|| format!("{}[{at}]", place()))).collect()
}

fn block<'a>(raw: &'a RawValue, at: usize, place: &dyn Fn() -> String) -> Result<Block<'a>, Failure> {
    let block: AnyBlock<'_> = parse(raw, place)?;
    let kind = block.kind.map(Text::into_decoded).unwrap_or_default();
    let content = match &*kind {
        "text" => Content::Text { text: block.text.unwrap_or_default(), citations: Vec::new() },
        "image" => Content::Media(Media::new(MediaKind::Image, source(block.source, place)?)),
        "document" => {
            let mut media = Media::new(MediaKind::Document, source(block.source, place)?);
            media.name = block.title;
            media.context = block.context;
            media.cite = block.citations.is_some_and(|raw| raw.get().contains("true"));
            Content::Media(media)
        }
        "thinking" => {
            let seal = block.signature.filter(|seal| !seal.is_empty()).map(|seal| Seal::open(Issuer::Messages, seal));
            let text = block.thinking.unwrap_or_default();
            Content::Thinking(Thinking { text, is_summary: false, seal })
        }
        "redacted_thinking" => {
            let seal = block.data.map(|data| Seal::open(Issuer::MessagesRedacted, data));
            Content::Thinking(Thinking { seal, ..Thinking::default() })
        }
        "tool_use" => Content::Call(Call {
            id: block.id.map(Text::into_decoded).unwrap_or_default(),
            name: block.name.map(Text::into_decoded).unwrap_or_default(),
            namespace: None,
            args: block.input.map_or(Args::Quoted(Text::default()), |input| Args::Object(Cow::Borrowed(input))),
            seal: None,
        }),
        "tool_result" => Content::Outcome(Outcome {
            id: block.tool_use_id.map(Text::into_decoded).unwrap_or_default(),
            name: None,
            namespace: None,
            blocks: match block.content {
                Some(raw) => outcome_content(raw, place)?,
                None => Vec::new(),
            },
            json: None,
            is_error: block.is_error.unwrap_or(false),
            is_free: false,
        }),
        "search_result" => Content::Text { text: search_result(parse(raw, place)?), citations: Vec::new() },
        "compaction" | "container_upload" | "tool_addition" | "tool_removal" => only(kind, raw, Lost::Reject),
        // What the provider's own tools did: history that others can't use.
        _ => only(kind, raw, Lost::Warn),
    };
    Ok(Block { content, cache: block.cache_control.map(|mark| mark.cache()), at })
}

/// What a tool answered has no tool answers in it: a document can't make the reader go deeper and deeper.
fn outcome_content<'a>(raw: &'a RawValue, place: &dyn Fn() -> String) -> Result<Vec<Block<'a>>, Failure> {
    if let Some(text) = Text::of(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    let blocks: Vec<&RawValue> = parse(raw, place)?;
    let blocks = blocks.into_iter().enumerate().map(|(at, raw)| {
        let place = || format!("{}.content[{at}]", place());
        let head: AnyBlock<'_> = parse(raw, place)?;
        match head.kind.as_ref().map(Text::decode).as_deref() {
            Some("tool_result" | "tool_use") => Err(invalid(format!("`{}` can't be there.", place()), Some(&place()))),
            _ => block(raw, at, &place),
        }
    });
    blocks.collect()
}

fn only<'a>(name: Cow<'a, str>, json: &'a RawValue, lost: Lost) -> Content<'a> {
    Content::Only(Only { name, json, lost })
}

impl CacheControl<'_> {
    fn cache(&self) -> Cache {
        if self.ttl.as_ref().is_some_and(|ttl| ttl.decode() == "1h") { Cache::Long } else { Cache::Short }
    }
}

fn source<'a>(source: Option<&'a RawValue>, place: &dyn Fn() -> String) -> Result<Source<'a>, Failure> {
    let missing = || invalid(format!("`{}` has no `source` that can be read.", place()), Some(&place()));
    let source: AnySource<'_> = parse(source.ok_or_else(missing)?, place)?;
    match &*source.kind.map(Text::into_decoded).unwrap_or_default() {
        "base64" => {
            let data = source.data.ok_or_else(missing)?;
            if !crate::neutral::is_base64_data(&data) {
                return Err(invalid(format!("`{}.source.data` isn't base64.", place()), Some(&place())));
            }
            let mime = source.media_type.map_or("application/octet-stream".into(), Text::into_decoded);
            Ok(Source::Inline { mime, data })
        }
        "url" => Ok(Source::Url(source.url.ok_or_else(missing)?)),
        "file" => Ok(Source::File(source.file_id.ok_or_else(missing)?)),
        "text" => Ok(Source::Text(source.data.ok_or_else(missing)?)),
        "content" => {
            let blocks = content(source.content.ok_or_else(missing)?, place)?;
            Ok(Source::Text(crate::write::joined(blocks.iter(), "\n").into_owned()))
        }
        _ => Err(missing()),
    }
}

/// Title, address and words, for models that know no such blocks.
fn search_result(result: SearchResult<'_>) -> Text<'static> {
    let mut all = result.title.unwrap_or_default().into_owned();
    let texts = result.content.unwrap_or_default().into_iter().filter_map(|block| block.text);
    for text in result.source.into_iter().chain(texts) {
        all.push(&Text::plain("\n"));
        all.push(&text);
    }
    all
}

fn tool(raw: &RawValue, at: usize) -> Result<Tool<'_>, Failure> {
    let tool: AnyTool<'_> = parse(raw, || format!("tools[{at}]"))?;
    let cache = tool.cache_control.map(|mark| mark.cache());
    let kind = tool.kind.map(Text::into_decoded).unwrap_or_default();
    let name = tool.name.map(Text::into_decoded).unwrap_or_default();
    let own = || Only { name: kind.clone(), json: raw, lost: Lost::Warn };
    let kind = match &*kind {
        "" | "custom" => ToolKind::Function(tool.input_schema.map(Cow::Borrowed)),
        kind if kind.starts_with("web_search_") => {
            ToolKind::WebSearch { own: own(), allowed_domains: tool.allowed_domains, location: tool.user_location }
        }
        kind if kind.starts_with("mcp_") => ToolKind::Only(Only { lost: Lost::Reject, ..own() }),
        _ => ToolKind::Only(own()),
    };
    Ok(Tool { name, namespace: None, description: tool.description, kind, strict: tool.strict, cache, at })
}

fn tool_choice(choice: Choice<'_>) -> Result<ToolChoice<'_>, Failure> {
    match &*choice.kind.map(Text::into_decoded).unwrap_or_default() {
        "auto" => Ok(ToolChoice::Auto),
        "any" => Ok(ToolChoice::Required),
        "none" => Ok(ToolChoice::None),
        "tool" => {
            let name = choice.name.map(Text::into_decoded);
            let missing = || invalid("`tool_choice` has no `name`.", Some("tool_choice.name"));
            Ok(ToolChoice::One(name.ok_or_else(missing)?))
        }
        other => {
            let message = format!("`{other}` is no tool choice: auto, any, tool, none.");
            Err(invalid(message, Some("tool_choice.type")))
        }
    }
}
