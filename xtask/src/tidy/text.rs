//! Rules about one file's text.

use super::{File, Finding, numbered};

/// Source files that may be longer than [`MAX_LINES`], each with the reason.
const LONG: &[(&str, &str)] = &[];

const MAX_LINES: usize = 800;

pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.is_recorded() {
        findings.extend(white_space(file));
        findings.extend(machine(file));
    }
    findings.extend(registries(file));
    if ["rs", "css", "js", "ts", "html"].iter().any(|kind| file.is(kind)) {
        findings.extend(length(file));
    }
    if file.is("rs") && !file.is_test() {
        findings.extend(unfinished(file));
        findings.extend(sql(file));
    }
    findings
}

fn length(file: &File) -> Option<Finding> {
    let lines = file.code().count();
    let excused = LONG.iter().any(|(path, _)| *path == file.path);
    (lines > MAX_LINES && !excused)
        .then(|| file.finding(0, format!("{lines} lines: split it by ideas (the limit is {MAX_LINES}, tests apart)")))
}

fn white_space(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in numbered(&file.text) {
        if line.ends_with([' ', '\t', '\r']) {
            findings.push(file.finding(number, "white space at the end of the line"));
        }
        if line.contains('\t') {
            findings.push(file.finding(number, "a tab: indent with spaces"));
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        findings.push(file.finding(0, "no line break at the end"));
    }
    findings
}

/// Folders that exist on the machine of whoever wrote the line. In two halves, so that this file passes.
const MACHINE: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

fn machine(file: &File) -> Vec<Finding> {
    let part_of_a_longer_path = |c: char| c.is_ascii_alphanumeric() || "._-~$}/".contains(c);
    let starts_a_path = |line: &str, at: usize| !line[..at].ends_with(part_of_a_longer_path);
    numbered(&file.text)
        .flat_map(|(number, line)| {
            MACHINE.iter().filter_map(move |folder| {
                let found = line.match_indices(folder).any(|(at, _)| starts_a_path(line, at));
                found.then(|| file.finding(number, format!("a path of one machine: {folder}…")))
            })
        })
        .collect()
}

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

/// Lock files name the public registries, not a mirror that was in use.
fn registries(file: &File) -> Vec<Finding> {
    let (key, registry) = match file.path.rsplit('/').next() {
        Some("Cargo.lock") => ("source = \"", CRATES_IO),
        Some("package-lock.json") => ("\"resolved\": \"", NPM),
        _ => return Vec::new(),
    };
    numbered(&file.text)
        .filter_map(|(number, line)| {
            let (_, source) = line.split_once(key)?;
            (!source.starts_with(registry))
                .then(|| file.finding(number, format!("comes from elsewhere than {registry}")))
        })
        .collect()
}

const UNFINISHED: [&str; 2] = [concat!("to", "do!("), concat!("unimple", "mented!(")];

fn unfinished(file: &File) -> Vec<Finding> {
    file.statements()
        .filter(|(_, line)| UNFINISHED.iter().any(|mark| line.contains(mark)))
        .map(|(number, _)| file.finding(number, "unfinished: finish it or leave it out"))
        .collect()
}

const SQL: [&str; 7] = [
    concat!("SEL", "ECT "),
    concat!("INS", "ERT INTO "),
    concat!("UPD", "ATE "),
    concat!("DEL", "ETE FROM "),
    concat!("CRE", "ATE TABLE "),
    concat!("DR", "OP TABLE "),
    concat!("PRA", "GMA "),
];

fn sql(file: &File) -> Vec<Finding> {
    if file.path.starts_with("crates/store/") {
        return Vec::new();
    }
    file.statements()
        .filter(|(_, line)| SQL.iter().any(|word| line.contains(word)))
        .map(|(number, _)| file.finding(number, "SQL outside crates/store"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn broken(path: &str, text: &str) -> Vec<String> {
        check(&file(path, text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tidy_file_has_no_findings() {
        assert_eq!(broken("crates/api/src/a.rs", "//! Head.\n\nfn a() {}\n"), [""; 0]);
    }

    #[test]
    fn white_space_at_the_end_tabs_and_a_missing_line_break_are_found() {
        assert_eq!(broken("a.md", "a \nb\n"), ["a.md:1: white space at the end of the line"]);
        assert_eq!(broken("a.md", "a\r\n").len(), 0, "`lines` takes CRLF as one break; git normalises it");
        assert_eq!(broken("a.md", "\ta\n"), ["a.md:1: a tab: indent with spaces"]);
        assert_eq!(broken("a.md", "a"), ["a.md: no line break at the end"]);
    }

    #[test]
    fn recorded_bytes_stay_as_they_are() {
        assert_eq!(broken("crates/llm/fixtures/chat/a.sse", "data: \t \n\n"), [""; 0]);
    }

    #[test]
    fn a_long_file_is_found_but_its_tests_do_not_count() {
        let code = "fn a() {}\n".repeat(MAX_LINES);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{code}}}\n");
        assert_eq!(broken("ui/src/a.rs", &format!("{code}{tests}")), [""; 0]);
        assert!(broken("ui/src/a.rs", &format!("{code}{code}"))[0].starts_with("ui/src/a.rs: 1600 lines"));
    }

    #[test]
    fn paths_of_one_machine_are_found_and_the_ends_of_longer_ones_are_not() {
        for folder in MACHINE {
            assert_eq!(broken("README.md", &format!("see {folder}main\n")).len(), 1, "{folder}");
            assert_eq!(broken("README.md", &format!("see https://example.org/net{folder}main\n")), [""; 0]);
        }
    }

    #[test]
    fn lock_files_name_the_public_registries() {
        let npm = |host: &str| format!("\"resolved\": \"https://{host}/a/-/a-1.tgz\",\n");
        assert_eq!(broken("ui/package-lock.json", &npm("registry.npmjs.org")), [""; 0]);
        assert_eq!(broken("ui/package-lock.json", &npm("npm.mirror.example")).len(), 1);
        assert_eq!(broken("Cargo.lock", &format!("source = \"{CRATES_IO}\"\n")), [""; 0]);
        assert_eq!(broken("Cargo.lock", "source = \"git+https://example.org/a\"\n").len(), 1);
    }

    #[test]
    fn unfinished_code_is_found_outside_comments() {
        for mark in UNFINISHED {
            assert_eq!(broken("ui/src/a.rs", &format!("fn a() {{ {mark}) }}\n")).len(), 1);
            assert_eq!(broken("ui/src/a.rs", &format!("// {mark})\n")), [""; 0]);
        }
    }

    #[test]
    fn sql_belongs_to_the_store() {
        for word in SQL {
            let text = format!("const A: &str = \"{word}x\";\n");
            assert_eq!(broken("crates/server/src/a.rs", &text), ["crates/server/src/a.rs:1: SQL outside crates/store"]);
            assert_eq!(broken("crates/store/src/a.rs", &text), [""; 0]);
            assert_eq!(broken("crates/server/tests/a.rs", &text), [""; 0]);
        }
    }
}
