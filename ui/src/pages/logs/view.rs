//! How a request reads: its state in a word, its phases on an axis, and the same request as code.

use api::logs::{Log, LogState};

use crate::{i18n::Text, parts::status::Glyph};

/// Shape and words of a state.
pub(crate) fn state(t: Text, log: &Log) -> (Glyph, String) {
    let status = |word: &str| log.status.map_or_else(|| word.to_owned(), |status| format!("{status} {word}"));
    match log.state {
        LogState::Open => (Glyph::Ring, t.logs_state_open().to_owned()),
        LogState::Done => (Glyph::Disc, log.status.map_or_else(|| t.logs_state_done().to_owned(), |s| s.to_string())),
        LogState::Failed => (Glyph::Triangle, status(t.logs_state_failed())),
        LogState::Cancelled => (Glyph::Cut, t.logs_state_cancelled().to_owned()),
        LogState::Interrupted => (Glyph::Cut, t.logs_state_interrupted().to_owned()),
        LogState::Rejected => (Glyph::Triangle, status(t.logs_state_rejected())),
    }
}

/// What a bar of the timeline stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// An attempt (counted from 1) that gave nothing; the next candidate was tried, or none was left.
    Failed(usize),
    /// The attempt that answered, until its first token.
    Waited(usize),
    /// The answer, from its first token to its end.
    Stream,
}

/// A bar, in milliseconds from the request's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) phase: Phase,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// The bars of a request and the axis' length; nothing for a request without attempts.
pub(crate) fn timeline(log: &Log) -> (Vec<Bar>, i64) {
    let tried: i64 = log.attempts.iter().map(|attempt| attempt.duration_ms).sum();
    let end = log.duration_ms.unwrap_or(tried).max(tried).max(log.ttft_ms.unwrap_or(0)).max(1);
    let mut bars = Vec::new();
    let mut at = 0;
    for (index, attempt) in log.attempts.iter().enumerate() {
        let number = index + 1;
        let last = number == log.attempts.len();
        match log.ttft_ms {
            Some(first) if last && attempt.error.is_none() => {
                bars.push(Bar { phase: Phase::Waited(number), from: at.min(first), to: first });
                bars.push(Bar { phase: Phase::Stream, from: first, to: end });
            }
            _ if attempt.error.is_none() && last => {
                bars.push(Bar { phase: Phase::Waited(number), from: at, to: end });
            }
            _ => {
                let to = (at + attempt.duration_ms).min(end);
                bars.push(Bar { phase: Phase::Failed(number), from: at, to });
                at = to;
            }
        }
    }
    (bars, end)
}

/// Round numbers from 0 up to below `end`, at most six: 0, 2, 4, 6 of 7.
pub(crate) fn marks(end: i64) -> Vec<i64> {
    let mut steps = (0..19).flat_map(|power| [1, 2, 5].map(|step| step * 10_i64.pow(power)));
    let step = steps.find(|step| end / step < 6).unwrap_or(i64::MAX);
    // The last one needs room for its words before the end.
    (0..=end / step).map(|times| times * step).filter(|at| *at == 0 || *at <= end - step / 4).collect()
}

/// Tokens of the answer by the time in which they came.
pub(crate) fn speed(t: Text, log: &Log) -> Option<String> {
    t.speed(log.output_tokens, log.duration_ms? - log.ttft_ms?)
}

/// A request as a program would send it. What was said isn't kept, so the question is a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Curl,
    Python,
    Node,
}

impl Code {
    pub(crate) const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::Node];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::Node => "Node.js",
        }
    }

    /// The key comes from the environment: it isn't stored, and lines like these end up in files.
    pub(crate) fn of(self, base_url: &str, log: &Log) -> String {
        let model = serde_json::Value::from(log.model.as_str());
        let (url, endpoint) = (base_url.trim_end_matches('/'), &log.endpoint);
        let body = serde_json::json!({
            "model": log.model,
            "messages": [{"role": "user", "content": "Hi"}],
            "stream": log.stream,
        });
        let chat = log.endpoint.ends_with("/chat/completions");
        match self {
            Self::Python if chat => format!(
                "import os\nfrom openai import OpenAI\n\nclient = OpenAI(base_url=\"{url}/v1\", api_key=os.environ[\"AIGW_KEY\"])\n\
                 answer = client.chat.completions.create(\n    model={model},\n    messages=[{{\"role\": \"user\", \"content\": \"Hi\"}}],\n{})\n{}\n",
                if log.stream { "    stream=True,\n" } else { "" },
                if log.stream { "for event in answer:\n    print(event)" } else { "print(answer)" },
            ),
            Self::Node if chat => format!(
                "import OpenAI from \"openai\";\n\nconst client = new OpenAI({{ baseURL: \"{url}/v1\", apiKey: process.env.AIGW_KEY }});\n\
                 const answer = await client.chat.completions.create({{\n  model: {model},\n  messages: [{{ role: \"user\", content: \"Hi\" }}],\n{}}});\n{}\n",
                if log.stream { "  stream: true,\n" } else { "" },
                if log.stream {
                    "for await (const event of answer) console.log(event);"
                } else {
                    "console.log(answer);"
                },
            ),
            Self::Python => format!(
                "import os\nimport json\nimport urllib.request\n\nrequest = urllib.request.Request(\n    \"{url}{endpoint}\",\n    \
                 data=json.dumps({{\"model\": {model}}}).encode(),\n    headers={{\n        \"Authorization\": \"Bearer \" + os.environ[\"AIGW_KEY\"],\n        \
                 \"Content-Type\": \"application/json\",\n    }},\n)\nprint(urllib.request.urlopen(request).read().decode())\n"
            ),
            Self::Node => format!(
                "const answer = await fetch(\"{url}{endpoint}\", {{\n  method: \"POST\",\n  headers: {{ authorization: `Bearer ${{process.env.AIGW_KEY}}`, \
                 \"content-type\": \"application/json\" }},\n  body: JSON.stringify({{ model: {model} }}),\n}});\nconsole.log(await answer.text());\n"
            ),
            Self::Curl => {
                let body = if chat { body } else { serde_json::json!({"model": log.model}) };
                let no_buffer = if log.stream { " --no-buffer" } else { "" };
                format!(
                    "curl{no_buffer} {url}{endpoint} \\\n  -H \"Authorization: Bearer $AIGW_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{}'\n",
                    body.to_string().replace('\'', r"'\''")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use api::{Time, logs::Attempt};

    use super::*;
    use crate::i18n::Lang;

    fn log() -> Log {
        Log {
            id: "019a".to_owned(),
            created_at: Time::from_millis(1),
            key_id: 1,
            key_name: "laptop".to_owned(),
            user_id: 1,
            username: None,
            channel_id: None,
            channel_name: None,
            model: "gpt-5".to_owned(),
            upstream_model: None,
            endpoint: "/v1/chat/completions".to_owned(),
            stream: true,
            state: LogState::Done,
            status: Some(200),
            input_tokens: 0,
            output_tokens: 900,
            cache_read_tokens: 0,
            cache_write_tokens: 0,
            cache_write_1h_tokens: 0,
            input_audio_tokens: 0,
            input_image_tokens: 0,
            reasoning_tokens: 0,
            output_audio_tokens: 0,
            images: 0,
            estimated: false,
            anomalous: false,
            cost_nusd: 0,
            lines: Vec::new(),
            multiplier_ppm: 1_000_000,
            unpriced: false,
            ttft_ms: Some(1_200),
            duration_ms: Some(10_200),
            attempts: Vec::new(),
            client_ip: None,
            user_agent: None,
            error: None,
            has_bodies: false,
        }
    }

    fn attempt(duration_ms: i64, error: Option<&str>) -> Attempt {
        Attempt {
            channel_id: 1,
            channel_name: "main".to_owned(),
            channel_key_id: None,
            status: None,
            duration_ms,
            error: error.map(str::to_owned),
        }
    }

    fn bars(log: &Log) -> Vec<(Phase, i64, i64)> {
        timeline(log).0.into_iter().map(|bar| (bar.phase, bar.from, bar.to)).collect()
    }

    #[test]
    fn an_answer_that_came_second_waits_behind_the_attempt_that_failed() {
        let log = Log { attempts: vec![attempt(400, Some("529")), attempt(800, None)], ..log() };
        assert_eq!(
            bars(&log),
            [(Phase::Failed(1), 0, 400), (Phase::Waited(2), 400, 1_200), (Phase::Stream, 1_200, 10_200)]
        );
        assert_eq!(timeline(&log).1, 10_200);
        assert_eq!(speed(Text(Lang::En), &log).as_deref(), Some("100 tok/s"));
    }

    #[test]
    fn attempts_that_all_failed_fill_the_axis() {
        let attempts = vec![attempt(100, Some("a")), attempt(300, Some("b"))];
        let log = Log { attempts, ttft_ms: None, duration_ms: Some(401), ..log() };
        assert_eq!(bars(&log), [(Phase::Failed(1), 0, 100), (Phase::Failed(2), 100, 400)]);
        assert_eq!(bars(&Log { attempts: Vec::new(), ..log }), []);
    }

    #[test]
    fn an_axis_counts_in_round_numbers() {
        assert_eq!(marks(12_600), [0, 5_000, 10_000]);
        assert_eq!(marks(3_250), [0, 1_000, 2_000, 3_000]);
        assert_eq!(marks(401), [0, 100, 200, 300]);
        assert_eq!(marks(1), [0, 1]);
        assert_eq!(marks(i64::MAX).len(), 5);
    }

    #[test]
    fn code_quotes_what_could_break_it_and_holds_no_key() {
        let log = Log { model: "it's \"x\"".to_owned(), ..log() };
        for code in Code::ALL {
            let text = code.of("http://127.0.0.1:3000/", &log);
            assert!(text.contains("AIGW_KEY") && text.contains("http://127.0.0.1:3000/v1"), "{text}");
        }
        assert!(Code::Curl.of("http://x", &log).contains(r#""model":"it'\''s \"x\"""#));
        assert!(Code::Python.of("http://x", &log).contains(r#"model="it's \"x\"","#));
    }
}
