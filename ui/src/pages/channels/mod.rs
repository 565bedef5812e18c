//! Channels: the list, and one of them in a drawer beside it. `draft` decides what is sent, `actions` does and reports; the
//! rest draws.

mod actions;
pub(crate) mod draft;
mod editor;
mod empty;
mod keys_panel;
mod mapping;
mod rows;
mod test_panel;
pub(crate) mod view;

use ::api::channels::{Channel, ChannelShow, ChannelStatus};
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    actions::{Actions, Channels},
    editor::Editor,
    empty::{NoChannel, none_found},
    rows::{ChannelColumn, ChannelLook},
};
pub(crate) use self::{
    empty::{dialects, hint},
    test_panel::TestPanel,
};
use crate::{
    api,
    i18n::use_text,
    pages::providers::use_providers,
    parts::{
        bulk_bar::{bulk_action, bulk_danger},
        columns::{column_chooser, use_columns},
        header::{AddButton, PageHeader},
        icon::Icon,
        list::{Frame, delete_rows, use_list, use_opened},
        picked::Picked,
    },
    routes::{NewChannelQuery, Route},
    web::{use_hotkey, use_title},
};

/// What the drawer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    New,
    One(i64),
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChannelsProps {
    #[prop_or_default]
    pub(crate) open: Option<Open>,
}

#[component]
pub(crate) fn ChannelsPage(props: &ChannelsProps) -> Html {
    let t = use_text();
    use_title(t.channels_title());
    let channels: Channels = use_list("channels", Route::Channels, false, api::channels::page);
    let wanted = match props.open {
        Some(Open::One(id)) => Some(id),
        Some(Open::New) | None => None,
    };
    let opened = use_opened(&channels, wanted, api::channels::get);
    let columns = use_columns::<ChannelColumn>("channels", &[]);
    let providers = use_providers();
    let preset = use_location().and_then(|location| location.query::<NewChannelQuery>().ok());
    let testing = use_reducer(Picked::default);
    let actions =
        Actions { t, channels: channels.clone(), toaster: channels.toaster.clone(), testing: testing.dispatcher() };
    let deleting = use_state(Vec::<Channel>::new);

    let add = use_callback(channels.clone(), |(), channels| channels.visit(&Route::NewChannel));
    use_hotkey("n", add.clone());
    let ask_delete = use_callback((), {
        let deleting = deleting.setter();
        move |rows, ()| deleting.set(rows)
    });

    let list = channels.view(&Frame {
        label: t.channels_title(),
        search: t.channels_search(),
        shows: vec![
            (ChannelShow::All, t.channels_filter_all()),
            (ChannelShow::NeedsYou, t.channels_filter_needs_you()),
            (ChannelShow::Disabled, t.channels_disabled()),
        ],
        filters: Html::default(),
        tools: column_chooser::<ChannelColumn>(t, &columns),
        heads: rows::heads(t, &columns),
        look: ChannelLook {
            shown: columns,
            providers: providers.clone().unwrap_or_default(),
            testing: (*testing).clone(),
            actions: actions.clone(),
            on_delete: ask_delete.clone(),
        },
        bulk: Some(bulk(&actions, &ask_delete)),
        empty: html! { <NoChannel providers={providers.clone().unwrap_or_default()} actions={actions.clone()} on_add={&add} /> },
        none_found: none_found(t, &channels.query),
        note: html! { <p class="px-4 md:px-6 py-3 text-xs text-ink-3 max-w-[720px]">{t.channels_note()}</p> },
    });

    let drawer = match (props.open, opened, providers) {
        (None, ..) | (Some(Open::One(_)), None, _) | (_, _, None) => Html::default(),
        (Some(_), channel, Some(providers)) => {
            let testing = channel.as_ref().is_some_and(|channel| testing.contains(channel.id));
            html! {
                <Editor {channel} {providers} preset={preset.and_then(|query| query.provider)} actions={actions.clone()} {testing}
                    on_close={channels.closing()} on_delete={&ask_delete} />
            }
        }
    };

    let title = match &**deleting {
        [channel] => t.channels_delete_one(&channel.name),
        many => t.channels_delete_many(many.len()),
    };
    let on_delete = {
        let (actions, close, deleting) = (actions.clone(), channels.closing(), deleting.setter());
        move |rows| {
            let (close, deleting) = (close.clone(), deleting.clone());
            let done = move |gone: Vec<i64>| {
                deleting.set(Vec::new());
                if wanted.is_some_and(|id| gone.contains(&id)) {
                    close.emit(());
                }
            };
            actions.delete(rows, Callback::from(done));
        }
    };
    let stop = deleting.setter();
    let count = channels.all();
    let note = count.filter(|count| *count > 0).map(|count| html! { t.number(count) }).unwrap_or_default();
    let test_all = move |_: MouseEvent| actions.test_all();
    html! {<>
        <PageHeader title={t.channels_title()} {note}>
            if matches!(count, Some(2..)) {
                <button type="button" class="btn btn-ghost btn-sm max-md:hidden" onclick={test_all} disabled={testing.len() > 0}>
                    {Icon::Activity.small()}{t.channels_test_all()}
                </button>
            }
            <AddButton label={t.channels_add()} on_add={&add} />
        </PageHeader>
        {list}
        {drawer}
        {delete_rows((*deleting).clone(), title, t.channels_delete_text(), on_delete, Callback::from(move |()| stop.set(Vec::new())))}
    </>}
}

/// What can be done to every selected channel at once.
fn bulk(actions: &Actions, on_delete: &Callback<Vec<Channel>>) -> Html {
    let (t, rows) = (actions.t, actions.channels.selection());
    let ids: Vec<i64> = rows.iter().map(|channel| channel.id).collect();
    let status = |status: ChannelStatus| {
        let (actions, ids) = (actions.clone(), ids.clone());
        Callback::from(move |()| actions.set_status(ids.clone(), status))
    };
    let test = {
        let (actions, ids) = (actions.clone(), ids.clone());
        Callback::from(move |()| actions.test(ids.clone()))
    };
    html! {<>
        {bulk_action(Icon::Activity, t.do_test(), &test)}
        {bulk_action(Icon::Check, t.do_enable(), &status(ChannelStatus::Enabled))}
        {bulk_action(Icon::Power, t.do_disable(), &status(ChannelStatus::Disabled))}
        {bulk_danger(Icon::Trash2, t.do_delete(), &on_delete.reform(move |()| rows.clone()))}
    </>}
}
