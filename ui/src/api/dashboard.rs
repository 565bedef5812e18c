use api::dashboard::{Dashboard, DashboardQuery};

use super::{Failure, client};

pub(crate) async fn read(query: &DashboardQuery) -> Result<Dashboard, Failure> {
    client::get(&client::with_query("/api/dashboard", query)).await
}
