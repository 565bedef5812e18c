//! What the list shows of models, and in which order. Plain data in, plain data out.

use std::cmp::Ordering;

use api::{
    channels::ChannelStatus,
    models::{Capability, Model, ModelStatus, ServedBy},
};

use crate::parts::table::Sort;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    /// No enabled channel serves it.
    Unserved,
    Disabled,
}

impl Filter {
    pub(crate) fn admits(self, model: &Model) -> bool {
        match self {
            Self::All => true,
            Self::Unserved => model.channels == 0,
            Self::Disabled => model.status == ModelStatus::Disabled,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Name,
    Kind,
    Context,
    Output,
    Served,
}

/// The rows to show: those that the filters admit and that contain `search`, sorted.
pub(crate) fn rows(
    models: &[Model],
    filter: Filter,
    can: Option<Capability>,
    search: &str,
    sort: Sort<Column>,
) -> Vec<Model> {
    let search = search.trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    let mut rows: Vec<Model> = models
        .iter()
        .filter(|model| filter.admits(model) && can.is_none_or(|can| model.capabilities.contains(&can)))
        .filter(|model| {
            found(&model.name)
                || model.aliases.iter().any(|alias| found(alias))
                || model.owner.as_deref().is_some_and(found)
        })
        .cloned()
        .collect();
    rows.sort_by(|a, b| {
        let order = compare(a, b, sort.by);
        let order = if sort.descending { order.reverse() } else { order };
        order.then_with(|| a.name.cmp(&b.name))
    });
    rows
}

/// Ascending. Numbers start with the largest, and what isn't known comes last.
fn compare(a: &Model, b: &Model, column: Column) -> Ordering {
    match column {
        Column::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        Column::Kind => (a.kind.is_none(), a.kind).cmp(&(b.kind.is_none(), b.kind)),
        Column::Context => b.context.cmp(&a.context),
        Column::Output => b.max_output.cmp(&a.max_output),
        Column::Served => b.channels.cmp(&a.channels),
    }
}

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
    use api::{Time, models::ModelFacts};

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

    #[test]
    fn models_are_found_by_every_name_and_what_is_unknown_sorts_last() {
        let known =
            Model { context: Some(8), aliases: vec!["fast".to_owned()], owner: Some("Us".to_owned()), ..model("b") };
        let wide = Model { context: Some(1_000), channels: 1, capabilities: vec![Capability::Tools], ..model("c") };
        let all = [model("a"), known, wide];
        let by = |by, descending| Sort { by, descending };
        let names = |rows: Vec<Model>| rows.into_iter().map(|model| model.name).collect::<String>();
        assert_eq!(names(rows(&all, Filter::All, None, "", by(Column::Context, false))), "cba");
        assert_eq!(names(rows(&all, Filter::All, None, "", by(Column::Name, true))), "cba");
        for search in ["FAST", " us "] {
            assert_eq!(names(rows(&all, Filter::All, None, search, by(Column::Name, false))), "b");
        }
        assert_eq!(names(rows(&all, Filter::Unserved, None, "", by(Column::Name, false))), "ab");
        assert_eq!(names(rows(&all, Filter::All, Some(Capability::Tools), "", by(Column::Name, false))), "c");
    }
}
