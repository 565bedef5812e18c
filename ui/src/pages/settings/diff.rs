//! A change as fields that a person reads: what was there, what is there now.

use std::collections::BTreeSet;

use api::audit::AuditEntry;
use serde_json::Value;

/// One field of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) field: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// The fields of an entry by name; empty for what has none, such as a sign-in.
pub(crate) fn lines(entry: &AuditEntry) -> Vec<Line> {
    let (before, after) = (entry.before.as_ref(), entry.after.as_ref());
    let names: BTreeSet<&String> = before.into_iter().chain(after).flat_map(|members| members.keys()).collect();
    names
        .into_iter()
        .map(|name| Line {
            field: name.clone(),
            before: before.and_then(|members| members.get(name)).and_then(words),
            after: after.and_then(|members| members.get(name)).and_then(words),
        })
        .filter(|line| line.before.is_some() || line.after.is_some())
        .collect()
}

/// A value without JSON's quotes; nothing for what is empty.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.is_empty() => None,
        Value::Object(members) if members.is_empty() => None,
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            Some(items.iter().filter_map(words).collect::<Vec<_>>().join(", "))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_as_fields() {
        let entry: AuditEntry = serde_json::from_value(serde_json::json!({
            "id": 1, "at": "2026-11-23T08:30:00Z", "user_id": 1, "username": "lin", "action": "update",
            "subject": "channel", "subject_id": "3", "subject_name": "main", "client_ip": null,
            "before": {"models": ["a", "b"], "base_url": null, "priority": 0, "groups": []},
            "after": {"models": ["a"], "base_url": "https://x", "priority": 7, "groups": []},
        }))
        .unwrap();
        let told: Vec<_> = lines(&entry).into_iter().map(|line| (line.field, line.before, line.after)).collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("base_url".to_owned(), None, some("https://x")),
                ("models".to_owned(), some("a, b"), some("a")),
                ("priority".to_owned(), some("0"), some("7")),
            ]
        );
    }
}
