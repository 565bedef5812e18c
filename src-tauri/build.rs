//! Reads the desktop configuration when the window is built in; servers skip it.

fn main() {
    #[cfg(feature = "desktop")]
    {
        println!("cargo::rerun-if-changed=src-tauri/capabilities");
        tauri_build::try_build(tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*"))
            .expect("tauri.conf.json and src-tauri/capabilities are valid");
    }
}
