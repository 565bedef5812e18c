//! The gateway as a user would run it: fresh data, one channel to the mock upstream, one access key; set up over its own API.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::handshake;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::process::{free_address, listening};
use crate::upstream::{IDLE_MODEL, MODEL};

const USERNAME: &str = "bench";
const PASSWORD: &str = "correct horse battery staple";

/// What a settled request survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    Power,
    Process,
    /// Nothing: it isn't written down. For a program that was built with the feature `measure`.
    Nothing,
}

impl Durability {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Power => "gateway (power)",
            Self::Process => "gateway (process)",
            Self::Nothing => "gateway (no ledger)",
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Power => "power",
            Self::Process | Self::Nothing => "process",
        })
    }
}

#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) durability: Durability,
    /// An access key.
    pub(crate) key: String,
    process: Child,
    _data: TempDir,
}

impl Gateway {
    pub(crate) async fn start(program: &Path, durability: Durability, upstream: SocketAddr) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let address = free_address()?;
        let mut process = Command::new(program)
            .args(["--headless", "--listen", &address.to_string(), "--data-dir"])
            .arg(data.path())
            .env("AIGW_ADMIN_USERNAME", USERNAME)
            .env("AIGW_ADMIN_PASSWORD", PASSWORD)
            .env("AIGW_DURABILITY", durability.to_string())
            .env("RUST_LOG", "warn")
            .envs((durability == Durability::Nothing).then_some(("AIGW_NO_LEDGER", "1")))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} could not be started", program.display()))?;
        listening("the gateway", &mut process, address).await?;
        let key = set_up(address, upstream).await.context("the gateway could not be set up")?;
        Ok(Self { address, durability, key, process, _data: data })
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }
}

/// A channel to `upstream`, and an access key, which is returned.
async fn set_up(address: SocketAddr, upstream: SocketAddr) -> Result<String> {
    let account = json!({"username": USERNAME, "password": PASSWORD});
    let (_, cookie) = post(address, "/api/session", None, &account).await?;
    let cookie = cookie.context("the gateway set no cookie")?;
    let channel = json!({
        "name": "bench",
        "provider": "custom",
        "base_url": format!("http://{upstream}/v1"),
        "keys": ["sk-bench"],
        "models": [MODEL, IDLE_MODEL],
    });
    post(address, "/api/channels", Some(&cookie), &channel).await?;
    let (key, _) = post(address, "/api/keys", Some(&cookie), &json!({"name": "bench"})).await?;
    Ok(key["secret"].as_str().context("the new key has no secret")?.to_owned())
}

/// The answer's body, and the cookie that it sets.
async fn post(address: SocketAddr, path: &str, cookie: Option<&str>, body: &Value) -> Result<(Value, Option<String>)> {
    let (mut sender, connection) = handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
    let mut drivers = JoinSet::new();
    drivers.spawn(connection);
    let mut request = Request::post(path).header(HOST, address.to_string()).header(CONTENT_TYPE, "application/json");
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(body.to_string())))?).await?;
    let status = response.status();
    let cookie = response.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok());
    let cookie = cookie.and_then(|value| value.split(';').next()).map(str::to_owned);
    let bytes = response.into_body().collect().await?.to_bytes();
    ensure!(
        matches!(status, StatusCode::OK | StatusCode::CREATED),
        "POST {path} answered {status}: {}",
        String::from_utf8_lossy(&bytes)
    );
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok((value, cookie)),
        Err(error) => bail!("POST {path} answered something that isn't JSON: {error}"),
    }
}
