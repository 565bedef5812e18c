use api::logs::{Log, LogBodies, LogPage, LogQuery, LogSummary};

use super::{Failure, client};
use crate::web::with_query;

pub(crate) async fn list(query: &LogQuery) -> Result<LogPage, Failure> {
    client::get(&with_query("/api/logs", query)).await
}

pub(crate) async fn summary(query: &LogQuery) -> Result<LogSummary, Failure> {
    client::get(&with_query("/api/logs/summary", query)).await
}

pub(crate) async fn get(id: &str) -> Result<Log, Failure> {
    client::get(&format!("/api/logs/{}", String::from(js_sys::encode_uri_component(id)))).await
}

pub(crate) async fn bodies(id: &str) -> Result<LogBodies, Failure> {
    client::get(&format!("/api/logs/{}/bodies", String::from(js_sys::encode_uri_component(id)))).await
}

/// Where changes are told as they happen.
pub(crate) const LIVE: &str = "/api/logs/live";
