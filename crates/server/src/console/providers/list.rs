//! `GET /api/providers`

use std::{cmp::Ordering, collections::HashMap};

use api::{
    ErrorBody, Page,
    list::ListQuery,
    providers::{Provider, ProviderQuery, ProviderShow, ProviderSort},
};
use axum::{Json, extract::State};

use super::all;
use crate::{
    app::App,
    console::{error::Refusal, input::Params, listing},
};

/// Providers that a channel can point at: one's own, then the built-in ones, the best known first unless asked otherwise. `search` looks
/// at name, slug and base URL.
#[utoipa::path(
    get,
    path = "/api/providers",
    tag = "providers",
    params(ProviderQuery),
    responses((status = 200, body = Page<Provider>), (status = 400, body = ErrorBody)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<ProviderQuery>,
) -> Result<Json<Page<Provider>>, Refusal> {
    Ok(Json(page(all(&app).await?, &query)))
}

/// `providers` in the order of [`ProviderSort::Known`].
fn page(providers: Vec<Provider>, query: &ProviderQuery) -> Page<Provider> {
    let places: HashMap<String, usize> =
        providers.iter().enumerate().map(|(place, provider)| (provider.slug.clone(), place)).collect();
    let known = |provider: &Provider| places.get(&provider.slug).copied();
    let needle = query.asked().needle();
    let found = |text: &String| text.to_lowercase().contains(&needle);
    let (sort, name) = (query.sort, |provider: &Provider| provider.name.to_lowercase());
    let order = |a: &Provider, b: &Provider| -> Ordering {
        let order = match sort.by {
            ProviderSort::Known => sort.order(&known(a), &known(b)),
            ProviderSort::Name => sort.order(&name(a), &name(b)),
            ProviderSort::BaseUrl => sort.order_known(a.base_url.as_ref(), b.base_url.as_ref()),
            ProviderSort::Channels => sort.order(&a.channels, &b.channels),
            ProviderSort::Enabled => sort.order(&a.enabled, &b.enabled),
        };
        order.then_with(|| known(a).cmp(&known(b)))
    };
    listing::page(
        providers,
        query,
        |provider| found(&provider.name) || found(&provider.slug) || provider.base_url.as_ref().is_some_and(found),
        admits,
        order,
    )
}

fn admits(show: ProviderShow, provider: &Provider) -> bool {
    match show {
        ProviderShow::All => true,
        ProviderShow::Used => provider.channels > 0,
        ProviderShow::Own => !provider.builtin || provider.overridden,
        ProviderShow::Disabled => !provider.enabled,
    }
}

#[cfg(test)]
mod tests {
    use api::{
        list::{Sort, SortKey},
        providers::AuthScheme,
    };

    use super::*;

    fn provider(slug: &str) -> Provider {
        Provider {
            slug: slug.to_owned(),
            name: slug.to_uppercase(),
            tile: "Xx".to_owned(),
            base_url: Some(format!("https://{slug}.example/v1")),
            website: None,
            keys_url: None,
            auth: AuthScheme::Bearer,
            auth_header: None,
            needs_key: true,
            local: false,
            dialects: Vec::new(),
            builtin: true,
            overridden: false,
            enabled: true,
            channels: 0,
        }
    }

    fn all() -> Vec<Provider> {
        vec![
            Provider { builtin: false, ..provider("mine") },
            Provider { channels: 2, ..provider("used") },
            Provider { overridden: true, enabled: false, ..provider("off") },
            Provider { base_url: None, name: "Accounts".to_owned(), channels: 1, ..provider("cloud") },
        ]
    }

    fn slugs(query: &ProviderQuery) -> String {
        page(all(), query).items.into_iter().map(|provider| provider.slug).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn providers_come_in_every_order_and_those_alike_as_they_are_known() {
        for (by, up, down) in [
            (ProviderSort::Known, "mine used off cloud", "cloud off used mine"),
            (ProviderSort::Name, "cloud mine off used", "used off mine cloud"),
            (ProviderSort::BaseUrl, "mine off used cloud", "used off mine cloud"),
            (ProviderSort::Channels, "mine off cloud used", "used cloud mine off"),
            (ProviderSort::Enabled, "off mine used cloud", "mine used cloud off"),
        ] {
            let sorted = |sort| slugs(&ProviderQuery { sort, ..ProviderQuery::default() });
            assert_eq!((sorted(Sort::up(by)).as_str(), sorted(Sort::down(by)).as_str()), (up, down), "{by:?}");
        }
        assert_eq!(ProviderSort::DEFAULT, Sort::up(ProviderSort::Known));
    }

    #[test]
    fn filters_keep_what_they_count_in_every_order() {
        for (show, expected) in [
            (ProviderShow::All, "cloud mine off used"),
            (ProviderShow::Used, "cloud used"),
            (ProviderShow::Own, "mine off"),
            (ProviderShow::Disabled, "off"),
        ] {
            for by in ProviderSort::ALL {
                for sort in [Sort::up(*by), Sort::down(*by)] {
                    let answer = page(all(), &ProviderQuery { show, sort, ..ProviderQuery::default() });
                    let mut kept: Vec<_> = answer.items.iter().map(|provider| provider.slug.as_str()).collect();
                    kept.sort_unstable();
                    assert_eq!(kept.join(" "), expected, "{sort}");
                    assert_eq!(answer.counts[show.as_str()], i64::try_from(kept.len()).unwrap());
                }
            }
        }
    }

    #[test]
    fn providers_are_found_by_what_tells_them_apart() {
        for (search, expected) in
            [("USED.example", "used"), ("accounts", "cloud"), (" Cloud ", "cloud"), ("nobody", "")]
        {
            assert_eq!(slugs(&ProviderQuery { search: Some(search.to_owned()), ..ProviderQuery::default() }), expected);
        }
    }

    #[test]
    fn pages_hold_each_provider_once() {
        let pages = (1..=2).map(|page| slugs(&ProviderQuery { page, page_size: 3, ..ProviderQuery::default() }));
        assert_eq!(pages.collect::<Vec<_>>(), ["mine used off", "cloud"]);
    }
}
