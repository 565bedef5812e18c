//! The program's end, and starts that can't succeed.

use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Gate, Gateway, Launch, Script, Upstream, chunk, eventually};

fn held(gate: &Gate) -> Script {
    let script = Script::stream().event(&chunk(Some("Once"))).gate(gate).event(&chunk(Some("upon a time")));
    script.event(&chunk(None)).event("[DONE]").finish()
}

async fn with_stream(launch: &Launch, gate: &Gate) -> (Gateway, Upstream, String) {
    let gateway = launch.sign_in().await;
    let upstream = Upstream::start().await;
    upstream.on("m", held(gate));
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    (gateway, upstream, key)
}

async fn closed(gateway: &Gateway) {
    let address = gateway.address();
    eventually("the gateway accepts nobody new", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_running_answer_may_finish_when_the_program_is_told_to_end() {
    let gate = Gate::new();
    let (mut gateway, _upstream, key) = with_stream(&Launch::new(), &gate).await;
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("Once").await;
    gateway.process.terminate();
    closed(&gateway).await;
    gate.open();
    assert!(stream.whole().await.ends_with("data: [DONE]\n\n"));
    assert_eq!(gateway.process.exit().await.code(), Some(0));
    gateway.restart().await;
    assert_eq!(gateway.log(&id).await["state"], "done");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_cut_and_settled() {
    let gate = Gate::new();
    let (mut gateway, upstream, key) = with_stream(&Launch::new().env("AIGW_DRAIN_SECONDS", "1"), &gate).await;
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("Once").await;
    gateway.process.terminate();
    let (text, end) = stream.finish().await;
    assert!(end.is_err() && !text.contains("[DONE]"), "a cut answer doesn't look whole: {text}");
    upstream.hung_up().await;
    assert_eq!(gateway.process.exit().await.code(), Some(0));
    gateway.restart().await;
    let log = gateway.log(&id).await;
    assert_eq!(log["state"], "interrupted", "{log}");
    assert!(log["output_tokens"].as_i64().unwrap() > 0, "{log}");
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let gate = Gate::new();
    let (mut gateway, _upstream, key) = with_stream(&Launch::new(), &gate).await;
    let mut stream = gateway.stream(&key, "m").await;
    stream.until("Once").await;
    let id = stream.id();
    gateway.opened(&id).await;
    gateway.process.terminate();
    closed(&gateway).await;
    gateway.process.terminate();
    gateway.process.exit().await;
    gateway.restart().await;
    assert_eq!(gateway.log(&id).await["state"], "interrupted");
}

fn start(launch: &Launch, listen: &str) -> Output {
    launch.command(&["--headless", "--listen", listen]).output().expect("the program runs")
}

/// One sentence on stderr for a person, nothing on stdout, an exit code for scripts.
#[track_caller]
fn complaint(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty(), "it didn't serve");
    assert!(!said.contains("panicked"), "{said}");
    said.trim().to_owned()
}

#[tokio::test]
async fn a_data_directory_has_one_program() {
    let gateway = Gateway::start().await;
    let said = complaint(&start(gateway.launch(), "127.0.0.1:0"));
    assert!(said.contains("ai-gateway: ") && said.contains("another"), "{said}");
    assert!(said.contains(&gateway.data_dir().display().to_string()), "{said}");
    gateway.get("/api/session").await.expect(200);
}

#[tokio::test]
async fn an_address_in_use_is_said_so_and_what_to_do() {
    let gateway = Gateway::start().await;
    let address = gateway.address().to_string();
    let said = complaint(&start(&Launch::new(), &address));
    assert!(said.contains(&address) && said.contains("in use") && said.contains("--listen"), "{said}");
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_refused_by_name() {
    let launch = Launch::new();
    let file = launch.data_dir().with_extension("toml");
    std::fs::write(&file, "listn = \"127.0.0.1:0\"\n").unwrap();
    let said = complaint(&launch.command(&["--headless", "--config", file.to_str().unwrap()]).output().unwrap());
    assert!(said.contains("listn") && said.contains(file.to_str().unwrap()), "{said}");
    let no_key = Launch::new().env("AIGW_MASTER_KEY", "too short");
    let said = complaint(&start(&no_key, "127.0.0.1:0"));
    assert!(said.contains("master key") || said.contains("AIGW_MASTER_KEY"), "{said}");
    assert!(!said.contains("too short"), "what was given may be nearly right: {said}");
    let output = Launch::new().command(&["--headless", "--listen", "everywhere"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--listen"));
}

#[tokio::test]
async fn a_healthcheck_knows_a_running_program_from_none() {
    let gateway = Gateway::start().await;
    let check = |address: &str| {
        gateway.launch().program().args(["healthcheck", "--listen", address]).output().expect("the program runs")
    };
    assert!(check(&gateway.address().to_string()).status.success());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(!check(&taken.to_string()).status.success());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let mut gateway = Gateway::start().await;
    gateway.process.terminate();
    gateway.process.exit().await;
    let files = gateway.launch().files();
    let names: Vec<Value> = files.iter().map(|(path, _)| json!(path.file_name().unwrap().to_string_lossy())).collect();
    assert!(names.contains(&json!("gateway.db")), "{names:?}");
    let database = gateway.data_dir().join("gateway.db");
    std::fs::write(&database, b"not a database, but someone's file").unwrap();
    complaint(&start(gateway.launch(), "127.0.0.1:0"));
    assert_eq!(std::fs::read(&database).unwrap(), b"not a database, but someone's file");
}
