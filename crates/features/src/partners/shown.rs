//! The slot of a page: chosen when it is pressed, and put in where the layout has the hole `partner`.

use crate::app::App;
use crate::pages::SiteView;
use masthead_domain::ids::SiteId;
use masthead_domain::partners::{self, Page, Slot};
use masthead_domain::time::Timestamp;
use masthead_store::StoreError;
use masthead_store::partners::{self as rows, Open};
use masthead_web::errors::WebError;
use serde::Serialize;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, PoisonError, RwLock};

/// The slots that are not over, as last read. A page is made without a query for them while nothing changed.
#[derive(Default)]
pub(crate) struct Known {
    /// A std lock: nothing awaits while it is held, and a holder only clones an `Arc`.
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    /// Counts how often everything was forgotten, so that what was read before is not kept after.
    forgotten: u64,
    slots: Option<Arc<Vec<Open>>>,
}

impl Known {
    /// A slot changed.
    pub(crate) fn forget(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.forgotten += 1;
        state.slots = None;
    }

    /// The slots; `following` says whether somebody tells when to forget them.
    pub(crate) async fn get(&self, app: &App, following: bool) -> Result<Arc<Vec<Open>>, StoreError> {
        let (asked_at, known) = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            (state.forgotten, state.slots.clone())
        };
        if let (Some(known), true) = (known, following) {
            return Ok(known);
        }
        let slots = Arc::new(rows::open(&mut app.db.reader().await?, app.now()).await?);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.forgotten == asked_at {
            state.slots = Some(Arc::clone(&slots));
        }
        Ok(slots)
    }
}

/// What the template of a slot is given.
#[derive(Serialize)]
struct Part<'a> {
    id: String,
    partner: &'a str,
    headline: &'a str,
    text: &'a str,
    action: &'a str,
    href: String,
    fields: &'a [partners::Field],
}

/// The slot for a page, chosen by weight: for the same page in the same hour the same one, so that what presses it again
/// and again doesn't make it flicker.
pub(crate) fn chosen<'a>(
    slots: &'a [Open],
    site: SiteId,
    page: Page<'_>,
    path: &str,
    now: Timestamp,
) -> Option<&'a Slot> {
    let live: Vec<(&Slot, u8)> = live(slots, site, now)
        .filter(|slot| slot.fits(page))
        .map(|slot| (slot, slot.weight))
        .collect();
    let mut dice = DefaultHasher::new();
    (site.0, path, now.as_seconds().div_euclid(3_600)).hash(&mut dice);
    partners::choose(&live, dice.finish())
}

/// Whether a slot is for readers of a section's pages in some places alone.
pub(crate) fn some_for_places(slots: &[Open], site: SiteId, section: &str, now: Timestamp) -> bool {
    live(slots, site, now).any(|slot| {
        let places = &slot.places;
        !places.is_empty() && slot.fits(Page { section, places })
    })
}

/// The slots of a site whose time is now.
fn live(slots: &[Open], site: SiteId, now: Timestamp) -> impl Iterator<Item = &Slot> {
    slots
        .iter()
        .filter(move |open| open.slot.site.is_none_or(|own| own == site) && open.slot.is_live(now, open.views))
        .map(|open| &open.slot)
}

/// The HTML of a slot.
pub(crate) fn html(view: &SiteView, slot: &Slot) -> Result<String, WebError> {
    let part = Part {
        id: slot.id.to_string(),
        partner: &slot.partner,
        headline: &slot.headline,
        text: &slot.text,
        action: &slot.action,
        href: super::follow::href(slot.id),
        fields: &slot.fields,
    };
    Ok(view.voice.render("partners/slot.html", &part)?.trim_end().to_owned())
}
