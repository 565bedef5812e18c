//! What is shown of models. Plain data in, plain data out.

use api::{channels::ChannelStatus, models::ServedBy};

/// The part of a model's requests that a channel gets while all are healthy, in whole per cent: the highest priority gets
/// all, shared by weight. `None` for one that is disabled.
pub(crate) fn share(all: &[ServedBy], one: &ServedBy) -> Option<i64> {
    if one.status == ChannelStatus::Disabled {
        return None;
    }
    let enabled = || all.iter().filter(|served| served.status == ChannelStatus::Enabled);
    let top = enabled().map(|served| served.priority).max()?;
    if one.priority < top {
        return Some(0);
    }
    let total: i64 = enabled().filter(|served| served.priority == top).map(|served| served.weight).sum();
    Some((one.weight * 100 + total / 2) / total.max(1))
}

#[cfg(test)]
pub(crate) mod tests {
    use api::{
        Time,
        models::{Model, ModelFacts, ModelStatus},
    };

    use super::*;

    pub(crate) fn model(name: &str) -> Model {
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
            channels: 0,
            served_by: Vec::new(),
            created_at: Time::from_millis(0),
        }
    }

    fn served(priority: i64, weight: i64, status: ChannelStatus) -> ServedBy {
        ServedBy {
            channel_id: 1,
            channel_name: "c".to_owned(),
            provider: "openai".to_owned(),
            upstream_model: "m".to_owned(),
            priority,
            weight,
            status,
            test_ok: None,
        }
    }

    #[test]
    fn channels_of_the_highest_priority_share_by_weight() {
        use ChannelStatus::{Disabled, Enabled};
        let all = [served(10, 100, Enabled), served(10, 60, Enabled), served(5, 100, Enabled), served(99, 1, Disabled)];
        let shares: Vec<_> = all.iter().map(|one| share(&all, one)).collect();
        assert_eq!(shares, [Some(63), Some(38), Some(0), None]);
    }
}
