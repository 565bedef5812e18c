use api::{
    Page,
    channels::{Channel, ChannelPatch, ChannelQuery, ChannelTest, NewChannel, TestChannel},
};
use gloo_net::http::Method;

use super::{Failure, attention, client};

pub(crate) async fn page(query: ChannelQuery) -> Result<Page<Channel>, Failure> {
    client::page("/api/channels", &query).await
}

pub(crate) async fn get(id: i64) -> Result<Channel, Failure> {
    client::get(&format!("/api/channels/{id}")).await
}

pub(crate) async fn list() -> Result<Vec<Channel>, Failure> {
    client::list("/api/channels").await
}

pub(crate) async fn create(new: &NewChannel) -> Result<Channel, Failure> {
    changed(client::send(Method::POST, "/api/channels", new).await)
}

pub(crate) async fn update(id: i64, patch: &ChannelPatch) -> Result<Channel, Failure> {
    changed(client::send(Method::PATCH, &format!("/api/channels/{id}"), patch).await)
}

pub(crate) async fn delete(id: i64) -> Result<(), Failure> {
    changed(client::delete(&format!("/api/channels/{id}")).await)
}

/// Asks the channel's own test model.
pub(crate) async fn test(id: i64) -> Result<ChannelTest, Failure> {
    changed(client::send(Method::POST, &format!("/api/channels/{id}/test"), &TestChannel::default()).await)
}

fn changed<T>(result: Result<T, Failure>) -> Result<T, Failure> {
    if result.is_ok() {
        attention::channels_changed();
    }
    result
}
