//! The peer: nginx with the same compressed bytes, set up as its manual advises for static files.

use super::Bench;
use super::http::{Client, free_address};
use super::process::Process;
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A running nginx with two workers.
#[derive(Debug)]
pub(crate) struct Nginx {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

/// Where nginx lies, if it does.
pub(crate) fn find() -> Option<PathBuf> {
    [
        "/usr/sbin/nginx",
        "/usr/local/sbin/nginx",
        "/usr/bin/nginx",
        "/opt/homebrew/bin/nginx",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.is_file())
}

impl Nginx {
    /// Serves `pages` (name, text, gzip form) at `/NAME.html`.
    pub(crate) fn start(bench: &Bench, program: &Path, pages: &[(&str, &[u8], &[u8])]) -> Result<Self> {
        let folder = bench.folder.join("nginx");
        let root = folder.join("html");
        std::fs::create_dir_all(&root)?;
        for (name, text, gzip) in pages {
            std::fs::write(root.join(format!("{name}.html")), text)?;
            std::fs::write(root.join(format!("{name}.html.gz")), gzip)?;
        }
        let address = free_address()?;
        let settings = folder.join("nginx.conf");
        std::fs::write(&settings, settings_text(&folder, address))?;
        let errors = std::fs::File::create(folder.join("start.err"))?;
        let mut command = Command::new(program);
        command
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(errors);
        let process = Process::start("nginx", &mut command)?;
        let until = Instant::now() + Duration::from_secs(10);
        let (name, _, gzip) = pages.first().context("nginx was given no page")?;
        while Instant::now() < until {
            if let Ok(mut client) = Client::connect(address) {
                let answer = client.get(&format!("/{name}.html"), "gzip")?;
                if answer.status != 200 || answer.body != *gzip {
                    bail!(
                        "nginx does not answer with the bytes it was given (status {})",
                        answer.status
                    );
                }
                return Ok(Self { process, address });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("nginx did not start; see {}", folder.join("start.err").display())
    }
}

/// Workers as the processors of the bars' machine, open files kept, the log buffered: what a careful operator sets.
fn settings_text(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;\nworker_processes 2;\nworker_rlimit_nofile 8192;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n\
         events {{ worker_connections 2048; }}\n\
         http {{\n  types {{ text/html html; }}\n  charset utf-8;\n  access_log {folder}/access.log combined buffer=64k flush=1s;\n\
         \x20 sendfile on;\n  tcp_nopush on;\n  tcp_nodelay on;\n  keepalive_timeout 65;\n  keepalive_requests 100000000;\n\
         \x20 open_file_cache max=1000 inactive=60s;\n  open_file_cache_valid 60s;\n  etag on;\n\
         \x20 gzip_static on;\n  gzip_vary on;\n  server_tokens off;\n\
         \x20 client_body_temp_path {folder}/t1;\n  proxy_temp_path {folder}/t2;\n  fastcgi_temp_path {folder}/t3;\n\
         \x20 uwsgi_temp_path {folder}/t4;\n  scgi_temp_path {folder}/t5;\n\
         \x20 server {{ listen {address}; server_name localhost; root {folder}/html; \
         add_header Cache-Control \"public, max-age=10\"; }}\n}}\n"
    )
}
