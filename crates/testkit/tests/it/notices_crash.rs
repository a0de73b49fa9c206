//! `kill -9` at random moments of a server that mails what a reader follows: each story is on its way to them once, and
//! stands in no two mails.

use crate::support::process::{HOST, Network, Server, TOKEN, words};
use anyhow::Context as _;
use masthead_domain::accounts::Email;
use masthead_services::clock::{SystemClock, random_bytes};
use masthead_store::notices::deliveries;
use masthead_store::{Db, DbSettings, Engine, accounts, followers, jobs, log, mails, profiles};
use masthead_testkit::browser::Browser;
use masthead_testkit::build::ninjs;
use masthead_testkit::{PATIENCE, http, on_both_engines};
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

on_both_engines!(what_is_followed_is_told_once_whatever_moment_a_kill_comes,);

const PASSWORD: &str = "otter lamp granite";
const EMAIL: &str = "ada@readers.example";
const KILLS: usize = 5;
const STORIES: usize = 4;

fn headline(number: usize) -> String {
    format!("Tide number {number}, told")
}

async fn publish(server: &Server, number: usize) -> anyhow::Result<()> {
    let document = ninjs(&format!("urn:tide:{number}"), 1, &headline(number), "tide");
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let body = serde_json::to_vec(&document)?;
    let answer = http::send(server.address, "POST", HOST, "/ingest/push", &headers, &body).await?;
    anyhow::ensure!(answer.status == 202, "{} {}", answer.status, answer.text());
    Ok(())
}

async fn what_is_followed_is_told_once_whatever_moment_a_kill_comes(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    let mut adding = network
        .command(&["user", "add", EMAIL, "--username", "ada", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    adding
        .stdin
        .take()
        .context("no input")?
        .write_all(PASSWORD.as_bytes())?;
    let added = adding.wait_with_output()?;
    anyhow::ensure!(added.status.success(), "{}", words(&added));

    let mut server = network.serve()?;
    publish(&server, 0).await?;
    let db = Db::open(&DbSettings::new(network.database_url()), Arc::new(SystemClock)).await?;
    settled(&db).await?;
    let mut ada = Browser::new(server.address);
    let signed = ada
        .post(HOST, "/sign-in", &[("email", EMAIL), ("password", PASSWORD)])
        .await?;
    anyhow::ensure!(signed.status == 303, "{} {}", signed.status, signed.text());
    let author = [("kind", "author"), ("slug", "ada-quill")];
    let followed = ada.post(HOST, "/account/notices/follow", &author).await?;
    anyhow::ensure!(followed.status == 303, "{} {}", followed.status, followed.text());
    let page = ada.get(HOST, "/account/notices").await?.text();
    let key = page
        .split("name=\"mail:")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let field = format!("mail:{}", key.context("nothing is followed")?);
    let settings = [("digest", "daily"), ("hour", "7"), (field.as_str(), "now")];
    let saved = ada.post(HOST, "/account/notices/settings", &settings).await?;
    anyhow::ensure!(saved.status == 303, "{} {}", saved.status, saved.text());
    for round in 0..KILLS {
        for number in 0..STORIES {
            publish(&server, 1 + round * STORIES + number).await?;
        }
        let mut bytes = [0; 2];
        random_bytes(&mut bytes)?;
        tokio::time::sleep(Duration::from_millis(u64::from(u16::from_le_bytes(bytes)) % 2_500)).await;
        server.kill()?;
        server = network.serve()?;
    }
    settled(&db).await?;
    let mut conn = db.reader().await?;
    let account = accounts::by_email(&mut conn, &Email::parse(EMAIL)?.key()).await?;
    let profile = profiles::of_account(&mut conn, account.context("no account")?).await?;
    let told = deliveries::of_profile(&mut conn, profile.context("no profile")?.id).await?;
    assert_eq!(
        told.len(),
        KILLS * STORIES,
        "one for each story that was acknowledged: {told:?}"
    );
    let sent = mails::to(&mut conn, EMAIL, 100).await?;
    drop(conn);
    let mut once = 0;
    for number in 1..=KILLS * STORIES {
        let lines = sent.iter().flat_map(|mail| mail.body.lines());
        let times = lines.filter(|line| *line == headline(number)).count();
        assert!(times <= 1, "{}: {times} times", headline(number));
        once += times;
    }
    let of = |wanted: &str| told.iter().filter(|(_, _, state, _)| state == wanted).count();
    // What a mail told is sent. What waits came after the last mail of the day; what was going out is not sent again.
    assert_eq!(of("sent"), once, "{told:?}");
    assert_eq!(of("sent") + of("sending") + of("waiting"), told.len(), "{told:?}");
    assert!(once > 0, "{told:?}");
    db.close().await;
    server.kill()?;
    Ok(())
}

/// Waits until what happened was followed and what is due was sent.
async fn settled(db: &Db) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    // The head doesn't count what was committed and has no position yet.
    log::stamp(db).await?;
    loop {
        let mut conn = db.reader().await?;
        let head = log::head(&mut conn).await?;
        let place = followers::cursor(&mut conn, "notify", followers::ANY_NODE).await?;
        let due = db.now();
        let left = jobs::list(&mut conn, 200).await?;
        let waits = |job: &jobs::JobState| job.kind.starts_with("notices.") && job.due_at <= due;
        if place == Some(head) && !left.iter().any(waits) {
            return Ok(());
        }
        drop(conn);
        anyhow::ensure!(Instant::now() < end, "the notices never come to rest");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
