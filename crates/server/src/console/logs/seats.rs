//! How many live logs a person may have open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts what is open, by user.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<HashMap<i64, usize>>>);

impl Seats {
    const PER_USER: usize = 8;

    /// `None` if the user has as many open as one may.
    pub(super) fn take(&self, user_id: i64) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(user_id).or_default();
        if *count >= Self::PER_USER {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), user_id })
    }
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    user_id: i64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.user_id) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.user_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seats;

    #[test]
    fn a_seat_that_is_left_is_free_again() {
        let seats = Seats::default();
        let mut held: Vec<_> = std::iter::from_fn(|| seats.take(1)).collect();
        assert_eq!(held.len(), Seats::PER_USER);
        assert!(seats.take(2).is_some(), "others have seats of their own");
        held.pop();
        assert!(seats.take(1).is_some());
    }
}
