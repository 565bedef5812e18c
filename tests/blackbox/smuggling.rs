//! Requests that two readers could read in two ways. Whatever they are answered, nothing hidden inside them is ever
//! asked of a provider.

use crate::support::{Gateway, Upstream, exchange};

#[tokio::test]
async fn a_request_hidden_in_another_one_is_never_sent_on() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["shown", "hidden"]).await;
    let key = gateway.key().await;
    let hidden_body = r#"{"model":"hidden","messages":[]}"#;
    let hidden = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{hidden_body}",
        hidden_body.len()
    );
    let shown = r#"{"model":"shown","messages":[]}"#;
    let start = format!("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n");
    let chunked = format!("{:x}\r\n{shown}\r\n0\r\n\r\n", shown.len());
    let (all, own) = (shown.len() + hidden.len(), shown.len());
    for (what, request) in [
        (
            "both lengths, the declared one longer",
            format!(
                "{start}content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n{chunked}{hidden}",
                chunked.len() + hidden.len()
            ),
        ),
        (
            "both lengths, the declared one shorter",
            format!("{start}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n{chunked}{hidden}"),
        ),
        ("two lengths", format!("{start}content-length: {own}\r\ncontent-length: {all}\r\n\r\n{shown}{hidden}")),
        ("two lengths in one", format!("{start}content-length: {own}, {all}\r\n\r\n{shown}{hidden}")),
        ("a signed length", format!("{start}content-length: +{own}\r\n\r\n{shown}{hidden}")),
        ("an encoding that is nearly chunked", format!("{start}transfer-encoding: xchunked\r\n\r\n{chunked}{hidden}")),
        (
            "two encodings",
            format!("{start}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n{chunked}{hidden}"),
        ),
        ("a folded header", format!("{start}transfer-encoding:\r\n chunked\r\n\r\n{chunked}{hidden}")),
        ("a space before the colon", format!("{start}transfer-encoding : chunked\r\n\r\n{chunked}{hidden}")),
        (
            "chunks in HTTP/1.0",
            format!("{}transfer-encoding: chunked\r\n\r\n{chunked}{hidden}", start.replace("HTTP/1.1", "HTTP/1.0")),
        ),
        (
            "a chunk's size that overflows",
            format!(
                "{start}transfer-encoding: chunked\r\n\r\n1000000000000000{:x}\r\n{shown}\r\n0\r\n\r\n{hidden}",
                shown.len()
            ),
        ),
        (
            "a line break without its other half in a chunk's size",
            format!("{start}transfer-encoding: chunked\r\n\r\n{:x}\n{shown}\r\n0\r\n\r\n{hidden}", shown.len()),
        ),
        ("a null in a header", format!("{start}x: a\0b\r\ncontent-length: {own}\r\n\r\n{shown}{hidden}")),
        (
            "a bare return in a header",
            format!("{start}x: a\rtransfer-encoding: chunked\r\ncontent-length: {own}\r\n\r\n{shown}{hidden}"),
        ),
    ] {
        let answer = exchange(gateway.address(), request.as_bytes()).await;
        let asked: Vec<_> = upstream.seen().iter().map(|seen| seen.json()["model"].clone()).collect();
        assert!(asked.iter().all(|model| model != "hidden"), "{what}: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: one request, one answer: {answer}");
    }
    // The same bytes in good order are two requests: the test could see a hidden one.
    let two = format!("{start}content-length: {own}\r\n\r\n{shown}{hidden}");
    assert_eq!(exchange(gateway.address(), two.as_bytes()).await.matches("HTTP/1.1 200").count(), 2);
    assert_eq!(upstream.seen().last().unwrap().json()["model"], "hidden");
}
