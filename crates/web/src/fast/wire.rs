//! The shortest way of all: a plain `GET` or `HEAD` of a page in memory, read from and written to the socket without
//! an HTTP library in between.
//!
//! A connection begins here. As long as its requests are of the plainest kind and their pages are in memory, each costs
//! one read, one write of bytes that were put together when the page was first sent, and nothing else. The first
//! request that is anything else (a body, an upgrade, a cookie of ours, an odd header, a page that is not in memory)
//! goes to hyper with every byte that was read, and the connection stays there: no request is ever understood by half.
//!
//! Why: hyper spends about a quarter of a request's CPU on head maps, timers and state that such a request has no use
//! for, and so only drew level with a web server that sends a file. Heads are read by `httparse`, the parser that hyper
//! uses, so both ways agree on what a request is.

use super::{Asking, Brought, FastPath, Found};
use crate::access_log::Source;
use crate::encodings::{none_match_line, unmodified_since_line};
use crate::hosts::HostSite;
use crate::live::{EVENTS_PATH, Joining, Topics};
use crate::press::PressedPage;
use crate::proxies;
use crate::respond::holds;
use bytes::{Buf as _, Bytes, BytesMut};
use http::{Method, StatusCode};
use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, Sleep};

/// Most header lines of a request that is answered here.
const MOST_LINES: usize = 48;
/// Most bytes of a head that is answered here; a browser's takes about 700.
const MOST_HEAD: usize = 8 << 10;
/// First size of a connection's buffer.
const BUFFER: usize = 2 << 10;

/// How a connection left this place.
pub(crate) enum Left {
    /// It is over: closed by the client, silent for too long, or idle when the drain began.
    Over,
    /// The next request is hyper's, together with what was read of it.
    ForHyper(Bytes),
    /// The reader waits for news; status and headers were sent.
    Waiting(Joining),
}

/// A request of the plainest kind.
struct Asked<'a> {
    head_only: bool,
    path: &'a str,
    query: Option<&'a str>,
    host: &'a [u8],
    accept: Option<&'a [u8]>,
    none_match: Option<&'a [u8]>,
    modified_since: Option<&'a [u8]>,
    last_event: Option<&'a [u8]>,
    cookie: Option<&'a [u8]>,
    tls: bool,
}

/// What is sent: the page's own head, the lines that depend on the moment, the body.
struct Answer {
    head: Bytes,
    /// The line with the length, where the head doesn't have it.
    length: Bytes,
    tail: Bytes,
    body: Bytes,
}

/// Answers requests until one is not of the plainest kind.
///
/// `draining` completes when the drain begins; `is_draining` tells the same without waiting.
pub(crate) async fn answer<T>(
    stream: &mut T,
    fast: FastPath,
    header_time: Duration,
    draining: impl Future<Output = ()>,
    is_draining: impl Fn() -> bool,
) -> io::Result<(Left, FastPath)>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = BytesMut::with_capacity(BUFFER);
    let mut begin = 0;
    let mut patience = Patience::new(header_time);
    let mut draining = pin!(draining);
    let mut registered = false;
    loop {
        let unread = buffer.get(begin..).unwrap_or_default();
        let mut lines = [const { MaybeUninit::uninit() }; MOST_LINES];
        let mut request = httparse::Request::new(&mut []);
        let length = match request.parse_with_uninit_headers(unread, &mut lines) {
            Ok(httparse::Status::Complete(length)) => Some(length),
            Ok(httparse::Status::Partial) if unread.len() < MOST_HEAD => None,
            // Too long, too many lines, or no HTTP at all: hyper has the answers to these.
            Ok(httparse::Status::Partial) | Err(_) => return Ok((hand_over(buffer, begin), fast)),
        };
        let Some(length) = length else {
            // A browser's next request comes after this answer: the buffer is empty again and starts from its front.
            if begin == buffer.len() {
                buffer.clear();
                begin = 0;
            }
            match more(
                stream,
                &mut buffer,
                &mut patience,
                draining.as_mut(),
                &mut registered,
                &is_draining,
            )
            .await?
            {
                More::Read => continue,
                More::End | More::TooLate => return Ok((Left::Over, fast)),
                More::Draining if begin == buffer.len() => return Ok((Left::Over, fast)),
                More::Draining => return Ok((hand_over(buffer, begin), fast)),
            }
        };
        // In a drain the last answer says `connection: close`, which hyper knows how to do.
        let asked = if is_draining() {
            None
        } else {
            Asked::read(&request, fast.trusted, fast.tls)
        };
        // Nothing may stand behind the request: a stream's client sends nothing more.
        if let Some(asked) = &asked
            && asked.path == EVENTS_PATH
            && unread.len() == length
            && let Some(joining) = fast.joining(asked)
        {
            let mut head = fast.shared.options.live.head().clone().chain(fast.tail(asked.tls));
            stream.write_all_buf(&mut head).await?;
            return Ok((Left::Waiting(joining), fast));
        }
        let Some(answer) = asked.and_then(|asked| fast.answer_on_the_wire(&asked)) else {
            return Ok((hand_over(buffer, begin), fast));
        };
        begin += length;
        let mut bytes = answer.head.chain(answer.length).chain(answer.tail).chain(answer.body);
        stream.write_all_buf(&mut bytes).await?;
        patience.answered();
        // A client that sends one request after the other without waiting must not keep the others from their turn.
        tokio::task::coop::consume_budget().await;
    }
}

fn hand_over(mut buffer: BytesMut, begin: usize) -> Left {
    buffer.advance(begin);
    Left::ForHyper(buffer.freeze())
}

enum More {
    Read,
    End,
    TooLate,
    Draining,
}

async fn more<T: AsyncRead + Unpin>(
    stream: &mut T,
    buffer: &mut BytesMut,
    patience: &mut Patience,
    mut draining: Pin<&mut impl Future<Output = ()>>,
    registered: &mut bool,
    is_draining: impl Fn() -> bool,
) -> io::Result<More> {
    let mut reading = pin!(stream.read_buf(buffer));
    poll_fn(|cx| {
        if let Poll::Ready(read) = reading.as_mut().poll(cx) {
            return Poll::Ready(read.map(|length| if length == 0 { More::End } else { More::Read }));
        }
        // Polled once to register and then only when it is due, as in the accept loop.
        if !*registered || is_draining() {
            *registered = true;
            if is_draining() || draining.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(More::Draining));
            }
        }
        if patience.is_over(cx) {
            return Poll::Ready(Ok(More::TooLate));
        }
        Poll::Pending
    })
    .await
}

/// The time that a head may take, kept without looking at the clock for each request: one timer runs, and when it
/// ends with answers in between it runs once more. A silent client, or one whose head trickles in, is let go after one
/// to two times the limit.
struct Patience {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    answers: u64,
    at_start: u64,
}

impl Patience {
    const fn new(limit: Duration) -> Self {
        Self {
            limit,
            timer: None,
            answers: 0,
            at_start: 0,
        }
    }

    const fn answered(&mut self) {
        self.answers = self.answers.wrapping_add(1);
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let limit = self.limit;
        if self.timer.as_ref().is_some_and(|timer| !timer.is_elapsed()) {
            // It woke nobody yet, and it knows this task.
            return false;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        while timer.as_mut().poll(cx).is_ready() {
            if self.answers == self.at_start {
                return true;
            }
            self.at_start = self.answers;
            timer.as_mut().reset(Instant::now() + limit);
        }
        false
    }
}

impl<'a> Asked<'a> {
    /// Reads a parsed head; `None` for whatever is not of the plainest kind.
    fn read(request: &httparse::Request<'_, 'a>, trusted: bool, tls: bool) -> Option<Self> {
        let head_only = match request.method? {
            "GET" => false,
            "HEAD" => true,
            _ => return None,
        };
        // HTTP/1.0 closes by default.
        (request.version? == 1).then_some(())?;
        let target = request.path?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@?".contains(&b);
        (target.starts_with('/') && target.bytes().all(plain)).then_some(())?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let mut host = None;
        let mut asked = Self {
            head_only,
            path,
            query,
            host: &[],
            accept: None,
            none_match: None,
            modified_since: None,
            last_event: None,
            cookie: None,
            tls,
        };
        for line in request.headers.iter() {
            let (name, value) = (line.name.as_bytes(), line.value);
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            // A second line of the same name is for hyper, which keeps both.
            let once = |slot: &mut Option<&'a [u8]>| slot.replace(value).is_none().then_some(());
            match name.len() {
                4 if is("host") => once(&mut host)?,
                6 if is("cookie") => once(&mut asked.cookie)?,
                6 if is("expect") => return None,
                7 if is("upgrade") => return None,
                10 if is("connection") && !value.eq_ignore_ascii_case(b"keep-alive") => return None,
                13 if is("if-none-match") => once(&mut asked.none_match)?,
                13 if is("last-event-id") => once(&mut asked.last_event)?,
                14 if is("content-length") => return None,
                15 if is("accept-encoding") => once(&mut asked.accept)?,
                16 if trusted && is("x-forwarded-host") => return None,
                17 if is("if-modified-since") => once(&mut asked.modified_since)?,
                17 if is("transfer-encoding") => return None,
                17 if trusted && is("x-forwarded-proto") => asked.tls = proxies::is_https(value),
                _ => {}
            }
        }
        asked.host = host?;
        Some(asked)
    }
}

impl FastPath {
    /// The answer from memory; `None` when there is none, for whatever reason: hyper's way finds the reason again.
    fn answer_on_the_wire(&self, asked: &Asked<'_>) -> Option<Answer> {
        let site = self.site_named(asked.host).ok()?;
        let options = &self.shared.options;
        let brought = options.brought(asked.cookie.into_iter(), asked.path, asked.tls);
        let Found { page, path } = self.shared.find(&site, asked.path, asked.query)?;
        if matches!(brought, Brought::Own) {
            return self.answer_one(asked, &site, &page, path);
        }
        let page = options.for_reader(page, &brought)?;
        let encoding = self.acceptable_in(asked.accept).choose(page.prepared());
        let has = page.status() == StatusCode::OK
            && holds(
                asked
                    .none_match
                    .map(|line| none_match_line(line, &page.prepared().hash)),
                || {
                    asked
                        .modified_since
                        .is_some_and(|line| unmodified_since_line(line, page.last_modified()))
                },
            );
        let (status, head, body) = if has {
            (StatusCode::NOT_MODIFIED, page.wire_not_modified(encoding), Bytes::new())
        } else {
            let (head, body) = page.wire_whole(encoding);
            let body = if asked.head_only { Bytes::new() } else { body.clone() };
            (page.status(), head, body)
        };
        let method = if asked.head_only { &Method::HEAD } else { &Method::GET };
        self.note(&site.slug, method, path, status, body.len(), Source::Memory);
        Some(Answer {
            head: head.clone(),
            length: Bytes::new(),
            tail: self.tail(asked.tls),
            body,
        })
    }

    /// The answer for a reader who was answered a moment ago. It is not kept anywhere, so that no validator counts.
    fn answer_one(&self, asked: &Asked<'_>, site: &HostSite, page: &PressedPage, path: &str) -> Option<Answer> {
        let asking = Asking {
            cookie: asked.cookie?,
            host: asked.host,
            tls: asked.tls,
            site: site.id,
            path: asked.path,
        };
        let acceptable = self.acceptable_in(asked.accept);
        let (encoding, body) = self.shared.options.for_one(page, acceptable, &asking)?;
        let mut length = Vec::with_capacity(32);
        length.extend_from_slice(b"content-length: ");
        length.extend_from_slice(itoa::Buffer::new().format(body.len()).as_bytes());
        length.extend_from_slice(b"\r\n");
        let method = if asked.head_only { &Method::HEAD } else { &Method::GET };
        let sent = if asked.head_only { Bytes::new() } else { body };
        self.note(&site.slug, method, path, page.status(), sent.len(), Source::Memory);
        Some(Answer {
            head: page.wire_for_one(encoding).clone(),
            length: length.into(),
            tail: self.tail(asked.tls),
            body: sent,
        })
    }

    /// A reader of a stream; `None` when the router has to say why not.
    fn joining(&self, asked: &Asked<'_>) -> Option<Joining> {
        let site = self.site_named(asked.host).ok()?;
        let topics = Topics::of_query(asked.query).filter(|_| !asked.head_only)?;
        let seat = self.shared.options.live.seat()?;
        self.note(&site.slug, &Method::GET, asked.path, StatusCode::OK, 0, Source::Memory);
        Some(Joining {
            site: site.id,
            topics,
            last: asked
                .last_event
                .and_then(|line| std::str::from_utf8(line).ok()?.trim().parse().ok()),
            seat,
        })
    }

    /// `Date`, HSTS over TLS, and the empty line; made once a second and connection.
    fn tail(&self, tls: bool) -> Bytes {
        let second = self.shared.options.press.now().as_seconds();
        let mut memo = self.memo.borrow_mut();
        if let Some((known, with_hsts, tail)) = &memo.tail
            && *known == second
            && *with_hsts == tls
        {
            return tail.clone();
        }
        let date = crate::encodings::http_date(self.shared.options.press.now());
        let mut tail = Vec::with_capacity(128);
        tail.extend_from_slice(b"date: ");
        tail.extend_from_slice(date.as_bytes());
        if tls {
            tail.extend_from_slice(b"\r\nstrict-transport-security: ");
            tail.extend_from_slice(self.shared.hsts.as_bytes());
        }
        tail.extend_from_slice(b"\r\n\r\n");
        let tail = Bytes::from(tail);
        memo.tail = Some((second, tls, tail.clone()));
        tail
    }
}
