use api::playground::PlaygroundModel;

use super::{Failure, client};

/// Names that would be served for oneself.
pub(crate) async fn models() -> Result<Vec<PlaygroundModel>, Failure> {
    client::list("/api/playground/models").await
}
