//! Asks before rows are deleted, naming each of them.

use yew::prelude::*;

use super::Row;
use crate::{i18n::use_text, parts::dialog::Confirm};

/// The question whether to delete `rows`; nothing is asked if there are none. `text` says what comes of it.
pub(crate) fn delete_rows<T: Row>(
    rows: Vec<T>,
    title: String,
    text: impl Into<AttrValue>,
    on_confirm: impl Fn(Vec<T>) + 'static,
    on_close: Callback<()>,
) -> Html {
    let names = rows.iter().map(|row| row.name().to_owned()).collect::<Vec<_>>();
    let on_confirm = Callback::from(move |()| on_confirm(rows.clone()));
    html! { <DeleteRows {names} {title} text={text.into()} {on_confirm} {on_close} /> }
}

#[derive(Properties, PartialEq)]
struct DeleteRowsProps {
    names: Vec<String>,
    title: AttrValue,
    text: AttrValue,
    on_confirm: Callback<()>,
    on_close: Callback<()>,
}

#[component]
fn DeleteRows(props: &DeleteRowsProps) -> Html {
    let t = use_text();
    if props.names.is_empty() {
        return Html::default();
    }
    html! {
        <Confirm title={&props.title} text={&props.text} action={t.do_delete()} on_confirm={&props.on_confirm} on_close={&props.on_close}>
            if props.names.len() > 1 {
                <ul class="mt-3 max-h-40 overflow-y-auto text-sm list-disc pl-5">
                    for name in &props.names { <li class="break-words">{name}</li> }
                </ul>
            }
        </Confirm>
    }
}
