//! What every numbered list can be asked: a page of it, searched, filtered and sorted.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::DeserializeOwned};

use crate::{page::PageQuery, words::Word};

/// What a list can be sorted by.
pub trait SortKey: Word {
    /// The order of whoever asks for none.
    const DEFAULT: Sort<Self>;
}

/// An order: `name` starts with the smallest, `-name` with the largest. What has no value comes last either way, and rows
/// that are alike stay in one order, so that pages neither repeat nor miss any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<K> {
    pub by: K,
    pub descending: bool,
}

impl<K> Sort<K> {
    pub const fn up(by: K) -> Self {
        Self { by, descending: false }
    }

    pub const fn down(by: K) -> Self {
        Self { by, descending: true }
    }

    pub fn order<V: Ord>(&self, a: &V, b: &V) -> Ordering {
        if self.descending { b.cmp(a) } else { a.cmp(b) }
    }

    /// What isn't known comes last.
    pub fn order_known<V: Ord>(&self, a: Option<&V>, b: Option<&V>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => self.order(a, b),
            _ => a.is_none().cmp(&b.is_none()),
        }
    }
}

impl<K: SortKey> Default for Sort<K> {
    fn default() -> Self {
        K::DEFAULT
    }
}

impl<K: Word> fmt::Display for Sort<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.descending { "-" } else { "" })?;
        f.write_str(self.by.as_str())
    }
}

impl<K: Word> Serialize for Sort<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Word> Deserialize<'de> for Sort<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (word, descending) = text.strip_prefix('-').map_or((&*text, false), |word| (word, true));
        let by = K::ALL.iter().copied().find(|key| key.as_str() == word);
        let words = || K::ALL.iter().map(|key| format!("`{}`", key.as_str())).collect::<Vec<_>>().join(", ");
        let unknown = || de::Error::custom(format_args!("expected one of {}, each also with - before it", words()));
        Ok(Self { by: by.ok_or_else(unknown)?, descending })
    }
}

/// Every order that a list knows.
#[cfg(feature = "openapi")]
pub(crate) fn orders<K: SortKey>() -> utoipa::openapi::Object {
    let words = K::ALL.iter().flat_map(|by| [Sort::up(*by), Sort::down(*by)]).map(|sort| sort.to_string());
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::Type::String)
        .enum_values(Some(words))
        .default(Some(K::DEFAULT.to_string().into()))
        .build()
}

/// What all lists are asked alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<S, F> {
    /// Starts at 1.
    pub page: i64,
    pub page_size: i64,
    pub search: Option<String>,
    pub sort: Sort<S>,
    pub show: F,
}

impl<S, F> Asked<S, F> {
    /// Rows to skip and rows to read, both within bounds whatever was asked.
    pub fn window(&self) -> (i64, i64) {
        PageQuery::bounded(self.page, self.page_size)
    }

    /// Lower case, without space around it; finds everything if empty.
    pub fn needle(&self) -> String {
        self.search.as_deref().unwrap_or_default().trim().to_lowercase()
    }
}

/// The query of a list. `list_query!` writes it.
pub trait ListQuery: Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    type Sort: SortKey;
    /// A filter; the first word admits everything.
    type Show: Word + fmt::Debug;

    fn asked(&self) -> Asked<Self::Sort, Self::Show>;

    /// The same but for what all lists are asked alike.
    #[must_use]
    fn with(&self, asked: Asked<Self::Sort, Self::Show>) -> Self;
}

/// Writes the query of a list: what all are asked alike, and what only this one is.
macro_rules! list_query {
    ($(#[$meta:meta])* $name:ident: $sort:ty, $show:ty { $($(#[$about:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
        #[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Starts at 1.
            #[serde(default = "crate::page::one", skip_serializing_if = "crate::page::is_one")]
            pub page: i64,
            /// At most 200.
            #[serde(default = "crate::page::hundred", skip_serializing_if = "crate::page::is_hundred")]
            pub page_size: i64,
            /// Keeps what contains this text, ignoring case.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub search: Option<String>,
            /// The order. `name` starts with the smallest, `-name` with the largest; what has no value comes last.
            #[serde(default, skip_serializing_if = "crate::list::is_default_sort")]
            #[cfg_attr(feature = "openapi", param(schema_with = crate::list::orders::<$sort>, required = false))]
            pub sort: $crate::list::Sort<$sort>,
            /// Keeps a part of the rows. `counts` in the answer says how many each word would keep.
            #[serde(default = "crate::list::everything", skip_serializing_if = "crate::list::is_everything")]
            #[cfg_attr(feature = "openapi", param(inline))]
            pub show: $show,
            $(
                $(#[$about])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: $type,
            )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    page: crate::page::one(),
                    page_size: crate::page::hundred(),
                    search: None,
                    sort: <$sort as $crate::list::SortKey>::DEFAULT,
                    show: crate::list::everything(),
                    $($field: None,)*
                }
            }
        }

        impl $crate::list::ListQuery for $name {
            type Sort = $sort;
            type Show = $show;

            fn asked(&self) -> $crate::list::Asked<$sort, $show> {
                let Self { page, page_size, search, sort, show, .. } = self.clone();
                $crate::list::Asked { page, page_size, search, sort, show }
            }

            fn with(&self, asked: $crate::list::Asked<$sort, $show>) -> Self {
                let $crate::list::Asked { page, page_size, search, sort, show } = asked;
                Self { page, page_size, search, sort, show, $($field: self.$field.clone(),)* }
            }
        }
    };
}

pub(crate) use list_query;

pub(crate) fn is_default_sort<K: SortKey>(sort: &Sort<K>) -> bool {
    *sort == K::DEFAULT
}

pub(crate) fn everything<F: Word>() -> F {
    F::ALL[0]
}

pub(crate) fn is_everything<F: Word>(show: &F) -> bool {
    *show == F::ALL[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyQuery, KeyShow, KeySort};

    #[test]
    fn a_query_says_only_what_was_asked() {
        let text = |query: &KeyQuery| serde_json::to_value(query).unwrap();
        assert_eq!(text(&KeyQuery::default()), serde_json::json!({}));
        let query = KeyQuery { page: 2, sort: Sort::down(KeySort::Name), show: KeyShow::Mine, ..KeyQuery::default() };
        assert_eq!(text(&query), serde_json::json!({"page": 2, "sort": "-name", "show": "mine"}));
        assert_eq!(serde_json::from_value::<KeyQuery>(text(&query)).unwrap(), query);
        assert_eq!(KeyQuery::default().with(query.asked()), query);
    }

    #[test]
    fn an_unknown_order_is_answered_with_the_ones_there_are() {
        for bad in ["colour", "--name", "", "-"] {
            let fault = serde_json::from_value::<Sort<KeySort>>(bad.into()).unwrap_err().to_string();
            assert!(fault.contains("`name`") && !fault.contains("colour"), "{fault}");
        }
    }

    #[test]
    fn what_is_not_known_comes_last_in_both_directions() {
        for sort in [Sort::up(()), Sort::down(())] {
            let mut values = [None, Some(1), None, Some(2)];
            values.sort_by(|a, b| sort.order_known(a.as_ref(), b.as_ref()));
            assert!(values[..2].iter().all(Option::is_some), "{values:?}");
        }
    }
}
