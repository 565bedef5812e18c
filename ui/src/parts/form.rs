//! What a person fills in: a draft, what is wrong with it, and its way to the server.

use std::{any::Any, cell::RefCell, marker::PhantomData, pin::Pin, rc::Rc};

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
///
/// All that doesn't need the type of the draft is compiled once for all forms: each copy would be paid by whoever opens the console.
pub(crate) struct Form<D> {
    core: Core,
    draft: PhantomData<D>,
}

#[derive(Clone)]
struct Core {
    t: Text,
    state: UseReducerHandle<State>,
    /// Set at once, where a second press would still see the state before.
    sending: Rc<RefCell<bool>>,
}

impl<D> Clone for Form<D> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), draft: PhantomData }
    }
}

/// A draft of any type.
trait Held {
    fn as_any(&self) -> &dyn Any;

    fn is_like(&self, other: &dyn Held) -> bool;
}

impl<D: PartialEq + 'static> Held for D {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_like(&self, other: &dyn Held) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

#[derive(Clone)]
struct State {
    draft: Rc<dyn Held>,
    /// What the form began with: leaving it as it was needs no question.
    initial: Rc<dyn Held>,
    faults: Fields,
    refusal: Option<String>,
    busy: bool,
}

type Edit = Box<dyn FnOnce(&dyn Held) -> Rc<dyn Held>>;

enum Action {
    Start(Rc<dyn Held>),
    Edit(Edit),
    Ask,
    Refuse(Fields, Option<String>),
    Accept,
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let state = Rc::unwrap_or_clone(self);
        Rc::new(match action {
            Action::Start(draft) => {
                Self { initial: Rc::clone(&draft), draft, faults: Fields::new(), refusal: None, busy: state.busy }
            }
            Action::Edit(edit) => Self { draft: edit(&*state.draft), ..state },
            Action::Ask => Self { busy: true, ..state },
            Action::Refuse(faults, refusal) => Self { faults, refusal, busy: false, ..state },
            Action::Accept => Self { faults: Fields::new(), refusal: None, busy: false, ..state },
        })
    }
}

/// An answer on its way, and what is done with it.
type Asked = Pin<Box<dyn Future<Output = Result<Box<dyn FnOnce()>, Failure>>>>;

impl Core {
    /// Whether nothing is on its way already, and nothing is wrong.
    fn may_send(&self, faults: Option<Fields>) -> bool {
        if *self.sending.borrow() {
            return false;
        }
        if let Some(faults) = faults {
            self.state.dispatch(Action::Refuse(faults, None));
            return false;
        }
        true
    }

    fn send(&self, asked: Asked) {
        self.sending.replace(true);
        self.state.dispatch(Action::Ask);
        let this = self.clone();
        spawn_local(async move {
            let answer = asked.await;
            this.sending.replace(false);
            match answer {
                Ok(done) => {
                    this.state.dispatch(Action::Accept);
                    done();
                }
                Err(failure) => {
                    let faults = failure.fields();
                    let refusal = faults.is_empty().then(|| failure.sentence(this.t));
                    this.state.dispatch(Action::Refuse(faults, refusal));
                }
            }
        });
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
pub(crate) fn use_form<D: PartialEq + 'static>(start: impl FnOnce() -> D) -> Form<D> {
    let core = use_core(Box::new(|| Rc::new(start())));
    Form { core, draft: PhantomData }
}

#[hook]
fn use_core<'s>(start: Box<dyn FnOnce() -> Rc<dyn Held> + 's>) -> Core {
    let t = use_text();
    let state = use_reducer(|| {
        let draft = start();
        State { initial: Rc::clone(&draft), draft, faults: Fields::new(), refusal: None, busy: false }
    });
    let sending = use_mut_ref(|| false);
    use_effect_with(state.faults.clone(), |faults| {
        if !faults.is_empty() {
            web::focus_fault();
        }
    });
    Core { t, state, sending }
}

fn typed<D: 'static>(held: &dyn Held) -> &D {
    held.as_any().downcast_ref().expect("a form holds drafts of one type")
}

impl<D: Clone + PartialEq + 'static> Form<D> {
    pub(crate) fn draft(&self) -> &D {
        typed(&*self.core.state.draft)
    }

    pub(crate) fn initial(&self) -> &D {
        typed(&*self.core.state.initial)
    }

    /// Begins anew.
    pub(crate) fn restart(&self, draft: D) {
        self.core.state.dispatch(Action::Start(Rc::new(draft)));
    }

    /// Takes a value into the draft as it is by then.
    pub(crate) fn set<V: 'static>(&self, set: impl Fn(&mut D, V) + 'static) -> Callback<V> {
        let (state, set) = (self.core.state.dispatcher(), Rc::new(set));
        Callback::from(move |value| {
            let set = Rc::clone(&set);
            state.dispatch(Action::Edit(Box::new(move |held| {
                let mut draft: D = typed::<D>(held).clone();
                set(&mut draft, value);
                Rc::new(draft)
            })));
        })
    }
}

impl<D> Form<D> {
    pub(crate) fn is_dirty(&self) -> bool {
        !self.core.state.draft.is_like(&*self.core.state.initial)
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.core.state.busy
    }

    /// Why the server refused, where it names no field.
    pub(crate) fn refusal(&self) -> Option<&str> {
        self.core.state.refusal.as_deref()
    }

    pub(crate) fn faults(&self) -> &Fields {
        &self.core.state.faults
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress { dirty: self.is_dirty(), busy: self.is_busy(), refusal: self.core.state.refusal.clone() }
    }

    /// What is wrong with the first of these fields that has a fault, in the reader's language.
    pub(crate) fn fault(&self, names: &[&str]) -> Option<AttrValue> {
        let fault = names.iter().find_map(|name| self.core.state.faults.get(*name))?;
        let (t, own) = (self.core.t, fault == NOT_A_NUMBER);
        Some(if own { t.field_whole_number().into() } else { t.server(fault).into() })
    }

    /// Sends what the draft comes to, unless something is on its way already, and shows what is wrong with it. `done` gets the answer.
    pub(crate) fn send<R, T, F>(
        &self,
        request: Result<R, Fields>,
        ask: impl FnOnce(R) -> F,
        done: impl FnOnce(T) + 'static,
    ) where
        T: 'static,
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        let (request, faults) = match request {
            Ok(request) => (Some(request), None),
            Err(faults) => (None, Some(faults)),
        };
        if let (true, Some(request)) = (self.core.may_send(faults), request) {
            let answer = ask(request);
            self.core.send(Box::pin(async move {
                let answer = answer.await?;
                Ok(Box::new(move || done(answer)) as Box<dyn FnOnce()>)
            }));
        }
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

    fn after(actions: Vec<Action>) -> Rc<State> {
        let start = State { draft: Rc::new(1), initial: Rc::new(1), faults: Fields::new(), refusal: None, busy: false };
        actions.into_iter().fold(Rc::new(start), State::reduce)
    }

    fn edit(edit: fn(i32) -> i32) -> Action {
        Action::Edit(Box::new(move |held| Rc::new(edit(*typed::<i32>(held)))))
    }

    fn refused() -> Action {
        Action::Refuse(Fields::from([("name".to_owned(), "Enter a name.".to_owned())]), Some("No.".to_owned()))
    }

    #[test]
    fn each_edit_goes_on_from_the_one_before() {
        let state = after(vec![edit(|draft| draft + 1), edit(|draft| draft * 5)]);
        assert_eq!((typed::<i32>(&*state.draft), typed::<i32>(&*state.initial)), (&10, &1));
        assert!(!state.draft.is_like(&*state.initial));
        let state = after(vec![edit(|draft| draft + 1), edit(|draft| draft - 1)]);
        assert!(state.draft.is_like(&*state.initial), "as it was");
    }

    #[test]
    fn what_was_wrong_goes_with_the_next_answer_and_not_before() {
        let state = after(vec![refused(), edit(|_| 2), Action::Ask]);
        assert!(state.busy && state.faults.contains_key("name") && state.refusal.is_some());
        let state = after(vec![refused(), Action::Ask, Action::Accept]);
        assert!(!state.busy && state.faults.is_empty() && state.refusal.is_none());
    }
}
