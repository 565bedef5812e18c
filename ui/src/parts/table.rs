//! Bits of data tables: the search of a toolbar, boxes, density, rows that arrows walk.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::icon::Icon,
    web::{self, use_hotkey},
};

#[derive(Properties, PartialEq)]
pub(crate) struct SearchProps {
    pub(crate) value: AttrValue,
    pub(crate) placeholder: AttrValue,
    pub(crate) on_input: Callback<String>,
    #[prop_or(classes!("w-[240px]", "max-md:flex-1"))]
    pub(crate) class: Classes,
}

/// The search of a toolbar; `/` leads to it, ↓ from it into the rows.
#[component]
pub(crate) fn Search(props: &SearchProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        let focus = use_callback((), move |(), &()| {
            if let Some(input) = node.cast::<Element>() {
                web::focus_on(&input);
            }
        });
        use_hotkey("/", focus);
    }
    let on_input = props.on_input.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        on_input.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    });
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        if event.key() == "ArrowDown" {
            event.prevent_default();
            web::focus("tbody [data-row]");
        }
    });
    html! {
        <label class={classes!("input", "input-sm", props.class.clone())}>
            {Icon::Search.with("icon icon-sm text-ink-3")}
            <input ref={node} type="search" value={&props.value} placeholder={&props.placeholder} aria-label={&props.placeholder}
                {oninput} {onkeydown} autocomplete="off" spellcheck="false" />
            <kbd class="kbd kbd-xs max-md:hidden" aria-hidden="true">{"/"}</kbd>
        </label>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct CheckboxProps {
    pub(crate) label: AttrValue,
    pub(crate) checked: bool,
    #[prop_or_default]
    pub(crate) partly: bool,
    pub(crate) on_change: Callback<bool>,
}

#[component]
pub(crate) fn Checkbox(props: &CheckboxProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.partly, move |partly| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                input.set_indeterminate(*partly);
            }
        });
    }
    let on_change = props.on_change.clone();
    let onchange = Callback::from(move |event: Event| {
        on_change.emit(event.target_unchecked_into::<HtmlInputElement>().checked());
    });
    html! {
        <input ref={node} type="checkbox" class="checkbox checkbox-xs checkbox-primary align-middle" aria-label={&props.label}
            checked={props.checked} {onchange} />
    }
}

/// Rows whose main link has `data-row` are walked with ↑ and ↓.
pub(crate) fn walk_rows() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let down = match event.key().as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => return,
        };
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let row = target.closest("tr").ok().flatten();
        let step = |row: &Element| if down { row.next_element_sibling() } else { row.previous_element_sibling() };
        // What a row shows below itself is no row to walk.
        let mut rows = std::iter::successors(row.as_ref().and_then(step), step);
        if let Some(link) = rows.find_map(|row| row.query_selector("[data-row]").ok().flatten()) {
            event.prevent_default();
            web::focus_on(&link);
        }
    })
}

#[derive(Properties, PartialEq)]
pub(crate) struct DensityProps {
    pub(crate) dense: bool,
    pub(crate) on_change: Callback<bool>,
}

#[component]
pub(crate) fn Density(props: &DensityProps) -> Html {
    let t = use_text();
    let (dense, on_change) = (props.dense, props.on_change.clone());
    let (label, icon) = if dense { (t.table_comfortable(), Icon::Rows3) } else { (t.table_dense(), Icon::Rows4) };
    html! {
        <button type="button" class="btn btn-ghost btn-sm btn-square max-md:hidden" aria-label={label} title={label}
            onclick={move |_| on_change.emit(!dense)}>{icon.view()}</button>
    }
}
