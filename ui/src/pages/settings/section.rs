//! The sections of the settings, each with an address of its own.

use std::{fmt, str::FromStr};

use api::session::Role;

use crate::i18n::Text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    General,
    Budget,
    Appearance,
    Profile,
    Sessions,
    Tokens,
    Audit,
    About,
}

impl Section {
    pub(crate) const ALL: [Self; 8] = [
        Self::General,
        Self::Budget,
        Self::Appearance,
        Self::Profile,
        Self::Sessions,
        Self::Tokens,
        Self::Audit,
        Self::About,
    ];

    /// Its part of the address.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Budget => "budget",
            Self::Appearance => "appearance",
            Self::Profile => "profile",
            Self::Sessions => "sessions",
            Self::Tokens => "tokens",
            Self::Audit => "audit",
            Self::About => "about",
        }
    }

    pub(crate) const fn label(self, t: Text) -> &'static str {
        match self {
            Self::General => t.settings_general(),
            Self::Budget => t.allowance_column(),
            Self::Appearance => t.settings_appearance(),
            Self::Profile => t.settings_profile(),
            Self::Sessions => t.settings_sessions(),
            Self::Tokens => t.settings_tokens(),
            Self::Audit => t.settings_audit(),
            Self::About => t.settings_about(),
        }
    }

    pub(crate) const fn needs(self) -> Role {
        match self {
            Self::General | Self::Budget | Self::Audit => Role::Admin,
            Self::Appearance | Self::Profile | Self::Sessions | Self::Tokens | Self::About => Role::Member,
        }
    }

    /// Those that a role may open.
    pub(crate) fn open_to(role: Role) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |section| role >= section.needs())
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Section {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|section| section.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_section() {
        for section in Section::ALL {
            assert_eq!(section.to_string().parse(), Ok(section));
        }
        assert_eq!("nowhere".parse::<Section>(), Err(()));
    }

    #[test]
    fn members_start_with_what_is_theirs() {
        assert_eq!(Section::open_to(Role::Member).next(), Some(Section::Appearance));
        assert_eq!(Section::open_to(Role::Admin).next(), Some(Section::General));
    }
}
