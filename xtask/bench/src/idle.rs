//! What streams that wait for their next chunk cost in memory.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use crate::load::{Kind, Target, first_bytes};
use crate::process::resident;

/// Opened at once at most: listeners have short queues.
const AT_ONCE: usize = 64;

/// A process's resident memory before and while streams wait in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) streams: usize,
    /// KiB.
    pub(crate) before: u64,
    /// KiB.
    pub(crate) with_streams: u64,
}

/// Opens `streams` idle streams through `target`, which is the process `pid`, and closes them again.
pub(crate) async fn memory(target: &Target, pid: u32, streams: usize) -> Result<Memory> {
    let before = resident(pid)?;
    let mut drivers = JoinSet::new();
    let mut open = Vec::with_capacity(streams);
    while open.len() < streams {
        let mut batch = JoinSet::new();
        for _ in 0..AT_ONCE.min(streams - open.len()) {
            let mut sender = target.connect(&mut drivers).await?;
            let request = target.request(Kind::Idle);
            batch.spawn(async move {
                let mut response = sender.send_request(request).await?;
                first_bytes(&mut response).await?;
                anyhow::Ok((sender, response))
            });
        }
        while let Some(one) = batch.join_next().await {
            let count = open.len();
            open.push(one?.with_context(|| format!("the idle stream after {count}"))?);
        }
    }
    // Until buffers that were needed for a moment are given back.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let with_streams = resident(pid)?;
    drop(open);
    drivers.shutdown().await;
    Ok(Memory { streams, before, with_streams })
}
