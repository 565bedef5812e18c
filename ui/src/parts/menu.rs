//! A button that opens a short list of actions. A native popover: Escape and a click elsewhere close it, and it floats
//! above tables that scroll.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::web;

#[derive(Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) icon: Html,
    pub(crate) label: AttrValue,
    pub(crate) danger: bool,
    pub(crate) run: Callback<()>,
}

impl Item {
    pub(crate) fn new(icon: Html, label: impl Into<AttrValue>, run: Callback<()>) -> Self {
        Self { icon, label: label.into(), danger: false, run }
    }

    pub(crate) fn danger(self) -> Self {
        Self { danger: true, ..self }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct MenuProps {
    /// Unique on the page.
    pub(crate) id: AttrValue,
    /// Names the button; it is also its tooltip.
    pub(crate) label: AttrValue,
    /// What the button shows names it already.
    #[prop_or_default]
    pub(crate) worded: bool,
    #[prop_or(classes!("btn", "btn-ghost", "btn-xs", "btn-square"))]
    pub(crate) class: Classes,
    /// What the button shows.
    pub(crate) children: Html,
    #[prop_or_default]
    pub(crate) items: Vec<Item>,
    /// The button is what ↑ and ↓ walk in a table without links.
    #[prop_or_default]
    pub(crate) row: bool,
    /// Above the items; for choices that leave the menu open.
    #[prop_or_default]
    pub(crate) header: Html,
    /// Below the items.
    #[prop_or_default]
    pub(crate) footer: Html,
}

#[component]
pub(crate) fn Menu(props: &MenuProps) -> Html {
    let button = use_node_ref();
    let list = use_node_ref();
    // A table has a menu in each row, and a person opens one of them.
    let filled = use_state_eq(|| false);
    let fill = {
        let filled = filled.setter();
        move |_: MouseEvent| filled.set(true)
    };
    let ontoggle = {
        let (button, list, filled) = (button.clone(), list.clone(), filled.setter());
        Callback::from(move |_: Event| {
            if let (Some(button), Some(list)) = (button.cast::<Element>(), list.cast::<HtmlElement>()) {
                let open = list.matches(":popover-open").unwrap_or(false);
                filled.set(open);
                if open {
                    place_at(&list, &button);
                    if let Ok(Some(first)) = list.query_selector("button, input") {
                        web::focus_on(&first);
                    }
                }
            }
        })
    };
    let onkeydown = {
        let list = list.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step: i64 = match event.key().as_str() {
                "ArrowDown" => 1,
                "ArrowUp" => -1,
                _ => return,
            };
            event.prevent_default();
            if let Some(list) = list.cast::<Element>() {
                step_focus(&list, step);
            }
        })
    };
    let item = |item: &Item| {
        let run = item.run.clone();
        html! {
            <button type="button" role="menuitem" class={classes!("menu-item", item.danger.then_some("t-err"))}
                popovertarget={&props.id} popovertargetaction="hide" onclick={move |_| run.emit(())}>
                {item.icon.clone()}{&item.label}
            </button>
        }
    };
    html! {<>
        <button ref={button} type="button" class={props.class.clone()} onclick={fill} popovertarget={&props.id} aria-haspopup="menu" data-row={props.row.then_some("")}
            aria-label={(!props.worded).then(|| props.label.clone())} title={&props.label}>{props.children.clone()}</button>
        <div ref={list} id={&props.id} popover="auto" class="menu-list" {ontoggle} {onkeydown}>
            if *filled {
                {props.header.clone()}
                if !props.items.is_empty() { <div role="menu" aria-label={&props.label}>{for props.items.iter().map(item)}</div> }
                {props.footer.clone()}
            }
        </div>
    </>}
}

/// Below the button with the right edges aligned, or above where there is no room.
fn place_at(list: &HtmlElement, button: &Element) {
    let (anchor, own) = (button.get_bounding_client_rect(), list.get_bounding_client_rect());
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(web::window().inner_width()), size(web::window().inner_height()));
    let below = anchor.bottom() + 4.0;
    let top = if below + own.height() > height { (anchor.top() - own.height() - 4.0).max(4.0) } else { below };
    let left = (anchor.right() - own.width()).clamp(4.0, (width - own.width() - 4.0).max(4.0));
    let style = list.style();
    let _valid = style.set_property("top", &format!("{top}px"));
    let _valid = style.set_property("left", &format!("{left}px"));
}

fn step_focus(list: &Element, step: i64) {
    let Ok(buttons) = list.query_selector_all("button") else { return };
    let active = web::document().active_element();
    let count = i64::from(buttons.length());
    let at = (0..count).find(|index| {
        let node = u32::try_from(*index).ok().and_then(|index| buttons.item(index));
        node.and_then(|node| node.dyn_into::<Element>().ok()) == active
    });
    let next = at.map_or(0, |at| (at + step).rem_euclid(count.max(1)));
    let node = u32::try_from(next).ok().and_then(|index| buttons.item(index));
    if let Some(element) = node.and_then(|node| node.dyn_into::<Element>().ok()) {
        web::focus_on(&element);
    }
}
