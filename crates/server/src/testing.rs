//! A gateway without a socket, for tests of what it answers.

use std::sync::Arc;

use api::{session::Role, settings::Source};
use axum::{Router, body::Body, response::Response};
use http::{Request, header};
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use store::{Durability, MasterKeySource, SignedInFrom, Store, SystemClock};
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
