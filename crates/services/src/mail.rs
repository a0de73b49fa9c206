//! Mail to people: plain text over SMTP, or kept where a demo's operator can read it.

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
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
    /// The address at which its reader stops mails of its kind with one click (RFC 8058).
    pub stop: Option<&'a str>,
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
                let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string());
                let to: Mailbox = letter.to.parse().map_err(|error| refused(&error))?;
                let host = from.email.domain();
                let mut builder = Message::builder();
                if let Some(stop) = letter.stop {
                    for (name, value) in [
                        ("List-Unsubscribe", format!("<{stop}>")),
                        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
                    ] {
                        let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| refused(&error))?;
                        builder = builder.raw_header(HeaderValue::new(name, value));
                    }
                }
                let message = builder
                    .from((**from).clone())
                    .to(to)
                    .subject(letter.subject)
                    .message_id(Some(format!("<{}@{host}>", letter.message_id)))
                    .header(ContentType::TEXT_PLAIN)
                    .body(letter.text.to_owned())
                    .map_err(|error| refused(&error))?;
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
}
