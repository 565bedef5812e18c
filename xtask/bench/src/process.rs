//! Facts about processes, from the kernel; and free ports.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpStream;
use tokio::process::Child;

/// Lets this process and its children open as many files as the system allows them, and says how many.
pub(crate) fn raise_open_files() -> Result<usize> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    Ok(maximum.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX))
}

/// Resident memory in KiB.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("{path}: the process has ended"))?;
    vm_rss(&status).with_context(|| format!("{path} says no VmRSS"))
}

fn vm_rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// An address on loopback that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until `process` listens on `address`.
pub(crate) async fn listening(name: &str, process: &mut Child, address: SocketAddr) -> Result<()> {
    for _ in 0..300 {
        if let Some(status) = process.try_wait()? {
            bail!("{name} ended at once ({status}); what it said is above");
        }
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("{name} doesn't listen on {address} after 30 s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_the_status() {
        assert_eq!(vm_rss("Name:\tx\nVmRSS:\t    1234 kB\nVmSwap:\t0 kB\n"), Some(1234));
        assert_eq!(vm_rss("Name:\tx\n"), None);
    }

    #[test]
    fn this_process_has_resident_memory() {
        assert!(resident(std::process::id()).unwrap() > 100);
    }
}
