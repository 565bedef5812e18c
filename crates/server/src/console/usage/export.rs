//! `GET /api/usage/export/{format}`

use api::{
    ErrorBody, Time, Validate,
    export::ExportFormat,
    usage::{UsageItem, UsageQuery},
};
use axum::{extract::State, response::Response};
use futures_util::{StreamExt, stream};
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

/// A row: one thing in one column.
#[derive(Default, Serialize)]
struct Row {
    /// RFC 3339.
    from: String,
    to: String,
    id: Option<i64>,
    name: Option<String>,
    username: Option<String>,
    requests: i64,
    failed: i64,
    cancelled: i64,
    rejected: i64,
    retried: i64,
    input_tokens: i64,
    cache_read_tokens: i64,
    cache_write_tokens: i64,
    output_tokens: i64,
    reasoning_tokens: i64,
    unpriced: i64,
    cost_usd: String,
    cost_nusd: i64,
}

impl Row {
    fn new((from, to): (Time, Time), item: UsageItem) -> Self {
        let UsageItem { id, name, username, totals } = item;
        Self {
            from: from.to_string(),
            to: to.to_string(),
            id,
            name,
            username,
            requests: totals.requests,
            failed: totals.failed,
            cancelled: totals.cancelled,
            rejected: totals.rejected,
            retried: totals.retried,
            input_tokens: totals.input_tokens,
            cache_read_tokens: totals.cache_read_tokens,
            cache_write_tokens: totals.cache_write_tokens,
            output_tokens: totals.output_tokens,
            reasoning_tokens: totals.reasoning_tokens,
            unpriced: totals.unpriced,
            cost_usd: usd(totals.cost_nusd),
            cost_nusd: totals.cost_nusd,
        }
    }
}

/// The same as a file, whole: a row for each thing in each day or hour in which it has requests.
///
/// Sent as it is read. Where the gateway fails on the way the connection breaks off, so that no part passes for the whole.
#[utoipa::path(
    get,
    path = "/api/usage/export/{format}",
    tag = "usage",
    params(("format" = ExportFormat, Path), UsageQuery),
    responses(
        (status = 200, content((String = "text/csv"), (String = "application/x-ndjson"))),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn export(
    State(app): State<App>,
    actor: Actor,
    Id(format): Id<ExportFormat>,
    Params(query): Params<UsageQuery>,
) -> Result<Response, Refusal> {
    query.validate().map_err(Refusal::Invalid)?;
    let file = File::new("usage", format, app.clock.now());
    let (periods, scope) = (app.store.usage().periods(&query), actor.scope());
    let rows = stream::iter(periods).then(move |period| {
        let app = app.clone();
        async move {
            let items = app.store.usage().period(scope, query.by, period).await?;
            Ok(items.into_iter().map(|item| Row::new(period, item)).collect())
        }
    });
    Ok(file.answer(rows))
}
