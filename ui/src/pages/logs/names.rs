//! What keys, channels and users are called, asked for where it is needed: for chips that name one, and while one is typed.

use std::rc::Rc;

use ::api::{
    channels::{ChannelQuery, ChannelSort},
    keys::{KeyQuery, KeySort},
    list::Sort,
    users::{AccountQuery, AccountSort},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::query::{Asked, Chip, Field, Named, Names};
use crate::{api, ask::use_ask};

/// How many are asked for to find one by its name among those that contain it.
const ALIKE: i64 = 200;
/// How many are suggested while one is typed.
const SUGGESTED: i64 = 20;

#[derive(Default)]
struct Known {
    names: Rc<Names>,
    /// Chips whose names were asked for, found or not.
    asked: Vec<Chip>,
}

/// The names that the chips of `asked` need; `None` until all of them are here.
#[hook]
pub(super) fn use_names(asked: &Asked) -> Option<Rc<Names>> {
    let known = use_state(|| Rc::new(Known::default()));
    let needed: Vec<Chip> =
        asked.chips.iter().filter(|chip| Names::default().of(chip.field).is_some()).cloned().collect();
    let complete = needed.iter().all(|chip| known.asked.contains(chip));
    let names = known.names.clone();
    use_effect_with(needed, move |needed| {
        let missing: Vec<Chip> = needed.iter().filter(|chip| !known.asked.contains(chip)).cloned().collect();
        if missing.is_empty() {
            return;
        }
        spawn_local(async move {
            let mut names = (*known.names).clone();
            for chip in &missing {
                let found = named(chip.clone(), ALIKE).await;
                if let Some(of) = names.of(chip.field) {
                    of.extend(found.into_iter().filter(|(_, name)| *name == chip.value));
                }
            }
            let asked = known.asked.iter().cloned().chain(missing).collect();
            known.set(Rc::new(Known { names: Rc::new(names), asked }));
        });
    });
    complete.then_some(names)
}

/// Chips that complete what is being typed.
#[hook]
pub(super) fn use_suggested(typed: &str) -> Vec<Chip> {
    let chip = Asked::typing(typed).filter(|chip| Names::default().of(chip.field).is_some());
    let answer = use_ask(chip.clone(), |chip| named(chip, SUGGESTED));
    let Some((chip, answer)) = chip.zip(answer) else { return Vec::new() };
    if answer.0.field != chip.field {
        return Vec::new();
    }
    answer.1.iter().map(|(_, name)| Chip::new(chip.field, name.as_str())).collect()
}

/// What the server finds for a chip, by name. What can't be had is empty: ids work as well.
async fn named(chip: Chip, page_size: i64) -> Named {
    let search = Some(chip.value).filter(|value| !value.trim().is_empty());
    match chip.field {
        Field::Key => {
            let sort = Sort::up(KeySort::Name);
            let page = api::keys::page(KeyQuery { search, page_size, sort, ..KeyQuery::default() }).await;
            page.map(|page| page.items.into_iter().map(|key| (key.id, key.name)).collect())
        }
        Field::Channel => {
            let sort = Sort::up(ChannelSort::Name);
            let page = api::channels::page(ChannelQuery { search, page_size, sort, ..ChannelQuery::default() }).await;
            page.map(|page| page.items.into_iter().map(|channel| (channel.id, channel.name)).collect())
        }
        Field::User => {
            let sort = Sort::up(AccountSort::Name);
            let page = api::users::page(AccountQuery { search, page_size, sort, ..AccountQuery::default() }).await;
            page.map(|page| page.items.into_iter().map(|user| (user.id, user.username)).collect())
        }
        Field::State | Field::Model | Field::Endpoint => Ok(Named::new()),
    }
    .unwrap_or_default()
}
