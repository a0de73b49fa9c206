//! Pages whose holes are filled by other pressed pages: the same for all readers who chose the same, so that they are put
//! together once and kept while what they are made of stays.

use super::key::{PageKey, PageRef};
use super::page::{Parts, PressedPage};
use super::store::Press;
use crate::cache_policy::CachePolicy;
use crate::compose::body_for_one;
use crate::encodings::{Encoding, Prepared};
use crate::fast::ReaderParts;
use bytes::Bytes;
use http::StatusCode;
use moka::sync::Cache;
use std::sync::Arc;

/// Bytes of pages that were put together.
const MEMORY: u64 = 32 << 20;

/// What fills a hole: a page of the same site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The hole's name.
    pub hole: &'static str,
    /// The path of what fills it.
    pub path: String,
    /// Its declared parameters, as [`super::canonical_query`] writes them.
    pub query: String,
}

impl Fill {
    /// The page that fills the hole, on a site.
    pub fn key(&self, site: &str) -> PageKey {
        self.part(site).to_key()
    }

    fn part<'a>(&'a self, site: &'a str) -> PageRef<'a> {
        PageRef {
            site,
            path: &self.path,
            query: &self.query,
        }
    }
}

/// A page that was put together, and what of.
struct Made {
    page: Arc<PressedPage>,
    of: Vec<Arc<PressedPage>>,
    whole: Arc<PressedPage>,
}

/// The pages that were put together.
pub(super) struct Composed(Cache<(PageKey, Vec<PageKey>), Arc<Made>>);

impl Composed {
    pub(super) fn new() -> Self {
        let weigh =
            |_: &(PageKey, Vec<PageKey>), made: &Arc<Made>| u32::try_from(made.whole.weight()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(MEMORY).weigher(weigh).build())
    }
}

impl Press {
    /// A page with its holes filled by pages in memory. The page itself where it has none of these holes; `None` where
    /// something that fills one is not in memory.
    pub fn filled(&self, page: &Arc<PressedPage>, fills: &[Fill]) -> Option<Arc<PressedPage>> {
        let parts = self.parts(page, fills)?;
        if parts.is_empty() {
            return Some(Arc::clone(page));
        }
        let of: Vec<Arc<PressedPage>> = parts.iter().map(|(_, part)| Arc::clone(part)).collect();
        let key = (page.key().clone(), of.iter().map(|part| part.key().clone()).collect());
        if let Some(made) = self.composed.0.get(&key)
            && Arc::ptr_eq(&made.page, page)
            && made.of.iter().zip(&of).all(|(kept, now)| Arc::ptr_eq(kept, now))
        {
            return Some(Arc::clone(&made.whole));
        }
        let texts: Vec<(&str, &str)> = texts(&parts).collect();
        let modified = of.iter().map(|part| part.last_modified()).max();
        let parts = Parts {
            policy: CachePolicy::Private,
            prepared: Prepared::of_pieces(page.pieces().plain(&texts).into(), page.pieces().gzip(&texts).into()),
            surrogate_keys: Vec::new(),
            last_modified: modified.map_or(page.last_modified(), |at| at.max(page.last_modified())),
            ..page.parts().clone()
        };
        let whole = Arc::new(PressedPage::new(parts));
        let made = Made {
            page: Arc::clone(page),
            of,
            whole: Arc::clone(&whole),
        };
        self.composed.0.insert(key, Arc::new(made));
        Some(whole)
    }

    /// The body of a page for one reader; `None` where something that fills a hole is not in memory, or the page has no
    /// holes.
    pub(crate) fn filled_for_one(&self, page: &PressedPage, encoding: Encoding, own: &ReaderParts) -> Option<Bytes> {
        page.is_html().then_some(())?;
        let parts = self.parts(page, &own.fills)?;
        let own = own.holes.iter().map(|(hole, with)| (hole.as_ref(), with.as_str()));
        let holes: Vec<(&str, &str)> = own.chain(texts(&parts)).collect();
        Some(body_for_one(page, encoding, &holes))
    }

    /// What fills those of a page's holes that it has; `None` where one is not in memory. Whatever is withheld is not
    /// there: neither the page nor what fills it is taken from what was kept here.
    fn parts(&self, page: &PressedPage, fills: &[Fill]) -> Option<Vec<(&'static str, Arc<PressedPage>)>> {
        let site = page.key().site();
        fills
            .iter()
            .filter(|fill| page.has_hole(fill.hole))
            .map(|fill| Some((fill.hole, self.get(&fill.part(site))?)))
            .collect()
    }
}

/// Holes with what stands in them; what could not be made leaves its hole as it is for everybody.
fn texts<'a>(parts: &'a [(&'static str, Arc<PressedPage>)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    let made = parts.iter().filter(|(_, part)| part.status() == StatusCode::OK);
    made.filter_map(|(hole, part)| Some((*hole, part.text()?)))
}
