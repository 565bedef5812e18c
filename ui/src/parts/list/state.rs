//! The rows that a list holds, and what becomes of them when answers arrive.

use std::rc::Rc;

use api::Page;
use yew::{Reducible, virtual_dom::Key};

use crate::api::Failure;

/// What a list is made of.
pub(crate) trait Row: Clone + PartialEq + 'static {
    type Id: Clone + Ord + Into<Key> + 'static;

    fn id(&self) -> Self::Id;

    /// What a person calls it.
    fn name(&self) -> &str;
}

pub(crate) struct State<T: Row> {
    pub(super) page: Option<Rc<Page<T>>>,
    pub(super) failure: Option<Failure>,
    pub(super) busy: bool,
    /// One that the page doesn't hold, because it was opened by its address.
    pub(super) apart: Option<T>,
    /// The last one asked; answers to others come too late.
    question: u32,
}

impl<T: Row> Default for State<T> {
    fn default() -> Self {
        Self { page: None, failure: None, busy: true, apart: None, question: 0 }
    }
}

/// How an answer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// As it is.
    Whole,
    /// Rows keep their places and none goes away under the person's hand; contents and counts are the answer's.
    InPlace,
}

pub(crate) enum Action<T: Row> {
    Ask(u32, Take),
    Answer(u32, Take, Result<Page<T>, Failure>),
    /// What the server made of a row.
    Put(T),
    Apart(T),
}

impl<T: Row> State<T> {
    pub(super) fn find(&self, id: &T::Id) -> Option<&T> {
        let rows = self.page.iter().flat_map(|page| &page.items);
        rows.chain(&self.apart).find(|row| row.id() == *id)
    }
}

impl<T: Row> Reducible for State<T> {
    type Action = Action<T>;

    fn reduce(self: Rc<Self>, action: Action<T>) -> Rc<Self> {
        let Self { mut page, mut failure, mut busy, mut apart, mut question } = Self {
            page: self.page.clone(),
            failure: self.failure.clone(),
            busy: self.busy,
            apart: self.apart.clone(),
            question: self.question,
        };
        match action {
            Action::Ask(number, take) => {
                question = number;
                busy |= take == Take::Whole;
            }
            Action::Answer(number, ..) if number != question => {}
            Action::Answer(_, take, Ok(answer)) => {
                let answer = match (&page, take) {
                    // Where other rows are awaited, there are no places to keep.
                    (Some(shown), Take::InPlace) if !busy => in_place(shown, answer),
                    _ => answer,
                };
                (page, failure, busy) = (Some(Rc::new(answer)), None, false);
            }
            // Counts that can't be had now are had with the next answer.
            Action::Answer(_, Take::InPlace, Err(_)) if !busy => {}
            Action::Answer(_, _, Err(error)) => (failure, busy) = (Some(error), false),
            Action::Put(row) => {
                if let Some(page) = &mut page
                    && let Some(at) = page.items.iter().position(|known| known.id() == row.id())
                {
                    Rc::make_mut(page).items[at] = row.clone();
                }
                if apart.as_ref().is_some_and(|known| known.id() == row.id()) {
                    apart = Some(row);
                }
            }
            Action::Apart(row) => apart = Some(row),
        }
        Rc::new(Self { page, failure, busy, apart, question })
    }
}

fn in_place<T: Row>(shown: &Page<T>, answer: Page<T>) -> Page<T> {
    let newest = |known: &T| answer.items.iter().find(|row| row.id() == known.id()).unwrap_or(known).clone();
    Page { items: shown.items.iter().map(newest).collect(), ..answer }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    impl Row for (i64, &'static str) {
        type Id = i64;

        fn id(&self) -> i64 {
            self.0
        }

        fn name(&self) -> &str {
            self.1
        }
    }

    type Rows = Vec<(i64, &'static str)>;

    fn page(items: Rows) -> Page<(i64, &'static str)> {
        let total = i64::try_from(items.len()).unwrap();
        Page { items, total, page: 1, page_size: 50, counts: BTreeMap::from([("all".to_owned(), total)]) }
    }

    fn after(actions: Vec<Action<(i64, &'static str)>>) -> Rc<State<(i64, &'static str)>> {
        actions.into_iter().fold(Rc::new(State::default()), State::reduce)
    }

    fn shown(state: &State<(i64, &'static str)>) -> Rows {
        state.page.as_ref().unwrap().items.clone()
    }

    #[test]
    fn the_newest_question_wins_whichever_answer_comes_first() {
        let state = after(vec![
            Action::Ask(1, Take::Whole),
            Action::Ask(2, Take::Whole),
            Action::Answer(2, Take::Whole, Ok(page(vec![(2, "new")]))),
            Action::Answer(1, Take::Whole, Ok(page(vec![(1, "old")]))),
        ]);
        assert_eq!((shown(&state), state.busy), (vec![(2, "new")], false));
    }

    #[test]
    fn rows_stay_while_others_are_asked_for() {
        let first = || Action::Answer(1, Take::Whole, Ok(page(vec![(1, "a")])));
        let state = after(vec![Action::Ask(1, Take::Whole), first(), Action::Ask(2, Take::Whole)]);
        assert_eq!((shown(&state), state.busy), (vec![(1, "a")], true));
        let failed = after(vec![
            Action::Ask(1, Take::Whole),
            first(),
            Action::Ask(2, Take::Whole),
            Action::Answer(2, Take::Whole, Err(Failure::Offline)),
        ]);
        assert_eq!((&failed.failure, failed.busy), (&Some(Failure::Offline), false));
    }

    #[test]
    fn a_changed_row_keeps_its_place_and_the_counts_are_new() {
        let state = after(vec![
            Action::Ask(1, Take::Whole),
            Action::Answer(1, Take::Whole, Ok(page(vec![(1, "a"), (2, "b"), (3, "c")]))),
            Action::Put((2, "B")),
            Action::Ask(2, Take::InPlace),
        ]);
        assert_eq!((shown(&state), state.busy), (vec![(1, "a"), (2, "B"), (3, "c")], false));
        // The filter admits it no more, and another one moved in front.
        let answer = Action::Answer(2, Take::InPlace, Ok(page(vec![(3, "C"), (1, "a")])));
        let state = state.reduce(answer);
        assert_eq!(shown(&state), [(1, "a"), (2, "B"), (3, "C")]);
        assert_eq!(state.page.as_ref().unwrap().counts["all"], 2);
    }

    #[test]
    fn other_rows_that_are_awaited_arrive_whole_even_if_a_change_came_between() {
        let state = after(vec![
            Action::Ask(1, Take::Whole),
            Action::Answer(1, Take::Whole, Ok(page(vec![(1, "a")]))),
            Action::Ask(2, Take::Whole),
            Action::Put((1, "A")),
            Action::Ask(3, Take::InPlace),
            Action::Answer(2, Take::Whole, Ok(page(vec![(9, "late")]))),
            Action::Answer(3, Take::InPlace, Ok(page(vec![(2, "b")]))),
        ]);
        assert_eq!((shown(&state), state.busy), (vec![(2, "b")], false));
    }

    #[test]
    fn a_row_opened_by_its_address_is_found_and_changed_like_the_others() {
        let state = after(vec![
            Action::Answer(0, Take::Whole, Ok(page(vec![(1, "a")]))),
            Action::Apart((7, "far")),
            Action::Put((7, "FAR")),
        ]);
        assert_eq!(state.find(&7), Some(&(7, "FAR")));
        assert_eq!((state.find(&1), state.find(&8)), (Some(&(1, "a")), None));
        assert_eq!(shown(&state), [(1, "a")]);
    }
}
