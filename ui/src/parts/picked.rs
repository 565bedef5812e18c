//! A set of ids that callbacks of any age can change: which rows are open, which are being tested.

use std::{collections::BTreeSet, rc::Rc};

use yew::prelude::*;

#[derive(Default, Clone, PartialEq, Eq)]
pub(crate) struct Picked(Rc<BTreeSet<i64>>);

pub(crate) enum Pick {
    Add(Vec<i64>),
    Remove(Vec<i64>),
}

impl Picked {
    pub(crate) fn contains(&self, id: i64) -> bool {
        self.0.contains(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Reducible for Picked {
    type Action = Pick;

    fn reduce(self: Rc<Self>, pick: Pick) -> Rc<Self> {
        let mut ids = (*self.0).clone();
        match pick {
            Pick::Add(more) => ids.extend(more),
            Pick::Remove(gone) => gone.iter().for_each(|id| {
                ids.remove(id);
            }),
        }
        Rc::new(Self(Rc::new(ids)))
    }
}
