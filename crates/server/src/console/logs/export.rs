//! `GET /api/logs/export/{format}`

use api::{
    ErrorBody, Validate,
    export::ExportFormat,
    logs::{Log, LogQuery},
};
use axum::{extract::State, response::Response};
use futures_util::stream;
use serde::Serialize;

use crate::{
    app::App,
    console::{
        access::Actor,
        error::Refusal,
        export::{File, usd},
        input::{Id, Params},
    },
};

/// Rows that are read at once.
const PAGE: i64 = 200;

/// A request without what has parts of its own.
#[derive(Default, Serialize)]
struct Row {
    /// RFC 3339.
    created_at: String,
    id: String,
    username: Option<String>,
    key_name: String,
    model: String,
    upstream_model: Option<String>,
    channel_name: Option<String>,
    endpoint: String,
    stream: bool,
    state: &'static str,
    status: Option<u16>,
    input_tokens: i64,
    cache_read_tokens: i64,
    cache_write_tokens: i64,
    cache_write_1h_tokens: i64,
    input_audio_tokens: i64,
    input_image_tokens: i64,
    output_tokens: i64,
    reasoning_tokens: i64,
    output_audio_tokens: i64,
    images: i64,
    estimated: bool,
    unpriced: bool,
    cost_usd: String,
    cost_nusd: i64,
    ttft_ms: Option<i64>,
    duration_ms: Option<i64>,
    attempts: usize,
    client_ip: Option<String>,
    user_agent: Option<String>,
    error: Option<String>,
    user_id: i64,
    key_id: i64,
    channel_id: Option<i64>,
}

impl From<Log> for Row {
    fn from(log: Log) -> Self {
        Self {
            created_at: log.created_at.to_string(),
            id: log.id,
            username: log.username,
            key_name: log.key_name,
            model: log.model,
            upstream_model: log.upstream_model,
            channel_name: log.channel_name,
            endpoint: log.endpoint,
            stream: log.stream,
            state: log.state.as_str(),
            status: log.status,
            input_tokens: log.input_tokens,
            cache_read_tokens: log.cache_read_tokens,
            cache_write_tokens: log.cache_write_tokens,
            cache_write_1h_tokens: log.cache_write_1h_tokens,
            input_audio_tokens: log.input_audio_tokens,
            input_image_tokens: log.input_image_tokens,
            output_tokens: log.output_tokens,
            reasoning_tokens: log.reasoning_tokens,
            output_audio_tokens: log.output_audio_tokens,
            images: log.images,
            estimated: log.estimated,
            unpriced: log.unpriced,
            cost_usd: usd(log.cost_nusd),
            cost_nusd: log.cost_nusd,
            ttft_ms: log.ttft_ms,
            duration_ms: log.duration_ms,
            attempts: log.attempts.len(),
            client_ip: log.client_ip,
            user_agent: log.user_agent,
            error: log.error,
            user_id: log.user_id,
            key_id: log.key_id,
            channel_id: log.channel_id,
        }
    }
}

/// The whole list as a file, newest first: every request that the query finds from `before` on, whatever its `limit`.
///
/// Sent as it is read. Where the gateway fails on the way the connection breaks off, so that no part passes for the whole.
#[utoipa::path(
    get,
    path = "/api/logs/export/{format}",
    tag = "logs",
    params(("format" = ExportFormat, Path), LogQuery),
    responses(
        (status = 200, content((String = "text/csv"), (String = "application/x-ndjson"))),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn export(
    State(app): State<App>,
    actor: Actor,
    Id(format): Id<ExportFormat>,
    Params(query): Params<LogQuery>,
) -> Result<Response, Refusal> {
    query.validate().map_err(Refusal::Invalid)?;
    let file = File::new("logs", format, app.clock.now());
    // What comes while the file is written isn't a part of it: pages go back in time.
    let scope = actor.scope();
    let pages = stream::try_unfold(Some(LogQuery { limit: Some(PAGE), ..query }), move |query| {
        let app = app.clone();
        async move {
            let Some(query) = query else { return Ok(None) };
            let page = app.store.logs().list(scope, &query).await?;
            let rest = page.next.map(|next| LogQuery { before: Some(next), ..query });
            Ok(Some((page.items.into_iter().map(Row::from).collect::<Vec<_>>(), rest)))
        }
    });
    Ok(file.answer(pages))
}
