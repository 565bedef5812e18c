//! AI Gateway: reads the command line, then runs the gateway with or without a window.

mod cli;
#[cfg(feature = "desktop")]
mod desktop;
mod headless;
mod settings;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
