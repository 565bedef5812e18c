//! `POST /api/channels/{id}/test`

use std::time::Duration;

use api::{
    ErrorBody,
    audit::{Action, SubjectKind},
    channels::{ChannelTest, TestChannel},
    models::ModelKind,
};
use axum::{Json, extract::State};
use bytes::Bytes;
use llm::{Endpoint, through::Request};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Body, Id},
    },
    relay::{Ask, Candidate, millis},
};

/// A model that thinks long may take as long as this.
const PATIENCE: Duration = Duration::from_mins(1);
const MOST_ANSWER_BYTES: usize = 1 << 20;

/// Send the channel a tiny real request, also when it is disabled: a chat, or an embedding where the model gives those.
///
/// 200 whether or not the provider answered well: `ok` and `error` say how it went, in the provider's own words.
#[utoipa::path(
    post,
    path = "/api/channels/{id}/test",
    tag = "channels",
    params(("id" = i64, Path)),
    request_body = TestChannel,
    responses((status = 200, body = ChannelTest), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn test(
    State(app): State<App>,
    Id(id): Id,
    Body(request): Body<TestChannel>,
) -> Result<(Change, Json<ChannelTest>), Refusal> {
    let snapshot = app.snapshot();
    let channel = snapshot.channel(id).ok_or(Refusal::NotFound)?;
    let model = request
        .model
        .or_else(|| channel.test_model.clone())
        .or_else(|| channel.models.first().cloned())
        .ok_or_else(|| Refusal::field("model", "Name a model: the channel serves none."))?;
    let candidate = |kind: ModelKind| {
        let endpoint = if kind == ModelKind::Embedding { Endpoint::Embeddings } else { Endpoint::ChatCompletions };
        Candidate::new(channel, snapshot.provider(&channel.provider), endpoint, &model, 0)
            .map_err(|failure| Refusal::field("model", failure.message))
    };

    let kind = snapshot.kind(&model);
    let first = if kind == Some(ModelKind::Embedding) { ModelKind::Embedding } else { ModelKind::Chat };
    let asked = candidate(first)?;
    let mut told = ask(&app, &asked, first).await;
    if kind.is_none()
        && told.refuses_the_question()
        && let Ok(candidate) = candidate(ModelKind::Embedding)
    {
        let second = ask(&app, &candidate, ModelKind::Embedding).await;
        // If that fails too, the first refusal says more.
        if second.error.is_none() {
            told = second;
        }
    }
    let test = ChannelTest {
        ok: told.error.is_none(),
        model,
        asked: told.asked,
        key_last4: asked.key().map(|key| key.last4.clone()).unwrap_or_default(),
        status: told.status,
        latency_ms: millis(told.took),
        error: told.error,
        tested_at: app.clock.now(),
    };
    app.store.channels().record_test(id, &test).await?;
    let change = Change::did(Action::Test, SubjectKind::Channel, Some(id.to_string()), channel.name.clone());
    Ok((change, Json(test)))
}

/// How a question went.
struct Told {
    asked: ModelKind,
    /// The provider's.
    status: Option<u16>,
    error: Option<String>,
    took: Duration,
}

impl Told {
    /// The provider understood that it was asked, but not for this.
    fn refuses_the_question(&self) -> bool {
        self.error.is_some() && matches!(self.status, Some(400 | 404 | 405 | 422))
    }
}

async fn ask(app: &App, candidate: &Candidate, kind: ModelKind) -> Told {
    let started = Instant::now();
    let outcome = match timeout(PATIENCE, answer(app, candidate, kind)).await {
        Ok(outcome) => outcome,
        Err(_) => Err((None, format!("No answer within {} seconds.", PATIENCE.as_secs()))),
    };
    let (status, error) = match outcome {
        Ok(status) => (Some(status), None),
        Err((status, error)) => (status, Some(error)),
    };
    Told { asked: kind, status, error, took: started.elapsed() }
}

/// The provider's status, or what went wrong and the status if there was one.
async fn answer(app: &App, candidate: &Candidate, kind: ModelKind) -> Result<u16, (Option<u16>, String)> {
    let model = &candidate.upstream_model;
    let (endpoint, body, holds) = if kind == ModelKind::Embedding {
        (Endpoint::Embeddings, json!({"model": model, "input": "OK"}), "data")
    } else {
        let messages = json!([{"role": "user", "content": "Reply with the single word OK."}]);
        (Endpoint::ChatCompletions, json!({"model": model, "messages": messages}), "choices")
    };
    let refused = |error: llm::Failure| (None, error.message);
    let request = Request::read(endpoint, Bytes::from(body.to_string())).map_err(refused)?;
    let ask = Ask::new(candidate, &request, String::new(), 0).await.map_err(refused)?;
    let reply = app.upstream.send(candidate, &ask, None).await.map_err(|error| (None, error.to_string()))?;
    let status = reply.status.as_u16();
    let body = reply.body.collect(MOST_ANSWER_BYTES).await.map_err(|error| (Some(status), error))?;
    if !reply.status.is_success() {
        return Err((Some(status), candidate.redact(&String::from_utf8_lossy(&body)).into_owned()));
    }
    let (body, _) = ask.way.reply(body).map_err(|failure| (Some(status), failure.message))?;
    let answer: Value = serde_json::from_slice(&body)
        .map_err(|_| (Some(status), "The answer isn't JSON. Does the address end in /v1?".to_owned()))?;
    if answer.get(holds).is_some_and(Value::is_array) {
        Ok(status)
    } else {
        Err((Some(status), candidate.redact(&answer.to_string()).into_owned()))
    }
}
