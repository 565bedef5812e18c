//! Installs what a command needs and the machine doesn't have, saying so first. Knows apt, rustup and npm; on other systems it
//! names what is missing and stops.

use std::env;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::sh::{self, Cmd, which};

/// What a command needs beyond Rust itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Set {
    /// Building the console: Node.js and the wasm target.
    Console,
    /// Building the server: a C compiler.
    Server,
    /// Building the desktop window: WebKitGTK and its friends.
    Desktop,
    /// Running every test: a browser, a display without a screen, Python.
    Test,
    /// Running the bench: nginx to compare with.
    Bench,
}

/// Something that has to be there: how it is recognised, and the Debian packages that bring it.
struct Tool {
    name: &'static str,
    present: fn() -> bool,
    packages: &'static [&'static str],
}

const fn tool(name: &'static str, present: fn() -> bool, packages: &'static [&'static str]) -> Tool {
    Tool { name, present, packages }
}

const fn tools(set: Set) -> &'static [Tool] {
    match set {
        Set::Console => CONSOLE,
        Set::Server => SERVER,
        Set::Desktop => DESKTOP,
        Set::Test => TEST,
        Set::Bench => BENCH,
    }
}

const CONSOLE: &[Tool] = &[NODE];

const NODE: Tool = tool("Node.js with npm", || which("node").is_some() && which("npm").is_some(), &["nodejs", "npm"]);

const SERVER: &[Tool] = &[tool("a C compiler", || which("cc").is_some(), &["gcc", "libc6-dev"])];

const DESKTOP: &[Tool] = &[
    tool("WebKitGTK 4.1", || library("webkit2gtk-4.1"), &["libwebkit2gtk-4.1-dev", "pkg-config"]),
    tool("librsvg", || library("librsvg-2.0"), &["librsvg2-dev", "pkg-config"]),
    tool(
        "the tray's library",
        || library("ayatana-appindicator3-0.1"),
        &["libayatana-appindicator3-dev", "pkg-config"],
    ),
    tool("libxdo", || Path::new("/usr/include/xdo.h").exists(), &["libxdo-dev"]),
];

const TEST: &[Tool] = &[
    NODE,
    tool("Chromium", || which("chromium").is_some(), &["chromium"]),
    tool("Chinese glyphs", chinese_glyphs, &["fontconfig", "fonts-noto-cjk"]),
    tool("Python with venv", python_venv, &["python3", "python3-venv"]),
    tool("Xvfb", || which("xvfb-run").is_some() && which("xauth").is_some(), &["xauth", "xvfb"]),
    tool("a D-Bus session", || which("dbus-run-session").is_some(), &["dbus", "dbus-x11"]),
];

const BENCH: &[Tool] =
    &[tool("nginx", || which("nginx").is_some() || Path::new("/usr/sbin/nginx").exists(), &["nginx-light"])];

fn chinese_glyphs() -> bool {
    Cmd::new("fc-list").arg(":lang=zh").read().is_ok_and(|fonts| !fonts.trim().is_empty())
}

fn python_venv() -> bool {
    Cmd::new("python3").args(["-c", "import ensurepip, venv"]).succeeds()
}

fn library(name: &str) -> bool {
    Cmd::new("pkg-config").args(["--exists", name]).succeeds()
}

/// Makes sure that everything in `sets` is installed.
///
/// Fails with a sentence that says what to do when something can't be installed here.
pub(crate) fn ensure(sets: &[Set]) -> Result<()> {
    let missing = missing(sets.iter().flat_map(|set| tools(*set)));
    if !missing.is_empty() {
        install(&missing)?;
    }
    if sets.contains(&Set::Console) || sets.contains(&Set::Test) {
        newer_node()?;
    }
    if sets.contains(&Set::Console) {
        wasm()?;
    }
    Ok(())
}

/// The tools that aren't there, each once.
fn missing<'a>(tools: impl IntoIterator<Item = &'a Tool>) -> Vec<&'a Tool> {
    let mut missing: Vec<&Tool> = Vec::new();
    for tool in tools {
        if !missing.iter().any(|known| known.name == tool.name) && !(tool.present)() {
            missing.push(tool);
        }
    }
    missing
}

fn install(missing: &[&Tool]) -> Result<()> {
    let mut packages: Vec<&str> = missing.iter().flat_map(|tool| tool.packages).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    let names = missing.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    eprintln!("Missing: {names}.");
    apt(&packages)?;
    let still: Vec<_> = missing.iter().filter(|tool| !(tool.present)()).map(|tool| tool.name).collect();
    if !still.is_empty() {
        bail!(
            "{} can't be found although apt installed {}; see what it says above",
            still.join(", "),
            packages.join(" ")
        );
    }
    Ok(())
}

fn apt(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if which("apt-get").is_none() {
        bail!(
            "this command installs packages on Debian and its relatives only. \
             Install what these Debian packages contain, then run it again: {list}"
        );
    }
    let is_root = Cmd::new("id").arg("-u").read().is_ok_and(|uid| uid.trim() == "0");
    if !is_root && which("sudo").is_none() {
        bail!("installing needs root, and there is no sudo. As root, run: apt-get install {list}");
    }
    let apt_get = || {
        let cmd = if is_root { Cmd::new("apt-get") } else { Cmd::new("sudo").arg("apt-get") };
        cmd.env("DEBIAN_FRONTEND", "noninteractive")
    };
    eprintln!("Installing with apt: {list}");
    if let Err(error) = apt_get().args(["update", "-qq"]).run() {
        eprintln!("{error}; trying with the package lists that are there.");
    }
    apt_get()
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .remedy(format!("Check that this machine can reach its Debian mirror, or run yourself: apt-get install {list}"))
        .run()
}

/// The oldest Node.js that the console's CSS tools support.
const NODE_MAJOR: u32 = 20;

/// Where the distribution's Node.js is too old, npm brings a newer one beside the build, and this program starts again with that
/// one first in its `PATH`.
fn newer_node() -> Result<()> {
    if node_major().is_some_and(|major| major >= NODE_MAJOR) {
        return Ok(());
    }
    let own = sh::target_dir().join("node");
    let bin = own.join("node_modules/node/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|dir| dir == bin) {
        bail!("the Node.js in {} doesn't run; install Node.js {NODE_MAJOR} or newer", own.display());
    }
    if !bin.join("node").exists() {
        eprintln!("Node.js here is older than {NODE_MAJOR}; installing a newer one into {}.", own.display());
        Cmd::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(&own)
            .arg(format!("node@{}", NODE_MAJOR + 2))
            .remedy(format!(
                "Install Node.js {NODE_MAJOR} or newer, or check that this machine can reach the npm registry"
            ))
            .run()?;
    }
    let path = env::join_paths(std::iter::once(bin).chain(env::split_paths(&path)))?;
    Cmd::new(env::current_exe()?).args(env::args_os().skip(1)).env("PATH", path).silent().exec()
}

fn node_major() -> Option<u32> {
    major(&Cmd::new("node").arg("--version").read().ok()?)
}

/// `v20.11.1` → 20.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler for the web, for machines whose toolchain can't get the target.
const DEBIAN_WASM: [&str; 4] = ["cargo-web", "lld-19", "rust-web-src", "rustc-web"];

/// Makes sure that something can build for wasm; `ui` finds out which.
fn wasm() -> Result<()> {
    if has_wasm_std() || DEBIAN_WASM.iter().all(|package| Cmd::new("dpkg").args(["-s", package]).succeeds()) {
        return Ok(());
    }
    if which("rustup").is_some() {
        eprintln!("Installing with rustup: the target {WASM_TARGET}");
        match Cmd::new("rustup").args(["target", "add", WASM_TARGET]).run() {
            Ok(()) => return Ok(()),
            Err(error) => eprintln!("{error}; trying Debian's compiler for the web instead."),
        }
    }
    apt(&DEBIAN_WASM).with_context(|| {
        format!("the console needs Rust's {WASM_TARGET} target; `rustup target add {WASM_TARGET}` brings it")
    })
}

/// Whether the toolchain at hand has the wasm target's standard library.
pub(crate) fn has_wasm_std() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Ok(dir) = Cmd::new(rustc).args(["--print", "target-libdir", "--target", WASM_TARGET]).read() else {
        return false;
    };
    std::fs::read_dir(dir.trim()).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_node_prints() {
        assert_eq!(major("v20.11.1\n"), Some(20));
        assert_eq!(major("20"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn a_tool_that_two_sets_need_is_missing_once() {
        let absent = tool("a thing", || false, &["thing"]);
        let there = tool("another", || true, &["other"]);
        let names: Vec<_> = missing([&absent, &there, &absent]).iter().map(|tool| tool.name).collect();
        assert_eq!(names, ["a thing"]);
    }
}
