//! The gateway as a server: no window, ends on a signal.
#![expect(clippy::print_stdout, reason = "the address and the setup link are for whoever started it")]

use std::sync::Arc;

use anyhow::{Context, bail};
use api::{
    audit::{Action, SubjectKind},
    verify::Verification,
};
use secrecy::ExposeSecret;
use server::Gateway;
use store::{Clock as _, NewAuditEntry, Passwords, Store, SystemClock};
use tokio::{runtime::Runtime, signal};
use tracing::{info, warn};

use crate::settings::Settings;

pub(crate) fn run(settings: Settings) -> anyhow::Result<()> {
    #[cfg(unix)]
    raise_open_files();
    let runtime = Runtime::new().context("can't start threads")?;
    runtime.block_on(async {
        let demo = settings.config.demo;
        let gateway = start(settings).await?;
        announce(&gateway, demo);
        wait_for_signal().await;
        stop(gateway).await;
        Ok(())
    })
}

/// As many as the system allows. A stream takes two, and shells tend to allow 1,024, which is what programs that use `select` can bear.
#[cfg(unix)]
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        warn!(%error, "can't raise the limit of open files");
    }
}

/// Ends in order, unless a signal says that there is no time for it.
pub(crate) async fn stop(gateway: Gateway) {
    info!("stopping: running answers may finish; a second signal ends at once");
    tokio::select! {
        () = gateway.stop() => {}
        () = wait_for_signal() => warn!("ended without waiting; what was open is settled at the next start"),
    }
}

/// Opens the data directory and starts the gateway on it.
pub(crate) async fn start(mut settings: Settings) -> anyhow::Result<Gateway> {
    let clock = Arc::new(SystemClock);
    let store = open(&settings, clock.clone()).await?;
    let opened = store.opened();
    settings.show_master_key(&opened.master_key);
    info!(
        data_dir = %settings.data_dir.display(),
        master_key = %opened.master_key,
        new = opened.created_database,
        settled = opened.interrupted,
        "opened the database",
    );
    if let Some(path) = &opened.created_master_key {
        info!(path = %path.display(), "made a master key. Keep a copy apart from the database's: without it sealed secrets are lost");
    }
    Ok(server::start(settings.config, store, clock).await?)
}

async fn open(settings: &Settings, clock: Arc<SystemClock>) -> anyhow::Result<Store> {
    Ok(Store::open(store::Options {
        data_dir: settings.data_dir.clone(),
        durability: settings.durability,
        master_key: settings.master_key.clone(),
        clock,
    })
    .await?)
}

fn announce(gateway: &Gateway, demo: bool) {
    println!("AI Gateway {} is serving {}", env!("CARGO_PKG_VERSION"), gateway.base_url());
    if let Some(link) = gateway.setup_link() {
        println!("Set it up (this link works once): {}", link.expose_secret());
    }
    if let (true, Some(key)) = (demo, gateway.demo_key()) {
        println!(
            "Try it:\n  curl -N {}/v1/chat/completions -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' \
             -d '{{\"model\":\"demo-small\",\"stream\":true,\"messages\":[{{\"role\":\"user\",\"content\":\"Hello\"}}]}}'",
            gateway.base_url(),
            key.expose_secret(),
        );
    }
}

/// Ctrl-C, or what a service manager sends.
pub(crate) async fn wait_for_signal() {
    #[cfg(unix)]
    {
        use signal::unix::{SignalKind, signal};
        match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            _ => std::future::pending().await,
        }
    }
    #[cfg(not(unix))]
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Counts everything in the data directory again.
pub(crate) fn verify(settings: &Settings) -> anyhow::Result<Verification> {
    let runtime = Runtime::new().context("can't start threads")?;
    Ok(runtime.block_on(store::verify_directory(&settings.data_dir, SystemClock.now()))?)
}

/// Sets a new random password and answers it.
pub(crate) fn reset_password(username: &str, settings: &Settings) -> anyhow::Result<String> {
    Runtime::new().context("can't start threads")?.block_on(async {
        let store = open(settings, Arc::new(SystemClock)).await?;
        let outcome = async {
            let Some(found) = store.users().find_for_login(username).await? else {
                bail!("there is no user {username:?}");
            };
            let password = server::random_secret()?;
            let hash = Passwords::new().hash(password.clone()).await?;
            store.users().set_password(found.user.id, hash).await?;
            // Whoever may run this program on the data directory is nobody that the console knows.
            let entry = NewAuditEntry {
                user: None,
                action: Action::SetPassword,
                subject: SubjectKind::User,
                subject_id: Some(found.user.id.to_string()),
                subject_name: found.user.username,
                before: None,
                after: None,
                client_ip: None,
            };
            store.audit().record(entry).await?;
            Ok(password.expose_secret().to_owned())
        }
        .await;
        store.close().await;
        outcome
    })
}
