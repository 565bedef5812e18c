//! Counts what passed and failed, and shows it at the end.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::sh::Cmd;

/// What one step came to.
#[derive(Debug)]
struct Row {
    name: &'static str,
    passed: u64,
    failed: u64,
    ignored: u64,
    took: Duration,
    /// Why it wasn't run.
    skipped: Option<&'static str>,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: Vec<Row>,
}

impl Tally {
    /// Runs a check, which counts as one.
    pub(super) fn check(&mut self, name: &'static str, check: impl FnOnce() -> Result<()>) -> bool {
        self.step(name, |_| check())
    }

    /// Runs `cargo test` or what prints like it; each test counts.
    pub(super) fn tests(&mut self, name: &'static str, cmd: Cmd) -> bool {
        self.step(name, |counts| {
            cmd.tee(|line| {
                if let Some(result) = Counts::parse(line) {
                    counts.add(result);
                }
            })
        })
    }

    pub(super) fn skip(&mut self, name: &'static str, why: &'static str) {
        heading(name);
        println!("skipped: {why}");
        self.rows.push(Row { name, passed: 0, failed: 0, ignored: 0, took: Duration::ZERO, skipped: Some(why) });
    }

    fn step(&mut self, name: &'static str, run: impl FnOnce(&mut Counts) -> Result<()>) -> bool {
        heading(name);
        let start = Instant::now();
        let mut counts = Counts::default();
        let outcome = run(&mut counts);
        if let Err(error) = &outcome {
            println!("error: {error:#}");
        }
        counts.settle(outcome.is_ok());
        let Counts { passed, failed, ignored } = counts;
        self.rows.push(Row { name, passed, failed, ignored, took: start.elapsed(), skipped: None });
        failed == 0
    }

    /// Whether nothing failed.
    pub(super) fn is_green(&self) -> bool {
        self.rows.iter().all(|row| row.failed == 0)
    }

    /// A table of the steps, then the one line that says it all.
    pub(super) fn summary(&self) -> String {
        let mut out = format!("{:<44}{:>8}{:>8}{:>9}{:>9}\n", "step", "passed", "failed", "ignored", "seconds");
        for row in &self.rows {
            let _ = match row.skipped {
                Some(why) => writeln!(out, "{:<44}  skipped: {why}", row.name),
                None => writeln!(
                    out,
                    "{:<44}{:>8}{:>8}{:>9}{:>9.1}",
                    row.name,
                    row.passed,
                    row.failed,
                    row.ignored,
                    row.took.as_secs_f64()
                ),
            };
        }
        let passed: u64 = self.rows.iter().map(|row| row.passed).sum();
        let failed: u64 = self.rows.iter().map(|row| row.failed).sum();
        let _ = writeln!(out, "\n{passed} passed, {failed} failed");
        out
    }
}

fn heading(name: &str) {
    println!("\n=== {name} ===");
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn parse(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let mut found = Self::default();
        for part in counts.split(';') {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => found.passed = number.parse().ok()?,
                Some((number, "failed")) => found.failed = number.parse().ok()?,
                Some((number, "ignored")) => found.ignored = number.parse().ok()?,
                _ => {}
            }
        }
        Some(found)
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }

    /// A step that failed without a failed test (it didn't compile, or died) is a failure of its own; one without tests that
    /// succeeded is a success.
    fn settle(&mut self, succeeded: bool) {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        if succeeded && *self == Self::default() {
            self.passed = 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn counts_are_read_from_what_cargo_test_prints() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s\n";
        assert_eq!(Counts::parse(line), Some(Counts { passed: 12, failed: 3, ignored: 1 }));
        assert_eq!(Counts::parse("test a ... ok"), None);
    }

    #[test]
    fn every_test_counts_and_so_does_every_check() {
        let mut tally = Tally::default();
        let script = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; echo 'test result: ok. 3 passed; 0 failed; 0 ignored'";
        assert!(tally.tests("tests", Cmd::new("sh").args(["-c", script])));
        assert!(tally.check("check", || Ok(())));
        assert!(tally.is_green());
        assert!(tally.summary().ends_with("\n6 passed, 0 failed\n"), "{}", tally.summary());
    }

    #[test]
    fn a_step_that_dies_without_a_count_is_one_failure() {
        let mut tally = Tally::default();
        assert!(!tally.tests("died", Cmd::new("sh").args(["-c", "exit 101"])));
        assert!(!tally.check("check", || bail!("no")));
        assert!(!tally.is_green());
        assert!(tally.summary().ends_with("\n0 passed, 2 failed\n"), "{}", tally.summary());
    }

    #[test]
    fn failed_tests_are_not_counted_twice() {
        let mut tally = Tally::default();
        let script = "echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored'; exit 101";
        tally.tests("tests", Cmd::new("sh").args(["-c", script]));
        assert!(tally.summary().ends_with("\n1 passed, 2 failed\n"), "{}", tally.summary());
    }

    #[test]
    fn what_was_skipped_is_named_and_not_counted() {
        let mut tally = Tally::default();
        tally.skip("window", "no display");
        assert!(tally.summary().contains("window"));
        assert!(tally.summary().ends_with("\n0 passed, 0 failed\n"));
    }
}
