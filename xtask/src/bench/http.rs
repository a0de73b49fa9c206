//! A small HTTP/1.1 client over one connection that is kept: enough to ask our own server and nginx on loopback.

use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Bytes of the head.
    pub(crate) head: usize,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The cookies that it sets, as a browser sends them back.
    pub(crate) fn cookies(&self) -> String {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs = set.filter_map(|(_, value)| value.split(';').next());
        pairs.collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).context("the answer is no text")
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            address,
            stream,
            buffer: Vec::with_capacity(64 << 10),
        })
    }

    /// `GET path` in this content coding (`identity`, `gzip`).
    pub(crate) fn get(&mut self, path: &str, encoding: &str) -> Result<Answer> {
        self.get_as(path, encoding, "")
    }

    /// The same with the cookies that a browser brings; empty for none.
    pub(crate) fn get_as(&mut self, path: &str, encoding: &str, cookie: &str) -> Result<Answer> {
        let request = request_line(self.address, path, encoding, cookie);
        self.exchange(request.as_bytes()).with_context(|| format!("GET {path}"))
    }

    /// The text of a page that must be there.
    pub(crate) fn page(&mut self, path: &str) -> Result<String> {
        let answer = self.get(path, "identity")?;
        if answer.status != 200 {
            bail!("GET {path} was answered with {}", answer.status);
        }
        Ok(answer.text()?.to_owned())
    }

    pub(crate) fn post(&mut self, path: &str, token: &str, media_type: &str, body: &[u8]) -> Result<Answer> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: {media_type}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.exchange(&request).with_context(|| format!("POST {path}"))
    }

    /// Sends a form as a browser on the same site does. `head` holds more lines of the head, each with its end.
    pub(crate) fn post_form(&mut self, path: &str, head: &str, form: &str) -> Result<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n{head}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        );
        self.exchange(request.as_bytes())
            .with_context(|| format!("POST {path}"))
    }

    fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let text = std::str::from_utf8(self.buffer.get(..head).unwrap_or_default())?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .context("no status")?
            .parse()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
            head,
        };
        if answer
            .header("transfer-encoding")
            .is_some_and(|value| value.contains("chunked"))
        {
            answer.body = self.chunks(head)?;
        } else {
            let length: usize = answer.header("content-length").unwrap_or("0").parse()?;
            while self.buffer.len() < head + length {
                self.more()?;
            }
            answer.body = self.buffer.get(head..head + length).unwrap_or_default().to_vec();
        }
        Ok(answer)
    }

    fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                match find(self.buffer.get(at..).unwrap_or_default(), b"\r\n") {
                    Some(end) => break at + end,
                    None => self.more()?,
                }
            };
            let size = std::str::from_utf8(self.buffer.get(at..end).unwrap_or_default())?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16)?;
            let start = end + 2;
            while self.buffer.len() < start + size + 2 {
                self.more()?;
            }
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(self.buffer.get(start..start + size).unwrap_or_default());
            at = start + size + 2;
        }
    }

    fn more(&mut self) -> Result<()> {
        let mut part = [0_u8; 16 << 10];
        let read = self.stream.read(&mut part)?;
        if read == 0 {
            bail!("the connection was closed in the middle of an answer");
        }
        self.buffer.extend_from_slice(part.get(..read).unwrap_or_default());
        Ok(())
    }
}

/// The text of a request as every client here sends it.
pub(crate) fn request_line(address: SocketAddr, path: &str, encoding: &str, cookie: &str) -> String {
    let cookie = match cookie {
        "" => String::new(),
        brought => format!("Cookie: {brought}\r\n"),
    };
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: {encoding}\r\n{cookie}\r\n")
}

/// Where `needle` first stands in `haystack`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A port of the loopback that nobody listens on at the moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered_with(answer: &'static str) -> Answer {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 512];
            let read = stream.read(&mut request).unwrap();
            assert!(request[..read].starts_with(b"GET /x HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let answer = Client::connect(address).unwrap().get("/x", "identity").unwrap();
        server.join().unwrap();
        answer
    }

    #[test]
    fn a_counted_body_is_read() {
        let answer = answered_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\nhello");
        assert_eq!(
            (answer.status, answer.text().unwrap(), answer.header("etag")),
            (200, "hello", Some("\"a\""))
        );
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let answer =
            answered_with("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
        assert_eq!((answer.status, answer.text().unwrap()), (404, "abcde"));
    }
}
