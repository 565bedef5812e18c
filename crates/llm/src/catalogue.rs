//! What is publicly known of well-known models: who made them, what they do, how much fits.
//!
//! The facts come from the makers' documents. A model that isn't here is no worse for it: nothing depends on a fact.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

/// What is known of one model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// In lower case, without a date or a version of its own.
    pub name: String,
    pub owner: String,
    pub kind: Kind,
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// The most tokens of a request and its answer together.
    pub context: Option<i64>,
    /// The most tokens of an answer.
    pub max_output: Option<i64>,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Chat,
    Embedding,
    Image,
    Audio,
    Rerank,
    Moderation,
}

/// What a chat model can besides text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    Tools,
    Vision,
    Thinking,
    Json,
    Audio,
}

static KNOWN: LazyLock<HashMap<String, Known>> = LazyLock::new(|| {
    let known: Vec<Known> = serde_json::from_str(include_str!("catalogue.json")).expect("a test reads it");
    known.into_iter().map(|known| (known.name.clone(), known)).collect()
});

/// What is known of the model that a channel or a client calls `name`, also behind a maker's prefix (`openai/…`) and with
/// a date or a tag at its end.
pub fn find(name: &str) -> Option<&'static Known> {
    let name = name.to_lowercase();
    let name = name.rsplit('/').next().unwrap_or(&name);
    let with_size = name.replacen(':', "-", 1);
    let bare = name.split([':', '@']).next().unwrap_or(name);
    [name, &with_size, bare, without_date(bare)].into_iter().find_map(|name| KNOWN.get(name))
}

/// Without `-latest`, `-20250929` or `-2024-08-06` at the end.
pub(crate) fn without_date(name: &str) -> &str {
    if let Some(rest) = name.strip_suffix("-latest") {
        return rest;
    }
    let rest = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    let end = &name[rest.len()..];
    let shape: String = end.chars().map(|c| if c == '-' { '-' } else { '0' }).collect();
    for date in ["-00000000", "-0000-00-00"] {
        if shape.ends_with(date) {
            return &name[..name.len() - date.len()];
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_keeps_its_rules() {
        let rows: Vec<Known> = serde_json::from_str(include_str!("catalogue.json")).unwrap();
        assert!(rows.len() >= 60);
        assert!(rows.windows(2).all(|pair| pair[0].name < pair[1].name), "sorted, each once");
        for row in rows {
            assert_eq!(row.name, row.name.to_lowercase());
            assert_eq!(find(&row.name), Some(&row), "{}", row.name);
            assert!(row.context.is_none_or(|tokens| tokens > 0), "{}", row.name);
            assert!(row.max_output.is_none_or(|most| row.context.is_some_and(|all| most <= all)), "{}", row.name);
        }
    }

    #[test]
    fn a_model_is_known_by_the_names_that_providers_give_it() {
        for (name, known) in [
            ("gpt-4o-2024-08-06", "gpt-4o"),
            ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
            ("openai/gpt-5-mini", "gpt-5-mini"),
            ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
            ("deepseek-ai/DeepSeek-V3", "deepseek-v3"),
            ("mistral-large-latest", "mistral-large"),
            ("gpt-oss:20b", "gpt-oss-20b"),
            ("bge-m3:latest", "bge-m3"),
            ("claude-opus-4-20250514", "claude-opus-4"),
        ] {
            assert_eq!(find(name).map(|known| known.name.as_str()), Some(known), "{name}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for name in ["", "/", "my-model", "gpt-4o-mini-search", "gpt-5.1-x", "claude-sonnet-4-5-1", "模型"] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
