//! `GET /api/logs/live`
//!
//! The ledger says which requests each commit touched; what they are now is read from the store, in the actor's scope. Costs nothing while
//! nobody watches, and a bounded query at most every [`GATHER`] for each who does.

use std::{collections::HashSet, convert::Infallible, sync::Arc, time::Duration};

use api::{ErrorBody, logs::LogChanges};
use axum::{
    extract::State,
    response::{Sse, sse::Event},
};
use futures_util::{Stream, stream};
use http::HeaderMap;
use tokio::{
    sync::broadcast::{self, error::RecvError, error::TryRecvError},
    time::Instant,
};
use uuid::Uuid;

use super::seats::Seat;
use crate::{
    app::App,
    console::{
        access::{self, Actor},
        error::Refusal,
    },
};

/// Commits of this long are told together.
const GATHER: Duration = Duration::from_millis(200);

/// How often it is looked whether the person is still signed in; also keeps proxies from closing what seems dead.
const CHECK: Duration = Duration::from_secs(15);

/// Requests in one event.
const MOST: usize = 200;

/// Requests as they are opened and settled: server-sent events `changed`, until the session ends.
#[utoipa::path(
    get,
    path = "/api/logs/live",
    tag = "logs",
    responses(
        (status = 200, content_type = "text/event-stream", body = LogChanges),
        (status = 429, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn live(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let seat = app.live_logs.take(actor.0.id).ok_or(Refusal::TooManyStreams)?;
    let changes = app.store.ledger().watch();
    let watch = Watch { app, actor, headers, changes, check_at: Instant::now() + CHECK, _seat: seat };
    let events = stream::unfold(watch, async |mut watch| Some((Ok(watch.next().await?), watch)));
    Ok(Sse::new(events))
}

/// One person's live log.
struct Watch {
    app: App,
    actor: Actor,
    /// Say who is watching, for as long as they may.
    headers: HeaderMap,
    changes: broadcast::Receiver<Arc<[Uuid]>>,
    check_at: Instant,
    _seat: Seat,
}

impl Watch {
    /// `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let first = tokio::select! {
                () = self.app.tasks.stop().cancelled() => return None,
                () = tokio::time::sleep_until(self.check_at) => {
                    self.check_at = Instant::now() + CHECK;
                    if !self.is_welcome().await {
                        return None;
                    }
                    return Some(Event::default().comment(""));
                }
                first = self.changes.recv() => first,
            };
            let (ids, missed) = self.gather(first).await?;
            let items = match self.app.store.logs().some(self.actor.scope(), &ids).await {
                Ok(items) => items,
                Err(error) => {
                    tracing::error!(%error, "a live log can't be read");
                    return None;
                }
            };
            if missed || !items.is_empty() {
                return Event::default().event("changed").json_data(LogChanges { items, missed }).ok();
            }
        }
    }

    /// What else changes within a moment, and whether that is more than one event tells. `None` once the ledger is closed.
    async fn gather(&mut self, first: Result<Arc<[Uuid]>, RecvError>) -> Option<(Vec<Uuid>, bool)> {
        let mut ids = HashSet::new();
        let mut missed = false;
        match first {
            Ok(first) => ids.extend(first.iter().copied()),
            Err(RecvError::Lagged(_)) => missed = true,
            Err(RecvError::Closed) => return None,
        }
        tokio::time::sleep(GATHER).await;
        loop {
            match self.changes.try_recv() {
                Ok(more) => ids.extend(more.iter().copied()),
                Err(TryRecvError::Lagged(_)) => missed = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        if ids.len() > MOST {
            // The newest are what a person looks at.
            ids.sort_unstable();
            ids.drain(..ids.len() - MOST);
            missed = true;
        }
        Some((ids, missed))
    }

    /// Whether the person is still signed in, and in the same role.
    async fn is_welcome(&self) -> bool {
        matches!(access::who(&self.app, &self.headers).await, Ok(Some(user)) if user.role == self.actor.0.role)
    }
}

#[cfg(test)]
mod tests {
    use api::{logs::LogState, session::Role};
    use http::{StatusCode, header};
    use http_body_util::BodyExt;
    use serde_json::{Value, json};
    use store::{Charge, Open, Settle, Usage};

    use super::*;
    use crate::testing::{TestApp, body, json};

    fn request(app: &TestApp, user_id: i64) -> (Open, Settle) {
        let open = Open {
            id: Uuid::now_v7(),
            created_at: app.app.clock.now(),
            user_id,
            key_id: 1,
            key_name: "laptop".to_owned(),
            model: "m".to_owned(),
            endpoint: "/v1/chat/completions".to_owned(),
            dialect: "chat".to_owned(),
            stream: false,
            client_ip: None,
            user_agent: None,
            input_estimate: 1,
            price_id: None,
            multiplier_ppm: 1_000_000,
            hold: None,
        };
        let settle = Settle {
            id: open.id,
            key_id: 1,
            state: LogState::Done,
            status: Some(200),
            channel_id: None,
            channel_name: None,
            upstream_model: None,
            attempts: Vec::new(),
            usage: Usage::default(),
            estimated: false,
            anomalous: false,
            charge: Charge::default(),
            ttft_ms: None,
            duration_ms: 1,
            error: None,
        };
        (open, settle)
    }

    /// The next `changed` event.
    async fn next(stream: &mut axum::body::Body) -> Value {
        let frame = stream.frame().await.unwrap().unwrap().into_data().unwrap();
        let text = std::str::from_utf8(&frame).unwrap();
        assert!(text.starts_with("event: changed\ndata: "), "{text}");
        serde_json::from_str(text.split_once("data: ").unwrap().1.trim()).unwrap()
    }

    #[tokio::test]
    async fn members_see_their_own_requests_appear_and_finish_and_nobody_elses() {
        let app = TestApp::new().await;
        let (owner, member) = (app.cookie(Role::Owner).await, app.cookie(Role::Member).await);
        let id = body(app.send(json("GET", "/api/session", Some(&member), &json!({}))).await).await["user"]["id"]
            .as_i64()
            .unwrap();
        let watch = async |cookie: &str| {
            let response = app.send(json("GET", "/api/logs/live", Some(cookie), &json!({}))).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            response.into_body()
        };
        let (mut all, mut own) = (watch(&owner).await, watch(&member).await);
        let ledger = app.app.store.ledger();
        let (foreign, _) = request(&app, id + 1);
        ledger.open(foreign.clone()).await.unwrap().await.unwrap();
        let event = next(&mut all).await;
        assert_eq!(event["items"][0]["id"], foreign.id.to_string());

        let (open, settle) = request(&app, id);
        let wanted = open.id.to_string();
        ledger.open(open).await.unwrap().await.unwrap();
        let event = next(&mut own).await;
        assert_eq!((event["items"].as_array().unwrap().len(), &event["items"][0]["state"]), (1, &json!("open")));
        assert_eq!(event["items"][0]["id"], wanted);
        ledger.settle(settle).unwrap().await.unwrap();
        assert_eq!(next(&mut own).await["items"][0]["state"], "done");
    }

    #[tokio::test]
    async fn a_person_has_eight_live_logs_at_most() {
        let app = TestApp::new().await;
        let member = app.cookie(Role::Member).await;
        let mut open = Vec::new();
        for _ in 0..8 {
            open.push(app.send(json("GET", "/api/logs/live", Some(&member), &json!({}))).await);
        }
        let ninth = app.send(json("GET", "/api/logs/live", Some(&member), &json!({}))).await;
        assert_eq!(ninth.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(body(ninth).await["error"]["code"], "too_many_streams");
        open.pop();
        let again = app.send(json("GET", "/api/logs/live", Some(&member), &json!({}))).await;
        assert_eq!(again.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_live_log_ends_when_the_gateway_stops() {
        let app = TestApp::new().await;
        let member = app.cookie(Role::Member).await;
        let mut stream = app.send(json("GET", "/api/logs/live", Some(&member), &json!({}))).await.into_body();
        app.app.tasks.stop().cancel();
        assert!(stream.frame().await.is_none());
    }

    #[tokio::test]
    async fn a_live_log_ends_with_the_session() {
        let app = TestApp::new().await;
        let member = app.cookie(Role::Member).await;
        let headers = HeaderMap::from_iter([(header::COOKIE, member.parse().unwrap())]);
        let user = access::who(&app.app, &headers).await.unwrap().unwrap();
        let mut watch = Watch {
            app: app.app.clone(),
            headers,
            changes: app.app.store.ledger().watch(),
            check_at: Instant::now(),
            _seat: app.app.live_logs.take(user.id).unwrap(),
            actor: Actor(user),
        };
        assert!(watch.next().await.is_some(), "nothing happens, so it only says that it is there");
        app.send(json("DELETE", "/api/session", Some(&member), &json!({}))).await;
        watch.check_at = Instant::now();
        assert!(watch.next().await.is_none());
    }
}
