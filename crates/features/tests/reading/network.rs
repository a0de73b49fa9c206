//! A small network for tests: two sites, sections, and stories in every state.

use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_domain::events::Event;
use masthead_domain::ids::{AuthorId, PictureId, SiteId, StoryId, TopicId};
use masthead_domain::sites::Site;
use masthead_domain::stories::{Byline, Placement, StoryContent};
use masthead_domain::time::Timestamp;
use masthead_features::app::{App, AppParts};
use masthead_features::pages::Pages;
use masthead_features::sites::SiteEntry;
use masthead_features::{sites, stories};
use masthead_services::blobs::Blobs;
use masthead_services::clock::SystemIds;
use masthead_services::fetch::{FetchSettings, Fetcher};
use masthead_services::pictures::PictureWorker;
use masthead_store::authors::AuthorRecord;
use masthead_store::pages::PageRecord;
use masthead_store::pictures::{PictureRecord, PictureState, RenditionRecord};
use masthead_store::testing::{TestClock, TestDb};
use masthead_store::topics::TopicRecord;
use masthead_store::{Engine, StoreError, authors, log, pictures, topics};
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::templates::Theme;
use std::sync::Arc;

/// A network with its pages.
pub(crate) struct Network {
    pub(crate) app: Arc<App>,
    pub(crate) pages: Pages,
    pub(crate) clock: TestClock,
    // Held for its Drop.
    _db: TestDb,
}

/// A story to be made.
#[derive(Clone, Default)]
pub(crate) struct Draft {
    pub(crate) content: StoryContent,
    pub(crate) placements: Vec<Placement>,
    pub(crate) topics: Vec<TopicId>,
}

impl Network {
    /// Two sites: `quay` with the sections `world` (and `world/isles`) and `sport`, and `tide` with `local`.
    pub(crate) async fn new(engine: Engine) -> Self {
        let (db, guard) = TestDb::new(engine).await;
        let clock = guard.clock.clone();
        let shared: Arc<TestClock> = Arc::new(clock.clone());
        let app = App::new(AppParts {
            db,
            clock: shared.clone(),
            ids: Arc::new(SystemIds::seeded(shared, 7)),
            blobs: Blobs::in_memory(),
            worker: PictureWorker::new(1),
            fetcher: Fetcher::new(FetchSettings::default()).unwrap(),
            rules: Vec::new(),
            accounts: masthead_features::accounts::Accounts::new(Default::default(), Default::default(), 2),
            node: "test".to_owned(),
        })
        .await
        .unwrap();
        let app = Arc::new(app);
        for (position, (slug, name, zone)) in [
            ("quay", "The Quay", "Europe/Paris"),
            ("tide", "Tide & Times", "Asia/Tokyo"),
        ]
        .into_iter()
        .enumerate()
        {
            let site = Site {
                id: SiteId::new(app.ids.as_ref()),
                slug: slug.to_owned(),
                name: name.to_owned(),
                tagline: format!("All about the {slug}"),
                theme: String::new(),
                language: "en".to_owned(),
                zone: zone.to_owned(),
                hosts: vec![format!("{slug}.example")],
                origin: format!("https://{slug}.example"),
            };
            sites::put(&app, site, i64::try_from(position).unwrap()).await.unwrap();
        }
        let network = Self {
            pages: Pages::new(app.clone(), Arc::new(Theme::load(Default::default()).unwrap())),
            app,
            clock,
            _db: guard,
        };
        let (quay, tide) = (network.site("quay").id, network.site("tide").id);
        for (site, parent, slug, name) in [
            (quay, None, "world", "World"),
            (quay, Some("world"), "isles", "The Isles"),
            (quay, None, "sport", "Sport"),
            (tide, None, "local", "Local"),
        ] {
            sites::put_section(&network.app, site, parent, slug, name, 0)
                .await
                .unwrap();
        }
        network
    }

    pub(crate) fn site(&self, slug: &str) -> Arc<SiteEntry> {
        self.app.sites().by_slug(slug).unwrap().clone()
    }

    /// `quay/world`
    pub(crate) fn placement(&self, text: &str) -> Placement {
        self.app.sites().placement(text).unwrap()
    }

    pub(crate) async fn get(&self, site: &str, target: &str) -> Result<Rendered, WebError> {
        let (path, query) = target
            .split_once('?')
            .map_or((target, None), |(path, query)| (path, Some(query)));
        self.pages.respond(&self.site(site), path, query).await
    }

    /// The text of a page that must be there.
    pub(crate) async fn text(&self, site: &str, target: &str) -> String {
        let page = self
            .get(site, target)
            .await
            .unwrap_or_else(|error| panic!("{target}: {error}"));
        String::from_utf8(page.body.to_vec()).unwrap()
    }

    /// What a reader of an address sees, whatever its status, with the status.
    pub(crate) async fn seen(&self, site: &str, target: &str) -> (u16, String) {
        match self.get(site, target).await {
            Ok(page) => {
                let location = page.location.clone().unwrap_or_default();
                (page.status.as_u16(), location + &String::from_utf8_lossy(&page.body))
            }
            Err(error) => {
                let path = target.split('?').next().unwrap();
                let html = self
                    .pages
                    .error_page(Some(&self.site(site)), &error, path, "request-1")
                    .await;
                (error.status().as_u16(), html.unwrap())
            }
        }
    }

    pub(crate) async fn draft(&self, draft: Draft) -> StoryId {
        let new = stories::NewStory {
            content: draft.content,
            slug: String::new(),
            placements: draft.placements,
            topics: draft.topics,
            imported: false,
        };
        stories::create(&self.app, new, "test").await.unwrap()
    }

    /// A published story; the clock moves on by a minute, so that no two have the same moment.
    pub(crate) async fn publish(&self, draft: Draft) -> StoryId {
        self.clock.step(60);
        let id = self.draft(draft).await;
        stories::publish(&self.app, id, None, "test").await.unwrap();
        id
    }

    /// A plain story for a section.
    pub(crate) fn about(&self, headline: &str, section: &str) -> Draft {
        Draft {
            content: StoryContent {
                headline: headline.to_owned(),
                standfirst: format!("In short: {headline}."),
                body: Document {
                    blocks: vec![paragraph(&format!("The text of {headline}."))],
                },
                ..StoryContent::default()
            },
            placements: vec![self.placement(section)],
            topics: Vec::new(),
        }
    }

    pub(crate) async fn topic(&self, slug: &str, name: &str) -> TopicId {
        let record = TopicRecord {
            id: TopicId::new(self.app.ids.as_ref()),
            slug: slug.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            names: Vec::new(),
            uri: None,
        };
        self.app
            .db
            .write("test.topic", move |tx| {
                let record = record.clone();
                Box::pin(async move { topics::put(tx, &record).await })
            })
            .await
            .map_err(|error: StoreError| error)
            .unwrap();
        // One that is there keeps its id.
        topics::by_slug(&mut self.app.db.reader().await.unwrap(), slug)
            .await
            .unwrap()
            .unwrap()
            .id
    }

    pub(crate) async fn author(&self, slug: &str, name: &str) -> Byline {
        let record = AuthorRecord {
            id: AuthorId::new(self.app.ids.as_ref()),
            slug: slug.to_owned(),
            name: name.to_owned(),
            role: "Reporter".to_owned(),
            bio: String::new(),
            picture: None,
        };
        self.app
            .db
            .write("test.author", move |tx| {
                let record = record.clone();
                Box::pin(async move { authors::put(tx, &record).await })
            })
            .await
            .map_err(|error: StoreError| error)
            .unwrap();
        let known = authors::by_slug(&mut self.app.db.reader().await.unwrap(), slug)
            .await
            .unwrap()
            .unwrap();
        Byline {
            name: name.to_owned(),
            author: Some(known.id),
            role: None,
        }
    }

    /// A picture; `ready`: with files.
    pub(crate) async fn picture(&self, alt: &str, ready: bool) -> PictureBlock {
        let id = PictureId::new(self.app.ids.as_ref());
        let renditions = self.files(alt).await;
        let record = PictureRecord {
            id,
            hash: id.to_string(),
            original_key: String::new(),
            media_type: "image/jpeg".to_owned(),
            width: 1600,
            height: 1000,
            alt: alt.to_owned(),
            caption: String::new(),
            credit: "Invented Pictures".to_owned(),
            copyright_notice: String::new(),
            usage_terms: String::new(),
            renditions: if ready { renditions } else { Vec::new() },
            state: if ready {
                PictureState::Ready
            } else {
                PictureState::Pending
            },
            problem: None,
            licence_ends_at: None,
            created_at: self.app.now(),
        };
        self.app
            .db
            .write("test.picture", move |tx| {
                let record = record.clone();
                Box::pin(async move { pictures::insert(tx, &record).await })
            })
            .await
            .map_err(|error: StoreError| error)
            .unwrap();
        PictureBlock {
            picture: PictureSource::Stored(id),
            caption: Text::plain(format!("Caption of {alt}")),
            credit: String::new(),
            alt: String::new(),
        }
    }

    /// The files that a picture gets. Their bytes are no pictures: nothing here looks into them.
    pub(crate) async fn files(&self, name: &str) -> Vec<RenditionRecord> {
        let mut files = Vec::new();
        for (width, format) in [(320, "jpg"), (640, "jpg"), (1440, "jpg"), (320, "webp"), (640, "webp")] {
            let key = self
                .app
                .blobs
                .put(format!("{name} {width} {format}").into_bytes())
                .await
                .unwrap();
            let height = width * 5 / 8;
            files.push(RenditionRecord {
                width,
                height,
                format: format.to_owned(),
                key: key.to_string(),
                bytes: 9,
            });
        }
        files
    }

    pub(crate) async fn own_page(&self, site: &str, slug: &str, title: &str) {
        let record = PageRecord {
            id: self.app.ids.next_uuid(),
            site: self.site(site).id,
            slug: slug.to_owned(),
            title: title.to_owned(),
            body: Document {
                blocks: vec![paragraph("Who we are.")],
            },
            listed: true,
            position: 0,
            revision: 0,
            updated_at: self.app.now(),
        };
        self.app
            .db
            .write("test.page", move |tx| {
                let record = record.clone();
                Box::pin(async move { masthead_store::pages::put(tx, &record, "test").await })
            })
            .await
            .map_err(|error: StoreError| error)
            .unwrap();
        self.app.reload_sites().await.unwrap();
    }

    /// The path of a story on a site.
    pub(crate) async fn path(&self, story: StoryId, site: &str) -> String {
        let site = self.site(site).id;
        let mut conn = self.app.db.reader().await.unwrap();
        let places = masthead_store::stories::placements(&mut conn, story).await.unwrap();
        places
            .into_iter()
            .find(|place| place.placement.site == site)
            .unwrap()
            .path
            .unwrap()
    }

    /// The events after a position, in order, with the newest position.
    pub(crate) async fn events_after(&self, position: i64) -> (Vec<Event>, i64) {
        log::stamp(&self.app.db).await.unwrap();
        let mut conn = self.app.db.reader().await.unwrap();
        let rows = log::after(&mut conn, position, 10_000).await.unwrap();
        let newest = rows.last().map_or(position, |row| row.position);
        (
            rows.iter()
                .filter_map(|row| Event::from_stored(&row.kind, &row.data))
                .collect(),
            newest,
        )
    }
}

pub(crate) fn paragraph(text: &str) -> Block {
    Block::Paragraph {
        text: Text::plain(text),
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// One test for each engine.
macro_rules! on_both_engines {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name($crate::network::Network::new(masthead_store::Engine::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name($crate::network::Network::new(masthead_store::Engine::Postgres).await).await;
            }
        }
    )*};
}
pub(crate) use on_both_engines;
