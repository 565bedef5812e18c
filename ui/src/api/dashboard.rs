use api::dashboard::{Dashboard, DashboardQuery};

use super::{Failure, client};
use crate::web::with_query;

pub(crate) async fn read(query: &DashboardQuery) -> Result<Dashboard, Failure> {
    client::get(&with_query("/api/dashboard", query)).await
}
