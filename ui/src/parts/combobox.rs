//! A choice from a long list, found by typing.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{field::Field, icon::Icon},
};

#[derive(Clone, PartialEq)]
pub(crate) struct ComboOption {
    pub(crate) value: AttrValue,
    pub(crate) label: AttrValue,
    /// Also found by this, such as a name in another script.
    pub(crate) alias: AttrValue,
    pub(crate) tile: AttrValue,
    pub(crate) hint: AttrValue,
}

#[derive(Properties, PartialEq)]
pub(crate) struct ComboboxProps {
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    pub(crate) options: Vec<ComboOption>,
    pub(crate) value: AttrValue,
    pub(crate) on_choose: Callback<AttrValue>,
    /// Told what is typed; then `options` are what was found for it, and all of them are offered.
    #[prop_or_default]
    pub(crate) on_search: Option<Callback<String>>,
    /// What `value` is, where `options` may not hold it.
    #[prop_or_default]
    pub(crate) chosen: Option<ComboOption>,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Html,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) autofocus: bool,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn Combobox(props: &ComboboxProps) -> Html {
    let t = use_text();
    // What is typed while the list is open; closed if `None`.
    let search = use_state(|| None::<String>);
    let at = use_state(|| 0_usize);

    let found: Vec<ComboOption> = match (search.as_deref(), &props.on_search) {
        (None, _) => Vec::new(),
        (Some(search), None) => matching(&props.options, search),
        (Some(_), Some(_)) => props.options.clone(),
    };
    let open = search.is_some();
    let chosen = props.options.iter().find(|option| option.value == props.value).or(props.chosen.as_ref());
    let shown = search
        .as_deref()
        .map_or_else(|| chosen.map(|option| option.label.to_string()).unwrap_or_default(), str::to_owned);

    let choose = {
        let (search, on_choose) = (search.setter(), props.on_choose.clone());
        Callback::from(move |value: AttrValue| {
            search.set(None);
            on_choose.emit(value);
        })
    };
    let oninput = {
        let (search, at, on_search) = (search.setter(), at.setter(), props.on_search.clone());
        Callback::from(move |event: InputEvent| {
            at.set(0);
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            if let Some(on_search) = &on_search {
                on_search.emit(text.clone());
            }
            search.set(Some(text));
        })
    };
    let start = {
        let (search, at, on_search) = (search.clone(), at.setter(), props.on_search.clone());
        let current = props.options.iter().position(|option| option.value == props.value);
        Callback::from(move |()| {
            if search.is_none() {
                at.set(current.unwrap_or(0));
                search.set(Some(String::new()));
                if let Some(on_search) = &on_search {
                    on_search.emit(String::new());
                }
            }
        })
    };
    let onkeydown = {
        let (found, choose, start, search, at) =
            (found.clone(), choose.clone(), start.clone(), search.setter(), at.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = found.len().saturating_sub(1);
            match event.key().as_str() {
                "ArrowDown" | "ArrowUp" if !open => start.emit(()),
                "ArrowDown" => at.set((*at + 1).min(last)),
                "ArrowUp" => at.set(at.saturating_sub(1)),
                "Enter" if open => {
                    if let Some(option) = found.get(*at) {
                        choose.emit(option.value.clone());
                    }
                }
                "Escape" if open => search.set(None),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let onblur = {
        let search = search.setter();
        Callback::from(move |_: FocusEvent| search.set(None))
    };
    let list = format!("{}-list", props.id);
    let option_id = |index: usize| format!("{list}-{index}");
    let options = found.iter().enumerate().map(|(index, option)| {
        let (choose, value) = (choose.clone(), option.value.clone());
        // Before the input loses the keyboard, which closes the list.
        let onmousedown = Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            choose.emit(value.clone());
        });
        let selected = if index == *at { "true" } else { "false" };
        html! {
            <div role="option" id={option_id(index)} aria-selected={selected} class="menu-item" {onmousedown} key={option.value.to_string()}>
                if !option.tile.is_empty() { <span class="mono-tile" aria-hidden="true">{&option.tile}</span> }
                <span class="truncate">{&option.label}</span>
                <span class="ml-auto pl-3 text-xs text-ink-3 truncate">{&option.hint}</span>
            </div>
        }
    });
    let invalid = props.error.is_some();
    let placeholder = if open { chosen.map(|option| option.label.clone()) } else { None };
    html! {
        <Field id={&props.id} label={&props.label} error={&props.error} help={props.help.clone()} class={props.class.clone()}>
            <div class="relative">
                <div class={classes!("input", "input-sm", "w-full", invalid.then_some("input-bad"))}>
                    if let (Some(chosen), false) = (chosen.filter(|chosen| !chosen.tile.is_empty()), open) {
                        <span class="mono-tile !size-5 !text-[9px]" aria-hidden="true">{&chosen.tile}</span>
                    }
                    <input id={&props.id} role="combobox" autocomplete="off" spellcheck="false" value={shown}
                        placeholder={placeholder.unwrap_or_else(|| props.placeholder.clone())} disabled={props.disabled} autofocus={props.autofocus}
                        aria-expanded={if open { "true" } else { "false" }} aria-controls={list.clone()} aria-autocomplete="list"
                        aria-activedescendant={(open && !found.is_empty()).then(|| option_id(*at))}
                        aria-invalid={invalid.then_some("true")} aria-describedby={format!("{}-note", props.id)}
                        {oninput} {onkeydown} {onblur} onclick={start.reform(|_: MouseEvent| ())} />
                    if !props.disabled { {Icon::ChevronDown.with("icon icon-sm text-ink-3")} }
                </div>
                if open {
                    <div id={list.clone()} role="listbox" aria-label={&props.label} class="combo-list">
                        {for options}
                        if found.is_empty() { <p class="px-2 py-1.5 text-ink-3">{t.combo_nothing()}</p> }
                    </div>
                }
            </div>
        </Field>
    }
}

fn matching(options: &[ComboOption], search: &str) -> Vec<ComboOption> {
    let search = search.trim().to_lowercase();
    let hits = |text: &AttrValue| text.to_lowercase().contains(&search);
    options.iter().filter(|option| hits(&option.label) || hits(&option.value) || hits(&option.alias)).cloned().collect()
}
