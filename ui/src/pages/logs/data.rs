//! The rows that are shown: loaded a stretch at a time, changed as requests change.

use std::rc::Rc;

use api::{
    Time,
    logs::{Log, LogPage, LogQuery, LogState},
};
use yew::prelude::*;

use super::query::admits;
use crate::api::Failure;

/// Rows that stay while live ones come in at the top.
const KEPT: usize = 1_000;

#[derive(Clone, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) items: Vec<Rc<Log>>,
    /// Newer ones, kept back while the reader has scrolled.
    pub(crate) waiting: Vec<Rc<Log>>,
    /// Where to read on.
    pub(crate) next: Option<String>,
    /// Where the last search stopped looking.
    pub(crate) scanned_to: Option<Time>,
    pub(crate) failure: Option<Failure>,
    pub(crate) busy: bool,
    /// The first answer is here.
    pub(crate) loaded: bool,
    /// Counts questions, so that a late answer to an earlier one is dropped.
    pub(crate) question: u32,
    /// What changed since the question: the answer may have been read before.
    since: Vec<Log>,
}

pub(crate) enum Action {
    /// A new question.
    Ask(u32),
    More,
    Answer {
        question: u32,
        more: bool,
        query: LogQuery,
        answer: Result<LogPage, Failure>,
    },
    Changed {
        logs: Vec<Log>,
        query: LogQuery,
        wait: bool,
    },
    ShowWaiting,
}

impl Reducible for Rows {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut rows = (*self).clone();
        match action {
            Action::Ask(question) => (rows.question, rows.busy, rows.since) = (question, true, Vec::new()),
            Action::More => rows.busy = true,
            Action::Answer { question, .. } if question != rows.question => {}
            Action::Answer { answer: Err(failure), .. } => (rows.failure, rows.busy) = (Some(failure), false),
            Action::Answer { answer: Ok(page), more, query, .. } => {
                let new = page.items.into_iter().map(Rc::new);
                if more {
                    rows.items.extend(new);
                } else {
                    rows.items = new.collect();
                    rows.waiting.clear();
                }
                (rows.next, rows.scanned_to) = (page.next, page.scanned_to);
                (rows.failure, rows.busy, rows.loaded) = (None, false, true);
                rows.catch_up(&query);
            }
            Action::Changed { logs, query, wait } => {
                if rows.busy {
                    rows.since.extend(logs.iter().cloned());
                }
                rows.change(logs, &query, wait);
            }
            Action::ShowWaiting => rows.show_waiting(),
        }
        Rc::new(rows)
    }
}

impl Rows {
    /// Known rows are exchanged where they stand; newer ones come on top, or wait.
    fn change(&mut self, logs: Vec<Log>, query: &LogQuery, wait: bool) {
        for log in logs.into_iter().rev() {
            let known = self.items.iter_mut().chain(&mut self.waiting).find(|known| known.id == log.id);
            if let Some(known) = known {
                *known = Rc::new(log);
            } else if admits(query, &log) {
                let list = if wait { &mut self.waiting } else { &mut self.items };
                // Ids grow with time; one that is settled late may be older than the top.
                let at = list.iter().position(|known| known.id < log.id);
                match at {
                    Some(at) => list.insert(at, Rc::new(log)),
                    // Older than all that is shown: it is among what is still to be loaded.
                    None if list.is_empty() || self.next.is_none() => list.push(Rc::new(log)),
                    None => {}
                }
            }
        }
        self.trim();
    }

    /// Applies again what came in while the answer was on its way. A row that the answer has as ended is not opened again.
    fn catch_up(&mut self, query: &LogQuery) {
        let since = std::mem::take(&mut self.since);
        let ended = |log: &Log| self.items.iter().any(|known| known.id == log.id && known.state != LogState::Open);
        let missed = since.into_iter().filter(|log| !ended(log)).rev().collect();
        self.change(missed, query, false);
    }

    fn show_waiting(&mut self) {
        let mut all = std::mem::take(&mut self.waiting);
        all.append(&mut self.items);
        self.items = all;
        self.trim();
    }

    fn trim(&mut self) {
        if self.items.len() > KEPT {
            self.items.truncate(KEPT);
            self.next = self.items.last().map(|log| log.id.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn log(id: &str) -> Log {
        Log {
            id: id.to_owned(),
            created_at: Time::from_millis(1),
            key_id: 1,
            key_name: "laptop".to_owned(),
            user_id: 1,
            username: None,
            channel_id: None,
            channel_name: None,
            model: "m".to_owned(),
            upstream_model: None,
            endpoint: "/v1/chat/completions".to_owned(),
            stream: false,
            state: LogState::Open,
            status: None,
            input_tokens: 0,
            output_tokens: 0,
            cache_read_tokens: 0,
            cache_write_tokens: 0,
            cache_write_1h_tokens: 0,
            input_audio_tokens: 0,
            input_image_tokens: 0,
            reasoning_tokens: 0,
            output_audio_tokens: 0,
            images: 0,
            estimated: false,
            anomalous: false,
            cost_nusd: 0,
            lines: Vec::new(),
            multiplier_ppm: 1_000_000,
            unpriced: false,
            ttft_ms: None,
            duration_ms: None,
            attempts: Vec::new(),
            client_ip: None,
            user_agent: None,
            error: None,
            has_bodies: false,
        }
    }

    fn ids(rows: &[Rc<Log>]) -> Vec<&str> {
        rows.iter().map(|log| log.id.as_str()).collect()
    }

    fn answered(items: &[&str], next: Option<&str>) -> Rc<Rows> {
        let page = LogPage {
            items: items.iter().map(|id| log(id)).collect(),
            next: next.map(str::to_owned),
            scanned_to: None,
        };
        let rows = Rc::new(Rows::default()).reduce(Action::Ask(1));
        rows.reduce(Action::Answer { question: 1, more: false, query: LogQuery::default(), answer: Ok(page) })
    }

    fn changed(rows: Rc<Rows>, logs: Vec<Log>, query: LogQuery, wait: bool) -> Rc<Rows> {
        rows.reduce(Action::Changed { logs, query, wait })
    }

    #[test]
    fn a_known_row_changes_where_it_stands_and_a_new_one_comes_on_top() {
        let rows = answered(&["5", "3"], None);
        let done = Log { state: LogState::Done, ..log("3") };
        let rows = changed(rows, vec![log("7"), done, log("4")], LogQuery::default(), false);
        assert_eq!(ids(&rows.items), ["7", "5", "4", "3"]);
        assert_eq!(rows.items[3].state, LogState::Done);
    }

    #[test]
    fn new_rows_wait_while_the_reader_has_scrolled() {
        let rows = answered(&["5", "3"], Some("3"));
        let rows = changed(rows, vec![log("8"), log("7")], LogQuery::default(), true);
        assert_eq!((ids(&rows.items), ids(&rows.waiting)), (vec!["5", "3"], vec!["8", "7"]));
        let rows = changed(rows, vec![Log { state: LogState::Failed, ..log("7") }], LogQuery::default(), true);
        assert_eq!(rows.waiting[1].state, LogState::Failed);
        let rows = rows.reduce(Action::ShowWaiting);
        assert_eq!((ids(&rows.items), rows.waiting.len()), (vec!["8", "7", "5", "3"], 0));
    }

    #[test]
    fn live_rows_obey_the_filter() {
        let query = LogQuery { model: Some("other".to_owned()), ..LogQuery::default() };
        assert_eq!(ids(&changed(answered(&["5"], None), vec![log("7")], query, false).items), ["5"]);
    }

    #[test]
    fn an_answer_to_an_earlier_question_is_dropped() {
        let rows = answered(&["5"], None).reduce(Action::Ask(2));
        let late = LogPage { items: vec![log("1")], next: None, scanned_to: None };
        let rows =
            rows.reduce(Action::Answer { question: 1, more: false, query: LogQuery::default(), answer: Ok(late) });
        assert_eq!((ids(&rows.items), rows.busy), (vec!["5"], true));
    }

    #[test]
    fn what_changes_while_an_answer_is_on_its_way_is_kept() {
        let done = |id: &str| Log { state: LogState::Done, ..log(id) };
        let rows = Rc::new(Rows::default()).reduce(Action::Ask(1));
        let rows = changed(rows, vec![log("7"), log("5")], LogQuery::default(), false);
        let rows = changed(rows, vec![done("7")], LogQuery::default(), false);
        let page = LogPage { items: vec![done("5"), done("3")], next: Some("3".to_owned()), scanned_to: None };
        let answer = Action::Answer { question: 1, more: false, query: LogQuery::default(), answer: Ok(page) };
        let rows = rows.reduce(answer);
        assert_eq!(ids(&rows.items), ["7", "5", "3"]);
        assert!(rows.items.iter().all(|row| row.state == LogState::Done));
    }
}
