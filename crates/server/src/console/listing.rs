//! Lists that are small enough to be sorted and filtered here, because what they go by isn't in one table.

use std::{cmp::Ordering, collections::BTreeMap};

use api::{Page, list::ListQuery, words::Word};

/// The page that `query` asks for, of the rows that `found` keeps, and how many of those each word of `show` admits. `order` must
/// tell any two rows apart.
pub(super) fn page<T, Q: ListQuery>(
    mut rows: Vec<T>,
    query: &Q,
    found: impl Fn(&T) -> bool,
    admits: impl Fn(Q::Show, &T) -> bool,
    order: impl Fn(&T, &T) -> Ordering,
) -> Page<T> {
    let asked = query.asked();
    rows.retain(found);
    let count = |show: Q::Show| rows.iter().filter(|row| admits(show, row)).count();
    let counts: BTreeMap<_, _> = Q::Show::ALL
        .iter()
        .map(|show| (show.as_str().to_owned(), i64::try_from(count(*show)).unwrap_or(i64::MAX)))
        .collect();
    rows.retain(|row| admits(asked.show, row));
    rows.sort_by(order);
    Page { counts, ..Page::of(rows, asked.page, asked.page_size) }
}
