//! The hub of an event loop: the sockets of readers who wait for news, and the loop that writes to them.
//!
//! A socket's send buffer in the kernel is its bounded queue. Whoever doesn't empty it, so that a message of a hundred
//! bytes no longer fits, is dropped and comes back with `Last-Event-ID`; nothing in this process waits for them. A
//! small task a socket only notices that the reader has left.

use super::{Joining, Live, Message, Topics};
use crate::press::LogPosition;
use bytes::Bytes;
use masthead_domain::ids::SiteId;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::AbortHandle;

/// Messages that may wait for a reader behind an HTTP library.
pub(super) const QUEUE: usize = 16;
/// A comment line goes out at least this often: proxies close what is silent, and so would a reader's script.
const BEAT: Duration = Duration::from_secs(12);
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// Readers written to before others on this loop have their turn.
const TURN: usize = 64;

/// One of the places for streams; given back when dropped.
#[derive(Debug)]
pub(crate) struct Seat(Arc<AtomicUsize>);

impl Seat {
    pub(super) fn take(taken: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let seat = Self(Arc::clone(taken));
        // Counted first: dropping the seat of one too many gives it back.
        (taken.fetch_add(1, Ordering::Relaxed) < most).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a hub is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// A reader whose connection is ours alone; the headers were sent.
    JoinSocket(Joining, TcpStream, OwnedSemaphorePermit),
    /// A reader behind an HTTP library.
    JoinChannel(Joining, mpsc::Sender<Bytes>),
    /// Something happened.
    Tell(Arc<Message>),
    /// A reader left.
    Left(u64),
    /// The node stops.
    Drain,
}

enum Sink {
    Socket(Arc<TcpStream>, AbortHandle),
    Channel(mpsc::Sender<Bytes>),
}

impl Sink {
    /// Whether the bytes are on their way as a whole. Anything else ends the stream.
    fn send(&self, bytes: &Bytes) -> bool {
        match self {
            Self::Socket(stream, _) => matches!(stream.try_write(bytes), Ok(length) if length == bytes.len()),
            Self::Channel(channel) => channel.try_send(bytes.clone()).is_ok(),
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Self::Socket(_, watch) = self {
            // The watching task holds the socket too.
            watch.abort();
        }
    }
}

struct Reader {
    sink: Sink,
    site: SiteId,
    topics: Topics,
    /// What they were told of already.
    position: LogPosition,
    _seat: Seat,
}

/// The readers of one event loop.
pub(crate) struct Hub {
    live: Arc<Live>,
    own: UnboundedSender<Command>,
    commands: UnboundedReceiver<Command>,
    readers: HashMap<u64, Reader>,
    next: u64,
    draining: bool,
}

impl Hub {
    pub(super) fn new(live: Arc<Live>, own: UnboundedSender<Command>, commands: UnboundedReceiver<Command>) -> Self {
        Self {
            live,
            own,
            commands,
            readers: HashMap::new(),
            next: 0,
            draining: false,
        }
    }

    /// Runs until the event loop ends.
    pub(crate) async fn run(mut self) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                _ = beat.tick() => self.send(&COMMENT, |_| true).await,
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::JoinSocket(joining, stream, place) => {
                let id = self.name();
                let stream = Arc::new(stream);
                let watch = tokio::spawn(watch(Arc::clone(&stream), id, self.own.clone(), place));
                self.welcome(id, joining, Sink::Socket(stream, watch.abort_handle()));
            }
            Command::JoinChannel(joining, channel) => {
                let id = self.name();
                self.welcome(id, joining, Sink::Channel(channel));
            }
            Command::Tell(message) => {
                let bytes = message.bytes.clone();
                self.send(&bytes, |reader| {
                    let told = reader.position < message.position && reader.topics.take(reader.site, &message.about);
                    if told {
                        reader.position = message.position;
                    }
                    told
                })
                .await;
            }
            Command::Left(id) => {
                self.readers.remove(&id);
            }
            Command::Drain => {
                self.draining = true;
                for (id, reader) in self.readers.drain() {
                    // A reader who doesn't take this line comes back after their browser's own pause.
                    reader.sink.send(&come_back(id, 1_000, 9_000));
                }
            }
        }
    }

    fn name(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    fn welcome(&mut self, id: u64, joining: Joining, sink: Sink) {
        if self.draining {
            sink.send(&come_back(id, 1_000, 9_000));
            return;
        }
        let (first, position) = self.live.first(&joining);
        // Also for a server that dies without a word: not all may come back in the same second.
        let pause = come_back(id, 2_000, 4_000);
        if sink.send(&Bytes::from([&pause[..], &first[..]].concat())) {
            let reader = Reader {
                sink,
                site: joining.site,
                topics: joining.topics,
                position,
                _seat: joining.seat,
            };
            self.readers.insert(id, reader);
        }
    }

    /// Sends to those who are `wanted`; who can't take it is gone.
    async fn send(&mut self, bytes: &Bytes, mut wanted: impl FnMut(&mut Reader) -> bool) {
        let mut gone = Vec::new();
        let mut turn = 0;
        for (id, reader) in &mut self.readers {
            if !wanted(reader) {
                continue;
            }
            if !reader.sink.send(bytes) {
                gone.push(*id);
            }
            turn += 1;
            if turn % TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
        for id in gone {
            self.readers.remove(&id);
        }
    }
}

/// `retry`, spread over `spread` milliseconds by the reader's number: the same for nobody beside them, which is all
/// that is asked of it, and needs no randomness.
fn come_back(id: u64, least: u64, spread: u64) -> Bytes {
    let scattered = (id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % spread;
    format!("retry: {}\n\n", least + scattered).into()
}

/// Waits until the reader has left. What they send is nothing that a stream answers.
async fn watch(stream: Arc<TcpStream>, id: u64, hub: UnboundedSender<Command>, place: OwnedSemaphorePermit) {
    let mut nothing = [0; 64];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut nothing) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    // A hub that has ended holds nobody.
    if hub.send(Command::Left(id)).is_err() {
        tracing::debug!("a reader left after the hub");
    }
    drop(place);
}
