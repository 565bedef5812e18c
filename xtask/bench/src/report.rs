//! Medians, ratios and the table.

use std::fmt;
use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::Plan;
use crate::gateway::Gateway;
use crate::idle::Memory;
use crate::load::{Kind, Sample};
use crate::nginx::Nginx;
use crate::process::resident;

/// What the numbers were taken on.
#[derive(Debug)]
pub(crate) struct Machine {
    cpu: String,
    cores: usize,
    kernel: String,
    nginx: String,
    open_files: usize,
}

impl Machine {
    pub(crate) fn look(nginx: &Nginx, open_files: usize) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let info = read("/proc/cpuinfo");
        let cpu = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
        Self {
            cpu: cpu.unwrap_or("unknown CPU").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            nginx: nginx.version.clone(),
            open_files,
        }
    }
}

/// The medians of one target's rounds.
#[derive(Debug)]
pub(crate) struct Measured {
    name: &'static str,
    per_second: f64,
    /// Milliseconds, as all below.
    median: f64,
    p99: f64,
    first_median: f64,
    first_p99: f64,
    answers: usize,
    wrong: usize,
    first_wrong: Option<String>,
}

impl Measured {
    /// Of each number the median over the rounds.
    pub(crate) fn median(name: &'static str, mut rounds: Vec<Sample>) -> Self {
        for round in &mut rounds {
            round.latencies.sort_unstable();
            round.first.sort_unstable();
        }
        let over = |number: &dyn Fn(&Sample) -> f64| middle(rounds.iter().map(number).collect());
        Self {
            name,
            per_second: over(&per_second),
            median: over(&|round| millis(percentile(&round.latencies, 50))),
            p99: over(&|round| millis(percentile(&round.latencies, 99))),
            first_median: over(&|round| millis(percentile(&round.first, 50))),
            first_p99: over(&|round| millis(percentile(&round.first, 99))),
            answers: rounds.iter().map(|round| round.latencies.len()).sum(),
            wrong: rounds.iter().map(|round| round.wrong).sum(),
            first_wrong: rounds.into_iter().find_map(|round| round.first_wrong),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn per_second(round: &Sample) -> f64 {
    round.latencies.len() as f64 / round.elapsed.as_secs_f64()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Of sorted values; zero of none.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or_default()
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// All that was measured, shown as Markdown.
#[derive(Debug)]
pub(crate) struct Report {
    machine: Machine,
    plan: Plan,
    idle: Vec<(&'static str, u64)>,
    scenarios: Vec<(Kind, usize, Vec<Measured>)>,
    streaming: Vec<(&'static str, Memory)>,
}

impl Report {
    pub(crate) fn new(machine: Machine, plan: Plan) -> Self {
        Self { machine, plan, idle: Vec::new(), scenarios: Vec::new(), streaming: Vec::new() }
    }

    /// Reads memory before the first request is relayed.
    pub(crate) fn idle_memory(&mut self, nginx: &Nginx, gateways: &[Gateway]) -> Result<()> {
        self.idle.push(("nginx", resident(nginx.pid())?));
        for gateway in gateways {
            self.idle.push((gateway.durability.title(), resident(gateway.pid())?));
        }
        Ok(())
    }

    pub(crate) fn scenario(&mut self, kind: Kind, connections: usize, measured: Vec<Measured>) {
        self.scenarios.push((kind, connections, measured));
    }

    pub(crate) fn streaming_memory(&mut self, name: &'static str, memory: Memory) {
        self.streaming.push((name, memory));
    }

    fn measured(&self) -> impl Iterator<Item = &Measured> {
        self.scenarios.iter().flat_map(|(.., measured)| measured)
    }

    pub(crate) fn wrong(&self) -> usize {
        self.measured().map(|one| one.wrong).sum()
    }

    pub(crate) fn first_wrong(&self) -> &str {
        self.measured().find_map(|one| one.first_wrong.as_deref()).unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cpu, cores, kernel, nginx, open_files } = &self.machine;
        let Plan { rounds, round, .. } = self.plan;
        writeln!(f, "{cpu}, {cores} cores, Linux {kernel}, {nginx} (1 worker, unbuffered).")?;
        writeln!(
            f,
            "Medians of {rounds} rounds of {} s, in turns. `first` is the time to the first byte of the body.\n",
            round.as_secs()
        )?;
        writeln!(
            f,
            "| what | target | per second | of nginx | median ms | over nginx | over direct | p99 ms | first ms | first p99 | answers | wrong |"
        )?;
        writeln!(f, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for (kind, connections, measured) in &self.scenarios {
            let find = |name: &str| measured.iter().find(|one| one.name == name);
            let (Some(direct), Some(nginx)) = (find("direct"), find("nginx")) else { continue };
            for one in measured {
                writeln!(
                    f,
                    "| {kind}, {connections} conn. | {} | {:.0} | {:.2} | {:.3} | {:+.3} | {:+.3} | {:.3} | {:.3} | {:.3} | {} | {} |",
                    one.name,
                    one.per_second,
                    one.per_second / nginx.per_second,
                    one.median,
                    one.median - nginx.median,
                    one.median - direct.median,
                    one.p99,
                    one.first_median,
                    one.first_p99,
                    one.answers,
                    one.wrong,
                )?;
            }
        }
        writeln!(f, "\n| resident memory, MiB | at start | after the load | with idle streams | streams |")?;
        writeln!(f, "|---|--:|--:|--:|--:|")?;
        for (name, memory) in &self.streaming {
            let start = self.idle.iter().find(|(idle, _)| idle == name).map_or(0, |(_, resident)| *resident);
            let (before, with_streams) = (mib(memory.before), mib(memory.with_streams));
            writeln!(f, "| {name} | {} | {before} | {with_streams} | {} |", mib(start), memory.streams)?;
        }
        for (_, memory) in &self.streaming {
            if memory.streams < self.plan.idle_streams {
                writeln!(
                    f,
                    "\nNot {} idle streams but {}: a process may open {open_files} files here, and a stream takes two of a proxy's. \
                     Raise the hard limit (`ulimit -Hn`) for more.",
                    self.plan.idle_streams, memory.streams,
                )?;
                break;
            }
        }
        Ok(())
    }
}

/// KiB as MiB with one digit.
fn mib(kib: u64) -> String {
    format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let sorted: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, 50), Duration::from_millis(50));
        assert_eq!(percentile(&sorted, 99), Duration::from_millis(99));
        assert_eq!(percentile(&sorted[..1], 99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }

    #[test]
    fn one_bad_round_does_not_move_the_median() {
        let round = |count: usize| Sample {
            elapsed: Duration::from_secs(1),
            latencies: vec![Duration::from_millis(1); count],
            ..Sample::default()
        };
        let measured = Measured::median("x", vec![round(100), round(1), round(110)]);
        assert!((measured.per_second - 100.0).abs() < 1e-9, "{measured:?}");
        assert_eq!(measured.answers, 211);
    }

    #[test]
    fn wrong_answers_are_counted_over_all_rounds() {
        let round = |why: &str| Sample { wrong: 2, first_wrong: Some(why.to_owned()), ..Sample::default() };
        let measured = Measured::median("x", vec![round("a"), round("b")]);
        assert_eq!((measured.wrong, measured.first_wrong.as_deref()), (4, Some("a")));
    }

    #[test]
    fn memory_is_shown_in_mebibytes() {
        assert_eq!(mib(1024 + 512), "1.5");
    }
}
