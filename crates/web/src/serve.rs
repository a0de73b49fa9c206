//! The accept loop: HTTP/1.1 and HTTP/2 in clear text, bounded in connections, headers and time, drained on request.

use crate::fast::wire::{self, Left};
use crate::fast::{FastPath, Front};
use crate::live::hub::Command;
use crate::live::{self, Joining};
use crate::patience::PatientStream;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Event loops; 0 is one a core.
    pub threads: usize,
    /// Open connections; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Of these, connections whose readers wait for news. The rest is for pages.
    pub streams: usize,
    /// Time for the head of a request to arrive, counted from the end of the one before: so it is also how long an
    /// idle connection is kept.
    pub header_time: Duration,
    /// Bytes of a request's head.
    pub header_bytes: usize,
    /// Header lines of a request.
    pub header_lines: usize,
    /// Time for requests under way to end after the stop was asked for.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: 0,
            connections: 20_000,
            streams: 15_000,
            header_time: Duration::from_secs(20),
            header_bytes: 16 << 10,
            header_lines: 64,
            drain: Duration::from_secs(20),
        }
    }
}

/// How the stop went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were cut because they had not ended in time.
    pub cut: usize,
}

const RUNNING: u8 = 0;
const DRAINING: u8 = 1;
const OVER: u8 = 2;

/// Tells the connections to end. A connection looks at the number, which costs nothing, and is woken by the notice
/// that it registered for once.
#[derive(Debug)]
struct Signal {
    phase: AtomicU8,
    changed: Notify,
}

impl Signal {
    fn set(&self, phase: u8) {
        self.phase.store(phase, Ordering::Release);
        self.changed.notify_waiters();
    }

    fn is(&self, phase: u8) -> bool {
        self.phase.load(Ordering::Acquire) >= phase
    }

    async fn reached(&self, phase: u8) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Registered before looking, so that a change in between is not missed.
            changed.as_mut().enable();
            if self.is(phase) {
                return;
            }
            changed.await;
        }
    }
}

/// Binds a listening socket. `SO_REUSEADDR` lets a restarted server have its address back at once.
///
/// # Errors
/// What the operating system says.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(4096)
}

/// Serves `front` on `listener` until `stop` is there, then lets requests under way end and returns.
///
/// Connections are dealt out in turn to one thread a core, each with an event loop of its own, so that answering from
/// memory needs no other thread to be woken (a twentieth more requests a CPU-second than on the shared runtime). What
/// has to go to the router runs on the runtime that called this, where a slow handler delays no page from memory.
///
/// # Errors
/// When a thread can't be started.
pub async fn serve(
    listener: TcpListener,
    front: Arc<Front>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<Drained> {
    let places = Arc::new(Semaphore::new(limits.connections));
    let signal = Arc::new(Signal {
        phase: AtomicU8::new(RUNNING),
        changed: Notify::new(),
    });
    let Loops { senders, threads } = start_loops(&front, &limits, &signal).inspect_err(|_| signal.set(OVER))?;
    let mut stop = pin!(stop);
    let mut turn = senders.iter().cycle();
    loop {
        let accepted = async {
            // The semaphore is never closed; without a place nothing is accepted.
            let place = places.clone().acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accepted => match accepted {
                Some(accepted) => accepted,
                None => break,
            },
        };
        let dealt = accepted.and_then(|(stream, peer)| {
            stream.set_nodelay(true)?;
            Ok((stream.into_std()?, peer, place))
        });
        match dealt {
            Ok(dealt) => {
                // A loop only ends after its sender is dropped, below.
                if turn.next().is_some_and(|sender| sender.send(dealt).is_err()) {
                    tracing::error!("an event loop has ended before its time");
                }
            }
            Err(error) => {
                // Out of descriptors, or a client that went before it was greeted. Neither ends the server; a short
                // rest keeps the first from becoming a busy loop.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    drop(senders);
    let drained = drain(&places, &signal, &limits).await;
    let ended = tokio::task::spawn_blocking(move || threads.into_iter().map(JoinHandle::join).all(|end| end.is_ok()));
    if !ended.await.unwrap_or(false) {
        tracing::error!("an event loop ended in a panic");
    }
    Ok(drained)
}

type Dealt = (std::net::TcpStream, SocketAddr, OwnedSemaphorePermit);

/// The event loops and the ways to deal connections out to them.
struct Loops {
    senders: Vec<UnboundedSender<Dealt>>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts one event loop a core.
fn start_loops(front: &Arc<Front>, limits: &Limits, signal: &Arc<Signal>) -> io::Result<Loops> {
    let count = match limits.threads {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        count => count,
    };
    let router = Handle::current();
    let mut senders = Vec::with_capacity(count);
    let mut threads = Vec::with_capacity(count);
    for number in 0..count {
        // Unbounded, and yet bounded by the places that the semaphore gives.
        let (sender, receiver) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (front, signal, router, limits) = (front.clone(), signal.clone(), router.clone(), *limits);
        threads.push(
            std::thread::Builder::new()
                .name(format!("front-{number}"))
                .spawn(move || runtime.block_on(event_loop(receiver, &front, &limits, &signal, &router)))?,
        );
        senders.push(sender);
    }
    Ok(Loops { senders, threads })
}

async fn event_loop(
    mut receiver: UnboundedReceiver<Dealt>,
    front: &Front,
    limits: &Limits,
    signal: &Arc<Signal>,
    router: &Handle,
) {
    let protocols = Arc::new(Protocols::new(limits));
    let (waiting, hub) = live::hub(front.live());
    tokio::spawn(hub.run());
    tokio::spawn({
        let (waiting, signal) = (waiting.clone(), signal.clone());
        async move {
            signal.reached(DRAINING).await;
            if waiting.send(Command::Drain).is_err() {
                tracing::error!("a hub has ended before its time");
            }
        }
    });
    while let Some((stream, peer, place)) = receiver.recv().await {
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken over");
                continue;
            }
        };
        let service = front.connection(peer, false, router.clone());
        let (protocols, signal, waiting) = (protocols.clone(), signal.clone(), waiting.clone());
        tokio::spawn(async move {
            // This task, with room for all that HTTP needs, ends before the reader begins to wait.
            if let Some((stream, joining)) = protocols.connection(stream, service, &signal).await
                && waiting.send(Command::JoinSocket(joining, stream, place)).is_err()
            {
                tracing::error!("a hub has ended before its time");
            }
        });
    }
    // The loop goes on turning for the connections that are still open; what is left then is dropped with it.
    signal.reached(OVER).await;
}

async fn drain(places: &Semaphore, signal: &Signal, limits: &Limits) -> Drained {
    signal.set(DRAINING);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let all_ended = tokio::time::timeout(limits.drain, places.acquire_many(all)).await;
    let cut = match all_ended {
        Ok(_) => 0,
        Err(_) => limits.connections - places.available_permits(),
    };
    signal.set(OVER);
    Drained { cut }
}

/// Both protocols with the bounds of a listener.
struct Protocols {
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    header_time: Duration,
}

impl Protocols {
    fn new(limits: &Limits) -> Self {
        let mut http1 = http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_headers(limits.header_lines)
            // Also the bound of the head; hyper takes no less than 8 KB and answers 431 beyond.
            .max_buf_size(limits.header_bytes.max(8 << 10));
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(100)
            .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(16 << 10))
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(20));
        Self {
            http1,
            http2,
            header_time: limits.header_time,
        }
    }

    /// Answers until the connection ends, or its reader waits for news.
    async fn connection(&self, stream: TcpStream, service: FastPath, signal: &Signal) -> Option<(TcpStream, Joining)> {
        let greeted = tokio::select! {
            biased;
            greeted = tokio::time::timeout(self.header_time, speaks_http2(&stream)) => greeted,
            () = signal.reached(DRAINING) => return None,
        };
        let result = match greeted {
            // Silent for too long, or gone before a word.
            Err(_) | Ok(Err(_)) => return None,
            Ok(Ok(false)) => {
                let mut stream = PatientStream::new(stream);
                let draining = signal.reached(DRAINING);
                let is_draining = || signal.is(DRAINING);
                let service = match wire::answer(&mut stream, service, self.header_time, draining, is_draining).await {
                    Ok((Left::ForHyper(unread), service)) => {
                        stream.give_back(unread);
                        service
                    }
                    Ok((Left::Waiting(joining), _)) => return Some((stream.into_inner(), joining)),
                    Ok((Left::Over, _)) | Err(_) => return None,
                };
                let serving = self.http1.serve_connection(TokioIo::new(stream), service);
                until_drained(serving, http1::Connection::graceful_shutdown, signal).await
            }
            Ok(Ok(true)) => {
                let io = TokioIo::new(PatientStream::new(stream));
                let serving = self.http2.serve_connection(io, service);
                until_drained(serving, http2::Connection::graceful_shutdown, signal).await
            }
        };
        if let Err(error) = result {
            // A client that went away or sent nonsense: of interest to whoever looks for it, not to the log.
            tracing::debug!(%error, "a connection ended early");
        }
        None
    }
}

/// Looks at what the client sends first without taking it: HTTP/2 with prior knowledge begins with a fixed preface
/// (RFC 9113, section 3.4). Rejected: hyper-util's `auto` builder, which waits for the first bytes without a limit of
/// time and wraps every later read.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut seen = [0; PREFACE.len()];
    loop {
        let length = stream.peek(&mut seen).await?;
        let first = seen.get(..length).unwrap_or_default();
        if first.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !PREFACE.starts_with(first) {
            return Ok(false);
        }
        if length == PREFACE.len() {
            return Ok(true);
        }
        // Bytes that were only looked at keep the socket readable, so waiting for more of them takes a pause.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Drives a connection to its end, telling it to finish what it has begun when the drain begins.
async fn until_drained<C>(serving: C, finish: impl Fn(Pin<&mut C>), signal: &Signal) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>>,
{
    let mut serving = pin!(serving);
    let mut draining = pin!(signal.reached(DRAINING));
    let mut registered = false;
    let mut told = false;
    poll_fn(|cx| {
        // Polled once to register and then only when it is due: a connection is polled with every packet, and the
        // drain comes once.
        if !told && (!registered || signal.is(DRAINING)) {
            registered = true;
            if draining.as_mut().poll(cx).is_ready() {
                told = true;
                finish(serving.as_mut());
            }
        }
        serving.as_mut().poll(cx)
    })
    .await
}
