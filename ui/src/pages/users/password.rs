//! Passwords that an owner gives to somebody: thought up here, handed over once.

use ::api::users::{Account, PasswordReset};
use yew::prelude::*;

use super::view::{self, RANDOM_BYTES};
use crate::{
    api,
    i18n::use_text,
    parts::{
        code::Code,
        dialog::Dialog,
        field::TextField,
        form::{checked, refusal_note, submit, use_form},
        icon::Icon,
    },
    web,
};

/// A new password, or nothing where the browser has no randomness to offer.
pub(crate) fn generate() -> Option<String> {
    let mut random = [0; RANDOM_BYTES];
    web::window().crypto().ok()?.get_random_values_with_u8_array(&mut random).ok()?;
    Some(view::password(&random))
}

#[derive(Properties, PartialEq)]
pub(crate) struct NewPasswordProps {
    pub(crate) value: AttrValue,
    pub(crate) on_input: Callback<String>,
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) autofocus: bool,
}

/// A password in the clear, since it has to be passed on.
#[component]
pub(crate) fn NewPassword(props: &NewPasswordProps) -> Html {
    let t = use_text();
    let on_input = props.on_input.clone();
    let again = move |_: MouseEvent| {
        if let Some(password) = generate() {
            on_input.emit(password);
        }
    };
    html! {
        <div>
            <TextField id="password" label={t.login_password()} value={&props.value} mono=true error={props.error.clone()} autocomplete="new-password"
                autofocus={props.autofocus} help={html! { t.users_password_help() }} on_input={&props.on_input} />
            <button type="button" class="btn btn-ghost btn-xs mt-1 -ml-2" onclick={again}>{Icon::RefreshCw.small()}{t.users_generate()}</button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ResetProps {
    pub(crate) account: Account,
    /// With the new password.
    pub(crate) on_done: Callback<Handover>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn ResetPassword(props: &ResetProps) -> Html {
    let t = use_text();
    let form = use_form(|| generate().unwrap_or_default());
    let reset = {
        let (form, account, on_done) = (form.clone(), props.account.clone(), props.on_done.clone());
        Callback::from(move |()| {
            let (id, on_done) = (account.id, on_done.clone());
            let handover = Handover { username: account.username.clone(), password: form.draft().clone() };
            form.send(
                checked(PasswordReset { password: form.draft().clone() }),
                move |reset| async move { api::users::reset_password(id, &reset).await },
                move |()| on_done.emit(handover),
            );
        })
    };
    let close = props.on_close.clone();
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={move |_| close.emit(())}>{t.do_cancel()}</button>
        <button type="submit" form="reset" class="btn btn-primary btn-sm" disabled={form.is_busy()}>{t.users_reset_do()}</button>
    </>};
    html! {
        <Dialog title={t.users_reset_of(&props.account.username)} text={Some(AttrValue::from(t.users_reset_text()))} on_close={&props.on_close} {footer}
            class="w-[min(460px,calc(100vw-24px))]">
            <form id="reset" class="mt-4 grid gap-4" novalidate=true onsubmit={submit(&reset)}>
                {refusal_note(form.refusal())}
                <NewPassword value={form.draft().clone()} error={form.fault(&["password"])} autofocus=true on_input={form.set(|password, text| *password = text)} />
            </form>
        </Dialog>
    }
}

/// What somebody needs to sign in.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Handover {
    pub(crate) username: String,
    pub(crate) password: String,
}

#[derive(Properties, PartialEq)]
pub(crate) struct HandoverProps {
    pub(crate) handover: Handover,
    pub(crate) on_close: Callback<()>,
}

/// The one time that the password is shown together with where to use it.
#[component]
pub(crate) fn HandoverDialog(props: &HandoverProps) -> Html {
    let t = use_text();
    let Handover { username, password } = &props.handover;
    let address = web::window().location().origin().unwrap_or_default();
    let text = format!("{address}/login\n{}: {username}\n{}: {password}", t.login_username(), t.login_password());
    let close = props.on_close.clone();
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-sm" autofocus=true onclick={move |_| close.emit(())}>{t.keys_done()}</button>
    </>};
    html! {
        <Dialog title={t.users_hand_over(username)} text={Some(AttrValue::from(t.users_hand_over_text()))} on_close={&props.on_close} {footer}>
            <div class="mt-4"><Code title={t.users_hand_over_what()} {text} copy_label={t.users_hand_over_copy()} /></div>
        </Dialog>
    }
}
