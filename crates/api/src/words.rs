//! Closed sets of words, as they stand in JSON, in queries and in the database.

/// One of a closed set of words.
pub trait Word: Copy + Eq + Send + Sync + 'static {
    const ALL: &'static [Self];

    fn as_str(self) -> &'static str;
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$about])* $variant),+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl $crate::words::Word for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;

    use super::*;
    use crate::{attention, bill, channels, export, keys, models, prices, providers, settings, usage, users};

    /// The document writes words as serde does, and SQL as `as_str` does.
    fn agree<W: Word + Serialize + Debug>() {
        for word in W::ALL {
            assert_eq!(serde_json::to_value(word).unwrap(), word.as_str(), "{word:?}");
        }
    }

    #[test]
    fn a_word_is_written_alike_everywhere() {
        agree::<attention::BudgetOwner>();
        agree::<bill::PriceClass>();
        agree::<channels::ChannelShow>();
        agree::<channels::ChannelSort>();
        agree::<channels::OnDisconnect>();
        agree::<export::ExportFormat>();
        agree::<keys::KeyShow>();
        agree::<keys::KeySort>();
        agree::<models::ModelKind>();
        agree::<models::Capability>();
        agree::<models::ModelShow>();
        agree::<models::ModelSort>();
        agree::<prices::PriceSource>();
        agree::<providers::ProviderShow>();
        agree::<providers::ProviderSort>();
        agree::<settings::Egress>();
        agree::<usage::Every>();
        agree::<users::AccountShow>();
        agree::<users::AccountSort>();
    }
}
