//! The console's API: people, not programs that use models.
//!
//! [`api()`] is its table of contents. A handler is reachable only through an entry there, and each entry says who may.

mod about;
mod access;
mod attention;
mod audit;
mod budget;
mod channels;
mod dashboard;
mod document;
mod error;
mod export;
mod groups;
mod input;
mod keys;
mod listing;
mod logs;
mod models;
mod onboarding;
mod playground;
mod prices;
mod providers;
mod session;
mod sessions;
mod settings;
mod setup;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;
mod usage;
mod users;
mod verify;

use access::{Access, Api};
use axum::{Router, middleware, response::Response};
use utoipa_axum::routes;

pub use self::access::SESSION_COOKIE;
use self::error::Refusal;
pub(crate) use self::{logs::Seats, setup::SetupGate, throttle::Throttle};
use crate::app::App;

/// Every route and who may call it.
fn api() -> Api {
    Api::new()
        .route(Access::Anyone, routes!(about::read))
        .route(Access::Anyone, routes!(document::read))
        .route(Access::Anyone, routes!(setup::read, setup::create))
        .route(Access::Anyone, routes!(session::create, session::delete))
        .route(Access::Member, routes!(session::read, session::update))
        .route(Access::Person, routes!(session::change_password))
        .route(Access::Person, routes!(sessions::list))
        .route(Access::Person, routes!(sessions::end))
        .route(Access::Member, routes!(tokens::list))
        .route(Access::Person, routes!(tokens::create))
        .route(Access::Person, routes!(tokens::delete))
        .route(Access::Admin, routes!(users::list))
        .route(Access::Owner, routes!(users::create))
        .route(Access::Admin, routes!(users::read))
        .route(Access::Owner, routes!(users::update, users::delete))
        .route(Access::Owner, routes!(users::reset_password))
        .route(Access::Admin, routes!(groups::list, groups::create))
        .route(Access::Admin, routes!(groups::update, groups::delete))
        .route(Access::Admin, routes!(audit::list))
        .route(Access::Admin, routes!(budget::read, budget::update))
        .route(Access::Admin, routes!(verify::read, verify::run))
        .route(Access::Admin, routes!(settings::list))
        .route(Access::Owner, routes!(settings::update))
        .logged(Access::Member, routes!(playground::chat))
        .route(Access::Member, routes!(playground::models))
        .route(Access::Admin, routes!(providers::list, providers::create))
        .route(Access::Admin, routes!(providers::read, providers::update, providers::delete))
        .route(Access::Admin, routes!(channels::list, channels::create))
        .route(Access::Admin, routes!(channels::read, channels::update, channels::delete))
        .route(Access::Admin, routes!(channels::test))
        .route(Access::Admin, routes!(models::list, models::create))
        .route(Access::Admin, routes!(models::read, models::update, models::delete))
        .route(Access::Admin, routes!(prices::list, prices::create))
        .route(Access::Member, routes!(keys::list, keys::create))
        .route(Access::Member, routes!(keys::read, keys::update, keys::delete))
        .route(Access::Member, routes!(dashboard::read))
        .route(Access::Member, routes!(attention::read))
        .route(Access::Member, routes!(usage::read))
        .route(Access::Member, routes!(usage::export))
        .route(Access::Member, routes!(onboarding::read))
        .route(Access::Member, routes!(logs::list))
        .route(Access::Member, routes!(logs::live))
        .route(Access::Member, routes!(logs::summary))
        .route(Access::Member, routes!(logs::export))
        .route(Access::Member, routes!(logs::read))
        .route(Access::Member, routes!(logs::bodies))
}

/// The console's routes, behind the checks that all of them share.
pub(crate) fn routes(app: App) -> Router<App> {
    api()
        .into_router()
        .layer(middleware::from_fn_with_state(app, access::identify))
        .layer(middleware::map_response(error::never_cached))
}

/// The document that describes the API, as JSON with a newline at its end.
pub fn openapi() -> String {
    let mut document = serde_json::to_value(api().into_document()).expect("the document is JSON");
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let operations = paths.filter_map(|path| path.as_object_mut()).flat_map(|path| path.values_mut());
    for operation in operations.filter_map(|operation| operation.as_object_mut()) {
        // Extensions come in another order each time.
        if let Some(audit) = operation.shift_remove("x-audit") {
            operation.insert("x-audit".to_owned(), audit);
        }
    }
    let mut text = serde_json::to_string_pretty(&document).expect("the document is JSON");
    text.push('\n');
    text
}

/// Whether a path is the console's, so that errors have its shape.
pub(crate) fn owns(path: &str) -> bool {
    path == "/api" || (path.starts_with("/api/") && !path.starts_with("/api/v1/"))
}

pub(crate) fn not_found() -> Response {
    error::answer(&Refusal::NotFound)
}

pub(crate) fn method_not_allowed() -> Response {
    error::answer(&Refusal::MethodNotAllowed)
}
