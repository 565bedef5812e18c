//! Starts the gateway, and ends it in order.

use std::{collections::BTreeMap, fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use api::{
    audit::{Action, SubjectKind},
    channels::NewChannel,
    keys::NewKey,
    session::Role,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use store::{ChannelError, Clock, KeyError, NewAuditEntry, Scope, SignedInFrom, Store, UserError};
use tokio::{net::TcpListener, task::JoinHandle};
use tracing::info;

use crate::{
    app::App,
    config::Config,
    console::SetupGate,
    listen::{self, Place},
    relay::running,
    retention, router,
    threads::Threads,
    verify,
};

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    app: App,
    address: SocketAddr,
    server: JoinHandle<()>,
    threads: Threads,
    demo_key: Option<SecretString>,
}

/// Why the gateway didn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{} is in use by another program. Stop it, or choose another address with --listen.", .0)]
    AddressInUse(SocketAddr),
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("can't start threads: {0}")]
    Threads(io::Error),
    #[error("can't make the owner from AIGW_ADMIN_USERNAME and AIGW_ADMIN_PASSWORD: {0}")]
    Admin(String),
    #[error("can't make the demo channel and its key: {0}")]
    Demo(String),
    #[error("can't prepare encrypted connections: {0}. Is the package ca-certificates installed?")]
    Tls(String),
    #[error("the setting {0} can't be used: {1}")]
    Setting(&'static str, String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Binds the address and serves until [`Gateway::stop`].
///
/// # Errors
/// If the address can't be bound or the first owner can't be made.
pub async fn start(config: Config, store: Store, clock: Arc<dyn Clock>) -> Result<Gateway, StartError> {
    let listener = TcpListener::bind(config.listen).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(config.listen),
        _ => StartError::Listen(config.listen, error),
    })?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(config.listen, error))?;
    let local_url = format!("http://{}", reachable(address));
    let setup = SetupGate::new(!store.users().owner_exists().await?);
    let app = App::new(config, store, clock, setup, local_url).await?;
    make_admin(&app).await?;
    let demo_key = if app.config.demo { Some(make_demo(&app).await?) } else { None };
    retention::start(&app);
    running::start(&app);
    verify::start(&app);
    let threads = Threads::start().map_err(StartError::Threads)?;
    let server = {
        let (stop, live) = (app.tasks.stop().clone(), Arc::clone(&app.live));
        let drain = move || Duration::from_secs(live.now().drain_seconds);
        let places = threads.handles().iter().map(|runtime| {
            let app = app.apart();
            let router = router::router(app.clone());
            Place::new(runtime.clone(), move |request| router::answer(app.clone(), router.clone(), request))
        });
        let places = places.collect();
        // Not one of the app's tasks: those are waited for only after this has ended.
        tokio_util::task::TaskTracker::new().spawn(listen::serve(listener, places, stop, drain))
    };
    Ok(Gateway { app, address, server, threads, demo_key })
}

impl Gateway {
    /// The address that is listened on, with the port that was really bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients put before `/v1`.
    pub fn base_url(&self) -> String {
        self.app.base_url()
    }

    /// Where the owner is made, once. The token stands behind `#`, which browsers don't send and nothing logs.
    pub fn setup_link(&self) -> Option<SecretString> {
        let token = self.app.setup.token()?;
        Some(format!("{}/setup#token={}", self.app.base_url(), token.expose_secret()).into())
    }

    /// The key of the demo channel, when there is one.
    pub fn demo_key(&self) -> Option<&SecretString> {
        self.demo_key.as_ref()
    }

    /// A session of this machine's owner, for the app's own window; makes the owner at the first start.
    ///
    /// # Errors
    /// If the database can't be written.
    pub async fn place_session(&self) -> Result<SecretString, StartError> {
        let users = self.app.store.users();
        let owner = match users.owner().await? {
            Some(owner) => owner,
            None => make_owner(&self.app, "owner", random_secret()?).await?,
        };
        Ok(self.app.store.sessions().create(owner.id, SignedInFrom::default()).await?)
    }

    /// Lets running answers finish, settles every request, closes the database.
    pub async fn stop(self) {
        self.app.tasks.stop().cancel();
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the listener failed");
        }
        self.app.tasks.finish().await;
        self.app.store.close().await;
        self.threads.stop().await;
        info!("stopped");
    }
}

/// The address as another program on this machine reaches it.
fn reachable(address: SocketAddr) -> impl fmt::Display {
    match address.ip() {
        ip if ip.is_unspecified() && ip.is_ipv6() => {
            SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), address.port())
        }
        ip if ip.is_unspecified() => SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), address.port()),
        _ => address,
    }
}

async fn make_admin(app: &App) -> Result<(), StartError> {
    let Some((username, password)) = &app.config.admin else { return Ok(()) };
    if app.setup.token().is_none() {
        return Ok(());
    }
    let request = api::setup::Setup {
        token: String::new(),
        username: username.clone(),
        password: password.expose_secret().to_owned(),
    };
    if let Err(fields) = api::Validate::validate(&request) {
        let faults: Vec<_> = fields.into_iter().map(|(field, fault)| format!("{field}: {fault}")).collect();
        return Err(StartError::Admin(faults.join(" ")));
    }
    make_owner(app, username, password.clone()).await?;
    Ok(())
}

/// The row of something that the program makes by itself, which nobody is signed in for.
fn made(subject: SubjectKind, name: &str) -> NewAuditEntry {
    NewAuditEntry {
        user: None,
        action: Action::Create,
        subject,
        subject_id: None,
        subject_name: name.to_owned(),
        before: None,
        after: None,
        client_ip: None,
    }
}

async fn make_owner(app: &App, username: &str, password: SecretString) -> Result<api::session::User, StartError> {
    let hash = app.passwords.hash(password).await.map_err(|error| StartError::Admin(error.to_string()))?;
    let (owner, row) = app
        .store
        .audit()
        .follow(made(SubjectKind::User, username), app.store.users().create_owner(username, hash))
        .await;
    app.setup.close();
    match (owner?, row) {
        (Some(owner), Some(row)) => {
            let entry =
                NewAuditEntry { subject_id: Some(owner.id.to_string()), ..made(SubjectKind::User, &owner.username) };
            app.store.audit().complete(row, entry).await?;
            Ok(owner)
        }
        (Some(owner), None) => Ok(owner),
        (None, row) => {
            if let Some(row) = row {
                app.store.audit().withdraw(row).await?;
            }
            app.store.users().owner().await?.ok_or_else(|| StartError::Admin("another owner was just made".into()))
        }
    }
}

const DEMO_USER: &str = "demo";

/// A channel at the demo provider and a fresh key for it; the key of an earlier start is taken away.
async fn make_demo(app: &App) -> Result<SecretString, StartError> {
    let store = &app.store;
    let user = if let Some(found) = store.users().find_for_login(DEMO_USER).await? {
        found.user
    } else {
        let hash = app.passwords.hash(random_secret()?).await.map_err(|error| StartError::Admin(error.to_string()))?;
        let creating = store.users().create(DEMO_USER, "Demo", Role::Member, hash);
        let (user, _) = store.audit().follow(made(SubjectKind::User, DEMO_USER), creating).await;
        user.map_err(|error| match error {
            UserError::NameTaken => StartError::Admin("another user is called demo".to_owned()),
            UserError::Store(error) => error.into(),
        })?
    };
    let demo = NewChannel {
        name: "Demo".to_owned(),
        provider: llm::Vendor::in_process().slug.to_owned(),
        base_url: None,
        keys: Vec::new(),
        models: vec!["demo-small".to_owned()],
        model_mapping: BTreeMap::new(),
        groups: vec![api::channels::DEFAULT_GROUP.to_owned()],
        priority: 0,
        weight: 100,
        status: api::channels::ChannelStatus::Enabled,
        test_model: None,
        on_disconnect: api::channels::OnDisconnect::Cancel,
    };
    let (channel, _) =
        store.audit().follow(made(SubjectKind::Channel, &demo.name), store.channels().create(demo.clone())).await;
    match channel {
        Ok(_) | Err(ChannelError::NameTaken) => {}
        Err(ChannelError::Store(error)) => return Err(error.into()),
        Err(error @ ChannelError::ModelIsAlias { .. }) => return Err(StartError::Demo(error.to_string())),
    }
    let scope = Scope::User(user.id);
    for key in store.keys().list(scope, user.id, &api::keys::KeyQuery::default()).await?.items {
        store.keys().delete(scope, key.id).await?;
    }
    let key = NewKey { name: "Demo".to_owned(), ..NewKey::default() };
    let created = store.keys().create(user.id, key).await.map_err(|error| match error {
        KeyError::Store(error) => StartError::Store(error),
        error @ (KeyError::NoSuchGroup | KeyError::NoSuchUser) => StartError::Demo(error.to_string()),
    })?;
    let secret = created.secret.into();
    app.reload().await?;
    Ok(secret)
}

/// 256 random bits, as text: a password that nobody has to think of.
///
/// # Errors
/// If the system has no randomness.
pub fn random_secret() -> Result<SecretString, StartError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| StartError::Admin(format!("no randomness: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}
