use api::usage::{Usage, UsageQuery};

use super::{Failure, client};
use crate::web::with_query;

pub(crate) async fn read(query: &UsageQuery) -> Result<Usage, Failure> {
    client::get(&with_query("/api/usage", query)).await
}
