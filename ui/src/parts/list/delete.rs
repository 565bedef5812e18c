//! Asks before rows are deleted, naming each of them.

use yew::prelude::*;

use super::Row;
use crate::{i18n::use_text, parts::dialog::Confirm};

#[derive(Properties, PartialEq)]
pub(crate) struct DeleteRowsProps<T: Row> {
    /// Nothing is asked if there are none.
    pub(crate) rows: Vec<T>,
    pub(crate) title: AttrValue,
    /// What comes of it.
    pub(crate) text: AttrValue,
    pub(crate) on_confirm: Callback<Vec<T>>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn DeleteRows<T: Row>(props: &DeleteRowsProps<T>) -> Html {
    let t = use_text();
    if props.rows.is_empty() {
        return Html::default();
    }
    let rows = props.rows.clone();
    html! {
        <Confirm title={&props.title} text={&props.text} action={t.do_delete()} on_confirm={props.on_confirm.reform(move |()| rows.clone())}
            on_close={&props.on_close}>
            if props.rows.len() > 1 {
                <ul class="mt-3 max-h-40 overflow-y-auto text-sm list-disc pl-5">
                    for row in &props.rows { <li class="break-words">{row.name()}</li> }
                </ul>
            }
        </Confirm>
    }
}
