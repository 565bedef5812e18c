//! What the list shows of people, and what each role can do.

use api::{
    session::Role,
    users::{Account, AccountStatus},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    Everyone,
    Admins,
    Members,
    Disabled,
}

impl Filter {
    pub(crate) fn admits(self, account: &Account) -> bool {
        match self {
            Self::Everyone => true,
            Self::Admins => account.role >= Role::Admin,
            Self::Members => account.role == Role::Member,
            Self::Disabled => account.status == AccountStatus::Disabled,
        }
    }
}

/// The rows to show: who may do most first, who is disabled last.
pub(crate) fn rows(accounts: &[Account], filter: Filter, search: &str) -> Vec<Account> {
    let search = search.trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    let mut rows: Vec<Account> = accounts
        .iter()
        .filter(|account| filter.admits(account))
        .filter(|account| found(&account.username) || found(&account.display_name) || found(&account.group))
        .cloned()
        .collect();
    rows.sort_by_key(|account| {
        (account.status == AccountStatus::Disabled, std::cmp::Reverse(account.role), account.id)
    });
    rows
}

/// What a role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    OwnKeys,
    EveryonesLogs,
    Channels,
    SeePeople,
    ChangePeople,
}

impl Right {
    pub(crate) const ALL: [Self; 5] =
        [Self::OwnKeys, Self::EveryonesLogs, Self::Channels, Self::SeePeople, Self::ChangePeople];

    /// The least role that has it, as `console::api()` of the server says.
    pub(crate) const fn needs(self) -> Role {
        match self {
            Self::OwnKeys => Role::Member,
            Self::EveryonesLogs | Self::Channels | Self::SeePeople => Role::Admin,
            Self::ChangePeople => Role::Owner,
        }
    }
}

/// Characters of a password that the console thinks up: none reads like another. 32, so that five bits pick one evenly.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 100 bits.
pub(crate) const RANDOM_BYTES: usize = 20;

/// Four groups of five, easy to read out.
pub(crate) fn password(random: &[u8; RANDOM_BYTES]) -> String {
    let groups = random.chunks(5).map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])));
    groups.map(Iterator::collect::<String>).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use api::Time;

    use super::*;

    fn account(id: i64, name: &str, role: Role) -> Account {
        Account {
            id,
            username: name.to_owned(),
            display_name: format!("{name} Somebody"),
            role,
            group: "default".to_owned(),
            status: AccountStatus::Enabled,
            keys: 0,
            last_seen_at: None,
            created_at: Time::from_millis(0),
        }
    }

    #[test]
    fn who_may_do_most_comes_first_and_who_is_disabled_last() {
        let mut all = [
            account(1, "priya", Role::Member),
            account(2, "tom", Role::Owner),
            account(3, "mara", Role::Admin),
            account(4, "lin", Role::Owner),
        ];
        all[1].status = AccountStatus::Disabled;
        all[0].group = "数据组".to_owned();
        let names = |filter, search: &str| {
            rows(&all, filter, search).into_iter().map(|account| account.username).collect::<Vec<_>>()
        };
        assert_eq!(names(Filter::Everyone, ""), ["lin", "mara", "priya", "tom"]);
        assert_eq!(names(Filter::Admins, ""), ["lin", "mara", "tom"]);
        assert_eq!(names(Filter::Members, "数据"), ["priya"]);
        assert_eq!(names(Filter::Disabled, "TOM some"), ["tom"]);
    }

    #[test]
    fn a_generated_password_is_one_that_the_api_takes() {
        use api::{Validate, users::PasswordReset};
        let mut random = [0; RANDOM_BYTES];
        for (index, byte) in random.iter_mut().enumerate() {
            *byte = u8::try_from(index * 13).unwrap();
        }
        let password = password(&random);
        assert_eq!(password.len(), 23);
        assert!(password.split('-').all(|group| group.len() == 5), "{password}");
        assert!(PasswordReset { password }.validate().is_ok());
    }
}
