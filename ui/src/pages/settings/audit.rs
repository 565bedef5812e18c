//! Who changed what: filters, rows, and the fields of one change.

use std::rc::Rc;

use ::api::audit::{Action, AuditEntry, AuditQuery, SubjectKind};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::diff::lines;
use crate::{
    api::{self, Failure},
    i18n::{Text, use_text},
    parts::{
        async_view::FailureView,
        icon::Icon,
        person::PersonField,
        status::{Glyph, status},
        time::Ago,
    },
};

/// What has been read so far.
#[derive(Clone, Default, PartialEq)]
struct Read {
    entries: Rc<Vec<AuditEntry>>,
    next: Option<i64>,
    /// Nothing was read yet.
    first: bool,
    busy: bool,
    failure: Option<Failure>,
}

#[component]
pub(crate) fn Audit() -> Html {
    let t = use_text();
    let query = use_state(AuditQuery::default);
    let read = use_state(|| Read { first: true, ..Read::default() });
    let open = use_state(|| None::<i64>);
    // Of answers that cross on the way, only the last one asked for counts.
    let asked = use_mut_ref(|| 0_u32);

    let load = {
        let (query, read) = (query.clone(), read.clone());
        Callback::from(move |more: bool| {
            let number = {
                let mut asked = asked.borrow_mut();
                *asked += 1;
                *asked
            };
            let known = if more { read.entries.clone() } else { Rc::default() };
            let wanted = AuditQuery { before: read.next.filter(|_| more), ..(*query).clone() };
            read.set(Read { busy: true, failure: None, ..(*read).clone() });
            let (read, asked) = (read.clone(), asked.clone());
            spawn_local(async move {
                let answer = api::settings::audit(&wanted).await;
                if *asked.borrow() != number {
                    return;
                }
                read.set(match answer {
                    Ok(answer) => Read {
                        entries: Rc::new(known.iter().cloned().chain(answer.items).collect()),
                        next: answer.next.and_then(|next| next.parse().ok()),
                        ..Read::default()
                    },
                    Err(failure) => Read { failure: Some(failure), busy: false, ..(*read).clone() },
                });
            });
        })
    };
    {
        let load = load.clone();
        use_effect_with((*query).clone(), move |_| load.emit(false));
    }

    let on_person = {
        let query = query.clone();
        move |id: String| query.set(AuditQuery { user_id: id.parse().ok(), ..(*query).clone() })
    };
    let choose = |set: fn(&mut AuditQuery, &str)| {
        let query = query.clone();
        Callback::from(move |event: Event| {
            let mut next = (*query).clone();
            set(&mut next, &event.target_unchecked_into::<HtmlSelectElement>().value());
            query.set(next);
        })
    };
    let filters = html! {
        <div class="flex flex-wrap gap-2 px-4 md:px-8 py-2 border-y border-line">
            <PersonField id="audit-who" label={t.audit_who()} value={query.user_id.map(|id| id.to_string()).unwrap_or_default()}
                nobody={t.audit_anybody()} on_choose={on_person} class="[&>label]:sr-only w-44 max-md:flex-1" />
            {filter(t.audit_what(), t.audit_anything(), query.subject.is_none(), SubjectKind::ALL.into_iter().filter(|kind| *kind != SubjectKind::Route).map(|kind| html! {
                <option value={kind.as_str()} selected={query.subject == Some(kind)}>{kind_word(t, kind)}</option>
            }), choose(|query, value| query.subject = SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == value)))}
            {filter(t.audit_how(), t.audit_any_action(), query.action.is_none(), Action::ALL.into_iter().filter(|action| *action != Action::Call).map(|action| html! {
                <option value={action.as_str()} selected={query.action == Some(action)}>{action_word(t, action)}</option>
            }), choose(|query, value| query.action = Action::ALL.into_iter().find(|action| action.as_str() == value)))}
        </div>
    };
    let retry = load.reform(|()| false);
    let more = load.reform(|_: MouseEvent| true);
    let filtered = *query != AuditQuery::default();
    let clear = {
        let query = query.clone();
        move |_: MouseEvent| query.set(AuditQuery::default())
    };
    let rows = read.entries.iter().map(|entry| {
        let (is_open, set, id) = (*open == Some(entry.id), open.setter(), entry.id);
        let toggle = Callback::from(move |_: MouseEvent| set.set((!is_open).then_some(id)));
        row(t, entry, is_open, toggle)
    });
    let body = if let Some(failure) = &read.failure {
        html! { <FailureView failure={failure.clone()} busy={read.busy} on_retry={retry} /> }
    } else if read.first {
        Html::default()
    } else if read.entries.is_empty() {
        html! {
            <div class="px-4 md:px-8 py-10" role="status">
                <h3 class="text-lg font-semibold tracking-[-0.01em]">{t.audit_nothing()}</h3>
                if filtered { <button type="button" class="btn btn-sm mt-3" onclick={clear}>{Icon::X.small()}{t.table_clear_filter()}</button> }
            </div>
        }
    } else {
        html! {<>
            <div class="overflow-x-auto">
                <table class="dt dt-stack audit" aria-label={t.settings_audit()}>
                    <thead><tr>
                        <th scope="col">{t.audit_change()}</th>
                        <th scope="col">{t.audit_who()}</th>
                        <th scope="col">{t.audit_from()}</th>
                        <th scope="col" class="n">{t.audit_when()}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            if read.next.is_some() {
                <div class="px-4 md:px-8 py-4"><button type="button" class="btn btn-sm" disabled={read.busy} onclick={more}>{t.audit_more()}</button></div>
            } else {
                <p class="px-4 md:px-8 py-4 text-xs text-ink-3">{t.audit_end()}</p>
            }
        </>}
    };
    html! {<>
        <div class="px-4 md:px-8 pt-5 pb-3">
            <h2 class="text-lg font-semibold tracking-[-0.01em]">{t.settings_audit()}</h2>
            <p class="text-base text-ink-2 max-w-[560px]">{t.audit_text()}</p>
        </div>
        {filters}
        <div class="flex-1 pb-16" aria-busy={if read.busy { "true" } else { "false" }}>{body}</div>
    </>}
}

fn filter(
    label: &'static str,
    all: &'static str,
    is_all: bool,
    options: impl Iterator<Item = Html>,
    onchange: Callback<Event>,
) -> Html {
    html! {
        <select class="select select-sm w-auto min-w-36 max-md:flex-1" aria-label={label} {onchange}>
            <option value="" selected={is_all}>{all}</option>{for options}
        </select>
    }
}

fn row(t: Text, entry: &AuditEntry, open: bool, toggle: Callback<MouseEvent>) -> Html {
    let lines = lines(entry);
    let words = html! {<>
        <span class="text-ink-2">{t.audit_phrase(action_word(t, entry.action), kind_word(t, entry.subject))}</span>
        {" "}<span class="font-medium break-words">{&entry.subject_name}</span>
    </>};
    let change = if matches!(entry.action, Action::SignIn | Action::SignOut) {
        html! { <span class="text-ink-2">{action_word(t, entry.action)}</span> }
    } else if entry.action == Action::SignInFailed {
        let name = if entry.subject_name.is_empty() { t.audit_unknown_name() } else { &entry.subject_name };
        html! {<>{status(Glyph::Triangle, action_word(t, entry.action))}{" "}<span class="font-medium">{name.to_owned()}</span></>}
    } else if lines.is_empty() {
        words
    } else {
        let icon = if open { Icon::ChevronDown } else { Icon::ChevronRight };
        let (expanded, controls) = (if open { "true" } else { "false" }, format!("change-{}", entry.id));
        html! {
            <button type="button" class="inline-flex items-center gap-1.5 text-left cursor-pointer -ml-5 max-md:ml-0" aria-expanded={expanded} aria-controls={controls} onclick={toggle}>
                {icon.small()}<span>{words}</span>
            </button>
        }
    };
    let who = if entry.username.is_empty() {
        html! { <span class="text-ink-3">{t.audit_nobody()}</span> }
    } else {
        html! { &entry.username }
    };
    html! {<>
        <tr key={entry.id}>
            <td data-m="title" class="md:w-full !whitespace-normal">{change}</td>
            <td data-m="sub" class="text-ink-2">{who}</td>
            <td class="text-ink-2 font-mono text-xs">{entry.client_ip.clone().unwrap_or_else(|| "—".to_owned())}</td>
            <td data-m="end" class="n text-ink-2"><Ago time={entry.at} /></td>
        </tr>
        if open {
            <tr key={format!("{}-lines", entry.id)} id={format!("change-{}", entry.id)} class="!bg-base-200">
                <td colspan="4" data-m="foot" class="!h-auto !whitespace-normal !py-3">{difference(&lines)}</td>
            </tr>
        }
    </>}
}

/// The fields of a change; a sign in front tells what was and what is, the ground only repeats it.
fn difference(lines: &[super::diff::Line]) -> Html {
    let value = |class: &'static str, sign: &'static str, value: &str| {
        html! { <span class={classes!("change", class)}><span aria-hidden="true">{sign}</span><span>{value.to_owned()}</span></span> }
    };
    html! {
        <dl class="changes">
            for line in lines {
                <div><dt>{&line.field}</dt><dd>
                    if let Some(before) = &line.before { <del>{value("r", "−", before)}</del> }
                    if let Some(after) = &line.after { <ins>{value("a", "+", after)}</ins> }
                </dd></div>
            }
        </dl>
    }
}

const fn action_word(t: Text, action: Action) -> &'static str {
    match action {
        Action::Call => t.audit_call(),
        Action::Create => t.audit_create(),
        Action::Delete => t.audit_delete(),
        Action::Read => t.audit_read(),
        Action::SetPassword => t.audit_set_password(),
        Action::SignIn => t.audit_sign_in(),
        Action::SignInFailed => t.audit_sign_in_failed(),
        Action::SignOut => t.audit_sign_out(),
        Action::Test => t.audit_test(),
        Action::Update => t.audit_update(),
    }
}

const fn kind_word(t: Text, kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Channel => t.audit_kind_channel(),
        SubjectKind::Group => t.audit_kind_group(),
        SubjectKind::Key => t.audit_kind_key(),
        SubjectKind::Model => t.audit_kind_model(),
        SubjectKind::Provider => t.audit_kind_provider(),
        SubjectKind::Request => t.audit_kind_request(),
        SubjectKind::Route => t.audit_kind_route(),
        SubjectKind::Session => t.audit_kind_session(),
        SubjectKind::Setting => t.audit_kind_setting(),
        SubjectKind::Token => t.audit_kind_token(),
        SubjectKind::User => t.audit_kind_user(),
    }
}
