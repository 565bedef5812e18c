//! What somebody or something may spend, and how fast: alike for keys, users and groups.

use api::{
    Fields,
    budgets::{Budget, NewBudget, Period},
    limits::Limits,
};
use yew::prelude::*;

use crate::{
    i18n::{Text, use_text},
    money,
    parts::{
        field::TextField,
        meter::Meter,
        select::{SelectField, SelectOption},
        time::Ago,
    },
};

/// As the fields hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Allowance {
    /// Nothing: as much as they like.
    pub(crate) dollars: String,
    pub(crate) period: Period,
    pub(crate) warn: String,
    pub(crate) requests: String,
    pub(crate) tokens: String,
    pub(crate) concurrent: String,
}

/// Stands for what can't be read, so that the server's own rules say what is wrong.
const UNREADABLE: i64 = -1;

impl Allowance {
    pub(crate) fn of(budget: Option<&Budget>, limits: &Limits) -> Self {
        let number = |limit: Option<i64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self {
            dollars: budget.map(|budget| money::plain(budget.limit_nusd)).unwrap_or_default(),
            period: budget.map(|budget| budget.period).unwrap_or_default(),
            warn: budget.map_or_else(|| "80".to_owned(), |budget| number(budget.warn_percent)),
            requests: number(limits.requests_per_minute),
            tokens: number(limits.tokens_per_minute),
            concurrent: number(limits.concurrent_requests),
        }
    }

    pub(crate) fn budget(&self) -> Option<NewBudget> {
        (!self.dollars.trim().is_empty()).then(|| NewBudget {
            limit_nusd: money::parse(&self.dollars).unwrap_or(UNREADABLE),
            period: self.period,
            warn_percent: number(&self.warn),
        })
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            requests_per_minute: number(&self.requests),
            tokens_per_minute: number(&self.tokens),
            concurrent_requests: number(&self.concurrent),
        }
    }

    /// The budget, if it isn't as it was.
    #[expect(clippy::option_option, reason = "absent, null and a value are three things in a patch")]
    pub(crate) fn changed_budget(&self, before: &Self) -> Option<Option<NewBudget>> {
        let (now, then) = (self.budget(), before.budget());
        (now != then).then_some(now)
    }

    pub(crate) fn changed_limits(&self, before: &Self) -> Option<Limits> {
        let (now, then) = (self.limits(), before.limits());
        (now != then).then_some(now)
    }
}

fn number(text: &str) -> Option<i64> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ',' | '，')).collect();
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(UNREADABLE))
}

pub(crate) fn period_name(t: Text, period: Period) -> &'static str {
    match period {
        Period::Total => t.allowance_total(),
        Period::Daily => t.allowance_daily(),
        Period::Weekly => t.allowance_weekly(),
        Period::Monthly => t.allowance_monthly(),
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct AllowanceFieldsProps {
    pub(crate) draft: Allowance,
    pub(crate) on_change: Callback<Allowance>,
    pub(crate) faults: Fields,
    /// How much of the budget that holds now is gone.
    #[prop_or_default]
    pub(crate) budget: Option<Budget>,
    /// A group has no place among others that it could hold.
    #[prop_or_default]
    pub(crate) money_only: bool,
}

#[component]
pub(crate) fn AllowanceFields(props: &AllowanceFieldsProps) -> Html {
    let t = use_text();
    let draft = &props.draft;
    let fault = |field: &str| props.faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    macro_rules! set {
        ($field:ident) => {{
            let (draft, on_change) = (draft.clone(), props.on_change.clone());
            Callback::from(move |$field: String| on_change.emit(Allowance { $field, ..draft.clone() }))
        }};
    }
    let periods = Period::ALL.map(|period| SelectOption::new(period.as_str(), period_name(t, period))).to_vec();
    let choose = {
        let (draft, on_change) = (draft.clone(), props.on_change.clone());
        Callback::from(move |word: String| {
            let period = Period::ALL.into_iter().find(|period| period.as_str() == word).unwrap_or_default();
            on_change.emit(Allowance { period, ..draft.clone() });
        })
    };
    let has_budget = !draft.dollars.trim().is_empty();
    html! {
        <fieldset class="grid gap-4 border-t border-line pt-4 min-w-0">
            <legend class="sr-only">{t.allowance_title()}</legend>
            <div class="grid grid-cols-2 gap-4 items-start">
                <TextField id="budget.limit_nusd" label={t.allowance_budget()} value={draft.dollars.clone()} inputmode="decimal"
                    placeholder={t.allowance_unlimited()} error={fault("budget.limit_nusd")} help={html! { t.allowance_budget_help() }} on_input={set!(dollars)} />
                <SelectField id="budget.period" label={t.allowance_period()} options={periods} value={draft.period.as_str()} disabled={!has_budget}
                    help={html! { t.allowance_period_help() }} on_choose={choose} />
            </div>
            if let Some(budget) = &props.budget {
                <Spent budget={budget.clone()} />
            }
            if has_budget {
                <TextField id="budget.warn_percent" label={t.allowance_warn()} value={draft.warn.clone()} inputmode="numeric" class="w-[calc(50%-8px)]"
                    error={fault("budget.warn_percent")} help={html! { t.allowance_warn_help() }} on_input={set!(warn)} />
            }
            if !props.money_only {
                <div class="grid grid-cols-2 sm:grid-cols-3 gap-4 items-start">
                    <TextField id="limits.requests_per_minute" label={t.allowance_requests()} value={draft.requests.clone()} inputmode="numeric"
                        placeholder={t.allowance_unlimited()} error={fault("limits.requests_per_minute")} on_input={set!(requests)} />
                    <TextField id="limits.tokens_per_minute" label={t.allowance_tokens()} value={draft.tokens.clone()} inputmode="numeric"
                        placeholder={t.allowance_unlimited()} error={fault("limits.tokens_per_minute")} on_input={set!(tokens)} />
                    <TextField id="limits.concurrent_requests" label={t.allowance_concurrent()} value={draft.concurrent.clone()} inputmode="numeric"
                        placeholder={t.allowance_unlimited()} error={fault("limits.concurrent_requests")} on_input={set!(concurrent)} />
                </div>
            }
        </fieldset>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct SpentProps {
    pub(crate) budget: Budget,
}

/// How much of a budget is gone, as a bar with its words.
#[component]
pub(crate) fn Spent(props: &SpentProps) -> Html {
    let t = use_text();
    let budget = &props.budget;
    let label = t.allowance_used(&t.money(budget.used_nusd), &t.money(budget.limit_nusd));
    let warn_from = warn_from(budget);
    html! {
        <div class="grid gap-1.5 text-xs text-ink-2 min-w-0">
            <Meter label={label.clone()} permille={permille(budget)} {warn_from} />
            <p class="flex flex-wrap gap-x-3 num">
                <span>{label}</span>
                if budget.reserved_nusd > 0 {
                    <span class="text-ink-3">{t.allowance_held(&t.money(budget.reserved_nusd))}</span>
                }
                if let Some(time) = budget.resets_at {
                    <span class="text-ink-3">{t.allowance_resets()}{" "}<Ago {time} /></span>
                }
            </p>
        </div>
    }
}

/// A budget in a table: the bar, and below it what is used of how much.
pub(crate) fn spent_cell(t: Text, budget: Option<&Budget>) -> Html {
    let Some(budget) = budget else { return html! { <span class="text-ink-3">{"—"}</span> } };
    let label = t.allowance_used(&t.money(budget.used_nusd), &t.money(budget.limit_nusd));
    let warn_from = warn_from(budget);
    html! {
        <span class="grid gap-1" title={format!("{label} · {}", period_name(t, budget.period))}>
            <Meter {label} permille={permille(budget)} {warn_from} />
            <span class="text-xs text-ink-2 num">{format!("{} / {}", t.money(budget.used_nusd), t.money(budget.limit_nusd))}</span>
        </span>
    }
}

fn warn_from(budget: &Budget) -> u32 {
    budget.warn_percent.and_then(|percent| u32::try_from(percent * 10).ok()).unwrap_or(1_000)
}

/// Used and held, in thousandths of the limit.
pub(crate) fn permille(budget: &Budget) -> u32 {
    let gone = i128::from(budget.used_nusd) + i128::from(budget.reserved_nusd);
    let permille = if budget.limit_nusd == 0 { 1_000 } else { gone * 1_000 / i128::from(budget.limit_nusd) };
    u32::try_from(permille.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_is_no_limit_and_an_unreadable_one_is_refused_by_the_rules() {
        let empty = Allowance::of(None, &Limits::default());
        assert_eq!((empty.budget(), empty.limits()), (None, Limits::default()));
        let odd = Allowance { dollars: "ten".into(), requests: "many".into(), tokens: "1,000".into(), ..empty };
        assert_eq!(odd.budget().map(|budget| budget.limit_nusd), Some(UNREADABLE));
        assert_eq!((odd.limits().requests_per_minute, odd.limits().tokens_per_minute), (Some(UNREADABLE), Some(1_000)));
    }

    #[test]
    fn what_was_not_touched_is_not_changed() {
        let budget = Budget {
            limit_nusd: 12_345_678_901,
            period: Period::Daily,
            warn_percent: None,
            used_nusd: 1,
            reserved_nusd: 2,
            resets_at: None,
        };
        let limits = Limits { tokens_per_minute: Some(5), ..Limits::default() };
        let draft = Allowance::of(Some(&budget), &limits);
        assert_eq!((draft.changed_budget(&draft), draft.changed_limits(&draft)), (None, None));
        let gone = Allowance { dollars: String::new(), ..draft.clone() };
        assert_eq!(gone.changed_budget(&draft), Some(None));
    }
}
