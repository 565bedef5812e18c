//! The settings that all models share: a row of buttons, of which one opens its fields below.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::ask::{Fault, Faults, Settings};
use crate::{
    i18n::{Text, use_text},
    parts::{
        field::{Field, TextField},
        icon::Icon,
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Panel {
    System,
    Parameters,
    Tools,
}

#[derive(Properties, PartialEq)]
pub(crate) struct PanelsProps {
    pub(crate) settings: Rc<Settings>,
    pub(crate) on_change: Callback<Settings>,
    /// What the last request was kept back for.
    pub(crate) faults: Faults,
}

#[component]
pub(crate) fn Panels(props: &PanelsProps) -> Html {
    let t = use_text();
    let open = use_state(|| None::<Panel>);
    {
        let open = open.setter();
        use_effect_with(props.faults.clone(), move |faults| {
            // What is wrong has to be seen.
            if faults.contains_key("tools") {
                open.set(Some(Panel::Tools));
            } else if !faults.is_empty() {
                open.set(Some(Panel::Parameters));
            }
        });
    }
    let settings = &props.settings;
    macro_rules! set {
        ($field:ident) => {{
            let (settings, on_change) = (settings.clone(), props.on_change.clone());
            move |$field| on_change.emit(Settings { $field, ..(*settings).clone() })
        }};
    }
    let button = |panel: Panel, label: &'static str, note: String, bad: bool| {
        let (shown, open) = (*open == Some(panel), open.clone());
        let onclick = move |_: MouseEvent| open.set(if shown { None } else { Some(panel) });
        html! {
            <button type="button" class={classes!("btn", "btn-sm", bad.then_some("!border-error"))} aria-expanded={if shown { "true" } else { "false" }} {onclick}>
                {label}<span class="text-ink-3 font-normal">{note}</span>{if shown { Icon::ChevronDown.small() } else { Icon::ChevronRight.small() }}
            </button>
        }
    };
    let off = || t.playground_default().to_owned();
    let system = if settings.system.trim().is_empty() {
        t.playground_none().to_owned()
    } else {
        t.playground_characters(settings.system.chars().count())
    };
    let set_parameters = [&settings.temperature, &settings.top_p, &settings.max_tokens]
        .into_iter()
        .filter(|text| !text.trim().is_empty())
        .count()
        + usize::from(!settings.stop.trim().is_empty());
    let parameters = if set_parameters == 0 { off() } else { t.playground_set(set_parameters) };
    let tools = match settings.tool_count() {
        0 => t.playground_none().to_owned(),
        count => count.to_string(),
    };
    let bad_tools = props.faults.contains_key("tools");
    let on_stream = {
        let set = set!(stream);
        move |event: Event| set(event.target_unchecked_into::<HtmlInputElement>().checked())
    };
    let area = |id: &'static str,
                value: &str,
                rows: &'static str,
                mono: bool,
                set: Callback<String>,
                label: &'static str| {
        let oninput = move |event: InputEvent| set.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value());
        let bad = props.faults.contains_key(id);
        html! {
            <textarea {id} {rows} class={classes!("textarea", "w-full", "text-sm", mono.then_some("font-mono !text-xs"), bad.then_some("input-bad"))}
                value={value.to_owned()} {oninput} spellcheck="false" placeholder={label} aria-describedby={format!("{id}-note")}
                aria-invalid={bad.then_some("true")} />
        }
    };
    let fault = |name: &str| props.faults.get(name).map(|fault| AttrValue::from(fault_words(t, *fault)));
    let fields = match *open {
        None => Html::default(),
        Some(Panel::System) => html! {
            <Field id="system" label={t.playground_system()} help={html! { t.playground_system_help() }}>
                {area("system", &settings.system, "4", false, Callback::from(set!(system)), t.playground_system_example())}
            </Field>
        },
        Some(Panel::Parameters) => html! {
            <div class="grid grid-cols-2 md:grid-cols-[8rem_8rem_9rem_minmax(0,1fr)] gap-4 items-start">
                <TextField id="temperature" label={t.playground_temperature()} value={settings.temperature.clone()} inputmode="decimal"
                    placeholder={t.playground_default()} error={fault("temperature")} on_input={set!(temperature)} />
                <TextField id="top_p" label="top_p" value={settings.top_p.clone()} inputmode="decimal" placeholder={t.playground_default()}
                    error={fault("top_p")} on_input={set!(top_p)} />
                <TextField id="max_tokens" label={t.playground_max_tokens()} value={settings.max_tokens.clone()} inputmode="numeric"
                    placeholder={t.playground_default()} error={fault("max_tokens")} on_input={set!(max_tokens)} />
                <Field id="stop" label={t.playground_stop_at()} help={html! { t.playground_stop_at_help() }}>
                    {area("stop", &settings.stop, "2", true, Callback::from(set!(stop)), "")}
                </Field>
            </div>
        },
        Some(Panel::Tools) => html! {
            <Field id="tools" label={t.playground_tools()} error={fault("tools")} help={html! { t.playground_tools_help() }}>
                {area("tools", &settings.tools, "8", true, Callback::from(set!(tools)), TOOLS_EXAMPLE)}
            </Field>
        },
    };
    html! {<>
        <div class="toolbar">
            <span class="text-xs text-ink-3 max-md:hidden">{t.playground_all_models()}</span>
            {button(Panel::System, t.playground_system(), system, false)}
            {button(Panel::Parameters, t.playground_parameters(), parameters, !props.faults.is_empty() && !bad_tools)}
            {button(Panel::Tools, t.playground_tools(), tools, bad_tools)}
            <label class="flex items-center gap-2 px-2 h-8 cursor-pointer">
                <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" checked={settings.stream} onchange={on_stream} />{t.playground_stream()}
            </label>
        </div>
        if open.is_some() { <div class="px-4 md:px-6 py-3 border-b border-line bg-base-200">{fields}</div> }
    </>}
}

fn fault_words(t: Text, fault: Fault) -> String {
    match fault {
        Fault::Number(min, max) => t.playground_number_fault(min, max),
        Fault::Tools => t.playground_tools_fault().to_owned(),
    }
}

const TOOLS_EXAMPLE: &str = r#"[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]"#;
