//! Numbers over time: stacked columns, or lines. Drawn by `static/chart.js`; what is read out, by mouse, by arrow keys or as a table,
//! is here.

use gloo_timers::callback::Timeout;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::{
    format::shortest,
    i18n::{Text, use_text},
};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Series {
    #[serde(skip)]
    pub(crate) name: AttrValue,
    /// A custom property of the theme, such as `--s1`.
    pub(crate) color: &'static str,
    pub(crate) dashed: bool,
    /// One a point in time; `None` leaves a gap.
    pub(crate) values: Vec<Option<i64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The first series at the ground.
    Stacked,
    Lines,
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ChartProps {
    /// What is shown, for screen readers and as the table's caption.
    pub(crate) label: AttrValue,
    pub(crate) kind: Kind,
    /// Starts of the points' spans, in milliseconds, equally far apart.
    pub(crate) at: Vec<i64>,
    /// How long a point's span is, in milliseconds.
    pub(crate) step: i64,
    pub(crate) series: Vec<Series>,
    /// In pixels.
    pub(crate) height: u32,
    /// A number on the axis and in the read-out.
    pub(crate) value: Callback<i64, String>,
    /// A moment on the axis, in milliseconds.
    pub(crate) time: Callback<i64, String>,
    /// The points go on until now.
    #[prop_or_default]
    pub(crate) ends_now: bool,
    /// A point's span in full, by its number.
    pub(crate) span: Callback<usize, String>,
    /// The point was chosen.
    #[prop_or_default]
    pub(crate) on_choose: Option<Callback<usize>>,
    /// Below the read-out, such as what choosing does.
    #[prop_or_default]
    pub(crate) hint: Option<Callback<usize, String>>,
}

#[derive(Serialize)]
struct Spec<'s> {
    at: Vec<i64>,
    step: i64,
    stacked: bool,
    series: &'s [Series],
    height: u32,
    end: Option<&'static str>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = aigwChart, catch)]
    fn draw(root: &Element, spec: &str, on: &JsValue) -> Result<js_sys::Function, JsValue>;
}

/// The start of the span that is read out, and where, in pixels from the chart's left. A moment, not a number: the points may
/// move along under the reader.
type Hover = Option<(i64, i32)>;

#[component]
pub(crate) fn Chart(props: &ChartProps) -> Html {
    let t = use_text();
    let (root, popover) = (use_node_ref(), use_node_ref());
    let hover = use_state(|| Hover::None);
    let as_table = use_state(|| false);
    {
        let (root, hover, props) = (root.clone(), hover.setter(), props.clone());
        // Callbacks are new each time; what they say changes with the numbers or the language.
        let drawn = (props.kind, props.at.clone(), props.series.clone(), props.height, props.ends_now, t);
        use_effect_with(drawn, move |_| {
            let drawing = root.cast::<Element>().and_then(|root| Drawing::new(t, &root, &props, hover));
            move || drop(drawing)
        });
    }
    {
        let (root, popover) = (root.clone(), popover.clone());
        use_effect_with(*hover, move |hover| {
            if let (Some((_, left)), Some(root), Some(popover)) =
                (*hover, root.cast::<HtmlElement>(), popover.cast::<HtmlElement>())
            {
                // Beside the cursor, on the side that has room.
                let width = popover.offset_width();
                let right = left + 12;
                let x = if right + width > root.offset_width() { (left - 12 - width).max(0) } else { right };
                let _valid = popover.style().set_property("left", &format!("{x}px"));
            }
        });
    }
    {
        let hover = hover.setter();
        use_effect_with(props.step, move |_| hover.set(None));
    }
    let count = props.at.len();
    let read = hover.and_then(|(start, _)| props.at.binary_search(&start).ok());
    let onkeydown = {
        let (hover, choose, starts) = (hover.setter(), props.on_choose.clone(), props.at.clone());
        Callback::from(move |event: KeyboardEvent| {
            let at = read;
            let next = match event.key().as_str() {
                "ArrowRight" => at.map_or(0, |at| (at + 1).min(count.saturating_sub(1))),
                "ArrowLeft" => at.map_or(count.saturating_sub(1), |at| at.saturating_sub(1)),
                "Enter" => {
                    if let (Some(at), Some(choose)) = (at, &choose) {
                        choose.emit(at);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            if let Some(start) = starts.get(next) {
                hover.set(Some((*start, place(&event, next, count))));
            }
        })
    };
    let onblur = {
        let hover = hover.setter();
        Callback::from(move |_: FocusEvent| hover.set(None))
    };
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let read_out = read.map(|index| read_out(props, index));
    html! {
        <div class="chart">
            <div class="relative" tabindex="0" role="group" aria-roledescription={t.chart_role()} aria-label={&props.label} {onkeydown} {onblur}>
                <div ref={root} class={classes!(props.on_choose.is_some().then_some("cursor-pointer"))} aria-hidden="true"></div>
                <div ref={popover} class="chart-popover" aria-live="polite" hidden={read_out.is_none()}>{read_out}</div>
            </div>
            <button type="button" class="chart-switch" aria-expanded={if *as_table { "true" } else { "false" }} onclick={toggle}>
                {if *as_table { t.chart_hide_table() } else { t.chart_show_table() }}
            </button>
            if *as_table { {table(props)} }
        </div>
    }
}

/// Where a point stands, in pixels, when the keyboard leads there.
fn place(event: &KeyboardEvent, index: usize, count: usize) -> i32 {
    let target = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let width = target.map_or(0, |target| target.offset_width());
    let (index, count) = (i32::try_from(index).unwrap_or(0), i32::try_from(count).unwrap_or(1).max(1));
    width.saturating_mul(index) / count
}

fn swatch(series: &Series) -> Html {
    html! { <svg class="sw" aria-hidden="true"><rect width="8" height="8" rx="2" fill={format!("var({})", series.color)} /></svg> }
}

fn read_out(props: &ChartProps, index: usize) -> Html {
    let value = |series: &Series| series.values.get(index).copied().flatten();
    let total: i64 = props.series.iter().filter_map(value).sum();
    let lines = props.series.iter().filter(|series| props.kind == Kind::Lines || value(series).is_some_and(|v| v != 0));
    html! {<>
        <div class="flex justify-between gap-4 font-medium mb-1">
            <span>{props.span.emit(index)}</span>
            if props.kind == Kind::Stacked { <span>{props.value.emit(total)}</span> }
        </div>
        for series in lines {
            <div class="flex items-center gap-1.5 leading-[18px] text-ink-2" key={series.name.to_string()}>
                {swatch(series)}<span class="truncate">{&series.name}</span>
                <span class="ml-auto pl-3 text-base-content">{value(series).map_or_else(|| "—".to_owned(), |value| props.value.emit(value))}</span>
            </div>
        }
        if let Some(hint) = &props.hint { <div class="mt-1 pt-1 border-t border-line text-ink-3">{hint.emit(index)}</div> }
    </>}
}

fn table(props: &ChartProps) -> Html {
    let cell = |value: Option<i64>| value.map_or_else(|| "—".to_owned(), |value| props.value.emit(value));
    html! {
        <div class="panel mt-2 max-h-72 overflow-auto" tabindex="0" role="region" aria-label={&props.label}>
            <table class="dt dt-in">
                <caption class="sr-only">{&props.label}</caption>
                <thead><tr><td></td>for series in &props.series { <th scope="col" class="n" key={series.name.to_string()}>{&series.name}</th> }</tr></thead>
                <tbody>
                    for index in 0..props.at.len() {
                        <tr key={index}><th scope="row">{props.span.emit(index)}</th>
                            for series in &props.series { <td class="n" key={series.name.to_string()}>{cell(series.values.get(index).copied().flatten())}</td> }</tr>
                    }
                </tbody>
            </table>
        </div>
    }
}

/// What is drawn, and the functions that it calls.
struct Drawing {
    remove: js_sys::Function,
    _value: Closure<dyn Fn(f64) -> String>,
    _time: Closure<dyn Fn(f64) -> String>,
    _hover: Closure<dyn Fn(i32, f64)>,
    _choose: Closure<dyn Fn(u32)>,
}

/// A round number as short as it can be said.
fn tick(number: i64, value: &Callback<i64, String>) -> String {
    if number == 0 { "0".to_owned() } else { shortest(&value.emit(number)) }
}

impl Drawing {
    #[expect(clippy::cast_possible_truncation, reason = "pixels, and numbers that came as integers")]
    fn new(t: Text, root: &Element, props: &ChartProps, hover: UseStateSetter<Hover>) -> Option<Self> {
        if props.at.is_empty() {
            return None;
        }
        let spec = Spec {
            at: props.at.iter().map(|at| at / 1_000).collect(),
            step: props.step / 1_000,
            stacked: props.kind == Kind::Stacked,
            series: &props.series,
            height: props.height,
            end: props.ends_now.then(|| t.chart_now()),
        };
        let spec = serde_json::to_string(&spec).ok()?;
        let (value, time) = (props.value.clone(), props.time.clone());
        let value = Closure::<dyn Fn(f64) -> String>::new(move |number: f64| tick(number as i64, &value));
        let time = Closure::<dyn Fn(f64) -> String>::new(move |seconds: f64| time.emit((seconds * 1_000.0) as i64));
        let starts = props.at.clone();
        let hovered = Closure::<dyn Fn(i32, f64)>::new(move |index: i32, left: f64| {
            // Drawing moves the cursor too: what it says is taken up after that.
            let hover = hover.clone();
            let start = usize::try_from(index).ok().and_then(|index| starts.get(index));
            let at = start.map(|start| (*start, left as i32));
            Timeout::new(0, move || hover.set(at)).forget();
        });
        let on_choose = props.on_choose.clone();
        let choose = Closure::<dyn Fn(u32)>::new(move |index: u32| {
            if let (Some(on_choose), Ok(index)) = (&on_choose, usize::try_from(index)) {
                on_choose.emit(index);
            }
        });
        let on = js_sys::Object::new();
        let functions: [(&str, &JsValue); 4] = [
            ("value", value.as_ref()),
            ("time", time.as_ref()),
            ("hover", hovered.as_ref()),
            ("choose", choose.as_ref()),
        ];
        for (name, function) in functions {
            js_sys::Reflect::set(&on, &name.into(), function).ok()?;
        }
        let remove = draw(root, &spec, &on).ok()?;
        Some(Self { remove, _value: value, _time: time, _hover: hovered, _choose: choose })
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        let _gone = self.remove.call0(&JsValue::UNDEFINED);
    }
}
