//! A key as a form holds it, and what of it goes to the server.

use api::{
    Fields, Time, Validate,
    keys::{Key, KeyPatch, NewKey},
    limits::Limits,
};

use crate::{format::end_of_day, i18n::Text, parts::allowance::Allowance};

const DAY: i64 = 24 * 60 * 60 * 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    Never,
    Days(i64),
    OnDate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) models: Vec<String>,
    pub(crate) ip_allow: Vec<String>,
    pub(crate) strict: bool,
    /// The owner's own if empty.
    pub(crate) group: String,
    /// One's own id if empty.
    pub(crate) owner: String,
    pub(crate) expiry: Expiry,
    /// Of [`Expiry::OnDate`], as a date field holds it.
    pub(crate) date: String,
    pub(crate) allowance: Allowance,
    pub(crate) bodies: bool,
}

/// What the clock says, in milliseconds, and the reader's distance from UTC in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) millis: i64,
    pub(crate) offset: i32,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            name: String::new(),
            models: Vec::new(),
            ip_allow: Vec::new(),
            strict: false,
            group: String::new(),
            owner: String::new(),
            expiry: Expiry::Never,
            date: String::new(),
            allowance: Allowance::of(None, &Limits::default()),
            bodies: false,
        }
    }

    pub(crate) fn of(key: &Key, t: Text, offset: i32) -> Self {
        // The last moment that it works belongs to its last day.
        let last = key.expires_at.map(|time| t.exact(time.as_millis() - 1, offset));
        Self {
            name: key.name.clone(),
            models: key.models.clone(),
            ip_allow: key.ip_allow.clone(),
            strict: key.strict,
            group: key.group.clone(),
            owner: String::new(),
            expiry: if last.is_some() { Expiry::OnDate } else { Expiry::Never },
            date: last.and_then(|last| last.split(' ').next().map(str::to_owned)).unwrap_or_default(),
            allowance: Allowance::of(key.budget.as_ref(), &key.limits),
            bodies: key.bodies,
        }
    }

    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn create(&self, now: Now) -> Result<NewKey, Fields> {
        let mut fields = Fields::new();
        let new = NewKey {
            name: self.name.trim().to_owned(),
            expires_at: self.expires_at(now, &mut fields),
            models: self.models.clone(),
            group: Some(self.group.clone()).filter(|group| !group.is_empty()),
            ip_allow: self.ip_allow.clone(),
            strict: self.strict,
            user_id: self.owner.parse().ok(),
            budget: self.allowance.budget(),
            limits: self.allowance.limits(),
            bodies: self.bodies,
        };
        new.check(&mut fields);
        if fields.is_empty() { Ok(new) } else { Err(fields) }
    }

    /// What differs from `before`, which the form began with.
    ///
    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn patch(&self, before: &Self, now: Now) -> Result<KeyPatch, Fields> {
        let mut fields = Fields::new();
        let moved = (self.expiry, &self.date) != (before.expiry, &before.date);
        let patch = KeyPatch {
            name: (self.name != before.name).then(|| self.name.trim().to_owned()),
            status: None,
            models: (self.models != before.models).then(|| self.models.clone()),
            group: (self.group != before.group).then(|| self.group.clone()),
            ip_allow: (self.ip_allow != before.ip_allow).then(|| self.ip_allow.clone()),
            strict: (self.strict != before.strict).then_some(self.strict),
            expires_at: moved.then(|| self.expires_at(now, &mut fields)),
            budget: self.allowance.changed_budget(&before.allowance),
            limits: self.allowance.changed_limits(&before.allowance),
            bodies: (self.bodies != before.bodies).then_some(self.bodies),
        };
        patch.check(&mut fields);
        if fields.is_empty() { Ok(patch) } else { Err(fields) }
    }

    fn expires_at(&self, now: Now, fields: &mut Fields) -> Option<Time> {
        let millis = match self.expiry {
            Expiry::Never => return None,
            Expiry::Days(days) => Some(now.millis + days * DAY),
            Expiry::OnDate => end_of_day(&self.date, now.offset),
        };
        if millis.is_none() {
            fields.insert("expires_at".to_owned(), NO_DATE.to_owned());
        }
        millis.map(Time::from_millis)
    }
}

/// A fault that only a form can have; shown in the reader's language.
pub(crate) const NO_DATE: &str = "no date";

#[cfg(test)]
mod tests {
    use super::{super::view::tests::key, *};
    use crate::i18n::Lang;

    const T: Text = Text(Lang::En);
    const NOW: Now = Now { millis: 1_795_422_600_000, offset: 3_600 };

    #[test]
    fn an_untouched_form_changes_nothing() {
        for expires_at in [None, Some(NOW.millis + 5 * DAY)] {
            let draft = Draft::of(&key("k", 1, expires_at), T, NOW.offset);
            let patch = serde_json::to_value(draft.patch(&draft, NOW).unwrap()).unwrap();
            assert_eq!(patch, serde_json::json!({}));
        }
    }

    #[test]
    fn a_key_that_ends_at_midnight_shows_its_last_day() {
        let end = end_of_day("2026-12-31", NOW.offset);
        assert_eq!(Draft::of(&key("k", 1, end), T, NOW.offset).date, "2026-12-31");
    }

    #[test]
    fn an_expiry_can_be_taken_away() {
        let before = Draft::of(&key("k", 1, Some(NOW.millis + DAY)), T, NOW.offset);
        let draft = Draft { expiry: Expiry::Never, ..before.clone() };
        let patch = serde_json::to_value(draft.patch(&before, NOW).unwrap()).unwrap();
        assert_eq!(patch, serde_json::json!({"expires_at": null}));
    }

    #[test]
    fn every_fault_is_named_before_anything_is_sent() {
        let draft = Draft { expiry: Expiry::OnDate, ip_allow: vec!["here".to_owned()], ..Draft::new() };
        let faults = draft.create(NOW).unwrap_err();
        assert_eq!(faults.keys().collect::<Vec<_>>(), ["expires_at", "ip_allow", "name"]);
    }
}
