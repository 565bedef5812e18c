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
    if members.shift_remove("nullable") == Some(Value::Bool(true))
        && let Some(kind) = members.get_mut("type")
    {
        *kind = Value::Array(vec![kind.take(), Value::String("null".to_owned())]);
    }
    members.shift_remove("propertyOrdering");
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

/// What the dialect takes of JSON Schema.
const KNOWN: [&str; 21] = [
    "$id",
    "$defs",
    "$ref",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "oneOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
];

/// What it refuses. Whatever else a schema has is rare enough to be told by the provider.
const REFUSED: [&str; 31] = [
    "\"$schema\"",
    "\"$comment\"",
    "\"const\"",
    "\"default\"",
    "\"example\"",
    "\"examples\"",
    "\"exclusiveMinimum\"",
    "\"exclusiveMaximum\"",
    "\"multipleOf\"",
    "\"pattern\"",
    "\"patternProperties\"",
    "\"propertyNames\"",
    "\"minLength\"",
    "\"maxLength\"",
    "\"minProperties\"",
    "\"maxProperties\"",
    "\"allOf\"",
    "\"not\"",
    "\"if\"",
    "\"dependentRequired\"",
    "\"dependentSchemas\"",
    "\"dependencies\"",
    "\"definitions\"",
    "\"uniqueItems\"",
    "\"contains\"",
    "\"contentEncoding\"",
    "\"contentMediaType\"",
    "\"readOnly\"",
    "\"writeOnly\"",
    "\"deprecated\"",
    "\"unevaluatedProperties\"",
];

/// Words about a schema, which nobody misses.
const NOTES: [&str; 9] =
    ["$schema", "$comment", "default", "example", "examples", "readOnly", "writeOnly", "deprecated", "definitions"];

/// JSON Schema that the dialect takes, and whether a constraint had to be left out. One that has nothing to be left out
/// stays as it was spelled.
pub(super) fn accepted(schema: &str) -> (Cow<'_, str>, bool) {
    let is_suspect = REFUSED.iter().any(|word| memchr::memmem::find(schema.as_bytes(), word.as_bytes()).is_some());
    let Some(mut value) = is_suspect.then(|| serde_json::from_str::<Value>(schema).ok()).flatten() else {
        return (Cow::Borrowed(schema), false);
    };
    let mut lost = false;
    restrict(&mut value, &mut lost);
    (Cow::Owned(value.to_string()), lost)
}

fn restrict(schema: &mut Value, lost: &mut bool) {
    let Value::Object(members) = schema else { return };
    if let Some(definitions) = members.shift_remove("definitions") {
        members.entry("$defs").or_insert(definitions);
    }
    if let Some(Value::String(reference)) = members.get_mut("$ref") {
        *reference = reference.replacen("#/definitions/", "#/$defs/", 1);
    }
    if let Some(constant) = members.shift_remove("const") {
        members.entry("enum").or_insert_with(|| Value::Array(vec![constant]));
    }
    for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(bound) = members.shift_remove(exclusive).filter(Value::is_number) {
            *lost = true;
            members.entry(inclusive).or_insert(bound);
        }
    }
    // All of them at once: what they say beside each other.
    if let Some(Value::Array(all)) = members.shift_remove("allOf") {
        for part in all {
            let Value::Object(part) = part else { continue };
            for (name, value) in part {
                match (members.get_mut(&name), value) {
                    (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                    (Some(Value::Array(known)), Value::Array(more)) if name == "required" => known.extend(more),
                    (Some(_), _) => *lost = true,
                    (None, value) => drop(members.insert(name, value)),
                }
            }
        }
    }
    members.retain(|name, _| {
        let is_known = KNOWN.contains(&&**name);
        *lost |= !is_known && !NOTES.contains(&&**name);
        is_known
    });
    each_schema(members, |schema| restrict(schema, lost));
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

    #[test]
    fn a_schema_that_is_taken_stays_as_it_was_spelled() {
        let schema =
            r#"{"type": "object","properties":{"n":{"type":"number","minimum":1e0}},"additionalProperties":false}"#;
        assert_eq!(accepted(schema), (Cow::Borrowed(schema), false));
    }

    #[test]
    fn what_is_refused_is_said_otherwise_or_left_out_and_properties_of_such_names_stay() {
        for (schema, expected, lost) in [
            (
                r##"{"$schema":"x","type":"object","properties":{"default":{"type":"string","default":"a"},"pattern":{"$ref":"#/definitions/p"}},"definitions":{"p":{"const":1}}}"##,
                r##"{"type":"object","properties":{"default":{"type":"string"},"pattern":{"$ref":"#/$defs/p"}},"$defs":{"p":{"enum":[1]}}}"##,
                false,
            ),
            (r#"{"type":"integer","exclusiveMinimum":0,"multipleOf":5}"#, r#"{"type":"integer","minimum":0}"#, true),
            (
                r#"{"allOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"properties":{"b":{"not":{}}},"required":["b"]}]}"#,
                r#"{"type":"object","properties":{"a":{},"b":{}},"required":["a","b"]}"#,
                true,
            ),
        ] {
            let (out, left_out) = accepted(schema);
            let [out, expected]: [Value; 2] = [&*out, expected].map(|json| serde_json::from_str(json).unwrap());
            assert_eq!((out, left_out), (expected, lost), "{schema}");
        }
    }
}
