//! `GET /api/channels`

use std::{cmp::Ordering, collections::HashMap};

use api::{
    ErrorBody, Page,
    channels::{Channel, ChannelQuery, ChannelShow, ChannelSort, Health},
    list::{ListQuery, Sort},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params, listing},
    providers,
};

/// Channels, those that need the reader first unless asked otherwise. `search` looks at name, provider and models.
#[utoipa::path(
    get,
    path = "/api/channels",
    tag = "channels",
    params(ChannelQuery),
    responses((status = 200, body = Page<Channel>), (status = 400, body = ErrorBody)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<ChannelQuery>,
) -> Result<Json<Page<Channel>>, Refusal> {
    let known = providers::in_effect(app.store.providers().all().await?);
    let providers: HashMap<String, String> =
        known.into_iter().map(|provider| (provider.slug, provider.name.to_lowercase())).collect();
    Ok(Json(page(app.store.channels().all().await?, &providers, &query)))
}

/// `providers` are names in lower case by slug.
fn page(channels: Vec<Channel>, providers: &HashMap<String, String>, query: &ChannelQuery) -> Page<Channel> {
    let needle = query.asked().needle();
    let found = |text: &String| text.to_lowercase().contains(&needle);
    listing::page(
        channels,
        query,
        |channel| {
            found(&channel.name)
                || found(&channel.provider)
                || providers.get(&channel.provider).is_some_and(|name| name.contains(&needle))
                || channel.models.iter().any(found)
        },
        admits,
        |a, b| compare(query.sort, a, b).then_with(|| by_name(a, b)),
    )
}

fn admits(show: ChannelShow, channel: &Channel) -> bool {
    match show {
        ChannelShow::All => true,
        ChannelShow::NeedsYou => Health::of(channel).needs_you(),
        ChannelShow::Disabled => Health::of(channel) == Health::Disabled,
    }
}

fn compare(sort: Sort<ChannelSort>, a: &Channel, b: &Channel) -> Ordering {
    match sort.by {
        ChannelSort::Name => sort.order(&a.name.to_lowercase(), &b.name.to_lowercase()),
        ChannelSort::Health => sort.order(&Health::of(a), &Health::of(b)),
        ChannelSort::Keys => sort.order(&a.keys.len(), &b.keys.len()),
        ChannelSort::Models => sort.order(&a.models.len(), &b.models.len()),
        ChannelSort::Priority => sort.order(&a.priority, &b.priority),
        ChannelSort::Weight => sort.order(&a.weight, &b.weight),
        ChannelSort::Latency => sort.order_known(latency(a), latency(b)),
    }
}

fn by_name(a: &Channel, b: &Channel) -> Ordering {
    a.name.to_lowercase().cmp(&b.name.to_lowercase()).then(a.id.cmp(&b.id))
}

/// Of the last test if it passed.
fn latency(channel: &Channel) -> Option<&i64> {
    channel.last_test.as_ref().filter(|test| test.ok).map(|test| &test.latency_ms)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use api::{
        Time,
        channels::{ChannelStatus, ChannelTest},
        list::SortKey,
    };

    use super::*;

    fn channel(id: i64, name: &str) -> Channel {
        Channel {
            id,
            name: name.to_owned(),
            provider: "openai".to_owned(),
            base_url: None,
            models: vec!["gpt-5-mini".to_owned()],
            model_mapping: BTreeMap::new(),
            groups: vec!["default".to_owned()],
            priority: 0,
            weight: 100,
            status: ChannelStatus::Enabled,
            keys: Vec::new(),
            test_model: None,
            on_disconnect: api::channels::OnDisconnect::Cancel,
            last_test: None,
            created_at: Time::from_millis(0),
            updated_at: Time::from_millis(0),
        }
    }

    fn tested(channel: Channel, ok: bool, status: Option<u16>, latency_ms: i64) -> Channel {
        let last_test = ChannelTest {
            ok,
            model: "gpt-5-mini".to_owned(),
            asked: api::models::ModelKind::Chat,
            key_last4: "41f0".to_owned(),
            status,
            latency_ms,
            error: None,
            tested_at: Time::from_millis(0),
        };
        Channel { last_test: Some(last_test), ..channel }
    }

    /// In every state; as for their numbers, two are always alike.
    fn all() -> Vec<Channel> {
        vec![
            Channel { status: ChannelStatus::Disabled, priority: 5, ..tested(channel(1, "off"), false, None, 0) },
            Channel { weight: 7, ..tested(channel(2, "Good"), true, Some(200), 400) },
            channel(3, "new"),
            Channel { models: vec!["a".to_owned(), "b".to_owned()], ..tested(channel(4, "away"), false, None, 0) },
            tested(channel(5, "refused"), false, Some(401), 80),
            Channel { weight: 7, priority: 5, ..tested(channel(6, "quick"), true, Some(200), 100) },
        ]
    }

    fn names(query: &ChannelQuery) -> Vec<String> {
        page(all(), &HashMap::new(), query).items.into_iter().map(|channel| channel.name).collect()
    }

    #[test]
    fn channels_come_in_every_order_and_those_alike_by_name() {
        for (by, up, down) in [
            (ChannelSort::Name, "away Good new off quick refused", "refused quick off new Good away"),
            (ChannelSort::Health, "refused away new Good quick off", "off Good quick new away refused"),
            (ChannelSort::Keys, "away Good new off quick refused", "away Good new off quick refused"),
            (ChannelSort::Models, "Good new off quick refused away", "away Good new off quick refused"),
            (ChannelSort::Priority, "away Good new refused off quick", "off quick away Good new refused"),
            (ChannelSort::Weight, "Good quick away new off refused", "away new off refused Good quick"),
            (ChannelSort::Latency, "quick Good away new off refused", "Good quick away new off refused"),
        ] {
            let sorted = |sort| names(&ChannelQuery { sort, ..ChannelQuery::default() }).join(" ");
            assert_eq!((sorted(Sort::up(by)).as_str(), sorted(Sort::down(by)).as_str()), (up, down), "{by:?}");
        }
        assert_eq!(ChannelSort::DEFAULT, Sort::up(ChannelSort::Health));
    }

    #[test]
    fn filters_keep_what_they_count() {
        for (show, expected) in [
            (ChannelShow::All, &["refused", "away", "new", "Good", "quick", "off"][..]),
            (ChannelShow::NeedsYou, &["refused", "away"]),
            (ChannelShow::Disabled, &["off"]),
        ] {
            let answer = page(all(), &HashMap::new(), &ChannelQuery { show, ..ChannelQuery::default() });
            assert_eq!(answer.items.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), expected);
            assert_eq!(answer.counts[show.as_str()], i64::try_from(expected.len()).unwrap());
        }
        let search =
            ChannelQuery { search: Some("OFF".to_owned()), show: ChannelShow::NeedsYou, ..ChannelQuery::default() };
        let answer = page(all(), &HashMap::new(), &search);
        let counts = ["all", "needs_you", "disabled"].map(|word| answer.counts[word]);
        assert_eq!((answer.total, counts), (0, [1, 0, 1]), "a search is counted too");
    }

    #[test]
    fn pages_hold_each_channel_once_in_every_order() {
        for by in ChannelSort::ALL {
            for sort in [Sort::up(*by), Sort::down(*by)] {
                let pages = (1..=3).map(|page| ChannelQuery { page, page_size: 2, sort, ..ChannelQuery::default() });
                let mut seen: Vec<_> = pages.flat_map(|query| names(&query)).collect();
                seen.sort();
                assert_eq!(seen, ["Good", "away", "new", "off", "quick", "refused"], "{sort}");
            }
        }
    }

    #[test]
    fn search_finds_names_providers_and_models_in_any_case() {
        let mut moonshot = channel(1, "月之暗面 · 生产");
        moonshot.provider = "kimi".to_owned();
        moonshot.models = vec!["k2-thinking".to_owned()];
        let all = [moonshot, channel(2, "OpenAI · team")];
        let providers = HashMap::from([("kimi".to_owned(), "moonshot ai".to_owned())]);
        let count = |search: &str| {
            let query = ChannelQuery { search: Some(search.to_owned()), ..ChannelQuery::default() };
            page(all.to_vec(), &providers, &query).items.iter().map(|channel| channel.id).collect::<Vec<_>>()
        };
        for search in ["月之", "MoonShot", "KIMI", " k2-Think "] {
            assert_eq!(count(search), [1], "{search}");
        }
        assert_eq!(count("claude"), [0; 0]);
    }
}
