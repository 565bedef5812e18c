//! The repository's own rules, those that no compiler or linter knows. Each is a function from files to findings.

mod text;
mod tree;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::sh::{self, Cmd};

/// A text file of the repository; `path` with `/` and from the root.
#[derive(Debug)]
struct File {
    path: String,
    text: String,
}

impl File {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    /// Recorded bytes, which have to stay as they were recorded.
    fn is_recorded(&self) -> bool {
        self.path.contains("/fixtures/") || self.path.contains("/snapshots/") || self.is("snap")
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The numbered lines before the tests at the end of a Rust file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut marks = self.text.match_indices("#[cfg(test)]\n");
        let end = marks.find(|(at, mark)| starts_a_module(&self.text[at + mark.len()..]));
        numbered(&self.text[..end.map_or(self.text.len(), |(at, _)| at)])
    }

    /// [`File::code`] without the lines that are comments.
    fn statements(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }
}

/// Whether the next item, after its attributes, is a module written out in place.
fn starts_a_module(text: &str) -> bool {
    text.lines().find(|line| !line.starts_with('#')).is_some_and(|line| {
        let item = line.strip_prefix("pub(crate) ").unwrap_or(line);
        item.starts_with("mod ") && item.ends_with('{')
    })
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// A broken rule; line 0 means the whole file.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Prints every broken rule; fails if there is one.
pub(crate) fn run() -> Result<()> {
    let files = files()?;
    let mut findings: Vec<Finding> = files.iter().flat_map(text::check).collect();
    findings.extend(tree::check(&files));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("{} files are tidy", files.len());
            Ok(())
        }
        1 => bail!("one rule is broken, see above"),
        broken => bail!("{broken} rules are broken, see above"),
    }
}

/// Every text file that is committed or could be.
fn files() -> Result<Vec<File>> {
    let names = Cmd::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .remedy("tidy needs git and a clone")
        .read()?;
    let read = |path: &str| {
        // What was deleted but not committed yet, and pictures.
        let text = fs::read_to_string(sh::root().join(path)).ok()?;
        Some(File { path: path.to_owned(), text })
    };
    Ok(names.split('\0').filter(|path| !path.is_empty()).filter_map(read).collect())
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_at_the_end_of_a_file_are_not_its_code() {
        let file = file("a.rs", "//! Head.\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(file.code().count(), 3);
        assert_eq!(file.statements().next(), Some((2, "fn a() {}")));
    }

    #[test]
    fn attributes_may_stand_before_the_tests_and_a_use_may_be_for_tests_alone() {
        let file =
            file("a.rs", "#[cfg(test)]\nuse a::b;\nfn a() {}\n#[cfg(test)]\n#[expect(x)]\npub(crate) mod tests {\n}\n");
        assert_eq!(file.code().count(), 3);
    }

    #[test]
    fn a_finding_names_the_place() {
        let file = file("a.rs", "");
        assert_eq!(file.finding(3, "wrong").to_string(), "a.rs:3: wrong");
        assert_eq!(file.finding(0, "wrong").to_string(), "a.rs: wrong");
    }
}
