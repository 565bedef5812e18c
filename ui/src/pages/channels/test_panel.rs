//! How a channel's last test went, in the provider's own words.

use api::{channels::ChannelTest, models::ModelKind};
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{
        status::{Glyph, status},
        time::Ago,
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct TestPanelProps {
    pub(crate) test: Option<ChannelTest>,
    /// One is running now.
    pub(crate) testing: bool,
}

#[component]
pub(crate) fn TestPanel(props: &TestPanelProps) -> Html {
    let t = use_text();
    let content = match (&props.test, props.testing) {
        (_, true) => {
            html! { <div class="flex items-center px-3 h-10">{status(Glyph::Ring, t.channels_testing())}</div> }
        }
        (None, false) => return html! { <section class="sr-only" aria-live="polite"></section> },
        (Some(test), false) => result(test, t),
    };
    html! { <section class="panel overflow-hidden" aria-live="polite" aria-label={t.channel_test_result()}>{content}</section> }
}

fn result(test: &ChannelTest, t: crate::i18n::Text) -> Html {
    let (glyph, title) = match (test.ok, test.key_last4.is_empty()) {
        (true, true) => (Glyph::Disc, t.channel_test_passed().to_owned()),
        (true, false) => (Glyph::Disc, t.channel_test_passed_with(&test.key_last4)),
        (false, true) => (Glyph::Triangle, t.channel_test_failed().to_owned()),
        (false, false) => (Glyph::Triangle, t.channel_test_failed_with(&test.key_last4)),
    };
    let cells = [
        (
            t.channel_test_model(),
            html! { <>
                <span class="font-mono text-xs leading-5 break-all">{&test.model}</span>
                if test.asked == ModelKind::Embedding { <span class="block text-xs text-ink-2">{t.channel_test_embedding()}</span> }
            </> },
        ),
        (t.channel_test_latency(), html! { t.millis(test.latency_ms) }),
        (
            t.channel_test_status(),
            test.status.map_or_else(|| html! { t.channel_test_unreached() }, |status| html! { status }),
        ),
    ];
    html! {<>
        <div class="flex items-center gap-2 px-3 min-h-10 py-2 border-b border-line">
            {glyph.view()}<h3 class="h2">{title}</h3><span class="ml-auto text-xs text-ink-3"><Ago time={test.tested_at} /></span>
        </div>
        <dl class="grid grid-cols-[2fr_1fr_1fr] text-sm [&>div]:px-3 [&>div]:py-2 [&>div+div]:border-l [&>div]:border-line [&_dt]:text-xs [&_dt]:text-ink-3">
            for (name, value) in cells { <div key={name}><dt>{name}</dt><dd>{value}</dd></div> }
        </dl>
        if let Some(error) = &test.error {
            <div class="border-t border-line px-3 py-2 text-xs bg-base-200">
                <p class="font-medium text-ink-2">{if test.status.is_some() { t.channel_test_said() } else { t.channel_test_why() }}</p>
                <pre class="mt-1 font-mono whitespace-pre-wrap break-words max-h-48 overflow-y-auto" tabindex="0">{error}</pre>
            </div>
        }
    </>}
}
