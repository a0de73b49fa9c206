//! Patience with slow clients has an end: a body that trickles in and a reader that takes nothing are let go.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long a body may take before it has to have brought something.
const BODY_START: Duration = Duration::from_secs(20);
/// The least that counts as progress after that, in bytes a second: a phone at the edge of its network brings more.
const BODY_RATE: u64 = 1024;
/// How long a reader may take nothing of what is ready for them.
const WRITE_STALL: Duration = Duration::from_secs(30);

/// A request's body that fails when it comes more slowly than one kilobyte a second after its first twenty seconds.
pub struct PatientBody<B> {
    inner: B,
    received: u64,
    started: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<B> PatientBody<B> {
    /// Patience with `inner` begins when it is first waited for.
    pub const fn new(inner: B) -> Self {
        Self {
            inner,
            received: 0,
            started: None,
            timer: None,
        }
    }
}

/// The body came too slowly, or the connection failed under it.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Slower than patience allows.
    #[error("the body came too slowly")]
    TooSlow,
    /// The connection failed.
    #[error("the body could not be read")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl<B> Body for PatientBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame
                    && let Some(data) = frame.data_ref()
                {
                    this.received = this
                        .received
                        .saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(|error| BodyError::Broken(error.into()))))
            }
            Poll::Pending => {
                // The time allowed grows with what has come; the clock is only read while waiting.
                let started = *this.started.get_or_insert_with(Instant::now);
                let deadline = started + BODY_START + Duration::from_secs(this.received / BODY_RATE);
                let timer = this
                    .timer
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
                if timer.deadline() != deadline {
                    timer.as_mut().reset(deadline);
                }
                match timer.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(BodyError::TooSlow))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A connection that fails when its reader takes nothing for half a minute. Costs nothing while they do.
///
/// It can be given back what was read of it already, which is then read first.
pub struct PatientStream<T> {
    inner: T,
    unread: Bytes,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<T> PatientStream<T> {
    /// Patience with the reader at the other end of `inner`.
    pub const fn new(inner: T) -> Self {
        Self {
            inner,
            unread: Bytes::new(),
            stalled: None,
        }
    }

    /// The stream itself, for whoever is patient in another way. What was given back is lost.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// Gives back what was read and not used.
    pub fn give_back(&mut self, unread: Bytes) {
        self.unread = unread;
    }

    fn settle<R>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let timer = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_STALL)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the reader takes nothing any more",
            ))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for PatientStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.unread.is_empty() {
            let length = self.unread.len().min(buffer.remaining());
            buffer.put_slice(&self.unread.split_to(length));
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for PatientStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.settle(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.settle(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// A body that brings `piece` bytes every `pause` and ends after `pieces`.
    fn drip(piece: usize, pause: Duration, pieces: usize) -> PatientBody<axum::body::Body> {
        let stream = futures::stream::unfold(0, move |n| async move {
            if n == pieces {
                return None;
            }
            tokio::time::sleep(pause).await;
            Some((Ok::<_, io::Error>(Bytes::from(vec![0; piece])), n + 1))
        });
        PatientBody::new(axum::body::Body::from_stream(Box::pin(stream)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_let_go_and_a_slow_phone_is_not() {
        let trickle = drip(10, Duration::from_secs(1), 1000).collect().await;
        assert!(matches!(trickle, Err(BodyError::TooSlow)));
        let silent = drip(10, Duration::from_secs(3600), 1).collect().await;
        assert!(matches!(silent, Err(BodyError::TooSlow)));
        let phone = drip(4096, Duration::from_secs(3), 200).collect().await.unwrap();
        assert_eq!(phone.to_bytes().len(), 4096 * 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_let_go() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut patient = PatientStream::new(ours);
        let slow = tokio::spawn(async move {
            let mut taken = [0; 32];
            for _ in 0..8 {
                tokio::time::sleep(Duration::from_secs(20)).await;
                theirs.read_exact(&mut taken).await.unwrap();
            }
            theirs
        });
        patient.write_all(&[0; 256]).await.unwrap();
        let _still_there = slow.await.unwrap();
        let stuck = patient.write_all(&[0; 256]).await.unwrap_err();
        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);
    }
}
