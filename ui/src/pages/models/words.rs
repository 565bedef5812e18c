//! The names of what models do and can, and the pictures that repeat them.

use api::models::{Capability, ModelKind};
use yew::prelude::*;

use crate::{i18n::Text, parts::icon::Icon};

pub(crate) const fn kind(t: Text, kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Chat => t.models_kind_chat(),
        ModelKind::Embedding => t.models_kind_embedding(),
        ModelKind::Image => t.models_kind_image(),
        ModelKind::Audio => t.models_kind_audio(),
        ModelKind::Rerank => t.models_kind_rerank(),
        ModelKind::Moderation => t.models_kind_moderation(),
    }
}

pub(crate) const fn capability(t: Text, capability: Capability) -> &'static str {
    match capability {
        Capability::Tools => t.models_can_tools(),
        Capability::Vision => t.models_can_vision(),
        Capability::Thinking => t.models_can_thinking(),
        Capability::Json => t.models_can_json(),
        Capability::Audio => t.models_can_audio(),
    }
}

pub(crate) const fn icon(capability: Capability) -> Icon {
    match capability {
        Capability::Tools => Icon::Wrench,
        Capability::Vision => Icon::Image,
        Capability::Thinking => Icon::Brain,
        Capability::Json => Icon::Braces,
        Capability::Audio => Icon::AudioLines,
    }
}

/// Small pictures in a row; each is named on hover and to screen readers.
pub(crate) fn icons(t: Text, capabilities: &[Capability]) -> Html {
    html! {
        <span class="inline-flex items-center gap-1.5 text-ink-3">
            for one in capabilities {
                <span class="inline-flex" title={capability(t, *one)}>{icon(*one).small()}<span class="sr-only">{capability(t, *one)}</span></span>
            }
        </span>
    }
}
