//! Writes what is generated and committed: the console API's description.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Kind, Profile};
use crate::sh::{self, Cmd};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Change nothing; fail if something committed is out of date.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let program = build::program(Kind::Server, Profile::Dev)?;
    if args.check { check(&program) } else { write(&program) }
}

const OPENAPI: &str = "docs/openapi.json";

/// The committed file's text as `program` has it today.
fn openapi(program: &Path) -> Result<String> {
    let text = Cmd::new(program).arg("openapi").read()?;
    Ok(format!("{}\n", text.trim_end()))
}

fn write(program: &Path) -> Result<()> {
    let path = sh::root().join(OPENAPI);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, openapi(program)?).with_context(|| format!("{OPENAPI} can't be written"))?;
    println!("{OPENAPI} is up to date");
    Ok(())
}

/// Fails if a committed file differs from what `program` says.
pub(crate) fn check(program: &Path) -> Result<()> {
    let committed = fs::read_to_string(sh::root().join(OPENAPI)).unwrap_or_default();
    match first_difference(&committed, &openapi(program)?) {
        None => Ok(()),
        Some(line) => bail!("{OPENAPI} is out of date from line {line}: run `cargo xtask codegen` and commit it"),
    }
}

/// The first line, counted from 1, in which the texts differ.
fn first_difference(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.split('\n').zip(b.split('\n')).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
    }
}
