//! `kill -9` at random moments of a server under whose story people write, answer and like: what was acknowledged is there
//! afterwards, once, and counters equal a recount.

use crate::support::process::{HOST, Network, words};
use anyhow::Context as _;
use masthead_domain::comments::policy::{Scope, Settings, Step};
use masthead_domain::ids::CommentId;
use masthead_services::clock::{SystemClock, random_bytes};
use masthead_store::{Db, DbSettings, Engine, StoreError, audit, comments as rows, log, policies, reviews};
use masthead_testkit::browser::{Browser, encode};
use masthead_testkit::build::ninjs;
use masthead_testkit::on_both_engines;
use serde_json::Value;
use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both_engines!(comments_survive_a_kill_at_any_moment);

const PASSWORD: &str = "otter lamp granite";
const WRITERS: [&str; 3] = ["ada", "ben", "cleo"];

/// Kills on each engine: fifty on both.
const fn kills(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 28,
        Engine::Postgres => 22,
    }
}

fn below(end: u64) -> u64 {
    let mut bytes = [0; 8];
    random_bytes(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % end
}

/// What writers were told: ids with the text that each acknowledged comment has.
type Told = Arc<Mutex<HashMap<CommentId, String>>>;

/// Somebody with a session, who goes on where an answer is missing.
struct Writer {
    name: &'static str,
    cookie: String,
    /// The form that got no answer, which is sent again.
    unanswered: Option<(String, String)>,
}

impl Writer {
    async fn sign_in(address: SocketAddr, name: &'static str) -> anyhow::Result<Self> {
        let mut browser = Browser::new(address);
        let email = format!("{name}@readers.example");
        let fields = [("email", email.as_str()), ("password", PASSWORD)];
        let answer = browser.post(HOST, "/sign-in", &fields).await?;
        let cookie = browser.cookie(HOST, "session");
        let cookie = cookie.with_context(|| format!("{} {}", answer.status, answer.text()))?;
        Ok(Self {
            name,
            cookie: format!("session={cookie}"),
            unanswered: None,
        })
    }

    async fn post(&self, address: SocketAddr, path: &str, body: &str) -> anyhow::Result<(u16, Value)> {
        let origin = format!("http://{HOST}");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("origin", origin.as_str()),
            ("cookie", self.cookie.as_str()),
        ];
        let answer = masthead_testkit::http::send(address, "POST", HOST, path, &headers, body.as_bytes()).await?;
        let text = answer.text();
        anyhow::ensure!(
            // One's own comment can't be liked, and nobody likes without end.
            matches!(answer.status, 200 | 201) || (path.ends_with("/likes") && matches!(answer.status, 403 | 429)),
            "{path}: {} {text}",
            answer.status
        );
        Ok((answer.status, serde_json::from_str(&text)?))
    }

    /// Sends a form until an answer comes or the server is gone; `false` when it is gone.
    async fn send(&mut self, address: SocketAddr, form: (String, String), told: &Told) -> anyhow::Result<bool> {
        match self.post(address, "/comments", &form.0).await {
            Ok((_, said)) => {
                let id: CommentId = said["id"].as_str().unwrap_or_default().parse()?;
                told.lock().unwrap().insert(id, form.1);
                Ok(true)
            }
            // A refusal is no loss of connection: it would be a fault.
            Err(error) if error.to_string().starts_with('/') => Err(error),
            Err(_) => {
                self.unanswered = Some(form);
                Ok(false)
            }
        }
    }

    /// Writes, answers and likes until the server is gone.
    async fn write(mut self, address: SocketAddr, story: String, round: usize, told: Told) -> anyhow::Result<Self> {
        if let Some(form) = self.unanswered.take()
            && !self.send(address, form, &told).await?
        {
            return Ok(self);
        }
        for number in 0.. {
            let text = format!(
                "{} says for the {number}th time of round {round} that the tide was late.",
                self.name
            );
            let key = format!("{}-{round}-{number}", self.name);
            let some = told.lock().unwrap().keys().next().copied();
            let parent = some
                .filter(|_| number % 3 == 1)
                .map(|id| id.to_string())
                .unwrap_or_default();
            let fields = [
                ("story", story.as_str()),
                ("parent", &parent),
                ("text", &text),
                ("idempotency_key", &key),
            ];
            if !self.send(address, (encode(&fields), text), &told).await? {
                return Ok(self);
            }
            if let (Some(id), true) = (some, number % 4 == 2) {
                let liked = self.post(address, &format!("/comments/{id}/likes"), "").await;
                if let Err(error) = liked {
                    anyhow::ensure!(!error.to_string().starts_with('/'), "{error}");
                    return Ok(self);
                }
            }
        }
        Ok(self)
    }
}

async fn comments_survive_a_kill_at_any_moment(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    for name in WRITERS {
        let email = format!("{name}@readers.example");
        let mut adding = network.command(&["user", "add", &email, "--username", name, "--password-stdin"]);
        let mut adding = adding
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        adding.stdin.take().context("no pipe")?.write_all(PASSWORD.as_bytes())?;
        let output = adding.wait_with_output()?;
        anyhow::ensure!(output.status.success(), "{}", words(&output));
    }
    let db = Db::open(&DbSettings::new(network.database_url()), Arc::new(SystemClock)).await?;
    // Nobody is slowed down or looked at first: it is the writing that is tried here.
    let step = Step {
        scope: Scope::NETWORK,
        settings: Settings {
            first_comments: Some(0),
            first_hours: Some(0),
            first_day: Some(60_000),
            seconds_between: Some(0),
            burst: Some(255),
            ..Settings::default()
        },
        hold: None,
    };
    db.write("test.policy", move |tx| {
        let step = step.clone();
        Box::pin(async move { policies::put(tx, &step, "test").await })
    })
    .await
    .map_err(|error: StoreError| error)?;

    let server = network.serve()?;
    let document = ninjs("urn:test:tide", 1, "The tide is late", "gale").to_string();
    let pushed = server.push(document.as_bytes()).await?;
    anyhow::ensure!(pushed.status == 202, "{}", pushed.text());
    let story = serde_json::from_str::<Value>(&pushed.text())?["items"][0]["story"].clone();
    let story = story.as_str().context("no story")?.to_owned();
    let mut writers = Vec::new();
    for name in WRITERS {
        writers.push(Writer::sign_in(server.address, name).await?);
    }
    server.kill()?;

    let told: Told = Arc::default();
    for round in 0..kills(engine) {
        let server = network.serve()?;
        let (address, tasks): (SocketAddr, Vec<_>) = (server.address, std::mem::take(&mut writers));
        let tasks: Vec<_> = tasks
            .into_iter()
            .map(|writer| tokio::spawn(writer.write(address, story.clone(), round, Arc::clone(&told))))
            .collect();
        tokio::time::sleep(Duration::from_millis(20 + below(500))).await;
        server.kill()?;
        for task in tasks {
            writers.push(task.await??);
        }
        let known = told.lock().unwrap().clone();
        check(&db, &known)
            .await
            .with_context(|| format!("after kill {round}"))?;
    }
    let known = told.lock().unwrap().clone();
    // However slow the machine is: some of the kills were in the middle of it.
    anyhow::ensure!(
        known.len() > WRITERS.len(),
        "only {} comments were written",
        known.len()
    );

    // What got no answer is sent again, and is there once.
    let server = network.serve()?;
    for mut writer in writers {
        if let Some(form) = writer.unanswered.take() {
            anyhow::ensure!(writer.send(server.address, form, &told).await?, "the server is there");
        }
    }
    server.kill()?;
    let known = told.lock().unwrap().clone();
    check(&db, &known).await?;
    let mut texts: Vec<String> = all(&db).await?.into_iter().map(|comment| comment.body).collect();
    let count = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), count, "nothing is there twice");
    log::stamp(&db).await?;
    db.write("test.chain", |tx| Box::pin(audit::chain(tx)))
        .await
        .map_err(|error: StoreError| error)?;
    assert_eq!(audit::verify(&mut db.reader().await?).await?.broken_at, None);
    db.close().await;
    network.verify()
}

async fn all(db: &Db) -> anyhow::Result<Vec<rows::Comment>> {
    let mut conn = db.reader().await?;
    let (mut all, mut after) = (Vec::new(), CommentId(uuid::Uuid::nil()));
    loop {
        let some = rows::all_after(&mut conn, after, 500).await?;
        let Some(last) = some.last() else { return Ok(all) };
        after = last.id;
        all.extend(some);
    }
}

/// Everything that was acknowledged is there with its text, has its place in a queue, and is counted.
async fn check(db: &Db, told: &HashMap<CommentId, String>) -> anyhow::Result<()> {
    let there: HashMap<CommentId, String> = all(db)
        .await?
        .into_iter()
        .map(|comment| (comment.id, comment.body))
        .collect();
    for (id, text) in told {
        anyhow::ensure!(there.get(id) == Some(text), "'{text}' was acknowledged and is lost");
    }
    let mut conn = db.reader().await?;
    let (stories, comments) = rows::faults(&mut conn).await?;
    anyhow::ensure!(
        stories.is_empty() && comments.is_empty(),
        "counters: {stories:?} {comments:?}"
    );
    for id in there.keys() {
        anyhow::ensure!(
            reviews::one(&mut conn, *id).await?.is_some(),
            "{id} has no row in a queue"
        );
    }
    Ok(())
}
