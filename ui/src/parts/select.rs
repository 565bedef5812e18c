//! A choice from a short list, as the platform shows it.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::parts::field::Field;

#[derive(Clone, PartialEq)]
pub(crate) struct SelectOption {
    pub(crate) value: AttrValue,
    pub(crate) label: AttrValue,
}

impl SelectOption {
    pub(crate) fn new(value: impl Into<AttrValue>, label: impl Into<AttrValue>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct SelectFieldProps {
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    pub(crate) options: Vec<SelectOption>,
    pub(crate) value: AttrValue,
    pub(crate) on_choose: Callback<String>,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Html,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) disabled: bool,
}

#[component]
pub(crate) fn SelectField(props: &SelectFieldProps) -> Html {
    let on_choose = props.on_choose.clone();
    let onchange = Callback::from(move |event: Event| {
        on_choose.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
    });
    let invalid = props.error.is_some();
    let options = props.options.iter().map(|option| {
        html! {
            <option value={&option.value} selected={option.value == props.value} key={option.value.to_string()}>{&option.label}</option>
        }
    });
    html! {
        <Field id={&props.id} label={&props.label} error={&props.error} help={props.help.clone()} class={props.class.clone()}>
            <select id={&props.id} name={&props.id} class={classes!("select", "select-sm", "w-full", invalid.then_some("input-bad"))}
                disabled={props.disabled} {onchange} aria-invalid={invalid.then_some("true")} aria-describedby={format!("{}-note", props.id)}>
                {for options}
            </select>
        </Field>
    }
}
