use std::cell::RefCell;

use api::attention::Attention;
use yew::Callback;

use super::{Failure, client};

thread_local! {
    static CHANGED: RefCell<Callback<()>> = RefCell::new(Callback::noop());
}

pub(crate) async fn read() -> Result<Attention, Failure> {
    client::get("/api/attention").await
}

/// Calls `run` whenever this page has changed or tested a channel.
pub(crate) fn on_channels_changed(run: Callback<()>) {
    CHANGED.set(run);
}

pub(super) fn channels_changed() {
    CHANGED.with_borrow(Clone::clone).emit(());
}
