//! The accept loop: HTTP/1.1 and HTTP/2 in clear text, bounded in connections, headers and time, drained on request.

use crate::fast::{FastPath, Front};
use crate::patience::PatientStream;
use axum::body::Body;
use http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, Semaphore};

/// Bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections; further ones wait in the kernel's queue.
    pub connections: usize,
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
            connections: 20_000,
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
const CUTTING: u8 = 2;

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
pub async fn serve<S>(
    listener: TcpListener,
    front: Arc<Front<S>>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Drained
where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let places = Arc::new(Semaphore::new(limits.connections));
    let signal = Arc::new(Signal {
        phase: AtomicU8::new(RUNNING),
        changed: Notify::new(),
    });
    let builder = Arc::new(builder(&limits));
    let mut stop = pin!(stop);
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
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or a client that went before it was greeted. Neither ends the server; a short
                // rest keeps the first from becoming a busy loop.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let service = front.connection(peer, false);
        let builder = builder.clone();
        let signal = signal.clone();
        tokio::spawn(async move {
            connection(stream, &builder, service, &signal).await;
            drop(place);
        });
    }
    drop(listener);
    drain(&places, &signal, &limits).await
}

async fn drain(places: &Semaphore, signal: &Signal, limits: &Limits) -> Drained {
    signal.set(DRAINING);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.drain, places.acquire_many(all))
        .await
        .is_ok()
    {
        return Drained { cut: 0 };
    }
    let cut = limits.connections - places.available_permits();
    signal.set(CUTTING);
    if tokio::time::timeout(Duration::from_secs(1), places.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end when they were cut");
    }
    Drained { cut }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_headers(limits.header_lines)
        // Also the bound of the head; hyper takes no less than 8 KB and answers 431 beyond.
        .max_buf_size(limits.header_bytes.max(8 << 10))
        .half_close(false)
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(16 << 10))
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

async fn connection<S>(stream: TcpStream, builder: &Builder<TokioExecutor>, service: FastPath<S>, signal: &Signal)
where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let io = TokioIo::new(PatientStream::new(stream));
    let mut serving = pin!(builder.serve_connection(io, service));
    let mut draining = pin!(signal.reached(DRAINING));
    let mut registered = false;
    let mut told = false;
    let served = std::future::poll_fn(|cx| {
        if !told && (!registered || signal.is(DRAINING)) {
            registered = true;
            if draining.as_mut().poll(cx).is_ready() {
                told = true;
                serving.as_mut().graceful_shutdown();
            }
        }
        serving.as_mut().poll(cx)
    });
    let cut = signal.reached(CUTTING);
    let result = race(served, cut, || signal.is(CUTTING)).await;
    if let Some(Err(error)) = result {
        // A client that went away or sent nonsense: of interest to whoever looks for it, not to the log.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Polls `main`, and `end` only once at first and again when `due` says so: a connection is polled with every packet,
/// and the end comes once.
async fn race<T>(main: impl Future<Output = T>, end: impl Future<Output = ()>, due: impl Fn() -> bool) -> Option<T> {
    let mut main = pin!(main);
    let mut end = pin!(end);
    let mut registered = false;
    std::future::poll_fn(|cx| {
        if (!registered || due()) && end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        registered = true;
        main.as_mut().poll(cx).map(Some)
    })
    .await
}
