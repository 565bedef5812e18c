//! Refreshes the built-in catalogue of public prices from the data of a package that publishes them, and shows what changed.
//!
//! Only facts are taken: which vendor sells which model, by which names, at which price. The file is a JSON list of providers as the
//! Python package `genai-prices` has them:
//!
//! ```sh
//! pip install genai-prices
//! python -c 'import json; from genai_prices.data import providers
//! print(json.dumps(providers, default=lambda o: vars(o) if hasattr(o, "__dict__") else str(o)))' > prices.json
//! cargo xtask prices prices.json --source "genai-prices 0.2.3 (MIT)" --date 2026-11-23 [--write]
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::sh;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// JSON list of providers, as `genai-prices` has them
    file: PathBuf,
    /// The package, its version and its licence
    #[arg(long)]
    source: String,
    /// The day whose prices are taken, such as 2026-11-23
    #[arg(long)]
    date: String,
    /// Write the catalogue, instead of only showing what would change
    #[arg(long)]
    write: bool,
}

const CATALOGUE: &str = "crates/llm/src/price/catalogue.txt";

/// What the source calls a vendor, and what our table does.
const VENDORS: &[(&str, &[&str])] = &[
    ("anthropic", &["anthropic"]),
    ("azure", &["azure-openai"]),
    ("cerebras", &["cerebras"]),
    ("cohere", &["cohere"]),
    ("deepseek", &["deepseek"]),
    ("fireworks", &["fireworks"]),
    ("google", &["gemini"]),
    ("groq", &["groq"]),
    ("huggingface_hyperbolic", &["hyperbolic"]),
    ("huggingface_nebius", &["nebius"]),
    ("huggingface_sambanova", &["sambanova"]),
    ("meta", &["meta-llama"]),
    ("minimax", &["minimax", "minimax-intl"]),
    ("mistral", &["mistral"]),
    ("moonshotai", &["moonshot", "moonshot-intl"]),
    ("novita", &["novita"]),
    ("openai", &["openai"]),
    ("openrouter", &["openrouter"]),
    ("perplexity", &["perplexity"]),
    ("together", &["together"]),
    ("voyageai", &["voyage"]),
    ("x-ai", &["xai"]),
    ("zai", &["zai"]),
    ("zhipuai", &["zhipu"]),
];

/// What the source calls a price, what the catalogue does, and how many of its units make one of ours. Where two say the same price,
/// the later one wins: pictures are the dearer part of a picture model's output.
const PRICES: &[(&str, &str, i32)] = &[
    ("input_mtok", "input", 0),
    ("cache_read_mtok", "cache_read", 0),
    ("cache_write_mtok", "cache_write_5m", 0),
    ("cache_write_5m_mtok", "cache_write_5m", 0),
    ("cache_write_1h_mtok", "cache_write_1h", 0),
    ("input_audio_mtok", "input_audio", 0),
    ("input_image_mtok", "input_image", 0),
    ("output_mtok", "output", 0),
    ("output_image_mtok", "output", 0),
    ("output_reasoning_mtok", "reasoning", 0),
    ("output_audio_mtok", "output_audio", 0),
    ("requests_kcount", "request", -3),
];

/// Vendor and model.
type Key = (String, String);

/// What a row says behind its vendor and model, by part: a price, or a name.
type Parts = BTreeMap<String, String>;

pub(crate) fn run(args: &Args) -> Result<()> {
    let text = fs::read_to_string(&args.file).with_context(|| format!("{} can't be read", args.file.display()))?;
    let source: Value = serde_json::from_str(&text).context("the file isn't JSON")?;
    let new = rows(&source, &args.date)?;
    let path = sh::root().join(CATALOGUE);
    let old = parse(&fs::read_to_string(&path).unwrap_or_default());
    print!("{}", difference(&old, &new));
    if args.write {
        fs::write(&path, text_of(&new, &args.source, &args.date))
            .with_context(|| format!("{CATALOGUE} can't be written"))?;
        println!("{CATALOGUE} is written");
    }
    Ok(())
}

fn rows(source: &Value, date: &str) -> Result<BTreeMap<Key, Parts>> {
    let mut rows: BTreeMap<Key, Parts> = BTreeMap::new();
    for provider in source.as_array().context("the file isn't a list of providers")? {
        let id = provider["id"].as_str().context("a provider has no id")?;
        let Some((_, vendors)) = VENDORS.iter().find(|(theirs, _)| *theirs == id) else { continue };
        let models = provider["models"].as_array().with_context(|| format!("{id} has no models"))?;
        // A model's own name is no other model's other name.
        let mut taken: BTreeSet<String> = models.iter().filter_map(|model| name(model["id"].as_str()?)).collect();
        for model in models {
            let Some(own) = model["id"].as_str().and_then(name) else { continue };
            let Some(mut parts) = prices(&model["prices"], date).with_context(|| format!("{id} {own}"))? else {
                continue;
            };
            let others: BTreeSet<String> =
                names(&model["match"]).into_iter().filter(|other| taken.insert(other.clone())).collect();
            if !others.is_empty() {
                let others: Vec<String> = others.into_iter().collect();
                parts.insert("also".to_owned(), others.join(","));
            }
            for vendor in *vendors {
                rows.insert(((*vendor).to_owned(), own.clone()), parts.clone());
            }
        }
    }
    Ok(rows)
}

/// A name as the catalogue has it; nothing for one that can't stand in a line.
fn name(text: &str) -> Option<String> {
    let fits = !text.is_empty() && !text.ends_with(['-', '@']) && !text.contains([' ', '=', ',', '~']);
    fits.then(|| text.to_lowercase())
}

/// Every name that a rule spells out.
fn names(rule: &Value) -> Vec<String> {
    let Some(rule) = rule.as_object() else { return Vec::new() };
    let of = |key: &str| rule.get(key).and_then(Value::as_str).and_then(name);
    let mut found: Vec<String> = ["equals", "starts_with"].into_iter().filter_map(of).collect();
    for key in ["or_", "or", "and_", "and"] {
        found.extend(rule.get(key).and_then(Value::as_array).into_iter().flatten().flat_map(names));
    }
    found
}

/// The prices of a day; `None` if nothing is sold by tokens or requests. Where they depend on the time of day, the dearer ones.
fn prices(prices: &Value, date: &str) -> Result<Option<Parts>> {
    let Some(conditional) = prices.as_array() else { return parts(prices) };
    let mut found = None;
    for price in conditional {
        let constraint = &price["constraint"];
        if constraint["start_date"].as_str().is_some_and(|start| start > date) {
            continue;
        }
        let now = parts(&price["prices"])?;
        let by_the_hour = constraint.get("start_time").is_some();
        if !by_the_hour || scaled(now.as_ref(), "output") > scaled(found.as_ref(), "output") {
            found = now;
        }
    }
    Ok(found)
}

fn scaled(parts: Option<&Parts>, part: &str) -> i128 {
    let text = parts.and_then(|parts| parts.get(part)).map_or("0", String::as_str);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<9}").parse().unwrap_or(0)
}

fn parts(prices: &Value) -> Result<Option<Parts>> {
    let mut parts = Parts::new();
    for (theirs, ours, power) in PRICES {
        match &prices[*theirs] {
            Value::Null => {}
            tiered @ Value::Object(_) => {
                parts.insert((*ours).to_owned(), usd(&tiered["base"], *power)?);
                for tier in tiered["tiers"].as_array().into_iter().flatten() {
                    let start = tier["start"].as_u64().context("a tier has no start")?;
                    parts.insert(format!("{ours}>{start}"), usd(&tier["price"], *power)?);
                }
            }
            price => {
                parts.insert((*ours).to_owned(), usd(price, *power)?);
            }
        }
    }
    if !["input", "output", "request"].iter().any(|part| parts.contains_key(*part)) {
        return Ok(None);
    }
    for part in ["input", "output"] {
        parts.entry(part.to_owned()).or_insert_with(|| "0".to_owned());
    }
    Ok(Some(parts))
}

/// A number of dollars times a power of ten: rounded to a billionth, which is as fine as the gateway counts, without zeros at the end.
fn usd(value: &Value, power: i32) -> Result<String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let lower = text.to_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let exponent: i32 = exponent.parse::<i32>().with_context(|| format!("{text} isn't a price"))?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    // How many billionths one of the last digit is, as a power of ten.
    let scale = exponent.saturating_add(power).saturating_sub(i32::try_from(fraction.len())?).saturating_add(9);
    let fits = digits.len() <= 20 && digits.bytes().all(|b| b.is_ascii_digit()) && (-25..=12).contains(&scale);
    let Some(digits) = digits.parse::<i128>().ok().filter(|_| fits) else { bail!("{text} isn't a price") };
    let ten = 10_i128.pow(scale.unsigned_abs());
    let billionths = if scale < 0 { (digits + ten / 2) / ten } else { digits * ten };
    let (whole, fraction) = (billionths / 1_000_000_000, billionths % 1_000_000_000);
    let text = format!("{whole}.{fraction:09}");
    Ok(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}

fn parse(text: &str) -> BTreeMap<Key, Parts> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split(' ');
            let key = (words.next()?.to_owned(), words.next()?.to_owned());
            let parts = words.filter_map(|word| word.split_once('='));
            Some((key, parts.map(|(part, value)| (part.to_owned(), value.to_owned())).collect()))
        })
        .collect()
}

fn text_of(rows: &BTreeMap<Key, Parts>, source: &str, date: &str) -> String {
    let mut text = format!(
        "# Public prices in USD: per million tokens, per request. `part>N` holds above N input tokens.\n\
         # Written by `cargo xtask prices`. Facts from {source}.\n\
         # date {date}\n"
    );
    for ((vendor, model), parts) in rows {
        let _ = write!(text, "{vendor} {model}");
        for (part, value) in parts {
            let _ = write!(text, " {part}={value}");
        }
        text.push('\n');
    }
    text
}

/// What is new, gone and changed, a line each.
fn difference(old: &BTreeMap<Key, Parts>, new: &BTreeMap<Key, Parts>) -> String {
    let mut text = String::new();
    let (mut added, mut gone, mut changed) = (0, 0, 0);
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (vendor, model) = key;
        let (mark, words): (_, Vec<String>) = match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) if old != new => {
                changed += 1;
                let parts: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                let told = |parts: &Parts, part| parts.get(part).map_or("–", String::as_str).to_owned();
                let differ = parts.into_iter().filter(|part| old.get(*part) != new.get(*part));
                ('~', differ.map(|part| format!("{part} {} → {}", told(old, part), told(new, part))).collect())
            }
            (None, Some(new)) => {
                added += 1;
                ('+', new.iter().map(|(part, value)| format!("{part} {value}")).collect())
            }
            (Some(_), None) => {
                gone += 1;
                ('-', Vec::new())
            }
            _ => continue,
        };
        let words = words.join(", ");
        let _ = writeln!(text, "{}", format!("{mark} {vendor} {model}  {words}").trim_end());
    }
    let _ = writeln!(text, "{added} new, {gone} gone, {changed} changed, {} in all", new.len());
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dollars_are_read_exactly() {
        for (text, power, expected) in [
            ("0.80", 0, "0.8"),
            ("15", 0, "15"),
            ("1E+1", 0, "10"),
            ("7.5e-3", 0, "0.0075"),
            ("0.000000001", 0, "0.000000001"),
            ("0", 0, "0"),
            ("12", -3, "0.012"),
            ("600.00", 0, "600"),
            ("0.0833333333333333", 0, "0.083333333"),
            ("0.0000000005", 0, "0.000000001"),
        ] {
            assert_eq!(usd(&json!(text), power).unwrap(), expected, "{text}");
        }
        assert_eq!(usd(&json!(0.1), 0).unwrap(), "0.1");
        for text in ["-1", "", "free", "1e400", "1.2.3"] {
            assert!(usd(&json!(text), 0).is_err(), "{text}");
        }
    }

    fn source(prices: &Value) -> Value {
        json!([
            {"id": "someone-else", "models": [{"id": "x", "prices": {"input_mtok": "1"}}]},
            {"id": "openai", "models": [
                {"id": "GPT-x", "match": {"or_": [{"equals": "gpt-x-latest"}, {"starts_with": "gpt-x"}, {"regex": "^a"}]},
                    "prices": prices},
                {"id": "speech", "match": {"equals": "speech"}, "prices": {"audio_hours": "1"}},
            ]},
        ])
    }

    fn text(prices: &Value) -> String {
        let rows = rows(&source(prices), "2026-11-23").unwrap();
        let text = text_of(&rows, "a package", "2026-11-23");
        assert_eq!(parse(&text), rows);
        text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_row_has_the_prices_of_the_day() {
        let tiered = json!({"base": "1.25", "tiers": [{"start": 200_000, "price": "2.5"}]});
        assert_eq!(
            text(
                &json!({"input_mtok": tiered, "output_mtok": "10", "cache_write_mtok": "1.5", "web_searches_kcount": "9"})
            ),
            "openai gpt-x also=gpt-x-latest cache_write_5m=1.5 input=1.25 input>200000=2.5 output=10"
        );
        let at = |start: &str, usd: &str| json!({"constraint": {"start_date": start}, "prices": {"input_mtok": usd, "output_mtok": usd}});
        assert_eq!(
            text(&json!([at("2026-01-01", "3"), at("2026-11-23", "2"), at("2026-11-24", "9")])),
            "openai gpt-x also=gpt-x-latest input=2 output=2"
        );
        let hours = json!({"constraint": {"start_time": "00:00"}, "prices": {"input_mtok": "8", "output_mtok": "8"}});
        assert_eq!(text(&json!([at("2026-01-01", "3"), hours])), "openai gpt-x also=gpt-x-latest input=8 output=8");
    }

    #[test]
    fn what_changed_is_shown_with_before_and_after() {
        let before = parse("openai a input=1 output=2\nopenai b input=1\nopenai c input=1");
        let after = parse("openai a input=1 output=3 request=4\nopenai c input=1\nopenai d input=5");
        assert_eq!(
            difference(&before, &after),
            "~ openai a  output 2 → 3, request – → 4\n- openai b\n+ openai d  input 5\n1 new, 1 gone, 1 changed, 3 in all\n"
        );
    }
}
