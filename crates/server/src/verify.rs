//! Counts the books again each day and whenever somebody asks, and keeps what that came to.

use std::time::Duration;

use api::{Time, verify::Verification};

use crate::app::App;

/// Milliseconds.
const EVERY: i64 = 24 * 60 * 60 * 1000;
/// How often it is looked whether it is time again. The first time soon, for those who run the gateway by the hour.
const LOOK: Duration = Duration::from_hours(1);
const FIRST_LOOK: Duration = Duration::from_mins(5);

/// The setting that holds the last result.
const LAST: &str = "verification";

/// Counts each day until the gateway ends.
pub(crate) fn start(app: &App) {
    let looped = {
        let app = app.clone();
        async move {
            let mut wait = FIRST_LOOK;
            while app.tasks.stop().run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
                wait = LOOK;
                if let Err(error) = when_due(&app, app.clock.now()).await {
                    tracing::warn!(%error, "the books couldn't be counted; the next try is in an hour");
                }
            }
        }
    };
    app.tasks.spawn(looped);
}

/// Whether it was time.
async fn when_due(app: &App, now: Time) -> Result<bool, store::Error> {
    let since = last(app).await?.map(|last| now.as_millis() - last.at.as_millis());
    // A clock that was set back must not put it off for longer.
    let due = since.is_none_or(|since| !(0..EVERY).contains(&since));
    if due {
        run(app).await?;
    }
    Ok(due)
}

/// What it came to the last time.
pub(crate) async fn last(app: &App) -> Result<Option<Verification>, store::Error> {
    let text = app.store.settings().get(LAST).await?;
    // One that another version wrote is counted again.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Counts now, one at a time.
pub(crate) async fn run(app: &App) -> Result<Verification, store::Error> {
    let _one_at_a_time = app.verifying.lock().await;
    let verification = app.store.verify().await?;
    if verification.differing > 0 {
        let first = verification.differences.first().map(|difference| difference.what.as_str()).unwrap_or_default();
        tracing::error!(differing = verification.differing, first, "sums aren't what their requests come to");
    }
    if let Ok(text) = serde_json::to_string(&verification) {
        app.store.settings().set(LAST, &text).await?;
    }
    Ok(verification)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_books_are_counted_once_a_day() {
        let app = TestApp::new().await;
        let app = &app.app;
        let now = app.clock.now();
        let after = |millis: i64| Time::from_millis(now.as_millis() + millis);
        assert!(when_due(app, now).await.unwrap(), "they never were");
        let last = last(app).await.unwrap().unwrap();
        assert_eq!((last.requests, last.differing), (0, 0));
        for (at, due) in [
            (after(1_000), false),
            (after(EVERY - 60_000), false),
            (after(EVERY + 60_000), true),
            (after(-60_000), true),
        ] {
            assert_eq!(when_due(app, at).await.unwrap(), due, "{at}");
        }
    }
}
