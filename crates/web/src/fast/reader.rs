//! Pages for one reader that need nobody to be asked: the page is in memory, and so is what fills its holes.
//!
//! Who is signed in is answered by the router the first time. It hands over what it filled the holes with, for as long
//! as that is certain to hold ([`KnownReaders`] says how long), and until then the reader's pages are put together here.

use masthead_domain::ids::SiteId;
use masthead_domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

use crate::press::Fill;

/// What fills the holes of one page for one reader.
#[derive(Debug)]
pub struct ReaderParts {
    /// Holes and what stands in them.
    pub holes: Vec<(Cow<'static, str>, String)>,
    /// Holes that are filled for the places that the reader chose.
    pub fills: Vec<Fill>,
}

/// How a reader asks for a page of their own.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The one line of cookies, as it was sent.
    pub cookie: &'a [u8],
    /// The host, in lower case; written in another way it is not found, and the router answers.
    pub host: &'a [u8],
    /// Whether the reader came over TLS: other cookies count there.
    pub tls: bool,
    /// The site.
    pub site: SiteId,
    /// The path, without the query.
    pub path: &'a str,
}

impl Asking<'_> {
    /// A hash of it all, so that no secret of a session is kept as it is.
    pub fn key(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [self.cookie, self.host, self.path.as_bytes()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.update(self.site.0.as_bytes());
        hash.update([u8::from(self.tls)]);
        hash.finalize().into()
    }
}

/// Who knows readers that were answered a moment ago.
pub trait KnownReaders: Send + Sync {
    /// What fills the holes of a page; `None` where the router has to find out.
    fn parts(&self, asking: &Asking<'_>, now: Timestamp) -> Option<Arc<ReaderParts>>;
}
