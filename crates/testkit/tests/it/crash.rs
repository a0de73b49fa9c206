//! `kill -9` at random moments: of an import, and of a server that copy is pushed to and whose releases fall due. What
//! was acknowledged is there afterwards, and nothing that readers can see happens twice.

use crate::support::export::{Post, category, export};
use crate::support::process::{Network, push, words};
use masthead_domain::ids::StoryId;
use masthead_domain::time::{Clock as _, Timestamp};
use masthead_services::clock::{SystemClock, random_bytes};
use masthead_store::log::LogEvent;
use masthead_store::public::{self, Cursor};
use masthead_store::{Db, DbSettings, Engine, log, sites, stories as rows};
use masthead_testkit::build::ninjs;
use masthead_testkit::{PATIENCE, on_both_engines};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

on_both_engines!(
    an_import_that_is_killed_loses_and_repeats_nothing,
    a_server_that_is_killed_loses_and_repeats_nothing
);

/// Kills of each kind; both engines and both kinds make more than fifty.
const fn kills(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 16,
        Engine::Postgres => 10,
    }
}

/// A random number below `end`.
fn below(end: u64) -> u64 {
    let mut bytes = [0; 8];
    random_bytes(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % end
}

/// The store, as another process reads it.
struct Reader(Db);

impl Reader {
    async fn open(network: &Network) -> anyhow::Result<Self> {
        Ok(Self(
            Db::open(&DbSettings::new(network.database_url()), Arc::new(SystemClock)).await?,
        ))
    }

    /// Every story with its headline.
    async fn stories(&self) -> anyhow::Result<HashMap<StoryId, String>> {
        let mut conn = self.0.reader().await?;
        let mut all = HashMap::new();
        let mut after = StoryId(uuid::Uuid::nil());
        loop {
            let batch = rows::ids_after(&mut conn, after, 500).await?;
            let Some(last) = batch.last() else { return Ok(all) };
            after = *last;
            for id in batch {
                let story = rows::by_id(&mut conn, id).await?.expect("it was listed");
                all.insert(id, story.headline);
            }
        }
    }

    /// The log from its beginning.
    async fn events(&self) -> anyhow::Result<Vec<LogEvent>> {
        log::stamp(&self.0).await?;
        let mut conn = self.0.reader().await?;
        let mut events: Vec<LogEvent> = Vec::new();
        loop {
            let batch = log::after(&mut conn, events.last().map_or(0, |event| event.position), 1_000).await?;
            if batch.is_empty() {
                return Ok(events);
            }
            events.extend(batch);
        }
    }

    /// Headlines of the site's list as readers page through it, newest first.
    async fn listed(&self) -> anyhow::Result<Vec<(StoryId, String, String)>> {
        let mut conn = self.0.reader().await?;
        let site = sites::all(&mut conn).await?.first().expect("the site").id;
        let (mut listed, mut cursor) = (Vec::new(), Cursor::START);
        loop {
            let batch = public::list(&mut conn, SystemClock.now(), site, site, cursor, 500).await?;
            let Some(last) = batch.last() else { return Ok(listed) };
            cursor = Cursor(last.published, last.story);
            listed.extend(batch.into_iter().map(|card| (card.story, card.headline, card.path)));
        }
    }

    /// Fails when anything that readers can see is there twice, or the log has a gap.
    async fn check_nothing_twice(&self) -> anyhow::Result<()> {
        let events = self.events().await?;
        let dense = events
            .iter()
            .zip(1..)
            .all(|(event, position)| event.position == position);
        anyhow::ensure!(dense, "the log has a gap or a double");
        let mut published = HashSet::new();
        for event in events.iter().filter(|event| event.kind == "story.published") {
            let story = event.data["story"].as_str().unwrap_or_default().to_owned();
            anyhow::ensure!(published.insert(story.clone()), "{story} was published twice");
        }
        let stories = self.stories().await?;
        let headlines: HashSet<&String> = stories.values().collect();
        anyhow::ensure!(headlines.len() == stories.len(), "a document became two stories");
        let listed = self.listed().await?;
        let ids: HashSet<StoryId> = listed.iter().map(|card| card.0).collect();
        let paths: HashSet<&String> = listed.iter().map(|card| &card.2).collect();
        anyhow::ensure!(
            ids.len() == listed.len() && paths.len() == listed.len(),
            "a list shows a story twice"
        );
        Ok(())
    }
}

async fn an_import_that_is_killed_loses_and_repeats_nothing(engine: Engine) -> anyhow::Result<()> {
    const POSTS: u32 = 400;
    let network = Network::new(engine).await?;
    let store = Reader::open(&network).await?;
    let mut killed = 0;
    let mut files = Vec::new();
    let mut known: HashMap<StoryId, String> = HashMap::new();
    while killed < kills(engine) {
        let number = u32::try_from(files.len())?;
        let posts: Vec<Post> = (1..=POSTS)
            .map(|post| {
                let id = number * POSTS + post;
                let body = format!("Story {id} is about a curlew.\n\nIt has two paragraphs.");
                let filed = category("curlews", "Curlews");
                Post::published(id, &format!("Curlew {id}"), &format!("curlew-{id}"), &body).with(&filed)
            })
            .collect();
        let file = network.beside(&format!("export-{number}.xml"));
        std::fs::write(&file, export(&posts))?;
        let file = file.display().to_string();
        files.push(file.clone());
        // The same import is killed until it comes through, sometimes from where it was and sometimes from the top.
        loop {
            let resume = below(3) > 0;
            let mut arguments = vec!["import", &file, "--no-media"];
            arguments.extend(resume.then_some("--resume"));
            let mut child = network.command(&arguments).spawn()?;
            std::thread::sleep(Duration::from_millis(40 + below(400)));
            // What another process can read is committed, and so acknowledged.
            known.extend(store.stories().await?);
            child.kill()?;
            let ended = child.wait()?;
            let done = ended.success();
            killed += usize::from(!done);
            anyhow::ensure!(done || ended.code().is_none(), "the import failed by itself: {ended}");
            let now = store.stories().await?;
            for (id, headline) in &known {
                anyhow::ensure!(now.get(id) == Some(headline), "{headline} is lost");
            }
            network.verify()?;
            if done || killed >= kills(engine) {
                break;
            }
        }
    }
    for file in &files {
        let output = network.run(&["import", file, "--no-media", "--resume"])?;
        anyhow::ensure!(output.status.success(), "{}", words(&output));
    }
    store.check_nothing_twice().await?;
    let listed = store.listed().await?;
    assert_eq!(listed.len(), files.len() * POSTS as usize, "each post once");
    for file in &files {
        let again = network.json(&["import", file, "--no-media"])?;
        assert_eq!(
            (again["stories_new"].as_u64(), again["stories_updated"].as_u64()),
            (Some(0), Some(0)),
            "{again:#}"
        );
    }
    network.verify()
}

/// What senders were told: headlines of documents that were acknowledged, with the end of their embargo.
type Acknowledged = Arc<Mutex<HashMap<String, Option<Timestamp>>>>;

/// Pushes document after document until the server is gone; every third one is embargoed for a moment.
async fn send(
    address: std::net::SocketAddr,
    round: usize,
    sender: usize,
    acknowledged: Acknowledged,
) -> Option<String> {
    for number in 0.. {
        let headline = format!("Dispatch {round}-{sender}-{number}");
        let mut document = ninjs(&format!("urn:test:{round}-{sender}-{number}"), 1, &headline, "gale");
        let embargo = (number % 3 == 0).then(|| {
            let micros = i64::try_from(50_000 + below(900_000)).unwrap();
            Timestamp::from_micros(SystemClock.now().as_micros() + micros)
        });
        if let Some(until) = embargo {
            document["embargoed"] = serde_json::json!(until.to_rfc3339());
        }
        let document = document.to_string();
        match push(address, document.as_bytes()).await {
            Ok(answer) if answer.status == 202 => {
                acknowledged.lock().unwrap().insert(headline, embargo);
            }
            Ok(answer) => panic!("{headline}: {} {}", answer.status, answer.text()),
            // The one that got no answer: its sender will try again.
            Err(_) => return Some(document),
        }
    }
    None
}

async fn a_server_that_is_killed_loses_and_repeats_nothing(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    let store = Reader::open(&network).await?;
    let acknowledged: Acknowledged = Arc::default();
    let mut unanswered: Vec<String> = Vec::new();
    for round in 0..kills(engine) {
        let server = network.serve()?;
        // Senders that got no answer send again; whether it had gone in is the server's to know.
        for document in unanswered.drain(..) {
            let answer = server.push(document.as_bytes()).await?;
            anyhow::ensure!(
                matches!(answer.status, 200 | 202),
                "{} {}",
                answer.status,
                answer.text()
            );
        }
        let senders: Vec<_> = (0..2)
            .map(|sender| tokio::spawn(send(server.address, round, sender, Arc::clone(&acknowledged))))
            .collect();
        tokio::time::sleep(Duration::from_millis(30 + below(600))).await;
        server.kill()?;
        for sender in senders {
            unanswered.extend(sender.await?);
        }
        let headlines: HashSet<String> = store.stories().await?.into_values().collect();
        for headline in acknowledged.lock().unwrap().keys() {
            anyhow::ensure!(headlines.contains(headline), "{headline} was acknowledged and is lost");
        }
        network.verify()?;
    }
    // Every embargo is over by now; the last start releases what fell due while nothing ran, or while it was killed.
    let acknowledged = acknowledged.lock().unwrap().clone();
    anyhow::ensure!(
        acknowledged.len() > kills(engine) * 3,
        "only {} documents were sent",
        acknowledged.len()
    );
    let server = network.serve()?;
    let end = Instant::now() + PATIENCE;
    loop {
        let listed: HashSet<String> = store.listed().await?.into_iter().map(|card| card.1).collect();
        let missing: Vec<&String> = acknowledged
            .keys()
            .filter(|headline| !listed.contains(*headline))
            .collect();
        if missing.is_empty() {
            break;
        }
        anyhow::ensure!(Instant::now() < end, "never released: {missing:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    store.check_nothing_twice().await?;
    // None came out before its time.
    for event in store
        .events()
        .await?
        .iter()
        .filter(|event| event.kind == "story.published")
    {
        let id: StoryId = event.data["story"].as_str().unwrap_or_default().parse()?;
        let story = rows::by_id(&mut store.0.reader().await?, id).await?.unwrap();
        if let Some(Some(until)) = acknowledged.get(&story.headline) {
            assert!(
                event.created_at >= *until,
                "{} came out at {} before {until}",
                story.headline,
                event.created_at
            );
        }
    }
    let front = server.get("/").await?;
    assert_eq!(front.status, 200);
    server.kill()?;
    network.verify()
}
