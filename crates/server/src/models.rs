//! What is known of a model: what people said, and where they said nothing, the built-in catalogue.

use api::models::{Capability, ModelFacts, ModelKind};
use llm::catalogue;

pub(crate) fn facts(name: &str, own: &ModelFacts) -> ModelFacts {
    let known = catalogue::find(name);
    ModelFacts {
        owner: own.owner.clone().or_else(|| known.map(|known| known.owner.clone())),
        kind: own.kind.or_else(|| known.map(|known| kind(known.kind))),
        capabilities: own
            .capabilities
            .clone()
            .or_else(|| known.map(|known| known.capabilities.iter().copied().map(capability).collect())),
        context: own.context.or_else(|| known?.context),
        max_output: own.max_output.or_else(|| known?.max_output),
    }
}

const fn kind(kind: catalogue::Kind) -> ModelKind {
    match kind {
        catalogue::Kind::Chat => ModelKind::Chat,
        catalogue::Kind::Embedding => ModelKind::Embedding,
        catalogue::Kind::Image => ModelKind::Image,
        catalogue::Kind::Audio => ModelKind::Audio,
        catalogue::Kind::Rerank => ModelKind::Rerank,
        catalogue::Kind::Moderation => ModelKind::Moderation,
    }
}

const fn capability(capability: catalogue::Capability) -> Capability {
    match capability {
        catalogue::Capability::Tools => Capability::Tools,
        catalogue::Capability::Vision => Capability::Vision,
        catalogue::Capability::Thinking => Capability::Thinking,
        catalogue::Capability::Json => Capability::Json,
        catalogue::Capability::Audio => Capability::Audio,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_said_wins_over_the_catalogue() {
        let own = ModelFacts { context: Some(5), capabilities: Some(Vec::new()), ..ModelFacts::default() };
        let facts = facts("gpt-4o-mini", &own);
        assert_eq!((facts.owner.as_deref(), facts.kind), (Some("OpenAI"), Some(ModelKind::Chat)));
        assert_eq!((facts.context, facts.capabilities), (Some(5), Some(Vec::new())));
    }

    #[test]
    fn nothing_is_made_up_for_a_model_that_nobody_knows() {
        assert_eq!(facts("my-model", &ModelFacts::default()), ModelFacts::default());
    }
}
