//! Removes what was kept long enough. How long is a setting; when, is decided here.

use std::time::Duration;

use api::Time;
use tokio::time::Instant;

use crate::app::App;

const EVERY: Duration = Duration::from_hours(1);

/// Milliseconds.
const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

const MIB: i64 = 1 << 20;

/// Prunes at the start and each hour, until the gateway ends.
pub(crate) fn start(app: &App) {
    let looped = {
        let app = app.clone();
        async move {
            while !app.tasks.stop().is_cancelled() {
                let begun = Instant::now();
                let pause = match prune(&app, app.clock.now()).await {
                    // Half of the database's time is for whoever else writes.
                    Ok(true) => begun.elapsed(),
                    Ok(false) => EVERY,
                    Err(error) => {
                        tracing::warn!(%error, "what was kept long enough couldn't be removed; the next try is in an hour");
                        EVERY
                    }
                };
                tokio::select! {
                    () = app.tasks.stop().cancelled() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    };
    app.tasks.spawn(looped);
}

/// One batch of each kind. Answers whether there may be more.
async fn prune(app: &App, now: Time) -> Result<bool, store::Error> {
    let settings = app.settings().clone();
    let before = |days: u16| Time::from_millis(now.as_millis() - i64::from(days) * DAY);
    let (audit, logs) = (app.store.audit(), app.store.logs());
    let mut more = false;
    if settings.audit_days > 0 {
        more |= audit.prune(before(settings.audit_days)).await?;
    }
    if settings.log_days > 0 {
        more |= logs.prune(before(settings.log_days)).await?;
    }
    let bodies = app.store.bodies();
    if settings.body_days > 0 {
        more |= bodies.prune(before(settings.body_days)).await?;
    }
    if settings.body_mb > 0 {
        more |= bodies.prune_beyond(i64::from(settings.body_mb) * MIB).await?;
    }
    if settings.log_mb > 0 {
        // Whatever the bound is, the last hour can be looked at.
        let hour_ago = Time::from_millis(now.as_millis() - HOUR);
        more |= logs.prune_beyond(i64::from(settings.log_mb) * MIB, hour_ago).await?;
    }
    Ok(more)
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

    #[tokio::test]
    async fn requests_and_what_was_said_in_them_are_kept_for_as_many_days_as_the_settings_say() {
        let app = TestApp::new().await;
        let owner = app.cookie(Role::Owner).await;
        let user = app.app.store.users().owner().await.unwrap().unwrap().id;
        let id = app.log(user, "laptop").await;
        let said = store::NewBody { bytes: b"hi".to_vec(), whole_bytes: 2, cut: false };
        app.app.store.bodies().save(id, user, Some(said), None).await.unwrap();
        let path = format!("/api/logs/{id}");
        for (days, row, body) in [(6, 200, 200), (8, 200, 404), (89, 200, 404), (91, 404, 404)] {
            let now = Time::from_millis(app.app.clock.now().as_millis() + days * DAY);
            assert!(!prune(&app.app, now).await.unwrap());
            let status = async |path: &str| app.send(json("GET", path, Some(&owner), &json!({}))).await.status();
            assert_eq!(status(&path).await, row, "after {days} days");
            assert_eq!(status(&format!("{path}/bodies")).await, body, "after {days} days");
        }
    }
}
