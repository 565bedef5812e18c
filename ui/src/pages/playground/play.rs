//! Conversations side by side: what was asked of all, and what each model answered.

use super::{
    ask::Prompt,
    run::{Run, State},
};

/// As many as can be read beside each other.
pub(crate) const MOST_COLUMNS: usize = 4;

#[derive(Debug)]
pub(crate) struct Column {
    /// Stays while columns before it go.
    pub(crate) id: u32,
    pub(crate) model: String,
    /// One for each prompt; `None` where this column wasn't there yet.
    pub(crate) runs: Vec<Option<Run>>,
}

#[derive(Debug, Default)]
pub(crate) struct Play {
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) columns: Vec<Column>,
    next: u32,
    /// Changes when everything is cleared, so that what still arrives of before is let go.
    pub(crate) round: u32,
}

impl Play {
    pub(crate) fn add(&mut self, model: String) {
        if self.columns.len() < MOST_COLUMNS {
            let runs = self.prompts.iter().map(|_| None).collect();
            self.columns.push(Column { id: self.next, model, runs });
            self.next += 1;
        }
    }

    pub(crate) fn remove(&mut self, id: u32) {
        self.columns.retain(|column| column.id != id);
    }

    pub(crate) fn clear(&mut self) {
        self.prompts.clear();
        self.columns.iter_mut().for_each(|column| column.runs.clear());
        self.round += 1;
    }

    /// The run that answers the prompt at `turn` in a column, if both are still there.
    pub(crate) fn run(&mut self, round: u32, column: u32, turn: usize) -> Option<&mut Run> {
        if round != self.round {
            return None;
        }
        self.columns.iter_mut().find(|known| known.id == column)?.runs.get_mut(turn)?.as_mut()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.columns.iter().flat_map(|column| &column.runs).flatten().any(|run| run.state == State::Running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_for_a_conversation_that_was_cleared_finds_nothing() {
        let mut play = Play::default();
        play.add("m".to_owned());
        play.prompts.push(Prompt::default());
        play.columns[0].runs.push(Some(Run::new("m".to_owned(), String::new(), 0)));
        assert!(play.is_running());
        let round = play.round;
        assert!(play.run(round, 0, 0).is_some());
        play.clear();
        assert!(play.run(round, 0, 0).is_none());
        assert!(!play.is_running());
    }

    #[test]
    fn a_column_that_joins_later_has_not_been_asked() {
        let mut play = Play::default();
        play.prompts.push(Prompt::default());
        for _ in 0..6 {
            play.add("m".to_owned());
        }
        assert_eq!(play.columns.len(), MOST_COLUMNS);
        assert!(play.columns.iter().all(|column| column.runs.len() == 1));
        play.remove(1);
        assert_eq!(play.columns.iter().map(|column| column.id).collect::<Vec<_>>(), [0, 2, 3]);
    }
}
