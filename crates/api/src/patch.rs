//! Changes that tell “not named” from “named as `null`”.

use serde::{Deserialize, Deserializer};

/// Reads a member that is there: `null` as `Some(None)`. With `#[serde(default)]`, an absent one stays `None`.
#[expect(clippy::option_option, reason = "absent, null and a value are three things in a patch")]
pub(crate) fn named<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
