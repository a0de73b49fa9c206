//! The demo's partner slots: a form that leads to a partner's own, and a link beside listings.

use anyhow::Context as _;
use masthead_domain::ids::PartnerId;
use masthead_domain::partners::{Slot, read_fields};
use masthead_domain::places::PlaceId;
use masthead_features::app::App;
use masthead_features::partners;
use masthead_store::partners as rows;

/// How long they are shown, in seconds: as long as anybody tries a demo.
const SHOWN: i64 = 365 * 86_400;
/// The number of the region `Brackwater` in the demo's settings.
const BRACKWATER: u32 = 3;

/// Makes them, unless there is one.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let known = rows::all(&mut app.db.reader().await?, 1).await?;
    if !known.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let slot = |partner: &str, headline: &str, text: &str, action: &str, target: &str| Slot {
        id: PartnerId::new(app.ids.as_ref()),
        site: None,
        partner: partner.into(),
        headline: headline.into(),
        text: text.into(),
        action: action.into(),
        target: target.into(),
        fields: Vec::new(),
        sections: Vec::new(),
        places: Vec::new(),
        weight: 1,
        most_views: None,
        starts_at: now,
        ends_at: now.plus_seconds(SHOWN),
    };
    let flights = Slot {
        fields: read_fields("from | From | text\nto | To | text\nday | Day | date")?,
        weight: 3,
        ..slot(
            "Skerrin Air",
            "Book flights",
            "Compare, book, fly",
            "Find flights",
            "https://flights.example/search?partner=harbour-press",
        )
    };
    let boots = slot(
        "Fell & Shore",
        "Boots that have met mud",
        "Resoled free for five years.",
        "See the boots",
        "https://boots.example/",
    );
    // Readers who chose Brackwater for local news are shown this one more often than any other.
    let ice = Slot {
        places: PlaceId::own(BRACKWATER).map(|id| id.0).into_iter().collect(),
        weight: 100,
        ..slot(
            "Brackwater Ice & Cold Store",
            "Fish for Friday",
            "Landed at five, on the slab at seven. Quayside, Brackwater.",
            "Opening hours",
            "https://ice.example/",
        )
    };
    for slot in [flights, boots, ice] {
        let slot = slot.check().context("a partner slot of the demo")?;
        partners::put(app, slot, super::BY).await?;
    }
    Ok(())
}
