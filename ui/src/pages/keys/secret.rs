//! A new key's secret with what to paste where.

use ::api::keys::KeyCreated;
use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::view::Tool;
use crate::{
    api,
    i18n::use_text,
    parts::{
        code::Code,
        copy::CopyButton,
        segmented::Choice,
        status::{Glyph, status},
        tabs::Tabs,
    },
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct SecretProps {
    pub(crate) created: KeyCreated,
    /// A model to try; any of the key's, else one that is served.
    #[prop_or_default]
    pub(crate) model: Option<String>,
}

#[component]
pub(crate) fn SecretView(props: &SecretProps) -> Html {
    let t = use_text();
    let tool = use_state(|| Tool::Environment);
    let base_url = use_state(|| web::window().location().origin().unwrap_or_default());
    let served = use_state(|| None::<String>);
    {
        let (base_url, served) = (base_url.setter(), served.setter());
        use_effect_with((), move |()| {
            spawn_local(async move {
                if let Ok(about) = api::about().await {
                    base_url.set(about.base_url);
                }
                if let Ok(models) = api::playground::models().await {
                    served.set(models.into_iter().next().map(|model| model.name));
                }
            });
        });
    }
    let secret = &props.created.secret;
    let model = props
        .model
        .clone()
        .or_else(|| props.created.key.models.first().cloned())
        .or_else(|| (*served).clone())
        .unwrap_or_else(|| "gpt-5-mini".to_owned());
    let choices = Tool::ALL.map(|tool| Choice::new(tool, tool.name().unwrap_or(t.keys_env()))).to_vec();
    let title = tool.file().unwrap_or(match *tool {
        Tool::Environment => t.keys_env_for(),
        Tool::Curl => t.keys_first_request(),
        Tool::Python | Tool::Aider | Tool::Opencode => tool.name().unwrap_or_default(),
    });
    let set_tool = tool.setter();
    html! {<>
        <div class="mt-4 flex items-center gap-2 rounded-box border border-line-2 bg-base-200 p-1.5 pl-3">
            <code class="font-mono text-[13px] flex-1 min-w-0 break-all leading-5" data-testid="secret">{secret}</code>
            <CopyButton text={secret.clone()} label={t.keys_copy_secret()} class="btn btn-primary btn-sm" autofocus=true />
        </div>
        <p class="h2 mt-5">{t.keys_use_in()}</p>
        <Tabs<Tool> id="tools" class="overflow-x-auto overflow-y-hidden" panel_class="mt-3" label={t.keys_use_in()} tabs={choices} value={*tool}
            on_choose={move |tool| set_tool.set(tool)}>
            <Code {title} text={tool.lines(&base_url, secret, &model)} copy_label={t.keys_copy_lines()} />
        </Tabs<Tool>>
        <FirstRequest id={props.created.key.id} />
    </>}
}

/// How often it is asked whether the key was used, in milliseconds.
const LOOK: u32 = 3_000;

#[derive(Properties, PartialEq)]
struct FirstProps {
    id: i64,
}

/// Whether the key has been used, so that setting up a tool ends in a sign that it works.
#[component]
fn FirstRequest(props: &FirstProps) -> Html {
    let t = use_text();
    let arrived = use_state(|| false);
    {
        let set = arrived.setter();
        use_effect_with((props.id, *arrived), move |(id, arrived)| {
            let id = *id;
            let timer = (!arrived).then(|| {
                Interval::new(LOOK, move || {
                    let set = set.clone();
                    spawn_local(async move {
                        // Whatever is wrong now, it is asked again.
                        if api::keys::get(id).await.is_ok_and(|key| key.last_used_at.is_some()) {
                            set.set(true);
                        }
                    });
                })
            });
            move || drop(timer)
        });
    }
    let shown = if *arrived {
        status(Glyph::Disc, t.keys_first_arrived())
    } else {
        status(Glyph::Dotted, t.keys_first_waiting())
    };
    html! {
        <p class="mt-4 flex items-center gap-4 text-sm" role="status"><span class="text-ink-3">{t.keys_first_request()}</span>{shown}</p>
    }
}
