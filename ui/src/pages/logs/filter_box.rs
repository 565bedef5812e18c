//! Chips and words in one box. A chip is made by typing `field:value` and a space, or by choosing a suggestion.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::query::{Asked, Chip, Field};
use crate::{
    i18n::use_text,
    parts::icon::Icon,
    web::{self, use_hotkey},
};

#[derive(Properties, PartialEq)]
pub(crate) struct FilterBoxProps {
    pub(crate) asked: Asked,
    /// Chips that name nothing.
    pub(crate) unknown: Vec<Chip>,
    pub(crate) suggestions: Vec<String>,
    pub(crate) on_ask: Callback<Asked>,
    /// What stands in the field, as it is typed.
    pub(crate) on_type: Callback<String>,
}

#[component]
pub(crate) fn FilterBox(props: &FilterBoxProps) -> Html {
    let t = use_text();
    let node = use_node_ref();
    let draft = use_state(|| props.asked.words.clone());
    {
        let draft = draft.setter();
        use_effect_with(props.asked.words.clone(), move |words| draft.set(words.clone()));
    }
    {
        let node = node.clone();
        let focus = use_callback((), move |(), ()| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                web::focus_on(&input);
            }
        });
        use_hotkey("/", focus);
    }
    let commit = {
        let (asked, on_ask) = (props.asked.clone(), props.on_ask.clone());
        Callback::from(move |text: String| {
            let typed = Asked::parse(&text);
            let mut next = Asked { words: typed.words, chips: asked.chips.clone() };
            typed.chips.into_iter().for_each(|chip| next.set(chip));
            if next != asked {
                on_ask.emit(next);
            }
        })
    };
    let oninput = {
        let (draft, commit, suggestions, on_type) =
            (draft.setter(), commit.clone(), props.suggestions.clone(), props.on_type.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            let typed = Asked::parse(&text);
            on_type.emit(text.clone());
            // A chip is complete behind a space (outside quotes), or when it was chosen from the list.
            let complete = text.ends_with(char::is_whitespace) && text.matches('"').count() % 2 == 0;
            if (!typed.chips.is_empty() && complete) || suggestions.contains(&text) || text.is_empty() {
                draft.set(typed.words.clone());
                commit.emit(text);
            } else {
                draft.set(text);
            }
        })
    };
    let onkeydown = {
        let (draft, commit) = (draft.clone(), commit.clone());
        let (asked, on_ask) = (props.asked.clone(), props.on_ask.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                draft.set(Asked::parse(&draft).words);
                commit.emit((*draft).clone());
            }
            "Backspace" if draft.is_empty() && !asked.chips.is_empty() => {
                let mut next = asked.clone();
                next.chips.pop();
                on_ask.emit(next);
            }
            "ArrowDown" if draft.is_empty() => {
                event.prevent_default();
                web::focus("tbody [data-row]");
            }
            _ => {}
        })
    };
    let chips = props.asked.chips.iter().enumerate().map(|(index, chip)| {
        let (asked, on_ask, node) = (props.asked.clone(), props.on_ask.clone(), node.clone());
        let remove = Callback::from(move |_: MouseEvent| {
            let mut next = asked.clone();
            next.chips.remove(index);
            on_ask.emit(next);
            if let Some(input) = node.cast::<HtmlInputElement>() {
                web::focus_on(&input);
            }
        });
        let bad = props.unknown.contains(chip);
        let text = format!("{}:{}", chip.field.name(), chip.value);
        html! {
            <span class={classes!("chip", "max-w-60", bad.then_some("!border-error"))} key={chip.field.name()}>
                <b>{chip.field.name()}{":"}</b><i class="truncate">{&chip.value}</i>
                <button type="button" aria-label={t.chips_remove(&text)} title={t.chips_remove(&text)} onclick={remove}>{Icon::X.with("icon size-3")}</button>
            </span>
        }
    });
    let fields = Field::ALL.map(Field::name).join(":, ");
    html! {
        <div class="flex-1 min-w-60">
            <div class="input input-sm chips w-full !h-auto min-h-8 !py-[3px]">
                {Icon::Search.with("icon icon-sm text-ink-3")}
                {for chips}
                <input ref={node} type="search" class="flex-1 min-w-24" list="log-suggestions" value={(*draft).clone()} {oninput} {onkeydown}
                    placeholder={if props.asked.is_empty() { t.logs_search() } else { "" }} aria-label={t.logs_search()}
                    aria-describedby="log-filter-note" autocomplete="off" autocapitalize="off" spellcheck="false" />
                <kbd class="kbd kbd-xs max-md:hidden" aria-hidden="true">{"/"}</kbd>
            </div>
            <datalist id="log-suggestions">for text in &props.suggestions { <option value={text.clone()} key={text.clone()} /> }</datalist>
            if let Some(chip) = props.unknown.first() {
                <p id="log-filter-note" class="help-err" role="alert">{t.logs_unknown(&format!("{}:{}", chip.field.name(), chip.value))}</p>
            } else {
                <span id="log-filter-note" class="sr-only">{t.logs_search_help(&fields)}</span>
            }
        </div>
    }
}
