//! The gateway's console, in the browser.
//!
//! `api` asks the server, `pages` show what it answers, `parts` are the pieces that pages are made of. What can be
//! decided without a browser (`format`, `pages/*/view.rs`, `pages/*/draft.rs`) is plain Rust with tests on the host.

mod api;
mod app;
mod ask;
mod attention;
mod format;
mod i18n;
mod live;
mod load;
mod money;
mod nav;
mod pages;
mod palette;
mod parts;
mod prefs;
mod range;
mod routes;
mod session;
mod shell;
mod shortcuts;
mod web;

fn main() {
    let root = web::document().get_element_by_id("app").expect("index.html has an element #app");
    yew::Renderer::<app::App>::with_root(root).render();
}
