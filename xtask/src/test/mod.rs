//! Every check and every test, in the order in which a failure is cheapest to learn.
//!
//! All steps that build for this machine select the same packages, so that cargo unifies features the same way and compiles
//! dependencies once.

mod tally;
mod tools;

use std::fs;
use std::process::ExitCode;

use anyhow::{Result, bail};

use self::tally::Tally;
pub(crate) use self::tools::Tools;
use crate::build;
use crate::codegen;
use crate::setup::{self, Set};
use crate::sh::{self, Cmd, cargo};
use crate::tidy;
use crate::ui::Pages;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Without what builds the console or starts the program.
    #[arg(long)]
    fast: bool,
    /// Only tests whose name contains this, and no other checks.
    filter: Option<String>,
}

/// The host's share of the workspace; `ui` is built for wasm only.
const HOST: [&str; 3] = ["--workspace", "--exclude", "ui"];
const WASM: [&str; 6] = ["--package", "ui", "--package", "api", "--target", setup::WASM_TARGET];
/// The program with its window, whose libraries want other features of the shared dependencies.
const DESKTOP: [&str; 4] = ["--package", "ai-gateway", "--features", "desktop"];
const WINDOW: &str = "desktop";

/// Fails with the line that counts as the last one, not with an error below it.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut tally = Tally::default();
    match (&args.filter, args.fast) {
        (Some(filter), fast) => filtered(&mut tally, filter, fast)?,
        (None, true) => {
            setup::ensure(&[Set::Server])?;
            style(&mut tally);
            tally.tests("unit, in-process and store tests", inner_tests()?);
        }
        (None, false) => everything(&mut tally)?,
    }
    println!("\n{}", tally.summary().trim_end());
    Ok(if tally.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn filtered(tally: &mut Tally, filter: &str, fast: bool) -> Result<()> {
    if fast {
        setup::ensure(&[Set::Server])?;
        tally.tests("unit, in-process and store tests", inner_tests()?.arg(filter));
        return Ok(());
    }
    let tools = full_setup()?;
    build::console(Pages::Product)?;
    tally.tests("unit, in-process and store tests", inner_tests()?.arg(filter));
    if let Some(outer) = outer_tests(&tools)? {
        tally.tests("black-box tests", outer.arg(filter));
    }
    Ok(())
}

fn full_setup() -> Result<Tools> {
    setup::ensure(&[Set::Console, Set::Server, Set::Desktop, Set::Test])?;
    Tools::install()
}

/// What reads the sources only.
fn style(tally: &mut Tally) {
    tally.check("format", || cargo().args(["fmt", "--all", "--check"]).remedy("Run `cargo fmt --all`").run());
    tally.check("tidy", tidy::run);
    tally.check("clippy", || cargo().arg("clippy").args(HOST).args(["--all-targets", "--", "-D", "warnings"]).run());
}

fn everything(tally: &mut Tally) -> Result<()> {
    let tools = full_setup()?;
    style(tally);
    tally.check("licences, sources and bans of dependencies", || {
        let whole = ["--workspace", "--all-features", "--log-level", "error"];
        tools.cargo_deny().args(whole).args(["check", "bans", "licenses", "sources"]).run()
    });
    if setup::has_wasm_std() {
        tally.check("clippy for wasm", || cargo().arg("clippy").args(WASM).args(["--", "-D", "warnings"]).run());
    } else {
        tally.skip("clippy for wasm", "Debian's compiler for the web brings no clippy");
    }
    if tally.check("console", || build::console(Pages::Product)) {
        // It embeds the console, as the program of the other steps does.
        let desktop = || cargo().arg("clippy").args(DESKTOP).args(["--all-targets", "--", "-D", "warnings"]).run();
        tally.check("clippy for the desktop program", desktop);
        tally.tests("unit, in-process and store tests", inner_tests()?);
        tally.tests("console's unit tests", cargo().args(["test", "--package", "ui"]));
        match outer_tests(&tools)? {
            Some(outer) => drop(tally.tests("black-box tests", outer)),
            None => tally.skip("black-box tests", "there are none"),
        }
        // The tests have just built it, with the features that they unify.
        let program = sh::target_dir().join("debug/ai-gateway");
        tally.check("generated files", || codegen::check(&program));
        window(tally)?;
    } else {
        tally.skip("tests", "the program can't be built without the console");
    }
    tally.check("documentation", || {
        let flags = "-D warnings";
        let doc = cargo().arg("doc").args(HOST).args(["--no-deps", "--document-private-items"]);
        doc.env("RUSTDOCFLAGS", flags).run()
    });
    for library in ["llm", "store"] {
        let name = if library == "llm" { "llm alone" } else { "store alone" };
        tally.check(name, || cargo().args(["check", "--package", library]).run());
    }
    if setup::has_wasm_std() {
        tally.check("api alone, for wasm", || {
            cargo().args(["check", "--package", "api", "--target", setup::WASM_TARGET]).run()
        });
    }
    Ok(())
}

/// Tests that start no program: those in the crates.
fn inner_tests() -> Result<Cmd> {
    let outer = test_files("tests")?;
    let mut cmd = cargo().arg("test").args(HOST).args(["--no-fail-fast", "--lib", "--bins"]);
    for folder in fs::read_dir(sh::root().join("crates"))? {
        let folder = format!("crates/{}/tests", folder?.file_name().to_string_lossy());
        for name in test_files(&folder)? {
            if outer.contains(&name) {
                bail!("{folder}/{name}.rs has the name of a test in tests/; cargo can't tell them apart: rename one");
            }
            cmd = cmd.args(["--test", &name]);
        }
    }
    Ok(cmd.arg("--"))
}

/// Tests that start the real program, without its window.
fn outer_tests(tools: &Tools) -> Result<Option<Cmd>> {
    let names: Vec<String> = test_files("tests")?.into_iter().filter(|name| name != WINDOW).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let cmd = cargo().arg("test").args(HOST).arg("--no-fail-fast");
    let cmd = cmd.args(names.iter().flat_map(|name| ["--test", name])).arg("--");
    Ok(Some(cmd.env("AIGW_TEST_PYTHON", tools.python())))
}

/// The desktop program, built and shown on a display without a screen.
fn window(tally: &mut Tally) -> Result<()> {
    if test_files("tests")?.iter().any(|name| name == WINDOW) {
        let test = Cmd::new("xvfb-run").args(["--auto-servernum", "dbus-run-session", "--"]);
        let test = test.arg(cargo().program()).arg("test").args(DESKTOP).args(["--test", WINDOW]);
        tally.tests("desktop window", test.args(["--", "--include-ignored"]));
    } else {
        tally.check("desktop program", || cargo().arg("build").args(DESKTOP).run());
    }
    Ok(())
}

/// Names of the test programs in a folder: each `name.rs` or `name/main.rs`.
fn test_files(folder: &str) -> Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(sh::root().join(folder)) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").exists() {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort_unstable();
    Ok(names)
}
