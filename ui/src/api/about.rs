use api::about::About;

use super::{Failure, client};

pub(crate) async fn about() -> Result<About, Failure> {
    client::get("/api/about").await
}
