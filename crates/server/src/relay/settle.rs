//! Writes what became of a request, exactly once, whatever becomes of its handler.
//!
//! A client that leaves drops the handler's future and the answer's body. The settlement is the ledger's from the moment it is
//! known, so that leaving can't undo it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use api::{
    Time,
    channels::OnDisconnect,
    groups::ONE_PPM,
    logs::{Attempt, LogState},
};
use llm::{Endpoint, Failure, Summary, through::Request, usage::estimate_tokens};
use store::{Charge, Hold, LedgerError, Open, PriceInEffect, Receipt, Settle, Usage};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{limits::Pass, millis, plan::Candidate, record::Record, running::Count};
use crate::{app::App, tasks::Tasks};

/// What is known when a request has arrived and its key is good.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) id: Uuid,
    pub(super) at: Time,
    pub(super) started: Instant,
    pub(super) user_id: i64,
    pub(super) key_id: i64,
    pub(super) key_name: String,
    pub(super) endpoint: Endpoint,
    pub(super) client_ip: String,
    pub(super) user_agent: Option<String>,
}

impl Arrival {
    fn open(&self, request: Option<&Request>, price: Option<&PriceInEffect>, multiplier_ppm: i64) -> Open {
        Open {
            id: self.id,
            created_at: self.at,
            user_id: self.user_id,
            key_id: self.key_id,
            key_name: self.key_name.clone(),
            model: request.map(|request| request.model.clone()).unwrap_or_default(),
            endpoint: self.endpoint.public_path().to_owned(),
            dialect: self.endpoint.dialect().as_str().to_owned(),
            stream: request.is_some_and(|request| request.stream),
            client_ip: Some(self.client_ip.clone()),
            user_agent: self.user_agent.clone(),
            input_estimate: request.map_or(0, |request| request.estimate.input),
            price_id: price.map(|price| price.id),
            multiplier_ppm,
            hold: None,
        }
    }

    /// Notes a request that was refused before any provider was asked.
    pub(super) fn reject(&self, app: &App, request: Option<&Request>, failure: &Failure) {
        let open = self.open(request, None, ONE_PPM);
        let settle = Settle {
            id: self.id,
            key_id: self.key_id,
            state: LogState::Rejected,
            status: Some(self.endpoint.dialect().write_failure(failure).0),
            channel_id: None,
            channel_name: None,
            upstream_model: None,
            attempts: Vec::new(),
            usage: Usage::default(),
            estimated: false,
            anomalous: false,
            charge: Charge::default(),
            ttft_ms: None,
            duration_ms: millis(self.started.elapsed()),
            error: Some(failure.message.clone()),
        };
        let store = app.store.clone();
        app.tasks.spawn(async move {
            if let Err(error) = store.ledger().reject(open, settle).await {
                tracing::error!(%error, "a refused request isn't in the log");
            }
        });
    }
}

/// A request on its way; settles it as cancelled if it is dropped before anything else.
#[derive(Debug)]
pub(super) struct Settler {
    app: App,
    started: Instant,
    input_estimate: i64,
    /// What the model that is asked costs, and what that is multiplied by for this key.
    price: Option<Arc<PriceInEffect>>,
    multiplier_ppm: i64,
    /// Its place among those that run, where their number or pace is limited.
    pass: Option<Pass>,
    /// Of a streamed answer.
    count: Option<Count>,
    /// The answer is read to its end even if the client leaves.
    drains: bool,
    /// Where the key wants it kept.
    record: Option<Record>,
    settle: Option<Settle>,
}

impl Settler {
    /// Opens the request's row. Waits until it is committed only where a budget has to have room for it.
    ///
    /// # Errors
    /// If a budget has none, or if the ledger can't take the row: what isn't written down isn't served.
    pub(super) async fn open(
        app: &App,
        arrival: &Arrival,
        request: &Request,
        first: Option<&Candidate>,
        multiplier_ppm: i64,
        hold: Option<Hold>,
    ) -> Result<Self, LedgerError> {
        let price = first.and_then(|candidate| candidate.price.clone());
        let open = Open { hold, ..arrival.open(Some(request), price.as_deref(), multiplier_ppm) };
        let settle = Settle {
            id: arrival.id,
            key_id: arrival.key_id,
            state: LogState::Cancelled,
            status: None,
            channel_id: None,
            channel_name: None,
            upstream_model: None,
            attempts: Vec::new(),
            usage: Usage::default(),
            estimated: false,
            anomalous: false,
            charge: Charge::default(),
            ttft_ms: None,
            duration_ms: 0,
            error: None,
        };
        let mut settler = Self {
            app: app.clone(),
            started: arrival.started,
            input_estimate: open.input_estimate,
            price,
            multiplier_ppm,
            pass: None,
            count: None,
            drains: false,
            record: None,
            settle: Some(settle),
        };
        let ledger = app.store.ledger();
        let opened = if open.hold.is_some() {
            // A client that leaves meanwhile drops the settler, whose settlement follows the row wherever that is.
            match ledger.open(open).await {
                Ok(receipt) => receipt.await,
                Err(error) => Err(error),
            }
        } else {
            ledger.note(open).await
        };
        if opened.is_err() {
            settler.settle = None;
        }
        opened.map(|()| settler)
    }

    /// Keeps a place among those that run until the request is settled.
    pub(super) fn keep(&mut self, pass: Option<Pass>) {
        self.pass = pass;
    }

    /// Keeps what is asked, and what is sent from now on, once the request is settled.
    pub(super) fn records(&mut self, record: Option<Record>) {
        self.record = record;
    }

    /// Notes what the client is sent.
    pub(super) fn sends(&mut self, bytes: &[u8]) {
        if let Some(record) = &mut self.record {
            record.sent(bytes);
        }
    }

    /// Notes that the answer is a stream, which may run for long.
    pub(super) fn streams(&mut self) {
        self.count = self.settle.as_ref().map(|settle| self.app.running.begin(settle.id));
    }

    /// Notes how much content has passed, in bytes.
    pub(super) fn passed(&self, content: usize) {
        if let Some(count) = &self.count {
            count.reach(estimate_tokens(content));
        }
    }

    /// Notes which channel is asked.
    pub(super) fn asks(&mut self, candidate: &Candidate) {
        if let Some(settle) = &mut self.settle {
            settle.channel_id = Some(candidate.channel.id);
            settle.channel_name = Some(candidate.channel.name.clone());
            settle.upstream_model = Some(candidate.upstream_model.clone());
        }
        self.price.clone_from(&candidate.price);
        self.drains = candidate.channel.on_disconnect == OnDisconnect::Drain;
    }

    /// Whether the answer is to be read on when the client leaves now. A gateway that ends reads no more than it must.
    pub(super) fn drains(&self) -> bool {
        self.drains && !self.app.tasks.stop().is_cancelled()
    }

    /// Resolves after `most`, or when the gateway ends and running answers have had their time.
    pub(super) fn patience(&self, most: Duration) -> impl Future<Output = ()> + Send + 'static {
        let (app, stop) = (self.app.clone(), self.app.tasks.stop().clone());
        async move {
            let ending = async {
                stop.cancelled().await;
                sleep(Duration::from_secs(app.settings().drain_seconds)).await;
            };
            tokio::select! {
                () = ending => {}
                () = sleep(most) => {}
            }
        }
    }

    /// Itself, for someone else to finish; what stays behind settles nothing.
    pub(super) fn hand_over(&mut self) -> Self {
        Self {
            app: self.app.clone(),
            started: self.started,
            input_estimate: self.input_estimate,
            price: self.price.take(),
            multiplier_ppm: self.multiplier_ppm,
            pass: self.pass.take(),
            count: self.count.take(),
            drains: self.drains,
            record: self.record.take(),
            settle: self.settle.take(),
        }
    }

    /// Notes how an attempt went.
    pub(super) fn tried(&mut self, candidate: &Candidate, took: Duration, status: Option<u16>, error: Option<String>) {
        if let Some(settle) = &mut self.settle {
            settle.attempts.push(Attempt {
                channel_id: candidate.channel.id,
                channel_name: candidate.channel.name.clone(),
                channel_key_id: candidate.key().map(|key| key.id),
                status,
                duration_ms: millis(took),
                error,
            });
        }
    }

    /// How many channels were asked.
    pub(super) fn attempts(&self) -> usize {
        self.settle.as_ref().map_or(0, |settle| settle.attempts.len())
    }

    /// Notes that the answer's first content is here.
    pub(super) fn first_content(&mut self) {
        if let Some(settle) = &mut self.settle {
            settle.ttft_ms = Some(millis(self.started.elapsed()));
        }
    }

    /// Settles. The first call counts; the future resolves when it is committed, and may be dropped.
    pub(super) fn finish(&mut self, state: LogState, status: Option<u16>, summary: &Summary) -> Settling {
        let Some(mut settle) = self.settle.take() else { return Settling(None) };
        settle.state = state;
        settle.status = status;
        settle.duration_ms = millis(self.started.elapsed());
        settle.error.clone_from(&summary.error);
        settle.anomalous = summary.anomalous;
        let used = summary.usage.is_some() || summary.anomalous || summary.content > 0 || state == LogState::Done;
        if used {
            settle.estimated = summary.usage.is_none();
            settle.usage = summary.usage.unwrap_or_else(|| Usage {
                input: self.input_estimate,
                output: estimate_tokens(summary.content),
                ..Usage::default()
            });
            settle.charge = Charge::of(self.price.as_deref(), &settle.usage, self.multiplier_ppm);
        }
        self.count = None;
        if let Some(mut pass) = self.pass.take() {
            pass.used(settle.usage.input.saturating_add(settle.usage.output));
        }
        if let Some(record) = self.record.take() {
            record.keep(&self.app);
        }
        let id = settle.id;
        match self.app.store.ledger().settle(settle) {
            Ok(receipt) => Settling(Some(receipt)),
            Err(error) => {
                tracing::error!(%error, request = %id, "a request isn't settled");
                Settling(None)
            }
        }
    }

    pub(super) fn tasks(&self) -> &Tasks {
        &self.app.tasks
    }

    /// Settles a request whose client left, or that the gateway's own end cut off.
    pub(super) fn abandon(&mut self, status: Option<u16>, summary: &Summary) {
        let stopping = self.app.tasks.stop().is_cancelled();
        let (state, why) = if stopping {
            (LogState::Interrupted, "The gateway stopped before the answer was complete.")
        } else {
            (LogState::Cancelled, "The client left before the answer was complete.")
        };
        let summary = Summary { error: Some(why.to_owned()), ..summary.clone() };
        drop(self.finish(state, status, &summary));
    }
}

impl Drop for Settler {
    fn drop(&mut self) {
        if self.settle.is_some() {
            self.abandon(None, &Summary::default());
        }
    }
}

/// Resolves when the settlement is committed, or can't be, which the ledger logs.
#[derive(Debug)]
pub(super) struct Settling(Option<Receipt>);

impl Future for Settling {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            None => Poll::Ready(()),
            Some(receipt) => Pin::new(receipt).poll(cx).map(drop),
        }
    }
}
