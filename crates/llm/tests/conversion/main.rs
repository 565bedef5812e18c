//! Every fixture of every dialect, to every dialect.
//!
//! A fixture is a file in `fixtures/<dialect>/`: `*.request.json`, `*.answer.json`, or a stream, `*.sse`, `*.ndjson` or `*.events`. What it becomes is a snapshot for
//! each target; what must hold of all of them, however they look, is asserted. After a wanted change:
//! `INSTA_UPDATE=always cargo test -p llm --test conversion`, then read the difference.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod answers;
mod fold;
mod pitfalls;
mod recorded;
mod requests;
mod responses;
mod streams;

use std::{fs, path::Path};

use llm::{Asked, Dialect, Quirks, Target, Upstream, Usage, neutral::Strictness};

/// The fixtures of a dialect whose names end so, by name.
fn fixtures(dialect: impl Into<Upstream>, ending: &str) -> Vec<(String, String)> {
    let dialect = dialect.into();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(dialect.as_str());
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            (format!("{}/{}", dialect.as_str(), name.strip_suffix(ending).unwrap()), fs::read_to_string(&path).unwrap())
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} has no {ending}", dialect.as_str());
    found
}

fn target(quirks: Quirks) -> Target<'static> {
    Target { model: "their-model", strictness: Strictness::Warn, quirks }
}

/// A client that asked for everything there is.
fn asked() -> Asked {
    Asked {
        id: "0199".to_owned(),
        created: 1_795_000_000,
        model: "our-model".to_owned(),
        include_usage: true,
        input: 77,
        ..Asked::default()
    }
}

/// What of a usage a dialect can tell. Each tells what was used in all, and what a cache gave.
fn counted(dialect: Dialect, usage: Option<Usage>) -> Option<Usage> {
    match dialect {
        Dialect::Gemini => usage.map(|usage| Usage { cache_write: 0, cache_write_1h: 0, ..usage }),
        Dialect::Responses => usage.map(|usage| Usage { cache_write_1h: 0, ..usage }),
        _ => usage,
    }
}

fn pretty(json: &[u8]) -> String {
    let value: serde_json::Value =
        serde_json::from_slice(json).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(json)));
    serde_json::to_string_pretty(&value).unwrap()
}
