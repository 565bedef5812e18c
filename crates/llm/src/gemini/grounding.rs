//! Where an answer's words come from: chunks by number, places by byte.

use serde::Deserialize;

use crate::{json::Text, neutral::Citation};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grounding<'a> {
    #[serde(borrow, default)]
    grounding_chunks: Option<Vec<Chunk<'a>>>,
    #[serde(borrow, default)]
    grounding_supports: Option<Vec<Support<'a>>>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    web: Option<Web<'a>>,
}

#[derive(Deserialize)]
struct Web<'a> {
    #[serde(borrow)]
    uri: Text<'a>,
    #[serde(borrow, default)]
    title: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Support<'a> {
    #[serde(borrow, default)]
    segment: Option<Segment<'a>>,
    #[serde(default)]
    grounding_chunk_indices: Option<Vec<usize>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segment<'a> {
    #[serde(default)]
    start_index: usize,
    #[serde(default)]
    end_index: Option<usize>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
}

impl<'a> Grounding<'a> {
    /// The sources, with places in characters of `text`.
    pub(super) fn into_citations(self, text: &str) -> Vec<Citation<'a>> {
        let chunks = self.grounding_chunks.unwrap_or_default();
        let mut all = Vec::new();
        for support in self.grounding_supports.unwrap_or_default() {
            let Some(segment) = support.segment else { continue };
            let start = characters(text, segment.start_index);
            let span = start.zip(segment.end_index.and_then(|end| characters(text, end)));
            for index in support.grounding_chunk_indices.unwrap_or_default() {
                let Some(web) = chunks.get(index).and_then(|chunk| chunk.web.as_ref()) else { continue };
                all.push(Citation {
                    url: web.uri.clone(),
                    title: web.title.clone(),
                    quoted: segment.text.clone(),
                    span,
                });
            }
        }
        all
    }
}

/// How many characters the first bytes of a text are.
fn characters(text: &str, bytes: usize) -> Option<usize> {
    Some(text.get(..bytes)?.chars().count())
}
