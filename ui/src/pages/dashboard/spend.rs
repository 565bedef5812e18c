//! Cost, tokens or requests over time, and the sums that the colours stand for.

use std::rc::Rc;

use api::dashboard::{Dashboard, Dimension};
use yew::prelude::*;
use yew_router::prelude::*;

use super::view::{self, COLORS, Measure, OTHERS};
use crate::{
    i18n::{Text, use_text},
    pages::logs::query::{Address, Asked},
    parts::{
        chart::{Chart, Kind, Series},
        segmented::{Choice, Segmented},
    },
    range::Range,
    routes::Route,
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct SpendProps {
    pub(crate) dashboard: Rc<Dashboard>,
    pub(crate) by: Dimension,
    pub(crate) admin: bool,
    /// Whose days the columns are: seconds from UTC. The reader's if nobody says.
    #[prop_or_default]
    pub(crate) zone: Option<i32>,
    pub(crate) on_by: Callback<Dimension>,
}

#[component]
pub(crate) fn Spend(props: &SpendProps) -> Html {
    let t = use_text();
    let navigator = use_navigator();
    let dashboard = &props.dashboard;
    // Without prices money says nothing yet.
    let chosen = use_state(|| None::<Measure>);
    let natural = if dashboard.totals.cost_nusd > 0 { Measure::Cost } else { Measure::Requests };
    let measure = chosen.unwrap_or(natural);

    let mut names: Vec<String> = dashboard.series.iter().map(|rank| view::rank_name(t, props.by, rank)).collect();
    if dashboard.others > 0 {
        names.push(t.dashboard_others(dashboard.others));
    }
    let color = |index: usize| if index < dashboard.series.len() { COLORS[index % COLORS.len()] } else { OTHERS };
    let series = names
        .iter()
        .enumerate()
        .map(|(index, name)| Series {
            name: name.clone().into(),
            color: color(index),
            dashed: false,
            values: dashboard
                .buckets
                .iter()
                .map(|bucket| bucket.slices.get(index).map(|slice| measure.of(slice)))
                .collect(),
        })
        .collect::<Vec<_>>();
    let open_logs = {
        let dashboard = dashboard.clone();
        Callback::from(move |index: usize| {
            let (from, to) = view::bucket_range(&dashboard, index);
            if let Some(navigator) = &navigator {
                let _ok =
                    navigator.push_with_query(&Route::Logs, &Address::new(&Asked::default(), Range::Between(from, to)));
            }
        })
    };
    let hint = {
        let dashboard = dashboard.clone();
        Callback::from(move |index: usize| {
            let requests = dashboard.buckets.get(index).map_or(0, |bucket| bucket.totals.requests);
            t.dashboard_open_logs(requests)
        })
    };
    let measures = Measure::ALL.into_iter().map(|measure| Choice::new(measure, measure.name(t))).collect::<Vec<_>>();
    let dimensions = [
        (Dimension::Model, t.dashboard_by_model(), true),
        (Dimension::Key, t.dashboard_by_key(), true),
        (Dimension::Channel, t.dashboard_by_channel(), true),
        (Dimension::User, t.dashboard_by_user(), props.admin),
        (Dimension::Group, t.dashboard_by_group(), props.admin),
    ];
    let dimensions = dimensions
        .into_iter()
        .filter(|(_, _, offered)| *offered)
        .map(|(by, name, _)| Choice::new(by, name))
        .collect::<Vec<_>>();
    let sums = view::sums(dashboard, measure);
    let total = measure.of_totals(&dashboard.totals);
    let choose = chosen.setter();
    html! {
        <section class="grid lg:grid-cols-[minmax(0,1fr)_312px] border-t border-line" aria-labelledby="spend">
            <div class="px-4 md:px-6 py-4 min-w-0">
                <div class="flex flex-wrap items-center gap-2 mb-3">
                    <h2 id="spend" class="h2 mr-1 max-md:w-full">{t.dashboard_spend()}</h2>
                    <Segmented<Measure> label={t.dashboard_measure()} choices={measures} value={measure} class="!h-7 text-xs" on_choose={move |measure| choose.set(Some(measure))} />
                    <Segmented<Dimension> label={t.dashboard_by()} choices={dimensions} value={props.by} class="!h-7 text-xs md:ml-auto" on_choose={&props.on_by} />
                </div>
                if dashboard.totals.requests == 0 {
                    <p class="h-[216px] grid place-items-center text-ink-2" role="status">{t.dashboard_nothing()}</p>
                } else { <Chart label={format!("{}: {}", t.dashboard_spend(), measure.name(t))} kind={Kind::Stacked} {series} height=216
                    at={starts(dashboard)} step={dashboard.step_minutes * 60_000}
                    value={Callback::from(move |value| measure.show(t, value))} time={axis_time(t, dashboard, props.zone)} ends_now={view::ends_now(dashboard, web::now())} span={span_name(t, dashboard, props.zone)}
                    on_choose={open_logs} {hint} /> }
            </div>
            <div class="px-4 md:px-5 py-4 lg:border-l max-lg:border-t border-line min-w-0">
                <div class="flex items-baseline mb-1">
                    <h3 class="h2">{dimension_name(t, props.by)}</h3><span class="ml-auto text-xs text-ink-3">{t.dashboard_share()}</span>
                </div>
                <table class="w-full text-sm" aria-label={dimension_name(t, props.by)}>
                    <tbody>
                        for (index, (name, sum)) in names.iter().zip(&sums).enumerate() {
                            <tr key={name.clone()}>
                                <th scope="row" class="font-normal text-left py-1 max-w-0 w-full"><span class="flex items-center gap-2.5">
                                    <svg class="sw" aria-hidden="true"><rect width="8" height="8" rx="2" fill={format!("var({})", color(index))} /></svg>
                                    <span class="truncate" title={name.clone()}>{name}</span></span></th>
                                <td class="n pl-3 text-right whitespace-nowrap">{measure.show(t, *sum)}</td>
                                <td class="n pl-3 text-right text-ink-3 whitespace-nowrap">{t.share(*sum, total)}</td>
                            </tr>
                        }
                    </tbody>
                </table>
                if names.is_empty() { <p class="text-sm text-ink-3">{"—"}</p> }
            </div>
        </section>
    }
}

pub(crate) fn dimension_name(t: Text, by: Dimension) -> &'static str {
    match by {
        Dimension::Model => t.dashboard_models(),
        Dimension::Key => t.dashboard_keys(),
        Dimension::Channel => t.dashboard_channels(),
        Dimension::User => t.dashboard_users(),
        Dimension::Group => t.dashboard_groups(),
    }
}

pub(super) fn starts(dashboard: &Dashboard) -> Vec<i64> {
    dashboard.buckets.iter().map(|bucket| bucket.at.as_millis()).collect()
}

/// Hours within a day, else dates.
pub(super) fn axis_time(t: Text, dashboard: &Dashboard, zone: Option<i32>) -> Callback<i64, String> {
    let within_a_day = dashboard.to.as_millis() - dashboard.from.as_millis() <= 25 * 60 * 60 * 1_000;
    Callback::from(move |at: i64| if within_a_day { t.hour_minute(at, web::utc_offset(at)) } else { date(t, at, zone) })
}

/// The date of a day that begins at a moment.
fn date(t: Text, at: i64, zone: Option<i32>) -> String {
    const NOON: i64 = 12 * 60 * 60 * 1_000;
    match zone {
        // Its noon, as the zone may have been an hour off in another season.
        Some(offset) => t.date(web::now(), at + NOON, offset),
        None => t.date(web::now(), at, web::utc_offset(at)),
    }
}

pub(super) fn span_name(t: Text, dashboard: &Rc<Dashboard>, zone: Option<i32>) -> Callback<usize, String> {
    let dashboard = dashboard.clone();
    Callback::from(move |index: usize| {
        let (from, to) = view::bucket_range(&dashboard, index);
        let clock = |at| t.hour_minute(at, web::utc_offset(at));
        if dashboard.step_minutes >= 24 * 60 {
            date(t, from, zone)
        } else {
            format!("{} {} – {}", date(t, from, None), clock(from), clock(to))
        }
    })
}
