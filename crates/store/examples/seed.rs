//! Fills a data directory with people, keys, channels and a month of requests, so that the console's pages can be looked at full.
//!
//! `cargo run -p store --example seed -- DIR [requests]`: the owner is `ada`, a member is `mara`, their password `correct horse battery`.
//! The same each time, but for the time that it ends with: now.

#![expect(clippy::print_stdout, reason = "this is what the example is for")]

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use api::Time;
use api::keys::NewKey;
use api::logs::{Attempt, LogState};
use api::models::ModelPatch;
use api::prices::Pricing;
use api::session::Role;
use secrecy::SecretString;
use store::{
    Charge, Clock, Durability, MasterKeySource, Open, Options, Passwords, PriceInEffect, Settle, Store, SystemClock,
    Usage,
};
use uuid::{NoContext, Timestamp, Uuid};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const PASSWORD: &str = "correct horse battery";
const DAYS: i64 = 30;
const DAY: i64 = 24 * 60 * 60 * 1000;

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

/// Names and providers.
const CHANNELS: [(&str, &str); 5] = [
    ("Anthropic · main", "anthropic"),
    ("OpenAI · team", "openai"),
    ("Vertex · europe-west4", "openai"),
    ("机房 · 二号", "ollama"),
    ("Ollama · workstation", "ollama"),
];

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = PathBuf::from(arguments.next().ok_or("name a directory")?);
    let requests: i64 = arguments.next().map_or(Ok(12_000), |n| n.parse())?;
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
    let mara = store.users().create("mara", "Mara Okafor", Role::Member, hash).await?;
    let mut keys = Vec::new();
    for (user, name) in [
        (owner.id, "claude-code · laptop"),
        (owner.id, "codex-ci"),
        (mara.id, "zed · workstation"),
        (mara.id, "数据标注-批处理"),
        (owner.id, "open webui"),
    ] {
        let new: NewKey = serde_json::from_value(serde_json::json!({ "name": name }))?;
        keys.push((user, store.keys().create(user, new).await?.key));
    }
    let mut channels = Vec::new();
    for (name, provider) in CHANNELS {
        let new = serde_json::json!({
            "name": name, "provider": provider, "keys": ["sk-not-a-real-key-0123456789"],
            "models": MODELS.map(|(name, ..)| name),
        });
        channels.push(store.channels().create(serde_json::from_value(new)?).await?);
    }

    let prices = prices(&store).await?;
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
        if !(7..20).contains(&hour) && dice.below(10) < 7 {
            continue;
        }
        let (model, ..) = MODELS[dice.weighted(&MODELS.map(|(.., weight)| weight))];
        let (user_id, key) = &keys[dice.weighted(&[34, 26, 20, 12, 8])];
        let channel = &channels[dice.weighted(&[40, 28, 16, 12, 4])];
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
            let other = &channels[1];
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
            duration_ms: if tried { first + usage.output * 12 } else { 1 },
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
