//! Types of JSON objects as they arrive: every member optional, what isn't known kept, nothing copied.

/// Defines an object's type. Members are `Option`s, `null` is `None`, the last of two counts, and `rest` has what isn't
/// named, in order. `name as "word"` is for words that Rust keeps for itself.
///
/// `camel struct` takes members in both spellings, `likeThis` and `like_this`, as protobuf's JSON does.
macro_rules! wire {
    (camel $($rest:tt)*) => { wire!(@object $crate::json::is_either; $($rest)*); };
    (@object $same:path; $(#[$meta:meta])* $vis:vis struct $name:ident<$a:lifetime> {
        $($(#[$field_meta:meta])* $field:ident $(as $key:literal)? : $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        $vis struct $name<$a> {
            $($(#[$field_meta])* pub(super) $field: Option<$type>,)*
            pub(super) rest: Vec<(std::borrow::Cow<$a, str>, &$a serde_json::value::RawValue)>,
        }

        impl<'de: $a, $a> serde::Deserialize<'de> for $name<$a> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;
                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = $name<'de>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut object = $name::default();
                        while let Some($crate::json::Key(key)) = map.next_key()? {
                            $(if $same(&key, wire!(@key $field $($key)?)) {
                                object.$field = map.next_value().map_err(|error| {
                                    <A::Error as serde::de::Error>::custom(format_args!("`{key}`: {error}"))
                                })?;
                                continue;
                            })*
                            object.rest.push((key, map.next_value()?));
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(Object)
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    ($($rest:tt)*) => { wire!(@object $crate::json::is_same; $($rest)*); };
}

pub(crate) fn is_same(key: &str, name: &str) -> bool {
    key == name
}

/// Whether `key` is `name`, or the same in the other spelling.
pub(crate) fn is_either(key: &str, name: &str) -> bool {
    if key.len() == name.len() {
        return key == name;
    }
    let mut bytes = key.bytes();
    let mut named = name.bytes();
    while let Some(byte) = named.next() {
        let expected = if byte == b'_' { named.next().map(|next| next.to_ascii_uppercase()) } else { Some(byte) };
        if bytes.next() != expected {
            return false;
        }
    }
    bytes.next().is_none()
}

pub(crate) use wire;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_the_same_member_and_others_are_not() {
        for (key, name, same) in [
            ("system_instruction", "system_instruction", true),
            ("systemInstruction", "system_instruction", true),
            ("systemInstructions", "system_instruction", false),
            ("system", "system_instruction", false),
            ("topK", "top_k", true),
            ("topk", "top_k", false),
            ("contents", "contents", true),
        ] {
            assert_eq!(is_either(key, name), same, "{key}");
        }
    }
}
