//! The console's words, from `locales/*.toml`. A text is a function named `section_key`; see `build.rs`.

use yew::prelude::*;

use crate::prefs::Prefs;

include!(concat!(env!("OUT_DIR"), "/text.rs"));

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    En,
    ZhCn,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// What its speakers call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "简体中文",
        }
    }

    /// The closest language to a tag such as `zh-Hant-TW`.
    pub(crate) fn closest(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::ZhCn } else { Self::En }
    }
}

/// Every text, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Lang);

impl Text {
    /// A sentence of the server's. It speaks English; the ones it is known to say are translated.
    pub(crate) fn server(self, sentence: &str) -> String {
        match self.0 {
            Lang::En => sentence.to_owned(),
            Lang::ZhCn => server_zh_cn(sentence).unwrap_or_else(|| sentence.to_owned()),
        }
    }
}

#[hook]
pub(crate) fn use_text() -> Text {
    Text(use_context::<Prefs>().expect("the app provides preferences").lang)
}

#[cfg(test)]
mod tests {
    use super::{Lang, Text};

    #[test]
    fn every_chinese_tag_is_read_as_chinese_and_all_else_as_english() {
        assert_eq!(Lang::closest("zh-Hant-TW"), Lang::ZhCn);
        assert_eq!(Lang::closest("ZH"), Lang::ZhCn);
        assert_eq!(Lang::closest("de-DE"), Lang::En);
    }

    #[test]
    fn a_count_of_one_is_singular_in_english_only() {
        assert_eq!(Text(Lang::En).channel_changes(1), "1 change not saved");
        assert_eq!(Text(Lang::En).channel_changes(0), "0 changes not saved");
        assert_eq!(Text(Lang::En).channel_changes(12_345), "12,345 changes not saved");
        assert_eq!(Text(Lang::ZhCn).channel_changes(1), "1 处修改未保存");
    }

    #[test]
    fn what_the_server_says_is_translated_where_it_is_known() {
        assert_eq!(Text(Lang::ZhCn).server("Enter a name."), "填写名称。");
        assert_eq!(Text(Lang::ZhCn).server("“main” is in use."), "“main”已被使用。");
        assert_eq!(Text(Lang::ZhCn).server("invalid_api_key"), "invalid_api_key");
        assert_eq!(Text(Lang::En).server("Enter a name."), "Enter a name.");
    }

    #[test]
    fn every_fault_that_the_api_names_is_translated() {
        use api::{
            Validate,
            channels::NewChannel,
            dashboard::{DashboardQuery, Dimension},
            groups::NewGroup,
            keys::NewKey,
            logs::LogQuery,
            models::NewModel,
            providers::{NewProvider, ProviderPatch},
            session::PasswordChange,
            settings::SettingsPatch,
            setup::Setup,
        };

        fn faults(request: &impl Validate) -> Vec<String> {
            request.validate().map_or_else(|faults| faults.into_values().collect(), |()| Vec::new())
        }
        let channel = |json: serde_json::Value| -> NewChannel { serde_json::from_value(json).unwrap() };
        let long = "x".repeat(300);
        let mut sentences = faults(&channel(serde_json::json!({
            "name": "", "provider": "", "base_url": "ftp://x", "keys": [""], "models": [], "groups": [],
            "priority": 5000, "weight": 0,
        })));
        sentences.extend(faults(&channel(serde_json::json!({
            "name": long, "provider": "x", "keys": ["a b"], "models": ["a b"], "groups": [""], "model_mapping": {"": "x"},
        }))));
        sentences.extend(faults(&channel(serde_json::json!({
            "name": "a\u{202e}b", "provider": "x", "models": [long],
            "keys": vec!["k"; 101], "groups": vec!["g"; 51],
        }))));
        sentences
            .extend(faults(&channel(serde_json::json!({"name": "n", "provider": "x", "models": vec!["m"; 1001]}))));
        let key = |json: serde_json::Value| -> NewKey { serde_json::from_value(json).unwrap() };
        sentences
            .extend(faults(&key(serde_json::json!({"name": "k", "models": vec!["m"; 201], "ip_allow": ["here"]}))));
        sentences.extend(faults(&key(serde_json::json!({"name": "k", "ip_allow": vec!["::1"; 101]}))));
        let model = |json: serde_json::Value| -> NewModel { serde_json::from_value(json).unwrap() };
        sentences.extend(faults(&model(serde_json::json!({"name": "m", "aliases": ["m"], "context": 0}))));
        sentences.extend(faults(&model(serde_json::json!({"name": "m", "aliases": vec!["a"; 51]}))));
        let tiers = vec![serde_json::json!({"above_input_tokens": 0}); 9];
        let pricing = serde_json::json!({"input_nusd_per_mtok": -1, "output_nusd_per_mtok": 0, "tiers": tiers});
        sentences.extend(faults(&model(serde_json::json!({"name": "m", "pricing": pricing}))));
        let provider = |json: serde_json::Value| -> NewProvider { serde_json::from_value(json).unwrap() };
        let long_url = format!("https://{}", "x".repeat(2048));
        sentences.extend(faults(&provider(serde_json::json!({
            "slug": "A b", "name": "n", "base_url": "ftp://x", "website": "x", "keys_url": long_url, "auth": "header",
        }))));
        let patch: ProviderPatch = serde_json::from_value(serde_json::json!({"local": true})).unwrap();
        let mut kept = api::Fields::new();
        patch.check_builtin(&mut kept);
        sentences.extend(kept.into_values());
        for password in ["short".to_owned(), "x".repeat(20), "xy".repeat(600)] {
            sentences.extend(faults(&Setup { token: String::new(), username: "lin".to_owned(), password }));
        }
        sentences.extend(faults(
            &serde_json::from_value::<NewGroup>(serde_json::json!({
                "name": "a/b", "multiplier_ppm": -1, "budget": {"limit_nusd": -1, "warn_percent": 0},
                "limits": {"requests_per_minute": 0, "tokens_per_minute": 0, "concurrent_requests": 0},
            }))
            .unwrap(),
        ));
        sentences.extend(faults(&PasswordChange { current: String::new(), new: "short".to_owned() }));
        let settings = |json: serde_json::Value| -> SettingsPatch { serde_json::from_value(json).unwrap() };
        sentences.extend(faults(&settings(serde_json::json!({
            "public_urls": ["x"], "trusted_proxies": ["x"], "drain_seconds": -1, "audit_days": -1, "log_mb": -1, "body_days": -1, "body_kb": 0,
        }))));
        let at = |millis: i64| api::Time::from_millis(millis);
        for (from, to, step_minutes) in
            [(1, 0, 60), (0, i64::MAX / 8, 1_440), (0, 40 * 86_400_000, 60), (0, 1, 90), (0, 2 * 86_400_000, 30)]
        {
            let query = DashboardQuery { from: at(from), to: at(to), step_minutes, by: Dimension::Model };
            sentences.extend(faults(&query));
        }
        sentences.extend(faults(&LogQuery {
            from: Some(at(1)),
            to: Some(at(0)),
            text: Some("x".repeat(201)),
            ..LogQuery::default()
        }));
        assert!(sentences.len() >= 43, "{sentences:?}");
        for sentence in sentences {
            assert_ne!(Text(Lang::ZhCn).server(&sentence), sentence);
        }
    }
}
