//! A gateway without a socket, for tests of what it answers.

use std::sync::Arc;

use api::{logs::LogState, session::Role, settings::Source};
use axum::{Router, body::Body, response::Response};
use http::{Request, header};
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use store::{Charge, Durability, MasterKeySource, Open, Settle, SignedInFrom, Store, SystemClock, Usage};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    app::App,
    client::Peer,
    config::Config,
    console::{SESSION_COOKIE, SetupGate},
    router::{RequestId, router},
    settings::Given,
};

pub(crate) struct TestApp {
    pub(crate) app: App,
    router: Router,
    _dir: TempDir,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        let public_urls = Given::new("public_urls", vec!["https://ai.example.com"], Source::File, None);
        Self::with(vec![public_urls]).await
    }

    /// One that was started with these settings.
    pub(crate) async fn with(given: Vec<Given>) -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(SystemClock);
        let store = Store::open(store::Options {
            data_dir: dir.path().to_owned(),
            durability: Durability::Process,
            master_key: MasterKeySource::Default,
            clock: clock.clone(),
        })
        .await
        .unwrap();
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            admin: None,
            demo: false,
            desktop: false,
            given,
            fixed: Vec::new(),
        };
        let app =
            App::new(config, store, clock, SetupGate::new(true), "http://127.0.0.1:3000".to_owned()).await.unwrap();
        let router = router(app.clone());
        Self { app, router, _dir: dir }
    }

    /// A cookie of someone with this role; each call makes a session of its own.
    pub(crate) async fn cookie(&self, role: Role) -> String {
        let users = self.app.store.users();
        let user = if let Some(found) = users.find_for_login(role.as_str()).await.unwrap() {
            found.user
        } else {
            let hash = self.app.passwords.hash("a long enough password".to_owned().into()).await.unwrap();
            users.create(role.as_str(), role.as_str(), role, hash).await.unwrap()
        };
        let token = self.app.store.sessions().create(user.id, SignedInFrom::default()).await.unwrap();
        format!("{SESSION_COOKIE}={}", token.expose_secret())
    }

    /// A finished request of a user's, just now; its id.
    pub(crate) async fn log(&self, user_id: i64, key_name: &str) -> Uuid {
        let open = Open {
            id: Uuid::now_v7(),
            created_at: self.app.clock.now(),
            user_id,
            key_id: 1,
            key_name: key_name.to_owned(),
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
            usage: Usage { input: 3, ..Usage::default() },
            estimated: false,
            anomalous: false,
            charge: Charge::default(),
            ttft_ms: None,
            duration_ms: 1,
            error: None,
        };
        let id = open.id;
        self.app.store.ledger().reject(open, settle).await.unwrap().await.unwrap();
        id
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(Peer(([127, 0, 0, 1], 50_000).into()));
        parts.extensions.insert(RequestId(Uuid::now_v7()));
        self.router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap()
    }
}

/// A JSON request.
pub(crate) fn json(method: &str, path: &str, cookie: Option<&str>, body: &serde_json::Value) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

pub(crate) async fn body(response: Response) -> serde_json::Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
