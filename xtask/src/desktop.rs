//! Builds the program with its window and opens it.

use anyhow::Result;

use crate::build::{self, Kind, Profile};
use crate::setup;
use crate::sh::Cmd;
use crate::ui::Pages;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Build only, don't open the window.
    #[arg(long)]
    build_only: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    setup::ensure(Kind::Desktop.needs())?;
    build::console(Pages::Product)?;
    let program = build::program(Kind::Desktop, Profile::Dev)?;
    if args.build_only {
        println!("{}", program.display());
        return Ok(());
    }
    Cmd::new(program).exec()
}
