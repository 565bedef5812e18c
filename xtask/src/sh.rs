//! Runs commands: says what it runs, and puts a failure into a sentence.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow, bail};

/// The repository's root.
///
/// Asked of cargo at run time: a target folder that several checkouts share would bake in the wrong one.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let manifest_dir =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        manifest_dir.parent().map(Path::to_path_buf).unwrap_or(manifest_dir)
    })
}

/// Cargo's target folder: the one this program was built into.
pub(crate) fn target_dir() -> PathBuf {
    env::current_exe()
        .ok()
        .and_then(|exe| exe.parent()?.parent().map(Path::to_path_buf))
        .unwrap_or_else(|| root().join("target"))
}

/// Where a program lies, if it is installed.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// The cargo that runs this program, so that every step uses one toolchain.
pub(crate) fn cargo() -> Cmd {
    Cmd::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A command, run in the repository's root unless told otherwise.
#[derive(Debug)]
pub(crate) struct Cmd {
    inner: Command,
    remedy: Option<String>,
    silent: bool,
}

impl Cmd {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut inner = Command::new(program);
        inner.current_dir(root());
        Self { inner, remedy: None, silent: false }
    }

    pub(crate) fn program(&self) -> &OsStr {
        self.inner.get_program()
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.inner.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.inner.args(args);
        self
    }

    pub(crate) fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(key, value);
        self
    }

    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.inner.current_dir(dir);
        self
    }

    /// What to do when the command fails, told with the failure.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Doesn't print it: it isn't what a person would run.
    pub(crate) fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// Runs it with this terminal, after printing it.
    pub(crate) fn run(mut self) -> Result<()> {
        self.say();
        let status = self.inner.status();
        self.check(status)
    }

    /// Runs it and returns what it wrote to stdout; its stderr goes to the terminal.
    pub(crate) fn read(mut self) -> Result<String> {
        self.inner.stderr(Stdio::inherit());
        let output = self.inner.output().with_context(|| self.not_started())?;
        self.check(Ok(output.status))?;
        String::from_utf8(output.stdout).map_err(|_| anyhow!("`{}` wrote something that isn't UTF-8", self.line()))
    }

    /// Whether it can be run and succeeds; says nothing.
    pub(crate) fn succeeds(mut self) -> bool {
        self.inner.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.inner.status().is_ok_and(|status| status.success())
    }

    /// Runs it, passing on each line of its stdout and showing it to `look`.
    pub(crate) fn tee(mut self, mut look: impl FnMut(&str)) -> Result<()> {
        self.say();
        self.inner.stdout(Stdio::piped());
        let mut child = self.inner.spawn().with_context(|| self.not_started())?;
        let stdout = child.stdout.take().context("stdout was piped")?;
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        // Bytes, not `lines()`: a test may print what isn't UTF-8.
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            look(&text);
            line.clear();
        }
        let status = child.wait();
        self.check(status)
    }

    /// Becomes the command, so that signals and the exit status are its own. Returns only on failure.
    #[cfg(unix)]
    pub(crate) fn exec(mut self) -> Result<()> {
        use std::os::unix::process::CommandExt as _;
        self.say();
        let error = self.inner.exec();
        self.check(Err(error))
    }

    #[cfg(not(unix))]
    pub(crate) fn exec(self) -> Result<()> {
        self.run()
    }

    fn say(&self) {
        if !self.silent {
            eprintln!("$ {}", self.line());
        }
    }

    fn check(&self, status: std::io::Result<ExitStatus>) -> Result<()> {
        let status = status.with_context(|| self.not_started())?;
        if status.success() {
            return Ok(());
        }
        let remedy = self.remedy.as_ref().map(|text| format!(". {text}")).unwrap_or_default();
        bail!("`{}` failed ({status}){remedy}", self.line())
    }

    fn not_started(&self) -> String {
        let program = self.inner.get_program().to_string_lossy();
        format!("`{program}` could not be started; is it installed?")
    }

    /// The command as one would type it.
    fn line(&self) -> String {
        let program = Path::new(self.inner.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        std::iter::once(name)
            .chain(self.inner.get_args())
            .map(|word| quoted(&word.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let cmd = Cmd::new("/usr/bin/cargo").args(["test", "--", "it's here", ""]);
        assert_eq!(cmd.line(), r"cargo test -- 'it'\''s here' ''");
    }

    #[test]
    fn a_failure_names_the_command_and_the_remedy() {
        let error = Cmd::new("false").remedy("Try true").run().unwrap_err().to_string();
        assert!(error.contains("`false` failed"), "{error}");
        assert!(error.ends_with("Try true"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Cmd::new("no-such-program-here").run().unwrap_err().to_string();
        assert!(error.contains("`no-such-program-here` could not be started"), "{error}");
    }

    #[test]
    fn every_line_is_shown_to_the_looker() {
        let mut seen = Vec::new();
        Cmd::new("printf").arg("a\\nb\\n").tee(|line| seen.push(line.to_owned())).unwrap();
        assert_eq!(seen, ["a\n", "b\n"]);
    }
}
