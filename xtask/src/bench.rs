//! Builds the gateway and the bench for release and compares the gateway with nginx.

use anyhow::Result;

use crate::build::{self, Kind, Profile};
use crate::setup::{self, Set};
use crate::sh::{self, Cmd};
use crate::ui::Pages;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Shorter rounds and fewer idle streams: a first look, not a result.
    #[arg(long)]
    quick: bool,
    /// What the ledger costs: the gateway beside one that writes nothing down
    #[arg(long)]
    ledger: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Set::Console, Set::Server, Set::Bench])?;
    build::console(Pages::Product)?;
    let kind = if args.ledger { Kind::Measure } else { Kind::Server };
    let gateway = build::program(kind, Profile::Release)?;
    sh::cargo().args(["build", "--release", "--package", "bench"]).run()?;
    let mut bench = Cmd::new(sh::target_dir().join("release/bench")).arg("--gateway").arg(gateway);
    for (flag, on) in [("--quick", args.quick), ("--ledger", args.ledger)] {
        if on {
            bench = bench.arg(flag);
        }
    }
    bench.exec()
}
