//! Turns `locales/*.toml` into one typed function a text and `icons.txt` into an enum, so that a text missing in a
//! language, a placeholder that differs or an icon that doesn't exist fails the build.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::Path,
};

use serde::Deserialize;

/// The first is the one that others are compared with. Variants of `Lang` in `src/i18n.rs`.
const LANGUAGES: [(&str, &str); 2] = [("En", "en"), ("ZhCn", "zh-CN")];

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Text(String),
    /// Chosen by the number `{n}`. `one` only where the language has it.
    Plural {
        one: Option<String>,
        other: String,
    },
}

type Catalogue = BTreeMap<String, BTreeMap<String, Entry>>;

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let out = Path::new(&out);
    fs::write(out.join("icon.rs"), icons(&fs::read_to_string("icons.txt")?)?)?;
    println!("cargo::rerun-if-changed=icons.txt");

    let mut catalogues = Vec::new();
    for (variant, tag) in LANGUAGES {
        let path = format!("locales/{tag}.toml");
        println!("cargo::rerun-if-changed={path}");
        let catalogue: Catalogue =
            toml::from_str(&fs::read_to_string(&path)?).map_err(|error| format!("{path}: {error}"))?;
        catalogues.push((variant, tag, catalogue));
    }
    let faults = compare(&catalogues);
    if !faults.is_empty() {
        return Err(format!("the languages differ:\n{}", faults.join("\n")).into());
    }
    let server = "locales/server.zh-CN.toml";
    println!("cargo::rerun-if-changed={server}");
    let server: BTreeMap<String, String> = toml::from_str(&fs::read_to_string(server)?)?;
    fs::write(out.join("text.rs"), functions(&catalogues)? + &sentences(&server)?)?;
    Ok(())
}

fn compare(catalogues: &[(&str, &str, Catalogue)]) -> Vec<String> {
    let mut faults = Vec::new();
    let flat = |catalogue: &Catalogue| -> BTreeMap<String, BTreeSet<String>> {
        catalogue
            .iter()
            .flat_map(|(section, entries)| {
                entries.iter().map(move |(key, entry)| (format!("{section}.{key}"), entry.placeholders()))
            })
            .collect()
    };
    let [(_, first_tag, first), others @ ..] = catalogues else { return faults };
    let first = flat(first);
    for (_, tag, catalogue) in others {
        let other = flat(catalogue);
        for (key, placeholders) in &first {
            match other.get(key) {
                None => faults.push(format!("{tag}: `{key}` is missing")),
                Some(theirs) if theirs != placeholders => {
                    faults.push(format!("{tag}: `{key}` has {theirs:?}, {first_tag} has {placeholders:?}"));
                }
                Some(_) => {}
            }
        }
        faults.extend(
            other.keys().filter(|key| !first.contains_key(*key)).map(|key| format!("{first_tag}: `{key}` is missing")),
        );
    }
    faults
}

fn functions(catalogues: &[(&str, &str, Catalogue)]) -> Result<String, Box<dyn Error>> {
    let mut out = String::from(
        "#[expect(clippy::match_same_arms, reason = \"some words are the same in every language\")]\nimpl Text {\n",
    );
    let first = &catalogues.first().ok_or("there is a language")?.2;
    for (section, entries) in first {
        for (key, entry) in entries {
            let plural = matches!(entry, Entry::Plural { .. });
            // In the order of the text, as a person who reads it expects.
            let mut names = entry.ordered_placeholders();
            names.retain(|name| !(plural && name == "n"));
            let formatted = plural || !names.is_empty();
            let constant = if formatted { "" } else { "const " };
            write!(out, "    pub(crate) {constant}fn {section}_{key}(self")?;
            if plural {
                out.push_str(", n: impl TryInto<i64>");
            }
            for name in &names {
                write!(out, ", {name}: &str")?;
            }
            out.push_str(if formatted { ") -> String {\n" } else { ") -> &'static str {\n" });
            if plural {
                out.push_str("        let n = n.try_into().unwrap_or(i64::MAX);\n");
                out.push_str("        let one = n == 1;\n        let n = self.number(n);\n");
            }
            out.push_str("        match self.0 {\n");
            for (variant, _, catalogue) in catalogues {
                match &catalogue[section][key] {
                    Entry::Text(text) => arm(&mut out, variant, "", text, formatted)?,
                    Entry::Plural { one, other } => {
                        if let Some(one) = one {
                            arm(&mut out, variant, " if one", one, true)?;
                        }
                        arm(&mut out, variant, "", other, true)?;
                    }
                }
            }
            out.push_str("        }\n    }\n");
        }
    }
    out.push_str("}\n");
    Ok(out)
}

/// What the server says in English → Chinese, `{}` standing for anything. A sentence that isn't here is shown as it came.
fn sentences(server: &BTreeMap<String, String>) -> Result<String, std::fmt::Error> {
    let mut out = String::from("\nfn server_zh_cn(sentence: &str) -> Option<String> {\n");
    for (english, chinese) in server {
        if let (Some((before, after)), Some((start, end))) = (english.split_once("{}"), chinese.split_once("{}")) {
            write!(out, "    if let Some(any) = sentence.strip_prefix({before:?})")?;
            writeln!(out, ".and_then(|rest| rest.strip_suffix({after:?})) {{")?;
            writeln!(out, "        return Some([{start:?}, any, {end:?}].concat());\n    }}")?;
        } else {
            writeln!(out, "    if sentence == {english:?} {{\n        return Some({chinese:?}.to_owned());\n    }}")?;
        }
    }
    out.push_str("    None\n}\n");
    Ok(out)
}

fn arm(out: &mut String, variant: &str, guard: &str, text: &str, formatted: bool) -> std::fmt::Result {
    if formatted {
        writeln!(out, "            Lang::{variant}{guard} => format!({text:?}),")
    } else {
        writeln!(out, "            Lang::{variant}{guard} => {text:?},")
    }
}

impl Entry {
    fn ordered_placeholders(&self) -> Vec<String> {
        let texts = match self {
            Self::Text(text) => vec![text],
            Self::Plural { one, other } => std::iter::once(other).chain(one).collect(),
        };
        let mut names: Vec<String> = Vec::new();
        for text in texts {
            for part in text.split('{').skip(1) {
                if let Some((name, _)) = part.split_once('}')
                    && !names.iter().any(|known| known == name)
                {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }

    fn placeholders(&self) -> BTreeSet<String> {
        self.ordered_placeholders().into_iter().collect()
    }
}

fn icons(list: &str) -> Result<String, std::fmt::Error> {
    let variant = |name: &str| -> String {
        name.split('-')
            .map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            })
            .collect()
    };
    let mut out = String::from("/// The icons of `icons.txt`.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\n");
    out.push_str("pub(crate) enum Icon {\n");
    for name in list.lines() {
        writeln!(out, "    {},", variant(name))?;
    }
    out.push_str("}\n\nimpl Icon {\n    const fn href(self) -> &'static str {\n        match self {\n");
    for name in list.lines() {
        writeln!(out, "            Self::{} => \"#i-{name}\",", variant(name))?;
    }
    out.push_str("        }\n    }\n}\n");
    Ok(out)
}
