//! Pictures of every page, in each language and theme: full, empty, failing and narrow. For people to look at, beside each other.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

use crate::build::{self, Kind, Profile};
use crate::setup::{self, Set};
use crate::sh::{self, Cmd, cargo};
use crate::test::Tools;
use crate::ui::Pages;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only pictures whose file matches this regular expression, such as `^keys-.*-dark`.
    only: Option<String>,
}

/// What the seeded people sign in with; the owner of the empty gateway too.
const PASSWORD: &str = "correct horse battery";

/// Writes `docs/screenshots/PAGE-STATE-THEME-LANGUAGE.png`.
pub(crate) fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Set::Console, Set::Server, Set::Test])?;
    Tools::install()?;
    build::console(Pages::Product)?;
    let program = build::program(Kind::Server, Profile::Dev)?;
    let data = sh::target_dir().join("screenshots");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let full = data.join("full");
    cargo().args(["run", "--package", "store", "--example", "seed", "--"]).arg(&full).run()?;
    let full = Gateway::start(&program, &full)?;
    let empty = Gateway::start(&program, &data.join("empty"))?;
    Cmd::new("node")
        .arg("tests/browser/screens.mjs")
        .env("FULL", &full.url)
        .env("EMPTY", &empty.url)
        .env("PASSWORD", PASSWORD)
        .env("OUT", sh::root().join("docs/screenshots"))
        .env("ONLY", args.only.as_deref().unwrap_or_default())
        .run()
}

/// A gateway that ends with its owner.
struct Gateway {
    process: Child,
    url: String,
}

impl Gateway {
    fn start(program: &Path, data_dir: &Path) -> Result<Self> {
        let mut process = Command::new(program)
            .args(["--headless", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .env("AIGW_ADMIN_USERNAME", "ada")
            .env("AIGW_ADMIN_PASSWORD", PASSWORD)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the gateway can't be started")?;
        let mut line = String::new();
        let out = process.stdout.take().context("its output is piped")?;
        BufReader::new(out).read_line(&mut line)?;
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.with_context(|| format!("the gateway said “{}” instead of its address", line.trim()))?.to_owned();
        Ok(Self { process, url })
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
