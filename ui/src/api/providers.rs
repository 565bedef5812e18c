use api::providers::Provider;

use super::{Failure, client};

pub(crate) async fn list() -> Result<Vec<Provider>, Failure> {
    client::list("/api/providers").await
}
