//! The command line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks on both")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::{headless, settings::Flags};

/// One gateway between everything that uses language models and everything that serves them.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Run without a window.
    #[arg(long)]
    headless: bool,
    /// Make a channel at the built-in demo provider and a key for it, and print a line to try them.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the document that describes the console's API.
    Openapi,
    /// Ask a running gateway whether it is ready; for containers.
    Healthcheck {
        /// Where it listens.
        #[arg(long, env = "AIGW_LISTEN", default_value = "127.0.0.1:3000")]
        listen: SocketAddr,
    },
    /// Count all sums again from the requests that they are of, and name each that differs. The gateway may run meanwhile.
    Verify {
        #[command(flatten)]
        flags: Box<Flags>,
    },
    /// Give a user a new password, printed once. Stop the gateway first.
    ResetPassword {
        username: String,
        #[command(flatten)]
        flags: Box<Flags>,
    },
}

impl Cli {
    /// What the command line and the environment say; ends the program if they can't be read.
    pub(crate) fn read() -> Self {
        let matches = Self::command().get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        cli.flags.note_sources(&matches);
        cli
    }
}

pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Some(Command::Openapi) => {
            print!("{}", server::openapi());
            Ok(())
        }
        Some(Command::Healthcheck { listen }) => healthcheck(listen),
        Some(Command::Verify { flags }) => {
            let verification = headless::verify(&flags.settings(false)?)?;
            for difference in &verification.differences {
                println!("{} is {}, should be {}", difference.what, difference.kept, difference.counted);
            }
            if verification.differing > 0 {
                bail!("{} sums of {} requests differ", verification.differing, verification.requests);
            }
            println!("{} requests: every sum is right", verification.requests);
            Ok(())
        }
        Some(Command::ResetPassword { username, flags }) => {
            let password = headless::reset_password(&username, &flags.settings(false)?)?;
            println!("{password}");
            Ok(())
        }
        None => {
            log();
            if cli.headless {
                return headless::run(cli.flags.settings(cli.demo)?);
            }
            #[cfg(feature = "desktop")]
            return crate::desktop::run(cli.flags.settings(cli.demo)?);
            #[cfg(not(feature = "desktop"))]
            bail!("this build has no window. Start it with --headless.");
        }
    }
}

/// To stderr, so that stdout has only what people and scripts are meant to read.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}

/// What went wrong, in one sentence, causes included.
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("ai-gateway: {error:#}");
}

fn healthcheck(listen: SocketAddr) -> anyhow::Result<()> {
    let host = if listen.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], listen.port())) } else { listen };
    let timeout = Duration::from_secs(3);
    let mut stream =
        TcpStream::connect_timeout(&host, timeout).with_context(|| format!("nothing listens on {host}"))?;
    stream.set_read_timeout(Some(timeout))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).context("no answer")?;
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    bail!("not ready: {}", answer.lines().last().unwrap_or("no answer"));
}
