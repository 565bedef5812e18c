//! The part of a model's drawer that says what it costs, who says so, and what it cost before.

use ::api::{
    Fields,
    bill::PriceClass,
    models::Model,
    prices::{Price, PriceHistory, PriceSource, Pricing},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::price::{
    BOTH_NEEDED, NOT_MONEY, PriceDraft, TIER_CLASSES, TierDraft, class_name, is_free, no_price, sentence,
};
use crate::{
    api,
    i18n::{Text, use_text},
    parts::{field::TextField, form::NOT_A_NUMBER, icon::Icon},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct PriceFormProps {
    /// A new one if absent.
    pub(crate) model: Option<Model>,
    pub(crate) draft: PriceDraft,
    pub(crate) faults: Fields,
    pub(crate) on_change: Callback<PriceDraft>,
}

/// What most models have a price for.
const FIRST: [PriceClass; 5] =
    [PriceClass::Input, PriceClass::Output, PriceClass::CacheRead, PriceClass::CacheWrite5m, PriceClass::CacheWrite1h];

const MORE: [PriceClass; 6] = [
    PriceClass::Reasoning,
    PriceClass::InputAudio,
    PriceClass::InputImage,
    PriceClass::OutputAudio,
    PriceClass::Request,
    PriceClass::Image,
];

/// Prices of the past that are shown.
const MOST: usize = 8;

#[component]
pub(crate) fn PriceForm(props: &PriceFormProps) -> Html {
    let t = use_text();
    let history = use_state(|| None::<PriceHistory>);
    let id = props.model.as_ref().map(|model| model.id);
    use_effect_with(id, {
        let history = history.setter();
        move |id| {
            if let Some(id) = *id {
                spawn_local(async move {
                    // Without it the form still says what holds.
                    if let Ok(answer) = api::models::prices(id).await {
                        history.set(Some(answer));
                    }
                });
            }
        }
    });
    let said = history.as_ref().and_then(|history| history.catalogue.clone());
    let field = |class: PriceClass| {
        let (draft, on_change) = (props.draft.clone(), props.on_change.clone());
        let error = fault(t, &props.faults, &format!("pricing.{}", class.field()));
        // What holds where the form says nothing.
        let placeholder = if props.draft.is_empty() {
            said.as_ref().and_then(|said| said.own(class)).map(|nusd| t.price(nusd)).unwrap_or_default()
        } else {
            props.draft.fallback(class)
        };
        html! {
            <TextField key={class.as_str()} id={class.field()} label={class_name(t, class)} value={props.draft.text(class)} {placeholder}
                inputmode="decimal" {error} on_input={Callback::from(move |text| on_change.emit(draft.with(class, text)))} />
        }
    };
    let back = {
        let on_change = props.on_change.clone();
        move |_: MouseEvent| on_change.emit(PriceDraft::default())
    };
    let take = said.clone().map(|said| {
        let on_change = props.on_change.clone();
        move |_: MouseEvent| on_change.emit(PriceDraft::of(&said))
    });
    let add = {
        let (draft, on_change) = (props.draft.clone(), props.on_change.clone());
        move |_: MouseEvent| {
            let mut draft = draft.clone();
            draft.tiers.push(TierDraft::default());
            on_change.emit(draft);
        }
    };
    let from = {
        let (draft, on_change) = (props.draft.clone(), props.on_change.clone());
        Callback::from(move |moment: String| on_change.emit(draft.from(moment)))
    };
    let empty = props.draft.is_empty();
    let more_open = MORE.iter().any(|class| !props.draft.text(*class).is_empty());
    html! {
        <section aria-labelledby="price">
            <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1 mb-2">
                <h3 id="price" class="h2">{t.price_title()}</h3>
                <span class="text-xs text-ink-2">{t.price_unit()}</span>
                <span class="ml-auto text-xs">{source(t, props.model.as_ref(), empty)}</span>
            </div>
            <div class="grid grid-cols-2 md:grid-cols-3 gap-4 items-start">{for FIRST.into_iter().map(field)}</div>
            <details class="mt-3 text-sm" open={more_open}>
                <summary class="cursor-pointer text-ink-2">{t.price_more()}</summary>
                <div class="mt-3 grid grid-cols-2 md:grid-cols-3 gap-4 items-start">{for MORE.into_iter().map(field)}</div>
            </details>
            {for (0..props.draft.tiers.len()).map(|index| tier(t, props, index))}
            <button type="button" class="act text-sm mt-3 flex items-center gap-1.5 cursor-pointer" onclick={add}>{Icon::Plus.small()}{t.price_tier_add()}</button>
            if props.model.is_some() {
                <div class="mt-4 grid sm:grid-cols-2 md:grid-cols-3 gap-4 items-start">
                    <TextField id="valid_from" kind="datetime-local" label={t.price_valid_from()} value={props.draft.valid_from.clone()}
                        error={fault(t, &props.faults, "valid_from")} help={html! { t.price_valid_from_help() }} on_input={from} />
                </div>
            }
            if let Some(said) = &said {
                <p class="mt-3 text-xs text-ink-2">
                    {t.price_catalogue_says(&history.as_ref().map(|history| history.catalogue_date.clone()).unwrap_or_default())}{" "}
                    {whole(t, said)}{" "}
                    if !empty {
                        <button type="button" class="act cursor-pointer" onclick={back}>{t.price_back()}</button>
                    } else if let Some(take) = take {
                        <button type="button" class="act cursor-pointer" onclick={take}>{t.price_take()}</button>
                    }
                </p>
            } else if !empty {
                <p class="mt-3 text-xs text-ink-2"><button type="button" class="act cursor-pointer" onclick={back}>{t.price_remove()}</button></p>
            }
            if let Some(history) = &*history { {past(t, &history.items)} }
        </section>
    }
}

/// Who says what it costs.
fn source(t: Text, model: Option<&Model>, empty: bool) -> Html {
    if !empty {
        return html! { <span class="text-ink-2">{t.price_own()}</span> };
    }
    if model.is_some_and(|model| model.price_source.is_none()) {
        return no_price(t);
    }
    html! { <span class="text-ink-2">{t.price_from_catalogue()}</span> }
}

fn whole(t: Text, pricing: &Pricing) -> String {
    if is_free(pricing) { t.price_free().to_owned() } else { sentence(t, |class| pricing.own(class)) }
}

/// What is wrong at a place, in the reader's language.
fn fault(t: Text, faults: &Fields, at: &str) -> Option<AttrValue> {
    Some(AttrValue::from(match faults.get(at)?.as_str() {
        NOT_MONEY => t.price_fault().to_owned(),
        BOTH_NEEDED => t.price_both().to_owned(),
        NOT_A_NUMBER => t.field_whole_number().to_owned(),
        fault => t.server(fault),
    }))
}

/// The prices above a length of the input, in a row of fields.
fn tier(t: Text, props: &PriceFormProps, index: usize) -> Html {
    let change = |change: fn(&mut TierDraft, usize, String), at: usize| {
        let (draft, on_change) = (props.draft.clone(), props.on_change.clone());
        Callback::from(move |text: String| {
            let mut draft = draft.clone();
            change(&mut draft.tiers[index], at, text);
            on_change.emit(draft);
        })
    };
    let remove = {
        let (draft, on_change) = (props.draft.clone(), props.on_change.clone());
        move |_: MouseEvent| {
            let mut draft = draft.clone();
            draft.tiers.remove(index);
            on_change.emit(draft);
        }
    };
    let tier = &props.draft.tiers[index];
    let at = |field: &str| format!("pricing.tiers[{index}].{field}");
    let fields = TIER_CLASSES.into_iter().enumerate().map(|(number, class)| {
        let id = at(class.field());
        html! {
            <TextField key={number} id={id.clone()} label={class_name(t, class)} value={tier.texts[number].clone()} placeholder={props.draft.text(class)}
                inputmode="decimal" error={fault(t, &props.faults, &id)} on_input={change(|tier, at, text| tier.texts[at] = text, number)} />
        }
    });
    let above = at("above_input_tokens");
    let number = (index + 1).to_string();
    html! {
        <fieldset key={index} class="mt-3 grid grid-cols-2 md:grid-cols-4 gap-4 items-start relative pr-9">
            <TextField id={above.clone()} label={t.price_tier_above()} value={tier.above.clone()} placeholder="200000" inputmode="numeric"
                error={fault(t, &props.faults, &above)} on_input={change(|tier, _, text| tier.above = text, 0)} />
            {for fields}
            <button type="button" class="btn btn-ghost btn-sm btn-square absolute right-0 top-[22px]" aria-label={t.price_tier_remove(&number)} title={t.price_tier_remove(&number)}
                onclick={remove}>{Icon::X.view()}</button>
        </fieldset>
    }
}

fn tiers(t: Text, tiers: &[::api::prices::PriceTier]) -> Html {
    html! {
        for tier in tiers {
            <span key={tier.above_input_tokens} class="block text-xs text-ink-2 font-normal">
                {t.price_above(&t.number(tier.above_input_tokens))}{" "}{sentence(t, |class| tier.own(class))}
            </span>
        }
    }
}

/// What it cost, costs and will cost, the latest first.
fn past(t: Text, prices: &[Price]) -> Html {
    if prices.is_empty() {
        return Html::default();
    }
    let row = |price: &Price| {
        let from = price.valid_from.as_millis();
        let who = match (price.source, &price.pricing) {
            (PriceSource::User, None) => t.price_given_up().to_owned(),
            (PriceSource::User, Some(_)) => t.price_own().to_owned(),
            (PriceSource::Catalogue, _) => t.price_of_catalogue(price.catalogue.as_deref().unwrap_or_default()),
        };
        let amount = |nusd: Option<i64>| nusd.map_or_else(|| "—".to_owned(), |nusd| t.price(nusd));
        let input = price.pricing.as_ref().map(|pricing| pricing.input_nusd_per_mtok);
        let output = price.pricing.as_ref().map(|pricing| pricing.output_nusd_per_mtok);
        html! {
            <tr key={price.id} class={price.in_effect.then_some("font-medium")}>
                <td class="whitespace-nowrap">{t.exact(from, web::utc_offset(from))}</td>
                <td class="w-full">
                    {who}{if price.in_effect { format!(" · {}", t.price_in_effect()) } else { String::new() }}
                    {tiers(t, price.pricing.as_ref().map_or(&[][..], |pricing| &pricing.tiers))}
                </td>
                <td class="n">{amount(input)}</td>
                <td class="n">{amount(output)}</td>
            </tr>
        }
    };
    html! {
        <details class="mt-3 text-sm">
            <summary class="cursor-pointer text-ink-2">{t.price_history(prices.len())}</summary>
            <div class="panel overflow-x-auto mt-2" tabindex="0" role="region" aria-label={t.price_history(prices.len())}><table class="dt dt-in [&_td]:!h-[28px] [&_td]:whitespace-normal">
                <thead><tr>
                    <th scope="col">{t.price_since()}</th><th scope="col">{t.price_source()}</th>
                    <th scope="col" class="n">{t.price_input()}</th><th scope="col" class="n">{t.price_output()}</th>
                </tr></thead>
                <tbody>{for prices.iter().take(MOST).map(row)}</tbody>
            </table></div>
        </details>
    }
}
