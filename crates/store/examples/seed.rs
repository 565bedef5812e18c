//! Fills a data directory with people, keys, channels and a month of requests, so that the console's pages can be looked at full.
//!
//! `cargo run -p store --example seed -- DIR [requests]`: the owner is `ada`, a member is `mara`, their password `correct horse battery`.
//! The same each time, but for the time that it ends with: now.

#![expect(clippy::print_stdout, reason = "this is what the example is for")]

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use api::Time;
use api::channels::{ChannelPatch, ChannelTest};
use api::groups::NewGroup;
use api::logs::{Attempt, LogState};
use api::models::ModelPatch;
use api::prices::Pricing;
use api::session::Role;
use api::users::AccountPatch;
use secrecy::SecretString;
use serde_json::json;
use store::{
    Charge, Clock, Durability, Hold, MasterKeySource, Open, Options, Owner, Passwords, PriceInEffect, Settle, Store,
    SystemClock, Usage,
};
use uuid::{NoContext, Timestamp, Uuid};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const PASSWORD: &str = "correct horse battery";
const DAYS: i64 = 30;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Nano-USD.
const DOLLAR: i64 = 1_000_000_000;

/// Names, what a million tokens cost in and out in dollars, and how often each is asked for.
const MODELS: [(&str, i64, i64, u64); 7] = [
    ("claude-sonnet-4-5", 3, 15, 40),
    ("gpt-5.1-codex", 1, 10, 24),
    ("claude-opus-4-5", 5, 25, 8),
    ("gemini-3-pro-preview", 2, 12, 10),
    ("house-large", 1, 2, 9),
    ("qwen3-coder", 1, 2, 6),
    ("kimi-k2", 1, 3, 3),
];

/// Nobody says what it costs.
const UNPRICED: &str = "house-large";

/// Per cent of the busiest hour's requests, by the hour in UTC.
const HOURS: [u64; 24] = [18, 12, 9, 8, 8, 12, 22, 40, 62, 85, 95, 100, 80, 74, 90, 97, 92, 84, 66, 50, 42, 38, 32, 25];

/// How a channel's last test went.
#[derive(Clone, Copy)]
enum Tested {
    Never,
    Answered(i64),
    Refused(u16, &'static str),
}

/// Name, provider, models (as in [`MODELS`]), priority, weight, share of the requests, last test.
type Channel = (&'static str, &'static str, &'static [usize], i64, i64, u64, Tested);

const CHANNELS: [Channel; 8] = [
    ("Anthropic · main", "anthropic", &[0, 2], 10, 100, 40, Tested::Answered(583)),
    ("OpenAI · team", "openai", &[1], 10, 150, 24, Tested::Answered(661)),
    ("Google AI Studio", "gemini", &[3], 10, 100, 12, Tested::Answered(912)),
    ("OpenRouter · overflow", "openrouter", &[0, 1, 2, 3, 5, 6], 1, 100, 8, Tested::Answered(974)),
    ("月之暗面 · 生产", "moonshot", &[6], 10, 100, 4, Tested::Refused(401, "Invalid Authentication")),
    ("机房 · 二号", "vllm", &[4, 5], 5, 100, 10, Tested::Answered(187)),
    ("Ollama · workstation", "ollama", &[4], 1, 20, 2, Tested::Never),
    ("Demo", "demo", &[], 0, 10, 0, Tested::Answered(1)),
];

/// Username, name, role, group.
const PEOPLE: [(&str, &str, Role, &str); 5] = [
    ("mara", "Mara Okafor", Role::Admin, "default"),
    ("siyuan.chen", "陈思远", Role::Member, "数据组"),
    ("priya", "Priya Raman", Role::Member, "default"),
    ("jonas", "Jonas Lindqvist", Role::Member, "interns"),
    ("ci", "build bot", Role::Member, "default"),
];

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = PathBuf::from(arguments.next().ok_or("name a directory")?);
    let requests: i64 = arguments.next().map_or(Ok(24_000), |n| n.parse())?;
    let clock = Arc::new(SystemClock);
    let store = Store::open(Options {
        data_dir,
        durability: Durability::Process,
        master_key: MasterKeySource::Default,
        clock: clock.clone(),
    })
    .await?;
    let hash = Passwords::new().hash(SecretString::from(PASSWORD)).await?;
    let owner = store.users().create_owner("ada", hash.clone()).await?.ok_or("the directory has an owner already")?;
    for (name, multiplier_ppm) in [("数据组", 800_000), ("interns", 1_000_000)] {
        let new: NewGroup = serde_json::from_value(json!({ "name": name, "multiplier_ppm": multiplier_ppm }))?;
        store.groups().create(new).await?;
    }
    let mut people = vec![owner.id];
    for (username, name, role, group) in PEOPLE {
        let user = store.users().create(username, name, role, hash.clone()).await?;
        let patch: AccountPatch = serde_json::from_value(json!({ "group": group }))?;
        store.accounts().update(user.id, patch).await?;
        people.push(user.id);
    }
    let day = |days: i64| Time::from_millis(clock.now().as_millis() + days * DAY);
    let mut keys = Vec::new();
    for (person, key) in [
        (
            0,
            json!({ "name": "claude-code · laptop", "models": ["claude-sonnet-4-5", "claude-opus-4-5"], "budget": { "limit_nusd": 600 * DOLLAR, "period": "daily" } }),
        ),
        (
            5,
            json!({ "name": "codex-ci", "models": ["gpt-5.1-codex"], "ip_allow": ["10.20.0.0/16"], "expires_at": day(98), "budget": { "limit_nusd": 250 * DOLLAR, "period": "weekly" },
                "limits": { "requests_per_minute": 120, "concurrent_requests": 8 } }),
        ),
        (1, json!({ "name": "zed · workstation" })),
        (
            2,
            json!({ "name": "数据标注-批处理", "group": "数据组", "models": ["kimi-k2", "qwen3-coder", "house-large"] }),
        ),
        (0, json!({ "name": "open webui" })),
        (3, json!({ "name": "notebook-exports", "expires_at": day(3) })),
        (
            4,
            json!({ "name": "intern-sandbox", "group": "interns", "models": ["house-large"], "budget": { "limit_nusd": 5 * DOLLAR },
            "limits": { "requests_per_minute": 20, "tokens_per_minute": 40_000 } }),
        ),
    ] {
        let user = people[person];
        keys.push((user, store.keys().create(user, serde_json::from_value(key)?).await?.key));
    }
    let mut channels = Vec::new();
    for (name, provider, models, priority, weight, _, tested) in CHANNELS {
        let models: Vec<&str> =
            if provider == "demo" { vec!["demo"] } else { models.iter().map(|model| MODELS[*model].0).collect() };
        let base_url = (provider == "vllm").then_some("http://10.20.0.12:8000/v1");
        let own_keys: &[&str] =
            if matches!(provider, "demo" | "ollama" | "vllm") { &[] } else { &["sk-not-a-real-key-0123456789"] };
        let new = json!({
            "name": name, "provider": provider, "base_url": base_url, "keys": own_keys, "models": models,
            "priority": priority, "weight": weight, "groups": ["default", "数据组", "interns"],
        });
        let channel = store.channels().create(serde_json::from_value(new)?).await?;
        if let Some(test) = tested.of(&channel, clock.now()) {
            store.channels().record_test(channel.id, &test).await?;
        }
        channels.push(channel);
    }
    let off: ChannelPatch = serde_json::from_value(json!({ "status": "disabled" }))?;
    store.channels().update(channels[6].id, off).await?;

    let prices = prices(&store).await?;
    let budgets = store.budgets().for_relay().await?;
    let now = clock.now().as_millis();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for index in 0..requests {
        // As many in the last two days as in all before, and fewer by night.
        let left = requests - index;
        let recent = requests / 2;
        let back = if left <= recent {
            left * 2 * DAY / recent
        } else {
            2 * DAY + (left - recent) * (DAYS - 2) * DAY / recent
        };
        let at = now - back - dice.number(120_000);
        let hour = (at / 3_600_000) % 24;
        if dice.below(100) >= HOURS[usize::try_from(hour)?] {
            continue;
        }
        let asked = dice.weighted(&MODELS.map(|(.., weight)| weight));
        let (model, ..) = MODELS[asked];
        let (user_id, key) = &keys[dice.weighted(&[34, 26, 20, 9, 8, 2, 1])];
        let serves = |channel: &Channel| if channel.2.contains(&asked) { channel.5 } else { 0 };
        let channel = &channels[dice.weighted(&CHANNELS.map(|channel| serves(&channel)))];
        let fate = dice.below(1_000);
        let state = match fate {
            0..975 => LogState::Done,
            975..985 => LogState::Failed,
            985..993 => LogState::Cancelled,
            993..995 => LogState::Interrupted,
            _ => LogState::Rejected,
        };
        let open = Open {
            id: Uuid::new_v7(Timestamp::from_unix(
                NoContext,
                u64::try_from(at / 1_000)?,
                u32::try_from(at % 1_000)? * 1_000_000,
            )),
            created_at: Time::from_millis(at),
            user_id: *user_id,
            key_id: key.id,
            key_name: key.name.clone(),
            model: model.to_owned(),
            endpoint: "/v1/chat/completions".to_owned(),
            dialect: "chat".to_owned(),
            stream: dice.below(10) < 8,
            client_ip: Some(format!("192.168.1.{}", 20 + dice.below(8))),
            user_agent: Some("OpenAI/Python 2.8.1".to_owned()),
            input_estimate: 1_000,
            price_id: prices.get(model).map(|price| price.id),
            multiplier_ppm: 1_000_000,
            // What is older was charged in times that are over.
            hold: budgets
                .get(&Owner::Key(key.id))
                .filter(|_| back < DAY)
                .map(|id| Hold { budgets: [*id].into(), amount_nusd: 0 }),
        };
        let tried = state != LogState::Rejected;
        let first = 300 + dice.number(900) + if dice.below(20) == 0 { dice.number(4_000) } else { 0 };
        let usage = Usage {
            input: 1_500 + dice.number(60_000),
            output: 40 + dice.number(2_000),
            reasoning: dice.number(40),
            ..Usage::default()
        };
        let usage = Usage { cache_read: usage.input * 4 / 5, cache_write: usage.input / 20, ..usage };
        let works = matches!(state, LogState::Done | LogState::Cancelled);
        let attempt = |id: i64, name: &str, status, duration_ms, error: Option<&str>| Attempt {
            channel_id: id,
            channel_name: name.to_owned(),
            channel_key_id: None,
            status: Some(status),
            duration_ms,
            error: error.map(str::to_owned),
        };
        let mut attempts = Vec::new();
        if tried && (dice.below(40) == 0 || !works) {
            let other = &channels[3];
            attempts.push(attempt(
                other.id,
                &other.name,
                529,
                386,
                Some("The provider is overloaded (529): Overloaded"),
            ));
        }
        if tried && works {
            attempts.push(attempt(channel.id, &channel.name, 200, first - 40, None));
        } else if tried {
            attempts.push(attempt(
                channel.id,
                &channel.name,
                502,
                412,
                Some("The connection was closed before the answer was complete."),
            ));
        }
        let spent: i64 = attempts.iter().map(|attempt| attempt.duration_ms).sum();
        let settle = Settle {
            id: open.id,
            key_id: key.id,
            state,
            status: match state {
                LogState::Done => Some(200),
                LogState::Failed => Some(502),
                LogState::Rejected => Some(404),
                _ => None,
            },
            channel_id: tried.then_some(channel.id),
            channel_name: tried.then(|| channel.name.clone()),
            upstream_model: tried.then(|| model.to_owned()),
            attempts,
            usage: if works { usage } else { Usage::default() },
            estimated: false,
            anomalous: false,
            charge: if works {
                Charge::of(prices.get(model).map(Arc::as_ref), &usage, 1_000_000)
            } else {
                Charge::default()
            },
            ttft_ms: works.then_some(first),
            duration_ms: if works { first + usage.output * 12 } else { spent + 1 },
            error: match state {
                LogState::Failed => Some("The provider is overloaded (529): Overloaded".to_owned()),
                LogState::Cancelled => Some("The client left before the answer was complete.".to_owned()),
                LogState::Interrupted => Some("The gateway stopped before the answer was complete.".to_owned()),
                LogState::Rejected => Some(format!("No channel serves the model {model}.")),
                LogState::Open | LogState::Done => None,
            },
        };
        drop(store.ledger().reject(open, settle).await?);
    }
    store.close().await;
    println!("ada and mara sign in with: {PASSWORD}");
    Ok(())
}

/// Says what each model costs, but for one; what was cached costs a tenth.
async fn prices(store: &Store) -> Outcome<HashMap<String, Arc<PriceInEffect>>> {
    const USD: i64 = 1_000_000_000;
    for model in store.models().all().await? {
        let Some((.., price_in, price_out, _)) =
            MODELS.iter().find(|(name, ..)| *name == model.name && *name != UNPRICED)
        else {
            continue;
        };
        let pricing = Pricing {
            input_nusd_per_mtok: price_in * USD,
            output_nusd_per_mtok: price_out * USD,
            cache_read_nusd_per_mtok: Some(price_in * USD / 10),
            cache_write_5m_nusd_per_mtok: Some(price_in * USD * 5 / 4),
            ..Pricing::default()
        };
        let patch = ModelPatch { pricing: Some(Some(pricing)), ..ModelPatch::default() };
        store.models().update(model.id, patch).await?;
    }
    let now = store.models().for_relay().await?;
    Ok(now
        .into_iter()
        .filter_map(|model| Some((model.name, Arc::clone(model.prices.at(SystemClock.now())?))))
        .collect())
}

impl Tested {
    fn of(self, channel: &api::channels::Channel, now: Time) -> Option<ChannelTest> {
        let (ok, status, latency_ms, error) = match self {
            Self::Never => return None,
            Self::Answered(millis) => (true, 200, millis, None),
            Self::Refused(status, error) => (false, status, 211, Some(error.to_owned())),
        };
        Some(ChannelTest {
            ok,
            model: channel.models[0].clone(),
            asked: api::models::ModelKind::Chat,
            key_last4: channel.keys.first().map(|key| key.last4.clone()).unwrap_or_default(),
            status: Some(status),
            latency_ms,
            error,
            tested_at: Time::from_millis(now.as_millis() - 26 * 60_000),
        })
    }
}

/// Numbers that look random and are the same each time (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// Small ones more often.
    fn number(&mut self, end: u64) -> i64 {
        let (one, other) = (self.below(end), self.below(end));
        i64::try_from(one.min(other)).unwrap_or(0)
    }

    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        weights
            .iter()
            .position(|weight| {
                let found = at < *weight;
                at = at.saturating_sub(*weight);
                found
            })
            .unwrap_or(0)
    }
}
