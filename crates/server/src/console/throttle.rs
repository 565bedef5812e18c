//! Slows down guessing of passwords.
//!
//! Failures count, not attempts: a person who signs in often is never locked out. Each account and each address has
//! five failures at once and earns one more every 30 seconds.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

/// More keys than this are only reached by an attack; the idle ones are forgotten then.
const MOST_KEYS: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

type Moment = <DefaultClock as Clock>::Instant;

/// Failed sign-ins by account and by address.
#[derive(Debug)]
pub(crate) struct Throttle {
    failures: DefaultKeyedRateLimiter<Key>,
    clock: DefaultClock,
    blocked: Mutex<HashMap<Key, Moment>>,
}

impl Default for Throttle {
    fn default() -> Self {
        let burst = NonZeroU32::new(5).expect("5 is not 0");
        let quota = Quota::with_period(Duration::from_secs(30)).expect("30 s is not 0").allow_burst(burst);
        Self { failures: RateLimiter::keyed(quota), clock: DefaultClock::default(), blocked: Mutex::default() }
    }
}

impl Throttle {
    /// Seconds to wait before the next try, if any.
    pub(super) fn wait(&self, account: &str, address: IpAddr) -> Option<u64> {
        let now = self.clock.now();
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        blocked.retain(|_, until| *until > now);
        keys(account, address)
            .iter()
            .filter_map(|key| blocked.get(key))
            .map(|until| until.duration_since(now).as_secs() + 1)
            .max()
    }

    pub(super) fn failed(&self, account: &str, address: IpAddr) {
        if self.failures.len() > MOST_KEYS {
            self.failures.retain_recent();
        }
        for key in keys(account, address) {
            if let Err(not_until) = self.failures.check_key(&key) {
                let until = not_until.earliest_possible();
                self.blocked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, until);
            }
        }
    }
}

fn keys(account: &str, address: IpAddr) -> [Key; 2] {
    let address = match address {
        // Whoever has one IPv6 address has all of its /64.
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    };
    [Key::Account(account.to_lowercase()), Key::Address(address)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn guessing_one_account_from_many_addresses_is_slowed() {
        let throttle = Throttle::default();
        for n in 0..6 {
            assert_eq!(throttle.wait("ada", ip(&format!("203.0.113.{n}"))), None, "failure {n}");
            throttle.failed("ada", ip(&format!("203.0.113.{n}")));
        }
        assert!(throttle.wait("ADA", ip("203.0.113.99")).is_some());
        assert_eq!(throttle.wait("grace", ip("203.0.113.99")), None);
    }

    #[test]
    fn guessing_many_accounts_from_one_network_is_slowed() {
        let throttle = Throttle::default();
        for n in 0..6 {
            throttle.failed(&format!("user{n}"), ip(&format!("2001:db8::{n}")));
        }
        assert!(throttle.wait("someone", ip("2001:db8::ffff")).is_some());
        assert_eq!(throttle.wait("someone", ip("2001:db8:0:1::1")), None);
    }
}
