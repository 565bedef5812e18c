//! A list of which the server sorts, filters and counts, a page at a time. What a person would share or come back to (search,
//! filter, order, page) is the address's query; how dense it is, is kept in the browser.
//!
//! A page gets a [`List`] from [`use_list`], draws it with [`List::view`], and changes rows with [`List::change`] and
//! [`List::delete`], which report failures themselves.

mod delete;
mod frame;
mod head;
mod line;
mod link;
mod opened;
mod pager;
mod selected;
mod state;
mod typed;

use std::rc::Rc;

use ::api::{
    Page,
    list::{Asked, ListQuery, Sort},
    words::Word,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) use self::{
    delete::delete_rows,
    frame::Frame,
    head::Head,
    line::{Line, Look},
    opened::use_opened,
    state::Row,
};
use self::{
    link::Place,
    selected::{Pick, Selected},
    state::{Action, State, Take},
    typed::use_typed,
};
use crate::{
    api::Failure,
    i18n::{Text, use_text},
    parts::toast::{Toaster, use_toaster},
    prefs::{save, saved},
    routes::Route,
    web::{self, query_text},
};

pub(crate) struct List<T: Row, Q: ListQuery> {
    pub(crate) t: Text,
    pub(crate) toaster: Toaster,
    /// As the address has it.
    pub(crate) query: Q,
    place: Place,
    pub(crate) dense: bool,
    /// Most rows of a page.
    size: i64,
    set_size: Callback<i64>,
    navigator: Option<Navigator>,
    state: UseReducerHandle<State<T>>,
    selected: UseReducerHandle<Selected<T>>,
    set_dense: Callback<bool>,
    /// What stands in the search field.
    typed: Rc<String>,
    on_type: Callback<String>,
    go: Callback<Q>,
    /// How many there are in all, as far as that was ever asked.
    all: Option<i64>,
    load: Callback<Take>,
}

impl<T: Row, Q: ListQuery> Clone for List<T, Q> {
    fn clone(&self) -> Self {
        Self {
            t: self.t,
            toaster: self.toaster.clone(),
            place: self.place.clone(),
            query: self.query.clone(),
            dense: self.dense,
            size: self.size,
            set_size: self.set_size.clone(),
            navigator: self.navigator.clone(),
            state: self.state.clone(),
            selected: self.selected.clone(),
            set_dense: self.set_dense.clone(),
            typed: self.typed.clone(),
            on_type: self.on_type.clone(),
            go: self.go.clone(),
            all: self.all,
            load: self.load.clone(),
        }
    }
}

/// Alike for whoever acts on the list; what it shows may differ.
impl<T: Row, Q: ListQuery> PartialEq for List<T, Q> {
    fn eq(&self, other: &Self) -> bool {
        self.t == other.t && self.place == other.place && self.toaster == other.toaster
    }
}

/// The list that `ask` answers, at the address `home`. `table` is its name in the browser's storage; it begins dense or not.
#[hook]
pub(crate) fn use_list<T, Q, F>(table: &'static str, home: Route, dense: bool, ask: fn(Q) -> F) -> List<T, Q>
where
    T: Row,
    Q: ListQuery,
    F: Future<Output = Result<Page<T>, Failure>> + 'static,
{
    let (t, toaster) = (use_text(), use_toaster());
    let navigator = use_navigator();
    let query: Q = use_location().and_then(|location| location.query::<Q>().ok()).unwrap_or_default();
    let state = use_reducer(State::<T>::default);
    let selected = use_reducer(Selected::<T>::default);

    let questions = use_mut_ref(|| 0_u32);
    // Whoever changes a row may come back after the person has gone on: they ask for what the address says by then.
    let size = use_state(pager::size);
    let current = use_mut_ref(|| (query.clone(), *size));
    current.replace((query.clone(), *size));
    let load = use_callback((query.clone(), *size), {
        let dispatcher = state.dispatcher();
        move |take: Take, _: &(Q, i64)| {
            let (query, page_size) = current.borrow().clone();
            let question = {
                let mut count = questions.borrow_mut();
                *count += 1;
                *count
            };
            dispatcher.dispatch(Action::Ask(question, take));
            let answer = ask(query.with(Asked { page_size, ..query.asked() }));
            let dispatcher = dispatcher.clone();
            spawn_local(async move { dispatcher.dispatch(Action::Answer(question, take, answer.await)) });
        }
    });
    use_effect_with(load.clone(), |load| load.emit(Take::Whole));

    let place = Place(use_mut_ref(AttrValue::default));
    place.0.replace(query_text(&query).into());
    let go = use_callback((navigator.clone(), home.clone()), |query: Q, (navigator, home)| {
        if let Some(navigator) = navigator {
            Place::of(&query).go(navigator, home);
        }
    });

    // Where the person is by then, for what happens later: they may have opened a row meanwhile, or sorted.
    let here = use_mut_ref(|| (home.clone(), query.clone()));
    here.replace((use_route::<Route>().unwrap_or_else(|| home.clone()), query.clone()));
    // One step back leaves the search, the page's size or a page that is no more; it doesn't walk through them.
    let amend = {
        let navigator = navigator.clone();
        Callback::from(move |amend: Amend| {
            if let Some(navigator) = &navigator {
                let (route, query) = here.borrow().clone();
                let asked = query.asked();
                let asked = match amend {
                    Amend::Search(search) => Asked { search, page: 1, ..asked },
                    Amend::Page(page) => Asked { page, ..asked },
                };
                Place::of(&query.with(asked)).go_instead(navigator, &route);
            }
        })
    };
    let (typed, on_type) = use_typed(query.asked().search.unwrap_or_default(), amend.reform(Amend::Search));
    let set_size = {
        let (size, amend, page) = (size.clone(), amend.clone(), query.asked().page);
        Callback::from(move |wanted: i64| {
            pager::save_size(wanted);
            size.set(wanted);
            // The row at the top stays on the page.
            amend.emit(Amend::Page((page - 1) * *size / wanted + 1));
        })
    };
    let (dense, set_dense) = use_density(table, dense);

    // A search says nothing of how many there are, so the last number that is known stays.
    let all = use_mut_ref(|| None::<i64>);
    if let Some(page) = &state.page
        && !state.busy
        && !is_narrowed(&query)
    {
        *all.borrow_mut() = page.counts.get(Q::Show::ALL[0].as_str()).copied();
    }
    let all = *all.borrow();
    let last = state.page.as_ref().map_or(1, |page| pager::last(page.total, *size));
    // Whoever deletes what is on the last page comes to the one before.
    let turned = state.page.as_ref().map(|page| page.page);
    use_effect_with(turned, |_| web::scroll_up(".table-scroll"));
    let beyond = (!state.busy && query.asked().page > last).then_some(last);
    use_effect_with(beyond, move |beyond| {
        if let Some(last) = *beyond {
            amend.emit(Amend::Page(last));
        }
    });
    List {
        t,
        toaster,
        place,
        query,
        dense,
        size: *size,
        set_size,
        navigator,
        state,
        selected,
        set_dense,
        typed,
        on_type,
        go,
        all,
        load,
    }
}

/// Whether a search or a filter other than `show` is asked.
fn is_narrowed<Q: ListQuery>(query: &Q) -> bool {
    query.with(Asked { search: query.asked().search, ..Q::default().asked() }) != Q::default()
}

/// What changes in the address without a step in its history.
enum Amend {
    Search(Option<String>),
    Page(i64),
}

/// Whether rows are dense, and what takes another wish.
#[hook]
fn use_density(table: &'static str, first: bool) -> (bool, Callback<bool>) {
    let key = format!("aigw.density.{table}");
    let density = use_state(|| saved(&key).map_or(first, |word| word == "dense"));
    let set = density.setter();
    let set = Callback::from(move |dense: bool| {
        save(&key, if dense { "dense" } else { "comfortable" });
        set.set(dense);
    });
    (*density, set)
}

impl<T: Row, Q: ListQuery> List<T, Q> {
    /// The rows in view; none before the first answer.
    pub(crate) fn rows(&self) -> &[T] {
        self.state.page.as_ref().map_or(&[], |page| &page.items)
    }

    /// How many there are, whatever is searched; `None` as long as nobody knows.
    pub(crate) fn all(&self) -> Option<i64> {
        self.all
    }

    /// A row that is in view or was opened by its address.
    pub(crate) fn find(&self, id: &T::Id) -> Option<&T> {
        self.state.find(id)
    }

    /// Asks again, as after something was made or is gone.
    pub(crate) fn reload(&self) {
        self.load.emit(Take::Whole);
    }

    /// Shows what the server made of a row, and counts again.
    pub(crate) fn put(&self, row: T) {
        self.show(row);
        self.load.emit(Take::InPlace);
    }

    fn show(&self, row: T) {
        self.selected.dispatch(Pick::Changed(row.clone()));
        self.state.dispatch(Action::Put(row));
    }

    /// Takes in what was made: it can be opened at once, and comes to the others when they are asked for again.
    pub(crate) fn add(&self, row: T) {
        self.state.dispatch(Action::Apart(row));
        self.reload();
    }

    /// Opens what lies over the list, which stays as it is.
    pub(crate) fn visit(&self, route: &Route) {
        if let Some(navigator) = &self.navigator {
            self.place.go(navigator, route);
        }
    }

    /// Opens in the place of what lies over the list now.
    pub(crate) fn visit_instead(&self, route: &Route) {
        if let Some(navigator) = &self.navigator {
            self.place.go_instead(navigator, route);
        }
    }

    /// Back to the list alone, as it was.
    pub(crate) fn close(&self) {
        self.go.emit(self.query.clone());
    }

    pub(crate) fn closing(&self) -> Callback<()> {
        let (go, query) = (self.go.clone(), self.query.clone());
        Callback::from(move |()| go.emit(query.clone()))
    }

    /// Asks for something else; from its first page.
    pub(crate) fn ask(&self, query: &Q) {
        self.go.emit(query.with(Asked { page: 1, ..query.asked() }));
    }

    fn is_narrowed(&self) -> bool {
        is_narrowed(&self.query)
    }

    fn asked(&self) -> Asked<Q::Sort, Q::Show> {
        let words = self.typed.trim();
        // What was typed a moment ago counts too.
        Asked { search: (!words.is_empty()).then(|| words.to_owned()), ..self.query.asked() }
    }

    fn on_show(&self) -> Callback<Q::Show> {
        let this = self.clone();
        Callback::from(move |show| this.ask(&this.query.with(Asked { show, ..this.asked() })))
    }

    fn on_sort(&self) -> Callback<Sort<Q::Sort>> {
        let this = self.clone();
        Callback::from(move |sort| this.ask(&this.query.with(Asked { sort, ..this.asked() })))
    }

    fn on_page(&self) -> Callback<i64> {
        let this = self.clone();
        Callback::from(move |page| this.go.emit(this.query.with(Asked { page, ..this.asked() })))
    }

    /// Takes away search and filters; the order stays.
    fn on_clear(&self) -> Callback<()> {
        let (this, sort) = (self.clone(), self.query.asked().sort);
        Callback::from(move |()| this.go.emit(Q::default().with(Asked { sort, ..Q::default().asked() })))
    }

    pub(crate) fn is_selected(&self, id: &T::Id) -> bool {
        self.selected.0.contains_key(id)
    }

    /// What is selected, also on other pages.
    pub(crate) fn selection(&self) -> Vec<T> {
        self.selected.0.values().cloned().collect()
    }

    fn on_select(&self, rows: Vec<T>) -> Callback<bool> {
        let selected = self.selected.dispatcher();
        Callback::from(move |on: bool| {
            selected.dispatch(if on {
                Pick::Add(rows.clone())
            } else {
                Pick::Remove(rows.iter().map(Row::id).collect())
            });
        })
    }

    /// Changes one after the other, shows each as the server answered it, then hands those over to `done`.
    pub(crate) fn change<F>(
        &self,
        ids: Vec<T::Id>,
        ask: impl Fn(T::Id) -> F + 'static,
        done: impl FnOnce(&[T]) + 'static,
    ) where
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        let this = self.clone();
        spawn_local(async move {
            let mut changed = Vec::new();
            for id in ids {
                match ask(id).await {
                    Ok(row) => {
                        this.show(row.clone());
                        changed.push(row);
                    }
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            if !changed.is_empty() {
                this.load.emit(Take::InPlace);
                done(&changed);
            }
        });
    }

    /// Deletes one after the other, then asks for the list again and hands over to `done` what is gone.
    pub(crate) fn delete<F>(&self, rows: Vec<T>, ask: fn(T::Id) -> F, done: impl FnOnce(&[T]) + 'static)
    where
        F: Future<Output = Result<(), Failure>> + 'static,
    {
        let this = self.clone();
        spawn_local(async move {
            let mut gone = Vec::new();
            for row in rows {
                match ask(row.id()).await {
                    Ok(()) => gone.push(row),
                    // Someone else was faster; the wish is granted.
                    Err(error) if error.is_status(404) => gone.push(row),
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            this.selected.dispatch(Pick::Remove(gone.iter().map(Row::id).collect()));
            this.reload();
            done(&gone);
        });
    }
}
