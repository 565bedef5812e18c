//! Everything that has requests in the range: what it used and cost, and its share of the whole.

use std::rc::Rc;

use ::api::{
    dashboard::{Dimension, Totals},
    list::Sort,
    usage::{Usage, UsageItem},
};
use yew::prelude::*;
use yew_router::prelude::*;

use super::view::{Column, rank, rest, sorted};
use crate::{
    i18n::{Text, use_text},
    pages::{
        dashboard::{
            spend::dimension_name,
            view::{chip, rank_name},
        },
        logs::query::{Address, Asked},
    },
    parts::{list::Head, status::Glyph},
    range::Range,
    routes::Route,
};

#[derive(Properties, PartialEq)]
pub(super) struct TableProps {
    pub(super) usage: Rc<Usage>,
    pub(super) by: Dimension,
    pub(super) range: Range,
}

#[component]
pub(super) fn Table(props: &TableProps) -> Html {
    let t = use_text();
    let navigator = use_navigator();
    let sort = use_state(|| Sort::down(Column::Cost));
    let (usage, by) = (&props.usage, props.by);
    let on_sort = {
        let sort = sort.setter();
        Callback::from(move |next| sort.set(next))
    };
    let head = |label, column| Head::new(label).down(column).right().view(*sort, &on_sort);
    let open = |item: &UsageItem| {
        let (chip, navigator, range) = (chip(by, &rank(item))?, navigator.clone()?, props.range);
        Some(Callback::from(move |_: MouseEvent| {
            let _ok =
                navigator.push_with_query(&Route::Logs, &Address::new(&Asked::default().with(chip.clone()), range));
        }))
    };
    // Money where there is any, else requests.
    let weigh = |totals: &Totals| if usage.totals.cost_nusd > 0 { totals.cost_nusd } else { totals.requests };
    let cells = |totals: &Totals| {
        let share = t.share(weigh(totals), weigh(&usage.totals));
        html! {<>
            <td class="n" data-m="end2"><span class="md:hidden text-xs text-ink-2">{t.dashboard_rank_note(totals.requests, &t.tokens(totals.tokens()))}</span><span class="max-md:hidden">{t.number(totals.requests)}</span></td>
            <td class={classes!("n", if totals.failed > 0 { "t-err" } else { "text-ink-3" })}>{t.number(totals.failed)}</td>
            <td class="n">{t.tokens(totals.input_tokens)}</td>
            <td class="n text-ink-2">{t.tokens(totals.cache_read_tokens)}</td>
            <td class="n">{t.tokens(totals.output_tokens)}</td>
            <td class="n" data-m="end">{t.money(totals.cost_nusd)}</td>
            <td data-m="foot"><span class="flex items-center gap-2.5">
                <svg class="meter t-live block grow min-w-16" aria-hidden="true"><rect width={permille(weigh(totals), weigh(&usage.totals))} height="100%" rx="3" fill="currentColor" /></svg>
                <span class="w-11 text-right text-xs text-ink-2">{share}</span></span></td>
        </>}
    };
    html! {
        <section class="border-t border-line" aria-label={dimension_name(t, by)}>
            <table class="dt dt-stack" data-testid="usage">
                <thead><tr>
                    <th scope="col">{dimension_name(t, by)}</th>
                    {head(t.dashboard_requests(), Column::Requests)}
                    {head(t.dashboard_failed(), Column::Failed)}
                    {head(t.usage_input(), Column::Input)}
                    {head(t.usage_cached(), Column::Cached)}
                    {head(t.usage_output(), Column::Output)}
                    {head(t.dashboard_cost(), Column::Cost)}
                    <th scope="col" class="w-[26%] first-letter:uppercase">{t.dashboard_share()}</th>
                </tr></thead>
                <tbody>
                    for item in sorted(&usage.items, *sort) {
                        <tr key={format!("{:?}{:?}", item.id, item.name)}>
                            <td class="md:max-w-0 md:w-[28%]" data-m="title">
                                <button type="button" class="block max-w-full truncate text-left font-medium cursor-pointer hover:underline" data-row="" onclick={open(item)}
                                    title={rank_name(t, by, &rank(item))}>{rank_name(t, by, &rank(item))}</button>
                                {second(t, item.username.as_deref(), &item.totals)}
                            </td>
                            {cells(&item.totals)}
                        </tr>
                    }
                    if usage.more > 0 {
                        <tr key="more"><td class="text-ink-2" data-m="title">{t.dashboard_others(usage.more)}{second(t, None, &rest(usage))}</td>{cells(&rest(usage))}</tr>
                    }
                    <tr key="total" class="font-semibold"><td data-m="title">{t.usage_total()}{second(t, None, &usage.totals)}</td>{cells(&usage.totals)}</tr>
                </tbody>
            </table>
        </section>
    }
}

/// Whose it is, and a mark where some of it has no price.
fn second(t: Text, username: Option<&str>, totals: &Totals) -> Html {
    html! {
        <span class="flex flex-wrap gap-x-2 text-xs font-normal text-ink-2 min-w-0">
            if let Some(username) = username { <span class="truncate">{username.to_owned()}</span> }
            if totals.unpriced > 0 {
                <span class="st" title={t.usage_unpriced_text()}>{Glyph::Half.view()}{t.usage_unpriced(totals.unpriced)}</span>
            }
        </span>
    }
}

fn permille(part: i64, whole: i64) -> String {
    let permille = i128::from(part) * 1_000 / i128::from(whole.max(1));
    format!("{}.{}%", permille / 10, permille % 10)
}
