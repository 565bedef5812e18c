//! Reads the members of a JSON object without rebuilding it, and splices bytes into it.
//!
//! A body that passes through must reach the upstream with its key order, number spelling and unknown members as they
//! were: prompt caches are prefix caches, and a client's next field is none of our business.

mod text;
mod wire;
pub(crate) mod write;

use std::{borrow::Cow, ops::Range};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

pub use text::Text;
pub(crate) use wire::{is_either, is_same, wire};

/// The members of a JSON object, in order, each with the exact bytes of its value.
#[derive(Debug)]
pub struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads `body`, which must be one JSON object.
    ///
    /// # Errors
    /// If it isn't, with line and column.
    pub fn read(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body)
    }

    /// The value of a member. `Err` if the object has it twice: two readers could disagree about which one counts.
    pub fn get(&self, name: &str) -> Result<Option<&'a RawValue>, Twice> {
        let mut found = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| *value);
        let first = found.next();
        if found.next().is_some() {
            return Err(Twice);
        }
        Ok(first)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every member, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }
}

/// The object has the member twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twice;

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some(Key(key)) = map.next_key()? {
                    members.push((key, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A member's name, borrowed unless it has escapes (`Cow` alone always copies).
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a member's name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

/// Where `part`, a slice of `whole`, stands in it.
pub(crate) fn span(whole: &[u8], part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

/// Byte edits of one body, applied together.
#[derive(Debug)]
pub struct Splice<'a> {
    body: &'a Bytes,
    edits: Vec<(Range<usize>, Vec<u8>)>,
}

impl<'a> Splice<'a> {
    pub fn new(body: &'a Bytes) -> Self {
        Self { body, edits: Vec::new() }
    }

    /// Replaces what stands at `at`.
    pub fn replace(&mut self, at: Range<usize>, with: Vec<u8>) {
        self.edits.push((at, with));
    }

    /// Adds a member at the end of the object that stands at `object`.
    pub fn append(&mut self, object: Range<usize>, is_empty: bool, member: &[u8]) {
        let Some(brace) = self.body[object.clone()].iter().rposition(|byte| *byte == b'}') else {
            return;
        };
        let at = object.start + brace;
        let comma: &[u8] = if is_empty { b"" } else { b"," };
        self.edits.push((at..at, [comma, member].concat()));
    }

    /// The edited body; the same one, not a copy, if nothing was edited.
    pub fn finish(mut self) -> Bytes {
        if self.edits.is_empty() {
            return self.body.clone();
        }
        self.edits.sort_by_key(|(at, _)| at.start);
        let added: usize = self.edits.iter().map(|(_, with)| with.len()).sum();
        let mut out = Vec::with_capacity(self.body.len() + added);
        let mut at = 0;
        for (span, with) in &self.edits {
            out.extend_from_slice(&self.body[at..span.start]);
            out.extend_from_slice(with);
            at = span.end;
        }
        out.extend_from_slice(&self.body[at..]);
        out.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_replaced_value_changes() {
        let body = Bytes::from_static(b"{ \"a\":1.0, \"model\" : \"x\",\"b\":[1e3] }");
        let members = Members::read(&body).unwrap();
        let mut splice = Splice::new(&body);
        let model = members.get("model").unwrap().unwrap().get();
        splice.replace(span(&body, model), b"\"y\"".to_vec());
        assert_eq!(&splice.finish()[..], b"{ \"a\":1.0, \"model\" : \"y\",\"b\":[1e3] }");
    }

    #[test]
    fn an_unedited_body_is_not_copied() {
        let body = Bytes::from_static(b"{}");
        assert_eq!(Splice::new(&body).finish().as_ptr(), body.as_ptr());
    }

    #[test]
    fn a_member_written_with_escapes_is_the_same_member() {
        let members = Members::read(br#"{"model":"a","\u006dodel":"b"}"#).unwrap();
        assert_eq!(members.get("model").unwrap_err(), Twice);
    }

    #[test]
    fn lone_surrogates_in_values_are_kept() {
        let body = br#"{"x":"\ud83c"}"#;
        let members = Members::read(body).unwrap();
        assert_eq!(members.get("x").unwrap().unwrap().get(), r#""\ud83c""#);
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for body in [&b"[]"[..], b"1", b"", b"{", b"{} x", b"{\"a\":}", b"\xff{}"] {
            assert!(Members::read(body).is_err(), "{body:?}");
        }
    }

    #[test]
    fn deep_nesting_is_read_without_recursion() {
        let body = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Members::read(body.as_bytes()).is_ok());
    }
}
