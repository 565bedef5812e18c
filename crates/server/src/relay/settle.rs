//! Writes what became of a request, exactly once, whatever becomes of its handler.
//!
//! A client that leaves drops the handler's future and the answer's body. The settlement is the ledger's from the moment it is
//! known, so that leaving can't undo it.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use api::{
    Time,
    logs::{Attempt, LogState},
};
use llm::{
    Dialect, Failure,
    chat::{Request, Summary},
    usage::estimate_tokens,
};
use store::{Open, Receipt, Settle, Usage};
use tokio::time::Instant;
use uuid::Uuid;

use super::{millis, plan::Candidate};
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
    pub(super) endpoint: &'static str,
    pub(super) client_ip: String,
    pub(super) user_agent: Option<String>,
}

impl Arrival {
    fn open(&self, request: Option<&Request>) -> Open {
        Open {
            id: self.id,
            created_at: self.at,
            user_id: self.user_id,
            key_id: self.key_id,
            key_name: self.key_name.clone(),
            model: request.map(|request| request.model.clone()).unwrap_or_default(),
            endpoint: self.endpoint.to_owned(),
            dialect: Dialect::Chat.as_str().to_owned(),
            stream: request.is_some_and(|request| request.stream),
            client_ip: Some(self.client_ip.clone()),
            user_agent: self.user_agent.clone(),
            input_estimate: request.map_or(0, Request::input_estimate),
        }
    }

    /// Notes a request that was refused before any provider was asked.
    pub(super) fn reject(&self, app: &App, request: Option<&Request>, failure: &Failure) {
        let open = self.open(request);
        let settle = Settle {
            id: self.id,
            key_id: self.key_id,
            state: LogState::Rejected,
            status: Some(failure.chat().0),
            channel_id: None,
            channel_name: None,
            upstream_model: None,
            attempts: Vec::new(),
            usage: Usage::default(),
            estimated: false,
            cost_nusd: 0,
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
    settle: Option<Settle>,
}

impl Settler {
    /// Opens the request's row. Doesn't wait until it is committed: nothing that costs money depends on it yet.
    pub(super) async fn open(app: &App, arrival: &Arrival, request: &Request) -> Self {
        let open = arrival.open(Some(request));
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
            cost_nusd: 0,
            ttft_ms: None,
            duration_ms: 0,
            error: None,
        };
        let settler = Self {
            app: app.clone(),
            started: arrival.started,
            input_estimate: open.input_estimate,
            settle: Some(settle),
        };
        if let Err(error) = app.store.ledger().note(open).await {
            tracing::error!(%error, request = %arrival.id, "a request isn't in the log");
        }
        settler
    }

    /// Notes which channel is asked.
    pub(super) fn asks(&mut self, candidate: &Candidate) {
        if let Some(settle) = &mut self.settle {
            settle.channel_id = Some(candidate.channel.id);
            settle.channel_name = Some(candidate.channel.name.clone());
            settle.upstream_model = Some(candidate.upstream_model.clone());
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
        match summary.usage {
            Some(usage) => {
                settle.usage = Usage {
                    input: usage.input,
                    output: usage.output,
                    cache_read: usage.cache_read,
                    cache_write: usage.cache_write,
                    reasoning: usage.reasoning,
                };
            }
            None if summary.content > 0 => {
                settle.estimated = true;
                settle.usage.input = self.input_estimate;
                settle.usage.output = estimate_tokens(summary.content);
            }
            None => {}
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
