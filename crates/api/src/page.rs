//! Envelopes of lists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A numbered page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: i64,
    /// Starts at 1.
    pub page: i64,
    pub page_size: i64,
    /// How many the same search finds for each word of `show`; absent where a list has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, i64>,
}

impl<T> Page<T> {
    /// All of a short list.
    pub fn whole(items: Vec<T>) -> Self {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self { items, total, page: 1, page_size: total, counts: BTreeMap::new() }
    }
}

/// A stretch of a list that grows at its start, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Keyset<T> {
    pub items: Vec<T>,
    /// Send as `before` to read on; `null` at the end.
    pub next: Option<String>,
}

/// Which page of a list to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Starts at 1.
    #[serde(default = "one")]
    pub page: i64,
    /// At most 200.
    #[serde(default = "hundred")]
    pub page_size: i64,
    /// Keeps what contains this text, ignoring case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self { page: one(), page_size: hundred(), search: None }
    }
}

impl PageQuery {
    pub const MAX_SIZE: i64 = 200;

    /// Rows to skip and rows to read, both within bounds whatever was asked.
    pub fn window(&self) -> (i64, i64) {
        window(self.page, self.page_size)
    }

    pub(crate) fn bounded(page: i64, page_size: i64) -> (i64, i64) {
        window(page, page_size)
    }
}

impl<T> Page<T> {
    /// The page of `all` that was asked for.
    pub fn of(all: Vec<T>, page: i64, page_size: i64) -> Self {
        let (skip, size) = window(page, page_size);
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let items = all
            .into_iter()
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            .take(usize::try_from(size).unwrap_or(usize::MAX))
            .collect();
        Self { items, total, page: skip / size + 1, page_size: size, counts: BTreeMap::new() }
    }
}

fn window(page: i64, page_size: i64) -> (i64, i64) {
    let size = page_size.clamp(1, PageQuery::MAX_SIZE);
    let page = page.clamp(1, 1_000_000);
    ((page - 1) * size, size)
}

pub(crate) const fn one() -> i64 {
    1
}

pub(crate) const fn hundred() -> i64 {
    100
}

pub(crate) fn is_one<N: PartialEq<i64>>(page: &N) -> bool {
    *page == one()
}

pub(crate) fn is_hundred<N: PartialEq<i64>>(size: &N) -> bool {
    *size == hundred()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_within_bounds_whatever_was_asked() {
        let page = |page, size| Page::of((1..=5).collect(), page, size);
        assert_eq!(page(1, 2).items, [1, 2]);
        assert_eq!(page(3, 2).items, [5]);
        assert_eq!((page(9, 2).items, page(9, 2).total), (vec![], 5));
        assert_eq!((page(-1, -1).items, page(-1, -1).page_size), (vec![1], 1));
        assert_eq!(page(i64::MAX, i64::MAX).page_size, PageQuery::MAX_SIZE);
    }
}
