//! Every part in every state, for those who build the console. Development builds only (feature `design`); its words
//! are not translated, because nobody else sees them.

use yew::prelude::*;

use crate::{
    api::Failure,
    i18n::{Text, use_text},
    parts::{
        async_view::{FailureView, Skeleton},
        bulk_bar::{BulkBar, bulk_action, bulk_danger},
        chart::{Chart, Kind, Series},
        chips::Chips,
        code::Code,
        columns::{Column, column_chooser, use_columns},
        combobox::{ComboOption, Combobox},
        copy::CopyButton,
        dialog::{Confirm, Dialog},
        editor::EditorFrame,
        empty::Empty,
        field::TextField,
        form::Progress,
        header::{AddButton, PageHeader},
        icon::Icon,
        markdown::Markdown,
        menu::{Item, Menu},
        meter::Meter,
        number_cell::NumberCell,
        range::RangeMenu,
        secrets::SecretsField,
        segmented::{Choice, Segmented},
        select::{SelectField, SelectOption},
        status::{Glyph, status},
        table::{Checkbox, Density, Search},
        tabs::Tabs,
        time::Ago,
        toast::use_toaster,
        toggle::Toggle,
    },
    range::{Range, Span},
    web::{self, use_title},
};

#[derive(Clone, Copy, PartialEq)]
enum Overlay {
    Dialog,
    Confirm,
    Drawer,
}

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    State,
    Tokens,
}

impl Column for Shown {
    const ALL: &'static [Self] = &[Self::State, Self::Tokens];

    fn key(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Tokens => "tokens",
        }
    }

    fn label(self, _: Text) -> &'static str {
        match self {
            Self::State => "State",
            Self::Tokens => "Tokens",
        }
    }
}

fn section(title: &'static str, content: Html) -> Html {
    html! {
        <section class="px-4 md:px-6 py-5 border-t border-line" aria-label={title}>
            <h2 class="h2 mb-3">{title}</h2>{content}
        </section>
    }
}

#[component]
pub(crate) fn DesignPage() -> Html {
    use_title("Design");
    let overlay = use_state(|| None::<Overlay>);
    let close = {
        let overlay = overlay.setter();
        Callback::from(move |()| overlay.set(None))
    };
    html! {
        <div class="md:overflow-y-auto">
            <PageHeader title="Design" note={html! { "every part, in every state" }}>
                <AddButton label="Add" on_add={Callback::noop()} />
            </PageHeader>
            <Actions open={overlay.setter()} />
            <States />
            <Fields />
            <Tables />
            <Numbers />
            <Charts />
            <Prose />
            <Outcomes />
            {match *overlay {
                None => Html::default(),
                Some(Overlay::Dialog) => html! {
                    <Dialog title="A dialog names its object" text={Some(AttrValue::from("What it means, in a sentence."))} on_close={&close}
                        footer={html! { <button type="button" class="btn btn-primary btn-sm ml-auto">{"Do it"}</button> }}>
                        <div class="mt-4"><TextField id="in-dialog" label="Name" value="" autofocus=true on_input={Callback::noop()} /></div>
                    </Dialog>
                },
                Some(Overlay::Confirm) => html! {
                    <Confirm title="Delete “main”?" text="This cannot be undone." action="Delete" on_confirm={&close} on_close={&close} />
                },
                Some(Overlay::Drawer) => html! {
                    <EditorFrame title="A drawer" progress={Progress { dirty: true, busy: false, refusal: Some("What the server says of no field.".to_owned()) }}
                        is_new=false on_save={&close} on_close={&close}>
                        <p>{"Edits one thing beside its list."}</p>
                    </EditorFrame>
                },
            }}
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ActionsProps {
    open: UseStateSetter<Option<Overlay>>,
}

#[component]
fn Actions(props: &ActionsProps) -> Html {
    let toaster = use_toaster();
    let open = |overlay: Overlay| {
        let open = props.open.clone();
        move |_: MouseEvent| open.set(Some(overlay))
    };
    let (done, undo, failed) = (toaster.clone(), toaster.clone(), toaster);
    let items = vec![
        Item::new(Icon::Pencil.view(), "Edit", Callback::noop()),
        Item::new(Icon::Trash2.view(), "Delete", Callback::noop()).danger(),
    ];
    section(
        "Actions",
        html! {
            <div class="flex flex-wrap items-center gap-2">
                <button type="button" class="btn btn-primary btn-sm">{"Primary"}</button>
                <button type="button" class="btn btn-sm">{"Plain"}</button>
                <button type="button" class="btn btn-ghost btn-sm">{"Ghost"}</button>
                <button type="button" class="btn btn-sm !text-error">{"Destroys"}</button>
                <button type="button" class="btn btn-primary btn-sm" disabled=true>{"Disabled"}</button>
                <Menu id="design-menu" label="More" {items}>{Icon::Ellipsis.view()}</Menu>
                <CopyButton text="copied" label="Copy a word" />
                <button type="button" class="btn btn-sm" onclick={open(Overlay::Dialog)}>{"Dialog"}</button>
                <button type="button" class="btn btn-sm" onclick={open(Overlay::Confirm)}>{"Confirm"}</button>
                <button type="button" class="btn btn-sm" onclick={open(Overlay::Drawer)}>{"Drawer"}</button>
                <button type="button" class="btn btn-sm" onclick={move |_| done.done("3 channels get requests again.")}>{"Toast"}</button>
                <button type="button" class="btn btn-sm" onclick={move |_| undo.undoable("“main” now has priority 7.", Callback::noop())}>{"Toast with undo"}</button>
                <button type="button" class="btn btn-sm" onclick={move |_| failed.failed("The gateway could not be reached.")}>{"Failure"}</button>
            </div>
        },
    )
}

#[component]
fn States() -> Html {
    let all = [
        (Glyph::Disc, "Healthy"),
        (Glyph::Ring, "Streaming"),
        (Glyph::Half, "Some failed"),
        (Glyph::Clock, "Expires in 3 days"),
        (Glyph::Cut, "Client left"),
        (Glyph::Triangle, "Key rejected"),
        (Glyph::Struck, "Disabled"),
        (Glyph::Dotted, "Untested"),
    ];
    section(
        "Status, tags, meters",
        html! {<>
            <div class="flex flex-wrap gap-x-6 gap-y-2">for (glyph, word) in all { {status(glyph, word)} }</div>
            <div class="mt-4 flex flex-wrap gap-2">
                <span class="tag">{"member"}</span><span class="tag tag-on">{"owner"}</span><span class="tag tag-ok">{"saved"}</span>
                <span class="tag tag-warn">{"no price"}</span><span class="tag tag-err">{"refused"}</span>
            </div>
            <div class="mt-4 grid gap-3 max-w-[420px]">
                <Meter label="$0 of $40 this week" permille={0} />
                <Meter label="$12 of $40 this week" permille={300} />
                <Meter label="$16 of $20 today" permille={800} />
                <Meter label="$21 of $20 today" permille={1_050} />
            </div>
        </>},
    )
}

#[component]
fn Fields() -> Html {
    let text = use_state(|| "laptop".to_owned());
    let words = use_state(|| vec!["gpt-5-mini".to_owned(), "gpt-5".to_owned()]);
    let (on, number, view, chosen) =
        (use_state(|| true), use_state(|| 10_i64), use_state(|| 0_u8), use_state(|| AttrValue::from("oa")));
    let set_text = text.setter();
    let (set_words, set_on, set_number, set_view, set_chosen) =
        (words.setter(), on.setter(), number.setter(), view.setter(), chosen.setter());
    let option = |value: &'static str, label: &'static str| ComboOption {
        value: value.into(),
        label: label.into(),
        alias: AttrValue::default(),
        tile: "Oa".into(),
        hint: "speaks Chat".into(),
    };
    section(
        "Fields",
        html! {
            <div class="grid gap-4 md:grid-cols-2 max-w-[820px]">
                <TextField id="d-text" label="Text" value={(*text).clone()} help={html! { "What it is for." }} on_input={move |value| set_text.set(value)} />
                <TextField id="d-wrong" label="With an error" value="" error={Some(AttrValue::from("Enter a name."))} on_input={Callback::noop()} />
                <TextField id="d-secret" label="Secret" kind="password" value="sk-1234" on_input={Callback::noop()} />
                <SelectField id="d-select" label="Choice" value="b" on_choose={Callback::noop()}
                    options={vec![SelectOption::new("a", "First"), SelectOption::new("b", "Second")]} />
                <Combobox id="d-combo" label="Long choice" options={vec![option("oa", "OpenAI"), option("an", "Anthropic")]} value={(*chosen).clone()}
                    on_choose={move |value| set_chosen.set(value)} />
                <Chips id="d-chips" label="Several" values={(*words).clone()} on_change={move |values| set_words.set(values)} />
                <label class="flex items-center gap-3 text-sm"><Toggle label="A switch" on={*on} on_change={move |value| set_on.set(value)} />{"A switch"}</label>
                <div class="flex items-center gap-3 text-sm">{"A number in place"}<NumberCell label="Priority" value={*number} min={0} max={100}
                    on_save={move |value| set_number.set(value)} /></div>
                <SecretsField id="d-secrets" label="Secrets, one a line" value="" on_input={Callback::noop()} on_add={Callback::noop()} />
                <Segmented<u8> label="Views" value={*view} on_choose={move |value| set_view.set(value)}
                    choices={vec![Choice::new(0, "All"), Choice { count: Some(2), ..Choice::new(1, "Need you") }, Choice::new(2, "Disabled")]} />
            </div>
        },
    )
}

#[component]
fn Tables() -> Html {
    let t = use_text();
    let columns = use_columns::<Shown>("design", &[]);
    let (picked, dense, tab) = (use_state(|| false), use_state(|| false), use_state(|| 0_u8));
    let (set_picked, set_dense, set_tab, clear) = (picked.setter(), dense.setter(), tab.setter(), picked.setter());
    section(
        "Tables and tabs",
        html! {<>
            <Tabs<u8> id="design" label="Views" value={*tab} on_choose={move |value| set_tab.set(value)} panel_class="pt-3"
                tabs={vec![Choice::new(0, "Overview"), Choice { count: Some(3), ..Choice::new(1, "Attempts") }]}>
                <div class="toolbar !px-0">
                    <Search value="" placeholder="Name" on_input={Callback::noop()} />
                    <span class="ml-auto"></span>
                    <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
                    {column_chooser::<Shown>(t, &columns)}
                </div>
                <table class={classes!("dt", dense.then_some("dt-dense"))} aria-label="Rows">
                    <thead><tr>
                        <th class="w-8"><Checkbox label="Select all" checked={*picked} partly=true on_change={Callback::noop()} /></th>
                        <th scope="col">{"Name"}</th>
                        if columns.has(Shown::State) { <th scope="col">{"State"}</th> }
                        if columns.has(Shown::Tokens) { <th scope="col" class="n">{"Tokens"}</th> }
                    </tr></thead>
                    <tbody>
                        <tr aria-selected={if *picked { "true" } else { "false" }}>
                            <td><Checkbox label="Select 月之暗面" checked={*picked} on_change={move |value| set_picked.set(value)} /></td>
                            <td class="font-medium">{"月之暗面 · gemini-3-pro-preview"}</td>
                            if columns.has(Shown::State) { <td>{status(Glyph::Disc, "Healthy")}</td> }
                            if columns.has(Shown::Tokens) { <td class="n">{t.tokens(61_400_000)}</td> }
                        </tr>
                    </tbody>
                </table>
            </Tabs<u8>>
            <div class="relative h-20">
                <BulkBar count={usize::from(*picked)} on_clear={move |()| clear.set(false)}>
                    {bulk_action(Icon::Check, t.do_enable(), &Callback::noop())}
                    {bulk_danger(Icon::Trash2, t.do_delete(), &Callback::noop())}
                </BulkBar>
            </div>
        </>},
    )
}

#[component]
fn Numbers() -> Html {
    let t = use_text();
    let now = web::now();
    let money = [0, 12_345, 13_900_000, 44_180_000_000, 1_234_567_890_000].map(|nusd| t.money(nusd)).join("  ");
    let tokens = [980, 9_999, 61_240, 61_400_000, 310_000_000].map(|count| t.tokens(count)).join("  ");
    let shares = [(20, 3_184), (827, 1_000), (1, 1)].map(|(part, whole)| t.percent(part, whole)).join("  ");
    section(
        "Money, tokens, times, code",
        html! {<>
            <dl class="kv text-sm">
                <dt>{"Money"}</dt><dd>{money}</dd>
                <dt>{"Tokens"}</dt><dd>{tokens}</dd>
                <dt>{"Shares"}</dt><dd>{shares}</dd>
                <dt>{"Durations"}</dt><dd>{[412, 1_240, 12_440].map(|millis| t.millis(millis)).join("  ")}</dd>
                <dt>{"Times"}</dt><dd><Ago time={::api::Time::from_millis(now - 42_000)} /></dd>
            </dl>
            <div class="mt-4 max-w-[560px]"><Code title="Environment" text="export OPENAI_BASE_URL=http://127.0.0.1:3000/v1" copy_label="Copy the variables" /></div>
        </>},
    )
}

/// A chart of these values, a day each.
fn chart(t: Text, label: &'static str, kind: Kind, values: &[&[Option<i64>]], show: fn(Text, i64) -> String) -> Html {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    const COLORS: [&str; 3] = ["--s1", "--s2", "--s3"];
    let count = values.first().map_or(0, |values| values.len());
    let today = web::now() - web::now() % DAY;
    let at: Vec<i64> = (0..count).rev().filter_map(|back| Some(today - i64::try_from(back).ok()? * DAY)).collect();
    let series = values.iter().zip(COLORS).enumerate().map(|(index, (values, color))| Series {
        name: format!("series {index}").into(),
        color,
        dashed: index == 1 && kind == Kind::Lines,
        values: values.to_vec(),
    });
    let time = move |at: i64| t.date(web::now(), at, web::utc_offset(at));
    let starts = at.clone();
    html! {
        <div><h3 class="text-xs text-ink-3 mb-1">{label}</h3>
            <Chart {label} {kind} {at} step={DAY} series={series.collect::<Vec<_>>()} height=140 ends_now=true value={Callback::from(move |value| show(t, value))}
                time={Callback::from(time)} span={Callback::from(move |index: usize| starts.get(index).map_or_else(String::new, |at| time(*at)))} /></div>
    }
}

#[component]
fn Charts() -> Html {
    /// Thirty million dollars.
    const HUGE: i64 = 30_000_000_000_000_000;
    let t = use_text();
    let of = |values: &[i64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    let count = |t: Text, value: i64| t.number(value);
    let money = |t: Text, nusd: i64| t.money(nusd);
    let millis = |t: Text, millis: i64| t.millis(millis);
    section(
        "Charts",
        html! {
            <div class="grid gap-6 md:grid-cols-2 xl:grid-cols-3">
                {chart(t, "Nothing", Kind::Stacked, &[&of(&[0; 7])], count)}
                {chart(t, "One of one", Kind::Stacked, &[&of(&[1])], count)}
                {chart(t, "One request", Kind::Stacked, &[&of(&[0, 0, 0, 1, 0, 0, 0])], count)}
                {chart(t, "All equal", Kind::Stacked, &[&of(&[5; 7]), &of(&[5; 7])], count)}
                {chart(t, "A crumb of money", Kind::Stacked, &[&of(&[0, 900, 1_200, 2_400])], money)}
                {chart(t, "Cents", Kind::Stacked, &[&of(&[12_000_000, 40_000_000, 31_000_000])], money)}
                {chart(t, "Huge", Kind::Stacked, &[&of(&[HUGE, HUGE / 2, HUGE]), &of(&[HUGE, 0, HUGE])], money)}
                {chart(t, "Lines with a gap and a point alone", Kind::Lines,
                    &[&[Some(320), Some(410), None, Some(380), None, Some(300), Some(330)], &of(&[900, 1_300, 1_100, 2_600, 1_000, 900, 950])], millis)}
                {chart(t, "Lines of nothing", Kind::Lines, &[&[None; 7]], millis)}
            </div>
        },
    )
}

#[component]
fn Prose() -> Html {
    const SPANS: &[Span] = &Span::ALL;
    let range = use_state(Range::default);
    let set = range.setter();
    section(
        "What models write, and ranges of time",
        html! {<>
            <div class="max-w-[560px] text-base"><Markdown text={"## A heading\n\nText with `code`, **weight** and a list:\n\n1. one\n2. two\n\n```rust\nfn main() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |".to_owned()} /></div>
            <div class="mt-4"><RangeMenu id="d-range" range={*range} spans={SPANS} on_choose={move |range| set.set(range)} /></div>
        </>},
    )
}

#[component]
fn Outcomes() -> Html {
    let refused = Failure::Refused {
        status: 500,
        message: "The gateway failed. Its log says more.".to_owned(),
        fields: ::api::Fields::new(),
        request_id: Some("019aa3f0-5c41-7e00-8000-000000000000".to_owned()),
    };
    section(
        "Empty and error",
        html! {<>
            <Empty title="No channel yet, so requests have nowhere to go" text="A channel is one account at one provider.">
                <button type="button" class="btn btn-sm mt-6">{"Add channel"}</button>
            </Empty>
            <Skeleton />
            <FailureView failure={Failure::Offline} on_retry={Callback::noop()} />
            <FailureView failure={refused} on_retry={Callback::noop()} />
        </>},
    )
}
