//! `/contribute/listing`: a reader sends a listing, and sees what became of those that they sent. Nothing of it is shown
//! to others before the desk looked at it.

use super::intake::placed;
use super::view::href;
use crate::app::App;
use crate::contributions::{self, ContributionError};
use crate::pages::{SiteView, store_error};
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::{AccountId, ListingId, ProfileId, SiteId};
use masthead_domain::listings::{Category, Entry, EntryError, LONGEST_TEXT, MOST_WAITING, Price, Span, State, check};
use masthead_domain::time::Timestamp;
use masthead_gazetteer::Gazetteer;
use masthead_store::StoreError;
use masthead_store::listings::{self as rows, Listing};
use masthead_web::errors::WebError;
use serde::Serialize;

/// Listings of the reader's own that are shown under the form.
const LISTED: usize = 20;
/// An event without an end goes on for two hours.
const USUAL_LENGTH: i64 = 7_200;

/// The fields of the form.
const FIELDS: [&str; 10] = [
    "title", "text", "kind", "price", "currency", "venue", "locality", "starts", "ends", "contact",
];

#[derive(Serialize)]
struct Form {
    category: String,
    categories: [&'static str; 4],
    values: std::collections::BTreeMap<&'static str, String>,
    longest: usize,
    verified: bool,
    /// What is wrong, in words, and with which field.
    wrong: Option<String>,
    field_name: &'static str,
    sent: bool,
    own: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    title: String,
    category: &'static str,
    state: &'static str,
    reason: String,
    changed: i64,
    /// Where readers see it.
    href: Option<String>,
}

/// Why a reader's listing is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Something in it.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The person.
    #[error(transparent)]
    Person(#[from] ContributionError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `GET /contribute/listing`
///
/// # Errors
/// When the store can't answer.
pub async fn form(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let sent = query.has("sent");
    page(&visit, StatusCode::OK, &query, None, sent).await
}

/// `POST /contribute/listing`
///
/// # Errors
/// What the person can mend comes back in the form.
pub async fn submit(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let viewer = visit.viewer()?;
    let who = (viewer.account, viewer.profile, viewer.email_verified_at.is_some());
    let view = visit.view().await?;
    let sent = match read(&view, &fields) {
        Ok((category, entry)) => send(visit.app(), who, visit.info.site.id, category, entry).await,
        Err(error) => Err(error.into()),
    };
    match sent {
        Ok(_) => Ok(see_other("/contribute/listing?sent=1")),
        Err(SendError::Store(error)) => Err(store_error(error)),
        Err(SendError::Person(ContributionError::NotVerified)) => {
            let words = visit.say("contribute-not-verified", &[]).await?;
            page(&visit, StatusCode::FORBIDDEN, &fields, Some((words, "form")), false).await
        }
        Err(SendError::Person(error)) => Err(error.into()),
        Err(SendError::Entry(error)) => {
            let words = visit.say(&format!("listing-wrong-{}", error.code()), &[]).await?;
            let field = match error {
                EntryError::Place => "locality",
                EntryError::Dates => "starts",
                EntryError::Waiting => "form",
                other => other.code(),
            };
            page(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                &fields,
                Some((words, field)),
                false,
            )
            .await
        }
    }
}

/// A listing from what was typed, with times of the site's zone.
fn read(view: &SiteView, fields: &Fields) -> Result<(Category, Entry), EntryError> {
    let category = Category::parse(fields.get("category")).ok_or(EntryError::Category)?;
    let price = match fields.get("price").trim() {
        "" => None,
        amount => Some(Price::parse(amount, &fields.get("currency").to_uppercase()).ok_or(EntryError::Price)?),
    };
    let time = |name: &str| match fields.get(name).trim() {
        "" => Ok(None),
        text => moment(view, text).map(Some).ok_or(EntryError::Dates),
    };
    let mut dates = Vec::new();
    if category.has_dates()
        && let Some(start) = time("starts")?
    {
        let end = time("ends")?.unwrap_or_else(|| start.plus_seconds(USUAL_LENGTH));
        if end < start {
            return Err(EntryError::Dates);
        }
        dates.push(Span {
            start,
            end,
            days: false,
        });
    }
    let field = |name: &str| fields.get(name).to_owned();
    let entry = Entry {
        title: field("title"),
        text: field("text"),
        kind: field("kind"),
        venue: field("venue"),
        locality: field("locality"),
        contact: field("contact"),
        price,
        dates,
        ..Entry::default()
    };
    entry.tidy().map(|entry| (category, entry)).ok_or(EntryError::Title)
}

/// What a browser's field of day and time holds, in the site's zone.
fn moment(view: &SiteView, text: &str) -> Option<Timestamp> {
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let zoned = local.to_zoned_datetime(view.entry.zone.clone()).ok()?;
    Some(zoned.timestamp().into())
}

/// Takes a reader's listing, for the desk to look at.
///
/// # Errors
/// [`SendError`].
pub async fn send(
    app: &App,
    (account, profile, verified): (AccountId, ProfileId, bool),
    site: SiteId,
    category: Category,
    entry: Entry,
) -> Result<ListingId, SendError> {
    let now = app.now();
    check(&entry, category, now)?;
    let mut entry = entry;
    let sites = app.sites();
    let here = sites.site(site);
    let country = here.and_then(|here| Gazetteer::shipped().country_of_zone(&here.site.zone));
    let place = placed(&app.places, &mut entry, country);
    if !verified {
        return Err(ContributionError::NotVerified.into());
    }
    let id = ListingId::new(app.ids.as_ref());
    let provider = here.map(|site| site.name.clone()).unwrap_or_default();
    let listing = Listing {
        id,
        site: Some(site),
        category,
        source: String::new(),
        state: State::Waiting,
        turn: entry.turn(category, now, now),
        entry,
        // Readers' listings come from the site itself.
        provider,
        credit: String::new(),
        place,
        published_at: now,
        account: Some(account),
        reason: String::new(),
        changed_at: now,
    };
    app.db
        .write("listings.send", move |tx| {
            let listing = listing.clone();
            Box::pin(async move {
                contributions::not_suspended(tx, profile, site).await?;
                let most = i64::try_from(MOST_WAITING).unwrap_or(i64::MAX);
                if rows::waiting_of(tx, account).await? >= most {
                    return Err(EntryError::Waiting.into());
                }
                rows::put(tx, &listing).await?;
                Ok::<_, SendError>(())
            })
        })
        .await?;
    Ok(id)
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    fields: &Fields,
    wrong: Option<(String, &'static str)>,
    sent: bool,
) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let own = rows::of_account(&mut conn, viewer.account, LISTED)
        .await
        .map_err(store_error)?;
    drop(conn);
    let (wrong, field) = wrong.map_or((None, ""), |(words, field)| (Some(words), field));
    let form = Form {
        category: fields.get("category").to_owned(),
        categories: Category::ALL.map(Category::name),
        values: FIELDS.iter().map(|name| (*name, fields.get(name).to_owned())).collect(),
        longest: LONGEST_TEXT,
        verified: viewer.email_verified_at.is_some(),
        wrong,
        field_name: field,
        sent,
        own: own
            .into_iter()
            .map(|one| Line {
                href: (one.state == State::Shown).then(|| href(&one)),
                title: one.entry.title,
                category: one.category.name(),
                state: one.state.name(),
                reason: one.reason,
                changed: one.changed_at.as_micros(),
            })
            .collect(),
    };
    visit.page(status, "listings/send.html", "listings-send", &form).await
}
