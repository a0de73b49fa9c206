//! Mail to people: text, and a page beside it where there is one, over SMTP, or kept where a demo's operator can read it.

use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::Duration;

/// Between a reader's click and a mail there is a person waiting; a server that takes longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The settings name no way.
    #[error("mail.url is not set, so that no mail can be sent")]
    Off,
    /// The settings can't be used.
    #[error("{0}")]
    Settings(String),
    /// The address will never work: it is not written to again.
    #[error("the mail was refused for good: {0}")]
    Refused(String),
    /// It may work later.
    #[error("the mail can't be sent now: {0}")]
    Later(String),
}

/// The way mail goes out.
#[derive(Clone, Default)]
pub enum Mailer {
    /// There is none.
    #[default]
    Off,
    /// Mails stay in the store and are shown on the admin listener.
    Capture,
    /// A server.
    Smtp {
        /// Its connections.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// Whom mails are from.
        from: Box<Mailbox>,
    },
}

/// A mail as it goes out.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Made from the fact that is told, so that a mail that goes out twice is shown once.
    pub message_id: &'a str,
    /// The address.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// The same as a page, for mail programs that show one.
    pub html: Option<&'a str>,
    /// The address at which its reader stops mails of its kind with one click (RFC 8058).
    pub stop: Option<&'a str>,
}

/// What the server, or the form of a mail, refuses for good.
fn refused(error: &dyn std::fmt::Display) -> MailError {
    MailError::Refused(error.to_string())
}

impl Letter<'_> {
    /// As it goes over the wire (RFC 5322; both parts as RFC 2046, section 5.1.4, says; the two headers of RFC 8058).
    fn message(&self, from: &Mailbox) -> Result<Message, MailError> {
        let to: Mailbox = self.to.parse().map_err(|error| refused(&error))?;
        let host = from.email.domain();
        let mut builder = Message::builder();
        if let Some(stop) = self.stop {
            for (name, value) in [
                ("List-Unsubscribe", format!("<{stop}>")),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ] {
                let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| refused(&error))?;
                builder = builder.raw_header(HeaderValue::new(name, value));
            }
        }
        let builder = builder
            .from(from.clone())
            .to(to)
            .subject(self.subject)
            .message_id(Some(format!("<{}@{host}>", self.message_id)));
        let message = match self.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(self.text.to_owned(), html.to_owned())),
            // Without a version of MIME (RFC 2045, 4) a reader may show the encoding and not the text.
            None => builder
                .header(MIME_VERSION_1_0)
                .header(ContentType::TEXT_PLAIN)
                .body(self.text.to_owned()),
        };
        message.map_err(|error| refused(&error))
    }
}

impl Mailer {
    /// The way that the settings name: empty for none, `capture`, or `smtp://user:password@host:port?tls=required`
    /// (`smtps://` for TLS from the first byte). `from` is `Name <address>`.
    ///
    /// # Errors
    /// [`MailError::Settings`] says which key is wrong.
    pub fn new(url: &str, from: &str) -> Result<Self, MailError> {
        match url {
            "" => Ok(Self::Off),
            "capture" => Ok(Self::Capture),
            url => {
                crate::tls::install_provider();
                let from = from.parse::<Mailbox>().map_err(|error| {
                    MailError::Settings(format!(
                        "mail.from: '{from}' is no address ({error}); write Name <a@b.example>"
                    ))
                })?;
                // The URL may hold a password and is not repeated.
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                    .map_err(|error| MailError::Settings(format!("mail.url can't be used: {error}")))?
                    .timeout(Some(PATIENCE))
                    .build();
                Ok(Self::Smtp {
                    transport,
                    from: Box::new(from),
                })
            }
        }
    }

    /// Whether mails are kept instead of sent.
    pub const fn captures(&self) -> bool {
        matches!(self, Self::Capture)
    }

    /// Sends a mail; a capturing way has nothing to do.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, letter: Letter<'_>) -> Result<(), MailError> {
        match self {
            Self::Off => Err(MailError::Off),
            Self::Capture => Ok(()),
            Self::Smtp { transport, from } => {
                let message = letter.message(from)?;
                match transport.send(message).await {
                    Ok(_) => Ok(()),
                    Err(error) if error.is_permanent() => Err(refused(&error)),
                    Err(error) => Err(MailError::Later(error.to_string())),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ways_out_are_read_from_the_settings() {
        assert!(Mailer::new("capture", "").unwrap().captures());
        assert!(matches!(
            Mailer::new("", "")
                .unwrap()
                .send(Letter {
                    message_id: "1",
                    to: "a@b.example",
                    subject: "s",
                    text: "t",
                    html: None,
                    stop: None
                })
                .await,
            Err(MailError::Off)
        ));
        assert!(Mailer::new("smtp://127.0.0.1:2525", "The Daily <daily@example.org>").is_ok());
        for (url, from) in [("smtp://127.0.0.1:2525", "nobody"), ("mailto:x", "a@b.example")] {
            assert!(matches!(Mailer::new(url, from), Err(MailError::Settings(_))), "{url}");
        }
    }

    #[test]
    fn a_mail_has_both_parts_and_stops_with_one_click() {
        let letter = Letter {
            message_id: "0198",
            to: "ada@readers.example",
            subject: "Flut in Köln",
            text: "Der Rhein steigt.",
            html: Some("<p>Der Rhein steigt.</p>"),
            stop: Some("https://daily.example/account/notices/stop?who=1&sign=2"),
        };
        let from: Mailbox = "The Daily <daily@example.org>".parse().unwrap();
        let message = String::from_utf8(letter.message(&from).unwrap().formatted()).unwrap();
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ");
        for line in [
            "List-Unsubscribe: <https://daily.example/account/notices/stop?who=1&sign=2>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Message-ID: <0198@example.org>",
        ] {
            assert!(unfolded.lines().any(|known| known == line), "{line}: {head}");
        }
        assert!(unfolded.contains("multipart/alternative"), "{head}");
        let (plain, page) = (body.find("text/plain").unwrap(), body.find("text/html").unwrap());
        assert!(plain < page, "the part that shows more comes last: {body}");
        let plain_only = Letter { html: None, ..letter };
        let message = String::from_utf8(plain_only.message(&from).unwrap().formatted()).unwrap();
        assert!(!message.contains("multipart"), "{message}");
    }
}
