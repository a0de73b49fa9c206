//! `/listings`, its categories with filters, and the page of one listing: the same for everybody, and pressed. A list
//! that words or amounts are looked for in is made for each request and kept by nobody.

use super::near::{Near, near};
use super::view::{Fresh, Item, freshness, item, json_ld};
use crate::app::App;
use crate::pages::page::Page;
use crate::pages::{Query, SiteView, bounds, listing_key, listings_key, say, store_error, whole};
use masthead_domain::ids::ListingId;
use masthead_domain::listings::Category;
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_gazetteer::Place;
use masthead_store::listings::Listing;
use masthead_store::public::{self, Wanted};
use masthead_store::{Conn, log};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging::{self, Cursor};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{Day, Route};
use serde::Serialize;
use uuid::Uuid;

/// Parameters that make another page of a category.
pub(crate) const PARAMETERS: &[&str] = &["place", "q", "min", "max", "from", "to", "after"];

/// Listings on a page of a category, and of each on the page of all.
const PAGE: usize = 20;
const FEW: usize = 4;
/// Characters of the reader's words that are looked for.
const MOST_CHARS: usize = 100;

/// The form over a list, as it was filled in.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Form {
    place: String,
    q: String,
    min: String,
    max: String,
    from: String,
    to: String,
}

impl Form {
    pub(crate) fn read(query: Query<'_>) -> Self {
        let field = |name, most| {
            let text: String = query.get(name).unwrap_or_default();
            let text: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
            text.trim().to_owned()
        };
        Self {
            place: field("place", 20),
            q: field("q", MOST_CHARS),
            min: field("min", 20),
            max: field("max", 20),
            from: field("from", 20),
            to: field("to", 20),
        }
    }

    /// What is asked for. What can't be read is left out, as if it had not been said.
    pub(crate) fn wanted(&self, view: &SiteView) -> Wanted {
        let amount = |text: &str| text.replace(',', ".").parse::<f64>().ok().and_then(hundredths);
        let day = |text: &str| {
            let date: jiff::civil::Date = text.parse().ok()?;
            bounds(Day::new(date.year(), date.month(), date.day())?, &view.entry.zone)
        };
        Wanted {
            words: self.q.clone(),
            least: amount(&self.min),
            most: amount(&self.max),
            from: day(&self.from).map_or(Timestamp::MIN, |(begins, _)| begins),
            to: day(&self.to).map_or(Timestamp::MAX, |(_, ends)| ends),
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("place", self.place.as_str()),
            ("q", self.q.as_str()),
            ("min", &self.min),
            ("max", &self.max),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The address of the same list after a place in it.
    fn address(&self, path: &str, after: Option<String>) -> String {
        let mut writer = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs() {
            if !value.is_empty() {
                writer.append_pair(name, value);
            }
        }
        if let Some(after) = after {
            writer.append_pair("after", &after);
        }
        match writer.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    fn is_bare(&self) -> bool {
        self.pairs()
            .iter()
            .all(|(name, value)| *name == "place" || value.is_empty())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bounded before")]
fn hundredths(amount: f64) -> Option<i64> {
    (0.0..1e12).contains(&amount).then(|| (amount * 100.0).round() as i64)
}

#[derive(Serialize)]
struct Own {
    listings: Head,
    parts: Vec<Part>,
    first: Option<String>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Head {
    /// The category's name; empty on the page of all.
    category: &'static str,
    /// The place from which it goes, by name.
    place: String,
    has_dates: bool,
    asked: bool,
    form: Form,
    fresh: Vec<Fresh>,
}

/// The listings of a category.
#[derive(Serialize)]
struct Part {
    category: &'static str,
    href: String,
    items: Vec<Item>,
}

/// `/listings`: some of each category.
pub(crate) async fn all(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let (mut conn, now) = (app.db.snapshot().await.map_err(store_error)?, app.now());
    let position = log::head(&mut conn).await.map_err(store_error)?;
    let mut parts = Vec::new();
    for category in Category::ALL {
        let some = list(&mut conn, now, view, category, &Wanted::default(), None, FEW).await?;
        parts.push(Part {
            category: category.name(),
            href: Route::Listings(Some(category)).to_string(),
            items: some.iter().map(item).collect(),
        });
    }
    drop(conn);
    let own = Own {
        listings: Head {
            category: "",
            place: String::new(),
            has_dates: false,
            asked: false,
            form: Form::default(),
            fresh: Vec::new(),
        },
        parts,
        first: None,
        next: None,
    };
    let page = Page::new(view, &say(view, "listings", &[])?, &Route::Listings(None).to_string()).described(&say(
        view,
        "listings-about",
        &[("site", &view.entry.name)],
    )?);
    let html = view.voice.render("listings/list.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position).keys(keys(view, &Category::ALL)))
}

/// `/listings/<category>`
pub(crate) async fn category(
    app: &App,
    view: &SiteView,
    category: Category,
    query: Query<'_>,
) -> Result<Rendered, WebError> {
    let form = Form::read(query);
    let (wanted, after, bare) = (form.wanted(view), query.after()?, form.is_bare());
    let place = match form.place.as_str() {
        "" => None,
        // Only places that there are have pages, which bounds how many there can be.
        id => Some(app.places.of_address(id).ok_or_else(WebError::not_found)?),
    };
    let (mut conn, now) = (app.db.snapshot().await.map_err(store_error)?, app.now());
    let position = log::head(&mut conn).await.map_err(store_error)?;
    let (items, next) = match place {
        Some(place) => nearest(&mut conn, now, view, category, &wanted, (place.point, after)).await?,
        None => {
            let rows = list(&mut conn, now, view, category, &wanted, after, PAGE + 1).await?;
            let rows = paging::Page::from_rows(rows, PAGE, cursor);
            (rows.items.iter().map(item).collect(), rows.next)
        }
    };
    let fresh = freshness(&mut conn, app, view, category, now)
        .await
        .map_err(store_error)?;
    drop(conn);
    let path = Route::Listings(Some(category)).to_string();
    let title = say(view, &format!("listings-{}", category.name()), &[])?;
    let mut page = Page::new(view, &title, &path).described(&say(
        view,
        &format!("listings-about-{}", category.name()),
        &[("site", &view.entry.name)],
    )?);
    if !bare || after.is_some() {
        page.robots = "noindex, follow";
    }
    let own = Own {
        next: next.map(|next| form.address(&path, Some(next.to_string()))),
        first: after.map(|_| form.address(&path, None)),
        parts: vec![Part {
            category: category.name(),
            href: path,
            items,
        }],
        listings: Head {
            category: category.name(),
            place: place
                .map_or("", |place| app.places.called(&place, view.language()))
                .to_owned(),
            has_dates: category.has_dates(),
            asked: !bare,
            form,
            fresh,
        },
    };
    let html = view.voice.render("listings/list.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position).keys(keys(view, &[category]));
    if !bare {
        rendered.policy = CachePolicy::NoStore;
    }
    Ok(rendered)
}

#[derive(Serialize)]
struct Piece {
    place: String,
    href: String,
    items: Vec<Item>,
}

/// The component of a reader's place: what is nearest to it, of every category.
pub(crate) async fn piece(app: &App, view: &SiteView, place: &Place<'_>) -> Result<Rendered, WebError> {
    let (mut conn, now) = (app.db.snapshot().await.map_err(store_error)?, app.now());
    let position = log::head(&mut conn).await.map_err(store_error)?;
    let of = (view.entry.id, Category::ALL.as_slice());
    let mut all = near(&mut conn, now, of, &Wanted::default(), place.point)
        .await
        .map_err(store_error)?;
    all.truncate(FEW);
    let own = Piece {
        place: app.places.called(place, view.language()).to_owned(),
        href: Route::Listings(None).to_string(),
        items: with_distance(&mut conn, now, view, &all).await?,
    };
    drop(conn);
    let html = view.voice.render("parts/listings.html", &own)?;
    Ok(Rendered::html(html, position).keys(keys(view, &Category::ALL)))
}

/// A page of what is near a point, after a place in the list.
async fn nearest(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    category: Category,
    wanted: &Wanted,
    (point, after): (Point, Option<Cursor>),
) -> Result<(Vec<Item>, Option<Cursor>), WebError> {
    let categories = [category];
    let all = near(conn, now, (view.entry.id, &categories), wanted, point)
        .await
        .map_err(store_error)?;
    let rest: Vec<Near> = all
        .into_iter()
        .filter(|one| after.is_none_or(|after| one.is_after(after)))
        .collect();
    let page = paging::Page::from_rows(rest, PAGE, |one| one.cursor());
    let items = with_distance(conn, now, view, &page.items).await?;
    Ok((items, page.next))
}

/// Listings with how far they are, in their order.
pub(crate) async fn with_distance(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    near: &[Near],
) -> Result<Vec<Item>, WebError> {
    let ids: Vec<ListingId> = near.iter().map(|one| one.id).collect();
    let found = public::listings_by_id(conn, now, view.entry.id, &ids)
        .await
        .map_err(store_error)?;
    let items = found.iter().map(|one| {
        let mut item = item(one);
        item.distance = near.iter().find(|near| near.id == one.id).map(|near| near.kilometres());
        item
    });
    Ok(items.collect())
}

fn keys(view: &SiteView, categories: &[Category]) -> Vec<SurrogateKey> {
    let mut keys = vec![SurrogateKey::site(view.entry.id), SurrogateKey::theme()];
    keys.extend(categories.iter().map(|category| listings_key(*category)));
    keys
}

/// A listing's place in its category.
pub(crate) fn cursor(one: &Listing) -> Cursor {
    Cursor::new(Timestamp::from_micros(one.turn.map_or(0, |turn| turn.order)), one.id)
}

async fn list(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    category: Category,
    wanted: &Wanted,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Listing>, WebError> {
    let after = after.map_or((i64::MIN, ListingId(Uuid::nil())), |cursor| {
        (cursor.at.as_micros(), cursor.id.into())
    });
    public::listed(conn, now, (view.entry.id, category), wanted, after, limit)
        .await
        .map_err(store_error)
}

#[derive(Serialize)]
struct One {
    item: Item,
    category: &'static str,
    category_href: String,
    text: Vec<String>,
    contact: String,
    url: Option<String>,
    /// Beginnings of the dates after the one that is shown.
    dates: Vec<(i64, bool)>,
    expires: Option<i64>,
}

/// Later dates that a page names.
const MOST_LATER: usize = 12;

/// `/listings/<category>/<id>`
pub(crate) async fn one(app: &App, view: &SiteView, category: Category, id: ListingId) -> Result<Rendered, WebError> {
    let (mut conn, now) = (app.db.snapshot().await.map_err(store_error)?, app.now());
    let position = log::head(&mut conn).await.map_err(store_error)?;
    let found = public::listings_by_id(&mut conn, now, view.entry.id, &[id])
        .await
        .map_err(store_error)?;
    drop(conn);
    let one = found
        .into_iter()
        .find(|one| one.category == category)
        .ok_or_else(WebError::not_found)?;
    let path = Route::Listing(category, id).to_string();
    let mut page = Page::new(view, &one.entry.title, &path).described(&one.entry.text);
    page.json_ld = json_ld(view, &one);
    let current = one.turn.and_then(|turn| turn.current);
    let later = one
        .entry
        .dates
        .iter()
        .filter(|date| current.is_some_and(|current| date.start > current.start));
    let own = One {
        category: category.name(),
        category_href: Route::Listings(Some(category)).to_string(),
        text: one
            .entry
            .text
            .split('\n')
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        contact: one.entry.contact.clone(),
        url: one.entry.url.clone(),
        dates: later
            .take(MOST_LATER)
            .map(|date| (date.start.as_micros(), date.days))
            .collect(),
        expires: one
            .turn
            .map(|turn| turn.expires.as_micros())
            .filter(|_| !category.has_dates()),
        item: item(&one),
    };
    let html = view.voice.render("listings/one.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position)
        .keys([
            SurrogateKey::site(view.entry.id),
            SurrogateKey::theme(),
            listing_key(id),
        ])
        .modified(one.changed_at))
}
