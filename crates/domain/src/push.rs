//! Web push: where a browser is reached, what it is told, and what the answer of a push service means.
//!
//! A push service is whoever the reader's browser chose (RFC 8030); its address comes from the browser. What is rule and
//! not protocol stands here: which addresses are taken, what a message holds, when one is tried again and when not.

use crate::time::Timestamp;
use serde::Serialize;
use url::Url;
use uuid::Uuid;

/// The longest address of a push service that is taken, in bytes. Those in use have some 200.
pub const LONGEST_ENDPOINT: usize = 2_048;
/// How long a push service keeps breaking news for a device that is off, in seconds. Later it is no news any more.
pub const BREAKING_TTL: u32 = 4 * 3_600;
/// For so many seconds after breaking news was planned it is tried again where a push service did not take it, and for
/// so long the planning itself may be late, after which nobody is told.
pub const WORTH_TELLING: i64 = 3_600;
/// A device whose push service refuses messages this often in a row is forgotten.
pub const MOST_FAILURES: i64 = 5;
/// A message that a push service has put off this often is given up.
const MOST_ATTEMPTS: i64 = 5;
/// The shortest and the longest pause before another attempt, in seconds.
const PAUSES: (i64, i64) = (5, 1_800);
/// Characters of a message's title and text: longer ones are cut by every system that shows them, and with four bytes
/// each they leave room for the rest in the 3,993 bytes of a message (RFC 8291, section 4).
const TITLE: usize = 150;
const TEXT: usize = 300;

/// Where one browser is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

/// Why an address is none of a push service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointProblem {
    /// No absolute address of the web, or too long a one.
    #[error("the endpoint is no address of a push service")]
    NoAddress,
    /// A user name or a password stands in it.
    #[error("the endpoint may not hold a user name")]
    UserName,
}

impl Endpoint {
    /// Reads the address that a browser gives (`PushSubscription.endpoint`). Plain `http` is read too; whether it is
    /// taken is the operator's say.
    ///
    /// # Errors
    /// [`EndpointProblem`].
    pub fn parse(text: &str) -> Result<Self, EndpointProblem> {
        let url = Url::parse(text).map_err(|_| EndpointProblem::NoAddress)?;
        let is_web = matches!(url.scheme(), "https" | "http") && url.host_str().is_some();
        if !is_web || text.len() > LONGEST_ENDPOINT || url.as_str().len() > LONGEST_ENDPOINT {
            return Err(EndpointProblem::NoAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointProblem::UserName);
        }
        Ok(Self { url })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Whether it is reached over TLS.
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The push service: scheme, host and, where it is not the usual one, port. It is what a signature is made for
    /// (RFC 8292, section 2).
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Host and port, as the operator writes them.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{host}:{}", self.url.port_or_known_default().unwrap_or_default())
    }
}

/// What a device shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The line in bold.
    pub title: String,
    /// What stands below it; may be empty.
    pub body: String,
    /// The path on the site that a click opens.
    pub href: String,
    /// Messages of one tag replace each other on the device.
    pub tag: String,
    /// Path of a picture; empty for none.
    pub image: String,
    /// BCP 47, for the device's voice and its direction.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: String,
}

impl Message {
    /// The bytes that are encrypted: JSON, with title and text cut to what devices show.
    ///
    /// # Errors
    /// None in practice: strings can be written as JSON always.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let cut = Self {
            title: cut(&self.title, TITLE),
            body: cut(&self.body, TEXT),
            ..self.clone()
        };
        serde_json::to_vec(&cut)
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The `Topic` under which a push service keeps only the newest message for a device that is off: at most 32 characters
/// of base64url (RFC 8030, section 5.4).
pub fn topic(of: Uuid) -> String {
    of.simple().to_string()
}

/// What came of handing a message to a push service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It answered, and may have said in how many seconds it wants to be asked again.
    Status(u16, Option<u64>),
    /// It was not reached: nothing was sent.
    Unreached,
    /// It had asked before to be left alone for so many seconds more: nothing was sent.
    Resting(i64),
    /// The address is one that nothing is ever sent to, or the browser's keys are none.
    Impossible,
    /// The message was on its way when the connection ended or the time was over: it may have arrived.
    Unknown,
}

/// What is to be done about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The push service has it.
    Handed,
    /// The browser is gone: it is forgotten.
    Gone,
    /// This message is not taken, and won't be.
    Refused,
    /// Again in so many seconds.
    PutOff(i64),
    /// Nobody knows whether it arrived. It is not sent again: a reader is told once.
    Unknown,
}

impl Fate {
    /// The stable name, in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handed => "handed",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::PutOff(_) => "put_off",
            Self::Unknown => "unknown",
        }
    }
}

/// Reads an answer (RFC 8030, sections 5 and 7.3; RFC 8291 for what is refused). `attempts` were made with this one.
pub fn fate(answer: Answer, attempts: i64) -> Fate {
    let pause = |asked: Option<u64>| {
        if attempts >= MOST_ATTEMPTS {
            return Fate::Refused;
        }
        let own = 15_i64 << attempts.clamp(0, 6);
        let seconds = asked.map_or(own, |asked| i64::try_from(asked).unwrap_or(i64::MAX));
        Fate::PutOff(seconds.clamp(PAUSES.0, PAUSES.1))
    };
    match answer {
        Answer::Status(200..=299, _) => Fate::Handed,
        Answer::Status(404 | 410, _) => Fate::Gone,
        Answer::Status(408 | 429 | 500..=599, after) => pause(after),
        Answer::Unreached => pause(None),
        Answer::Resting(seconds) => Fate::PutOff(seconds.clamp(1, PAUSES.1)),
        Answer::Status(..) | Answer::Impossible => Fate::Refused,
        Answer::Unknown => Fate::Unknown,
    }
}

/// Whether what was planned, or happened, at a moment is still worth telling now.
pub fn is_worth_telling(at: Timestamp, now: Timestamp) -> bool {
    now.micros_since(at) <= WORTH_TELLING * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_addresses_of_the_web() {
        let endpoint = Endpoint::parse("https://push.example.org/send/abc?x=1").unwrap();
        assert!(endpoint.is_secure());
        assert_eq!(endpoint.origin(), "https://push.example.org");
        assert_eq!(endpoint.authority(), "push.example.org:443");
        let local = Endpoint::parse("http://127.0.0.1:9100/a").unwrap();
        assert!(!local.is_secure());
        assert_eq!(
            (local.origin(), local.authority()),
            ("http://127.0.0.1:9100".into(), "127.0.0.1:9100".into())
        );
        let long = format!("https://push.example.org/{}", "a".repeat(LONGEST_ENDPOINT));
        for wrong in ["", "/send", "mailto:a@b", "file:///etc/passwd", "javascript:1", &long] {
            assert_eq!(Endpoint::parse(wrong), Err(EndpointProblem::NoAddress), "{wrong}");
        }
        assert_eq!(
            Endpoint::parse("https://a:b@c.example/"),
            Err(EndpointProblem::UserName)
        );
    }

    #[test]
    fn the_longest_message_fits_into_what_push_services_take() {
        let message = Message {
            title: "𝔸".repeat(4_000),
            body: "𝔸".repeat(4_000),
            href: format!("/{}", "a".repeat(400)),
            tag: topic(Uuid::max()),
            image: format!("/{}", "a".repeat(200)),
            lang: "en-GB".into(),
            dir: "ltr".into(),
        };
        assert!(message.to_bytes().unwrap().len() <= 3_993);
        assert!(topic(Uuid::max()).len() <= 32);
        let short = Message {
            title: "Flood".into(),
            ..Message::default()
        };
        assert!(
            String::from_utf8(short.to_bytes().unwrap())
                .unwrap()
                .contains("\"Flood\"")
        );
    }

    #[test]
    fn answers_decide_what_becomes_of_a_message() {
        assert_eq!(fate(Answer::Status(201, None), 1), Fate::Handed);
        assert_eq!(fate(Answer::Status(410, None), 1), Fate::Gone);
        assert_eq!(fate(Answer::Status(404, Some(9)), 1), Fate::Gone);
        assert_eq!(fate(Answer::Status(429, Some(77)), 1), Fate::PutOff(77));
        assert_eq!(fate(Answer::Status(429, Some(0)), 1), Fate::PutOff(5));
        assert_eq!(fate(Answer::Status(503, Some(u64::MAX)), 1), Fate::PutOff(1_800));
        assert_eq!(fate(Answer::Status(500, None), 1), Fate::PutOff(30));
        assert_eq!(fate(Answer::Status(500, None), 2), Fate::PutOff(60));
        assert_eq!(fate(Answer::Status(500, None), 5), Fate::Refused, "given up");
        assert_eq!(fate(Answer::Unreached, 1), Fate::PutOff(30));
        assert_eq!(fate(Answer::Resting(90), 5), Fate::PutOff(90), "no attempt of ours");
        assert_eq!(fate(Answer::Status(413, None), 1), Fate::Refused);
        assert_eq!(fate(Answer::Status(302, None), 1), Fate::Refused);
        assert_eq!(fate(Answer::Impossible, 1), Fate::Refused);
        assert_eq!(fate(Answer::Unknown, 1), Fate::Unknown, "never a second time");
    }
}
