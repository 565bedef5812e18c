//! From a clone to a running gateway.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;

use crate::build::{self, Kind, Profile};
use crate::sh::Cmd;
use crate::ui::Pages;
use crate::{port, setup};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// With a demo channel and a key, and a curl line to try them.
    #[arg(long)]
    demo: bool,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Where the gateway keeps its data (default: its own choice, which it prints).
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Optimised: slower to build, as fast as an installed gateway.
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    port::ensure_free(args.listen)?;
    setup::ensure(Kind::Server.needs())?;
    build::console(Pages::Product)?;
    let profile = if args.release { Profile::Release } else { Profile::Dev };
    let program = build::program(Kind::Server, profile)?;
    let mut gateway = Cmd::new(program).args(["--headless", "--listen", &args.listen.to_string()]);
    if let Some(dir) = &args.data_dir {
        gateway = gateway.arg("--data-dir").arg(std::path::absolute(dir)?);
    }
    if args.demo {
        gateway = gateway.arg("--demo");
    }
    gateway.exec()
}
