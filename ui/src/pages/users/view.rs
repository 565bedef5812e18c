//! What each role can do, and passwords that are thought up here.

use api::session::Role;

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
    use super::*;

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
