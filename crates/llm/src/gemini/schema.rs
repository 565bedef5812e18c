//! Schemas: this dialect's own kind, and JSON Schema, which newer models take as it is.

use std::borrow::Cow;

use serde_json::{Map, Value, value::RawValue};

/// A schema of this dialect's own kind as JSON Schema: types in small letters, `nullable` as a type. One that is too deep to
/// be read stays as it is.
pub(super) fn to_json_schema(raw: &RawValue) -> Cow<'_, RawValue> {
    let Ok(mut schema) = serde_json::from_str::<Value>(raw.get()) else { return Cow::Borrowed(raw) };
    lower(&mut schema);
    serde_json::value::to_raw_value(&schema).map_or(Cow::Borrowed(raw), Cow::Owned)
}

fn lower(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    if let Some(Value::String(kind)) = members.get_mut("type") {
        kind.make_ascii_lowercase();
    }
    if members.remove("nullable") == Some(Value::Bool(true))
        && let Some(kind) = members.get_mut("type")
    {
        *kind = Value::Array(vec![kind.take(), Value::String("null".to_owned())]);
    }
    members.remove("propertyOrdering");
    each_schema(members, lower);
}

/// Every schema that stands directly in another.
fn each_schema(members: &mut Map<String, Value>, mut change: impl FnMut(&mut Value)) {
    for (name, value) in members.iter_mut() {
        match (&**name, value) {
            ("properties" | "$defs" | "definitions", Value::Object(all)) => all.values_mut().for_each(&mut change),
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(all)) => all.iter_mut().for_each(&mut change),
            ("items" | "additionalProperties", one) => change(one),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_become_small_and_nullable_a_type_and_names_stay() {
        let raw: &RawValue = serde_json::from_str(
            r#"{"type":"OBJECT","properties":{"type":{"type":"STRING","nullable":true},"n":{"type":"ARRAY","items":{"type":"INTEGER","minimum":1}}},"propertyOrdering":["n","type"],"required":["type"]}"#,
        )
        .unwrap();
        assert_eq!(
            to_json_schema(raw).get(),
            r#"{"type":"object","properties":{"type":{"type":["string","null"]},"n":{"type":"array","items":{"type":"integer","minimum":1}}},"required":["type"]}"#,
        );
    }
}
