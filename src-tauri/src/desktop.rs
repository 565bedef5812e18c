//! The gateway with a window of its own: the console that a browser would show, already signed in.
//!
//! The page reaches the gateway over HTTP as everywhere else. Of Tauri it gets a window and nothing more: no capability grants it IPC.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::mpsc,
};

use anyhow::{Context, anyhow, bail};
use secrecy::{ExposeSecret, SecretString};
use server::SESSION_COOKIE;
use store::{MasterKeyError, MasterKeySource, OpenError};
use tauri::{
    AppHandle, RunEvent, Theme, WebviewUrl, WebviewWindowBuilder,
    webview::{Color, Cookie, NewWindowResponse, PageLoadEvent, cookie::SameSite},
};
use tokio::runtime::Runtime;
use tracing::{info, warn};
use url::Url;

use crate::{headless, settings::Settings};

/// The page's ground (`base-100` of the console's themes), so that the window doesn't flash before it is painted.
const LIGHT: Color = Color(0xfd, 0xfd, 0xfc, 0xff);
const DARK: Color = Color(0x14, 0x18, 0x17, 0xff);

pub(crate) fn run(mut settings: Settings) -> anyhow::Result<()> {
    find_display()?;
    settings.config.desktop = true;
    if let MasterKeySource::Default = settings.master_key {
        settings.master_key = MasterKeySource::Keyring;
    }
    let data_dir = settings.data_dir.clone();

    let runtime = Runtime::new().context("can't start threads")?;
    tauri::async_runtime::set(runtime.handle().clone());
    let app = tauri::Builder::default().build(context()).context("can't start the desktop app")?;

    let gateway = runtime.block_on(headless::start(settings)).map_err(with_remedy)?;
    info!(address = %gateway.address(), "serving");
    let session = runtime.block_on(gateway.place_session());
    let console = Url::parse(&format!("http://{}/", from_here(gateway.address())));
    let outcome = match (session, console) {
        (Ok(session), Ok(console)) => show(app, &runtime, Console { url: console, session, data_dir }),
        (Err(error), _) => Err(error.into()),
        (_, Err(error)) => Err(error.into()),
    };
    runtime.block_on(headless::stop(gateway));
    outcome
}

/// What the build knows of the app.
#[expect(
    clippy::disallowed_methods,
    reason = "the macro's own code leaves this way, and only where what it embedded is broken"
)]
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// The keyring is this program's choice, so the way around it is for this program to tell.
fn with_remedy(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(OpenError::MasterKey(MasterKeyError::Keyring { .. })) => anyhow!(
            "{error:#} A system without a keyring can give a key of its own: set AIGW_MASTER_KEY to what `openssl rand -base64 32` \
             prints, at every start."
        ),
        _ => error,
    }
}

/// What the window opens.
struct Console {
    url: Url,
    session: SecretString,
    data_dir: PathBuf,
}

/// Shows the window until it is closed, or a signal comes.
fn show(app: tauri::App, runtime: &Runtime, console: Console) -> anyhow::Result<()> {
    let (failed, failure) = mpsc::channel();
    let app_handle = app.handle().clone();
    runtime.spawn(async move {
        headless::wait_for_signal().await;
        app_handle.exit(0);
    });
    let code = app.run_return(move |app, event| {
        // Not in Tauri's set-up hook: an error there is a panic.
        if let RunEvent::Ready = event
            && let Err(error) = open(app, &console)
        {
            let _ = failed.send(error);
            app.exit(1);
        }
    });
    if let Ok(error) = failure.try_recv() {
        return Err(error.context("can't open the window. Start with --headless and open the address in a browser"));
    }
    if code != 0 {
        bail!("the window ended with code {code}");
    }
    Ok(())
}

fn open(app: &AppHandle, console: &Console) -> anyhow::Result<()> {
    let origin = console.url.origin();
    // Empty at first: the session has to be in place before the page asks for it.
    let blank = WebviewUrl::External(Url::parse("about:blank")?);
    let window = WebviewWindowBuilder::new(app, "main", blank)
        .title("AI Gateway")
        .inner_size(1280.0, 860.0)
        .min_inner_size(380.0, 480.0)
        .center()
        .background_color(LIGHT)
        .visible(false)
        .data_directory(browser_data(&console.data_dir))
        .on_navigation(move |url| url.as_str() == "about:blank" || url.origin() == origin)
        .on_new_window(|url, _| {
            warn!(%url, "the window opens nothing but the console");
            NewWindowResponse::Deny
        })
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&title) {
                warn!(%error, "can't set the window's title");
            }
        })
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished
                && load.url().scheme() == "http"
                && let Err(error) = window.show()
            {
                warn!(%error, "can't show the window");
            }
        })
        .build()?;
    if window.theme().is_ok_and(|theme| theme == Theme::Dark) {
        window.set_background_color(Some(DARK))?;
    }
    window.set_cookie(session_cookie(&console.url, &console.session))?;
    window.navigate(console.url.clone())?;
    Ok(())
}

/// The cookie that signing in would set, less its age: without one it is in the webview's memory only.
fn session_cookie(console: &Url, session: &SecretString) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, session.expose_secret().to_owned()))
        .domain(console.host_str().unwrap_or_default().to_owned())
        .path("/api")
        .http_only(true)
        .same_site(SameSite::Strict)
        .build()
}

/// An address that is listened on, as this machine reaches it.
fn from_here(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Where the webview keeps what the console remembers, such as language and theme: with the gateway whose console it is.
fn browser_data(data_dir: &Path) -> PathBuf {
    data_dir.join("webview")
}

/// GTK's own answer to a missing display is a panic.
fn find_display() -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    if ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty())) {
        bail!("there is no display to open a window on. Start with --headless and open the console in a browser.");
    }
    Ok(())
}
