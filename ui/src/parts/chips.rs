//! A list of short texts as chips: typed, or pasted many at once.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{field::Field, icon::Icon},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct ChipsProps {
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    pub(crate) values: Vec<String>,
    pub(crate) on_change: Callback<Vec<String>>,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) help: Html,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
}

#[component]
pub(crate) fn Chips(props: &ChipsProps) -> Html {
    html! {
        <Field id={&props.id} label={&props.label} error={&props.error} help={props.help.clone()}>
            <ChipsInput id={&props.id} values={props.values.clone()} on_change={&props.on_change} invalid={props.error.is_some()}
                placeholder={&props.placeholder} />
        </Field>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChipsInputProps {
    pub(crate) id: AttrValue,
    /// Its name, where no label has it.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    pub(crate) values: Vec<String>,
    pub(crate) on_change: Callback<Vec<String>>,
    #[prop_or_default]
    pub(crate) invalid: bool,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
}

/// The control alone.
#[component]
pub(crate) fn ChipsInput(props: &ChipsInputProps) -> Html {
    let t = use_text();
    let draft = use_state(String::new);

    let add = {
        let (values, on_change, draft) = (props.values.clone(), props.on_change.clone(), draft.setter());
        Callback::from(move |text: String| {
            draft.set(String::new());
            let grown = joined(&values, &text);
            if grown != values {
                on_change.emit(grown);
            }
        })
    };
    let oninput = {
        let (draft, add) = (draft.setter(), add.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            if text.contains([',', '，', ' ', '\n']) { add.emit(text) } else { draft.set(text) }
        })
    };
    let onkeydown = {
        let (values, on_change, draft, add) =
            (props.values.clone(), props.on_change.clone(), draft.clone(), add.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" if !draft.is_empty() => {
                event.prevent_default();
                add.emit((*draft).clone());
            }
            "Backspace" if draft.is_empty() && !values.is_empty() => {
                on_change.emit(values[..values.len() - 1].to_vec());
            }
            _ => {}
        })
    };
    let onblur = {
        let (draft, add) = (draft.clone(), add.clone());
        Callback::from(move |_: FocusEvent| {
            if !draft.is_empty() {
                add.emit((*draft).clone());
            }
        })
    };
    // An input keeps no line breaks, so a pasted list is read from the clipboard.
    let onpaste = Callback::from(move |event: Event| {
        if let Some(text) = web::pasted(&event)
            && text.trim().contains(['\n', ',', '，', ' '])
        {
            event.prevent_default();
            add.emit(text);
        }
    });
    let disabled = props.disabled;
    let chips = props.values.iter().enumerate().map(|(index, value)| {
        let (values, on_change) = (props.values.clone(), props.on_change.clone());
        let remove = Callback::from(move |_: MouseEvent| {
            let mut values = values.clone();
            values.remove(index);
            on_change.emit(values);
        });
        let label = t.chips_remove(value);
        html! {
            <span class="chip max-w-full" key={value.clone()}><i class="truncate">{value}</i>
                if !disabled { <button type="button" aria-label={label} onclick={remove}>{Icon::X.with("icon size-3")}</button> }
            </span>
        }
    });
    let invalid = props.invalid;
    html! {
        <div class={classes!("input", "chips", "w-full", "!h-auto", "min-h-8", "!p-1", "!pl-1.5", invalid.then_some("input-bad"))}>
            {for chips}
            <input id={&props.id} class="font-mono !text-xs flex-1 min-w-20" value={(*draft).clone()} {oninput} {onkeydown} {onblur} {onpaste} {disabled}
                placeholder={props.values.is_empty().then(|| props.placeholder.clone())} autocomplete="off" spellcheck="false" autocapitalize="off"
                aria-label={&props.label} aria-invalid={invalid.then_some("true")} aria-describedby={format!("{}-note", props.id)} />
        </div>
    }
}

/// `values` and what `text` names, each once.
fn joined(values: &[String], text: &str) -> Vec<String> {
    let mut all = values.to_vec();
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == '，');
    for word in words.map(|word| word.trim_matches(['"', '\''])).filter(|word| !word.is_empty()) {
        if !all.iter().any(|known| known == word) {
            all.push(word.to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_pasted_list_becomes_chips_each_once() {
        let known = ["gpt-5-mini".to_owned()];
        assert_eq!(
            joined(&known, "\"gpt-5.1\",\n gpt-5-mini\r\n\nqwen2.5:7b，deepseek-chat "),
            ["gpt-5-mini", "gpt-5.1", "qwen2.5:7b", "deepseek-chat"]
        );
    }
}
