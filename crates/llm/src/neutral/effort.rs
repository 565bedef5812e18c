//! How hard a model shall think: in words, in tokens, and from one to the other.

/// What the client wants of the model's thinking. Everything unset: whatever the model does by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// `Some(false)`: not at all.
    pub on: Option<bool>,
    pub effort: Option<Effort>,
    /// Tokens at most.
    pub budget: Option<i64>,
    /// The model decides for itself how much.
    pub adaptive: bool,
    /// The client wants to read it, be it in short.
    pub show: Option<bool>,
}

/// From least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    Minimal,
    Low,
    Medium,
    High,
    Xhigh,
    Max,
}

impl Effort {
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Minimal, "minimal"),
        (Self::Low, "low"),
        (Self::Medium, "medium"),
        (Self::High, "high"),
        (Self::Xhigh, "xhigh"),
        (Self::Max, "max"),
    ];

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == word).map(|(effort, _)| effort)
    }

    pub const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Tokens that it stands for.
    pub const fn budget(self) -> i64 {
        match self {
            Self::Minimal => 1_024,
            Self::Low => 2_048,
            Self::Medium => 8_192,
            Self::High => 16_384,
            Self::Xhigh => 32_768,
            Self::Max => 65_536,
        }
    }

    /// What so many tokens stand for.
    pub const fn of_budget(tokens: i64) -> Self {
        match tokens {
            ..=1_024 => Self::Minimal,
            1_025..=4_096 => Self::Low,
            4_097..=12_288 => Self::Medium,
            12_289..=24_576 => Self::High,
            24_577..=49_152 => Self::Xhigh,
            _ => Self::Max,
        }
    }
}

impl Wish {
    pub const OFF: Self = Self { on: Some(false), effort: None, budget: None, adaptive: false, show: None };

    /// A wish for so much.
    pub const fn of(effort: Effort) -> Self {
        Self { on: Some(true), effort: Some(effort), ..Self::OFF }
    }

    /// In words, if the client said anything that can be put into them.
    pub fn as_effort(&self) -> Option<Effort> {
        self.effort.or_else(|| self.budget.map(Effort::of_budget))
    }

    /// In tokens.
    pub fn as_budget(&self) -> Option<i64> {
        self.budget.or_else(|| self.effort.map(Effort::budget))
    }

    pub fn is_off(&self) -> bool {
        self.on == Some(false)
    }

    pub fn is_on(&self) -> bool {
        self.on == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tokens_translate_back_into_each_other() {
        for (effort, name) in Effort::ALL {
            assert_eq!(Effort::of_budget(effort.budget()), effort);
            assert_eq!((Effort::parse(name), effort.as_str()), (Some(effort), name));
        }
        assert_eq!(Effort::parse("ultra"), None);
    }
}
