//! What is shown of access keys.

use api::keys::{Key, KeyStatus, SOON};

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
            (KeyStatus::Enabled, Some(left)) if left <= SOON => Self::ExpiresIn(left / DAY),
            (KeyStatus::Enabled, _) => Self::Active,
        }
    }
}

/// A tool that is set up by lines to paste. All of them speak what the gateway speaks today: Chat Completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Whatever reads OpenAI's variables, as its SDKs do.
    Environment,
    Python,
    Aider,
    Opencode,
    Curl,
}

impl Tool {
    pub(crate) const ALL: [Self; 5] = [Self::Environment, Self::Python, Self::Aider, Self::Opencode, Self::Curl];

    /// What its makers call it; `None` where it isn't a product.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Environment => None,
            Self::Python => Some("Python"),
            Self::Aider => Some("Aider"),
            Self::Opencode => Some("opencode"),
            Self::Curl => Some("curl"),
        }
    }

    /// The file that the lines belong in.
    pub(crate) const fn file(self) -> Option<&'static str> {
        match self {
            Self::Opencode => Some("~/.config/opencode/opencode.json"),
            Self::Environment | Self::Python | Self::Aider | Self::Curl => None,
        }
    }

    pub(crate) fn lines(self, base_url: &str, secret: &str, model: &str) -> String {
        match self {
            Self::Environment => format!("export OPENAI_BASE_URL={base_url}/v1\nexport OPENAI_API_KEY={secret}"),
            Self::Python => {
                let (url, model) = (json(&format!("{base_url}/v1")), json(model));
                format!(
                    "from openai import OpenAI\n\nclient = OpenAI(base_url={url}, api_key={})\nanswer = client.chat.completions.create(\n    model={model}, messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}]\n)\nprint(answer.choices[0].message.content)",
                    json(secret)
                )
            }
            Self::Aider => {
                let model = quoted(&format!("openai/{model}"));
                format!("export OPENAI_API_BASE={base_url}/v1\nexport OPENAI_API_KEY={secret}\naider --model {model}")
            }
            Self::Opencode => {
                let config = serde_json::json!({
                    "provider": { "aigw": {
                        "npm": "@ai-sdk/openai-compatible",
                        "name": "AI Gateway",
                        "options": { "baseURL": format!("{base_url}/v1"), "apiKey": secret },
                        "models": { model: {} },
                    } },
                    "model": format!("aigw/{model}"),
                });
                serde_json::to_string_pretty(&config).unwrap_or_default()
            }
            Self::Curl => curl_line(base_url, secret, model),
        }
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// For a shell, in quotes where it needs them.
fn quoted(word: &str) -> String {
    let plain = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// A first request for a terminal.
fn curl_line(base_url: &str, secret: &str, model: &str) -> String {
    let body = serde_json::json!({ "model": model, "messages": [{ "role": "user", "content": "Hello" }] });
    // A quote in a model's name must not end the shell's.
    let body = body.to_string().replace('\'', r"'\''");
    format!(
        "curl {base_url}/v1/chat/completions \\\n  -H \"Authorization: Bearer {secret}\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'"
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use api::Time;

    use super::*;

    const NOW: i64 = 1_795_422_600_000;

    pub(crate) fn key(name: &str, created: i64, expires_at: Option<i64>) -> Key {
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
            strict: false,
            budget: None,
            limits: ::api::limits::Limits::default(),
            bodies: false,
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
    fn a_model_with_a_quote_stays_inside_the_shells_quotes() {
        let line = curl_line("http://127.0.0.1:3000", "sk-aigw-x", "o'brien");
        assert!(
            line.ends_with(r#"-d '{"model":"o'\''brien","messages":[{"role":"user","content":"Hello"}]}'"#),
            "{line}"
        );
    }

    #[test]
    fn every_tool_is_told_address_key_and_model() {
        for tool in Tool::ALL {
            let lines = tool.lines("http://127.0.0.1:3000", "sk-aigw-x", "m o'del");
            assert!(lines.contains("http://127.0.0.1:3000/v1") && lines.contains("sk-aigw-x"), "{lines}");
        }
        assert!(Tool::Aider.lines("http://h", "k", "m o'del").ends_with(r"--model 'openai/m o'\''del'"));
        let config: serde_json::Value = serde_json::from_str(&Tool::Opencode.lines("http://h", "k", "m\"x")).unwrap();
        assert_eq!(config["model"], "aigw/m\"x");
    }
}
