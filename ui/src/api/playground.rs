use api::playground::PlaygroundModel;
use gloo_net::http::{Request, Response};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader};

use super::{Failure, client};

/// Names that would be served for oneself.
pub(crate) async fn models() -> Result<Vec<PlaygroundModel>, Failure> {
    client::list("/api/playground/models").await
}

/// What has arrived of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Head { status: u16, is_stream: bool, request_id: Option<String>, attempts: Option<String> },
    Bytes(Vec<u8>),
}

/// Why an answer has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The person stopped it.
    Stopped,
    /// The gateway wasn't reached, or the connection broke.
    Lost,
}

/// Sends a chat request and hands over what arrives, until its end.
pub(crate) async fn chat(body: &str, signal: &AbortSignal, mut on: impl FnMut(Piece)) -> Result<(), Broken> {
    let broken = || if signal.aborted() { Broken::Stopped } else { Broken::Lost };
    let request = Request::post("/api/playground/chat/completions")
        .header("content-type", "application/json")
        .abort_signal(Some(signal))
        .body(body)
        .map_err(|_| Broken::Lost)?;
    let response = request.send().await.map_err(|_| broken())?;
    on(head(&response));
    let Some(stream) = response.body() else { return Ok(()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let read = JsFuture::from(reader.read()).await.map_err(|_| broken())?;
        let get = |name: &str| Reflect::get(&read, &JsValue::from_str(name)).unwrap_or_default();
        if get("done").is_truthy() {
            return Ok(());
        }
        on(Piece::Bytes(Uint8Array::new(&get("value")).to_vec()));
    }
}

fn head(response: &Response) -> Piece {
    let headers = response.headers();
    Piece::Head {
        status: response.status(),
        is_stream: headers.get("content-type").is_some_and(|mime| mime.starts_with("text/event-stream")),
        request_id: headers.get("x-request-id"),
        attempts: headers.get("x-aigw-attempts"),
    }
}
