//! JSON strings that nobody has to decode.

use std::{borrow::Cow, fmt};

use memchr::memchr;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

/// A JSON string as it was written: what stands between its quotes, escapes and all.
///
/// What people and models say crosses the gateway from one JSON document into another. Kept in this form it is copied, not
/// decoded and encoded again, and halves of surrogate pairs, which JavaScript upstreams cut strings into and which no Rust
/// string can hold, pass like everything else.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// The string that `raw` is, if it is one.
    pub fn of(raw: &'a RawValue) -> Option<Self> {
        let text = raw.get();
        text.starts_with('"').then(|| Self(Cow::Borrowed(&text[1..text.len() - 1])))
    }

    /// Words of this program's own, or words that were decoded.
    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        let is_safe = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
        if text.bytes().all(is_safe) {
            return Self(text);
        }
        let quoted = serde_json::to_string(&text).expect("a text is JSON");
        Self(Cow::Owned(quoted[1..quoted.len() - 1].to_owned()))
    }

    /// A part of another text, cut where no escape is.
    #[cfg(test)]
    pub(crate) fn cut(escaped: &'a str) -> Self {
        Self(Cow::Borrowed(escaped))
    }

    /// The same, copied.
    pub(crate) fn escaped_owned(escaped: String) -> Self {
        Self(Cow::Owned(escaped))
    }

    /// What stands between the quotes.
    pub fn escaped(&self) -> &str {
        &self.0
    }

    /// The text itself. Half a surrogate pair becomes U+FFFD.
    pub fn decode(&self) -> Cow<'_, str> {
        if memchr(b'\\', self.0.as_bytes()).is_none() { Cow::Borrowed(&self.0) } else { Cow::Owned(unescape(&self.0)) }
    }

    /// The same, for as long as the document is there.
    pub fn into_decoded(self) -> Cow<'a, str> {
        if memchr(b'\\', self.0.as_bytes()).is_none() { self.0 } else { Cow::Owned(unescape(&self.0)) }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        let mut rest = &*self.0;
        while let Some(shorter) = [" ", "\\n", "\\t", "\\r"].iter().find_map(|space| rest.strip_prefix(space)) {
            rest = shorter;
        }
        rest.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds another text at the end.
    pub fn push(&mut self, other: &Text<'_>) {
        if self.0.is_empty() {
            self.0 = Cow::Owned(other.0.to_string());
        } else {
            self.0.to_mut().push_str(&other.0);
        }
    }

    pub fn borrowed(&self) -> Text<'_> {
        Text(Cow::Borrowed(&self.0))
    }

    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }

    /// Takes off half a surrogate pair at the end: the other half comes with the next piece of a stream.
    pub(crate) fn split_half(&self) -> (Text<'_>, Option<&str>) {
        let whole = (self.borrowed(), None);
        let Some(at) = self.0.len().checked_sub(6) else { return whole };
        if !self.0.is_char_boundary(at) || !is_surrogate(&self.0[at..], b"89abAB") {
            return whole;
        }
        let backslashes = self.0.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 1 {
            return whole;
        }
        (Text(Cow::Borrowed(&self.0[..at])), Some(&self.0[at..]))
    }
}

impl Text<'_> {
    /// The same with every half of a surrogate pair that lacks the other replaced: strict readers refuse those.
    pub(crate) fn mended(self) -> Self {
        let escaped = &*self.0;
        let is_suspect = |at: usize| matches!(escaped.as_bytes().get(at + 2), Some(b'd' | b'D'));
        if !memchr::memmem::find_iter(escaped.as_bytes(), b"\\u").any(is_suspect) {
            return self;
        }
        let mut out = String::with_capacity(escaped.len());
        let mut rest = escaped;
        while let Some(at) = memchr(b'\\', rest.as_bytes()) {
            let escape = &rest[at..];
            let (kept, length) = match escape.as_bytes().get(1) {
                Some(b'u') => match unicode(escape) {
                    (char::REPLACEMENT_CHARACTER, length) => ("\\ufffd", length),
                    (_, length) => (&escape[..length], length),
                },
                _ => (&escape[..escape.len().min(2)], escape.len().min(2)),
            };
            out.push_str(&rest[..at]);
            out.push_str(kept);
            rest = &escape[length..];
        }
        out.push_str(rest);
        Self(Cow::Owned(out))
    }
}

/// Whether `escape` is `\uD…` with one of these as second digit.
fn is_surrogate(escape: &str, second: &[u8]) -> bool {
    let escape = escape.as_bytes();
    escape.len() == 6
        && escape.starts_with(b"\\u")
        && matches!(escape[2], b'd' | b'D')
        && second.contains(&escape[3])
        && escape[4..].iter().all(u8::is_ascii_hexdigit)
}

fn unescape(escaped: &str) -> String {
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        let mut length = 2;
        out.push(match escape {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let (char, taken) = unicode(&rest[at..]);
                length = taken;
                char
            }
            other => char::from(other),
        });
        rest = rest.get(at + length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The character that `\uXXXX`, or a pair of them, is, and how long that was.
fn unicode(escape: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else { return (char::REPLACEMENT_CHARACTER, 2) };
    match char::decode_utf16([first].into_iter().chain(unit(6))).next() {
        Some(Ok(char)) if char > '\u{ffff}' => (char, 12),
        Some(Ok(char)) => (char, 6),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Text::of(raw).ok_or_else(|| D::Error::custom("must be a text"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Text<'_> {
        Text::of(serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn a_text_is_decoded_as_the_standard_says_and_half_pairs_are_replaced() {
        for (json, plain) in [
            (r#""""#, ""),
            (r#""a""#, "a"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u00e9\u6708""#, "é月"),
            (r#""\ud83c\udf26!""#, "🌦!"),
            (r#""\ud83c""#, "\u{fffd}"),
            (r#""\ud83cx""#, "\u{fffd}x"),
            (r#""\udf26\ud83c\u0041""#, "\u{fffd}\u{fffd}A"),
        ] {
            assert_eq!(read(json).decode(), plain, "{json}");
        }
    }

    #[test]
    fn half_a_pair_at_the_end_is_found_and_an_escaped_backslash_is_not_taken_for_one() {
        assert_eq!(read(r#""ab\ud83c""#).split_half(), (Text::cut("ab"), Some("\\ud83c")));
        assert_eq!(read(r#""\\ud83c""#).split_half().1, None);
        assert_eq!(read(r#""\\\ud83c""#).split_half(), (Text::cut("\\\\"), Some("\\ud83c")));
        assert_eq!(read(r#""\udf26""#).split_half().1, None);
        assert_eq!(read(r#""é月a12""#).split_half().1, None);
    }

    #[test]
    fn a_half_that_lacks_the_other_is_replaced_and_nothing_else_changes() {
        for (json, mended) in [
            (r#""a\ud83c""#, r"a\ufffd"),
            (r#""\\ud83c""#, r"\\ud83c"),
            (r#""x\ud83cy\n""#, r"x\ufffdy\n"),
            (r#""\udf26 \ud83c\udf26""#, r"\ufffd \ud83c\udf26"),
            (r#""\u00e9\u0022""#, r"\u00e9\u0022"),
        ] {
            assert_eq!(read(json).mended().escaped(), mended, "{json}");
        }
    }

    #[test]
    fn blank_is_white_space_however_it_is_written() {
        for (json, blank) in [(r#""""#, true), (r#"" \n\t\r ""#, true), (r#"" a""#, false), (r#""\\n""#, false)] {
            assert_eq!(read(json).is_blank(), blank, "{json}");
        }
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in ".*") {
            prop_assert_eq!(Text::plain(text.as_str()).into_decoded(), text.as_str());
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(read(&json).into_decoded(), text.as_str());
        }
    }
}
