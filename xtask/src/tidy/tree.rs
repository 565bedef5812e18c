//! Rules about files together: who may depend on what, where vendors are named, how migrations are numbered.

use super::{File, Finding, numbered};

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        if file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml") {
            findings.extend(lints(file));
            findings.extend(dependencies(file));
        }
        findings.extend(tauri(file));
    }
    findings.extend(vendors(files));
    findings.extend(migrations(files));
    findings
}

fn lints(file: &File) -> Option<Finding> {
    (!file.text.contains("[lints]\nworkspace = true\n")).then(|| file.finding(0, "has no `[lints] workspace = true`"))
}

/// Who may not depend on what, and why.
const FORBIDDEN: [(&str, &[&str], &str); 4] = [
    ("crates/llm/", &["axum", "hyper", "reqwest", "sqlx", "tokio"], "llm does no I/O"),
    ("crates/api/", &["axum", "sqlx", "tokio"], "api is built for wasm too"),
    ("crates/server/", &["sqlx", "tauri"], "SQL belongs to store and windows to the desktop"),
    ("src-tauri/", &["sqlx"], "SQL belongs to store"),
];

fn dependencies(file: &File) -> Vec<Finding> {
    let Some((_, forbidden, why)) = FORBIDDEN.iter().find(|(folder, ..)| file.path.starts_with(folder)) else {
        return Vec::new();
    };
    numbered(&file.text)
        .filter_map(|(number, line)| {
            let name = line.split([' ', '.', '=']).next().filter(|name| forbidden.contains(name))?;
            Some(file.finding(number, format!("depends on {name}, but {why}")))
        })
        .collect()
}

fn tauri(file: &File) -> Vec<Finding> {
    if !file.path.starts_with("crates/") || !file.is("rs") {
        return Vec::new();
    }
    file.statements()
        .filter(|(_, line)| line.contains("tauri"))
        .map(|(number, _)| file.finding(number, "names Tauri, which only src-tauri knows"))
        .collect()
}

const VENDOR_TABLE: &str = "crates/llm/src/vendor";

/// Slugs that are also a dialect's name or a word.
const ALSO_WORDS: [&str; 9] =
    ["anthropic", "cohere", "custom", "demo", "gemini", "ollama", "openai", "spark", "together"];

/// A vendor is data: outside its row no code knows its name, but for a quirk, which a comment on or above the line calls so.
fn vendors(files: &[File]) -> Vec<Finding> {
    let rows = files.iter().filter(|file| file.path.starts_with(VENDOR_TABLE));
    let slugs: Vec<&str> = rows
        .flat_map(File::statements)
        .filter_map(|(_, line)| slug(line))
        .filter(|slug| !ALSO_WORDS.contains(slug))
        .collect();
    let product = ["crates/", "src-tauri/", "ui/src/"];
    let code = files.iter().filter(|file| {
        let path = &file.path;
        file.is("rs")
            && !file.is_test()
            // They are no part of the program: they measure it and fill it.
            && !path.contains("/examples/")
            && product.iter().any(|folder| path.starts_with(folder))
            && !path.starts_with(VENDOR_TABLE)
    });
    code.flat_map(|file| vendors_named(file, &slugs)).collect()
}

fn vendors_named(file: &File, slugs: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut above = String::new();
    for (number, line) in file.code() {
        let line = line.to_lowercase();
        let is_comment = line.trim_start().starts_with("//");
        if !is_comment && !line.contains("quirk") && !above.contains("quirk") {
            for slug in slugs.iter().filter(|slug| contains_word(&line, slug)) {
                findings.push(file.finding(
                    number,
                    format!("names the vendor {slug}: make it data in {VENDOR_TABLE}, or say above which quirk it is"),
                ));
            }
        }
        above = line;
    }
    findings
}

/// The slug that a line of the vendor table gives its row.
fn slug(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest = line.strip_prefix("..openai_compatible(\"").or_else(|| line.strip_prefix("slug: \""))?;
    rest.split('"').next()
}

fn contains_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric();
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(inside) && !line[at + word.len()..].starts_with(inside))
}

const ENGINES: [&str; 2] = ["migrations/sqlite/", "migrations/postgres/"];

/// Numbered from 0001 without gaps, and the same names for each engine.
fn migrations(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of = |engine: &str| -> Vec<(&File, String)> {
        let names = files.iter().filter_map(|file| Some((file, file.path.strip_prefix(engine)?.to_owned())));
        let mut names: Vec<_> = names.filter(|(file, _)| file.is("sql")).collect();
        names.sort_by(|a, b| a.1.cmp(&b.1));
        names
    };
    let engines = ENGINES.map(of);
    for (index, (file, name)) in engines.iter().flat_map(|names| names.iter().enumerate()) {
        let number = format!("{:04}_", index + 1);
        if !name.starts_with(&number) {
            findings.push(file.finding(0, format!("the next number is {number}")));
        }
    }
    let [sqlite, postgres] = &engines;
    if !postgres.is_empty() {
        for (here, there, other) in [(sqlite, postgres, ENGINES[1]), (postgres, sqlite, ENGINES[0])] {
            for (file, name) in here {
                if !there.iter().any(|(_, twin)| twin == name) {
                    findings.push(file.finding(0, format!("has no twin in {other}")));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn broken(files: &[File]) -> Vec<String> {
        check(files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_crate_takes_the_workspaces_lints() {
        assert_eq!(broken(&[file("ui/Cargo.toml", "[lints]\nworkspace = true\n")]), [""; 0]);
        assert_eq!(broken(&[file("ui/Cargo.toml", "[lints]\n")]), ["ui/Cargo.toml: has no `[lints] workspace = true`"]);
    }

    #[test]
    fn a_forbidden_dependency_is_found_in_each_of_its_spellings() {
        for line in ["tokio.workspace = true", "tokio = \"1\"", "tokio = { version = \"1\" }"] {
            let text = format!("[lints]\nworkspace = true\n{line}\ntokio-not = \"1\"\n");
            let found = broken(&[file("crates/llm/Cargo.toml", &text)]);
            assert_eq!(found, ["crates/llm/Cargo.toml:3: depends on tokio, but llm does no I/O"], "{line}");
            assert_eq!(broken(&[file("crates/server/Cargo.toml", &text)]), [""; 0]);
        }
    }

    #[test]
    fn only_the_desktop_names_tauri() {
        let text = "use tauri::Manager;\n// not tauri\n";
        assert_eq!(broken(&[file("crates/server/src/a.rs", text)]).len(), 1);
        assert_eq!(broken(&[file("src-tauri/src/desktop.rs", text)]), [""; 0]);
    }

    #[test]
    fn a_vendor_is_named_in_its_row_only() {
        let table =
            || file("crates/llm/src/vendor/table.rs", "    ..openai_compatible(\"mega-ai\", \"Mega\", \"Me\")\n");
        let code = |path: &str, text: &str| broken(&[table(), file(path, text)]);
        assert_eq!(code("crates/server/src/a.rs", "if slug == \"mega-ai\" {\n").len(), 1);
        assert_eq!(code("ui/src/a.rs", "fn a() { MEGA-AI }\n").len(), 1);
        assert_eq!(code("crates/server/src/a.rs", "// as mega-ai does\nlet omega_air = 1;\n"), [""; 0]);
        assert_eq!(code("crates/llm/src/chat/a.rs", "// Quirk: counts twice.\n\"mega-ai\"\n"), [""; 0]);
        assert_eq!(code("xtask/src/a.rs", "\"mega-ai\"\n"), [""; 0]);
        assert_eq!(code("crates/store/examples/seed.rs", "\"mega-ai\"\n"), [""; 0]);
        assert_eq!(code("crates/server/src/a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n\"mega-ai\"\n}\n"), [""; 0]);
    }

    #[test]
    fn migrations_are_numbered_without_gaps() {
        let sqlite = |name: &str| file(&format!("migrations/sqlite/{name}"), "");
        assert_eq!(broken(&[sqlite("0001_a.sql"), sqlite("0002_b.sql")]), [""; 0]);
        let gap = broken(&[sqlite("0001_a.sql"), sqlite("0003_c.sql")]);
        assert_eq!(gap, ["migrations/sqlite/0003_c.sql: the next number is 0002_"]);
    }

    #[test]
    fn engines_have_the_same_migrations() {
        let files = ["sqlite/0001_a.sql", "postgres/0001_b.sql"].map(|path| file(&format!("migrations/{path}"), ""));
        assert_eq!(broken(&files).len(), 2);
    }
}
