//! The real program with its window, on whatever display `DISPLAY` names; `cargo xtask test` starts one without a screen.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

mod display;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use display::{Display, Picture, Window};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long a slow machine may take for anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(90);

#[test]
fn the_window_opens_the_console_signed_in_and_closing_it_ends_the_app() {
    let display = Display::get();
    let mut app = App::start();
    let window = app.wait_for_console(display);

    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop.png");
    app.wait_until_painted(display, window).save(&file);
    println!("the window's picture: {}", file.display());

    display.close(window);
    app.ends_well();
    assert!(!holds(app.home.path(), b"aigw_session"), "the webview wrote the placed session into a file");
}

#[test]
fn a_signal_ends_the_app_as_closing_its_window_does() {
    let display = Display::get();
    let mut app = App::start();
    app.wait_for_console(display);
    kill_process(app.pid(), Signal::TERM).unwrap();
    app.ends_well();
}

#[test]
fn an_address_in_use_is_said_and_no_window_opens() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut app = App::start_with(|command| {
        command.arg("--listen").arg(taken.local_addr().unwrap().to_string());
    });
    let (status, log) = app.end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("is in use by another program"), "{log}");
}

#[test]
fn without_a_keyring_it_says_so_and_makes_no_key() {
    let mut app = App::start_with(|command| {
        command.env_remove("AIGW_MASTER_KEY").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    });
    let (status, log) = app.end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("keyring") && log.contains("AIGW_MASTER_KEY"), "{log}");
    assert!(!app.home.path().join("data/master.key").exists(), "{log}");
}

/// A running program. Its home and data are its own, and go when it goes.
struct App {
    child: Child,
    log: Option<JoinHandle<String>>,
    home: TempDir,
}

impl App {
    fn start() -> Self {
        Self::start_with(|_| {})
    }

    fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ai-gateway"));
        command
            .env("AIGW_LISTEN", "127.0.0.1:0")
            .env("AIGW_DATA_DIR", home.path().join("data"))
            // Not the keyring of whoever runs this.
            .env("AIGW_MASTER_KEY", "5a".repeat(32))
            .env("HOME", home.path())
            .envs(["CACHE", "CONFIG", "DATA", "STATE"].map(|kind| (format!("XDG_{kind}_HOME"), home.path().join(kind))))
            // Any display has X11; drawing without a graphics card.
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("LANG", "C.UTF-8")
            .env("LANGUAGE", "en")
            .stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = thread::spawn(move || lines.map_while(Result::ok).map(|line| line + "\n").collect());
        Self { child, log: Some(log), home }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits for the page that only the signed-in see.
    fn wait_for_console(&mut self, display: &Display) -> Window {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = String::from("no window");
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("ended with {status} before its window opened:\n{}", self.log());
            }
            if let Some((window, title)) = display.window_of(self.child.id()) {
                if title == "Dashboard · AI Gateway" {
                    return window;
                }
                seen = format!("a window with the title {title:?}");
            }
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        panic!("the console didn't open; there is {seen}. The log:\n{}", self.log());
    }

    /// Waits for the page on the screen; its title is there a moment earlier.
    fn wait_until_painted(&mut self, display: &Display, window: Window) -> Picture {
        let deadline = Instant::now() + PATIENCE;
        let mut before = display.picture(window);
        while Instant::now() < deadline {
            thread::sleep(Duration::from_millis(500));
            let picture = display.picture(window);
            // Two in a row, so that the page isn't seen half painted; it has live signs, so they are never quite the same.
            if before.colours() > 32 && picture.colours() > 32 {
                return picture;
            }
            before = picture;
        }
        let _ = self.child.kill();
        panic!("the window stays empty:\n{}", self.log());
    }

    /// Waits until it has ended in order: everything settled, the database closed.
    fn ends_well(&mut self) {
        let (status, log) = self.end();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(log.contains("stopped"), "{log}");
        let data = self.home.path().join("data");
        assert!(data.join("gateway.db").exists(), "{log}");
        assert!(!data.join("gateway.db-wal").exists(), "the database wasn't closed:\n{log}");
    }

    fn end(&mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.log());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        panic!("doesn't end:\n{}", self.log());
    }

    fn log(&mut self) -> String {
        self.log.take().map(|log| log.join().unwrap()).unwrap_or_default()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether any file under a folder contains this.
fn holds(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).any(|entry| {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            return holds(&entry.path(), needle);
        }
        kind.is_file() && fs::read(entry.path()).unwrap().windows(needle.len()).any(|window| window == needle)
    })
}
