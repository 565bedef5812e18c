//! A channel's provider keys in its form: those that are stored, by their last four; those to add; those to remove.

use std::collections::BTreeSet;

use api::channels::ChannelKey;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{
        icon::Icon,
        status::{Glyph, status},
        time::Ago,
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct KeysPanelProps {
    pub(crate) stored: Vec<ChannelKey>,
    pub(crate) removed: BTreeSet<i64>,
    pub(crate) added: Vec<String>,
    /// Marks a stored key for removal, or takes the mark back.
    pub(crate) on_toggle: Callback<i64>,
    /// Forgets an added key, by its position.
    pub(crate) on_forget: Callback<usize>,
}

#[component]
pub(crate) fn KeysPanel(props: &KeysPanelProps) -> Html {
    let t = use_text();
    if props.stored.is_empty() && props.added.is_empty() {
        return Html::default();
    }
    let stored = props.stored.iter().map(|key| {
        let removed = props.removed.contains(&key.id);
        let (id, on_toggle) = (key.id, props.on_toggle.clone());
        let state = if removed {
            status(Glyph::Struck, t.channel_key_goes())
        } else {
            html! { <span class="text-ink-2">{t.channel_key_added()}{" "}<Ago time={key.created_at} /></span> }
        };
        let label = if removed { t.channel_key_keep(&key.last4) } else { t.channel_key_remove(&key.last4) };
        let icon = if removed { Icon::RefreshCw } else { Icon::Trash2 };
        row(
            &format!("stored-{id}"),
            &key.last4,
            removed,
            state,
            &label,
            icon,
            Callback::from(move |_| on_toggle.emit(id)),
        )
    });
    let added = props.added.iter().enumerate().map(|(index, key)| {
        let last4 = last4(key);
        let on_forget = props.on_forget.clone();
        let label = t.channel_key_remove(&last4);
        let state = status(Glyph::Dotted, t.channel_key_new());
        row(
            &format!("added-{index}"),
            &last4,
            false,
            state,
            &label,
            Icon::X,
            Callback::from(move |_| on_forget.emit(index)),
        )
    });
    html! {
        <div class="panel overflow-x-auto mb-3">
            <table class="dt dt-in" aria-label={t.channel_keys()}>
                <thead><tr>
                    <th scope="col">{t.channel_key_ends_in()}</th><th scope="col">{t.channel_key_state()}</th>
                    <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                </tr></thead>
                <tbody>{for stored}{for added}</tbody>
            </table>
        </div>
    }
}

fn row(
    key: &str,
    last4: &str,
    struck: bool,
    state: Html,
    label: &str,
    icon: Icon,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <tr key={key.to_owned()}>
            <td class={classes!("font-mono", "text-xs", struck.then_some("line-through text-ink-3"))}>{format!("•••• {last4}")}</td>
            <td>{state}</td>
            <td><button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={label.to_owned()} title={label.to_owned()} {onclick}>{icon.view()}</button></td>
        </tr>
    }
}

/// As the server will show it: the last four, or nothing of a key too short to show any.
fn last4(key: &str) -> String {
    let count = key.chars().count();
    if count < 12 { String::new() } else { key.chars().skip(count - 4).collect() }
}

#[cfg(test)]
mod tests {
    use super::last4;

    #[test]
    fn a_short_key_shows_nothing_of_itself() {
        assert_eq!(last4("sk-proj-abcdef41f0"), "41f0");
        assert_eq!(last4("secret"), "");
    }
}
