//! What can be done to channels, with its report and its way back. The list changes when the server has agreed.

use ::api::channels::{Channel, ChannelPatch, ChannelQuery, ChannelStatus, Health};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::view::said;
use crate::{
    api,
    i18n::Text,
    parts::{
        list::List,
        picked::{Pick, Picked},
        toast::Toaster,
    },
};

pub(crate) type Channels = List<Channel, ChannelQuery>;

#[derive(Clone, PartialEq)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) channels: Channels,
    pub(crate) toaster: Toaster,
    /// Channels whose test is running.
    pub(crate) testing: UseReducerDispatcher<Picked>,
}

impl Actions {
    /// Tests one after the other: providers count requests, and people read results in order.
    pub(crate) fn test(&self, ids: Vec<i64>) {
        self.testing.dispatch(Pick::Add(ids.clone()));
        let (testing, asked) = (self.testing.clone(), ids.len());
        let ask = move |id| {
            let testing = testing.clone();
            async move {
                let tested = match api::channels::test(id).await {
                    Ok(_) => api::channels::get(id).await,
                    Err(error) => Err(error),
                };
                testing.dispatch(Pick::Remove(vec![id]));
                tested
            }
        };
        let this = self.clone();
        self.channels.change(ids, ask, move |done| {
            if asked > 1 {
                let passed = done.iter().filter(|one| one.last_test.as_ref().is_some_and(|test| test.ok)).count();
                let number = |count: usize| this.t.number(i64::try_from(count).unwrap_or(i64::MAX));
                this.toaster.done(this.t.channels_tested(&number(passed), &number(asked - passed)));
            }
        });
    }

    /// Tests every enabled channel, also those on other pages.
    pub(crate) fn test_all(&self) {
        let this = self.clone();
        spawn_local(async move {
            match api::channels::list().await {
                Ok(all) => {
                    let enabled = all.iter().filter(|channel| channel.status == ChannelStatus::Enabled);
                    this.test(enabled.map(|channel| channel.id).collect());
                }
                Err(error) => this.toaster.failed(error.sentence(this.t)),
            }
        });
    }

    pub(crate) fn set_status(&self, ids: Vec<i64>, status: ChannelStatus) {
        let this = self.clone();
        let patch = ChannelPatch { status: Some(status), ..ChannelPatch::default() };
        self.change(ids, patch, move |done| {
            let (t, count) = (this.t, done.len());
            let text = match (status, done) {
                (ChannelStatus::Disabled, [channel]) => t.channels_disabled_one(&channel.name),
                (ChannelStatus::Disabled, _) => t.channels_disabled_many(count),
                (ChannelStatus::Enabled, [channel]) => t.channels_enabled_one(&channel.name),
                (ChannelStatus::Enabled, _) => t.channels_enabled_many(count),
            };
            let before = match status {
                ChannelStatus::Enabled => ChannelStatus::Disabled,
                ChannelStatus::Disabled => ChannelStatus::Enabled,
            };
            let ids: Vec<i64> = done.iter().map(|channel| channel.id).collect();
            let back = this.clone();
            this.toaster.undoable(text, Callback::from(move |()| back.set_status(ids.clone(), before)));
        });
    }

    pub(crate) fn set_weight(&self, channel: &Channel, weight: i64) {
        let (this, before) = (self.clone(), channel.weight);
        let patch = ChannelPatch { weight: Some(weight), ..ChannelPatch::default() };
        self.change(vec![channel.id], patch, move |done| {
            let [channel] = done else { return };
            let text = this.t.channels_weight_set(&channel.name, &this.t.number(channel.weight));
            let (back, channel) = (this.clone(), channel.clone());
            this.toaster.undoable(text, Callback::from(move |()| back.set_weight(&channel, before)));
        });
    }

    pub(crate) fn set_priority(&self, channel: &Channel, priority: i64) {
        let (this, before) = (self.clone(), channel.priority);
        let patch = ChannelPatch { priority: Some(priority), ..ChannelPatch::default() };
        self.change(vec![channel.id], patch, move |done| {
            let [channel] = done else { return };
            let text = this.t.channels_priority_set(&channel.name, &this.t.number(channel.priority));
            let (back, channel) = (this.clone(), channel.clone());
            this.toaster.undoable(text, Callback::from(move |()| back.set_priority(&channel, before)));
        });
    }

    /// Deletes, then calls `done` with the ids that are gone.
    pub(crate) fn delete(&self, rows: Vec<Channel>, done: Callback<Vec<i64>>) {
        let this = self.clone();
        self.channels.delete(rows, api::channels::delete, move |gone| {
            match gone {
                [] => {}
                [channel] => this.toaster.done(this.t.channels_deleted_one(&channel.name)),
                many => this.toaster.done(this.t.channels_deleted_many(many.len())),
            }
            done.emit(gone.iter().map(|channel| channel.id).collect());
        });
    }

    fn change(&self, ids: Vec<i64>, patch: ChannelPatch, done: impl FnOnce(&[Channel]) + 'static) {
        let ask = move |id| {
            let patch = patch.clone();
            async move { api::channels::update(id, &patch).await }
        };
        self.channels.change(ids, ask, done);
    }
}

/// What a row says about its channel: the word, and in the second line the cause.
pub(crate) fn health_words(t: Text, channel: &Channel) -> (&'static str, Option<String>) {
    let health = Health::of(channel);
    let word = match health {
        Health::KeyRejected => t.channels_key_rejected(),
        Health::Failed => t.channels_failed(),
        Health::Untested => t.channels_untested(),
        Health::Healthy => t.channels_healthy(),
        Health::Disabled => t.channels_disabled(),
    };
    let test = channel.last_test.as_ref().filter(|_| health.needs_you());
    let cause = test.map(|test| {
        let said = said(test.error.as_deref().unwrap_or_default());
        match test.status {
            Some(status) if said.is_empty() => t.channels_answered(&status.to_string()),
            Some(status) => format!("{status} · {said}"),
            None => said,
        }
    });
    (word, cause)
}
