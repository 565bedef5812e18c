//! Whether a gateway has what it takes to be of use.

use api::channels::ChannelTest;
use api::onboarding::{Onboarding, Step, StepKind};
use sqlx::AnyConnection;

use crate::error::Error;
use crate::keys::Scope;
use crate::sql::{Columns, Sql};
use crate::store::Store;

impl Store {
    /// The first steps of whoever sees `scope`, and which of them are done.
    pub async fn onboarding(&self, scope: Scope) -> Result<Onboarding, Error> {
        let mut connection = self.read().await?;
        let has_key = exists(&mut connection, "SELECT 1 FROM keys WHERE 1 = 1", scope).await?;
        let answered = exists(&mut connection, "SELECT 1 FROM usage_hourly WHERE duration_count > 0", scope).await?;
        let mut steps = Vec::new();
        if matches!(scope, Scope::All) {
            let rows = sqlx::query("SELECT id, last_test FROM channels").fetch_all(&mut *connection).await?;
            let mut passed = answered;
            for row in &rows {
                let row = Columns { table: "channels", row };
                if row.get::<Option<String>>("last_test")?.is_some() {
                    passed |= row.json::<ChannelTest>("last_test")?.ok;
                }
            }
            steps.push(Step { kind: StepKind::Channel, done: !rows.is_empty() });
            steps.push(Step { kind: StepKind::Test, done: passed });
        }
        steps.push(Step { kind: StepKind::Key, done: has_key });
        steps.push(Step { kind: StepKind::Request, done: answered });
        Ok(Onboarding { steps })
    }
}

async fn exists(connection: &mut AnyConnection, select: &'static str, scope: Scope) -> Result<bool, Error> {
    let mut sql = Sql::new(select);
    scope.restrict(&mut sql, "user_id");
    sql.push(" LIMIT 1");
    Ok(sql.build().fetch_optional(connection).await?.is_some())
}
