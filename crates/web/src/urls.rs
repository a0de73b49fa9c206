//! Typed addresses: every public path is written and read here, so that no link is a string put together by hand.
//!
//! The paths are those of the project's interface contract. Reading gives `None` for what no route has; whether the
//! thing exists is not decided here.

mod origin;

pub use origin::Origin;

use masthead_domain::alerts::Kind;
use masthead_domain::ids::{AlertId, CommentId, ListingId, PictureId, ProfilePictureId, StoryId};
use masthead_domain::listings::Category;
use masthead_domain::places::{Component, PlaceId};
use masthead_domain::time::Timestamp;
use std::borrow::Cow;
use std::fmt;

/// First path segments that belong to routes. A section's or a page's slug may not equal one of them.
pub const RESERVED: &[&str] = &[
    "account",
    "alerts",
    "api",
    "archive",
    "assets",
    "authors",
    "comments",
    "contribute",
    "corrections",
    "desk",
    "favicon.ico",
    "feed.atom",
    "feed.json",
    "feed.xml",
    "fragments",
    "galleries",
    "healthz",
    "ingest",
    "listings",
    "live",
    "manifest.webmanifest",
    "media",
    "metrics",
    "multimedia",
    "news-in-pictures",
    "news-sitemap.xml",
    "oembed",
    "places",
    "policies",
    "profiles",
    "push",
    "readyz",
    "robots.txt",
    "search",
    "sign-in",
    "sign-out",
    "sign-up",
    "sitemap.xml",
    "static",
    "topics",
    "weather",
    "your-stories",
    ".well-known",
];

/// A calendar day in a site's zone, as it stands in a story's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The day that `at` falls on in `zone`.
    pub fn of(at: Timestamp, zone: &jiff::tz::TimeZone) -> Self {
        Self(zone.to_datetime(at.to_jiff()).date())
    }

    /// A day of the calendar; `None` for one that does not exist.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// The calendar date.
    pub const fn date(self) -> jiff::civil::Date {
        self.0
    }

    /// `20140915`
    pub fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.0.year(), self.0.month(), self.0.day())
    }

    /// Reads `20140915`: eight ASCII digits of a day that exists, from the year 1000 on.
    pub fn parse_compact(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = text.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        let year = year.parse().ok()?;
        (year >= 1000)
            .then(|| Self::new(year, month.parse().ok()?, day.parse().ok()?))
            .flatten()
    }
}

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    /// RSS 2.0 at `feed.xml`.
    Rss,
    /// Atom (RFC 4287) at `feed.atom`.
    Atom,
    /// JSON Feed 1.1 at `feed.json`.
    Json,
}

impl FeedFormat {
    /// The last path segment.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Rss => "feed.xml",
            Self::Atom => "feed.atom",
            Self::Json => "feed.json",
        }
    }

    /// The media type that it is served with.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }

    fn of_file(name: &str) -> Option<Self> {
        [Self::Rss, Self::Atom, Self::Json]
            .into_iter()
            .find(|format| format.file_name() == name)
    }
}

/// What a feed is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FeedScope<'a> {
    /// The whole site.
    Site,
    /// A section by its path of slugs, `world` or `world/asia`.
    Section(Cow<'a, str>),
    /// A topic by its slug.
    Topic(Cow<'a, str>),
    /// An author by their slug.
    Author(Cow<'a, str>),
    /// A profile by its username.
    Profile(Cow<'a, str>),
    /// The corrections.
    Corrections,
    /// Alerts that hold, of one kind or of both.
    Alerts(Option<Kind>),
    /// The entries of a live story, below the story's own address.
    Story {
        /// The section's path of slugs.
        section: Cow<'a, str>,
        /// The story's slug without the day.
        slug: Cow<'a, str>,
        /// Its day of publication in the site's zone.
        day: Day,
    },
    /// A place, named as in [`Route::Place`].
    Place {
        /// Its name for people; any other leads to the same place.
        slug: Cow<'a, str>,
        /// The place.
        id: PlaceId,
    },
}

/// Encodings of a picture's public renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// AVIF.
    Avif,
    /// WebP.
    Webp,
    /// JPEG.
    Jpeg,
    /// PNG, for graphics with transparency.
    Png,
}

impl PictureFormat {
    /// The file name's extension.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    fn of_extension(text: &str) -> Option<Self> {
        [Self::Avif, Self::Webp, Self::Jpeg, Self::Png]
            .into_iter()
            .find(|format| format.extension() == text)
    }
}

/// The proportions in which a picture is cut for those who ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureShape {
    /// 1:1.
    Square,
    /// 4:3.
    FourByThree,
    /// 16:9.
    SixteenByNine,
}

impl PictureShape {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Square, Self::FourByThree, Self::SixteenByNine];

    /// The name in addresses and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Square => "1x1",
            Self::FourByThree => "4x3",
            Self::SixteenByNine => "16x9",
        }
    }
}

/// A public address of a site, without its origin and without query.
///
/// `Display` writes the path; slugs are percent-encoded where they hold more than unreserved characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route<'a> {
    /// `/`
    Home,
    /// `/<section>` or `/<section>/<sub>`, or a page of the publisher's own at `/<page>`.
    Section(Cow<'a, str>),
    /// `/<section>/<slug>-<yyyymmdd>`, below a sub-section too.
    Story {
        /// The section's path of slugs.
        section: Cow<'a, str>,
        /// The story's slug without the day.
        slug: Cow<'a, str>,
        /// Its day of publication in the site's zone.
        day: Day,
    },
    /// `/topics/<slug>`
    Topic(Cow<'a, str>),
    /// `/authors/<slug>`
    Author(Cow<'a, str>),
    /// `/profiles/<username>`
    Profile(Cow<'a, str>),
    /// `/archive/<yyyy>/<mm>/<dd>`
    Archive(Day),
    /// `/galleries/<slug>-<yyyymmdd>`
    Gallery {
        /// The gallery's slug without the day.
        slug: Cow<'a, str>,
        /// Its day of publication in the site's zone.
        day: Day,
        /// One of its pictures, counted from 1: `/galleries/<slug>-<yyyymmdd>/<number>`.
        picture: Option<u16>,
    },
    /// `/multimedia`
    Multimedia,
    /// `/your-stories`: what readers sent in.
    YourStories,
    /// `/news-in-pictures`, and `/news-in-pictures/<yyyy>/<mm>/<dd>` for a day.
    NewsInPictures(Option<Day>),
    /// `…/feed.xml`, `feed.atom`, `feed.json`
    Feed(FeedScope<'a>, FeedFormat),
    /// `/media/<picture id>/<width>.<ext>`
    Media {
        /// The picture.
        picture: PictureId,
        /// Width of the rendition in pixels, 1 to 9999.
        width: u16,
        /// Its encoding.
        format: PictureFormat,
    },
    /// `/media/<picture id>/<shape>.jpg`
    MediaCut {
        /// The picture.
        picture: PictureId,
        /// Its proportions.
        shape: PictureShape,
    },
    /// `/media/stories/<story id>/<revision>.png`: what stands for a story that has no picture where it is shared.
    MediaSheet {
        /// The story.
        story: StoryId,
        /// The revision whose headline it shows, from 1.
        revision: u32,
    },
    /// `/media/profiles/<portrait id>/<width>.jpg`: what somebody looks like, as a square.
    MediaProfile {
        /// The portrait.
        picture: ProfilePictureId,
        /// Width in pixels, 1 to 9999.
        width: u16,
    },
    /// `/live/stories/<id>.json`: which entries of a live story are the newest.
    LiveStory(StoryId),
    /// `/comments/<id>`
    Comment(CommentId),
    /// `/oembed`
    Oembed,
    /// `/policies/comments`
    CommentsPolicy,
    /// `/listings`, and `/listings/<category>`.
    Listings(Option<Category>),
    /// `/listings/<category>/<id>`
    Listing(Category, ListingId),
    /// `/search`
    Search,
    /// `/push`: breaking news on this device.
    Push,
    /// `/push/worker.js`: its service worker.
    PushWorker,
    /// `/sitemap.xml`
    Sitemap,
    /// `/news-sitemap.xml`
    NewsSitemap,
    /// `/robots.txt`
    Robots,
    /// `/manifest.webmanifest`: the site as something to install.
    Manifest,
    /// `/corrections`
    Corrections,
    /// `/alerts`, and `/alerts/traffic` for those of a kind.
    Alerts(Option<Kind>),
    /// `/alerts/<id>`
    Alert(AlertId),
    /// `/places/<slug>-<id>`: news from near to far.
    Place {
        /// Its name for people.
        slug: Cow<'a, str>,
        /// The place.
        id: PlaceId,
    },
    /// `/weather?place=`
    Weather,
    /// `/fragments/<component>?place=`: what fills a hole of a page for a place.
    Fragment(Component),
    /// `/fragments/warning?place=`: extreme danger near a place, which every page tells of.
    Warning,
    /// `/fragments/partner?place=&section=`: the partner slot of pages of a section for who is at a place.
    Partner,
}

impl<'a> Route<'a> {
    /// A story's address.
    pub fn story(section: impl Into<Cow<'a, str>>, slug: impl Into<Cow<'a, str>>, day: Day) -> Self {
        Self::Story {
            section: section.into(),
            slug: slug.into(),
            day,
        }
    }

    /// A gallery's address.
    pub fn gallery(slug: impl Into<Cow<'a, str>>, day: Day) -> Self {
        Self::Gallery {
            slug: slug.into(),
            day,
            picture: None,
        }
    }

    /// Reads the path of a request (still percent-encoded, without query). `None` for what has no such route; a
    /// trailing slash, an empty segment and dots are not read as something else.
    pub fn parse(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix('/')?;
        if rest.is_empty() {
            return Some(Self::Home);
        }
        let segments: Vec<&'a str> = rest.split('/').collect();
        if segments
            .iter()
            .any(|segment| segment.is_empty() || matches!(*segment, "." | ".."))
        {
            return None;
        }
        let (last, folders) = segments.split_last()?;
        if let Some(format) = FeedFormat::of_file(last) {
            return FeedScope::of(folders).map(|scope| Self::Feed(scope, format));
        }
        match segments.as_slice() {
            ["oembed"] => Some(Self::Oembed),
            ["search"] => Some(Self::Search),
            ["push"] => Some(Self::Push),
            ["push", "worker.js"] => Some(Self::PushWorker),
            ["listings"] => Some(Self::Listings(None)),
            ["listings", category] => Category::parse(category).map(|category| Self::Listings(Some(category))),
            ["listings", category, id] => Some(Self::Listing(Category::parse(category)?, id.parse().ok()?)),
            ["sitemap.xml"] => Some(Self::Sitemap),
            ["news-sitemap.xml"] => Some(Self::NewsSitemap),
            ["robots.txt"] => Some(Self::Robots),
            ["manifest.webmanifest"] => Some(Self::Manifest),
            ["corrections"] => Some(Self::Corrections),
            ["alerts"] => Some(Self::Alerts(None)),
            ["alerts", name] => match Kind::parse(name) {
                Some(kind) => Some(Self::Alerts(Some(kind))),
                None => name.parse().ok().map(Self::Alert),
            },
            ["weather"] => Some(Self::Weather),
            ["places", name] => place(name).map(|(slug, id)| Self::Place { slug, id }),
            ["fragments", "warning"] => Some(Self::Warning),
            ["fragments", "partner"] => Some(Self::Partner),
            ["fragments", name] => Component::parse(name).map(Self::Fragment),
            ["topics", slug] => decode(slug).map(Self::Topic),
            ["authors", slug] => decode(slug).map(Self::Author),
            ["profiles", name] => decode(name).map(Self::Profile),
            ["comments", id] => id.parse().ok().map(Self::Comment),
            ["policies", "comments"] => Some(Self::CommentsPolicy),
            ["archive", year, month, day] => archive(year, month, day).map(Self::Archive),
            ["galleries", name] => gallery(name, None),
            ["galleries", name, number] => {
                let digits = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
                let number = number.parse().ok().filter(|_| digits)?;
                gallery(name, Some(number))
            }
            ["multimedia"] => Some(Self::Multimedia),
            ["your-stories"] => Some(Self::YourStories),
            ["news-in-pictures"] => Some(Self::NewsInPictures(None)),
            ["news-in-pictures", year, month, day] => {
                archive(year, month, day).map(|day| Self::NewsInPictures(Some(day)))
            }
            ["live", "stories", file] => {
                let id = file.strip_suffix(".json")?;
                let story: StoryId = id.parse().ok()?;
                (story.to_string() == id).then_some(Self::LiveStory(story))
            }
            ["media", "stories", story, file] => sheet(story, file),
            ["media", "profiles", picture, file] => portrait(picture, file),
            ["media", picture, file] => media(picture, file),
            [first, ..] if RESERVED.contains(first) => None,
            [_] => decode(last).map(Self::Section),
            [_, _] | [_, _, _] => match (dated(last), folders) {
                (Some((slug, day)), _) => Some(Self::Story {
                    section: join(folders)?,
                    slug: decode(slug)?,
                    day,
                }),
                (None, [_]) => join(&segments).map(Self::Section),
                (None, _) => None,
            },
            _ => None,
        }
    }
}

impl<'a> FeedScope<'a> {
    fn of(folders: &[&'a str]) -> Option<Self> {
        match folders {
            [] => Some(Self::Site),
            ["corrections"] => Some(Self::Corrections),
            ["alerts"] => Some(Self::Alerts(None)),
            ["alerts", name] => Kind::parse(name).map(|kind| Self::Alerts(Some(kind))),
            ["topics", slug] => decode(slug).map(Self::Topic),
            ["authors", slug] => decode(slug).map(Self::Author),
            ["profiles", name] => decode(name).map(Self::Profile),
            ["places", name] => place(name).map(|(slug, id)| Self::Place { slug, id }),
            [first, ..] if RESERVED.contains(first) => None,
            [section @ .., last] if matches!(section, [_] | [_, _]) && dated(last).is_some() => {
                let (slug, day) = dated(last)?;
                Some(Self::Story {
                    section: join(section)?,
                    slug: decode(slug)?,
                    day,
                })
            }
            [_] | [_, _] => join(folders).map(Self::Section),
            _ => None,
        }
    }
}

impl fmt::Display for FeedScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site => Ok(()),
            Self::Section(path) => write!(f, "/{}", Encoded(path, true)),
            Self::Topic(slug) => write!(f, "/topics/{}", Encoded(slug, false)),
            Self::Author(slug) => write!(f, "/authors/{}", Encoded(slug, false)),
            Self::Profile(name) => write!(f, "/profiles/{}", Encoded(name, false)),
            Self::Corrections => f.write_str("/corrections"),
            Self::Alerts(kind) => alerts(*kind, f),
            Self::Story { section, slug, day } => write!(
                f,
                "/{}/{}-{}",
                Encoded(section, true),
                Encoded(slug, false),
                day.compact()
            ),
            Self::Place { slug, id } => write!(f, "/places/{}-{id}", Encoded(slug, false)),
        }
    }
}

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("/"),
            Self::Section(path) => write!(f, "/{}", Encoded(path, true)),
            Self::Story { section, slug, day } => {
                write!(
                    f,
                    "/{}/{}-{}",
                    Encoded(section, true),
                    Encoded(slug, false),
                    day.compact()
                )
            }
            Self::Topic(slug) => write!(f, "/topics/{}", Encoded(slug, false)),
            Self::Author(slug) => write!(f, "/authors/{}", Encoded(slug, false)),
            Self::Profile(name) => write!(f, "/profiles/{}", Encoded(name, false)),
            Self::Archive(Day(date)) => {
                write!(f, "/archive/{:04}/{:02}/{:02}", date.year(), date.month(), date.day())
            }
            Self::Gallery { slug, day, picture } => {
                write!(f, "/galleries/{}-{}", Encoded(slug, false), day.compact())?;
                picture.map_or(Ok(()), |number| write!(f, "/{number}"))
            }
            Self::Multimedia => f.write_str("/multimedia"),
            Self::YourStories => f.write_str("/your-stories"),
            Self::NewsInPictures(None) => f.write_str("/news-in-pictures"),
            Self::NewsInPictures(Some(Day(date))) => write!(
                f,
                "/news-in-pictures/{:04}/{:02}/{:02}",
                date.year(),
                date.month(),
                date.day()
            ),
            Self::Feed(scope, format) => write!(f, "{scope}/{}", format.file_name()),
            Self::Media { picture, width, format } => {
                write!(f, "/media/{picture}/{width}.{}", format.extension())
            }
            Self::MediaCut { picture, shape } => write!(f, "/media/{picture}/{}.jpg", shape.name()),
            Self::MediaSheet { story, revision } => write!(f, "/media/stories/{story}/{revision}.png"),
            Self::MediaProfile { picture, width } => write!(f, "/media/profiles/{picture}/{width}.jpg"),
            Self::LiveStory(id) => write!(f, "/live/stories/{id}.json"),
            Self::Comment(id) => write!(f, "/comments/{id}"),
            Self::Oembed => f.write_str("/oembed"),
            Self::CommentsPolicy => f.write_str("/policies/comments"),
            Self::Search => f.write_str("/search"),
            Self::Push => f.write_str("/push"),
            Self::PushWorker => f.write_str("/push/worker.js"),
            Self::Listings(None) => f.write_str("/listings"),
            Self::Listings(Some(category)) => write!(f, "/listings/{}", category.name()),
            Self::Listing(category, id) => write!(f, "/listings/{}/{id}", category.name()),
            Self::Sitemap => f.write_str("/sitemap.xml"),
            Self::NewsSitemap => f.write_str("/news-sitemap.xml"),
            Self::Robots => f.write_str("/robots.txt"),
            Self::Manifest => f.write_str("/manifest.webmanifest"),
            Self::Corrections => f.write_str("/corrections"),
            Self::Alerts(kind) => alerts(*kind, f),
            Self::Alert(id) => write!(f, "/alerts/{id}"),
            Self::Place { slug, id } => write!(f, "/places/{}-{id}", Encoded(slug, false)),
            Self::Weather => f.write_str("/weather"),
            Self::Fragment(component) => write!(f, "/fragments/{}", component.name()),
            Self::Warning => f.write_str("/fragments/warning"),
            Self::Partner => f.write_str("/fragments/partner"),
        }
    }
}

fn alerts(kind: Option<Kind>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match kind {
        None => f.write_str("/alerts"),
        Some(kind) => write!(f, "/alerts/{}", kind.name()),
    }
}

/// Writes text percent-encoded (RFC 3986, section 2.1); `/` stays when the flag says that the text is a path.
struct Encoded<'a>(&'a str, bool);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            let plain =
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') || (byte == b'/' && self.1);
            if plain {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Decodes one segment. `None` for broken escapes, text that is not UTF-8, and characters that no slug has: a slash or
/// a control character that arrives encoded is a trick, not a name.
fn decode(segment: &str) -> Option<Cow<'_, str>> {
    let text = if segment.contains('%') {
        let mut bytes = Vec::with_capacity(segment.len());
        let mut rest = segment.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if *first != b'%' {
                bytes.push(*first);
                rest = after;
                continue;
            }
            let (digits, after) = after.split_first_chunk::<2>()?;
            let digits = std::str::from_utf8(digits).ok()?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        }
        Cow::Owned(String::from_utf8(bytes).ok()?)
    } else {
        Cow::Borrowed(segment)
    };
    let clean = !text.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
    (clean && !matches!(text.as_ref(), "" | "." | "..")).then_some(text)
}

fn join<'a>(segments: &[&'a str]) -> Option<Cow<'a, str>> {
    if let [only] = segments {
        return decode(only);
    }
    let decoded: Option<Vec<_>> = segments.iter().map(|segment| decode(segment)).collect();
    Some(Cow::Owned(decoded?.join("/")))
}

/// Splits `slug-20140915`.
fn dated(name: &str) -> Option<(&str, Day)> {
    let (slug, day) = name.rsplit_once('-')?;
    if slug.is_empty() {
        return None;
    }
    Some((slug, Day::parse_compact(day)?))
}

/// Splits `slug-2950159`.
fn place(name: &str) -> Option<(Cow<'_, str>, PlaceId)> {
    let (slug, id) = name.rsplit_once('-')?;
    Some((decode(slug)?, id.parse().ok()?))
}

fn sheet<'a>(story: &str, file: &str) -> Option<Route<'a>> {
    let number = file.strip_suffix(".png")?;
    let is_plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
    Some(Route::MediaSheet {
        story: story.parse().ok()?,
        revision: number.parse().ok().filter(|_| is_plain)?,
    })
}

fn portrait<'a>(picture: &str, file: &str) -> Option<Route<'a>> {
    let number = file.strip_suffix(".jpg")?;
    let is_plain = !number.starts_with('0') && number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let id: ProfilePictureId = picture.parse().ok()?;
    Some(Route::MediaProfile {
        picture: Some(id).filter(|id| id.to_string() == picture)?,
        width: number.parse().ok().filter(|_| is_plain)?,
    })
}

fn gallery<'a>(name: &'a str, picture: Option<u16>) -> Option<Route<'a>> {
    let (slug, day) = dated(name)?;
    Some(Route::Gallery {
        slug: decode(slug)?,
        day,
        picture,
    })
}

fn archive(year: &str, month: &str, day: &str) -> Option<Day> {
    let fits = year.len() == 4 && month.len() == 2 && day.len() == 2;
    fits.then(|| Day::parse_compact(&format!("{year}{month}{day}")))
        .flatten()
}

fn media<'a>(picture: &str, file: &str) -> Option<Route<'a>> {
    let (width, extension) = file.split_once('.')?;
    let shape = PictureShape::ALL.into_iter().find(|shape| shape.name() == width);
    if let (Some(shape), "jpg") = (shape, extension) {
        let id: PictureId = picture.parse().ok()?;
        return (id.to_string() == picture).then_some(Route::MediaCut { picture: id, shape });
    }
    // One address a rendition: `0640`, `+640` and a braced or unhyphenated id would be other names for the same bytes.
    if width.starts_with('0') || width.len() > 4 || !width.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let id: PictureId = picture.parse().ok()?;
    (id.to_string() == picture).then_some(())?;
    Some(Route::Media {
        picture: id,
        width: width.parse().ok()?,
        format: PictureFormat::of_extension(extension)?,
    })
}

#[cfg(test)]
mod tests;
