//! `GET /api/models`

use std::cmp::Ordering;

use api::{
    ErrorBody, Page,
    list::{ListQuery, Sort},
    models::{Model, ModelQuery, ModelShow, ModelSort, ModelStatus},
};
use axum::{Json, extract::State};

use super::filled;
use crate::{
    app::App,
    console::{error::Refusal, input::Params, listing},
};

/// Models, by name unless asked otherwise. `search` looks at name, aliases and owner.
#[utoipa::path(
    get,
    path = "/api/models",
    tag = "models",
    params(ModelQuery),
    responses((status = 200, body = Page<Model>), (status = 400, body = ErrorBody)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<ModelQuery>,
) -> Result<Json<Page<Model>>, Refusal> {
    // Who serves a model and what the catalogue knows of it aren't the database's to compare.
    let models = app.store.models().all().await?.into_iter().map(filled).collect();
    Ok(Json(page(models, &query)))
}

fn page(models: Vec<Model>, query: &ModelQuery) -> Page<Model> {
    let needle = query.asked().needle();
    let found = |text: &String| text.to_lowercase().contains(&needle);
    listing::page(
        models,
        query,
        |model| {
            (found(&model.name) || model.aliases.iter().any(found) || model.owner.as_ref().is_some_and(found))
                && query.kind.is_none_or(|kind| model.kind == Some(kind))
                && query.capability.is_none_or(|capability| model.capabilities.contains(&capability))
        },
        admits,
        |a, b| compare(query.sort, a, b).then_with(|| by_name(a, b)),
    )
}

fn admits(show: ModelShow, model: &Model) -> bool {
    match show {
        ModelShow::All => true,
        ModelShow::Unserved => model.channels == 0,
        ModelShow::Unpriced => model.pricing.is_none(),
        ModelShow::Disabled => model.status == ModelStatus::Disabled,
    }
}

fn compare(sort: Sort<ModelSort>, a: &Model, b: &Model) -> Ordering {
    let owner = |model: &Model| model.owner.as_ref().map(|owner| owner.to_lowercase());
    let state = |model: &Model| (model.status == ModelStatus::Disabled, model.channels > 0);
    match sort.by {
        ModelSort::Name => sort.order(&a.name.to_lowercase(), &b.name.to_lowercase()),
        ModelSort::Owner => sort.order_known(owner(a).as_ref(), owner(b).as_ref()),
        ModelSort::Kind => sort.order_known(a.kind.as_ref(), b.kind.as_ref()),
        ModelSort::Context => sort.order_known(a.context.as_ref(), b.context.as_ref()),
        ModelSort::MaxOutput => sort.order_known(a.max_output.as_ref(), b.max_output.as_ref()),
        ModelSort::Channels => sort.order(&a.channels, &b.channels),
        ModelSort::State => sort.order(&state(a), &state(b)),
        ModelSort::CreatedAt => sort.order(&a.created_at, &b.created_at),
    }
}

/// Names differ, if only in their case.
fn by_name(a: &Model, b: &Model) -> Ordering {
    a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.name.cmp(&b.name))
}

#[cfg(test)]
mod tests {
    use api::{
        Time,
        list::SortKey,
        models::{Capability, ModelFacts, ModelKind},
    };

    use super::*;

    fn model(name: &str) -> Model {
        Model {
            id: 1,
            name: name.to_owned(),
            aliases: Vec::new(),
            owner: None,
            kind: None,
            capabilities: Vec::new(),
            context: None,
            max_output: None,
            own: ModelFacts::default(),
            pricing: None,
            price_source: None,
            priced_since: None,
            status: ModelStatus::Enabled,
            channels: 1,
            served_by: Vec::new(),
            created_at: Time::from_millis(0),
        }
    }

    /// Some of which nothing is known, some alike.
    fn all() -> Vec<Model> {
        let made = |millis, model| Model { created_at: Time::from_millis(millis), ..model };
        vec![
            made(3, model("plain")),
            Model {
                owner: Some("acme".to_owned()),
                kind: Some(ModelKind::Chat),
                capabilities: vec![Capability::Tools],
                context: Some(8),
                max_output: Some(4),
                channels: 2,
                ..model("Chatty")
            },
            Model { kind: Some(ModelKind::Embedding), context: Some(2), channels: 0, ..made(2, model("embed")) },
            Model {
                owner: Some("Zeta".to_owned()),
                max_output: Some(8),
                status: ModelStatus::Disabled,
                ..model("off")
            },
            Model { aliases: vec!["fast".to_owned()], owner: Some("Acme".to_owned()), ..made(1, model("alpha")) },
        ]
    }

    fn names(query: &ModelQuery) -> String {
        page(all(), query).items.into_iter().map(|model| model.name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn models_come_in_every_order_with_the_unknown_last_and_those_alike_by_name() {
        for (by, up, down) in [
            (ModelSort::Name, "alpha Chatty embed off plain", "plain off embed Chatty alpha"),
            (ModelSort::Owner, "alpha Chatty off embed plain", "off alpha Chatty embed plain"),
            (ModelSort::Kind, "Chatty embed alpha off plain", "embed Chatty alpha off plain"),
            (ModelSort::Context, "embed Chatty alpha off plain", "Chatty embed alpha off plain"),
            (ModelSort::MaxOutput, "Chatty off alpha embed plain", "off Chatty alpha embed plain"),
            (ModelSort::Channels, "embed alpha off plain Chatty", "Chatty alpha off plain embed"),
            (ModelSort::State, "embed alpha Chatty plain off", "off alpha Chatty plain embed"),
            (ModelSort::CreatedAt, "Chatty off alpha embed plain", "plain embed alpha Chatty off"),
        ] {
            let sorted = |sort| names(&ModelQuery { sort, ..ModelQuery::default() });
            assert_eq!((sorted(Sort::up(by)).as_str(), sorted(Sort::down(by)).as_str()), (up, down), "{by:?}");
        }
        assert_eq!(ModelSort::DEFAULT, Sort::up(ModelSort::Name));
    }

    #[test]
    fn filters_keep_what_they_count_in_every_order() {
        for (show, expected) in [
            (ModelShow::All, "Chatty alpha embed off plain"),
            (ModelShow::Unserved, "embed"),
            (ModelShow::Disabled, "off"),
        ] {
            for by in ModelSort::ALL {
                for sort in [Sort::up(*by), Sort::down(*by)] {
                    let answer = page(all(), &ModelQuery { show, sort, ..ModelQuery::default() });
                    let mut kept: Vec<_> = answer.items.iter().map(|model| model.name.as_str()).collect();
                    kept.sort_unstable();
                    assert_eq!(kept.join(" "), expected, "{sort}");
                    assert_eq!(answer.counts[show.as_str()], i64::try_from(kept.len()).unwrap());
                }
            }
        }
    }

    #[test]
    fn a_search_and_what_a_model_does_narrow_all_counts() {
        let search = |text: &str| ModelQuery { search: Some(text.to_owned()), ..ModelQuery::default() };
        for (query, expected) in [
            (search(" ACME "), "alpha Chatty"),
            (search("FAST"), "alpha"),
            (ModelQuery { kind: Some(ModelKind::Embedding), ..ModelQuery::default() }, "embed"),
            (ModelQuery { capability: Some(Capability::Tools), ..search("chat") }, "Chatty"),
            (ModelQuery { capability: Some(Capability::Vision), ..ModelQuery::default() }, ""),
        ] {
            assert_eq!(names(&query), expected);
        }
        let answer = page(all(), &search("e"));
        let counts = ["all", "unserved", "disabled"].map(|word| answer.counts[word]);
        assert_eq!(counts, [4, 1, 1], "alpha and Chatty by their owner");
    }

    #[test]
    fn pages_hold_each_model_once() {
        let pages = (1..=3).map(|page| names(&ModelQuery { page, page_size: 2, ..ModelQuery::default() }));
        assert_eq!(pages.collect::<Vec<_>>(), ["alpha Chatty", "embed off", "plain"]);
    }
}
