//! How the console looks and speaks, in this browser.

use yew::prelude::*;

use super::{page, row::Row};
use crate::{
    i18n::use_text,
    prefs::{LanguageChoice, ThemeChoice},
};

#[component]
pub(crate) fn Appearance() -> Html {
    let t = use_text();
    let content = html! {<>
        <Row id="language" title={t.prefs_language()} text={html! { t.settings_language_text() }}><LanguageChoice /></Row>
        <Row id="theme" title={t.prefs_theme()} text={html! { t.settings_theme_text() }}><ThemeChoice /></Row>
    </>};
    page(t.settings_appearance(), t.settings_appearance_text(), content)
}
