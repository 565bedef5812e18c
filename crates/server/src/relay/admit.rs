//! Whether a request may run: every budget that concerns it must have room for what it may come to.

use api::{Time, budgets::Period, money::Dollars};
use llm::{
    Failure, Kind,
    price::{self, Estimate},
    through::Request,
};
use store::{AccessKey, Hold, LedgerError, Owner, Spent};

use super::{
    plan::Candidate,
    settle::{Arrival, Settler},
    snapshot::Snapshot,
};
use crate::app::App;

/// Opens the request's row. Where a budget concerns the request, it runs only when that row is committed and holds what it needs.
///
/// # Errors
/// If a budget has no room, if nobody says what the model costs although a budget depends on it, or if the ledger can't be written.
pub(super) async fn admit(
    app: &App,
    snapshot: &Snapshot,
    key: &AccessKey,
    arrival: &Arrival,
    request: &Request,
    candidates: &[Candidate],
) -> Result<Settler, Failure> {
    let multiplier_ppm = snapshot.multiplier(&key.group);
    let hold = match snapshot.budgets.of(key) {
        None => None,
        Some(budgets) => {
            let amount_nusd =
                dearest(candidates, request.estimate, multiplier_ppm).ok_or_else(|| unpriced(&request.model))?;
            Some(Hold { budgets, amount_nusd })
        }
    };
    Settler::open(app, arrival, request, candidates.first(), multiplier_ppm, hold).await.map_err(|error| match error {
        LedgerError::Spent(spent) => Failure::new(Kind::Spent, sentence(&spent)),
        _ => Failure::new(
            Kind::Unavailable,
            "The gateway can't write down what this costs, so nobody is asked. Try again in a while.",
        ),
    })
}

/// What the request may come to at the dearest of those that may answer it; `None` if one of them has no price.
fn dearest(candidates: &[Candidate], estimate: Estimate, multiplier_ppm: i64) -> Option<i64> {
    let cost = |candidate: &Candidate| {
        candidate.price.as_ref().map(|price| price::reserve(&price.pricing, estimate, multiplier_ppm))
    };
    candidates.iter().map(cost).try_fold(0, |most: i64, cost| cost.map(|cost| most.max(cost)))
}

fn unpriced(model: &str) -> Failure {
    let text =
        format!("A budget applies to this key, and what “{model}” costs isn't known. Ask for a price to be set.");
    Failure::new(Kind::Unpriced, text).at("model")
}

/// Which budget, why, and when there is room again. What others spend is nobody's business but their own.
fn sentence(spent: &Spent) -> String {
    let whose = match spent.owner {
        Owner::Key(_) => "this key's",
        Owner::User(_) => "your",
        Owner::Group(_) => "your group's",
        Owner::Gateway => "the gateway's",
    };
    let period = match spent.period {
        Period::Total => "",
        Period::Daily => "daily ",
        Period::Weekly => "weekly ",
        Period::Monthly => "monthly ",
    };
    let again = |resets_at: Time| format!(" It begins again at {resets_at}.");
    let again = spent.resets_at.map(again).unwrap_or_default();
    let own = matches!(spent.owner, Owner::Key(_) | Owner::User(_));
    if spent.left_nusd <= 0 || !own {
        let what = if spent.left_nusd <= 0 { "is spent" } else { "has no room for this request" };
        let limit = if own { format!(" of {}", Dollars(spent.limit_nusd)) } else { String::new() };
        return format!("{}{period}budget{limit} {what}.{again}", capital(whose));
    }
    format!(
        "This request may cost up to {}, and {} of {whose} {period}budget is left. Ask for fewer tokens, or for a larger budget.{again}",
        Dollars(spent.amount_nusd),
        Dollars(spent.left_nusd),
    )
}

fn capital(whose: &str) -> String {
    let mut text = whose.to_owned();
    text[..1].make_ascii_uppercase();
    text + " "
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(owner: Owner, period: Period, left_nusd: i64) -> Spent {
        let resets_at = (period != Period::Total).then(|| Time::from_millis(1_795_478_400_000));
        Spent { owner, period, amount_nusd: 50_000_000, limit_nusd: 1_000_000_000, left_nusd, resets_at }
    }

    #[test]
    fn the_sentence_names_the_budget_and_when_it_begins_again() {
        for (spent, text) in [
            (spent(Owner::Key(1), Period::Total, 0), "This key's budget of $1.00 is spent."),
            (
                spent(Owner::User(1), Period::Daily, -5),
                "Your daily budget of $1.00 is spent. It begins again at 2026-11-24T00:00:00.000Z.",
            ),
            (spent(Owner::Gateway, Period::Total, 0), "The gateway's budget is spent."),
            (
                spent(Owner::Group("team".into()), Period::Monthly, 7),
                "Your group's monthly budget has no room for this request. It begins again at 2026-11-24T00:00:00.000Z.",
            ),
            (
                spent(Owner::Key(1), Period::Total, 20_000_000),
                "This request may cost up to $0.05, and $0.02 of this key's budget is left. Ask for fewer tokens, or for a \
                 larger budget.",
            ),
        ] {
            assert_eq!(sentence(&spent), text);
        }
    }
}
