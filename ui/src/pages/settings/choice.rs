//! A setting that is changed where it stands: saved at once, with a way back.

use ::api::{
    Validate,
    settings::{Egress, Setting, SettingsPatch, Source},
};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{
    general::origin,
    row::Row,
    words::{text, title, value},
};
use crate::{
    api,
    i18n::{Text, use_text},
    parts::{
        chips::ChipsInput,
        field::note,
        toast::{Toaster, use_toaster},
    },
};

#[derive(Properties, PartialEq)]
pub(super) struct ChoiceProps {
    pub(super) setting: Setting,
    /// Whether the person may change it.
    pub(super) owner: bool,
    /// What all settings are by now.
    pub(super) on_saved: Callback<Vec<Setting>>,
}

/// What was entered and isn't what holds: while it is typed, sent or refused.
#[derive(Clone, PartialEq, Default)]
struct Draft {
    text: Option<String>,
    list: Option<Vec<String>>,
    fault: Option<String>,
}

#[component]
pub(super) fn Choice(props: &ChoiceProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let draft = use_state(Draft::default);
    let setting = &props.setting;
    let name = setting.name.clone();

    let save = {
        let (setting, on_saved, draft) = (setting.clone(), props.on_saved.clone(), draft.clone());
        Callback::from(move |(wanted, tried): (Value, Draft)| {
            let Ok(patch) = serde_json::from_value::<SettingsPatch>(json!({ setting.name.as_str(): wanted })) else {
                return draft.set(Draft { fault: Some(t.field_whole_number().to_owned()), ..tried });
            };
            if let Err(faults) = patch.validate() {
                let fault = faults.into_values().next().map(|fault| t.server(&fault));
                return draft.set(Draft { fault, ..tried });
            }
            draft.set(tried.clone());
            let (setting, on_saved, set, toaster) =
                (setting.clone(), on_saved.clone(), draft.setter(), toaster.clone());
            spawn_local(async move {
                match change(t, &toaster, &setting, &patch, &on_saved).await {
                    Ok(()) => set.set(Draft::default()),
                    Err(fault) => set.set(Draft { fault: Some(fault), ..tried }),
                }
            });
        })
    };
    let disabled = !props.owner || !setting.changeable;
    let invalid = draft.fault.is_some();
    let label = title(t, &name);
    let control = match name.as_str() {
        "egress" => {
            let choose = save.reform(|event: Event| {
                let word = event.target_unchecked_into::<HtmlSelectElement>().value();
                (Value::from(word), Draft::default())
            });
            html! {
                <select id={name.clone()} class="select select-sm w-full" aria-label={label.clone()} {disabled} onchange={choose}
                    aria-describedby={format!("{name}-note")}>
                    for egress in Egress::ALL {
                        <option value={egress.as_str()} selected={egress.as_str() == setting.value}>{value(t, &name, egress.as_str())}</option>
                    }
                </select>
            }
        }
        "public_urls" | "trusted_proxies" => {
            let on_change =
                save.reform(|list: Vec<String>| (json!(list), Draft { list: Some(list), ..Draft::default() }));
            let values = draft.list.clone().unwrap_or_else(|| parts(&setting.value));
            let placeholder = if disabled { t.settings_none() } else { example(&name) };
            html! { <ChipsInput id={name.clone()} label={label.clone()} {values} {on_change} {invalid} {disabled} {placeholder} /> }
        }
        _ => typed_field(t, props, &draft, &save, disabled),
    };
    let fault = draft.fault.clone().map(AttrValue::from);
    let state = match (origin(t, setting), setting.source, &setting.default) {
        (Some(lock), ..) => lock,
        (None, Source::Console, Some(default)) => {
            let back = save.reform(|_: MouseEvent| (Value::Null, Draft::default()));
            html! {<>
                {t.settings_chosen(&value(t, &name, default))}
                if !disabled {
                    {" "}<button type="button" class="act cursor-pointer" aria-label={format!("{}: {label}", t.settings_back())} onclick={back}>{t.settings_back()}</button>
                }
            </>}
        }
        _ => html! { t.settings_default() },
    };
    let words = html! {<>{text(t, setting)}<span class="block text-ink-3 mt-0.5">{state}</span></>};
    html! {
        <Row id={name.clone()} title={label.clone()} text={words}>
            <div class="w-full min-w-0 lg:flex lg:flex-col lg:items-end">{control}{note(&name, fault.as_ref(), &Html::default())}</div>
        </Row>
    }
}

/// A number and its unit, or a word. Enter saves, as does leaving the field; Escape reverts.
fn typed_field(
    t: Text,
    props: &ChoiceProps,
    draft: &UseStateHandle<Draft>,
    save: &Callback<(Value, Draft)>,
    disabled: bool,
) -> Html {
    let setting = &props.setting;
    let shown = draft.text.clone().unwrap_or_else(|| setting.value.clone());
    let commit = {
        let (draft, save, name, held) = (draft.clone(), save.clone(), setting.name.clone(), setting.value.clone());
        Callback::from(move |()| {
            let Some(text) = draft.text.clone().filter(|_| draft.fault.is_none()) else { return };
            if text.trim() == held {
                return draft.set(Draft::default());
            }
            let number = text.trim().parse::<i64>().ok().filter(|_| name != "time_zone");
            let wanted = number.map_or_else(|| Value::from(text.trim()), Value::from);
            save.emit((wanted, Draft { text: Some(text), ..Draft::default() }));
        })
    };
    let oninput = {
        let draft = draft.setter();
        move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            draft.set(Draft { text: Some(text), ..Draft::default() });
        }
    };
    let onkeydown = {
        let (draft, commit) = (draft.setter(), commit.clone());
        move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" => commit.emit(()),
            "Escape" => draft.set(Draft::default()),
            _ => {}
        }
    };
    let (unit, width, inputmode) = match setting.name.as_str() {
        "time_zone" => ("", "w-full", "text"),
        "drain_seconds" => (t.settings_unit_seconds(), "w-32", "numeric"),
        "log_mb" | "body_mb" => ("MiB", "w-32", "numeric"),
        "body_kb" => ("KiB", "w-32", "numeric"),
        _ => (t.settings_unit_days(), "w-32", "numeric"),
    };
    let name = setting.name.clone();
    let invalid = draft.fault.is_some();
    html! {
        <label class={classes!("input", "input-sm", width, invalid.then_some("input-bad"))}>
            <input id={name.clone()} {inputmode} autocomplete="off" spellcheck="false" aria-label={title(t, &name)} value={shown} {disabled} {oninput} {onkeydown}
                onblur={commit.reform(|_: FocusEvent| ())} aria-invalid={invalid.then_some("true")} aria-describedby={format!("{name}-note")} />
            <span class="text-ink-3">{unit}</span>
        </label>
    }
}

/// Changes a setting and says so, with a way back to what was chosen before.
async fn change(
    t: Text,
    toaster: &Toaster,
    before: &Setting,
    patch: &SettingsPatch,
    on_saved: &Callback<Vec<Setting>>,
) -> Result<(), String> {
    let all = api::settings::change(patch).await.map_err(|error| {
        let fault = error.fields().into_values().next().map(|fault| t.server(&fault));
        fault.unwrap_or_else(|| error.sentence(t))
    })?;
    let name = before.name.as_str();
    let now = all.iter().find(|setting| setting.name == name).map(|setting| setting.value.clone()).unwrap_or_default();
    on_saved.emit(all.clone());
    if now == before.value {
        return Ok(());
    }
    let words = t.settings_changed(&title(t, name), &value(t, name, &now), &value(t, name, &before.value));
    let undo = {
        let (before, toaster, on_saved) = (before.clone(), toaster.clone(), on_saved.clone());
        let after = all.into_iter().find(|setting| setting.name == before.name);
        Callback::from(move |()| {
            let earlier = if before.source == Source::Console { typed(&before) } else { Value::Null };
            let patch = serde_json::from_value(json!({ before.name.as_str(): earlier }));
            let (Ok(patch), Some(after)) = (patch, after.clone()) else { return };
            let (toaster, on_saved) = (toaster.clone(), on_saved.clone());
            spawn_local(async move {
                if let Err(fault) = change(t, &toaster, &after, &patch, &on_saved).await {
                    toaster.failed(fault);
                }
            });
        })
    };
    toaster.undoable(words, undo);
    Ok(())
}

/// Its value as a change has it.
fn typed(setting: &Setting) -> Value {
    match setting.name.as_str() {
        "public_urls" | "trusted_proxies" => json!(parts(&setting.value)),
        "egress" | "time_zone" => Value::from(setting.value.clone()),
        _ => setting.value.parse::<i64>().map_or(Value::Null, Value::from),
    }
}

fn parts(value: &str) -> Vec<String> {
    value.split(", ").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn example(name: &str) -> &'static str {
    if name == "public_urls" { "https://ai.example.com" } else { "10.0.0.0/8" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str, value: &str) -> Setting {
        Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            default: None,
            source: Source::Console,
            origin: None,
            changeable: true,
        }
    }

    #[test]
    fn what_a_list_of_settings_shows_can_be_sent_back() {
        for (name, value, sent) in [
            ("public_urls", "https://a.example, http://b.lan:3000", json!(["https://a.example", "http://b.lan:3000"])),
            ("trusted_proxies", "", json!([])),
            ("egress", "public", json!("public")),
            ("audit_days", "90", json!(90)),
            ("time_zone", "Asia/Shanghai", json!("Asia/Shanghai")),
        ] {
            let patch = json!({ name: typed(&setting(name, value)) });
            assert_eq!(patch[name], sent);
            assert!(serde_json::from_value::<SettingsPatch>(patch).unwrap().validate().is_ok(), "{name}");
        }
    }
}
