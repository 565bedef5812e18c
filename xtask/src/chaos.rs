//! Ends the gateway in the middle of its work, again and again, and has its books checked.

use anyhow::Result;

use crate::setup::{self, Set};
use crate::sh::cargo;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    how: How,
}

#[derive(Debug, clap::Subcommand)]
enum How {
    /// Kill it under mixed load, at another moment each time
    Kill {
        #[arg(long, default_value_t = 300)]
        cycles: u32,
    },
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let How::Kill { cycles } = args.how;
    setup::ensure(&[Set::Console, Set::Server, Set::Test])?;
    // The test of the whole run, which checks the outcome the same way after fewer cycles.
    cargo()
        .args(["test", "--test", "blackbox", "--", "--nocapture", "budgets::whenever_it_is_killed"])
        .env("AIGW_CHAOS_CYCLES", cycles.to_string())
        .run()
}
