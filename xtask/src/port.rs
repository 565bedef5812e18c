//! Finds out, before minutes of building, whether an address can be listened on, and who has it if not.

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use anyhow::{Result, bail};

/// Fails with the remedy if `address` can't be listened on.
pub(crate) fn ensure_free(address: SocketAddr) -> Result<()> {
    let Err(error) = TcpListener::bind(address) else {
        return Ok(());
    };
    match error.kind() {
        ErrorKind::AddrInUse => {
            let who = owner(address.port()).map(|who| format!(" by {who}")).unwrap_or_default();
            bail!(
                "{address} is already in use{who}. End that program, or choose another address: --listen {}:{}",
                address.ip(),
                other(address.port())
            )
        }
        ErrorKind::PermissionDenied => {
            bail!("{address} needs root to listen on. Choose a port above 1023: --listen {}:3000", address.ip())
        }
        ErrorKind::AddrNotAvailable => {
            bail!("this machine has no address {}. Use --listen 127.0.0.1:{}", address.ip(), address.port())
        }
        _ => bail!("{address} can't be listened on: {error}"),
    }
}

fn other(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(3000)
}

/// The process that listens on `port`, as far as `/proc` shows it to us.
fn owner(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|table| listener_inode(&table, port).map(str::to_owned))?;
    let socket = format!("socket:[{inode}]");
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let pid = process.file_name().to_str()?.parse::<u32>().ok()?;
        let owns = fs::read_dir(process.path().join("fd"))
            .ok()?
            .flatten()
            .any(|fd| fs::read_link(fd.path()).is_ok_and(|link| link.as_os_str() == socket.as_str()));
        let name = fs::read_to_string(process.path().join("comm")).ok()?;
        owns.then(|| format!("`{}` (process {pid})", name.trim()))
    })
}

/// The inode of the socket in state LISTEN (0A) on `port`, from the kernel's table.
fn listener_inode(table: &str, port: u16) -> Option<&str> {
    let local_port = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(1)?.ends_with(&local_port) && *fields.get(3)? == "0A").then(|| fields.get(9).copied())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0000 20 4 30 10 -1
   1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000 100 0 0 10 0
";

    #[test]
    fn the_listening_socket_is_found_in_the_kernels_table() {
        assert_eq!(listener_inode(TABLE, 3000), Some("222"));
        assert_eq!(listener_inode(TABLE, 3001), None);
    }

    #[test]
    fn a_port_in_use_is_refused_with_the_process_and_another_port() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = ensure_free(address).unwrap_err().to_string();
        assert!(error.contains("already in use"), "{error}");
        assert!(error.contains(&format!("(process {})", std::process::id())), "{error}");
        assert!(error.contains(&format!("--listen 127.0.0.1:{}", other(address.port()))), "{error}");
    }

    #[test]
    fn a_free_port_is_accepted() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        ensure_free(address).unwrap();
    }
}
