//! Something that the server is asked for when a component appears, and that stays while it is asked again.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api::Failure;

/// What was loaded, what went wrong the last time, and whether it is being asked for.
pub(crate) struct Loaded<T: Clone + 'static> {
    state: UseReducerHandle<State<T>>,
    reload: Callback<()>,
}

impl<T: Clone> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), reload: self.reload.clone() }
    }
}

impl<T: Clone> Loaded<T> {
    pub(crate) fn value(&self) -> Option<&Rc<T>> {
        self.state.value.as_ref()
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.state.failure.as_ref()
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.state.busy
    }

    pub(crate) fn reload(&self) {
        self.reload.emit(());
    }

    /// Changes the value in place, once the server has agreed. The newest value is changed, not the one seen here.
    pub(crate) fn edit(&self, edit: impl Fn(&mut T) + 'static) {
        self.state.dispatch(Action::Edit(Box::new(edit)));
    }
}

struct State<T> {
    value: Option<Rc<T>>,
    failure: Option<Failure>,
    busy: bool,
}

enum Action<T> {
    Start,
    Done(Result<T, Failure>),
    Edit(Box<dyn Fn(&mut T)>),
}

impl<T: Clone> Reducible for State<T> {
    type Action = Action<T>;

    fn reduce(self: Rc<Self>, action: Action<T>) -> Rc<Self> {
        let (mut value, mut failure, mut busy) = (self.value.clone(), self.failure.clone(), self.busy);
        match action {
            Action::Start => busy = true,
            Action::Done(Ok(answer)) => (value, failure, busy) = (Some(Rc::new(answer)), None, false),
            Action::Done(Err(error)) => (failure, busy) = (Some(error), false),
            Action::Edit(edit) => {
                if let Some(value) = &mut value {
                    edit(Rc::make_mut(value));
                }
            }
        }
        Rc::new(Self { value, failure, busy })
    }
}

/// Asks once when the component appears, and again on [`Loaded::reload`].
#[hook]
pub(crate) fn use_load<T, F>(load: fn() -> F) -> Loaded<T>
where
    T: Clone + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let state = use_reducer(|| State { value: None, failure: None, busy: true });
    let dispatcher = state.dispatcher();
    let reload = Callback::from(move |()| {
        let dispatcher = dispatcher.clone();
        dispatcher.dispatch(Action::Start);
        spawn_local(async move { dispatcher.dispatch(Action::Done(load().await)) });
    });
    {
        let reload = reload.clone();
        use_effect_with((), move |()| reload.emit(()));
    }
    Loaded { state, reload }
}
