//! Removes what was kept long enough. How long is a setting; when, is decided here.

use std::time::Duration;

use api::Time;

use crate::app::App;

const EVERY: Duration = Duration::from_hours(1);

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Prunes at the start and each hour, until the gateway ends.
pub(crate) fn start(app: &App) {
    let looped = {
        let app = app.clone();
        async move {
            while !app.tasks.stop().is_cancelled() {
                match prune(&app, app.clock.now()).await {
                    // Others write between two batches.
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "old rows of the audit couldn't be removed; the next try is in an hour");
                    }
                }
                tokio::select! {
                    () = app.tasks.stop().cancelled() => {}
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        }
    };
    app.tasks.spawn(looped);
}

/// One batch. Answers whether there may be more.
async fn prune(app: &App, now: Time) -> Result<bool, store::Error> {
    let days = app.settings().audit_days;
    if days == 0 {
        return Ok(false);
    }
    let before = now.as_millis() - i64::from(days) * DAY;
    app.store.audit().prune(Time::from_millis(before)).await
}

#[cfg(test)]
mod tests {
    use api::{audit::AuditQuery, session::Role};
    use serde_json::json;

    use super::*;
    use crate::testing::{TestApp, json};

    #[tokio::test]
    async fn the_audit_is_kept_for_as_many_days_as_the_setting_says() {
        let app = TestApp::new().await;
        let owner = app.cookie(Role::Owner).await;
        app.send(json("POST", "/api/keys", Some(&owner), &json!({"name": "laptop"}))).await;
        let app = &app.app;
        for (days, rows) in [(0, 1), (364, 1), (366, 0)] {
            let now = Time::from_millis(app.clock.now().as_millis() + days * DAY);
            assert!(!prune(app, now).await.unwrap());
            let left = app.store.audit().list(&AuditQuery::default()).await.unwrap().items;
            assert_eq!(left.len(), rows, "after {days} days");
        }
    }
}
