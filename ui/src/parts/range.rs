//! A button that shows a range of time and opens a choice of others: named ones, and any two moments.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::{
    icon::Icon,
    menu::{Item, Menu},
};
use crate::{
    i18n::{Text, use_text},
    range::{Range, Span, local, moment},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct RangeMenuProps {
    /// Unique on the page.
    pub(crate) id: AttrValue,
    pub(crate) range: Range,
    /// Named ranges to offer. None where they are shown elsewhere: then the button names only what lies between two moments.
    #[prop_or_default]
    pub(crate) spans: &'static [Span],
    pub(crate) on_choose: Callback<Range>,
}

#[component]
pub(crate) fn RangeMenu(props: &RangeMenuProps) -> Html {
    let t = use_text();
    let items = props
        .spans
        .iter()
        .map(|span| {
            let choice = Range::Last(*span);
            let icon = if props.range == choice { Icon::Check } else { Icon::Clock };
            Item::new(icon.view(), span.phrase(t), props.on_choose.reform(move |()| choice))
        })
        .collect::<Vec<_>>();
    let rest = props.spans.is_empty();
    let named = matches!(props.range, Range::Last(_)) && rest;
    let footer = html! { <Between id={&props.id} range={props.range} on_choose={&props.on_choose} /> };
    html! {
        <Menu id={&props.id} worded={!named} label={if rest { t.range_custom() } else { t.range_label() }} {items} {footer}
            class={classes!("btn", "btn-sm", "shrink-0", named.then_some("btn-square"))}>
            if named {
                {Icon::CalendarRange.small()}
            } else {
                {Icon::Clock.small()}<span class="sr-only">{t.range_label()}{": "}</span>{range_name(t, props.range)}{Icon::ChevronDown.small()}
            }
        </Menu>
    }
}

#[derive(Properties, PartialEq)]
struct BetweenProps {
    id: AttrValue,
    range: Range,
    on_choose: Callback<Range>,
}

/// Two moments. A form, so that Enter takes them.
#[component]
fn Between(props: &BetweenProps) -> Html {
    let t = use_text();
    let typed = use_state(|| fields(props.range));
    let fault = use_state(|| false);
    {
        let typed = typed.setter();
        use_effect_with(props.range, move |range| typed.set(fields(*range)));
    }
    let onsubmit = {
        let (typed, fault, on_choose) = (typed.clone(), fault.setter(), props.on_choose.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let read = |field: &str| moment(field, web::utc_offset);
            match (read(&typed.0), read(&typed.1)) {
                (Some(from), Some(to)) if from < to => {
                    fault.set(false);
                    let form = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
                    let list = form.and_then(|form| form.closest("[popover]").ok().flatten());
                    if let Some(list) = list.and_then(|list| list.dyn_into::<HtmlElement>().ok()) {
                        let _shown = list.hide_popover();
                    }
                    on_choose.emit(Range::Between(from, to));
                }
                _ => fault.set(true),
            }
        })
    };
    let fault_id = format!("{}-fault", props.id);
    let field = |name: &str, label: &'static str, value: &str, oninput: Callback<InputEvent>| {
        let id = format!("{}-{name}", props.id);
        html! {<>
            <label class="text-xs text-ink-2" for={id.clone()}>{label}</label>
            <input {id} type="datetime-local" class="input input-sm w-52" required=true value={value.to_owned()} {oninput}
                aria-invalid={fault.then_some("true")} aria-describedby={fault.then(|| fault_id.clone())} />
        </>}
    };
    let input = |put: fn(&mut (String, String), String)| {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            let mut fields = (*typed).clone();
            put(&mut fields, event.target_unchecked_into::<HtmlInputElement>().value());
            typed.set(fields);
        })
    };
    // The list walks its buttons by arrow; in a field they are the field's.
    let keep = Callback::from(|event: KeyboardEvent| event.stop_propagation());
    html! {
        <form class="grid gap-1 p-2 border-line [div+&]:border-t [div+&]:mt-1" {onsubmit} onkeydown={keep} novalidate=true>
            {field("from", t.range_from(), &typed.0, input(|fields, text| fields.0 = text))}
            {field("to", t.range_to(), &typed.1, input(|fields, text| fields.1 = text))}
            if *fault { <p id={fault_id} class="text-xs t-err" role="alert">{t.range_fault()}</p> }
            <button type="submit" class="btn btn-sm mt-1">{t.range_apply()}</button>
        </form>
    }
}

/// What the two fields begin with.
fn fields(range: Range) -> (String, String) {
    let (from, to) = range.bounds(web::now());
    let field = |at| local(at, web::utc_offset(at));
    (field(from), field(to))
}

/// A range in words, as part of a sentence.
pub(crate) fn range_name(t: Text, range: Range) -> String {
    match range {
        Range::Last(span) => span.phrase(t).to_owned(),
        Range::Between(from, to) => {
            let exact = |at: i64| {
                let text = t.exact(at, web::utc_offset(at));
                // Seconds only where there are some.
                text.strip_suffix(":00").map(str::to_owned).unwrap_or(text)
            };
            let (from, to) = (exact(from), exact(to));
            // The date once where both have it.
            let same_day = from.get(..10) == to.get(..10);
            let to = if same_day { to.get(11..).unwrap_or_default().to_owned() } else { to };
            format!("{from} – {to}")
        }
    }
}
