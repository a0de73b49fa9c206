//! The demo as it is shipped, made on SQLite and once on PostgreSQL.

use super::addresses::{Addresses, placed};
use super::content::Content;
use super::story::{Life, Story};
use super::tokens::Start;
use super::*;
use masthead_domain::document::{Block, PictureSource};
use masthead_domain::ids::SiteId;
use masthead_domain::rankings::Ranking;
use masthead_domain::stories::StoryState;
use masthead_domain::time::Clock;
use masthead_features::app::AppParts;
use masthead_features::pictures::JOB_RENDER;
use masthead_features::stories::JOB_DUE;
use masthead_services::blobs::Blobs;
use masthead_services::clock::SystemIds;
use masthead_services::fetch::{FetchSettings, Fetcher};
use masthead_services::pictures::PictureWorker;
use masthead_store::public::{self, Found};
use masthead_store::testing::TestDb;
use masthead_store::{Engine, fronts as front_rows, jobs, log, pages, stories as rows};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

const LISTEN: &str = "127.0.0.1:8080";
/// What readers sent in and the desk published, on both sites.
const OF_READERS: [&str; 2] = ["what-our-street-learned-from-the-siren", "low-water-first-light"];

struct Network {
    app: Arc<App>,
    guard: TestDb,
    _folder: tempfile::TempDir,
}

impl Network {
    async fn new() -> Self {
        Self::on(Engine::Sqlite).await
    }

    async fn on(engine: Engine) -> Self {
        let (db, guard) = TestDb::new(engine).await;
        let folder = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(guard.clock.clone());
        let parts = AppParts {
            db,
            clock: Arc::clone(&clock),
            ids: Arc::new(SystemIds::new(clock).unwrap()),
            blobs: Blobs::open("file:media", folder.path()).unwrap(),
            worker: PictureWorker::new(2),
            fetcher: Fetcher::new(FetchSettings::default()).unwrap(),
            rules: Vec::new(),
            accounts: masthead_features::accounts::Accounts::new(Default::default(), Default::default(), 2),
            node: "test".into(),
        };
        Self {
            app: Arc::new(App::new(parts).await.unwrap()),
            guard,
            _folder: folder,
        }
    }

    async fn load(&self, listen: &str) -> Loaded {
        load(&self.app, listen.parse().unwrap()).await.unwrap()
    }

    async fn head(&self) -> i64 {
        log::head(&mut self.app.db.reader().await.unwrap()).await.unwrap()
    }

    fn site(&self, slug: &str) -> SiteId {
        self.app.sites().by_slug(slug).unwrap().id
    }

    /// Everything in a site's list, newest first.
    async fn listed(&self, site: &str) -> Vec<public::Card> {
        let site = self.site(site);
        let mut conn = self.app.db.reader().await.unwrap();
        public::newest(&mut conn, self.app.now(), site, site, 1000)
            .await
            .unwrap()
    }

    async fn record(&self, slug: &str) -> rows::StoryRecord {
        let id = masthead_features::stories::find(&self.app, slug).await.unwrap();
        rows::by_id(&mut self.app.db.reader().await.unwrap(), id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn at(&self, site: &str, path: &str) -> Found {
        let mut conn = self.app.db.reader().await.unwrap();
        public::at_path(&mut conn, self.app.now(), self.site(site), path)
            .await
            .unwrap()
    }

    async fn said(&self, slug: &str) -> masthead_domain::stories::StoryContent {
        let story = self.record(slug).await;
        let mut conn = self.app.db.reader().await.unwrap();
        rows::revision(&mut conn, story.id, story.head_revision)
            .await
            .unwrap()
            .unwrap()
    }
}

fn stories_in(content: &Content, wanted: impl Fn(&Life) -> bool) -> Vec<&Story> {
    content.stories.iter().filter(|story| wanted(&story.life)).collect()
}

/// Every link of a document, wherever it stands.
fn links(content: &masthead_domain::stories::StoryContent) -> Vec<String> {
    fn walk(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            serde_json::Value::Object(fields) => {
                found.extend(fields.get("a").and_then(|link| link.as_str()).map(str::to_owned));
                fields.values().for_each(|field| walk(field, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&serde_json::to_value(content).unwrap(), &mut found);
    found
}

#[test]
fn all_files_are_read_and_the_counts_are_those_of_the_folder() {
    let content = Content::read().unwrap();
    let counts = [
        content.stories.len(),
        content.galleries.len(),
        content.pictures.len(),
        content.fronts.len(),
    ];
    assert_eq!(counts, [85, 5, 77, 2]);
    let out = stories_in(&content, |life| *life == Life::Published);
    assert_eq!(out.len(), 77);
    for picture in &content.pictures {
        assert!(!picture.bytes().unwrap().is_empty(), "{}", picture.id);
    }
}

#[tokio::test]
async fn readers_see_what_is_out_and_nothing_else() {
    let network = Network::new().await;
    let began = Instant::now();
    let loaded = network.load(LISTEN).await;
    eprintln!("made in {:?}", began.elapsed());
    assert!(loaded.made);
    assert_eq!(loaded.network, "Harbour Press Network");
    let sites = [
        ("The Meridian Courier".to_owned(), "http://127.0.0.1:8080".to_owned()),
        (
            "The Saltmarsh Gazette".to_owned(),
            "http://gazette.masthead.localhost:8080".to_owned(),
        ),
    ];
    assert_eq!(loaded.sites, sites);

    let content = Content::read().unwrap();
    let mut wanted: BTreeMap<&str, HashSet<String>> = BTreeMap::new();
    for story in placed(&content).unwrap() {
        let hidden = content.story(story.id).is_ok_and(|story| story.life != Life::Published);
        for (site, _) in story.places.iter().filter(|_| !hidden) {
            wanted.entry(*site).or_default().insert(story.id.to_owned());
        }
    }
    for of_site in wanted.values_mut() {
        of_site.extend(OF_READERS.map(str::to_owned));
    }
    let mut everywhere = HashSet::new();
    for site in ["courier", "gazette"] {
        let mut seen = HashSet::new();
        for card in network.listed(site).await {
            let record = rows::by_id(&mut network.app.db.reader().await.unwrap(), card.story)
                .await
                .unwrap()
                .unwrap();
            everywhere.insert(record.slug.clone());
            assert!(seen.insert(record.slug), "a story twice in a list");
        }
        assert_eq!(seen, wanted[site]);
    }
    let of_readers = OF_READERS.len();
    assert_eq!(
        everywhere.len(),
        77 + 5 + of_readers,
        "the published stories, the galleries, and what readers sent"
    );
}

#[tokio::test]
async fn every_state_is_what_it_says() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let content = Content::read().unwrap();
    let now = network.app.now();
    for story in &content.stories {
        let record = network.record(&story.id).await;
        let standing = &record.standing;
        let first = now.plus_seconds(-60 * i64::from(story.age));
        assert_eq!(standing.is_visible(now), story.life == Life::Published, "{}", story.id);
        match &story.life {
            Life::Draft => assert_eq!(standing.state, StoryState::Draft),
            Life::Published => {
                assert_eq!(standing.first_published_at, Some(first), "{}", story.id);
                let updated = story
                    .updated
                    .map_or(first, |minutes| now.plus_seconds(-60 * i64::from(minutes)));
                assert_eq!(record.updated_at, Some(updated), "{}", story.id);
            }
            Life::Scheduled { after } | Life::Embargoed { after } => {
                let release = now.plus_seconds(60 * i64::from(*after));
                assert_eq!(
                    (standing.state, standing.release_at),
                    (StoryState::Scheduled, Some(release))
                );
            }
            Life::Withheld { reason } => {
                assert_eq!(standing.state, StoryState::Scheduled);
                assert_eq!(standing.hold.as_ref().unwrap().reason, *reason);
            }
            Life::Unpublished { .. } => {
                assert_eq!(
                    (standing.state, standing.first_published_at),
                    (StoryState::Unpublished, Some(first))
                );
            }
            Life::Killed { before, reason } => {
                let killed = standing.killed.as_ref().unwrap();
                assert_eq!(killed.reason, *reason);
                assert_eq!(killed.at, now.plus_seconds(-60 * i64::from(*before)));
            }
        }
        let mut conn = network.app.db.reader().await.unwrap();
        for place in rows::placements(&mut conn, record.id).await.unwrap() {
            let Some(path) = place.path else { continue };
            let site = place.placement.site;
            match (&story.life, public::at_path(&mut conn, now, site, &path).await.unwrap()) {
                (Life::Published, Found::Story(found, _)) => assert_eq!(found.id, record.id),
                (Life::Killed { reason, .. }, Found::Gone { reason: told, .. }) => assert_eq!(told, *reason),
                (Life::Unpublished { .. }, Found::Nothing) => {}
                (life, found) => panic!("{}: {life:?} is {found:?}", story.id),
            }
        }
    }
}

#[tokio::test]
async fn what_waits_comes_out_by_its_due_job() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let content = Content::read().unwrap();
    let waiting = stories_in(&content, |life| {
        matches!(life, Life::Scheduled { .. } | Life::Embargoed { .. })
    });
    let due = jobs::list(&mut network.app.db.reader().await.unwrap(), 1000)
        .await
        .unwrap();
    let due: HashSet<String> = due
        .into_iter()
        .filter(|job| job.kind == JOB_DUE)
        .map(|job| job.key)
        .collect();
    let mut wanted = HashSet::new();
    for story in &waiting {
        wanted.insert(network.record(&story.id).await.id.to_string());
    }
    assert_eq!(due, wanted, "neither more nor less than what waits has a due job");
    network.guard.clock.step(60 * 60 * 24 * 30);
    for story in &waiting {
        let id = network.record(&story.id).await.id;
        masthead_features::stories::run_due(&network.app, id).await.unwrap();
        assert!(
            network.record(&story.id).await.standing.is_visible(network.app.now()),
            "{}",
            story.id
        );
    }
}

#[tokio::test]
async fn links_lead_to_what_readers_see_on_every_site_that_shows_them() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let sites = network.app.sites();
    let mut followed = 0;
    for site in ["courier", "gazette"] {
        for card in network.listed(site).await {
            let Found::Story(story, _) = network.at(site, &card.path).await else {
                panic!("{}", card.path)
            };
            for link in links(&story.content) {
                let (slug, path) = match sites.all().iter().find(|entry| link.starts_with(&entry.origin)) {
                    Some(entry) => (entry.slug.as_str(), link[entry.origin.len()..].to_owned()),
                    None => (site, link.clone()),
                };
                if !path.starts_with('/') || path.starts_with("/topics/") {
                    continue;
                }
                followed += 1;
                let found = match network.at(slug, &path).await {
                    Found::Moved(next) => network.at(slug, &next).await,
                    found => found,
                };
                assert!(
                    matches!(found, Found::Story(..)),
                    "{}: {link} leads to {found:?}",
                    card.path
                );
            }
        }
    }
    assert!(followed > 40, "only {followed} links were found");
}

#[tokio::test]
async fn addresses_are_those_that_links_were_made_with() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let content = Content::read().unwrap();
    let all = placed(&content).unwrap();
    let addresses = Addresses::new(&all, &network.app.sites(), Start(network.app.now())).unwrap();
    for site in ["courier", "gazette"] {
        for card in network.listed(site).await {
            let record = rows::by_id(&mut network.app.db.reader().await.unwrap(), card.story)
                .await
                .unwrap()
                .unwrap();
            // No link of the demo's own texts leads to what readers sent.
            if OF_READERS.contains(&record.slug.as_str()) {
                continue;
            }
            assert_eq!(
                addresses.path(network.site(site), &record.slug),
                Some(card.path.as_str())
            );
        }
    }
}

#[tokio::test]
async fn every_picture_is_in_the_library_and_waits_to_be_rendered() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let content = Content::read().unwrap();
    let mut conn = network.app.db.reader().await.unwrap();
    let waiting = jobs::list(&mut conn, 1000).await.unwrap();
    assert_eq!(waiting.iter().filter(|job| job.kind == JOB_RENDER).count(), 77 + 3);
    for picture in &content.pictures {
        let id = masthead_store::pictures::by_source(&mut conn, &format!("demo:{}", picture.id))
            .await
            .unwrap();
        let stored = masthead_store::pictures::by_id(&mut conn, id.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (stored.width, stored.height),
            (picture.width, picture.height),
            "{}",
            picture.id
        );
        assert_eq!((&stored.alt, &stored.credit), (&picture.alt, &picture.credit));
    }
    drop(conn);
    for story in &content.stories {
        let said = network.said(&story.id).await;
        assert_eq!(said.lead_picture.is_some(), story.picture.is_some());
        for block in said.lead_picture.iter().chain(said.body.pictures()) {
            assert!(matches!(block.picture, PictureSource::Stored(_)), "{}", story.id);
            assert!(!block.caption.is_empty() && !block.credit.is_empty() && !block.alt.is_empty());
        }
    }
}

#[tokio::test]
async fn texts_are_read_as_they_were_meant() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    // The test's clock shows midnight on 1 January.
    let live = network.said("live-assembly-sea-wall-vote").await;
    assert_eq!(
        live.kicker, "",
        "the label is that of what goes on, not a word of the story"
    );
    let record = network.record("live-assembly-sea-wall-vote").await;
    let mut conn = network.app.db.reader().await.unwrap();
    let coverage = masthead_store::public::coverage(&mut conn, network.app.now(), record.id).await;
    assert!(coverage.unwrap().is_some_and(|coverage| coverage.is_under_way()));
    let entries = masthead_store::public::entries(
        &mut conn,
        network.app.now(),
        record.id,
        masthead_store::public::NEWEST_ENTRIES,
        50,
    );
    let entries = entries.await.unwrap();
    drop(conn);
    assert_eq!(entries.len(), 8);
    let newest = &entries[0];
    assert_eq!(newest.text.headline, "Doors locked");
    assert_eq!(newest.at, network.app.now().plus_seconds(-3 * 60));
    assert_eq!((newest.is_key, newest.text.author.as_str()), (true, "Nessa Oakhanger"));
    assert_eq!(entries.iter().filter(|entry| entry.is_pinned).count(), 1);
    assert!(entries.iter().any(|entry| entry.text.body.pictures().len() == 1));

    let prices = network.said("brackwater-auction-prices").await;
    let table = prices.body.blocks.iter().find_map(|block| match block {
        Block::Table { caption, rows, .. } => Some((caption.to_plain(), rows.len())),
        _ => None,
    });
    assert_eq!(table, Some(("Prices at Brackwater, crowns a kilo".to_owned(), 8)));

    let agency = network.said("first-division-table").await;
    assert_eq!((agency.credit.as_str(), agency.bylines.len()), ("Northline Agency", 0));

    let corrected = network.record("cold-staithe-wall-failed-at-repaired-section").await;
    assert_eq!(
        corrected.head_revision, 2,
        "it said something else before the correction"
    );
    let said = network.said("cold-staithe-wall-failed-at-repaired-section").await;
    assert_eq!(said.corrections.len(), 1);
    assert_eq!(
        said.bylines.iter().filter(|byline| byline.author.is_some()).count(),
        said.bylines.len()
    );

    for content in [live, prices, agency, said] {
        let json = serde_json::to_string(&content).unwrap();
        for left in ["{clock", "{date", "{weekday", "**", "](", "story:"] {
            assert!(!json.contains(left), "{left} is left in {}", content.headline);
        }
    }
}

#[tokio::test]
async fn topics_authors_pages_sections_and_fronts_are_there() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let content = Content::read().unwrap();
    let now = network.app.now();
    let mut conn = network.app.db.reader().await.unwrap();
    for topic in masthead_store::topics::all(&mut conn).await.unwrap() {
        assert!(topic.names.contains(&topic.name));
    }
    let authors = masthead_store::authors::all(&mut conn).await.unwrap();
    assert_eq!(authors.len(), content.authors.len());
    for author in authors {
        let mut seen = 0;
        for site in ["courier", "gazette"] {
            let cards = public::newest(&mut conn, now, author.id, network.site(site), 100)
                .await
                .unwrap();
            seen += cards.len();
        }
        assert!(seen > 0, "{} has nothing to read", author.name);
    }
    for (site, sections) in [("courier", 20), ("gazette", 6)] {
        let own = pages::of_site(&mut conn, network.site(site)).await.unwrap();
        let listed: Vec<&str> = own
            .iter()
            .filter(|page| page.listed)
            .map(|page| page.slug.as_str())
            .collect();
        assert_eq!(listed, ["about", "contact", "comments-policy"]);
        assert_eq!(own.len(), 6);
        let table = network.app.sites();
        let menu: Vec<_> = table.sections_of(network.site(site)).collect();
        assert_eq!(menu.len(), sections);
        for section in menu {
            let cards = public::newest(&mut conn, now, section.section.id, network.site(site), 10)
                .await
                .unwrap();
            assert!(!cards.is_empty(), "{site}/{} is empty", section.path);
        }
        let front = front_rows::by_name(&mut conn, site).await.unwrap().unwrap();
        let layout = front_rows::layout(&mut conn, front.id).await.unwrap().unwrap();
        let file = content.fronts.iter().find(|front| front.site == site).unwrap();
        assert_eq!(layout.containers.len(), file.containers.len());
        for container in layout.containers {
            let pinned: Vec<_> = container.cards.iter().map(|card| card.story).collect();
            let shown = public::visible(&mut conn, now, network.site(site), &pinned)
                .await
                .unwrap();
            assert_eq!(shown.len(), pinned.len(), "{site}: {}", container.title);
        }
    }
}

#[tokio::test]
async fn a_second_load_changes_nothing() {
    let network = Network::new().await;
    let first = network.load(LISTEN).await;
    let head = network.head().await;
    network.guard.clock.step(3600);
    let second = network.load(LISTEN).await;
    assert_eq!(second, Loaded { made: false, ..first });
    let mut conn = network.app.db.reader().await.unwrap();
    let later = log::after(&mut conn, head, 20).await.unwrap();
    assert!(later.is_empty(), "{later:?}");
}

#[tokio::test]
async fn another_port_moves_origins_and_links() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let before = links(&network.said("brackwater-auction-prices").await);
    let updated = network.record("brackwater-auction-prices").await.updated_at;
    assert!(before[0].starts_with("http://127.0.0.1:8080/"), "{before:?}");
    network.guard.clock.step(3600);
    let moved = network.load("127.0.0.1:9000").await;
    assert_eq!(moved.sites[1].1, "http://gazette.masthead.localhost:9000");
    assert_eq!(
        links(&network.said("brackwater-auction-prices").await)[0],
        before[0].replace("8080", "9000")
    );
    let record = network.record("brackwater-auction-prices").await;
    assert_eq!(record.updated_at, updated, "readers are told of no update");
    assert_eq!(record.public_revision, Some(record.head_revision));
    let head = network.head().await;
    network.load("127.0.0.1:9000").await;
    assert_eq!(network.head().await, head);
}

#[tokio::test]
async fn a_load_that_was_cut_off_is_completed() {
    let network = Network::new().await;
    let whole = Network::new().await;
    whole.load(LISTEN).await;
    for millis in [1, 4, 10, 25, 60, 120, 200, 300] {
        let cut = load(&network.app, LISTEN.parse().unwrap());
        if tokio::time::timeout(Duration::from_millis(millis), cut).await.is_ok() {
            break;
        }
    }
    network.load(LISTEN).await;
    for site in ["courier", "gazette"] {
        let (one, other) = (network.listed(site).await, whole.listed(site).await);
        let paths = |cards: &[public::Card]| cards.iter().map(|card| card.path.clone()).collect::<HashSet<_>>();
        assert_eq!((one.len(), paths(&one)), (other.len(), paths(&other)));
    }
    let pictures = |network: &Network| {
        let db = network.app.db.clone();
        async move {
            let mut conn = db.reader().await.unwrap();
            let start = masthead_domain::ids::PictureId(uuid::Uuid::nil());
            masthead_store::pictures::after(&mut conn, start, 1000)
                .await
                .unwrap()
                .len()
        }
    };
    assert_eq!(pictures(&network).await, pictures(&whole).await);
    for site in ["courier", "gazette"] {
        let mut conn = network.app.db.reader().await.unwrap();
        let front = front_rows::by_name(&mut conn, site).await.unwrap().unwrap();
        assert!(front_rows::layout(&mut conn, front.id).await.unwrap().is_some());
    }
}

/// Two calls can both find that nothing is written: the second writes nothing.
#[tokio::test]
async fn the_content_is_written_once() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let content = Content::read().unwrap();
    let pictures = pictures::take_all(&network.app, &content).await.unwrap();
    let films = films::take_all(&network.app, &content).await.unwrap();
    let start = Start(network.app.now());
    let plan = plan::make(&network.app, &content, (&pictures, &films), start)
        .await
        .unwrap();
    let head = network.head().await;
    write::write(&network.app, plan).await.unwrap();
    assert_eq!(network.head().await, head);
}

#[tokio::test]
async fn the_data_of_another_network_are_left_alone() {
    let network = Network::new().await;
    let site = masthead_domain::sites::Site {
        id: SiteId::new(network.app.ids.as_ref()),
        slug: "daily".into(),
        name: "The Daily".into(),
        tagline: String::new(),
        theme: String::new(),
        language: "en".into(),
        zone: "UTC".into(),
        hosts: vec!["daily.example".into()],
        origin: "https://daily.example".into(),
    };
    masthead_features::sites::put(&network.app, site, 0).await.unwrap();
    let head = network.head().await;
    let error = load(&network.app, LISTEN.parse().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("daily"), "{error}");
    assert_eq!(network.head().await, head);
}

#[tokio::test]
async fn postgresql_holds_the_same_network() {
    let (here, there) = (Network::new().await, Network::on(Engine::Postgres).await);
    here.load(LISTEN).await;
    there.load(LISTEN).await;
    for site in ["courier", "gazette"] {
        let (one, other) = (here.listed(site).await, there.listed(site).await);
        let paths = |cards: &[public::Card]| cards.iter().map(|card| card.path.clone()).collect::<HashSet<_>>();
        assert_eq!(paths(&one), paths(&other));
    }
    log::stamp(&there.app.db).await.unwrap();
    let head = there.head().await;
    assert!(!there.load(LISTEN).await.made);
    assert_eq!(log::stamp(&there.app.db).await.unwrap(), 0);
    assert_eq!(there.head().await, head);
}

#[tokio::test]
async fn what_is_most_read_and_commented_is_on_the_fronts() {
    let network = Network::new().await;
    network.load(LISTEN).await;
    let sites = network.app.sites();
    let mut conn = network.app.db.snapshot().await.unwrap();
    let site = network.site("courier");
    let which = masthead_features::fronts::Which { site, section: None };
    let front = masthead_features::fronts::assemble(&mut conn, network.app.now(), &sites, which)
        .await
        .unwrap();
    for (ranking, least) in [(Ranking::MostRead, 4), (Ranking::MostCommented, 1)] {
        let shown = front.containers.iter().find(|filled| filled.ranking == Some(ranking));
        assert!(shown.is_some_and(|filled| filled.cards.len() >= least), "{ranking:?}");
    }
}
