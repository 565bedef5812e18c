//! A label, its control, and below it help or, instead, what is wrong.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{i18n::use_text, parts::icon::Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct FieldProps {
    /// Of the control; its message is `{id}-note`.
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Html,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// The control; it takes `aria-invalid` and `aria-describedby` itself.
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    html! {
        <div class={classes!("field", props.class.clone())}>
            <label for={&props.id}>{&props.label}</label>
            {props.children.clone()}
            {note(&props.id, props.error.as_ref(), &props.help)}
        </div>
    }
}

/// Help, or the error in its place.
pub(crate) fn note(id: &str, error: Option<&AttrValue>, help: &Html) -> Html {
    let id = format!("{id}-note");
    match error {
        Some(error) => html! {
            <p class="help-err" {id} role="alert">{Icon::CircleAlert.with("icon icon-sm mt-px")}<span>{error}</span></p>
        },
        None if *help == Html::default() => Html::default(),
        None => html! { <p class="help" {id}>{help.clone()}</p> },
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct TextFieldProps {
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    pub(crate) value: AttrValue,
    pub(crate) on_input: Callback<String>,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Html,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or(AttrValue::Static("text"))]
    pub(crate) kind: AttrValue,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or(AttrValue::Static("off"))]
    pub(crate) autocomplete: AttrValue,
    #[prop_or_default]
    pub(crate) inputmode: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) autofocus: bool,
    #[prop_or_default]
    pub(crate) mono: bool,
    /// 40 px, as in the wizard, instead of 32.
    #[prop_or_default]
    pub(crate) large: bool,
}

/// A line of text; a password can be shown.
#[component]
pub(crate) fn TextField(props: &TextFieldProps) -> Html {
    let t = use_text();
    let shown = use_state(|| false);
    let on_input = props.on_input.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        on_input.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    });
    let secret = props.kind == "password";
    let kind = if secret && *shown { AttrValue::Static("text") } else { props.kind.clone() };
    let reveal = secret.then(|| {
        let (label, icon) = if *shown { (t.field_hide(), Icon::EyeOff) } else { (t.field_show(), Icon::Eye) };
        let shown = shown.clone();
        html! {
            <button type="button" class="text-ink-3" aria-label={label} title={label}
                onclick={move |_| shown.set(!*shown)}>{icon.view()}</button>
        }
    });
    let size = (!props.large).then_some("input-sm");
    let invalid = props.error.is_some();
    html! {
        <Field id={&props.id} label={&props.label} error={&props.error} help={props.help.clone()} class={props.class.clone()}>
            <div class={classes!("input", size, "w-full", invalid.then_some("input-bad"))}>
                <input id={&props.id} name={&props.id} type={kind} value={&props.value} {oninput}
                    class={props.mono.then_some("font-mono !text-xs")}
                    placeholder={&props.placeholder} autocomplete={&props.autocomplete} inputmode={&props.inputmode}
                    autofocus={props.autofocus} spellcheck="false" autocapitalize="off"
                    aria-invalid={invalid.then_some("true")} aria-describedby={format!("{}-note", props.id)} />
                {reveal}
            </div>
        </Field>
    }
}
