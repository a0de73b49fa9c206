//! Pages whose holes are filled by other pressed pages: the same for all readers who chose the same, so that they are put
//! together once and kept while what they are made of stays.

use super::key::{PageKey, PageRef};
use super::page::{Parts, PressedPage};
use super::store::Press;
use crate::cache_policy::CachePolicy;
use crate::encodings::Prepared;
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
        let fills: Vec<&Fill> = fills.iter().filter(|fill| page.has_hole(fill.hole)).collect();
        if fills.is_empty() {
            return Some(Arc::clone(page));
        }
        let site = page.key().site();
        let mut of = Vec::with_capacity(fills.len());
        for fill in &fills {
            // Whatever is withheld is not there: neither the page nor what fills it is taken from what was kept here.
            of.push(self.get(&fill.part(site))?);
        }
        let key = (page.key().clone(), of.iter().map(|part| part.key().clone()).collect());
        if let Some(made) = self.composed.0.get(&key)
            && Arc::ptr_eq(&made.page, page)
            && made.of.iter().zip(&of).all(|(kept, now)| Arc::ptr_eq(kept, now))
        {
            return Some(Arc::clone(&made.whole));
        }
        let texts: Vec<(&str, &str)> = fills
            .iter()
            .zip(&of)
            .filter(|(_, part)| part.status() == StatusCode::OK)
            .filter_map(|(fill, part)| Some((fill.hole, part.text()?)))
            .collect();
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
}
