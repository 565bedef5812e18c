//! A button that offers a list as a file.

use ::api::export::ExportFormat;
use yew::prelude::*;

use super::{
    icon::Icon,
    menu::{Item, Menu},
};
use crate::{i18n::use_text, web};

#[derive(Properties, PartialEq)]
pub(crate) struct ExportProps {
    /// Where the file is, by its format; asked when one is chosen.
    pub(crate) path: Callback<&'static str, String>,
}

#[component]
pub(crate) fn Export(props: &ExportProps) -> Html {
    let t = use_text();
    let item = |(format, label): (ExportFormat, &'static str)| {
        let run = props.path.reform(move |()| format.as_str());
        Item::new(Icon::Download.view(), label, Callback::from(move |()| web::download(&run.emit(()))))
    };
    let items: Vec<Item> =
        [(ExportFormat::Csv, t.export_csv()), (ExportFormat::Ndjson, t.export_json())].map(item).into();
    html! {
        <Menu id="export" label={t.export_label()} {items} class="btn btn-ghost btn-sm btn-square shrink-0">{Icon::Download.view()}</Menu>
    }
}
