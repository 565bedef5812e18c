//! A new key's secret with what to paste where.

use ::api::keys::KeyCreated;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::view::{curl_line, env_lines};
use crate::{
    api,
    i18n::use_text,
    parts::{code::Code, copy::CopyButton},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct SecretProps {
    pub(crate) created: KeyCreated,
    /// A model to try; any of the key's, else one that the demo provider serves.
    #[prop_or_default]
    pub(crate) model: Option<String>,
}

#[component]
pub(crate) fn SecretView(props: &SecretProps) -> Html {
    let t = use_text();
    let base_url = use_state(|| web::window().location().origin().unwrap_or_default());
    {
        let base_url = base_url.setter();
        use_effect_with((), move |()| {
            spawn_local(async move {
                if let Ok(about) = api::about().await {
                    base_url.set(about.base_url);
                }
            });
        });
    }
    let secret = &props.created.secret;
    let model = props
        .model
        .clone()
        .or_else(|| props.created.key.models.first().cloned())
        .unwrap_or_else(|| "demo-small".to_owned());
    html! {<>
        <div class="mt-4 flex items-center gap-2 rounded-box border border-line-2 bg-base-200 p-1.5 pl-3">
            <code class="font-mono text-[13px] flex-1 min-w-0 break-all leading-5" data-testid="secret">{secret}</code>
            <CopyButton text={secret.clone()} label={t.keys_copy_secret()} class="btn btn-primary btn-sm" autofocus=true />
        </div>
        <div class="mt-4 grid gap-3">
            <Code title={t.keys_env()} text={env_lines(&base_url, secret)} copy_label={t.keys_copy_env()} />
            <Code title={t.keys_first_request()} text={curl_line(&base_url, secret, &model)} copy_label={t.keys_copy_curl()} />
        </div>
    </>}
}
