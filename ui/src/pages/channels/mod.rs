//! Channels: the list, and one of them in a drawer beside it. The pattern for every other resource:
//! `view` decides what is shown, `draft` what is sent, `actions` does and reports; the rest draws.

mod actions;
pub(crate) mod draft;
mod editor;
mod empty;
mod keys_panel;
mod mapping;
mod rows;
mod test_panel;
pub(crate) mod view;

use ::api::channels::{Channel, ChannelStatus};
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    actions::{Actions, Data},
    editor::Editor,
    empty::{NoChannel, NoneFound},
    rows::Rows,
    view::{Column, Filter},
};
pub(crate) use self::{
    empty::{dialects, hint},
    test_panel::TestPanel,
};
use crate::{
    i18n::use_text,
    load::use_load,
    parts::{
        async_view::async_view,
        bulk_bar::{BulkBar, bulk_action, bulk_danger},
        dialog::Confirm,
        header::{AddButton, PageHeader},
        icon::Icon,
        picked::{Pick, Picked},
        segmented::{Choice, Segmented},
        table::{Density, Search, Sort},
        toast::use_toaster,
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
    let navigator = use_navigator();
    let query = use_location().and_then(|location| location.query::<NewChannelQuery>().ok());
    let data = use_load(actions::load);
    let testing = use_reducer(Picked::default);
    let selected = use_reducer(Picked::default);
    let toaster = use_toaster();
    let actions = Actions { t, data: data.clone(), toaster, testing: testing.dispatcher() };

    let search = use_state(String::new);
    let filter = use_state(|| Filter::All);
    let sort = use_state(|| Sort { by: Column::Health, descending: false });
    let dense = use_state(|| false);
    let deleting = use_state(Vec::<Channel>::new);

    let go = use_callback(navigator, |route: Route, navigator| {
        if let Some(navigator) = navigator {
            navigator.push(&route);
        }
    });
    let add = use_callback(go.clone(), |(), go| go.emit(Route::NewChannel));
    use_hotkey("n", add.clone());

    let ask_delete = {
        let deleting = deleting.setter();
        Callback::from(move |channels: Vec<Channel>| deleting.set(channels))
    };
    let test_all = {
        let (actions, data) = (actions.clone(), data.clone());
        move |_: MouseEvent| {
            let enabled = data.value().map(|data| {
                data.channels
                    .iter()
                    .filter(|channel| channel.status == ChannelStatus::Enabled)
                    .map(|channel| channel.id)
                    .collect()
            });
            actions.test(enabled.unwrap_or_default());
        }
    };

    let count = data.value().map(|data| data.channels.len());
    let note = count.filter(|count| *count > 0).map(|count| html! { {count} }).unwrap_or_default();
    let header = html! {
        <PageHeader title={t.channels_title()} {note}>
            if matches!(count, Some(2..)) {
                <button type="button" class="btn btn-ghost btn-sm max-md:hidden" onclick={test_all} disabled={testing.len() > 0}>
                    {Icon::Activity.small()}{t.channels_test_all()}
                </button>
            }
            <AddButton label={t.channels_add()} on_add={&add} />
        </PageHeader>
    };

    let list = |data: &Data| {
        if data.channels.is_empty() {
            return html! { <NoChannel providers={data.providers.clone()} actions={actions.clone()} on_add={&add} /> };
        }
        let shown = view::rows(&data.channels, &data.providers, *filter, &search, *sort);
        let counted = |value: Filter, label: &'static str| {
            let count = data.channels.iter().filter(|channel| value.admits(channel)).count();
            Choice { count: Some(count), ..Choice::new(value, label) }
        };
        let choices = vec![
            counted(Filter::All, t.channels_filter_all()),
            counted(Filter::NeedsYou, t.channels_filter_needs_you()),
            counted(Filter::Disabled, t.channels_disabled()),
        ];
        let (set_search, set_filter, set_dense, set_sort) =
            (search.setter(), filter.setter(), dense.setter(), sort.setter());
        let clear = {
            let (search, filter) = (search.setter(), filter.setter());
            Callback::from(move |()| {
                search.set(String::new());
                filter.set(Filter::All);
            })
        };
        html! {<>
            <div class="toolbar">
                <Search value={(*search).clone()} placeholder={t.channels_search()} on_input={move |text| set_search.set(text)} />
                <Segmented<Filter> label={t.channels_filter()} {choices} value={*filter} class="max-md:w-full seg-wide-narrow"
                    on_choose={move |value| set_filter.set(value)} />
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
            </div>
            if shown.is_empty() {
                <NoneFound search={(*search).clone()} filter={*filter} on_clear={clear} />
            } else {
                <Rows {shown} providers={data.providers.clone()} actions={actions.clone()} testing={(*testing).clone()}
                    selected={(*selected).clone()} pick={selected.dispatcher()} dense={*dense} sort={*sort}
                    on_sort={move |sort| set_sort.set(sort)} on_delete={&ask_delete} />
            }
            <Bulk channels={data.channels.clone()} actions={actions.clone()} selected={(*selected).clone()}
                pick={selected.dispatcher()} on_delete={&ask_delete} />
        </>}
    };

    let drawer: Html = props.open.zip(data.value()).map(|(open, loaded)| {
        let channel = match open {
            Open::New => None,
            Open::One(id) => match loaded.channel(id) {
                Some(channel) => Some(channel.clone()),
                None => return html! { <Redirect<Route> to={Route::Channels} /> },
            },
        };
        let busy = channel.as_ref().is_some_and(|channel| testing.contains(channel.id));
        let close = go.reform(|()| Route::Channels);
        html! {
            <Editor {channel} providers={loaded.providers.clone()} preset={query.as_ref().and_then(|query| query.provider.clone())}
                actions={actions.clone()} testing={busy} on_close={close} on_delete={&ask_delete} />
        }
    }).unwrap_or_default();

    let confirm = if deleting.is_empty() {
        Html::default()
    } else {
        let title = match &**deleting {
            [channel] => t.channels_delete_one(&channel.name),
            many => t.channels_delete_many(many.len()),
        };
        let done = {
            let (deleting, selected) = (deleting.setter(), selected.dispatcher());
            Callback::from(move |gone| {
                selected.dispatch(Pick::Remove(gone));
                deleting.set(Vec::new());
            })
        };
        let run = {
            let (actions, channels) = (actions.clone(), (*deleting).clone());
            move |()| actions.delete(channels.clone(), done.clone())
        };
        let close = deleting.setter();
        html! {
            <Confirm {title} text={t.channels_delete_text()} action={t.do_delete()} on_confirm={run} on_close={move |()| close.set(Vec::new())}>
                if deleting.len() > 1 {
                    <ul class="mt-3 max-h-40 overflow-y-auto text-sm list-disc pl-5">
                        for channel in &*deleting { <li key={channel.id} class="break-words">{&channel.name}</li> }
                    </ul>
                }
            </Confirm>
        }
    };

    html! {<>
        {header}
        {async_view(&data, list)}
        {drawer}
        {confirm}
    </>}
}

#[derive(Properties, PartialEq)]
struct BulkProps {
    channels: Vec<Channel>,
    actions: Actions,
    selected: Picked,
    pick: UseReducerDispatcher<Picked>,
    on_delete: Callback<Vec<Channel>>,
}

/// What can be done to every selected channel at once.
#[component]
fn Bulk(props: &BulkProps) -> Html {
    let t = use_text();
    let ids = props.selected.ids();
    let status = |status: ChannelStatus| {
        let (actions, ids) = (props.actions.clone(), ids.clone());
        Callback::from(move |()| actions.set_status(ids.clone(), status))
    };
    let test = {
        let (actions, ids) = (props.actions.clone(), ids.clone());
        Callback::from(move |()| actions.test(ids.clone()))
    };
    let delete = {
        let chosen: Vec<Channel> = props.channels.iter().filter(|channel| ids.contains(&channel.id)).cloned().collect();
        props.on_delete.reform(move |()| chosen.clone())
    };
    let clear = {
        let (pick, ids) = (props.pick.clone(), ids.clone());
        Callback::from(move |()| pick.dispatch(Pick::Remove(ids.clone())))
    };
    html! {
        <BulkBar count={ids.len()} on_clear={clear}>
            {bulk_action(Icon::Activity, t.do_test(), &test)}
            {bulk_action(Icon::Check, t.do_enable(), &status(ChannelStatus::Enabled))}
            {bulk_action(Icon::Power, t.do_disable(), &status(ChannelStatus::Disabled))}
            {bulk_danger(Icon::Trash2, t.do_delete(), &delete)}
        </BulkBar>
    }
}
