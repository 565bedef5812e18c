//! Which rows are selected, on whichever page they are.

use std::{collections::BTreeMap, rc::Rc};

use yew::Reducible;

use super::Row;

/// Rows with a tick. They are held whole, because other pages than the one in view have some of them.
pub(crate) struct Selected<T: Row>(pub(super) BTreeMap<T::Id, T>);

impl<T: Row> Default for Selected<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

pub(crate) enum Pick<T: Row> {
    Add(Vec<T>),
    Remove(Vec<T::Id>),
    Clear,
    Changed(T),
}

impl<T: Row> Reducible for Selected<T> {
    type Action = Pick<T>;

    fn reduce(self: Rc<Self>, pick: Pick<T>) -> Rc<Self> {
        let mut rows = self.0.clone();
        match pick {
            Pick::Add(more) => rows.extend(more.into_iter().map(|row| (row.id(), row))),
            Pick::Remove(gone) => rows.retain(|id, _| !gone.contains(id)),
            Pick::Clear => rows.clear(),
            Pick::Changed(row) => {
                if let Some(known) = rows.get_mut(&row.id()) {
                    *known = row;
                }
            }
        }
        Rc::new(Self(rows))
    }
}
