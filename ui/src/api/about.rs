use std::cell::RefCell;

use api::about::About;
use yew::Callback;

use super::{Failure, client};

thread_local! {
    static CHANGED: RefCell<Callback<()>> = RefCell::new(Callback::noop());
}

/// Calls `run` whenever the gateway may have got another address.
pub(crate) fn on_about_changed(run: Callback<()>) {
    CHANGED.set(run);
}

pub(super) fn changed() {
    CHANGED.with_borrow(Clone::clone).emit(());
}

pub(crate) async fn about() -> Result<About, Failure> {
    client::get("/api/about").await
}
