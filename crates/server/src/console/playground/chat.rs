//! `POST /api/playground/chat/completions`

use api::ErrorBody;
use axum::{
    extract::{Request, State},
    response::Response,
};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::must_be_json},
    relay,
};

/// Send a chat request as oneself, with one's own group. It is planned, answered and logged like any other, under the
/// key name “Playground”.
///
/// The body is an OpenAI chat request; with `stream`, the answer is one of server-sent events. What the relay or the
/// provider refuses comes in OpenAI's shape.
#[utoipa::path(
    post,
    path = "/api/playground/chat/completions",
    tag = "playground",
    request_body = inline(serde_json::Map<String, serde_json::Value>),
    responses((status = 200, description = "A completion, or its chunks as `text/event-stream`"), (status = 415, body = ErrorBody)),
)]
pub(in crate::console) async fn chat(
    State(app): State<App>,
    actor: Actor,
    request: Request,
) -> Result<Response, Refusal> {
    must_be_json(request.headers())?;
    let key = app.store.keys().playground(actor.0.id).await?.ok_or(Refusal::Unauthenticated)?;
    Ok(relay::chat_as(&app, &key, request).await)
}
