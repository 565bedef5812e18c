use api::logs::{Log, LogPage, LogQuery, LogSummary};

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

/// Where changes are told as they happen.
pub(crate) const LIVE: &str = "/api/logs/live";

/// A list's ids and names.
pub(crate) type Named = Vec<(i64, String)>;

/// Of keys, channels and users, as far as the person may see them. A list that can't be had is empty: its ids work as well.
pub(crate) async fn names(admin: bool) -> (Named, Named, Named) {
    let keys = super::keys::list().await.unwrap_or_default().into_iter().map(|key| (key.id, key.name)).collect();
    if !admin {
        return (keys, Named::new(), Named::new());
    }
    let channels = super::channels::list().await.unwrap_or_default();
    let users = super::users::list().await.unwrap_or_default();
    (
        keys,
        channels.into_iter().map(|channel| (channel.id, channel.name)).collect(),
        users.into_iter().map(|user| (user.id, user.username)).collect(),
    )
}
