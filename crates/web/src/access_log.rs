//! The access log: one JSON line a request, written behind, with nothing personal in it.
//!
//! No address, no query, no cookie and no user agent are written: what a reader searched or where they came from is
//! not the publisher's to keep. Lines are put together in a buffer that one connection after another appends to, and
//! a thread hands full buffers on; a request pays for some copying and an uncontended lock. Rejected: a `tracing`
//! event per request, which costs about ten times as much as the line.

use http::{Method, StatusCode};
use masthead_domain::time::Clock;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const SHARDS: usize = 8;
/// A buffer of this size is handed on before the interval is over.
const FULL: usize = 64 << 10;
/// Lines are dropped (and counted) when a shard grows to this while its writer hangs: a full disk stops no reader.
const TOO_FULL: usize = 1 << 20;
const INTERVAL: Duration = Duration::from_millis(100);

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A pressed page in memory.
    Memory,
    /// The router.
    Router,
}

/// What one line says.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The site's slug; empty when no site has the host's name.
    pub site: &'a str,
    /// The method.
    pub method: &'a Method,
    /// The path without its query.
    pub path: &'a str,
    /// The status that was sent.
    pub status: StatusCode,
    /// Bytes of the body, where known.
    pub bytes: Option<u64>,
    /// Where the answer came from.
    pub source: Source,
}

/// Appends lines; shared by all connections.
pub struct AccessLog {
    shared: Option<Arc<Shared>>,
}

struct Shared {
    shards: [Mutex<Vec<u8>>; SHARDS],
    next_shard: AtomicUsize,
    stopping: AtomicBool,
    /// Milliseconds since 1970, renewed by the writer's thread: a line's time is good to a tenth of a second, and no
    /// request pays for reading the clock.
    now: AtomicI64,
    full: std::thread::Thread,
}

impl AccessLog {
    /// No log at all.
    pub const fn off() -> Self {
        Self { shared: None }
    }

    /// Writes to `sink` from a thread of its own.
    ///
    /// # Errors
    /// When the thread can't be started.
    pub fn to(sink: Box<dyn Write + Send>, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (sender, receiver) = std::sync::mpsc::sync_channel::<Arc<Shared>>(1);
        let handle = std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || {
                if let Ok(shared) = receiver.recv() {
                    shared.write_behind(sink, clock.as_ref());
                }
            })?;
        let shared = Arc::new(Shared {
            shards: Default::default(),
            next_shard: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            now: AtomicI64::new(0),
            full: handle.thread().clone(),
        });
        sender
            .send(shared.clone())
            .map_err(|_| std::io::Error::other("the log's thread ended at once"))?;
        Ok(Self { shared: Some(shared) })
    }

    /// A number that spreads connections over the buffers.
    pub fn shard(&self) -> usize {
        self.shared
            .as_ref()
            .map_or(0, |shared| shared.next_shard.fetch_add(1, Ordering::Relaxed))
    }

    /// Appends one line.
    pub fn write(&self, shard: usize, line: &Line<'_>) {
        let Some(shared) = &self.shared else { return };
        let Some(shard) = shared.shards.get(shard % SHARDS) else {
            return;
        };
        let mut buffer = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if buffer.len() >= TOO_FULL {
            drop(buffer);
            metrics::counter!("access_log_dropped_total").increment(1);
            return;
        }
        let was_full = buffer.len() >= FULL;
        line.append(&mut buffer, shared.now.load(Ordering::Relaxed));
        let is_full = buffer.len() >= FULL;
        drop(buffer);
        if is_full && !was_full {
            shared.full.unpark();
        }
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.stopping.store(true, Ordering::Release);
            shared.full.unpark();
        }
    }
}

impl Shared {
    fn write_behind(&self, mut sink: Box<dyn Write + Send>, clock: &dyn Clock) {
        let mut taken = Vec::with_capacity(FULL);
        loop {
            self.now.store(clock.now().as_micros() / 1000, Ordering::Relaxed);
            let last = self.stopping.load(Ordering::Acquire);
            for shard in &self.shards {
                std::mem::swap(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner), &mut taken);
                if let Err(error) = sink.write_all(&taken) {
                    metrics::counter!("access_log_errors_total").increment(1);
                    tracing::warn!(%error, "the access log can't be written");
                }
                taken.clear();
            }
            if let Err(error) = sink.flush() {
                tracing::warn!(%error, "the access log can't be flushed");
            }
            if last {
                return;
            }
            std::thread::park_timeout(INTERVAL);
        }
    }
}

impl Line<'_> {
    fn append(&self, buffer: &mut Vec<u8>, now: i64) {
        let mut digits = itoa::Buffer::new();
        buffer.extend_from_slice(b"{\"at\":");
        buffer.extend_from_slice(digits.format(now).as_bytes());
        buffer.extend_from_slice(b",\"site\":\"");
        buffer.extend_from_slice(self.site.as_bytes());
        buffer.extend_from_slice(b"\",\"method\":\"");
        escape(buffer, self.method.as_str());
        buffer.extend_from_slice(b"\",\"path\":\"");
        escape(buffer, self.path);
        buffer.extend_from_slice(b"\",\"status\":");
        buffer.extend_from_slice(self.status.as_str().as_bytes());
        if let Some(bytes) = self.bytes {
            buffer.extend_from_slice(b",\"bytes\":");
            buffer.extend_from_slice(digits.format(bytes).as_bytes());
        }
        buffer.extend_from_slice(match self.source {
            Source::Memory => b",\"from\":\"memory\"}\n".as_slice(),
            Source::Router => b",\"from\":\"router\"}\n",
        });
    }
}

/// Appends text as the inside of a JSON string. Paths hold visible ASCII, of which two characters need an escape;
/// bytes beyond it, which a lenient parser let through, are written as their code points.
fn escape(buffer: &mut Vec<u8>, text: &str) {
    let plain = |byte: &u8| (0x20..0x7f).contains(byte) && *byte != b'"' && *byte != b'\\';
    if text.as_bytes().iter().all(plain) {
        buffer.extend_from_slice(text.as_bytes());
        return;
    }
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if plain(&byte) => buffer.push(byte),
            // Writing to a Vec can't fail.
            _ => {
                let _infallible = write!(buffer, "\\u{unit:04x}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::time::Timestamp;

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_700_000_000_000_000)
        }
    }

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_json_and_none_is_lost_at_the_end() {
        let sink = Sink::default();
        let log = AccessLog::to(Box::new(sink.clone()), Arc::new(Fixed)).unwrap();
        let paths = ["/", "/world/a-20140915", "/\"quoted\\", "/caf\u{e9}\u{1f600}"];
        for n in 0..2000 {
            log.write(
                n,
                &Line {
                    site: "daily",
                    method: &Method::GET,
                    path: paths[n % 4],
                    status: StatusCode::OK,
                    bytes: Some(9000),
                    source: Source::Memory,
                },
            );
        }
        drop(log);
        for _ in 0..200 {
            if sink.0.lock().unwrap().iter().filter(|b| **b == b'\n').count() == 2000 {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2000);
        for path in paths {
            assert_eq!(lines.iter().filter(|line| line["path"] == path).count(), 500, "{path}");
        }
        assert_eq!(lines[0]["status"], 200);
        assert_eq!(lines[0]["from"], "memory");
    }
}
