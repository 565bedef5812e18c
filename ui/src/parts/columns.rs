//! Which columns of a table are shown: chosen by the person, kept in the browser.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    i18n::{Text, use_text},
    parts::{icon::Icon, menu::Menu},
    prefs::{save, saved},
};

/// A column that can be hidden. The one that names the row isn't among them.
pub(crate) trait Column: Copy + PartialEq + 'static {
    const ALL: &'static [Self];

    /// Stable, for storage.
    fn key(self) -> &'static str;

    fn label(self, t: Text) -> &'static str;
}

/// What a table shows.
#[derive(Clone)]
pub(crate) struct Shown {
    hidden: Rc<Vec<String>>,
    toggle: Callback<&'static str>,
}

/// Where the same is hidden, `toggle` does the same.
impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.hidden == other.hidden
    }
}

impl Shown {
    pub(crate) fn has<C: Column>(&self, column: C) -> bool {
        !self.hidden.iter().any(|key| key == column.key())
    }

    /// Those that are shown, in their order.
    pub(crate) fn these<C: Column>(&self) -> impl Iterator<Item = C> {
        C::ALL.iter().copied().filter(|column| self.has(*column))
    }
}

/// The choice for the table called `table`; `first_hidden` until the person chooses.
#[hook]
pub(crate) fn use_columns<C: Column>(table: &'static str, first_hidden: &'static [C]) -> Shown {
    let hidden = use_state(|| {
        let chosen = saved(&storage_key(table));
        Rc::new(match chosen {
            Some(text) => text.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect::<Vec<_>>(),
            None => first_hidden.iter().map(|column| column.key().to_owned()).collect(),
        })
    });
    let toggle = {
        let hidden = hidden.clone();
        Callback::from(move |key: &'static str| {
            let mut keys = (**hidden).clone();
            if let Some(at) = keys.iter().position(|known| known == key) {
                keys.remove(at);
            } else {
                keys.push(key.to_owned());
            }
            save(&storage_key(table), &keys.join(","));
            hidden.set(Rc::new(keys));
        })
    };
    Shown { hidden: (*hidden).clone(), toggle }
}

fn storage_key(table: &str) -> String {
    format!("aigw.columns.{table}")
}

#[derive(Properties, PartialEq)]
struct ChooserProps {
    /// Keys, names, and whether they are shown.
    columns: Vec<(&'static str, &'static str, bool)>,
    toggle: Callback<&'static str>,
}

/// The button of a toolbar that opens the choice.
pub(crate) fn column_chooser<C: Column>(t: Text, shown: &Shown) -> Html {
    let columns = C::ALL.iter().map(|column| (column.key(), column.label(t), shown.has(*column))).collect::<Vec<_>>();
    html! { <ColumnChooser {columns} toggle={&shown.toggle} /> }
}

#[component]
fn ColumnChooser(props: &ChooserProps) -> Html {
    let t = use_text();
    let boxes = props.columns.iter().copied().map(|(key, label, on)| {
        let toggle = props.toggle.clone();
        let onchange = Callback::from(move |event: Event| {
            event.target_unchecked_into::<HtmlInputElement>().set_checked(on);
            toggle.emit(key);
        });
        html! {
            <label class="menu-item" {key}>
                <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" checked={on} {onchange} />{label}
            </label>
        }
    });
    let header = html! { <div role="group" aria-label={t.table_columns()}>{for boxes}</div> };
    html! {
        <Menu id="columns" label={t.table_columns()} class="btn btn-ghost btn-sm btn-square max-md:hidden" {header}>
            {Icon::Columns3.view()}
        </Menu>
    }
}
