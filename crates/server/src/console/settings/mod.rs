//! What the gateway runs with.

mod list;
#[cfg(test)]
mod tests;
mod update;

pub(super) use list::*;
pub(super) use update::*;

use crate::app::App;

/// Those that hold until the gateway ends, then those that can be changed.
async fn all(app: &App) -> api::Page<api::settings::Setting> {
    let mut settings = app.config.fixed.clone();
    settings.extend(app.live.list().await);
    api::Page::whole(settings)
}
