//! nginx as a plain reverse proxy, in one process, with its files in a temporary folder.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::process::{free_address, listening};

#[derive(Debug)]
pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    pub(crate) version: String,
    process: Child,
    _folder: TempDir,
}

impl Nginx {
    pub(crate) async fn start(upstream: SocketAddr, streams: usize) -> Result<Self> {
        // Debian's isn't in everyone's PATH.
        let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        let config = folder.path().join("nginx.conf");
        fs::write(&config, configuration(folder.path(), address, upstream, streams))?;
        let mut process = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .args(["-e", "stderr", "-c"])
            .arg(&config)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("nginx could not be started; is it installed?")?;
        listening("nginx", &mut process, address).await?;
        let version = Command::new(program).arg("-v").output().await?;
        let version = String::from_utf8_lossy(&version.stderr).trim().replace("nginx version: ", "");
        Ok(Self { address, version, process, _folder: folder })
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }
}

/// Room for `streams`, which count twice, and what the load before them left open; no more: nginx reserves memory for each.
///
/// One process instead of master and worker: it can be ended and measured as one, and proxies the same way.
fn configuration(folder: &Path, address: SocketAddr, upstream: SocketAddr, streams: usize) -> String {
    let connections = 2 * streams + 2_000;
    let folder = folder.display();
    format!(
        "daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{
    worker_connections {connections};
}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream mock {{
        server {upstream};
        keepalive 128;
        keepalive_requests 1000000000;
    }}
    server {{
        listen {address} backlog=4096;
        keepalive_requests 1000000000;
        keepalive_timeout 1h;
        location / {{
            proxy_pass http://mock;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_buffering off;
            proxy_read_timeout 1h;
        }}
    }}
}}
"
    )
}
