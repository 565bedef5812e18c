//! What was asked and answered, while a request runs whose key wants it kept. Other requests have none of this.

use std::fmt;

use bytes::Bytes;
use store::NewBody;
use uuid::Uuid;

use super::{mask::mask, settle::Arrival};
use crate::app::App;

/// What is looked at behind the end of what is kept, so that a credential which the end cuts is known by its shape.
const BEYOND: usize = 256;

/// Both directions as far as they are kept.
pub(super) struct Record {
    id: Uuid,
    user_id: i64,
    request: Bytes,
    answer: Vec<u8>,
    /// As long as the answer was so far.
    answered: usize,
    /// Bytes of each that are kept.
    most: usize,
}

impl Record {
    /// `request` is the body as it was read.
    pub(super) fn new(app: &App, arrival: &Arrival, request: Bytes) -> Self {
        let most = usize::from(app.settings().body_kb) << 10;
        Self { id: arrival.id, user_id: arrival.user_id, request, answer: Vec::new(), answered: 0, most }
    }

    /// Notes what the client is sent.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        self.answered += bytes.len();
        let room = (self.most + BEYOND).saturating_sub(self.answer.len());
        self.answer.extend_from_slice(&bytes[..room.min(bytes.len())]);
    }

    /// Keeps both, in a task of its own: nobody waits for it.
    pub(super) fn keep(self, app: &App) {
        let store = app.store.clone();
        app.tasks.spawn(async move {
            let Self { id, user_id, request, answer, answered, most } = self;
            let bodies = tokio::task::spawn_blocking(move || {
                let request = body(&request, request.len(), most);
                (Some(request), (answered > 0).then(|| body(&answer, answered, most)))
            });
            let Ok((request, answer)) = bodies.await else { return };
            if let Err(error) = store.bodies().save(id, user_id, request, answer).await {
                tracing::warn!(%error, request = %id, "what was asked and answered isn't kept");
            }
        });
    }
}

impl fmt::Debug for Record {
    /// What people wrote belongs into no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("id", &self.id).finish_non_exhaustive()
    }
}

fn body(bytes: &[u8], whole_bytes: usize, most: usize) -> NewBody {
    let seen = &bytes[..bytes.len().min(most + BEYOND)];
    let mut masked = mask(seen);
    let cut = whole_bytes > most;
    if cut {
        masked.truncate(most);
    }
    NewBody { bytes: masked, whole_bytes, cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_up_to_its_bound_and_says_so() {
        let long = vec![b'a'; 5_000];
        let kept = body(&long, long.len(), 1_024);
        assert_eq!((kept.bytes.len(), kept.whole_bytes, kept.cut), (1_024, 5_000, true));
        let kept = body(b"short", 5, 1_024);
        assert_eq!((kept.bytes.as_slice(), kept.cut), (&b"short"[..], false));
    }

    #[test]
    fn a_credential_at_the_bound_is_masked_too() {
        let text = [vec![b' '; 1_020], b"sk-0123456789abcdef0123456789".to_vec()].concat();
        let kept = body(&text, text.len(), 1_024);
        assert!(kept.bytes.ends_with(b" sk-["), "{}", String::from_utf8_lossy(&kept.bytes[1_010..]));
    }
}
