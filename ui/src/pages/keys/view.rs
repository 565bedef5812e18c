//! What the list shows of access keys, and in which order.

use api::keys::{Key, KeyStatus};

/// How a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    /// Within a week; whole days left, 0 on its last day.
    ExpiresIn(i64),
    Expired,
    Disabled,
}

const DAY: i64 = 24 * 60 * 60 * 1_000;

impl State {
    pub(crate) fn of(key: &Key, now: i64) -> Self {
        let left = key.expires_at.map(|expiry| expiry.as_millis() - now);
        match (key.status, left) {
            (KeyStatus::Disabled, _) => Self::Disabled,
            (KeyStatus::Enabled, Some(..=0)) => Self::Expired,
            (KeyStatus::Enabled, Some(left)) if left <= 7 * DAY => Self::ExpiresIn(left / DAY),
            (KeyStatus::Enabled, _) => Self::Active,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    Active,
    Disabled,
}

impl Filter {
    pub(crate) fn admits(self, key: &Key, now: i64) -> bool {
        let usable = matches!(State::of(key, now), State::Active | State::ExpiresIn(_));
        match self {
            Self::All => true,
            Self::Active => usable,
            Self::Disabled => !usable,
        }
    }
}

/// The rows to show, newest first.
pub(crate) fn rows(keys: &[Key], filter: Filter, search: &str, now: i64) -> Vec<Key> {
    let search = search.trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    let mut rows: Vec<Key> = keys
        .iter()
        .filter(|key| filter.admits(key, now))
        .filter(|key| found(&key.name) || found(&key.username) || found(&key.last4) || found(&key.public_id))
        .cloned()
        .collect();
    rows.sort_by_key(|key| std::cmp::Reverse((key.created_at, key.id)));
    rows
}

/// Ready-made lines for tools that read the environment.
pub(crate) fn env_lines(base_url: &str, secret: &str) -> String {
    format!("export OPENAI_BASE_URL={base_url}/v1\nexport OPENAI_API_KEY={secret}")
}

/// A first request for a terminal.
pub(crate) fn curl_line(base_url: &str, secret: &str, model: &str) -> String {
    let body = serde_json::json!({ "model": model, "messages": [{ "role": "user", "content": "Hello" }] });
    // A quote in a model's name must not end the shell's.
    let body = body.to_string().replace('\'', r"'\''");
    format!(
        "curl {base_url}/v1/chat/completions \\\n  -H \"Authorization: Bearer {secret}\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'"
    )
}

#[cfg(test)]
mod tests {
    use api::Time;

    use super::*;

    const NOW: i64 = 1_795_422_600_000;

    fn key(name: &str, created: i64, expires_at: Option<i64>) -> Key {
        Key {
            id: created,
            user_id: 1,
            username: "lin".to_owned(),
            name: name.to_owned(),
            public_id: "4Jm7TQv0".to_owned(),
            last4: "hY2x".to_owned(),
            status: KeyStatus::Enabled,
            expires_at: expires_at.map(Time::from_millis),
            models: Vec::new(),
            group: "default".to_owned(),
            ip_allow: Vec::new(),
            last_used_at: None,
            created_at: Time::from_millis(created),
        }
    }

    #[test]
    fn a_key_says_in_its_last_week_when_it_ends() {
        assert_eq!(State::of(&key("a", 1, None), NOW), State::Active);
        assert_eq!(State::of(&key("a", 1, Some(NOW + 30 * DAY)), NOW), State::Active);
        assert_eq!(State::of(&key("a", 1, Some(NOW + 3 * DAY + 1)), NOW), State::ExpiresIn(3));
        assert_eq!(State::of(&key("a", 1, Some(NOW + 1)), NOW), State::ExpiresIn(0));
        assert_eq!(State::of(&key("a", 1, Some(NOW)), NOW), State::Expired);
        let disabled = Key { status: KeyStatus::Disabled, ..key("a", 1, Some(NOW - 1)) };
        assert_eq!(State::of(&disabled, NOW), State::Disabled);
    }

    #[test]
    fn the_newest_key_comes_first_and_search_finds_its_end() {
        let keys = [key("old", 1, None), key("new", 2, None), key("spent", 3, Some(NOW - 1))];
        let names = |rows: Vec<Key>| rows.into_iter().map(|key| key.name).collect::<Vec<_>>();
        assert_eq!(names(rows(&keys, Filter::All, "HY2X", NOW)), ["spent", "new", "old"]);
        assert_eq!(names(rows(&keys, Filter::Active, "", NOW)), ["new", "old"]);
        assert_eq!(names(rows(&keys, Filter::Disabled, "", NOW)), ["spent"]);
    }

    #[test]
    fn a_model_with_a_quote_stays_inside_the_shells_quotes() {
        let line = curl_line("http://127.0.0.1:3000", "sk-aigw-x", "o'brien");
        assert!(
            line.ends_with(r#"-d '{"model":"o'\''brien","messages":[{"role":"user","content":"Hello"}]}'"#),
            "{line}"
        );
    }
}
