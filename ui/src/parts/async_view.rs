//! The three states of everything that is loaded: rows to come, what failed, the content.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::{
    api::Failure,
    i18n::use_text,
    load::Loaded,
    parts::{copy::CopyButton, icon::Icon, status::Glyph},
};

/// Content once there is any, which stays while it is loaded again; else a skeleton or the failure with a way out.
pub(crate) fn async_view<T: Clone>(loaded: &Loaded<T>, view: impl FnOnce(&T) -> Html) -> Html {
    match (loaded.value(), loaded.failure()) {
        (Some(value), _) => view(value),
        (None, Some(failure)) => {
            let retry = loaded.clone();
            html! {
                <FailureView failure={failure.clone()} busy={loaded.is_busy()} on_retry={move |()| retry.reload()} />
            }
        }
        (None, None) => html! { <Skeleton /> },
    }
}

/// Rows to come, shown when they are late.
#[component]
pub(crate) fn Skeleton() -> Html {
    let t = use_text();
    let late = use_state(|| false);
    {
        let late = late.setter();
        use_effect_with((), move |()| {
            let timer = Timeout::new(200, move || late.set(true));
            move || drop(timer)
        });
    }
    if !*late {
        return html! { <div class="flex-1 border-t border-line" aria-busy="true"></div> };
    }
    html! {
        <div class="flex-1 border-t border-line" aria-busy="true" role="status">
            <span class="sr-only">{t.load_waiting()}</span>
            for width in ["w-40", "w-56", "w-48", "w-36", "w-52", "w-44"] {
                <div class="flex items-center gap-3 h-11 px-4 md:px-6 border-b border-line">
                    <span class="size-6 rounded-[5px] bg-base-200"></span>
                    <span class={classes!("h-3", "rounded-selector", "bg-base-200", width)}></span>
                    <span class="h-3 w-24 ml-auto rounded-selector bg-base-200"></span>
                </div>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FailureProps {
    pub(crate) failure: Failure,
    #[prop_or_default]
    pub(crate) busy: bool,
    pub(crate) on_retry: Callback<()>,
}

/// In the place of the content: what failed, the server's words, and a way to try again.
#[component]
pub(crate) fn FailureView(props: &FailureProps) -> Html {
    let t = use_text();
    let on_retry = props.on_retry.clone();
    let title = match &props.failure {
        Failure::Offline => t.error_offline_title(),
        Failure::Refused { .. } => t.error_refused_title(),
        Failure::Foreign => t.error_foreign_title(),
    };
    let request = props.failure.request_id().map(|id| {
        html! {
            <p class="mt-3 flex items-center gap-1 text-xs text-ink-3">
                {t.error_request_id()}<code class="font-mono">{id}</code>
                <CopyButton text={id.to_owned()} label={t.error_copy_id()} />
            </p>
        }
    });
    html! {
        <div class="flex-1 px-4 md:px-6 py-10 border-t border-line" role="alert"><div class="max-w-[560px]">
            <h2 class="flex items-center gap-2 text-lg font-semibold tracking-[-0.01em]">{Glyph::Triangle.view()}{title}</h2>
            <p class="mt-1 text-base text-ink-2 break-words">{props.failure.sentence(t)}</p>
            if matches!(props.failure, Failure::Refused { status: 500.., .. }) {
                <p class="mt-1 text-base text-ink-2">{t.error_only_this()}</p>
            }
            {request}
            <div class="flex items-center gap-3 mt-4">
                <button type="button" class="btn btn-sm" disabled={props.busy} onclick={move |_| on_retry.emit(())}>
                    {Icon::RefreshCw.small()}{t.do_try_now()}
                </button>
                if props.failure.may_pass() { <Again busy={props.busy} on_retry={props.on_retry.clone()} /> }
            </div>
        </div></div>
    }
}

#[derive(Properties, PartialEq)]
struct AgainProps {
    busy: bool,
    on_retry: Callback<()>,
}

/// Counts down to the next try, which waits twice as long as the one before.
#[component]
fn Again(props: &AgainProps) -> Html {
    const FIRST: u32 = 8;
    const LONGEST: u32 = 64;
    let t = use_text();
    // How long this wait is, and what is left of it, in seconds.
    let wait = use_state(|| (FIRST, FIRST));
    let on_retry = props.on_retry.clone();
    use_effect_with((*wait, props.busy), {
        let wait = wait.setter();
        move |((whole, left), busy)| {
            let (whole, left) = (*whole, *left);
            let timer = (!busy).then(|| {
                Timeout::new(1_000, move || match left {
                    0 | 1 => {
                        let next = (whole * 2).min(LONGEST);
                        wait.set((next, next));
                        on_retry.emit(());
                    }
                    _ => wait.set((whole, left - 1)),
                })
            });
            move || drop(timer)
        }
    });
    // Said once a second it would be noise.
    html! { <span class="text-xs text-ink-3" aria-live="off">if !props.busy { {t.error_soon_again(wait.1)} }</span> }
}
