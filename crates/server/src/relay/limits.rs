//! How fast keys, users and groups may go. Kept in memory: after a restart everyone begins with a minute's whole worth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use api::limits::Limits;
use http::{HeaderMap, HeaderValue, header};
use llm::{Failure, Kind};
use tokio::time::Instant;

use super::gcra::{Gcra, Level};

/// From this many on, those that nothing passes through are forgotten whenever their number has doubled.
const MANY: usize = 1024;

/// Whose pace it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Walker {
    Key(i64),
    User(i64),
    Group(String),
}

/// Which limit a request met, and when it may come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooFast {
    pub(super) walker: Walker,
    pub(super) limit: Limit,
    /// Of concurrent requests nobody knows: a second is a guess.
    pub(super) wait: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Requests(u64),
    Tokens(u64),
    Concurrent(u64),
}

/// What is left, of the narrowest limits that apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Levels {
    pub(super) requests: Option<Level>,
    pub(super) tokens: Option<Level>,
}

/// Everyone's pace.
#[derive(Debug)]
pub(crate) struct Paces {
    began: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    paces: HashMap<Walker, Pace>,
    /// How many there were when some were forgotten last.
    kept: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    requests: Gcra,
    tokens: Gcra,
    running: u64,
}

/// A request that was let in; leaving lets go of its place among those that run.
#[derive(Debug)]
pub(super) struct Pass {
    paces: Arc<Paces>,
    walkers: Vec<(Walker, Limits)>,
    /// Taken for it, in tokens.
    taken: u64,
    pub(super) levels: Levels,
}

impl Paces {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), state: Mutex::default() }
    }

    /// Lets a request in that may use so many tokens, if everyone whose pace it is may go on.
    pub(super) fn enter(self: &Arc<Self>, walkers: Vec<(Walker, Limits)>, tokens: i64) -> Result<Pass, TooFast> {
        self.enter_at(self.now(), walkers, tokens)
    }

    fn enter_at(self: &Arc<Self>, now: i128, walkers: Vec<(Walker, Limits)>, tokens: i64) -> Result<Pass, TooFast> {
        let tokens = u64::try_from(tokens).unwrap_or(0);
        let mut state = self.lock();
        let mut next = Vec::with_capacity(walkers.len());
        let mut levels = Levels::default();
        for (walker, limits) in &walkers {
            let mut pace = state.paces.get(walker).copied().unwrap_or_default();
            let too_fast = |limit, wait| TooFast { walker: walker.clone(), limit, wait };
            if let Some(limit) = positive(limits.concurrent_requests)
                && pace.running >= limit
            {
                return Err(too_fast(Limit::Concurrent(limit), Duration::from_secs(1)));
            }
            if let Some(limit) = positive(limits.requests_per_minute) {
                pace.requests.pass(now, limit, 1).map_err(|wait| too_fast(Limit::Requests(limit), wait))?;
                levels.requests = Some(narrower(levels.requests, pace.requests.level(now, limit)));
            }
            if let Some(limit) = positive(limits.tokens_per_minute) {
                pace.tokens.pass(now, limit, tokens).map_err(|wait| too_fast(Limit::Tokens(limit), wait))?;
                levels.tokens = Some(narrower(levels.tokens, pace.tokens.level(now, limit)));
            }
            pace.running += 1;
            next.push((walker.clone(), pace));
        }
        if state.paces.len() >= MANY.max(2 * state.kept) {
            state.paces.retain(|_, pace| !pace.is_idle(now));
            state.kept = state.paces.len();
        }
        state.paces.extend(next);
        Ok(Pass { paces: Arc::clone(self), walkers, taken: tokens, levels })
    }

    fn now(&self) -> i128 {
        i128::try_from(self.began.elapsed().as_nanos()).unwrap_or(i128::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TooFast {
    pub(super) fn failure(&self) -> Failure {
        let whose = match self.walker {
            Walker::Key(_) => "This key",
            Walker::User(_) => "You",
            Walker::Group(_) => "Your group",
        };
        let (kind, what) = match self.limit {
            Limit::Requests(limit) => (Kind::TooManyRequests, format!("send {limit} requests a minute")),
            Limit::Tokens(limit) => (Kind::TooManyTokens, format!("use {limit} tokens a minute")),
            Limit::Concurrent(limit) => (Kind::TooManyRequests, format!("have {limit} requests running at once")),
        };
        Failure::new(kind, format!("{whose} may {what}. Try again in {} s.", self.seconds()))
    }

    /// Rounded up, so that who waits so long is let in.
    fn seconds(&self) -> u64 {
        self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0)
    }

    pub(super) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(header::RETRY_AFTER, self.seconds().into());
        let millis = u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        headers.insert("retry-after-ms", millis.into());
    }
}

impl Levels {
    /// As OpenAI's clients read them.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let names = [
            (
                self.requests,
                ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
            ),
            (self.tokens, ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"]),
        ];
        for (level, [limit, remaining, reset]) in names {
            let Some(level) = level else { continue };
            headers.insert(limit, level.limit.into());
            headers.insert(remaining, level.remaining.into());
            // A duration in seconds is one that every reader of Go's durations knows.
            let seconds = format!("{}.{:03}s", level.reset.as_secs(), level.reset.subsec_millis());
            if let Ok(value) = HeaderValue::try_from(seconds) {
                headers.insert(reset, value);
            }
        }
    }
}

impl Pass {
    /// Says how many tokens it was in the end.
    pub(super) fn used(&mut self, tokens: i64) {
        let used = u64::try_from(tokens).unwrap_or(0);
        let more = i64::try_from(i128::from(used) - i128::from(self.taken)).unwrap_or(i64::MAX);
        self.taken = used;
        let mut state = self.paces.lock();
        for (walker, limits) in &self.walkers {
            if let (Some(pace), Some(limit)) = (state.paces.get_mut(walker), positive(limits.tokens_per_minute)) {
                pace.tokens.correct(limit, more);
            }
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.paces.lock();
        for (walker, _) in &self.walkers {
            if let Some(pace) = state.paces.get_mut(walker) {
                pace.running = pace.running.saturating_sub(1);
            }
        }
    }
}

impl Pace {
    fn is_idle(&self, now: i128) -> bool {
        self.running == 0 && self.requests.is_drained(now) && self.tokens.is_drained(now)
    }
}

fn positive(limit: Option<i64>) -> Option<u64> {
    limit.and_then(|limit| u64::try_from(limit).ok())
}

/// That of which less is left.
fn narrower(other: Option<Level>, level: Level) -> Level {
    other.filter(|other| other.remaining <= level.remaining).unwrap_or(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i128 = 1_000_000_000;

    fn limits(requests: Option<i64>, tokens: Option<i64>, concurrent: Option<i64>) -> Limits {
        Limits { requests_per_minute: requests, tokens_per_minute: tokens, concurrent_requests: concurrent }
    }

    #[test]
    fn who_is_refused_by_one_takes_nothing_of_the_others() {
        let paces = Arc::new(Paces::new());
        let walkers =
            || vec![(Walker::Key(1), limits(Some(10), None, None)), (Walker::User(1), limits(Some(1), None, None))];
        let pass = paces.enter_at(0, walkers(), 0).unwrap();
        assert_eq!(pass.levels.requests.unwrap().limit, 1);
        let refused = paces.enter_at(0, walkers(), 0).unwrap_err();
        assert_eq!((refused.walker, refused.limit), (Walker::User(1), Limit::Requests(1)));
        assert_eq!(refused.wait, Duration::from_mins(1));
        let alone = paces.enter_at(0, vec![(Walker::Key(1), limits(Some(10), None, None))], 0).unwrap();
        assert_eq!(alone.levels.requests.unwrap().remaining, 8);
        paces.enter_at(60 * SECOND, walkers(), 0).unwrap();
    }

    #[test]
    fn places_are_free_again_when_requests_end() {
        let paces = Arc::new(Paces::new());
        let walkers = || vec![(Walker::Group("team".to_owned()), limits(None, None, Some(2)))];
        let first = paces.enter_at(0, walkers(), 0).unwrap();
        let _second = paces.enter_at(0, walkers(), 0).unwrap();
        assert_eq!(paces.enter_at(0, walkers(), 0).unwrap_err().limit, Limit::Concurrent(2));
        drop(first);
        paces.enter_at(0, walkers(), 0).unwrap();
    }

    #[test]
    fn tokens_are_counted_as_estimated_until_it_is_known_better() {
        let paces = Arc::new(Paces::new());
        let walkers = || vec![(Walker::Key(1), limits(None, Some(1_000), None))];
        let mut pass = paces.enter_at(0, walkers(), 900).unwrap();
        assert!(paces.enter_at(0, walkers(), 200).is_err());
        pass.used(100);
        drop(pass);
        assert_eq!(paces.enter_at(0, walkers(), 200).unwrap().levels.tokens.unwrap().remaining, 700);
    }

    #[test]
    fn those_whom_nobody_has_seen_for_long_are_forgotten() {
        let paces = Arc::new(Paces::new());
        for key in 0..5_000 {
            let now = i128::from(key) * SECOND / 10;
            paces.enter_at(now, vec![(Walker::Key(key), limits(Some(60), None, None))], 0).unwrap();
        }
        assert!(paces.lock().paces.len() <= 2 * MANY);
    }
}
