//! What can be done to channels, with its report and its way back. The list changes when the server has agreed.

use std::rc::Rc;

use ::api::{
    channels::{Channel, ChannelPatch, ChannelStatus},
    providers::Provider,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::view::{Health, said};
use crate::{
    api::{self, Failure},
    i18n::Text,
    load::Loaded,
    parts::{
        picked::{Pick, Picked},
        toast::Toaster,
    },
};

/// What the page loads.
#[derive(Clone, PartialEq)]
pub(crate) struct Data {
    pub(crate) channels: Vec<Channel>,
    pub(crate) providers: Rc<Vec<Provider>>,
}

impl Data {
    pub(crate) fn channel(&self, id: i64) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// Takes the place of the channel with this id, or joins the list.
    pub(crate) fn put(&mut self, channel: Channel) {
        match self.channels.iter_mut().find(|known| known.id == channel.id) {
            Some(known) => *known = channel,
            None => self.channels.push(channel),
        }
    }
}

pub(crate) async fn load() -> Result<Data, Failure> {
    let providers = Rc::new(api::providers::list().await?);
    Ok(Data { channels: api::channels::list().await?, providers })
}

#[derive(Clone)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) data: Loaded<Data>,
    pub(crate) toaster: Toaster,
    /// Channels whose test is running.
    pub(crate) testing: UseReducerDispatcher<Picked>,
}

impl PartialEq for Actions {
    fn eq(&self, other: &Self) -> bool {
        self.t == other.t && self.testing == other.testing
    }
}

impl Actions {
    /// Tests one after the other: providers count requests, and people read results in order.
    pub(crate) fn test(&self, ids: Vec<i64>) {
        let this = self.clone();
        this.testing.dispatch(Pick::Add(ids.clone()));
        spawn_local(async move {
            let (mut passed, mut failed) = (0, 0);
            for id in ids.iter().copied() {
                match api::channels::test(id).await {
                    Ok(test) => {
                        if test.ok {
                            passed += 1;
                        } else {
                            failed += 1;
                        }
                        this.data.edit(move |data| {
                            if let Some(channel) = data.channels.iter_mut().find(|channel| channel.id == id) {
                                channel.last_test = Some(test.clone());
                            }
                        });
                    }
                    Err(error) => {
                        failed += 1;
                        this.toaster.failed(error.sentence(this.t));
                    }
                }
                this.testing.dispatch(Pick::Remove(vec![id]));
            }
            if ids.len() > 1 {
                this.toaster.done(this.t.channels_tested(&this.t.number(passed), &this.t.number(failed)));
            }
        });
    }

    pub(crate) fn set_status(&self, ids: Vec<i64>, status: ChannelStatus) {
        let this = self.clone();
        spawn_local(async move {
            let patch = ChannelPatch { status: Some(status), ..ChannelPatch::default() };
            let mut done = Vec::new();
            for id in ids {
                if let Some(channel) = this.update(id, &patch).await {
                    done.push(channel);
                }
            }
            let [first, ..] = &*done else { return };
            let count = done.len();
            let text = match (status, count) {
                (ChannelStatus::Disabled, 1) => this.t.channels_disabled_one(&first.name),
                (ChannelStatus::Disabled, _) => this.t.channels_disabled_many(count),
                (ChannelStatus::Enabled, 1) => this.t.channels_enabled_one(&first.name),
                (ChannelStatus::Enabled, _) => this.t.channels_enabled_many(count),
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
        let (this, before) = (self.clone(), channel.clone());
        spawn_local(async move {
            let patch = ChannelPatch { weight: Some(weight), ..ChannelPatch::default() };
            if let Some(channel) = this.update(before.id, &patch).await {
                let text = this.t.channels_weight_set(&channel.name, &this.t.number(channel.weight));
                let back = this.clone();
                this.toaster.undoable(text, Callback::from(move |()| back.set_weight(&channel, before.weight)));
            }
        });
    }

    pub(crate) fn set_priority(&self, channel: &Channel, priority: i64) {
        let (this, before) = (self.clone(), channel.clone());
        spawn_local(async move {
            let patch = ChannelPatch { priority: Some(priority), ..ChannelPatch::default() };
            if let Some(channel) = this.update(before.id, &patch).await {
                let text = this.t.channels_priority_set(&channel.name, &this.t.number(channel.priority));
                let back = this.clone();
                this.toaster.undoable(text, Callback::from(move |()| back.set_priority(&channel, before.priority)));
            }
        });
    }

    /// Deletes, then calls `done` with the ids that are gone.
    pub(crate) fn delete(&self, channels: Vec<Channel>, done: Callback<Vec<i64>>) {
        let this = self.clone();
        spawn_local(async move {
            let mut gone = Vec::new();
            for channel in &channels {
                match api::channels::delete(channel.id).await {
                    Ok(()) => gone.push(channel.id),
                    // Someone else was faster; the wish is granted.
                    Err(error) if error.is_status(404) => gone.push(channel.id),
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            let ids = gone.clone();
            this.data.edit(move |data| data.channels.retain(|channel| !ids.contains(&channel.id)));
            match (&*gone, &*channels) {
                ([], _) => {}
                ([_], [channel]) => this.toaster.done(this.t.channels_deleted_one(&channel.name)),
                _ => this.toaster.done(this.t.channels_deleted_many(gone.len())),
            }
            done.emit(gone);
        });
    }

    async fn update(&self, id: i64, patch: &ChannelPatch) -> Option<Channel> {
        match api::channels::update(id, patch).await {
            Ok(channel) => {
                let newest = channel.clone();
                self.data.edit(move |data| data.put(newest.clone()));
                Some(channel)
            }
            Err(error) => {
                self.toaster.failed(error.sentence(self.t));
                None
            }
        }
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
