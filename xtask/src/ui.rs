//! Builds the console into `ui/dist`: wasm and its glue, styles, fonts, icons, each under a name that holds its hash,
//! with `.br` and `.gz` beside what compresses.
//!
//! Knows npm, cargo and wasm-bindgen; doesn't know what the console shows. Files name each other as `/assets/NAME`
//! and find the hashed names there afterwards. Needs Node.js and a Rust toolchain; installs neither.
//!
//! `wasm-opt -Oz` isn't run: it takes a sixth off the raw wasm but nothing off the compressed one (320,454 bytes before,
//! 320,498 after), for 20 s and 104 MB of npm package.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

const TARGET: &str = "wasm32-unknown-unknown";

/// What the console has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pages {
    Product,
    /// Also the one that shows every part in every state.
    Design,
}

/// How many bytes of wasm, compressed, a person waits for at most.
const BUDGET: usize = 700 * 1024;

/// What was built, in bytes.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) files: usize,
    pub(crate) wasm: usize,
    pub(crate) wasm_br: usize,
    pub(crate) wasm_gz: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = |bytes: usize| bytes.div_ceil(1024);
        write!(
            f,
            "console: {} files, wasm {} KiB raw, {} of {} KiB br, {} KiB gz",
            self.files,
            kib(self.wasm),
            kib(self.wasm_br),
            kib(BUDGET),
            kib(self.wasm_gz)
        )
    }
}

/// Builds everything that changed and removes what is stale.
///
/// # Errors
///
/// When a tool is missing or fails; the message says which and what to do.
pub(crate) fn build(root: &Path, pages: Pages) -> Result<Report> {
    let ui = root.join("ui");
    install_node_modules(&ui)?;
    let wasm = cargo_build(root, pages)?;

    let mut dist = Dist::default();
    let fonts = ui.join("node_modules/@fontsource-variable");
    dist.add("inter.woff2", read(&fonts.join("inter/files/inter-latin-wght-normal.woff2"))?);
    dist.add("jetbrains-mono.woff2", read(&fonts.join("jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2"))?);
    dist.add("logo.svg", read(&ui.join("static/logo.svg"))?);
    let (glue, wasm) = bind(&wasm)?;
    dist.add("ui.wasm", wasm);
    dist.add("ui.js", glue);
    dist.add_text("boot.js", &read_text(&ui.join("static/boot.js"))?)?;
    dist.add("uplot.js", read(&ui.join("node_modules/uplot/dist/uPlot.iife.min.js"))?);
    dist.add_text("chart.js", &read_text(&ui.join("static/chart.js"))?)?;
    dist.add("markdown-it.js", read(&ui.join("node_modules/markdown-it/dist/browser/markdown-it.esm.min.mjs"))?);
    dist.add_text("markdown.js", &read_text(&ui.join("static/markdown.js"))?)?;
    dist.add_text("start.js", &read_text(&ui.join("static/start.js"))?)?;
    dist.add_text("theme.css", &styles(&ui)?)?;

    let html = read_text(&ui.join("index.html"))?.replace("<!-- icons -->", &sprite(&ui)?);
    let html = dist.resolve("index.html", &html)?.into_bytes();
    dist.files.insert("index.html".to_owned(), html);
    let report = dist.write(&ui.join("dist"))?;
    // The page for developers costs nobody else anything.
    ensure!(pages == Pages::Design || report.wasm_br <= BUDGET, "the console is over its budget: {report}");
    Ok(report)
}

/// `npm ci`, unless `node_modules` was installed from this very lock file.
fn install_node_modules(ui: &Path) -> Result<()> {
    let lock = digest(&read(&ui.join("package-lock.json"))?);
    let stamp = ui.join("node_modules/.installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|from| from == lock) {
        return Ok(());
    }
    run(
        Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(ui),
        "install Node.js 20 or newer with npm",
    )?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// Compiles the console and answers where the `.wasm` is.
fn cargo_build(root: &Path, pages: Pages) -> Result<PathBuf> {
    let mut command = wasm_cargo(root)?;
    command
        .args(["build", "--package", "ui", "--profile", "wasm", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .args((pages == Pages::Design).then_some("--features=design"))
        .current_dir(root)
        .stderr(Stdio::inherit());
    let output = command.output().context("cargo could not be started")?;
    ensure!(output.status.success(), "the console does not compile; see above");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "ui")
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .context("cargo did not say where it put ui.wasm")
}

/// A cargo that can build for wasm32: rustup's when it has the target or can get it, else Debian's, which builds the
/// standard library from its own sources.
fn wasm_cargo(root: &Path) -> Result<Command> {
    if has_target(root) {
        return Ok(Command::new("cargo"));
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).current_dir(root).status();
    if added.is_ok_and(|status| status.success()) && has_target(root) {
        return Ok(Command::new("cargo"));
    }
    let debian = ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/wasm-ld-19"];
    if let Some(missing) = debian.iter().find(|tool| !Path::new(tool).exists()) {
        bail!(
            "there is no Rust toolchain for {TARGET}, and {missing} is missing: run `rustup target add {TARGET}`, or on \
             Debian `apt-get install rustc-web cargo-web rust-web-src lld-19`"
        );
    }
    let mut command = Command::new("/usr/bin/cargo");
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
        .args(["-Z", "build-std=std,panic_abort"]);
    Ok(command)
}

fn has_target(root: &Path) -> bool {
    Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(root)
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| {
            output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
        })
}

/// Splits cargo's `.wasm` into the JavaScript glue and the module that it loads.
fn bind(wasm: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut output = wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .out_name("ui")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen refused ui.wasm; is its version in xtask/Cargo.toml the one in Cargo.lock?")?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "a dependency of the console brings JavaScript of its own, which this build doesn't ship"
    );
    Ok((output.js().as_bytes().to_vec(), output.wasm_mut().emit_wasm()))
}

/// What daisyUI says of fields that are wrapped in one of its classes. With it Chromium computes the style of every element again
/// whenever a box is checked or something is added. Our fields either aren't wrapped or `theme.css` styles what wraps them.
const NEEDLESS: [&str; 6] = [
    ".input:has(>input[disabled]),",
    ".select:has(>select[disabled]),",
    ".textarea:has(>textarea[disabled]),",
    ",.toggle:has(>input:checked)",
    ".toggle:has(:checked)>:nth-child(2){opacity:0;rotate:15deg}",
    ".toggle:has(:checked)>:nth-child(3){opacity:1;rotate:0deg}",
];

fn styles(ui: &Path) -> Result<String> {
    let out = ui.join("node_modules/.theme.css");
    run(
        Command::new("npx")
            .args(["--no-install", "@tailwindcss/cli", "--minify", "--input", "style/theme.css", "--output"])
            .arg(&out)
            .current_dir(ui),
        "install Node.js 20 or newer with npm",
    )?;
    let mut styles = read_text(&out)?;
    for needless in NEEDLESS {
        ensure!(styles.contains(needless), "daisyUI has no `{needless}` any more; see `NEEDLESS`");
        styles = styles.replace(needless, "");
    }
    Ok(styles)
}

/// The icons of `ui/icons.txt` as symbols `i-NAME`.
fn sprite(ui: &Path) -> Result<String> {
    let mut symbols = String::new();
    for name in read_text(&ui.join("icons.txt"))?.lines() {
        let svg = read_text(&ui.join(format!("node_modules/lucide-static/icons/{name}.svg")))
            .with_context(|| format!("ui/icons.txt names `{name}`, which Lucide doesn't have"))?;
        let inner = svg
            .split_once("<svg")
            .and_then(|(_, rest)| rest.split_once('>'))
            .and_then(|(_, rest)| rest.split_once("</svg>"))
            .with_context(|| format!("the icon `{name}` isn't an SVG"))?
            .0;
        symbols.extend(["<symbol id=\"i-", name, "\" viewBox=\"0 0 24 24\">"]);
        inner.lines().for_each(|line| symbols.push_str(line.trim()));
        symbols.push_str("</symbol>");
    }
    Ok(symbols)
}

/// The files of `ui/dist` before they are written.
#[derive(Default)]
struct Dist {
    files: BTreeMap<String, Vec<u8>>,
    /// Plain name → hashed name.
    names: BTreeMap<String, String>,
}

impl Dist {
    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let hashed = format!("{stem}-{}.{extension}", &digest(&bytes)[..12]);
        self.files.insert(format!("assets/{hashed}"), bytes);
        self.names.insert(name.to_owned(), hashed);
    }

    fn add_text(&mut self, name: &str, text: &str) -> Result<()> {
        let text = self.resolve(name, text)?;
        self.add(name, text.into_bytes());
        Ok(())
    }

    /// Exchanges every `/assets/NAME` for the hashed name; what it names must have been added before.
    fn resolve(&self, file: &str, text: &str) -> Result<String> {
        let mut parts = text.split("/assets/");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let hashed =
                self.names.get(name).with_context(|| format!("{file} names /assets/{name}, which isn't built"))?;
            out.push_str("/assets/");
            out.push_str(hashed);
            out.push_str(rest);
        }
        Ok(out)
    }

    fn write(self, dist: &Path) -> Result<Report> {
        fs::create_dir_all(dist.join("assets"))?;
        let mut keep = BTreeSet::new();
        let mut report = Report { files: 0, wasm: 0, wasm_br: 0, wasm_gz: 0 };
        for (name, bytes) in &self.files {
            let path = dist.join(name);
            let same = fs::read(&path).is_ok_and(|old| old == *bytes);
            if !same {
                fs::write(&path, bytes)?;
            }
            keep.insert(path.clone());
            let extension = path.extension().and_then(|extension| extension.to_str());
            if extension == Some("woff2") {
                continue;
            }
            let (br, gz) = (dist.join(format!("{name}.br")), dist.join(format!("{name}.gz")));
            if !(same && br.exists() && gz.exists()) {
                fs::write(&br, brotli(bytes)?)?;
                fs::write(&gz, gzip(bytes)?)?;
            }
            if extension == Some("wasm") {
                report.wasm = bytes.len();
                report.wasm_br = fs::read(&br)?.len();
                report.wasm_gz = fs::read(&gz)?.len();
            }
            keep.extend([br, gz]);
        }
        for folder in [dist.to_owned(), dist.join("assets")] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_file() && !keep.contains(&path) {
                    fs::remove_file(path)?;
                }
            }
        }
        report.files = keep.len();
        Ok(report)
    }
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} can't be read", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

/// Runs a tool with its output held back, shown only if it fails.
fn run(command: &mut Command, remedy: &str) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("`{name}` can't be started: {remedy}"))?;
    ensure!(
        output.status.success(),
        "`{name}` failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_find_each_other_under_hashed_names() {
        let mut dist = Dist::default();
        dist.add("a.js", b"1".to_vec());
        dist.add_text("b.js", "import \"/assets/a.js\";").unwrap();
        let hashed = dist.names["a.js"].clone();
        assert_eq!(hashed, "a-6b86b273ff34.js");
        let b = &dist.files[&format!("assets/{}", dist.names["b.js"])];
        assert_eq!(*b, format!("import \"/assets/{hashed}\";").into_bytes());
    }

    #[test]
    fn a_name_that_is_not_built_fails_the_build() {
        let error = Dist::default().resolve("index.html", "src=\"/assets/gone.js\"").unwrap_err();
        assert_eq!(error.to_string(), "index.html names /assets/gone.js, which isn't built");
    }

    #[test]
    fn a_changed_file_gets_another_name_and_the_old_one_goes() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["1", "2"] {
            let mut dist = Dist::default();
            dist.add("a.css", content.into());
            dist.write(folder.path()).unwrap();
        }
        let left: Vec<_> = fs::read_dir(folder.path().join("assets")).unwrap().collect();
        assert_eq!(left.len(), 3, "a.css with its br and gz: {left:?}");
    }
}
