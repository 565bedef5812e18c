//! AI Gateway: reads the command line, then runs the gateway with or without a window.

mod cli;
#[cfg(feature = "desktop")]
mod desktop;
mod headless;
mod settings;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run(cli::Cli::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
