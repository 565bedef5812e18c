//! What the list shows of channels, and in which order. Plain data in, plain data out.

use std::cmp::Ordering;

use api::{
    channels::{Channel, ChannelStatus},
    providers::Provider,
};

use crate::parts::table::Sort;

/// How a channel is, in the order of who needs the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Health {
    /// The provider refused our key in the last test.
    KeyRejected,
    /// The last test failed otherwise.
    Failed,
    Untested,
    Healthy,
    Disabled,
}

impl Health {
    pub(crate) fn of(channel: &Channel) -> Self {
        match (channel.status, &channel.last_test) {
            (ChannelStatus::Disabled, _) => Self::Disabled,
            (ChannelStatus::Enabled, None) => Self::Untested,
            (ChannelStatus::Enabled, Some(test)) if test.ok => Self::Healthy,
            (ChannelStatus::Enabled, Some(test)) if matches!(test.status, Some(401 | 403)) => Self::KeyRejected,
            (ChannelStatus::Enabled, Some(_)) => Self::Failed,
        }
    }

    pub(crate) const fn needs_you(self) -> bool {
        matches!(self, Self::KeyRejected | Self::Failed)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    NeedsYou,
    Disabled,
}

impl Filter {
    pub(crate) fn admits(self, channel: &Channel) -> bool {
        let health = Health::of(channel);
        match self {
            Self::All => true,
            Self::NeedsYou => health.needs_you(),
            Self::Disabled => health == Health::Disabled,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Name,
    Health,
    Keys,
    Models,
    Priority,
    Weight,
    Latency,
}

/// The rows to show: those that the filter admits and that contain `search`, sorted.
pub(crate) fn rows(
    channels: &[Channel],
    providers: &[Provider],
    filter: Filter,
    search: &str,
    sort: Sort<Column>,
) -> Vec<Channel> {
    let search = search.trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    let mut rows: Vec<Channel> = channels
        .iter()
        .filter(|channel| filter.admits(channel))
        .filter(|channel| {
            found(&channel.name)
                || found(&channel.provider)
                || provider(providers, &channel.provider).is_some_and(|provider| found(&provider.name))
                || channel.models.iter().any(|model| found(model))
        })
        .cloned()
        .collect();
    rows.sort_by(|a, b| {
        let order = compare(a, b, sort.by);
        let order = if sort.descending { order.reverse() } else { order };
        order.then_with(|| by_name(a, b))
    });
    rows
}

/// Ascending. Numbers that people look for at the top (priority, weight, counts) start with the largest.
fn compare(a: &Channel, b: &Channel, column: Column) -> Ordering {
    match column {
        Column::Name => by_name(a, b),
        Column::Health => Health::of(a).cmp(&Health::of(b)),
        Column::Keys => b.keys.len().cmp(&a.keys.len()),
        Column::Models => b.models.len().cmp(&a.models.len()),
        Column::Priority => b.priority.cmp(&a.priority),
        Column::Weight => b.weight.cmp(&a.weight),
        Column::Latency => latency(a).cmp(&latency(b)),
    }
}

fn by_name(a: &Channel, b: &Channel) -> Ordering {
    a.name.to_lowercase().cmp(&b.name.to_lowercase()).then(a.id.cmp(&b.id))
}

/// Of the last test if it was answered; channels without one come last.
fn latency(channel: &Channel) -> i64 {
    channel.last_test.as_ref().filter(|test| test.ok).map_or(i64::MAX, |test| test.latency_ms)
}

pub(crate) fn provider<'a>(providers: &'a [Provider], slug: &str) -> Option<&'a Provider> {
    providers.iter().find(|provider| provider.slug == slug)
}

/// The sentence in a provider's error body; the body itself if it has none.
pub(crate) fn said(body: &str) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let sentence = parsed.as_ref().and_then(|body| {
        let error = body.get("error").unwrap_or(body);
        error.get("message").unwrap_or(error).as_str()
    });
    sentence.unwrap_or(body).trim().to_owned()
}

/// `api.example.com`, or an address with its port: what tells two addresses apart.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use api::{Time, channels::ChannelTest};

    use super::*;

    pub(crate) fn channel(id: i64, name: &str) -> Channel {
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
            last_test: None,
            created_at: Time::from_millis(0),
            updated_at: Time::from_millis(0),
        }
    }

    fn tested(channel: Channel, ok: bool, status: Option<u16>, latency_ms: i64) -> Channel {
        let last_test = ChannelTest {
            ok,
            model: "gpt-5-mini".to_owned(),
            key_last4: "41f0".to_owned(),
            status,
            latency_ms,
            error: None,
            tested_at: Time::from_millis(0),
        };
        Channel { last_test: Some(last_test), ..channel }
    }

    fn names(rows: &[Channel]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    const BY_HEALTH: Sort<Column> = Sort { by: Column::Health, descending: false };

    #[test]
    fn channels_that_need_the_reader_come_first() {
        let disabled = Channel { status: ChannelStatus::Disabled, ..tested(channel(1, "off"), false, None, 0) };
        let all = [
            disabled,
            tested(channel(2, "good"), true, Some(200), 400),
            channel(3, "new"),
            tested(channel(4, "away"), false, None, 0),
            tested(channel(5, "refused"), false, Some(401), 80),
        ];
        assert_eq!(names(&rows(&all, &[], Filter::All, "", BY_HEALTH)), ["refused", "away", "new", "good", "off"]);
        assert_eq!(names(&rows(&all, &[], Filter::NeedsYou, "", BY_HEALTH)), ["refused", "away"]);
        assert_eq!(names(&rows(&all, &[], Filter::Disabled, "", BY_HEALTH)), ["off"]);
    }

    #[test]
    fn search_finds_names_providers_and_models_in_any_case() {
        let mut moonshot = channel(1, "月之暗面 · 生产");
        moonshot.provider = "moonshot".to_owned();
        moonshot.models = vec!["kimi-k2".to_owned()];
        let all = [moonshot, channel(2, "OpenAI · team")];
        for search in ["月之", "MoonShot", "KIMI", " kimi "] {
            assert_eq!(names(&rows(&all, &[], Filter::All, search, BY_HEALTH)), ["月之暗面 · 生产"], "{search}");
        }
        assert_eq!(rows(&all, &[], Filter::All, "claude", BY_HEALTH).len(), 0);
    }

    #[test]
    fn the_fastest_comes_first_and_the_unmeasured_last() {
        let all = [
            channel(1, "new"),
            tested(channel(2, "slow"), true, Some(200), 2_000),
            tested(channel(3, "fast"), true, Some(200), 100),
        ];
        let sort = Sort { by: Column::Latency, descending: false };
        assert_eq!(names(&rows(&all, &[], Filter::All, "", sort)), ["fast", "slow", "new"]);
    }

    #[test]
    fn equal_rows_stay_in_the_order_of_their_names_in_both_directions() {
        let all = [channel(1, "b"), channel(2, "A"), channel(3, "c")];
        for descending in [false, true] {
            let sort = Sort { by: Column::Priority, descending };
            assert_eq!(names(&rows(&all, &[], Filter::All, "", sort)), ["A", "b", "c"]);
        }
    }

    #[test]
    fn a_provider_is_quoted_by_its_sentence() {
        assert_eq!(said(r#"{"error": {"message": "Incorrect API key.", "code": 1}}"#), "Incorrect API key.");
        assert_eq!(said(r#"{"error": "model not found"}"#), "model not found");
        assert_eq!(said(r#"{"message": "No auth"}"#), "No auth");
        for odd in ["upstream timed out", r#"{"detail": []}"#, r#"[{"error": 1}]"#, ""] {
            assert_eq!(said(odd), odd);
        }
    }

    #[test]
    fn an_address_is_told_by_its_host_and_port() {
        assert_eq!(host("http://192.168.1.20:11434/v1"), "192.168.1.20:11434");
        assert_eq!(host("https://api.deepseek.com"), "api.deepseek.com");
    }
}
