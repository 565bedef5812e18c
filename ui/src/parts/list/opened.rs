//! The row whose drawer is open.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use ::api::list::ListQuery;

use super::{List, Row, state::Action};
use crate::api::Failure;

/// The row with this id: from the page, or asked for where the page doesn't hold it. Leads back to the list if there is none.
#[hook]
pub(crate) fn use_opened<T, Q, F>(list: &List<T, Q>, id: Option<T::Id>, get: fn(T::Id) -> F) -> Option<T>
where
    T: Row,
    Q: ListQuery,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let row = id.as_ref().and_then(|id| list.find(id)).cloned();
    let settled = list.state.page.is_some() || list.state.failure.is_some();
    let missing = id.filter(|_| row.is_none() && settled);
    let this = list.clone();
    use_effect_with(missing, move |missing| {
        if let Some(id) = missing.clone() {
            spawn_local(async move {
                match get(id).await {
                    Ok(row) => this.state.dispatch(Action::Apart(row)),
                    Err(error) => {
                        this.toaster.failed(error.sentence(this.t));
                        this.close();
                    }
                }
            });
        }
    });
    row
}
