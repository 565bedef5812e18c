//! What a request used, and what that came to, line by line.

use serde::{Deserialize, Serialize};

use crate::{groups::ONE_PPM, words::words};

/// More tokens than any request can use.
pub const MOST_TOKENS: i64 = 1 << 31;

/// What a request used. `cache_*`, `input_audio` and `input_image` are parts of `input`; `reasoning` and `output_audio` of `output`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub input: i64,
    pub output: i64,
    pub cache_read: i64,
    pub cache_write: i64,
    /// Part of `cache_write` that is kept for an hour; the rest is kept for five minutes.
    pub cache_write_1h: i64,
    pub input_audio: i64,
    pub input_image: i64,
    pub reasoning: i64,
    pub output_audio: i64,
    /// Pictures that were made; tokens of pictures are in `output`.
    pub images: i64,
}

words!(
    /// What is priced for itself.
    PriceClass {
        /// Input that is nothing of what follows.
        Input = "input",
        CacheRead = "cache_read",
        #[serde(rename = "cache_write_5m")]
        CacheWrite5m = "cache_write_5m",
        #[serde(rename = "cache_write_1h")]
        CacheWrite1h = "cache_write_1h",
        InputAudio = "input_audio",
        InputImage = "input_image",
        /// Output that is nothing of what follows.
        Output = "output",
        Reasoning = "reasoning",
        OutputAudio = "output_audio",
        /// The request itself.
        Request = "request",
        /// A picture that was made.
        Image = "image",
    }
);

/// One line of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillLine {
    pub class: PriceClass,
    /// Tokens, requests or pictures.
    pub quantity: i64,
    /// Nano-USD per million tokens, or for each request or picture; before the multiplier.
    pub rate_nusd: i64,
    /// Nano-USD, with the multiplier, rounded half up.
    pub cost_nusd: i64,
}

/// What a request costs. The total is the sum of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// What the lines' costs were multiplied by, in parts per million.
    pub multiplier_ppm: i64,
    pub lines: Vec<BillLine>,
}

impl Default for Bill {
    fn default() -> Self {
        Self { multiplier_ppm: ONE_PPM, lines: Vec::new() }
    }
}

impl Bill {
    /// Nano-USD.
    pub fn total(&self) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.cost_nusd))
    }
}
