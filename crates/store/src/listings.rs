//! Listings as sources, readers and the desk change them. What readers see of them goes through [`crate::public`].

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{AccountId, ListingId, SiteId};
use masthead_domain::listings::{Category, Entry, Span, State, Turn};
use masthead_domain::places::{PlaceId, Point};
use masthead_domain::time::Timestamp;

/// Columns of a [`Listing`] in its order, of `l`.
macro_rules! listing {
    () => {
        "l.id, l.site_id, l.category, l.source, l.state, l.title, l.content, l.provider, l.credit, l.place_id, \
         l.latitude, l.longitude, l.sort_key, l.starts_at, l.ends_at, l.published_at, l.turns_at, l.expires_at, \
         l.account_id, l.reason, l.changed_at"
    };
}
pub(crate) use listing;

queries! {
    /// What the desk refused stays refused, whatever the source sends.
    PUT = "INSERT INTO listings (id, site_id, category, source, state, title, content, words, provider, credit, price,
            place_id, latitude, longitude, sort_key, starts_at, ends_at, published_at, turns_at, expires_at, digest,
            account_id, reason, decided_by, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, '', '',
            $23)
        ON CONFLICT (id) DO UPDATE SET site_id = excluded.site_id, category = excluded.category, title = excluded.title,
            content = excluded.content, words = excluded.words, provider = excluded.provider, credit = excluded.credit,
            price = excluded.price, place_id = excluded.place_id, latitude = excluded.latitude,
            longitude = excluded.longitude, sort_key = excluded.sort_key, starts_at = excluded.starts_at,
            ends_at = excluded.ends_at, published_at = excluded.published_at, turns_at = excluded.turns_at,
            expires_at = excluded.expires_at, digest = excluded.digest, changed_at = excluded.changed_at";
    hot ONE = concat!("SELECT ", listing!(), " FROM listings l WHERE l.id = $1");
    hot OF_SOURCE = "SELECT id, digest, published_at FROM listings WHERE source = $1";
    REMOVE = "DELETE FROM listings WHERE id IN {list:$1}";
    hot DUE = concat!("SELECT ", listing!(), " FROM listings l WHERE l.state = 'shown' AND l.turns_at <= $1
        ORDER BY l.turns_at LIMIT $2");
    hot NEXT = "SELECT turns_at FROM listings WHERE state = 'shown' AND turns_at IS NOT NULL ORDER BY turns_at LIMIT 1";
    TURN = "UPDATE listings SET sort_key = $2, starts_at = $3, ends_at = $4, turns_at = $5, expires_at = $6 WHERE id = $1";
    DECIDE = "UPDATE listings SET state = $2, reason = $3, decided_by = $4, changed_at = $5, published_at = $6
        WHERE id = $1 AND state = $7";
    hot QUEUE = concat!("SELECT ", listing!(), " FROM listings l WHERE l.state = $1 AND (l.changed_at, l.id) < ($2, $3)
        AND (l.site_id IS NULL OR l.site_id IN {list:$4}) AND ($5 = '' OR l.words LIKE $5 ESCAPE '\\')
        ORDER BY l.changed_at DESC, l.id DESC LIMIT $6");
    WAITING = "SELECT count(*) FROM (SELECT 1 FROM listings WHERE state = 'waiting'
        AND (site_id IS NULL OR site_id IN {list:$1}) LIMIT $2) AS counted";
    OF_ACCOUNT = concat!("SELECT ", listing!(), " FROM listings l WHERE l.account_id = $1
        ORDER BY l.changed_at DESC, l.id DESC LIMIT $2");
    WAITING_OF = "SELECT count(*) FROM listings WHERE account_id = $1 AND state = 'waiting'";
    REMOVE_OF = "DELETE FROM listings WHERE account_id = $1";
    FORGET_REFUSED = "DELETE FROM listings WHERE state = 'refused' AND changed_at < $1 AND source = ''";
}

/// A listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Identity: made of the source and its own identity there, so that it is found again.
    pub id: ListingId,
    /// The site on which it is shown; `None` for all.
    pub site: Option<SiteId>,
    /// What it is of.
    pub category: Category,
    /// The source's name in the settings; empty for a reader's.
    pub source: String,
    /// Where it stands with the desk.
    pub state: State,
    /// What is said of it.
    pub entry: Entry,
    /// Who it comes from, as printed.
    pub provider: String,
    /// The credit line that the provider asks for; may be empty.
    pub credit: String,
    /// Its town in the gazetteer.
    pub place: Option<PlaceId>,
    /// Where it stands in its category; `None` once it is over.
    pub turn: Option<Turn>,
    /// When it was put out.
    pub published_at: Timestamp,
    /// The reader who sent it.
    pub account: Option<AccountId>,
    /// Why the desk refused it, a word of `masthead_domain::listings::REASONS`; empty otherwise.
    pub reason: String,
    /// When anything about it changed.
    pub changed_at: Timestamp,
}

impl FromRow for Listing {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (id, site) = (row.next()?, row.next()?);
        let category = row.next::<String>()?;
        let source = row.next()?;
        let state = row.next::<String>()?;
        let title = row.next()?;
        let Json(mut entry): Json<Entry> = row.next()?;
        entry.title = title;
        let (provider, credit) = (row.next()?, row.next()?);
        let place = row.next::<Option<u32>>()?.map(PlaceId);
        let (latitude, longitude): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
        entry.point = latitude
            .zip(longitude)
            .and_then(|(latitude, longitude)| point(latitude, longitude));
        let order = row.next()?;
        let (starts, ends): (Option<Timestamp>, Option<Timestamp>) = (row.next()?, row.next()?);
        let published_at = row.next()?;
        let (turns, expires): (Option<Timestamp>, Option<Timestamp>) = (row.next()?, row.next()?);
        let current = starts.zip(ends).map(|(start, end)| Span {
            start,
            end,
            days: entry.dates.iter().any(|date| date.start == start && date.days),
        });
        let turn = turns.zip(expires).map(|(at, expires)| Turn {
            current,
            at,
            expires,
            order,
        });
        Ok(Self {
            id,
            site,
            // A category or state that a newer version knows is nothing that this one can show.
            category: Category::parse(&category).unwrap_or(Category::WhatsOn),
            source,
            state: State::parse(&state).unwrap_or(State::Refused),
            entry,
            provider,
            credit,
            place,
            turn,
            published_at,
            account: row.next()?,
            reason: row.next()?,
            changed_at: row.next()?,
        })
    }
}

/// Degrees as the store keeps them.
#[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
pub(crate) fn millionths(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

/// What was kept of a point.
#[expect(
    clippy::cast_precision_loss,
    reason = "at most 180 million, which a double holds exactly"
)]
pub(crate) fn point(latitude: i64, longitude: i64) -> Option<Point> {
    Point::new(latitude as f64 / 1e6, longitude as f64 / 1e6)
}

/// The fingerprint of what a source says, by which it is known whether anything changed.
pub fn digest(listing: &Listing) -> Result<[u8; 32], StoreError> {
    let whole = serde_json::to_vec(&(
        &listing.entry,
        &listing.entry.title,
        listing.category.name(),
        listing.site,
        (&listing.provider, &listing.credit),
        listing.place,
        listing.published_at,
    ));
    let whole = whole.map_err(|error| StoreError::bug(format!("a listing can't be written: {error}")))?;
    Ok(crate::hash(&whole))
}

/// Keeps a listing, new or changed. One that the desk refused stays refused.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, one: &Listing) -> Result<(), StoreError> {
    let digest = digest(one)?;
    let (turn, point) = (one.turn, one.entry.point);
    let current = turn.and_then(|turn| turn.current);
    tx.execute(
        PUT,
        params![
            one.id,
            one.site,
            one.category.name(),
            &one.source,
            one.state.name(),
            &one.entry.title,
            Json(&one.entry),
            one.entry.words(),
            &one.provider,
            &one.credit,
            one.entry.price.as_ref().map(|price| price.hundredths),
            one.place.map(|place| place.0),
            point.map(|point| millionths(point.latitude())),
            point.map(|point| millionths(point.longitude())),
            turn.map_or(0, |turn| turn.order),
            current.map(|span| span.start),
            current.map(|span| span.end),
            one.published_at,
            turn.map(|turn| turn.at),
            turn.map(|turn| turn.expires),
            &digest,
            one.account,
            one.changed_at
        ],
    )
    .await?;
    Ok(())
}

/// The listing with this id, in any state.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: ListingId) -> Result<Option<Listing>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// What is known of a source: each listing with its fingerprint and when it was put out.
///
/// # Errors
/// When the store can't answer.
pub async fn of_source(conn: &mut Conn, source: &str) -> Result<Vec<(ListingId, Vec<u8>, Timestamp)>, StoreError> {
    conn.all(OF_SOURCE, params![source]).await
}

/// Removes listings that their source doesn't have any more.
///
/// # Errors
/// When the store can't answer.
pub async fn remove(tx: &mut Tx, ids: &[ListingId]) -> Result<(), StoreError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    tx.execute(REMOVE, params![&ids]).await?;
    Ok(())
}

/// Listings whose date is over, or that are over themselves, the longest ago first.
///
/// # Errors
/// When the store can't answer.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: usize) -> Result<Vec<Listing>, StoreError> {
    conn.all(DUE, params![now, limit]).await
}

/// When the next listing turns.
///
/// # Errors
/// When the store can't answer.
pub async fn next(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    conn.optional(NEXT, params![]).await
}

/// Moves a listing to where it stands now.
///
/// # Errors
/// When the store can't answer.
pub async fn turn(tx: &mut Tx, id: ListingId, turn: &Turn) -> Result<(), StoreError> {
    let current = turn.current;
    tx.execute(
        TURN,
        params![
            id,
            turn.order,
            current.map(|span| span.start),
            current.map(|span| span.end),
            turn.at,
            turn.expires
        ],
    )
    .await?;
    Ok(())
}

/// What the desk decides about a listing.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The listing.
    pub id: ListingId,
    /// Where it stood when the page was made.
    pub from: State,
    /// Where it stands now.
    pub to: State,
    /// Why, for a refusal.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// Since when it is out.
    pub published_at: Timestamp,
}

/// Decides, unless somebody else did meanwhile; says whether it did.
///
/// # Errors
/// When the store can't answer.
pub async fn decide(tx: &mut Tx, decision: &Decision) -> Result<bool, StoreError> {
    let now = tx.now();
    let changed = tx
        .execute(
            DECIDE,
            params![
                decision.id,
                decision.to.name(),
                &decision.reason,
                &decision.by,
                now,
                decision.published_at,
                decision.from.name()
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// A queue of the desk on these sites, the last changed first, after a place in it. `words` are folded words that they
/// have, empty for all.
///
/// # Errors
/// When the store can't answer.
pub async fn queue(
    conn: &mut Conn,
    state: State,
    sites: &[SiteId],
    words: &str,
    after: (Timestamp, ListingId),
    limit: usize,
) -> Result<Vec<Listing>, StoreError> {
    let sites: Vec<uuid::Uuid> = sites.iter().map(|site| site.0).collect();
    conn.all(
        QUEUE,
        params![state.name(), after.0, after.1, &sites, pattern(words), limit],
    )
    .await
}

/// How many wait on these sites, counted up to a limit.
///
/// # Errors
/// When the store can't answer.
pub async fn waiting(conn: &mut Conn, sites: &[SiteId], limit: usize) -> Result<i64, StoreError> {
    let sites: Vec<uuid::Uuid> = sites.iter().map(|site| site.0).collect();
    Ok(conn.optional(WAITING, params![&sites, limit]).await?.unwrap_or(0))
}

/// What a reader sent, the last changed first.
///
/// # Errors
/// When the store can't answer.
pub async fn of_account(conn: &mut Conn, account: AccountId, limit: usize) -> Result<Vec<Listing>, StoreError> {
    conn.all(OF_ACCOUNT, params![account, limit]).await
}

/// How many of a reader's wait.
///
/// # Errors
/// When the store can't answer.
pub async fn waiting_of(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    Ok(conn.optional(WAITING_OF, params![account]).await?.unwrap_or(0))
}

/// Removes everything that a reader sent.
///
/// # Errors
/// When the store can't answer.
pub async fn remove_of(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute(REMOVE_OF, params![account]).await?;
    Ok(())
}

/// Forgets what readers sent and the desk refused before a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn forget_refused(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    tx.execute(FORGET_REFUSED, params![before]).await?;
    Ok(())
}

/// Words as a pattern: they stand in a row, whatever signs they hold; empty for none.
pub(crate) fn pattern(words: &str) -> String {
    let words = masthead_domain::listings::folded(words.trim());
    if words.is_empty() {
        return words;
    }
    let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
