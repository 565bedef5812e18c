//! The console's files, compiled into the binary.
//!
//! Every name under `/assets/` contains its content's hash, so it is cached for ever; `index.html` names the current
//! ones and is asked for each time. A path that isn't a file is the console's own to route.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
struct Dist;

/// Allows what the console is made of and nothing else; WebAssembly needs its own word.
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                   font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// One file in each encoding that the build made.
struct File {
    mime: &'static str,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

static FILES: LazyLock<HashMap<String, File>> = LazyLock::new(|| {
    let read = |path: &str| {
        Dist::get(path).map(|file| match file.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        })
    };
    Dist::iter()
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            !name.starts_with('.') && !path.ends_with(".br") && !path.ends_with(".gz")
        })
        .filter_map(|path| {
            let file = File {
                mime: mime(&path),
                plain: read(&path)?,
                gzip: read(&format!("{path}.gz")),
                brotli: read(&format!("{path}.br")),
            };
            Some((path.into_owned(), file))
        })
        .collect()
});

/// A page or file of the console.
pub(crate) fn page(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    if let Some(file) = FILES.get(name).filter(|_| name != "index.html") {
        let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return send(file, cache, headers);
    }
    if name.starts_with("assets/") {
        // An old page asking for files of another build must not get a page instead.
        return secure((StatusCode::NOT_FOUND, "There is no such file in this version.").into_response());
    }
    match FILES.get("index.html") {
        Some(index) => send(index, "no-cache", headers),
        None => secure((StatusCode::NOT_FOUND, NO_CONSOLE).into_response()),
    }
}

const NO_CONSOLE: &str = "AI Gateway is running, but this build has no console. Build it with `cargo xtask build`.\n";

fn send(file: &File, cache: &'static str, headers: &HeaderMap) -> Response {
    let accepts = |encoding: &str| {
        headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value.split(',').any(|offer| {
                let mut parts = offer.split(';').map(str::trim);
                parts.next() == Some(encoding) && !parts.any(|q| matches!(q, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            })
        })
    };
    let (bytes, encoding) = match (&file.brotli, &file.gzip) {
        (Some(bytes), _) if accepts("br") => (bytes, Some("br")),
        (_, Some(bytes)) if accepts("gzip") => (bytes, Some("gzip")),
        _ => (&file.plain, None),
    };
    let mut response = Response::new(Body::from(bytes.clone()));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.mime));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    secure(response)
}

/// What every page and file carries.
fn secure(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
