//! Models that the provider knows under another name, one a row.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{field::note, icon::Icon},
};

/// Changes the rows with what was typed.
type Edit = Box<dyn Fn(&mut Vec<(String, String)>, String)>;

#[derive(Properties, PartialEq)]
pub(crate) struct MappingProps {
    /// Public name, the provider's name.
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) error: Option<AttrValue>,
    pub(crate) on_change: Callback<Vec<(String, String)>>,
}

#[component]
pub(crate) fn Mapping(props: &MappingProps) -> Html {
    let t = use_text();
    let change = |edit: Edit| {
        let (rows, on_change) = (props.rows.clone(), props.on_change.clone());
        move |text: String| {
            let mut rows = rows.clone();
            edit(&mut rows, text);
            on_change.emit(rows);
        }
    };
    let input = |label: String, value: &str, set: Edit| {
        let change = change(set);
        let oninput = move |event: InputEvent| change(event.target_unchecked_into::<HtmlInputElement>().value());
        html! {
            <input class="input input-sm font-mono !text-xs w-full" aria-label={label} value={value.to_owned()} {oninput}
                autocomplete="off" spellcheck="false" autocapitalize="off" />
        }
    };
    let rows = props.rows.iter().enumerate().map(|(index, (public, upstream))| {
        let n = (index + 1).to_string();
        let remove = change(Box::new(move |rows, _| drop(rows.remove(index))));
        html! {
            <div key={index} class="grid grid-cols-[1fr_auto_1fr_auto] items-center gap-2 mb-2">
                {input(t.channel_mapping_public(&n), public, Box::new(move |rows, text| rows[index].0 = text))}
                <span class="text-ink-3" aria-hidden="true">{"→"}</span>
                {input(t.channel_mapping_upstream(&n), upstream, Box::new(move |rows, text| rows[index].1 = text))}
                <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.channel_mapping_remove(&n)} title={t.channel_mapping_remove(&n)}
                    onclick={move |_| remove(String::new())}>{Icon::X.view()}</button>
            </div>
        }
    });
    let add = change(Box::new(|rows, _| rows.push((String::new(), String::new()))));
    html! {
        <div role="group" aria-labelledby="mapping-title">
            <div class="flex items-center mb-1">
                <span id="mapping-title" class="flabel !mb-0">{t.channel_mapping()}</span>
                <button type="button" class="btn btn-ghost btn-xs ml-auto" onclick={move |_| add(String::new())}>{Icon::Plus.small()}{t.channel_mapping_add()}</button>
            </div>
            {for rows}
            {note("mapping", props.error.as_ref(), &html! { t.channel_mapping_help() })}
        </div>
    }
}
