//! Messages to browsers through their push services: encrypted for one browser ([`encrypt`], RFC 8291), signed by the
//! network ([`Vapid`], RFC 8292), handed over by the guarded client ([`Sender`], RFC 8030).
//!
//! Where a browser is reached is said by the browser, so that the address passes by no list of trusted ones. An operator
//! who runs a push service of their own names it for this alone (`push.services`).

mod encrypt;
mod vapid;

pub use encrypt::{Recipient, encrypt};
pub use vapid::Vapid;

use crate::fetch::{FetchError, FetchPolicy, FetchSettings, Fetcher};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use masthead_domain::push::{Answer, Endpoint};
use masthead_domain::time::{Clock, Timestamp};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// `TTL` (RFC 8030, section 5.2), `Urgency` (5.3) and `Topic` (5.4).
const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");

/// Messages that are on their way to one push service at the same time.
const AT_ONCE: usize = 64;
/// How long a push service may take for a message.
const PATIENCE: Duration = Duration::from_secs(10);
/// Push services that are remembered. Readers may name as many as they like.
const REMEMBERED: usize = 256;
/// Seconds for which a push service is left alone that says so without saying for how long, or does not answer.
const REST: i64 = 30;
/// The longest that a push service is left alone, in seconds, whatever it says.
const LONGEST_REST: i64 = 1_800;
/// So many messages in a row without an answer are not their browsers' fault.
const UNANSWERED: u32 = 8;

/// Why a message can't be made or sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Keys that are none.
    #[error("these are no keys of a browser")]
    Keys,
    /// More than a message can hold.
    #[error("a message of {0} bytes is too long")]
    TooLong(usize),
    /// The system gives no randomness.
    #[error("there is no randomness")]
    NoRandomness,
    /// The way out can't be made.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

/// How soon a device is woken for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// At once, if its battery is low too.
    High,
    /// When it is awake anyway.
    Normal,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Where to.
    pub endpoint: Endpoint,
    /// What [`encrypt`] made.
    pub body: Vec<u8>,
    /// Seconds for which the push service keeps it for a device that is off.
    pub ttl: u32,
    /// How soon the device is woken.
    pub urgency: Urgency,
    /// Replaces an earlier message under the same name that the device hasn't got yet.
    pub topic: String,
}

/// What is known of a push service.
struct Service {
    room: Arc<Semaphore>,
    /// Until when it wants to be left alone, in microseconds. A std mutex: nothing awaits while it is held.
    rests_until: Mutex<Timestamp>,
    /// Messages in a row that it did not answer.
    unanswered: AtomicU32,
}

impl Service {
    fn rests_until(&self) -> Timestamp {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of an answer: whoever is overloaded, or silent, is left alone for a while. It never wants so for less
    /// long than it said before.
    fn note(&self, answer: Answer, now: Timestamp) {
        let seconds = match answer {
            Answer::Status(429 | 503, after) => {
                self.unanswered.store(0, Ordering::Relaxed);
                after.map_or(REST, |after| {
                    i64::try_from(after).unwrap_or(i64::MAX).clamp(1, LONGEST_REST)
                })
            }
            Answer::Unreached | Answer::Unknown => {
                if self.unanswered.fetch_add(1, Ordering::Relaxed) + 1 < UNANSWERED {
                    return;
                }
                REST
            }
            Answer::Status(..) => return self.unanswered.store(0, Ordering::Relaxed),
            Answer::Resting(_) | Answer::Impossible => return,
        };
        let mut rests = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        *rests = now.plus_seconds(seconds).max(*rests);
    }
}

/// A place among the messages that are on their way to a push service; it is given back when this is dropped.
pub struct Turn {
    service: Arc<Service>,
    _room: Option<OwnedSemaphorePermit>,
}

/// The way out to push services. Clones share it.
#[derive(Clone)]
pub struct Sender {
    fetcher: Fetcher,
    own: Arc<Vec<String>>,
    /// By origin. A std mutex: nothing awaits while it is held.
    services: Arc<Mutex<HashMap<String, Arc<Service>>>>,
}

impl Sender {
    /// A way out that tells push services who asks. `own` are `host:port` pairs of the operator's own push services,
    /// which may stand on private addresses and speak plain http.
    ///
    /// # Errors
    /// [`FetchError::Settings`] for something that is no `host:port`.
    pub fn new(user_agent: &str, own: &[String]) -> Result<Self, PushError> {
        let fetcher = Fetcher::new(FetchSettings {
            user_agent: user_agent.to_owned(),
            allow: own.to_vec(),
            timeout: PATIENCE,
            idle_connections: AT_ONCE,
            ..FetchSettings::default()
        })?;
        Ok(Self {
            fetcher,
            own: Arc::new(own.iter().map(|pair| pair.to_ascii_lowercase()).collect()),
            services: Arc::default(),
        })
    }

    /// Whether an address is one that messages go to: over TLS, or to a push service of the operator's own.
    pub fn takes(&self, endpoint: &Endpoint) -> bool {
        endpoint.is_secure() || self.is_own(endpoint)
    }

    fn is_own(&self, endpoint: &Endpoint) -> bool {
        self.own.contains(&endpoint.authority().to_ascii_lowercase())
    }

    /// Waits for a turn at the push service of a browser: so many messages are on their way to it at most.
    pub async fn turn(&self, endpoint: &Endpoint) -> Turn {
        let service = self.service(&endpoint.origin());
        let room = Arc::clone(&service.room).acquire_owned().await;
        Turn {
            service,
            // None only of a closed one, which none is.
            _room: room.ok(),
        }
    }

    /// Hands a message over in its turn.
    pub async fn send(&self, turn: Turn, vapid: &Vapid, clock: &dyn Clock, message: Sealed) -> Answer {
        let now = clock.now();
        let rests = turn.service.rests_until().micros_since(now);
        if rests > 0 {
            return Answer::Resting(rests.div_euclid(1_000_000) + 1);
        }
        let answer = self.hand_over(vapid, now, message).await;
        turn.service.note(answer, clock.now());
        answer
    }

    async fn hand_over(&self, vapid: &Vapid, now: Timestamp, message: Sealed) -> Answer {
        let headers = vapid
            .authorization(&message.endpoint.origin(), now)
            .ok()
            .and_then(|authorization| headers(&authorization, &message));
        let Some(headers) = headers else {
            return Answer::Impossible;
        };
        // The operator's list of this client holds push services alone, and a browser on one of them was let in for it.
        let policy = if self.is_own(&message.endpoint) {
            FetchPolicy::Operator
        } else {
            FetchPolicy::Content
        };
        let sent = self
            .fetcher
            .post(message.endpoint.as_str(), policy, headers, Bytes::from(message.body));
        match sent.await {
            Ok(answer) => Answer::Status(answer.status, answer.headers.retry_after_seconds(now)),
            Err(FetchError::Unreachable { .. }) => Answer::Unreached,
            // It answered, at greater length than anybody reads.
            Err(FetchError::TooLarge { .. } | FetchError::TimedOut(_) | FetchError::Broken { .. }) => Answer::Unknown,
            Err(_) => Answer::Impossible,
        }
    }

    fn service(&self, origin: &str) -> Arc<Service> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = services.get(origin) {
            return Arc::clone(known);
        }
        if services.len() >= REMEMBERED {
            // What is under way keeps its room; the next messages begin with a new one.
            services.clear();
        }
        let fresh = Arc::new(Service {
            room: Arc::new(Semaphore::new(AT_ONCE)),
            rests_until: Mutex::new(Timestamp::from_micros(0)),
            unanswered: AtomicU32::new(0),
        });
        services.insert(origin.to_owned(), Arc::clone(&fresh));
        fresh
    }
}

fn headers(authorization: &str, message: &Sealed) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(TTL, HeaderValue::from(message.ttl));
    let urgency = match message.urgency {
        Urgency::High => "high",
        Urgency::Normal => "normal",
    };
    headers.insert(URGENCY, HeaderValue::from_static(urgency));
    headers.insert(TOPIC, HeaderValue::from_str(&message.topic).ok()?);
    let mut authorization = HeaderValue::from_str(authorization).ok()?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn messages_go_over_tls_or_to_the_operators_own_service() {
        let sender = Sender::new("Masthead test", &["127.0.0.1:9100".to_owned()]).unwrap();
        let takes = |url: &str| sender.takes(&Endpoint::parse(url).unwrap());
        assert!(takes("https://push.example.org/a"));
        assert!(takes("http://127.0.0.1:9100/a"));
        assert!(!takes("http://push.example.org/a"));
        assert!(!takes("http://127.0.0.1:9101/a"));
        assert!(Sender::new("Masthead test", &["nonsense".to_owned()]).is_err());
    }

    #[tokio::test]
    async fn no_message_goes_into_the_own_network() {
        let sender = Sender::new("Masthead test", &[]).unwrap();
        let vapid = Vapid::new(&Vapid::generate().unwrap(), "").unwrap();
        let clock = ManualClock::at(Timestamp::from_micros(0));
        for url in ["https://127.0.0.1/a", "https://localhost/a", "https://10.1.2.3:8443/a"] {
            let message = Sealed {
                endpoint: Endpoint::parse(url).unwrap(),
                body: Vec::new(),
                ttl: 60,
                urgency: Urgency::Normal,
                topic: "a".into(),
            };
            let turn = sender.turn(&message.endpoint).await;
            let answer = sender.send(turn, &vapid, &clock, message).await;
            assert_eq!(answer, Answer::Impossible, "{url}");
        }
    }

    #[test]
    fn a_service_gets_the_longest_rest_that_it_asked_for() {
        let sender = Sender::new("Masthead test", &[]).unwrap();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let service = sender.service("https://push.example.org");
        service.note(Answer::Status(201, None), at(10));
        service.note(Answer::Status(500, None), at(10));
        assert!(service.rests_until() <= at(10), "one message went wrong, not all");
        service.note(Answer::Status(429, Some(40)), at(10));
        service.note(Answer::Status(503, None), at(10));
        assert_eq!(sender.service("https://push.example.org").rests_until(), at(50));
        let silent = sender.service("https://silent.example.org");
        for _ in 1..UNANSWERED {
            silent.note(Answer::Unknown, at(10));
        }
        assert!(silent.rests_until() <= at(10));
        silent.note(Answer::Unreached, at(10));
        assert_eq!(silent.rests_until(), at(10 + REST));
        for number in 0..2 * REMEMBERED {
            sender.service(&format!("https://{number}.example"));
        }
        assert!(sender.services.lock().unwrap().len() <= REMEMBERED);
    }
}
