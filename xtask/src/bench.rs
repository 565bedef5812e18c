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
}

pub(crate) fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Set::Console, Set::Server, Set::Bench])?;
    build::console(Pages::Product)?;
    let gateway = build::program(Kind::Server, Profile::Release)?;
    sh::cargo().args(["build", "--release", "--package", "bench"]).run()?;
    let mut bench = Cmd::new(sh::target_dir().join("release/bench")).arg("--gateway").arg(gateway);
    if args.quick {
        bench = bench.arg("--quick");
    }
    bench.exec()
}
