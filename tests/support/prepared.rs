//! What `cargo xtask test` has prepared.

use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Python that has the official client.
pub(crate) fn python() -> PathBuf {
    let said = std::env::var_os("AIGW_TEST_PYTHON");
    let said = said
        .expect("AIGW_TEST_PYTHON names no Python: run this by `cargo xtask test`, which installs one with the client");
    said.into()
}

/// A folder of `tests/sdk/node_modules`.
pub(crate) fn node_module(name: &str) -> PathBuf {
    let folder = repository().join("tests/sdk/node_modules").join(name);
    assert!(folder.exists(), "{} isn't there: run this by `cargo xtask test`, which installs it", folder.display());
    folder
}
