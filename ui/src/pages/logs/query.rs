//! What a person asks of the log: chips such as `state:failed`, words, and a range of time. As text it is part of the page's address.

use std::fmt::Write as _;

use api::{
    Time,
    logs::{Log, LogQuery, LogState},
};
use serde::{Deserialize, Serialize};

use crate::range::Range;

/// What a chip is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    State,
    Model,
    Key,
    Channel,
    User,
    Endpoint,
}

impl Field {
    pub(crate) const ALL: [Self; 6] = [Self::State, Self::Model, Self::Key, Self::Channel, Self::User, Self::Endpoint];

    /// As it is typed, the same in every language.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Model => "model",
            Self::Key => "key",
            Self::Channel => "channel",
            Self::User => "user",
            Self::Endpoint => "endpoint",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chip {
    pub(crate) field: Field,
    pub(crate) value: String,
}

impl Chip {
    pub(crate) fn new(field: Field, value: impl Into<String>) -> Self {
        Self { field, value: value.into() }
    }
}

/// Chips and words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) chips: Vec<Chip>,
    pub(crate) words: String,
}

impl Asked {
    /// The chip that is being typed at the end of `text`, if it is one.
    pub(crate) fn typing(text: &str) -> Option<Chip> {
        let starts = |field: Field| {
            let start = text.rfind(field.name())?;
            let value = text[start..].strip_prefix(field.name())?.strip_prefix([':', '：'])?;
            let whole = text[..start].chars().next_back().is_none_or(char::is_whitespace);
            whole.then_some((start, field, value))
        };
        let (_, field, value) = Field::ALL.into_iter().filter_map(starts).max_by_key(|(start, ..)| *start)?;
        let ends = if value.starts_with('"') { '"' } else { ' ' };
        let value = value.strip_prefix('"').unwrap_or(value);
        (!value.contains(ends)).then(|| Chip::new(field, value))
    }

    /// Reads `state:failed key:"build bot" words`. What isn't a chip is a word.
    pub(crate) fn parse(text: &str) -> Self {
        let mut asked = Self::default();
        let mut words: Vec<String> = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let chip = Field::ALL.into_iter().find_map(|field| {
                let value = rest.strip_prefix(field.name())?.strip_prefix([':', '：'])?;
                Some((field, value))
            });
            let (token, after) = match chip {
                Some((_, value)) => token(value),
                None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
            };
            match chip {
                Some((field, _)) if !token.is_empty() => asked.set(Chip::new(field, token)),
                Some((field, _)) => words.push(format!("{}:", field.name())),
                None => words.push(token.to_owned()),
            }
            rest = after.trim_start();
        }
        asked.words = words.join(" ");
        asked
    }

    /// The text that [`Asked::parse`] reads.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for chip in &self.chips {
            let quote = if chip.value.contains(char::is_whitespace) { "\"" } else { "" };
            let _infallible = write!(out, "{}:{quote}{}{quote} ", chip.field.name(), chip.value);
        }
        out.push_str(&self.words);
        out.trim_end().to_owned()
    }

    /// One chip a field: the last one counts.
    pub(crate) fn set(&mut self, chip: Chip) {
        self.chips.retain(|known| known.field != chip.field);
        self.chips.push(chip);
    }

    pub(crate) fn with(mut self, chip: Chip) -> Self {
        self.set(chip);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chips.is_empty() && self.words.is_empty()
    }

    /// What to ask the server; the chips that name nothing, if any.
    pub(crate) fn query(&self, names: &Names) -> Result<LogQuery, Vec<Chip>> {
        let mut query = LogQuery::default();
        let mut unknown = Vec::new();
        for chip in &self.chips {
            let value = chip.value.as_str();
            let found = match chip.field {
                Field::State => {
                    query.state = LogState::ALL.into_iter().find(|state| state.as_str() == value);
                    query.state.is_some()
                }
                Field::Model => {
                    query.model = Some(value.to_owned());
                    true
                }
                Field::Endpoint => {
                    query.endpoint = Some(value.to_owned());
                    true
                }
                Field::Key => {
                    query.key_id = Names::find(&names.keys, value);
                    query.key_id.is_some()
                }
                Field::Channel => {
                    query.channel_id = Names::find(&names.channels, value);
                    query.channel_id.is_some()
                }
                Field::User => {
                    query.user_id = Names::find(&names.users, value);
                    query.user_id.is_some()
                }
            };
            if !found {
                unknown.push(chip.clone());
            }
        }
        if !self.words.is_empty() {
            query.text = Some(self.words.clone());
        }
        if unknown.is_empty() { Ok(query) } else { Err(unknown) }
    }
}

/// Up to the next space, or what stands in quotes.
fn token(text: &str) -> (&str, &str) {
    if let Some(quoted) = text.strip_prefix('"')
        && let Some((value, after)) = quoted.split_once('"')
    {
        return (value, after);
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// A list's ids and names.
pub(crate) type Named = Vec<(i64, String)>;

/// What ids are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) keys: Named,
    pub(crate) channels: Named,
    pub(crate) users: Named,
}

impl Names {
    /// Those that chips of this field are about; `None` where a chip's value is what the server is asked.
    pub(crate) fn of(&mut self, field: Field) -> Option<&mut Named> {
        match field {
            Field::Key => Some(&mut self.keys),
            Field::Channel => Some(&mut self.channels),
            Field::User => Some(&mut self.users),
            Field::State | Field::Model | Field::Endpoint => None,
        }
    }

    /// By name; by number where the name is gone.
    fn find(names: &[(i64, String)], value: &str) -> Option<i64> {
        let found = names.iter().find(|(_, name)| name == value).map(|(id, _)| *id);
        found.or_else(|| value.strip_prefix('#').unwrap_or(value).parse().ok())
    }
}

/// Whether the server would list a request; so that live rows obey the filter.
pub(crate) fn admits(query: &LogQuery, log: &Log) -> bool {
    fn is<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
        wanted.is_none_or(|wanted| found == Some(wanted))
    }
    let has = |text: &str| {
        let words = text.trim().to_lowercase();
        let texts = [Some(&log.model), Some(&log.key_name), log.error.as_ref(), log.client_ip.as_ref()];
        log.id.starts_with(&words) || texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&words))
    };
    is(query.state.as_ref(), Some(&log.state))
        && is(query.model.as_ref(), Some(&log.model))
        && is(query.key_id.as_ref(), Some(&log.key_id))
        && is(query.channel_id.as_ref(), log.channel_id.as_ref())
        && is(query.user_id.as_ref(), Some(&log.user_id))
        && is(query.endpoint.as_ref(), Some(&log.endpoint))
        && query.from.is_none_or(|from| log.created_at >= from)
        && query.text.as_deref().is_none_or(has)
}

/// The question as the server takes it. A range that ends now has no end, so that new requests belong to it.
pub(crate) fn bound(query: LogQuery, range: Range, now: i64) -> LogQuery {
    let (from, to) = range.bounds(now);
    let to = matches!(range, Range::Between(..)).then(|| Time::from_millis(to));
    LogQuery { from: Some(Time::from_millis(from)), to, ..query }
}

/// The page's address after `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
}

impl Address {
    pub(crate) fn new(asked: &Asked, range: Range) -> Self {
        let (named, from, to) = range.words();
        Self { q: asked.text(), range: named, from, to }
    }

    pub(crate) fn asked(&self) -> Asked {
        Asked::parse(&self.q)
    }

    pub(crate) fn range(&self) -> Range {
        Range::read(self.range.as_deref(), self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::range::Span;

    #[test]
    fn the_chip_that_is_being_typed_is_the_last_one() {
        assert_eq!(Asked::typing("key:lap"), Some(Chip::new(Field::Key, "lap")));
        assert_eq!(Asked::typing("words channel:\"Main ch"), Some(Chip::new(Field::Channel, "Main ch")));
        assert_eq!(Asked::typing("key:laptop user:"), Some(Chip::new(Field::User, "")));
        for none in ["", "laptop", "key:laptop words", "monkey:", "key:\"a b\" words"] {
            assert_eq!(Asked::typing(none), None, "{none}");
        }
    }

    fn names() -> Names {
        Names {
            keys: vec![(7, "build bot".to_owned())], channels: vec![(3, "月之暗面".to_owned())], users: Vec::new()
        }
    }

    #[test]
    fn chips_and_words_are_read_and_written() {
        let text = "state:failed key:\"build bot\" channel:月之暗面 rate limit";
        let asked = Asked::parse(text);
        assert_eq!((asked.chips.len(), asked.words.as_str()), (3, "rate limit"));
        assert_eq!(asked.text(), text);
        let query = asked.query(&names()).unwrap();
        assert_eq!((query.state, query.key_id, query.channel_id), (Some(LogState::Failed), Some(7), Some(3)));
        assert_eq!(query.text.as_deref(), Some("rate limit"));
    }

    #[test]
    fn a_chip_without_a_value_or_with_an_open_quote_is_no_trap() {
        assert_eq!(Asked::parse("state: x").words, "state: x");
        assert_eq!(Asked::parse("model:\"a b").chips, [Chip::new(Field::Model, "\"a")]);
        assert_eq!(Asked::parse("http://x").words, "http://x");
        assert_eq!(Asked::parse("model:a model:b").chips, [Chip::new(Field::Model, "b")]);
    }

    #[test]
    fn a_name_that_nobody_has_is_named_back() {
        assert_eq!(Asked::parse("key:gone").query(&names()), Err(vec![Chip::new(Field::Key, "gone")]));
        assert_eq!(Asked::parse("state:odd").query(&names()).unwrap_err().len(), 1);
        assert_eq!(Asked::parse("key:#12").query(&names()).unwrap().key_id, Some(12));
    }

    #[test]
    fn an_address_brings_back_what_was_asked() {
        let asked = Asked::parse("model:gpt-5 x");
        for range in [Range::Last(Span::Day), Range::Last(Span::Hour), Range::Between(5, 9)] {
            let address = Address::new(&asked, range);
            assert_eq!((address.asked(), address.range()), (asked.clone(), range));
        }
    }
}
