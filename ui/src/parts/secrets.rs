//! Secrets to hand over: typed or pasted, one a line, never shown again.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{field::Field, icon::Icon},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct SecretsProps {
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    /// What is in the line now; it counts when the form is saved.
    pub(crate) value: AttrValue,
    pub(crate) on_input: Callback<String>,
    /// Whole secrets: Enter, or a paste of several lines.
    pub(crate) on_add: Callback<Vec<String>>,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Html,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
}

#[component]
pub(crate) fn SecretsField(props: &SecretsProps) -> Html {
    let t = use_text();
    let shown = use_state(|| false);
    let on_input = props.on_input.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        on_input.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    });
    let (value, on_add) = (props.value.clone(), props.on_add.clone());
    let add = Callback::from(move |()| on_add.emit(lines(&value)));
    let onkeydown = {
        let (add, empty) = (add.clone(), props.value.trim().is_empty());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !empty {
                event.prevent_default();
                add.emit(());
            }
        })
    };
    let on_add = props.on_add.clone();
    let onpaste = Callback::from(move |event: Event| {
        let secrets = web::pasted(&event).map(|text| lines(&text)).unwrap_or_default();
        if secrets.len() > 1 {
            event.prevent_default();
            on_add.emit(secrets);
        }
    });
    let (label, icon) = if *shown { (t.field_hide(), Icon::EyeOff) } else { (t.field_show(), Icon::Eye) };
    let invalid = props.error.is_some();
    let toggle = shown.clone();
    html! {
        <Field id={&props.id} label={&props.label} error={&props.error} help={props.help.clone()}>
            <div class="flex gap-2">
                <div class={classes!("input", "input-sm", "w-full", invalid.then_some("input-bad"))}>
                    <input id={&props.id} type={if *shown { "text" } else { "password" }} class="font-mono !text-xs" value={&props.value}
                        {oninput} {onkeydown} {onpaste} placeholder={&props.placeholder} autocomplete="new-password" spellcheck="false" autocapitalize="off"
                        aria-invalid={invalid.then_some("true")} aria-describedby={format!("{}-note", props.id)} />
                    <button type="button" class="text-ink-3" aria-label={label} title={label} onclick={move |_| toggle.set(!*toggle)}>{icon.view()}</button>
                </div>
                if !props.value.trim().is_empty() {
                    <button type="button" class="btn btn-sm" onclick={move |_| add.emit(())}>{t.do_add()}</button>
                }
            </div>
        </Field>
    }
}

/// The secrets in a text, one a line.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn secrets_are_read_one_a_line() {
        assert_eq!(lines("sk-1\r\n\n  sk-2 \n"), ["sk-1", "sk-2"]);
        assert!(lines(" \n").is_empty());
    }
}
