//! A browser for tests: keeps cookies a host, sends what browsers send, follows nothing by itself.

use crate::http::{self, Answer};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// A browser without script.
pub struct Browser {
    address: SocketAddr,
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

impl Browser {
    /// A browser with no cookies, which finds every host at `address`.
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
        }
    }

    /// A cookie of a host.
    pub fn cookie(&self, host: &str, name: &str) -> Option<&str> {
        self.cookies.get(host)?.get(name).map(String::as_str)
    }

    /// Plants a cookie.
    pub fn set_cookie(&mut self, host: &str, name: &str, value: &str) {
        self.cookies
            .entry(host.to_owned())
            .or_default()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Opens an address of a host.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get(&mut self, host: &str, path: &str) -> anyhow::Result<Answer> {
        self.send("GET", host, path, &[("accept", "text/html")], &[]).await
    }

    /// Sends a form from a page of the same host.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post(&mut self, host: &str, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let origin = format!("http://{host}");
        let body = encode(fields);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin.as_str()),
            ("accept", "text/html"),
        ];
        self.send("POST", host, path, &headers, body.as_bytes()).await
    }

    /// Sends anything with the host's cookies, and keeps those that the answer sets.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn send(
        &mut self,
        method: &str,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> anyhow::Result<Answer> {
        let jar = self.cookies.entry(host.to_owned()).or_default();
        let line: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let line = line.join("; ");
        let mut all = headers.to_vec();
        if !line.is_empty() {
            all.push(("cookie", &line));
        }
        let answer = http::send(self.address, method, host, path, &all, body).await?;
        for (name, value) in &answer.headers {
            if name != "set-cookie" {
                continue;
            }
            let pair = value.split(';').next().unwrap_or_default();
            if let Some((name, content)) = pair.split_once('=') {
                if value.contains("Max-Age=0") {
                    jar.remove(name);
                } else {
                    jar.insert(name.to_owned(), content.to_owned());
                }
            }
        }
        Ok(answer)
    }
}

/// Fields as a form sends them.
pub fn encode(fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
