use api::budgets::{Budget, GatewayBudget, GatewayBudgetPut};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn gateway() -> Result<Option<Budget>, Failure> {
    Ok(client::get::<GatewayBudget>("/api/budget").await?.budget)
}

pub(crate) async fn set_gateway(put: &GatewayBudgetPut) -> Result<Option<Budget>, Failure> {
    Ok(client::send::<GatewayBudget>(Method::PUT, "/api/budget", put).await?.budget)
}
