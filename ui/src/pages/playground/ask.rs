//! What is asked: the settings that all models share, and the request that they make.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::run::{Run, State};

/// Fields as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) stream: bool,
    pub(crate) system: String,
    pub(crate) temperature: String,
    pub(crate) top_p: String,
    pub(crate) max_tokens: String,
    /// One a line; `\n` and `\t` stand for a line break and a tab.
    pub(crate) stop: String,
    /// JSON: a list of tools as OpenAI's API takes them.
    pub(crate) tools: String,
}

/// Something that a person said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Prompt {
    pub(crate) text: String,
    /// `data:` URLs.
    pub(crate) images: Vec<String>,
}

/// What is wrong, by field.
pub(crate) type Faults = BTreeMap<&'static str, Fault>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not a number within these bounds.
    Number(&'static str, &'static str),
    /// Not a list in JSON.
    Tools,
}

impl Settings {
    pub(crate) fn new() -> Self {
        Self {
            stream: true,
            system: String::new(),
            temperature: String::new(),
            top_p: String::new(),
            max_tokens: String::new(),
            stop: String::new(),
            tools: String::new(),
        }
    }

    /// The members that the settings make. What is left empty isn't sent.
    ///
    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn members(&self) -> Result<Map<String, Value>, Faults> {
        let (mut members, mut faults) = (Map::new(), Faults::new());
        let mut number = |name: &'static str, text: &str, bounds: (f64, f64), words: (&'static str, &'static str)| {
            let text = text.trim();
            if text.is_empty() {
                return;
            }
            // As JSON, so that a whole number stays one.
            match serde_json::from_str::<Value>(text) {
                Ok(json) if json.as_f64().is_some_and(|value| (bounds.0..=bounds.1).contains(&value)) => {
                    members.insert(name.to_owned(), json);
                }
                _ => {
                    faults.insert(name, Fault::Number(words.0, words.1));
                }
            }
        };
        number("temperature", &self.temperature, (0.0, 2.0), ("0", "2"));
        number("top_p", &self.top_p, (0.0, 1.0), ("0", "1"));
        number("max_tokens", &self.max_tokens, (1.0, 10_000_000.0), ("1", "10,000,000"));
        if members.get("max_tokens").is_some_and(|value| !value.is_u64()) {
            faults.insert("max_tokens", Fault::Number("1", "10,000,000"));
        }
        let stop: Vec<String> = self.stop.lines().filter(|line| !line.is_empty()).map(unescaped).collect();
        if !stop.is_empty() {
            members.insert("stop".to_owned(), json!(stop));
        }
        if !self.tools.trim().is_empty() {
            match serde_json::from_str::<Vec<Value>>(&self.tools) {
                Ok(tools) if tools.is_empty() => {}
                Ok(tools) => {
                    members.insert("tools".to_owned(), Value::Array(tools));
                }
                Err(_) => {
                    faults.insert("tools", Fault::Tools);
                }
            }
        }
        if faults.is_empty() { Ok(members) } else { Err(faults) }
    }

    /// How many tools there are, if that can be read.
    pub(crate) fn tool_count(&self) -> usize {
        serde_json::from_str::<Vec<Value>>(&self.tools).map_or(0, |tools| tools.len())
    }

    /// A request to `model`: what was said and answered so far, and the new prompt at its end.
    pub(crate) fn request<'r>(
        &self,
        members: &Map<String, Value>,
        model: &str,
        before: impl Iterator<Item = (&'r Prompt, Option<&'r Run>)>,
        prompt: &Prompt,
    ) -> String {
        let mut messages = Vec::new();
        if !self.system.trim().is_empty() {
            messages.push(json!({"role": "system", "content": self.system}));
        }
        for (prompt, run) in before {
            // An answer that never came can't be built upon.
            let Some(run) = run.filter(|run| run.state != State::Failed && !run.text.is_empty()) else { continue };
            messages.push(message(prompt));
            messages.push(json!({"role": "assistant", "content": run.text}));
        }
        messages.push(message(prompt));
        let mut body = json!({"model": model, "messages": messages});
        if self.stream {
            body["stream"] = json!(true);
            body["stream_options"] = json!({"include_usage": true});
        }
        if let Value::Object(body) = &mut body {
            body.extend(members.clone());
        }
        serde_json::to_string_pretty(&body).unwrap_or_default()
    }
}

fn unescaped(line: &str) -> String {
    line.replace(r"\n", "\n").replace(r"\t", "\t")
}

fn message(prompt: &Prompt) -> Value {
    if prompt.images.is_empty() {
        return json!({"role": "user", "content": prompt.text});
    }
    let images = prompt.images.iter().map(|url| json!({"type": "image_url", "image_url": {"url": url}}));
    let text = (!prompt.text.is_empty()).then(|| json!({"type": "text", "text": prompt.text}));
    json!({"role": "user", "content": text.into_iter().chain(images).collect::<Vec<_>>()})
}

/// The same request for a terminal, with a key of the reader's own.
pub(crate) fn curl(base_url: &str, body: &str) -> String {
    let compact = serde_json::from_str::<Value>(body).map_or_else(|_| body.to_owned(), |body| body.to_string());
    // A quote in the body must not end the shell's.
    let quoted = compact.replace('\'', r"'\''");
    format!(
        "curl {base_url}/v1/chat/completions \\\n  -H \"Authorization: Bearer $OPENAI_API_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{quoted}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(text: &str) -> Prompt {
        Prompt { text: text.to_owned(), images: Vec::new() }
    }

    #[test]
    fn only_what_is_filled_in_is_sent() {
        let settings = Settings { stream: false, ..Settings::new() };
        let body = settings.request(&settings.members().unwrap(), "m", std::iter::empty(), &prompt("Hi"));
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body, json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]}));
    }

    #[test]
    fn a_conversation_goes_on_from_the_answers_that_came() {
        let mut answered = Run::new("m".to_owned(), String::new(), 0);
        (answered.state, answered.text) = (State::Done, "Hello".to_owned());
        let mut failed = Run::new("m".to_owned(), String::new(), 0);
        failed.state = State::Failed;
        let (one, two) = (prompt("one"), prompt("two"));
        let settings = Settings {
            system: "Be brief.".to_owned(),
            temperature: "0.20".to_owned(),
            stop: "\\n\\nThe end\n".to_owned(),
            ..Settings::new()
        };
        let before = [(&one, Some(&answered)), (&two, Some(&failed)), (&two, None)].into_iter();
        let body = settings.request(&settings.members().unwrap(), "m", before, &prompt("three"));
        let body: Value = serde_json::from_str(&body).unwrap();
        let said: Vec<_> =
            body["messages"].as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap()).collect();
        assert_eq!(said, ["Be brief.", "one", "Hello", "three"]);
        assert_eq!(body["stop"], json!(["\n\nThe end"]));
        assert_eq!((&body["temperature"], &body["stream_options"]["include_usage"]), (&json!(0.2), &json!(true)));
    }

    #[test]
    fn images_go_beside_the_text() {
        let prompt = Prompt { text: "What?".to_owned(), images: vec!["data:image/png;base64,AA==".to_owned()] };
        assert_eq!(
            message(&prompt)["content"],
            json!([{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}])
        );
    }

    #[test]
    fn every_fault_is_named_before_anything_is_sent() {
        let settings = Settings {
            temperature: "hot".to_owned(),
            top_p: "2".to_owned(),
            max_tokens: "1.5".to_owned(),
            tools: "{}".to_owned(),
            ..Settings::new()
        };
        let faults = settings.members().unwrap_err();
        assert_eq!(faults.keys().copied().collect::<Vec<_>>(), ["max_tokens", "temperature", "tools", "top_p"]);
    }

    #[test]
    fn a_quote_stays_inside_the_shells_quotes() {
        assert!(curl("http://h", r#"{"a": "it's"}"#).ends_with(r#"-d '{"a":"it'\''s"}'"#));
    }
}
