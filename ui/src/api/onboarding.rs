use api::onboarding::Onboarding;

use super::{Failure, client};

pub(crate) async fn read() -> Result<Onboarding, Failure> {
    client::get("/api/onboarding").await
}
