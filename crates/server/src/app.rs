//! What every handler shares.

use std::{ops::Deref, sync::Arc};

use arc_swap::{ArcSwap, Guard};
use store::{Clock, Passwords, Store};
use tokio::sync::{Mutex, Semaphore};

use crate::{
    config::Config,
    console::{Seats, SetupGate, Throttle},
    prices,
    relay::{Paces, Running, Snapshot, Upstream},
    settings::{Live, Settings},
    start::StartError,
    tasks::Tasks,
};

/// A handle to the running gateway; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct App {
    inner: Arc<Inner>,
    /// This thread's own: a request waits for no connection that another thread drives.
    pub(crate) upstream: Arc<Upstream>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) live: Arc<Live>,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tasks: Tasks,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) setup: SetupGate,
    pub(crate) live_logs: Seats,
    /// Memory that large request bodies may take together, in MiB.
    pub(crate) large_bodies: Semaphore,
    pub(crate) paces: Arc<Paces>,
    pub(crate) running: Running,
    /// Held while the books are counted.
    pub(crate) verifying: Mutex<()>,
    /// The address that is listened on, as this machine reaches it: `http://127.0.0.1:3000`.
    local_url: String,
    snapshot: ArcSwap<Snapshot>,
    /// Held while a snapshot is read, so that an older one never replaces a newer one.
    reloading: Mutex<()>,
}

/// 256 MiB: eight bodies of the largest size, or thousands of ordinary large ones.
const LARGE_BODIES_MIB: usize = 256;

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl App {
    pub(crate) async fn new(
        config: Config,
        store: Store,
        clock: Arc<dyn Clock>,
        setup: SetupGate,
        local_url: String,
    ) -> Result<Self, StartError> {
        prices::follow_catalogue(&store).await?;
        let snapshot = Snapshot::read(&store).await?;
        let live = Arc::new(Live::read(&store, config.given.clone()).await?);
        let upstream = Upstream::new(Arc::clone(&live)).map_err(|error| StartError::Tls(error.to_string()))?;
        let inner = Inner {
            config,
            live,
            store,
            clock,
            tasks: Tasks::default(),
            passwords: Passwords::new(),
            throttle: Throttle::default(),
            setup,
            live_logs: Seats::default(),
            large_bodies: Semaphore::new(LARGE_BODIES_MIB),
            paces: Arc::new(Paces::new()),
            running: Running::default(),
            verifying: Mutex::new(()),
            local_url,
            snapshot: ArcSwap::from_pointee(snapshot),
            reloading: Mutex::new(()),
        };
        Ok(Self { inner: Arc::new(inner), upstream: Arc::new(upstream) })
    }

    /// The same gateway with connections to providers of its own.
    pub(crate) fn apart(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), upstream: Arc::new(self.upstream.apart()) }
    }

    /// What holds right now. Another request may read another value.
    pub(crate) fn settings(&self) -> Guard<Arc<Settings>> {
        self.live.now()
    }

    /// What clients put before `/v1`.
    pub(crate) fn base_url(&self) -> String {
        match self.settings().public_urls.first() {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => self.local_url.clone(),
        }
    }

    /// What requests are planned with.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Makes a change of channels, models, prices, groups or keys take effect for the next request.
    pub(crate) async fn reload(&self) -> Result<(), store::Error> {
        let _one_at_a_time = self.reloading.lock().await;
        prices::follow_catalogue(&self.store).await?;
        self.snapshot.store(Arc::new(Snapshot::read(&self.store).await?));
        Ok(())
    }
}
