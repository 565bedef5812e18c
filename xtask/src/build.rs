//! Builds the program, with the console in it.

use std::path::PathBuf;

use anyhow::Result;

use crate::setup::{self, Set};
use crate::sh;
use crate::ui::{self, Pages};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// With the desktop window (links WebKitGTK).
    #[arg(long)]
    desktop: bool,
}

/// Builds for release and says where the program lies.
pub(crate) fn run(args: &Args) -> Result<()> {
    let kind = if args.desktop { Kind::Desktop } else { Kind::Server };
    setup::ensure(kind.needs())?;
    console(Pages::Product)?;
    println!("{}", program(kind, Profile::Release)?.display());
    Ok(())
}

/// Builds the console into `ui/dist`, where the program's build picks it up.
pub(crate) fn console(pages: Pages) -> Result<()> {
    eprintln!("Building the console.");
    let report = ui::build(sh::root(), pages)?;
    eprintln!("{report}");
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Server,
    Desktop,
    /// For `cargo xtask bench --ledger`, never for use.
    Measure,
}

impl Kind {
    pub(crate) const fn needs(self) -> &'static [Set] {
        match self {
            Self::Server | Self::Measure => &[Set::Console, Set::Server],
            Self::Desktop => &[Set::Console, Set::Server, Set::Desktop],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds the program and returns its path. The console has to be there.
pub(crate) fn program(kind: Kind, profile: Profile) -> Result<PathBuf> {
    let mut cargo = sh::cargo().args(["build", "--package", "ai-gateway"]);
    match kind {
        Kind::Server => {}
        Kind::Desktop => cargo = cargo.args(["--features", "desktop"]),
        Kind::Measure => cargo = cargo.args(["--features", "measure"]),
    }
    if profile == Profile::Release {
        cargo = cargo.arg("--release");
    }
    cargo.run()?;
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    Ok(sh::target_dir().join(folder).join(format!("ai-gateway{}", std::env::consts::EXE_SUFFIX)))
}
