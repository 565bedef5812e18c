//! Every developer command: `cargo xtask <command>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to a terminal")]

mod bench;
mod build;
mod chaos;
mod codegen;
mod desktop;
mod port;
mod prices;
mod run;
mod screenshots;
mod setup;
mod sh;
mod test;
mod tidy;
mod ui;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, runs and checks AI Gateway. Each command installs what it needs on a Debian-like machine, and says so.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build everything and start the gateway on this machine
    Run(run::Args),
    /// Run every check and every test
    Test(test::Args),
    /// Install what the other commands need
    Setup {
        /// What to prepare for
        #[arg(value_enum, default_values = ["console", "server"])]
        sets: Vec<setup::Set>,
    },
    /// Build the console into ui/dist
    Ui {
        /// With the page at /design that shows every part in every state
        #[arg(long)]
        design: bool,
    },
    /// Build the program for release, with the console in it
    Build(build::Args),
    /// Build the program with its window and open it
    Desktop(desktop::Args),
    /// Compare the gateway with nginx
    Bench(bench::Args),
    /// Kill the gateway under load and check its books
    Chaos(chaos::Args),
    /// Write the generated files that are committed
    Codegen(codegen::Args),
    /// Refresh the built-in catalogue of public prices and show what changes
    Prices(prices::Args),
    /// Take a picture of every page into docs/screenshots
    Screenshots(screenshots::Args),
    /// Check the repository's own rules
    Tidy,
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(&args)?,
        Command::Test(args) => return test::run(&args),
        Command::Setup { sets } => setup::ensure(&sets)?,
        Command::Ui { design } => {
            setup::ensure(&[setup::Set::Console])?;
            build::console(if design { ui::Pages::Design } else { ui::Pages::Product })?;
        }
        Command::Build(args) => build::run(&args)?,
        Command::Desktop(args) => desktop::run(&args)?,
        Command::Bench(args) => bench::run(&args)?,
        Command::Chaos(args) => chaos::run(&args)?,
        Command::Codegen(args) => codegen::run(&args)?,
        Command::Prices(args) => prices::run(&args)?,
        Command::Screenshots(args) => screenshots::run(&args)?,
        Command::Tidy => tidy::run()?,
    }
    Ok(ExitCode::SUCCESS)
}
