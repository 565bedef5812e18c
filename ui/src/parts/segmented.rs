//! Two to five exclusive choices, all in view.

use yew::prelude::*;

use crate::i18n::use_text;

#[derive(Clone, PartialEq)]
pub(crate) struct Choice<T> {
    pub(crate) value: T,
    pub(crate) label: AttrValue,
    pub(crate) count: Option<usize>,
}

impl<T> Choice<T> {
    pub(crate) fn new(value: T, label: impl Into<AttrValue>) -> Self {
        Self { value, label: label.into(), count: None }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct SegmentedProps<T: PartialEq> {
    /// What is chosen, for screen readers.
    pub(crate) label: AttrValue,
    pub(crate) choices: Vec<Choice<T>>,
    pub(crate) value: T,
    pub(crate) on_choose: Callback<T>,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn Segmented<T: Copy + PartialEq + 'static>(props: &SegmentedProps<T>) -> Html {
    let t = use_text();
    let buttons = props.choices.iter().map(|choice| {
        let (value, on_choose) = (choice.value, props.on_choose.clone());
        let pressed = if value == props.value { "true" } else { "false" };
        html! {
            <button type="button" aria-pressed={pressed} onclick={move |_| on_choose.emit(value)}>
                {&choice.label}
                if let Some(count) = choice.count { <span class="text-ink-3">{t.number(i64::try_from(count).unwrap_or(i64::MAX))}</span> }
            </button>
        }
    });
    html! { <div class={classes!("seg", props.class.clone())} role="group" aria-label={&props.label}>{for buttons}</div> }
}
