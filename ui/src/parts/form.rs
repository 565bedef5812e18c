//! What a person fills in: a draft, what is wrong with it, and its way to the server.

use std::{cell::RefCell, rc::Rc};

use ::api::{Fields, Validate};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api::Failure,
    i18n::{Text, use_text},
    parts::icon::Icon,
    web,
};

/// A fault that the console finds by itself: what stands in a field for numbers isn't one.
pub(crate) const NOT_A_NUMBER: &str = "not a whole number";

/// A draft `D` and how far it has come.
pub(crate) struct Form<D: Clone + 'static> {
    t: Text,
    state: UseReducerHandle<State<D>>,
    /// Set at once, where a second press would still see the state before.
    sending: Rc<RefCell<bool>>,
}

impl<D: Clone> Clone for Form<D> {
    fn clone(&self) -> Self {
        Self { t: self.t, state: self.state.clone(), sending: Rc::clone(&self.sending) }
    }
}

#[derive(Clone)]
struct State<D> {
    draft: D,
    /// What the form began with: leaving it as it was needs no question.
    initial: D,
    faults: Fields,
    refusal: Option<String>,
    busy: bool,
}

enum Action<D> {
    Start(D),
    Edit(Box<dyn FnOnce(&mut D)>),
    Ask,
    Refuse(Fields, Option<String>),
    Accept,
}

impl<D: Clone> Reducible for State<D> {
    type Action = Action<D>;

    fn reduce(self: Rc<Self>, action: Action<D>) -> Rc<Self> {
        let State { mut draft, mut initial, faults, refusal, busy } = Rc::unwrap_or_clone(self);
        Rc::new(match action {
            Action::Start(fresh) => {
                (draft, initial) = (fresh.clone(), fresh);
                Self { draft, initial, faults: Fields::new(), refusal: None, busy }
            }
            Action::Edit(edit) => {
                edit(&mut draft);
                Self { draft, initial, faults, refusal, busy }
            }
            Action::Ask => Self { draft, initial, faults, refusal, busy: true },
            Action::Refuse(faults, refusal) => Self { draft, initial, faults, refusal, busy: false },
            Action::Accept => Self { draft, initial, faults: Fields::new(), refusal: None, busy: false },
        })
    }
}

/// What a frame shows of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) dirty: bool,
    pub(crate) busy: bool,
    pub(crate) refusal: Option<String>,
}

/// A form that begins with `start`. What is wrong with a field takes the keyboard there.
#[hook]
pub(crate) fn use_form<D: Clone + 'static>(start: impl FnOnce() -> D) -> Form<D> {
    let t = use_text();
    let state = use_reducer(|| {
        let draft = start();
        State { initial: draft.clone(), draft, faults: Fields::new(), refusal: None, busy: false }
    });
    let sending = use_mut_ref(|| false);
    use_effect_with(state.faults.clone(), |faults| {
        if !faults.is_empty() {
            web::focus_fault();
        }
    });
    Form { t, state, sending }
}

impl<D: Clone + PartialEq + 'static> Form<D> {
    pub(crate) fn draft(&self) -> &D {
        &self.state.draft
    }

    pub(crate) fn initial(&self) -> &D {
        &self.state.initial
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.state.draft != self.state.initial
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.state.busy
    }

    /// Why the server refused, where it names no field.
    pub(crate) fn refusal(&self) -> Option<&str> {
        self.state.refusal.as_deref()
    }

    pub(crate) fn faults(&self) -> &Fields {
        &self.state.faults
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress { dirty: self.is_dirty(), busy: self.state.busy, refusal: self.state.refusal.clone() }
    }

    /// Begins anew.
    pub(crate) fn restart(&self, draft: D) {
        self.state.dispatch(Action::Start(draft));
    }

    /// Takes a value into the draft as it is by then.
    pub(crate) fn set<V: 'static>(&self, set: impl Fn(&mut D, V) + 'static) -> Callback<V> {
        let (state, set) = (self.state.dispatcher(), Rc::new(set));
        Callback::from(move |value| {
            let set = Rc::clone(&set);
            state.dispatch(Action::Edit(Box::new(move |draft| set(draft, value))));
        })
    }

    /// What is wrong with the first of these fields that has a fault, in the reader's language.
    pub(crate) fn fault(&self, names: &[&str]) -> Option<AttrValue> {
        let fault = names.iter().find_map(|name| self.state.faults.get(*name))?;
        let own = fault == NOT_A_NUMBER;
        Some(if own { self.t.field_whole_number().into() } else { self.t.server(fault).into() })
    }

    /// Sends what the draft comes to, unless something is on its way already, and shows what is wrong with it. `done` gets the answer.
    pub(crate) fn send<R, T, F>(
        &self,
        request: Result<R, Fields>,
        ask: impl FnOnce(R) -> F,
        done: impl FnOnce(T) + 'static,
    ) where
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        if self.sending.replace(true) {
            return;
        }
        let request = match request {
            Ok(request) => request,
            Err(faults) => {
                self.sending.replace(false);
                return self.state.dispatch(Action::Refuse(faults, None));
            }
        };
        self.state.dispatch(Action::Ask);
        let (form, answer) = (self.clone(), ask(request));
        spawn_local(async move {
            let answer = answer.await;
            form.sending.replace(false);
            match answer {
                Ok(answer) => {
                    form.state.dispatch(Action::Accept);
                    done(answer);
                }
                Err(failure) => {
                    let faults = failure.fields();
                    let refusal = faults.is_empty().then(|| failure.sentence(form.t));
                    form.state.dispatch(Action::Refuse(faults, refusal));
                }
            }
        });
    }
}

/// The event of a form that goes nowhere by itself.
pub(crate) fn submit(run: &Callback<()>) -> Callback<SubmitEvent> {
    run.reform(|event: SubmitEvent| event.prevent_default())
}

/// A request that has passed its own checks.
pub(crate) fn checked<R: Validate>(request: R) -> Result<R, Fields> {
    request.validate().map(|()| request)
}

/// Why the server refused, where it names no field.
pub(crate) fn refusal_note(refusal: Option<&str>) -> Html {
    match refusal {
        None => Html::default(),
        Some(refusal) => html! {
            <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal.to_owned()}</span></p>
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: Vec<Action<i32>>) -> Rc<State<i32>> {
        let start = State { draft: 1, initial: 1, faults: Fields::new(), refusal: None, busy: false };
        actions.into_iter().fold(Rc::new(start), State::reduce)
    }

    #[test]
    fn each_edit_goes_on_from_the_one_before() {
        let state =
            after(vec![Action::Edit(Box::new(|draft| *draft += 1)), Action::Edit(Box::new(|draft| *draft *= 5))]);
        assert_eq!((state.draft, state.initial), (10, 1));
    }

    #[test]
    fn what_was_wrong_goes_with_the_next_answer_and_not_before() {
        let refused =
            || Action::Refuse(Fields::from([("name".to_owned(), "Enter a name.".to_owned())]), Some("No.".to_owned()));
        let state = after(vec![refused(), Action::Edit(Box::new(|draft| *draft = 2)), Action::Ask]);
        assert!(state.busy && state.faults.contains_key("name") && state.refusal.is_some());
        let state = after(vec![refused(), Action::Ask, Action::Accept]);
        assert!(!state.busy && state.faults.is_empty() && state.refusal.is_none());
    }
}
