//! Readers with accounts of their own, made by the program's command and signed in by the form.

use super::network::{Network, Node};
use anyhow::{Result, bail};
use std::io::Write as _;
use std::process::Stdio;

const PASSWORD: &str = "bench lantern teapot 4711";

/// The session cookies of so many readers.
pub(crate) fn signed_in(network: &Network, node: &Node, count: u32) -> Result<Vec<String>> {
    let mut client = node.client()?;
    (0..count)
        .map(|number| {
            let address = format!("reader{number}@bench.example");
            let mut added = network
                .command(&["user", "add", &address, "--username", &format!("bench_reader_{number}")])
                .args(["--name", &format!("Reader {number}"), "--password-stdin"])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()?;
            if let Some(mut input) = added.stdin.take() {
                input.write_all(PASSWORD.as_bytes())?;
            }
            if !added.wait()?.success() {
                bail!("masthead user add failed");
            }
            // Sign-ins are limited by address, and loopback is a proxy that is believed.
            let from = format!("X-Forwarded-For: 198.51.100.{number}\r\n");
            let form = format!(
                "email={}&password={}",
                address.replace('@', "%40"),
                PASSWORD.replace(' ', "+")
            );
            let answer = client.post_form("/sign-in", &from, &form)?;
            let cookie = answer.cookies();
            if answer.status != 303 || cookie.is_empty() {
                bail!("the sign-in of {address} was answered with {}", answer.status);
            }
            Ok(cookie)
        })
        .collect()
}
