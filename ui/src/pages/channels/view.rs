//! What is shown of channels. Plain data in, plain data out.

use api::providers::Provider;

pub(crate) fn provider<'a>(providers: &'a [Provider], slug: &str) -> Option<&'a Provider> {
    providers.iter().find(|provider| provider.slug == slug)
}

/// The sentence in a provider's error body; the body itself if it has none.
pub(crate) fn said(body: &str) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let sentence = parsed.as_ref().and_then(|body| {
        let error = body.get("error").unwrap_or(body);
        error.get("message").unwrap_or(error).as_str()
    });
    sentence.unwrap_or(body).trim().to_owned()
}

/// `api.example.com`, or an address with its port: what tells two addresses apart.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use api::{
        Time,
        channels::{Channel, ChannelStatus},
    };

    use super::*;

    pub(crate) fn channel(id: i64, name: &str) -> Channel {
        Channel {
            id,
            name: name.to_owned(),
            provider: "openai".to_owned(),
            base_url: None,
            models: vec!["gpt-5-mini".to_owned()],
            model_mapping: BTreeMap::new(),
            groups: vec!["default".to_owned()],
            priority: 0,
            weight: 100,
            status: ChannelStatus::Enabled,
            keys: Vec::new(),
            test_model: None,
            on_disconnect: api::channels::OnDisconnect::Cancel,
            last_test: None,
            created_at: Time::from_millis(0),
            updated_at: Time::from_millis(0),
        }
    }

    #[test]
    fn a_provider_is_quoted_by_its_sentence() {
        assert_eq!(said(r#"{"error": {"message": "Incorrect API key.", "code": 1}}"#), "Incorrect API key.");
        assert_eq!(said(r#"{"error": "model not found"}"#), "model not found");
        assert_eq!(said(r#"{"message": "No auth"}"#), "No auth");
        for odd in ["upstream timed out", r#"{"detail": []}"#, r#"[{"error": 1}]"#, ""] {
            assert_eq!(said(odd), odd);
        }
    }

    #[test]
    fn an_address_is_told_by_its_host_and_port() {
        assert_eq!(host("http://192.168.1.20:11434/v1"), "192.168.1.20:11434");
        assert_eq!(host("https://api.deepseek.com"), "api.deepseek.com");
    }
}
