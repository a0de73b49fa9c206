//! Every address is written and read back, and nothing else is read as one.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn day() -> Day {
    Day::new(2014, 9, 15).unwrap()
}

#[test]
fn no_slug_is_allowed_that_no_address_reaches() {
    for word in RESERVED {
        assert!(masthead_domain::sites::RESERVED_SLUGS.contains(word), "{word}");
    }
}

#[test]
fn every_route_is_written_and_read_back() {
    let id = Uuid::from_u128(7);
    let routes = [
        (Route::Home, "/"),
        (Route::Section("world".into()), "/world"),
        (Route::Section("world/asia".into()), "/world/asia"),
        (
            Route::story("world", "peace-talks", day()),
            "/world/peace-talks-20140915",
        ),
        (Route::story("world/asia", "a", day()), "/world/asia/a-20140915"),
        (Route::story("world", "été", day()), "/world/%C3%A9t%C3%A9-20140915"),
        (Route::Topic("iraq".into()), "/topics/iraq"),
        (Route::Author("ada-example".into()), "/authors/ada-example"),
        (Route::Profile("~12".into()), "/profiles/~12"),
        (Route::YourStories, "/your-stories"),
        (Route::Archive(day()), "/archive/2014/09/15"),
        (Route::gallery("x", day()), "/galleries/x-20140915"),
        (
            Route::Gallery {
                slug: "x".into(),
                day: day(),
                picture: Some(12),
            },
            "/galleries/x-20140915/12",
        ),
        (Route::Multimedia, "/multimedia"),
        (Route::Push, "/push"),
        (Route::PushWorker, "/push/worker.js"),
        (Route::NewsInPictures(None), "/news-in-pictures"),
        (Route::NewsInPictures(Some(day())), "/news-in-pictures/2014/09/15"),
        (Route::Feed(FeedScope::Site, FeedFormat::Rss), "/feed.xml"),
        (
            Route::Feed(FeedScope::Section("a/b".into()), FeedFormat::Atom),
            "/a/b/feed.atom",
        ),
        (
            Route::Feed(FeedScope::Topic("nato".into()), FeedFormat::Json),
            "/topics/nato/feed.json",
        ),
        (
            Route::Feed(FeedScope::Corrections, FeedFormat::Json),
            "/corrections/feed.json",
        ),
        (
            Route::Media {
                picture: PictureId(id),
                width: 640,
                format: PictureFormat::Webp,
            },
            "/media/00000000-0000-0000-0000-000000000007/640.webp",
        ),
        (
            Route::Feed(
                FeedScope::Story {
                    section: "world/asia".into(),
                    slug: "peace-talks".into(),
                    day: day(),
                },
                FeedFormat::Atom,
            ),
            "/world/asia/peace-talks-20140915/feed.atom",
        ),
        (
            Route::LiveStory(StoryId(id)),
            "/live/stories/00000000-0000-0000-0000-000000000007.json",
        ),
        (
            Route::Comment(CommentId(id)),
            "/comments/00000000-0000-0000-0000-000000000007",
        ),
        (Route::CommentsPolicy, "/policies/comments"),
        (Route::Search, "/search"),
        (Route::Listings(None), "/listings"),
        (Route::Listings(Some(Category::WhatsOn)), "/listings/whats-on"),
        (
            Route::Listing(Category::Jobs, ListingId(id)),
            "/listings/jobs/00000000-0000-0000-0000-000000000007",
        ),
        (Route::Sitemap, "/sitemap.xml"),
        (Route::NewsSitemap, "/news-sitemap.xml"),
        (Route::Robots, "/robots.txt"),
        (Route::Corrections, "/corrections"),
        (Route::Alerts(None), "/alerts"),
        (Route::Alerts(Some(Kind::Traffic)), "/alerts/traffic"),
        (
            Route::Alert(AlertId(id)),
            "/alerts/00000000-0000-0000-0000-000000000007",
        ),
        (
            Route::Feed(FeedScope::Alerts(Some(Kind::Traffic)), FeedFormat::Rss),
            "/alerts/traffic/feed.xml",
        ),
        (
            Route::Place {
                slug: "são-paulo".into(),
                id: PlaceId(3_448_439),
            },
            "/places/s%C3%A3o-paulo-3448439",
        ),
        (
            Route::Feed(
                FeedScope::Place {
                    slug: "berlin".into(),
                    id: PlaceId(2_950_159),
                },
                FeedFormat::Atom,
            ),
            "/places/berlin-2950159/feed.atom",
        ),
        (Route::Weather, "/weather"),
        (Route::Fragment(Component::LocalNews), "/fragments/local-news"),
        (Route::Manifest, "/manifest.webmanifest"),
        (Route::Warning, "/fragments/warning"),
        (Route::Partner, "/fragments/partner"),
    ];
    for (route, path) in routes {
        assert_eq!(route.to_string(), path);
        assert_eq!(Route::parse(path), Some(route), "{path}");
    }
}

#[test]
fn tricks_are_no_routes() {
    for path in [
        "",
        "world",
        "//",
        "/world/",
        "/world//a-20140915",
        "/../etc/passwd",
        "/%2e%2e/x-20140915",
        "/world%2Fasia",
        "/world/a%00-20140915",
        "/world/a%zz-20140915",
        "/world/%ff-20140915",
        "/media/00000000-0000-0000-0000-000000000007/0640.webp",
        "/media/00000000-0000-0000-0000-000000000007/640.exe",
        "/media/{00000000-0000-0000-0000-000000000007}/640.webp",
        "/archive/2014/02/30",
        "/archive/2014/9/15",
        "/desk/feed.xml",
        "/a/b/c/d",
        "/api/v1/stories",
        "/listings/tea",
        "/listings/jobs/7",
        "/places/berlin",
        "/places/berlin-02",
        "/places/-2950159",
        "/fragments/else",
    ] {
        assert_eq!(Route::parse(path), None, "{path}");
    }
}

#[test]
fn a_day_that_does_not_exist_is_part_of_a_section_path() {
    assert_eq!(
        Route::parse("/world/peace-20140230"),
        Some(Route::Section("world/peace-20140230".into()))
    );
}

#[test]
fn the_day_is_that_of_the_site_and_not_of_utc() {
    let late = Timestamp::parse_rfc3339("2014-09-15T22:30:00Z").unwrap();
    let paris = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    assert_eq!(Day::of(late, &paris).compact(), "20140916");
    assert_eq!(Day::of(late, &jiff::tz::TimeZone::UTC).compact(), "20140915");
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_as_one_address(path in "/[a-z0-9%./~\\-_é]{0,40}") {
        if let Some(route) = Route::parse(&path) {
            let text = route.to_string();
            prop_assert_eq!(Route::parse(&text).map(|again| again.to_string()), Some(text));
        }
    }
}
