//! Where the next prompt is written: text, and images that are chosen, dropped or pasted.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, File, FileList, FileReader, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::ask::Prompt;
use crate::{
    i18n::use_text,
    parts::{icon::Icon, toast::use_toaster},
};

/// Bytes. An image travels as text, a third larger, and a request has at most 32 MiB.
const LARGEST: f64 = 8.0 * 1024.0 * 1024.0;

#[derive(Properties, PartialEq)]
pub(crate) struct ComposerProps {
    pub(crate) models: usize,
    pub(crate) running: bool,
    /// Answers whether it was sent; what wasn't stays to be mended.
    pub(crate) on_send: Callback<Prompt, bool>,
    pub(crate) on_stop: Callback<()>,
}

#[component]
pub(crate) fn Composer(props: &ComposerProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let text = use_state(String::new);
    let images = use_reducer(Images::default);
    let file_input = use_node_ref();

    let take = {
        let images = images.dispatcher();
        Callback::from(move |files: FileList| {
            for file in (0..files.length()).filter_map(|at| files.get(at)) {
                if !file.type_().starts_with("image/") {
                    continue;
                }
                if file.size() > LARGEST {
                    toaster.failed(t.playground_image_too_large(&file.name()));
                    continue;
                }
                let images = images.clone();
                read(&file, Callback::from(move |url| images.dispatch(Change::Add(url))));
            }
        })
    };
    let send = {
        let (text, images, on_send, running) =
            (text.clone(), images.clone(), props.on_send.clone(), props.running || props.models == 0);
        Callback::from(move |()| {
            let prompt = Prompt { text: text.trim().to_owned(), images: images.0.clone() };
            if running || (prompt.text.is_empty() && prompt.images.is_empty()) {
                return;
            }
            if on_send.emit(prompt) {
                text.set(String::new());
                images.dispatch(Change::Clear);
            }
        })
    };
    let oninput = {
        let text = text.setter();
        move |event: InputEvent| text.set(event.target_unchecked_into::<HtmlTextAreaElement>().value())
    };
    let onkeydown = {
        let send = send.clone();
        move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                send.emit(());
            }
        }
    };
    let onpaste = {
        let take = take.clone();
        move |event: Event| {
            let files = event
                .dyn_ref::<ClipboardEvent>()
                .and_then(ClipboardEvent::clipboard_data)
                .and_then(|data| data.files());
            if let Some(files) = files.filter(|files| files.length() > 0) {
                event.prevent_default();
                take.emit(files);
            }
        }
    };
    let ondrop = {
        let take = take.clone();
        move |event: DragEvent| {
            event.prevent_default();
            if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
                take.emit(files);
            }
        }
    };
    let onchange = move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        if let Some(files) = input.files() {
            take.emit(files);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let choose = {
        let file_input = file_input.clone();
        move |_: MouseEvent| {
            if let Some(input) = file_input.cast::<HtmlInputElement>() {
                input.click();
            }
        }
    };
    let thumbnails = images.0.iter().enumerate().map(|(at, url)| {
        let images = images.dispatcher();
        let label = t.playground_image_remove(&(at + 1).to_string());
        html! {
            <span class="relative inline-flex" key={at}>
                <img src={url.clone()} alt={t.playground_image(&(at + 1).to_string())} class="h-14 w-14 object-cover rounded-field border border-line" />
                <button type="button" class="btn btn-xs btn-square absolute -right-2 -top-2 !min-h-5 !size-5" aria-label={label.clone()} title={label}
                    onclick={move |_| images.dispatch(Change::Remove(at))}>{Icon::X.with("icon size-3")}</button>
            </span>
        }
    });
    let (on_stop, on_send) = (props.on_stop.clone(), send);
    let empty = text.trim().is_empty() && images.0.is_empty();
    html! {
        <div class="px-4 md:px-6 py-3 border-t border-line max-md:sticky max-md:bottom-0 bg-base-100" ondragover={|event: DragEvent| event.prevent_default()} {ondrop}>
            <div class={classes!("textarea", "w-full", "!p-0", "!min-h-0", "flex", "flex-col", (props.models == 1).then_some("max-w-[860px]"))}>
                if !images.0.is_empty() { <div class="flex flex-wrap gap-3 p-3 pb-0">{for thumbnails}</div> }
                <textarea id="prompt" rows="2" class="w-full resize-none bg-transparent outline-none px-3 pt-2.5 text-base max-h-60 field-sizing-content" value={(*text).clone()}
                    placeholder={t.playground_ask()} aria-label={t.playground_prompt()} {oninput} {onkeydown} {onpaste} />
                <div class="flex items-center gap-2 p-1.5 pl-2">
                    <input ref={file_input} type="file" accept="image/*" multiple=true class="hidden" tabindex="-1" aria-hidden="true" {onchange} />
                    <button type="button" class="btn btn-ghost btn-sm" onclick={choose}>{Icon::Paperclip.small()}{t.playground_attach()}</button>
                    <span class="ml-auto"></span>
                    if props.running {
                        <button type="button" class="btn btn-sm" onclick={move |_| on_stop.emit(())}>{Icon::Square.small()}{t.playground_stop()}</button>
                    }
                    <button type="button" class="btn btn-primary btn-sm" disabled={props.running || empty || props.models == 0} onclick={move |_| on_send.emit(())}>
                        {t.playground_send()}<span class="max-md:hidden opacity-70" aria-hidden="true">{Icon::CornerDownLeft.small()}</span>
                    </button>
                </div>
            </div>
        </div>
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Images(Vec<String>);

enum Change {
    Add(String),
    Remove(usize),
    Clear,
}

impl Reducible for Images {
    type Action = Change;

    fn reduce(self: std::rc::Rc<Self>, change: Change) -> std::rc::Rc<Self> {
        let mut images = self.0.clone();
        match change {
            Change::Add(url) => images.push(url),
            Change::Remove(at) if at < images.len() => drop(images.remove(at)),
            Change::Remove(_) => {}
            Change::Clear => images.clear(),
        }
        std::rc::Rc::new(Self(images))
    }
}

/// Hands over a file's content as a `data:` URL; nothing if it can't be read.
fn read(file: &File, done: Callback<String>) {
    let Ok(reader) = FileReader::new() else { return };
    let result = reader.clone();
    EventListener::once(&reader, "load", move |_| {
        if let Some(url) = result.result().ok().and_then(|url| url.as_string()) {
            done.emit(url);
        }
    })
    .forget();
    let _unreadable = reader.read_as_data_url(file);
}
