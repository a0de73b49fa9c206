//! What is new, told to readers: `/live/front.json` from memory, and Server-Sent Events on `/live/events`.
//!
//! A follower of the log says with [`Live::front`] which stories lead a site and with [`Live::story`] that one changed.
//! Asking costs the store nothing: the answer to a cursor depends only on how many of the newest stories are newer, so
//! a site has a handful of answers, each prepared when it is first asked for.
//!
//! Streams are held by one `hub` an event loop, in the sockets themselves: no HTTP library, no buffer and no task with
//! a request's state stands behind a reader who waits.

pub(crate) mod hub;

use crate::cache_policy::CachePolicy;
use crate::encodings::Effort;
use crate::paging::Cursor;
use crate::press::{LogPosition, PageKey, Parts, PressedPage, Rendered};
use crate::security_headers::SecurityHeaders;
use crate::surrogate::SurrogateKey;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hub::{Command, Seat};
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::time::Clock;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Where a front's news are asked for.
pub const FRONT_PATH: &str = "/live/front.json";
/// Where they are streamed.
pub const EVENTS_PATH: &str = "/live/events";
/// Nobody needs to know of more new stories than this.
pub const MOST_NEW: usize = 50;
/// Stories that one stream may follow.
const MOST_STORIES: usize = 8;
/// Changes that a reader who comes back can be told of; whoever was away longer asks for the page.
const REMEMBERED: usize = 512;

/// The answer of `/live/front.json` to a cursor that `new` of the newest stories are newer than.
pub fn front_answer(site: SiteId, newest: Option<Cursor>, new: usize, position: LogPosition) -> Rendered {
    let cursor = newest.map(|cursor| cursor.to_string()).unwrap_or_default();
    // The cursor's alphabet needs no escape.
    let body = format!("{{\"cursor\":\"{cursor}\",\"new\":{new},\"href\":\"/\"}}");
    let policy = if new > 0 {
        CachePolicy::LiveOlder
    } else {
        CachePolicy::LiveNewest
    };
    Rendered::new("application/json", body.into(), policy, position)
        .keys([SurrogateKey::site(site), SurrogateKey::list(&site.to_string())])
}

/// How many of `newest` (newest first) are newer than `since`. A cursor that nobody made, or that is ahead of this
/// node, is the newest.
pub fn new_since(newest: &[Cursor], since: Option<&str>) -> usize {
    let since = since.and_then(|text| Cursor::parse(text).ok());
    since.map_or(0, |since| newest.iter().take_while(|cursor| **cursor > since).count())
}

/// A site's front as those who wait for news see it.
struct FrontNews {
    site: SiteId,
    newest: Vec<Cursor>,
    position: LogPosition,
    /// By the number of new stories.
    answers: Vec<OnceLock<Option<Arc<PressedPage>>>>,
}

impl FrontNews {
    fn event(&self) -> Bytes {
        let cursor = self.newest.first().map(Cursor::to_string).unwrap_or_default();
        format!(
            "id: {}\nevent: front\ndata: {{\"cursor\":\"{cursor}\",\"href\":\"/\"}}\n\n",
            self.position
        )
        .into()
    }
}

/// What a stream is about, beside the front of its site, which every stream begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    front: bool,
    stories: Box<[StoryId]>,
}

impl Topics {
    /// Reads the parameter `topics` of a query: `front`, `story:ID`, several with commas. Without the parameter it is
    /// the front. `None` when nothing in it is a topic, or too much is.
    pub fn of_query(query: Option<&str>) -> Option<Self> {
        let query = query.unwrap_or_default();
        let Some((_, named)) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "topics") else {
            return Some(Self {
                front: true,
                stories: Box::default(),
            });
        };
        let mut topics = (false, Vec::new());
        for topic in named.split(',') {
            match topic.split_once(':') {
                None if topic == "front" => topics.0 = true,
                Some(("story", id)) => topics.1.push(StoryId(uuid::Uuid::parse_str(id).ok()?)),
                _ => return None,
            }
        }
        (topics.1.len() <= MOST_STORIES).then(|| Self {
            front: topics.0,
            stories: topics.1.into(),
        })
    }

    fn take(&self, site: SiteId, about: &About) -> bool {
        match about {
            About::Front(of) => self.front && *of == site,
            About::Story(story) => self.stories.contains(story),
        }
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Front(SiteId),
    Story(StoryId),
}

/// One event, written once for all who are told.
#[derive(Debug)]
pub(crate) struct Message {
    about: About,
    position: LogPosition,
    bytes: Bytes,
}

/// A reader who wants to be told.
#[derive(Debug)]
pub(crate) struct Joining {
    pub(crate) site: SiteId,
    pub(crate) topics: Topics,
    /// `Last-Event-ID`; nothing for a reader who comes for the first time.
    pub(crate) last: Option<LogPosition>,
    pub(crate) seat: Seat,
}

/// Why a stream is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("as many readers follow as this node takes; ask {FRONT_PATH} instead")]
pub struct Full;

/// What is new on a node. Shared as `Arc<Live>`.
pub struct Live {
    fronts: RwLock<HashMap<SiteId, Arc<FrontNews>>>,
    remembered: Mutex<VecDeque<Arc<Message>>>,
    hubs: Mutex<Vec<UnboundedSender<Command>>>,
    turn: AtomicUsize,
    seats: Arc<AtomicUsize>,
    most: usize,
    head: Bytes,
    security: SecurityHeaders,
    clock: Arc<dyn Clock>,
}

impl Live {
    /// News for at most `most` streams at a time.
    pub fn new(most: usize, security: SecurityHeaders, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            fronts: RwLock::default(),
            remembered: Mutex::default(),
            hubs: Mutex::default(),
            turn: AtomicUsize::new(0),
            seats: Arc::default(),
            most,
            head: head_of_stream(&security),
            security,
            clock,
        })
    }

    /// The site's newest stories are these, newest first, as of `position`. Readers are told when the newest changed.
    pub fn front(&self, site: SiteId, newest: Vec<Cursor>, position: LogPosition) {
        let answers = (0..=newest.len()).map(|_| OnceLock::new()).collect();
        let news = Arc::new(FrontNews {
            site,
            newest,
            position,
            answers,
        });
        let mut fronts = self.fronts.write().unwrap_or_else(PoisonError::into_inner);
        let before = fronts.insert(site, Arc::clone(&news));
        drop(fronts);
        if before.is_none_or(|before| before.newest.first() != news.newest.first()) {
            self.tell(About::Front(site), position, news.event());
        }
    }

    /// A story that readers see, or saw, changed: `change` is `published`, `updated` or `withdrawn`. Of a live story
    /// `entries` says which of its entries are the newest, in one line of JSON. Both are told at once, since a reader is
    /// told of each position once.
    pub fn story(&self, story: StoryId, change: &'static str, entries: Option<&str>, position: LogPosition) {
        let mut event =
            format!("id: {position}\nevent: story\ndata: {{\"story\":\"{story}\",\"change\":\"{change}\"}}\n\n");
        if let Some(entries) = entries {
            event.push_str(&format!("id: {position}\nevent: entries\ndata: {entries}\n\n"));
        }
        self.tell(About::Story(story), position, event.into());
    }

    /// Readers see `new` more comments under a story, or that many again that were hidden or changed.
    pub fn comments(&self, story: StoryId, new: u32, position: LogPosition) {
        let event = format!("id: {position}\nevent: comments\ndata: {{\"story\":\"{story}\",\"new\":{new}}}\n\n");
        self.tell(About::Story(story), position, event.into());
    }

    /// Streams that are open now.
    pub fn streams(&self) -> usize {
        self.seats.load(Ordering::Relaxed)
    }

    fn tell(&self, about: About, position: LogPosition, bytes: Bytes) {
        let message = Arc::new(Message { about, position, bytes });
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.pop_front();
        }
        remembered.push_back(Arc::clone(&message));
        drop(remembered);
        let mut hubs = self.hubs.lock().unwrap_or_else(PoisonError::into_inner);
        hubs.retain(|hub| hub.send(Command::Tell(Arc::clone(&message))).is_ok());
    }

    /// The answer to `/live/front.json?since=…`, ready to be sent. `None` before the follower has spoken of the site,
    /// or when the answer could not be prepared, which the log then says.
    pub(crate) fn page(&self, site: SiteId, query: Option<&str>) -> Option<Arc<PressedPage>> {
        let fronts = self.fronts.read().unwrap_or_else(PoisonError::into_inner);
        let news = Arc::clone(fronts.get(&site)?);
        drop(fronts);
        let since = query.and_then(|query| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(name, value)| name == "since" && !value.is_empty())
        });
        let new = new_since(&news.newest, since.as_ref().map(|(_, value)| value.as_ref()));
        news.answers.get(new)?.get_or_init(|| self.prepare(&news, new)).clone()
    }

    fn prepare(&self, news: &FrontNews, new: usize) -> Option<Arc<PressedPage>> {
        let rendered = front_answer(news.site, news.newest.first().copied(), new, news.position);
        let key = PageKey::new("", FRONT_PATH, &[]);
        match Parts::prepare(key, rendered, self.clock.now(), Effort::Fast, &self.security, None) {
            Ok(parts) => Some(Arc::new(PressedPage::new(parts))),
            Err(error) => {
                tracing::error!(%error, "the front's news could not be prepared");
                None
            }
        }
    }

    /// A place for one more stream.
    pub(crate) fn seat(&self) -> Option<Seat> {
        Seat::take(&self.seats, self.most)
    }

    /// Status line and headers of a stream, up to those that depend on the moment.
    pub(crate) const fn head(&self) -> &Bytes {
        &self.head
    }

    /// The first events of a stream, and the position that they reach.
    fn first(&self, joining: &Joining) -> (Bytes, LogPosition) {
        let mut bytes = BytesMut::new();
        let fronts = self.fronts.read().unwrap_or_else(PoisonError::into_inner);
        let front = fronts.get(&joining.site).cloned();
        drop(fronts);
        let mut position = front.as_ref().map_or(0, |front| front.position);
        bytes.put_slice(&front.map_or_else(|| Bytes::from_static(b": no news yet\n\n"), |front| front.event()));
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let head = remembered.back().map_or(0, |message| message.position);
        // What was heard may still wait in the queue of an event loop that the reader comes to now.
        position = position.max(joining.last.map_or(0, |last| last.min(head)));
        // A number from the future is not ours: another node's, or invented. Nothing is replayed for it.
        if let Some(last) = joining.last.filter(|last| *last < head) {
            for message in remembered.iter().filter(|message| message.position > last) {
                let told =
                    matches!(message.about, About::Story(_)) && joining.topics.take(joining.site, &message.about);
                if told {
                    bytes.put_slice(&message.bytes);
                    position = position.max(message.position);
                }
            }
        }
        (bytes.freeze(), position)
    }

    /// Adds the hub of an event loop.
    pub(crate) fn add_hub(&self, hub: UnboundedSender<Command>) {
        self.hubs.lock().unwrap_or_else(PoisonError::into_inner).push(hub);
    }

    /// A stream for a reader whose connection an HTTP library keeps (HTTP/2, or one that brings a cookie).
    ///
    /// # Errors
    /// [`Full`].
    pub fn stream(
        &self,
        site: SiteId,
        topics: Topics,
        last: Option<LogPosition>,
    ) -> Result<impl futures::Stream<Item = Bytes> + Send + use<>, Full> {
        let seat = self.seat().ok_or(Full)?;
        let (sender, receiver) = tokio::sync::mpsc::channel(hub::QUEUE);
        let joining = Joining {
            site,
            topics,
            last,
            seat,
        };
        let hubs = self.hubs.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let hub = turn.checked_rem(hubs.len()).and_then(|at| hubs.get(at)).ok_or(Full)?;
        hub.send(Command::JoinChannel(joining, sender)).map_err(|_| Full)?;
        drop(hubs);
        Ok(futures::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|bytes| (bytes, receiver))
        }))
    }
}

/// The headers of a stream as the router sets them.
pub fn stream_headers(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(CachePolicy::NoStore.cache_control()),
    );
    // nginx holds an answer back until its buffer is full unless it is told not to.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
}

fn head_of_stream(security: &SecurityHeaders) -> Bytes {
    let mut headers = HeaderMap::new();
    stream_headers(&mut headers);
    security.apply(&mut headers);
    let mut head = BytesMut::from(&b"HTTP/1.1 200 OK\r\nconnection: close\r\n"[..]);
    for (name, value) in &headers {
        head.put_slice(name.as_str().as_bytes());
        head.put_slice(b": ");
        head.put_slice(value.as_bytes());
        head.put_slice(b"\r\n");
    }
    head.freeze()
}

/// A new hub and the way to it.
pub(crate) fn hub(live: &Arc<Live>) -> (UnboundedSender<Command>, hub::Hub) {
    let (sender, receiver) = unbounded_channel();
    live.add_hub(sender.clone());
    (sender.clone(), hub::Hub::new(Arc::clone(live), sender, receiver))
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::time::Timestamp;
    use uuid::Uuid;

    fn cursor(at: i64) -> Cursor {
        Cursor::new(Timestamp::from_micros(at), Uuid::from_u128(7))
    }

    #[test]
    fn a_forged_or_future_cursor_is_the_newest() {
        let newest = [cursor(30), cursor(20), cursor(10)];
        let count = |at: i64| new_since(&newest, Some(&cursor(at).to_string()));
        assert_eq!((count(30), count(29), count(20), count(5)), (0, 1, 1, 3));
        assert_eq!(count(99), 0, "another node may be ahead");
        assert_eq!(new_since(&newest, Some("zzzz")), 0);
        assert_eq!(new_since(&newest, None), 0);
    }

    #[test]
    fn topics_are_read_or_refused() {
        let id = Uuid::from_u128(9);
        let read = |query: &str| Topics::of_query(Some(query));
        assert!(Topics::of_query(None).unwrap().front);
        let both = read(&format!("topics=front%2Cstory%3A{id}")).unwrap();
        assert_eq!((both.front, &*both.stories), (true, &[StoryId(id)][..]));
        assert!(!read(&format!("topics=story:{id}")).unwrap().front);
        assert_eq!(read("topics=everything"), None);
        assert_eq!(read("topics=story:nine"), None);
        let many = vec![format!("story:{id}"); MOST_STORIES + 1].join(",");
        assert_eq!(read(&format!("topics={many}")), None);
    }
}
