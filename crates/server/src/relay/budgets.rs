//! Which budgets concern a request. Not how much is left of them: only the ledger knows that.

use std::{collections::HashMap, sync::Arc};

use store::{AccessKey, Owner, Store};

/// Ids of budgets, by whose they are.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    keys: HashMap<i64, i64>,
    users: HashMap<i64, i64>,
    groups: HashMap<String, i64>,
    gateway: Option<i64>,
}

impl Budgets {
    pub(super) async fn read(store: &Store) -> Result<Self, store::Error> {
        let mut budgets = Self::default();
        for (owner, id) in store.budgets().for_relay().await? {
            match owner {
                Owner::Key(key) => drop(budgets.keys.insert(key, id)),
                Owner::User(user) => drop(budgets.users.insert(user, id)),
                Owner::Group(group) => drop(budgets.groups.insert(group, id)),
                Owner::Gateway => budgets.gateway = Some(id),
            }
        }
        Ok(budgets)
    }

    /// Those that a request of `key` must fit into; `None` if there are none.
    pub(super) fn of(&self, key: &AccessKey) -> Option<Arc<[i64]>> {
        let of_key = self.keys.get(&key.id).copied();
        let of_user = self.users.get(&key.user_id).copied();
        let of_group = self.groups.get(&key.group).copied();
        let all: Vec<i64> = [of_key, of_user, of_group, self.gateway].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.into())
    }
}
