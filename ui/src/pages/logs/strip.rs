//! How many requests when: a bar each, the failed part at its foot. A bar zooms in on its time.

use api::logs::LogSummary;
use yew::prelude::*;

use crate::{
    i18n::{Text, use_text},
    web,
};

const HEIGHT: i64 = 52;

#[derive(Properties, PartialEq)]
pub(crate) struct StripProps {
    pub(crate) summary: std::rc::Rc<LogSummary>,
    /// From, and the first moment after; in milliseconds.
    pub(crate) on_zoom: Callback<(i64, i64)>,
}

#[component]
pub(crate) fn Strip(props: &StripProps) -> Html {
    let t = use_text();
    let summary = &props.summary;
    let most = summary.buckets.iter().map(|bucket| bucket.requests).max().unwrap_or(0).max(1);
    let count = i64::try_from(summary.buckets.len()).unwrap_or(1).max(1);
    let end = summary.to.as_millis();
    let width = (end - summary.from.as_millis()) / count;
    let bars = summary.buckets.iter().enumerate().map(|(index, bucket)| {
        let x = i64::try_from(index).unwrap_or(0) * 10;
        let from = bucket.at.as_millis();
        let to = summary.buckets.get(index + 1).map_or(end, |next| next.at.as_millis());
        let tall = |requests: i64| if requests == 0 { 0 } else { (requests * HEIGHT / most).max(2) };
        let (all, failed) = (tall(bucket.requests), tall(bucket.failed));
        // Nobody looked there: that isn't the same as a quiet time.
        let uncounted = summary.scanned_to.is_some_and(|since| to <= since.as_millis());
        let label = label(t, (from, to, width), (!uncounted).then_some((bucket.requests, bucket.failed)));
        let on_zoom = props.on_zoom.clone();
        // Nothing is smaller than a second.
        let zoom = (bucket.requests > 0 && to - from >= 2_000).then(|| Callback::from(move |_: MouseEvent| on_zoom.emit((from, to))));
        html! {
            <g key={index} class={zoom.is_some().then_some("cursor-pointer")} onclick={zoom}>
                <title>{label}</title>
                <rect x={x.to_string()} y="0" width="10" height={HEIGHT.to_string()} fill="transparent" />
                if uncounted {
                    <rect class="fill-base-200" x={x.to_string()} y="0" width="10" height={HEIGHT.to_string()} />
                } else if all == 0 {
                    <rect class="fill-line-2" x={(x + 1).to_string()} y={(HEIGHT - 1).to_string()} width="8" height="1" />
                } else {
                    <rect class="strip-bar" x={(x + 1).to_string()} y={(HEIGHT - all).to_string()} width="8" height={all.to_string()} />
                    <rect class="strip-failed" x={(x + 1).to_string()} y={(HEIGHT - failed).to_string()} width="8" height={failed.to_string()} />
                }
            </g>
        }
    });
    let marks = (0..=4).map(|quarter| {
        let at = summary.from.as_millis() + (end - summary.from.as_millis()) * quarter / 4;
        html! { <span>{moment(t, at, end - summary.from.as_millis())}</span> }
    });
    let view_box = format!("0 0 {} {HEIGHT}", count * 10);
    let described = t.logs_strip(summary.requests, &t.number(summary.failed));
    html! {
        <div class="px-4 md:px-6 pt-3 pb-2 border-b border-line">
            <svg class="block w-full h-[52px]" viewBox={view_box} preserveAspectRatio="none" role="img" aria-label={described}>{for bars}</svg>
            <div class="axis mt-1 flex justify-between" aria-hidden="true">{for marks}</div>
        </div>
    }
}

/// A time of an axis that is `length` long.
fn moment(t: Text, at: i64, length: i64) -> String {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let offset = web::utc_offset(at);
    if length > 2 * DAY { t.date(web::now(), at, offset) } else { t.hour_minute(at, offset) }
}

/// Of a bar: its time, and how many requests there were and failed, if they were counted.
fn label(t: Text, (from, to, width): (i64, i64, i64), counts: Option<(i64, i64)>) -> String {
    let times = if width >= 60_000 {
        let day = if width >= 3_600_000 {
            format!("{} ", t.date(web::now(), from, web::utc_offset(from)))
        } else {
            String::new()
        };
        format!("{day}{} – {}", t.hour_minute(from, web::utc_offset(from)), t.hour_minute(to, web::utc_offset(to)))
    } else {
        t.exact(from, web::utc_offset(from))
    };
    let counted = counts.map(|(requests, failed)| t.logs_strip(requests, &t.number(failed)));
    format!("{times}: {}", counted.unwrap_or_else(|| t.logs_strip_uncounted().to_owned()))
}
