//! Whether every sum is what its requests come to.

use ::api::verify::Verification;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    parts::{
        async_view::async_view,
        status::{Glyph, status},
        time::Ago,
        toast::use_toaster,
    },
};

#[component]
pub(super) fn Books() -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let last = use_load(api::verify::last);
    let busy = use_state(|| false);
    let onclick = {
        let (last, busy) = (last.clone(), busy.setter());
        move |_: MouseEvent| {
            let (last, busy, toaster) = (last.clone(), busy.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                match api::verify::run().await {
                    Ok(verification) => last.edit(move |last| *last = Some(verification.clone())),
                    Err(error) => toaster.failed(error.sentence(t)),
                }
                busy.set(false);
            });
        }
    };
    html! {
        <section class="mt-8 pt-5 border-t border-line max-w-[560px]" aria-labelledby="books" data-testid="books">
            <h3 id="books" class="h2">{t.books_title()}</h3>
            <p class="text-xs text-ink-2 mt-1 mb-3 max-w-[560px]">{t.books_text()}</p>
            {async_view(&last, |last| result(t, last.as_ref()))}
            <button type="button" class="btn btn-sm mt-3" disabled={*busy} aria-busy={busy.then_some("true")} {onclick}>{t.books_count()}</button>
        </section>
    }
}

fn result(t: Text, last: Option<&Verification>) -> Html {
    let Some(last) = last else { return html! { <p class="text-sm text-ink-2" role="status">{t.books_never()}</p> } };
    let words = if last.differing == 0 {
        status(Glyph::Disc, &t.books_agree(last.requests))
    } else {
        status(Glyph::Triangle, &t.books_differ(last.differing))
    };
    let rows = last.differences.iter().map(|difference| {
        html! {
            <tr>
                <td class="w-full font-mono text-xs break-all">{&difference.what}</td>
                <td class="n">{t.number(difference.kept)}</td>
                <td class="n">{t.number(difference.counted)}</td>
            </tr>
        }
    });
    html! {<>
        <p class="text-sm flex flex-wrap gap-x-3" role="status">{words}<span class="text-ink-3"><Ago time={last.at} /></span></p>
        if !last.differences.is_empty() {
            <div class="panel overflow-x-auto mt-3" tabindex="0" role="region" aria-label={t.books_what()}><table class="dt dt-in">
                <thead><tr>
                    <th scope="col">{t.books_what()}</th><th scope="col" class="n">{t.books_kept()}</th><th scope="col" class="n">{t.books_counted()}</th>
                </tr></thead>
                <tbody>{for rows}</tbody>
            </table></div>
        }
    </>}
}
