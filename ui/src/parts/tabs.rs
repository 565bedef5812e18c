//! Views of one thing, of which one is shown. Arrow keys walk the tabs, as the ARIA pattern has it.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::{parts::segmented::Choice, web};

#[derive(Properties, PartialEq)]
pub(crate) struct TabsProps<T: PartialEq> {
    /// Unique on the page.
    pub(crate) id: AttrValue,
    /// What is chosen, for screen readers.
    pub(crate) label: AttrValue,
    pub(crate) tabs: Vec<Choice<T>>,
    pub(crate) value: T,
    pub(crate) on_choose: Callback<T>,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// What the chosen tab shows.
    #[prop_or_default]
    pub(crate) panel_class: Classes,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Tabs<T: Copy + PartialEq + 'static>(props: &TabsProps<T>) -> Html {
    let at = props.tabs.iter().position(|tab| tab.value == props.value).unwrap_or(0);
    let tab_id = |index: usize| format!("{}-tab-{index}", props.id);
    let panel = format!("{}-panel", props.id);
    let onkeydown = {
        let (values, on_choose, id) =
            (props.tabs.iter().map(|tab| tab.value).collect::<Vec<_>>(), props.on_choose.clone(), props.id.clone());
        Callback::from(move |event: KeyboardEvent| {
            let count = values.len();
            let next = match event.key().as_str() {
                "ArrowRight" => (at + 1) % count,
                "ArrowLeft" => (at + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            on_choose.emit(values[next]);
            let tab = web::document().get_element_by_id(&format!("{id}-tab-{next}"));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<Element>().ok()) {
                web::focus_on(&tab);
            }
        })
    };
    let tabs = props.tabs.iter().enumerate().map(|(index, tab)| {
        let (value, on_choose, current) = (tab.value, props.on_choose.clone(), index == at);
        html! {
            <button type="button" role="tab" id={tab_id(index)} aria-selected={if current { "true" } else { "false" }}
                aria-controls={panel.clone()} tabindex={if current { "0" } else { "-1" }} class="cursor-pointer"
                onclick={move |_| on_choose.emit(value)}>
                {&tab.label}
                if let Some(count) = tab.count { <span class="text-ink-3">{count}</span> }
            </button>
        }
    });
    html! {<>
        <div class={classes!("tabs-line", props.class.clone())} role="tablist" aria-label={&props.label} {onkeydown}>{for tabs}</div>
        <div id={panel.clone()} role="tabpanel" aria-labelledby={tab_id(at)} class={props.panel_class.clone()}>{props.children.clone()}</div>
    </>}
}
