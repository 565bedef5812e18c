//! A number in a table that can be changed where it stands: Enter saves, Escape reverts.

use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct NumberCellProps {
    pub(crate) label: AttrValue,
    pub(crate) value: i64,
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) on_save: Callback<i64>,
}

#[component]
pub(crate) fn NumberCell(props: &NumberCellProps) -> Html {
    let draft = use_state(|| None::<String>);
    let shown = draft.as_deref().map_or_else(|| props.value.to_string(), str::to_owned);
    let valid = parse(&shown, props.min, props.max);

    let save = {
        let (draft, value, on_save) = (draft.clone(), props.value, props.on_save.clone());
        Callback::from(move |()| {
            if draft.is_some() {
                draft.set(None);
                if let Some(number) = valid.filter(|number| *number != value) {
                    on_save.emit(number);
                }
            }
        })
    };
    let oninput = {
        let draft = draft.setter();
        Callback::from(move |event: InputEvent| {
            draft.set(Some(event.target_unchecked_into::<HtmlInputElement>().value()));
        })
    };
    let onfocus = Callback::from(|event: FocusEvent| event.target_unchecked_into::<HtmlInputElement>().select());
    let onblur = save.reform(|_: FocusEvent| ());
    let onkeydown = Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => save.emit(()),
        "Escape" => draft.set(None),
        _ => {}
    });
    html! {
        <input class="cell-edit w-14" type="text" inputmode="numeric" role="spinbutton" aria-label={&props.label}
            aria-valuenow={props.value.to_string()} aria-valuemin={props.min.to_string()} aria-valuemax={props.max.to_string()}
            aria-invalid={valid.is_none().then_some("true")} value={shown} {oninput} {onfocus} {onblur} {onkeydown} />
    }
}

fn parse(text: &str, min: i64, max: i64) -> Option<i64> {
    text.trim().parse().ok().filter(|number| (min..=max).contains(number))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_whole_numbers_within_bounds_are_saved() {
        assert_eq!(parse(" 150 ", 1, 10_000), Some(150));
        for bad in ["", "0", "10001", "1.5", "many"] {
            assert_eq!(parse(bad, 1, 10_000), None, "{bad}");
        }
    }
}
