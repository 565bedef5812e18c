//! The gateway's program: started on a port of its own and a directory of its own, killed with the test.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{PATIENCE, Upstream, client::Client, eventually};

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const USERNAME: &str = "ada";

/// How to start the program.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    dir: Arc<TempDir>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    /// Of the disk in memory that the data directory is.
    disk: Option<String>,
}

impl Launch {
    /// On a new data directory.
    pub(crate) fn new() -> Self {
        let dir = Arc::new(tempfile::tempdir().expect("a temporary directory"));
        Self { dir, arguments: Vec::new(), environment: Vec::new(), disk: None }
    }

    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lays the data on a disk of this size, such as `16m`, which ends with the program.
    pub(crate) fn on_disk_of(mut self, size: &str) -> Self {
        self.disk = Some(size.to_owned());
        self
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The program with nothing of this process's environment.
    pub(crate) fn program(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_ai-gateway");
        let mut command = match &self.disk {
            None => Command::new(program),
            Some(size) => {
                let script = "mkdir -p \"$1\" && mount -t tmpfs -o size=\"$2\" tmpfs \"$1\" && shift 2 && exec \"$@\"";
                let mut command = Command::new("unshare");
                command.args(["-rm", "/bin/sh", "-c", script, "sh"]).arg(self.data_dir()).args([size, program]);
                command
            }
        };
        command.env_clear().env("HOME", self.dir.path()).envs(self.environment.iter().cloned());
        command
    }

    /// The program with these arguments on the data directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.args(arguments).arg("--data-dir").arg(self.data_dir());
        command
    }

    /// Every file of the data directory.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn walk(dir: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in std::fs::read_dir(dir).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    walk(&path, files);
                } else {
                    let bytes = std::fs::read(&path).expect("a file");
                    files.push((path, bytes));
                }
            }
        }
        let mut files = Vec::new();
        walk(&self.data_dir(), &mut files);
        files
    }

    /// Starts the program and waits until it serves.
    pub(crate) async fn start(&self) -> Process {
        let mut command = self.command(&["--headless", "--listen", "127.0.0.1:0"]);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = Log::collect(child.stderr.take().expect("piped"));
        let (lines, stdout) = unbounded_channel();
        let out = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let dir = Arc::clone(&self.dir);
        let mut process = Process { child, stdout, stderr, url: String::new(), _dir: dir };
        let line = process.line("is serving ").await;
        line.rsplit(' ').next().expect("an address").clone_into(&mut process.url);
        process
    }

    /// Starts the program with an owner and signs in.
    pub(crate) async fn sign_in(&self) -> Gateway {
        let launch = self.clone().env("AIGW_ADMIN_USERNAME", USERNAME).env("AIGW_ADMIN_PASSWORD", PASSWORD);
        let process = launch.start().await;
        let mut client = Client::new(&process.url);
        client.cookie = client.login(USERNAME, PASSWORD).await;
        Gateway { launch: self.clone(), process, client }
    }
}

/// The running program.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stdout: UnboundedReceiver<String>,
    stderr: Log,
    pub(crate) url: String,
    /// The data goes when nobody needs it any more.
    _dir: Arc<TempDir>,
}

impl Process {
    /// The next line on stdout that contains `part`.
    pub(crate) async fn line(&mut self, part: &str) -> String {
        loop {
            match tokio::time::timeout(PATIENCE, self.stdout.recv()).await {
                Ok(Some(line)) if line.contains(part) => return line,
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => panic!("the program never printed {part:?}; it said:\n{}", self.stderr.text()),
            }
        }
    }

    /// The token of the setup link.
    pub(crate) async fn setup_token(&mut self) -> String {
        let line = self.line("#token=").await;
        line.split_once("#token=").expect("a token").1.to_owned()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.url.trim_start_matches("http://").parse().expect("an address")
    }

    /// Where a path of the program's lies for others, if its disks are its own.
    pub(crate) fn sees(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.child.id()));
        root.join(path.strip_prefix("/").expect("an absolute path"))
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    }

    /// Waits for the program's end.
    pub(crate) async fn exit(&mut self) -> ExitStatus {
        eventually("the program ends", async || self.child.try_wait().expect("a status")).await
    }

    /// SIGKILL: nothing is finished, nothing is said.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.exit().await;
    }
}

impl Drop for Process {
    #[expect(clippy::print_stderr, reason = "what the program said helps to find out why the test failed")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let said = self.stderr.text();
            let lines: Vec<&str> = said.lines().collect();
            eprintln!("The gateway said at last:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
        }
    }
}

/// What the program writes to stderr.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn collect(mut from: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let own = log.clone();
        thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(count @ 1..) = from.read(&mut piece) {
                own.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&piece[..count]);
            }
        });
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// The running program, and a signed-in owner.
#[derive(Debug)]
pub(crate) struct Gateway {
    launch: Launch,
    pub(crate) process: Process,
    /// The owner.
    client: Client,
}

impl Deref for Gateway {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Gateway {
    /// On a new data directory.
    pub(crate) async fn start() -> Self {
        Launch::new().sign_in().await
    }

    /// The program again, on the same directory, the owner still signed in. The one before must have ended.
    pub(crate) async fn restart(&mut self) {
        self.process = self.launch.start().await;
        self.client = Client { url: self.process.url.clone(), ..self.client.clone() };
    }

    /// Signs the owner in again.
    pub(crate) async fn sign_in(&mut self, password: &str) {
        self.client.cookie = self.client.login(USERNAME, password).await;
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.launch.data_dir()
    }

    pub(crate) fn launch(&self) -> &Launch {
        &self.launch
    }

    /// A channel at `upstream`, its id.
    pub(crate) async fn channel(&self, name: &str, upstream: &Upstream, models: &[&str]) -> i64 {
        self.channel_with(name, upstream, models, json!({})).await
    }

    /// A channel at `upstream` with more to say about it.
    pub(crate) async fn channel_with(&self, name: &str, upstream: &Upstream, models: &[&str], more: Value) -> i64 {
        let mut body = json!({
            "name": name, "provider": "openai", "base_url": upstream.base_url(), "keys": [format!("sk-upstream-{name}")],
            "models": models,
        });
        for (member, value) in more.as_object().expect("an object") {
            body[member] = value.clone();
        }
        self.post("/api/channels", body).await.expect(201)["id"].as_i64().expect("an id")
    }

    /// A new access key.
    pub(crate) async fn key(&self) -> String {
        self.key_with(json!({})).await["secret"].as_str().expect("a secret").to_owned()
    }

    /// A new access key with more to say about it; all that the answer holds.
    pub(crate) async fn key_with(&self, more: Value) -> Value {
        let mut body = json!({"name": "test"});
        for (member, value) in more.as_object().expect("an object") {
            body[member] = value.clone();
        }
        self.post("/api/keys", body).await.expect(201)
    }

    /// The row of a request whose client has seen its end.
    pub(crate) async fn log(&self, id: &str) -> Value {
        self.get(&format!("/api/logs/{id}")).await.expect(200)
    }

    /// The row of a running request, which is written soon after its start.
    pub(crate) async fn opened(&self, id: &str) -> Value {
        eventually("the request is in the log", async || {
            let reply = self.get(&format!("/api/logs/{id}")).await;
            (reply.status == 200).then(|| reply.json())
        })
        .await
    }

    /// The row of a request that nobody waited for, once it is settled.
    pub(crate) async fn settled(&self, id: &str) -> Value {
        eventually("the request is settled", async || {
            let reply = self.get(&format!("/api/logs/{id}")).await;
            (reply.status == 200 && reply.json()["state"] != "open").then(|| reply.json())
        })
        .await
    }

    /// Every row, newest first.
    pub(crate) async fn logs(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut path = "/api/logs?limit=200".to_owned();
        loop {
            let page = self.get(&path).await.expect(200);
            rows.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => path = format!("/api/logs?limit=200&before={next}"),
                None => return rows,
            }
        }
    }

    /// The only row that is settled and not one of `known`.
    pub(crate) async fn only_log(&self) -> Value {
        eventually("one request is settled", async || {
            let rows = self.logs().await;
            (rows.len() == 1 && rows[0]["state"] != "open").then(|| rows[0].clone())
        })
        .await
    }
}
