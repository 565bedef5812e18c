//! Makes sure that the console's folder exists, so that the server builds before the console does.

use std::{fs, path::Path};

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist");
    fs::create_dir_all(&dist).expect("ui/dist can be made");
    println!("cargo::rerun-if-changed={}", dist.display());
}
