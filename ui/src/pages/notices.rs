//! What waits for the reader, said where they can do something about it.

use yew::prelude::*;
use yew_router::prelude::*;

use ::api::{
    attention::{Attention, BudgetOwner, NearBudget},
    models::{ModelQuery, ModelShow},
};

use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    pages::settings::Section,
    parts::{icon::Icon, link::PageLink, time::Ago},
    routes::Route,
    session::use_session,
    web::with_query,
};

#[derive(Properties, PartialEq)]
pub(crate) struct NoticesProps {
    /// Also budgets that are spent or near their end.
    #[prop_or_default]
    pub(crate) budgets: bool,
}

/// Nothing while all is well.
#[component]
pub(crate) fn Notices(props: &NoticesProps) -> Html {
    let t = use_text();
    let admin = use_session().is_admin();
    let navigator = use_navigator();
    let attention = use_load(api::attention::read);
    let Some(attention) = attention.value() else { return Html::default() };
    let Attention { unpriced, differing, budgets, budgets_near, .. } = &**attention;
    let prices = (*unpriced > 0).then(|| {
        let query = ModelQuery { show: ModelShow::Unpriced, ..ModelQuery::default() };
        let href = with_query(&Route::Models.to_path(), &query);
        let onclick = move |event: MouseEvent| {
            let elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
            if let (Some(navigator), false) = (&navigator, elsewhere) {
                event.prevent_default();
                // Plain texts and numbers always serialise.
                let _ok = navigator.push_with_query(&Route::Models, &query);
            }
        };
        notice(
            "unpriced",
            html! {<>{t.price_unpriced(*unpriced)}{" "}<a {href} class="act" {onclick}>{t.price_say()}</a></>},
        )
    });
    let more = budgets_near - i64::try_from(budgets.len()).unwrap_or(0);
    html! {<>
        {prices}
        if props.budgets {
            if *differing > 0 {
                {notice("books", html! {<>
                    {t.books_differ(*differing)}{" "}
                    <PageLink to={Route::SettingsSection { section: Section::Budget }} class="act">{t.notice_open()}</PageLink>
                </>})}
            }
            {for budgets.iter().map(|near| budget(t, near, admin))}
            if more > 0 { {notice("budget", html! { t.notice_more(more) })} }
        }
    </>}
}

fn notice(kind: &'static str, words: Html) -> Html {
    html! {
        <p class="flex items-start gap-2 px-4 md:px-6 py-2 text-sm border-t border-line bg-base-200" role="status" data-testid={kind}>
            {Icon::CircleAlert.with("icon mt-0.5 t-warn")}
            <span class="min-w-0 break-words">{words}</span>
        </p>
    }
}

fn budget(t: Text, near: &NearBudget, admin: bool) -> Html {
    let name = near.name.as_deref().unwrap_or_default();
    let (whose, route) = match near.owner {
        BudgetOwner::Key => (t.notice_key(name), near.id.map(|id| Route::Key { id })),
        BudgetOwner::User => (t.notice_user(name), near.id.filter(|_| admin).map(|id| Route::User { id })),
        BudgetOwner::Group => (t.notice_group(name), Some(Route::Groups)),
        BudgetOwner::Gateway => {
            (t.notice_gateway().to_owned(), Some(Route::SettingsSection { section: Section::Budget }))
        }
    };
    let words =
        if near.percent >= 100 { t.notice_spent(&whose) } else { t.notice_near(&whose, &near.percent.to_string()) };
    notice(
        "budget",
        html! {<>
            {words}{" "}
            if let Some(time) = near.resets_at { <span class="text-ink-3">{t.notice_resets()}{" "}<Ago {time} />{" "}</span> }
            if let Some(to) = route { <PageLink {to} class="act">{t.notice_open()}</PageLink> }
        </>},
    )
}
