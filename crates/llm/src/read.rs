//! What every dialect's request reader does alike.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Failure, Kind, json::Text};

/// A number, as it was spelled.
pub(crate) fn number<'a>(name: &str, raw: Option<&'a RawValue>) -> Result<Option<&'a RawValue>, Failure> {
    match raw {
        Some(raw) if raw.get().parse::<f64>().is_err() => {
            Err(invalid(format!("`{name}` must be a number."), Some(name)))
        }
        raw => Ok(raw),
    }
}

/// A text or several.
pub(crate) fn texts<'a>(name: &str, raw: Option<&'a RawValue>) -> Result<Vec<Text<'a>>, Failure> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    match Text::of(raw) {
        Some(text) => Ok(vec![text]),
        None => parse(raw, || name.to_owned()),
    }
}

pub(crate) fn parse<'a, T: Deserialize<'a>>(raw: &'a RawValue, place: impl Fn() -> String) -> Result<T, Failure> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let place = place();
        invalid(format!("`{place}` can't be read: {error}."), Some(&place))
    })
}

pub(crate) fn invalid(message: impl Into<String>, at: Option<&str>) -> Failure {
    let failure = Failure::new(Kind::InvalidRequest, message);
    match at {
        Some(at) => failure.at(at),
        None => failure,
    }
}
