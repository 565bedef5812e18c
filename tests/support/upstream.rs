//! A provider that does what a test says and remembers every byte that it was sent.
//!
//! On bare sockets, because a library would tidy up what a test wants to see, and would not send what it wants to send.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    eventually, provider,
    script::{End, Script, Step},
};

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) target: String,
    /// In order, names as written.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Seen {
    /// A header's value; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A listening provider; ends with the test.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    record: Arc<Record>,
    _tasks: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Record {
    scripts: Mutex<HashMap<String, Script>>,
    seen: Mutex<Vec<Seen>>,
    /// When clients left in the middle of an answer.
    hang_ups: Mutex<Vec<Instant>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("a port");
        let record = Arc::new(Record::default());
        let mut tasks = JoinSet::new();
        let own = Arc::clone(&record);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&own)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, record, _tasks: tasks }
    }

    /// What a channel's base URL is.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How requests for `model` are answered from now on.
    pub(crate) fn on(&self, model: &str, script: Script) {
        lock(&self.record.scripts).insert(model.to_owned(), script);
    }

    /// How requests for `model` at one address are answered from now on.
    pub(crate) fn on_target(&self, target: &str, model: &str, script: Script) {
        self.on(&format!("{target} {model}"), script);
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.record.seen).clone()
    }

    /// The only request so far.
    #[track_caller]
    pub(crate) fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "requests that reached the provider: {seen:?}");
        seen[0].clone()
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn arrived(&self, count: usize) {
        eventually("the provider is asked", async || (self.seen().len() >= count).then_some(())).await;
    }

    /// Waits until a client has left in the middle of an answer; when that was noticed.
    pub(crate) async fn hung_up(&self) -> Instant {
        eventually("the provider sees the client leave", async || lock(&self.record.hang_ups).first().copied()).await
    }
}

/// Why a connection ends.
enum Over {
    HungUp,
    Ended(End),
}

async fn serve(mut stream: TcpStream, record: Arc<Record>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(seen) = receive(&mut stream, &mut buffer).await {
        let body = seen.json();
        let model = body["model"].as_str().unwrap_or_default();
        let scripted = {
            let scripts = lock(&record.scripts);
            scripts.get(&format!("{} {model}", seen.target)).or_else(|| scripts.get(model)).cloned()
        };
        let script = scripted.unwrap_or_else(|| provider::answer(&seen.target, &body));
        lock(&record.seen).push(seen);
        match play(&mut stream, script).await {
            Over::Ended(End::KeepAlive) => {}
            Over::Ended(End::Close) => return,
            Over::Ended(End::Reset) => {
                let _ = stream.set_zero_linger();
                return;
            }
            Over::HungUp => {
                lock(&record.hang_ups).push(Instant::now());
                return;
            }
        }
    }
}

/// The next request, with a body of the length that it declares.
async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head: Vec<u8> = buffer.drain(..end + 4).collect();
            break String::from_utf8_lossy(&head).into_owned();
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let mut lines = head.trim_end().split("\r\n");
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer.drain(..length).collect::<Vec<u8>>().into();
    Some(Seen { target, headers, body })
}

async fn play(stream: &mut TcpStream, script: Script) -> Over {
    for step in script.steps {
        let left = match step {
            Step::Send(bytes) => stream.write_all(&bytes).await.is_err(),
            Step::Pause(time) => left_during(stream, tokio::time::sleep(time)).await,
            Step::Gate(gate) => left_during(stream, gate.pass()).await,
            Step::Stall => left_during(stream, std::future::pending()).await,
        };
        if left {
            return Over::HungUp;
        }
    }
    Over::Ended(script.end)
}

/// Waits, watching whether the client leaves meanwhile. It has nothing to say before the answer's end.
async fn left_during(stream: &mut TcpStream, wait: impl Future<Output = ()>) -> bool {
    let mut byte = [0];
    tokio::select! {
        () = wait => false,
        read = stream.read(&mut byte) => {
            assert!(!matches!(read, Ok(1)), "the gateway sent more than its request");
            true
        }
    }
}
