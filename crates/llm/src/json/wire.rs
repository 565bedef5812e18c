//! Types of JSON objects as they arrive: every member optional, what isn't known kept, nothing copied.

/// Defines an object's type. Members are `Option`s, `null` is `None`, the last of two counts, and `rest` has what isn't
/// named, in order. `name as "word"` is for words that Rust keeps for itself.
macro_rules! wire {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$a:lifetime> {
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
                            $(if key == wire!(@key $field $($key)?) {
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
}

pub(crate) use wire;
