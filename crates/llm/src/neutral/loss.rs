//! What a dialect can't say, and what becomes of it.

use std::{borrow::Cow, fmt};

use serde_json::value::RawValue;

use crate::{Failure, Kind};

/// What the channel's owner wants done about losses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Refuse the request.
    Strict,
    /// Serve it and say what was lost.
    #[default]
    Warn,
    /// Serve it.
    Lenient,
}

/// What losing something means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The answer would be another one than the client counts on: refused.
    Reject,
    /// It names what the origin's provider keeps and no other has: refused, and the client told to send it.
    Kept,
    /// The client is told.
    Warn,
    /// It makes no difference to the answer.
    Silent,
}

/// Something that only one dialect can say, as it was said.
#[derive(Debug, Clone)]
pub struct Only<'a> {
    /// A member's name, or a block's or tool's type.
    pub name: Cow<'a, str>,
    pub json: &'a RawValue,
    pub lost: Lost,
}

/// Something that the client asked for and the provider wasn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub approximated: bool,
    /// The member, as the client's dialect names it.
    pub at: String,
    pub why: Cow<'static, str>,
}

impl Loss {
    /// With a member's name of a length that a header can carry.
    fn shortened(mut self) -> Self {
        const LONGEST: usize = 100;
        if let Some((end, _)) = self.at.char_indices().nth(LONGEST) {
            self.at.truncate(end);
            self.at.push_str("...");
        }
        self
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.approximated { "approximated" } else { "dropped" };
        write!(f, "{how};field={};reason={}", self.at, self.why)
    }
}

/// Members that most dialects have and some lack. Each dialect has its own names for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Turns,
    Tools,
    ToolChoice,
    Parallel,
    MaxOutput,
    Temperature,
    TopP,
    TopK,
    MinP,
    FrequencyPenalty,
    PresencePenalty,
    Seed,
    Answers,
    Logprobs,
    Stop,
    Thinking,
    Format,
    User,
    Metadata,
    Tier,
}

/// More than anyone reads. A body of nothing but unknown members must not make the answer's head, or the work, grow with it.
const MOST_TOLD: usize = 32;

/// The losses of one request, as they are found.
#[derive(Debug)]
pub(crate) struct Losses {
    strictness: Strictness,
    found: Vec<Loss>,
}

impl Losses {
    pub(crate) fn new(strictness: Strictness) -> Self {
        Self { strictness, found: Vec::new() }
    }

    /// Something is left out.
    pub(crate) fn dropped(&mut self, at: impl Into<String>, why: impl Into<Cow<'static, str>>) -> Result<(), Failure> {
        self.found(Loss { approximated: false, at: at.into(), why: why.into() })
    }

    /// Something is said in the nearest words.
    pub(crate) fn approximated(
        &mut self,
        at: impl Into<String>,
        why: impl Into<Cow<'static, str>>,
    ) -> Result<(), Failure> {
        self.found(Loss { approximated: true, at: at.into(), why: why.into() })
    }

    /// Something that only another dialect can say is left out.
    pub(crate) fn only(&mut self, at: impl Into<String>, only: &Only<'_>) -> Result<(), Failure> {
        match only.lost {
            Lost::Silent => Ok(()),
            Lost::Warn => self.dropped(at, "unsupported"),
            Lost::Reject => Err(rejected(&at.into())),
            Lost::Kept => Err(kept(&at.into())),
        }
    }

    fn found(&mut self, loss: Loss) -> Result<(), Failure> {
        match self.strictness {
            Strictness::Strict => {
                let done = if loss.approximated { "be passed on exactly" } else { "be passed on" };
                let message = format!(
                    "`{}` can't {done} to this model's provider ({}). The channel is set to refuse such requests.",
                    loss.at, loss.why
                );
                return Err(Failure::new(Kind::InvalidRequest, message).at(&loss.at));
            }
            Strictness::Warn if self.found.len() < MOST_TOLD && !self.found.contains(&loss) => {
                self.found.push(loss.shortened());
            }
            Strictness::Warn | Strictness::Lenient => {}
        }
        Ok(())
    }

    pub(crate) fn into_found(self) -> Vec<Loss> {
        self.found
    }
}

/// The request refers to something that only another provider has.
fn kept(at: &str) -> Failure {
    let message = format!(
        "`{at}` names what another provider would keep, and this model's provider has no such thing. \
         Send the whole conversation with each request instead."
    );
    Failure::new(Kind::InvalidRequest, message).at(at)
}

/// The request means something that the provider can't be told.
pub(crate) fn rejected(at: &str) -> Failure {
    let message =
        format!("`{at}` can't be passed on to this model's provider, and the answer would be wrong without it.");
    Failure::new(Kind::InvalidRequest, message).at(at)
}

/// Something is only named by its address, and the provider wants the bytes.
pub(crate) fn rejected_link(at: &str) -> Failure {
    let message = format!("`{at}` is a link, and this model's provider takes only the file itself. Send it as base64.");
    Failure::new(Kind::InvalidRequest, message).at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_nothing_but_unknown_members_is_told_of_within_bounds() {
        let mut losses = Losses::new(Strictness::Warn);
        for n in 0..100_000 {
            losses.dropped(format!("{n}{}", "é".repeat(1_000)), "unsupported").unwrap();
        }
        let found = losses.into_found();
        assert_eq!(found.len(), MOST_TOLD);
        assert!(found.iter().all(|loss| loss.at.chars().count() == 103 && loss.at.ends_with("...")));
    }
}
