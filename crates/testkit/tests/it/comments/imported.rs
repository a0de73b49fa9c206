//! Comments of other systems: they stand under their stories with their threads, states and times, their writers have
//! closed profiles, and whoever proves a writer's address takes them over.

use crate::accounts::{HOST, PASSWORD, hidden, mailed, network, reader};
use flate2::Compression;
use flate2::write::GzEncoder;
use masthead_domain::comments::CommentState;
use masthead_domain::ids::{CommentId, StoryId};
use masthead_features::imports::{self, Counts, Options, Progress};
use masthead_store::comments::{self as rows, Comment};
use masthead_store::sites::{RedirectTarget, put_redirect};
use masthead_store::{Engine, log, profiles, reviews};
use masthead_testkit::browser::Browser;
use masthead_testkit::{TestApp, on_both_engines, until};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;

on_both_engines!(
    a_disqus_export_becomes_conversations,
    every_system_is_told_by_its_content,
    a_proved_address_is_a_known_reader_and_a_guests_is_not,
    who_proves_the_address_takes_over_what_stands_under_it,
    the_export_has_comments_and_profiles_and_no_address,
    an_export_of_our_own_comes_back_the_same,
);

struct Quiet;

impl Progress for Quiet {
    fn total(&self, _: u64) {}
    fn done(&self, _: u64, _: u64) {}
    fn stage(&self, _: &str) {}
}

async fn import(test: &TestApp, path: &Path, dry_run: bool) -> anyhow::Result<(Counts, Value)> {
    let report = tempfile::NamedTempFile::new()?;
    let options = Options {
        paths: vec![path.to_path_buf()],
        report: Some(report.path().to_path_buf()),
        dry_run,
        ..Options::default()
    };
    let counts = imports::run(&test.app, &options, &Quiet).await?.counts;
    Ok((counts, serde_json::from_slice(&std::fs::read(report.path())?)?))
}

/// A network with one old story, to which an address of the site that it came from leads.
async fn archive(engine: Engine) -> anyhow::Result<(TestApp, StoryId)> {
    let test = network(engine).await?;
    let story = test.publish("Ferry comes back", "ferry", &["daily/world"]).await?;
    let (site, now) = (test.site("daily"), test.app.now());
    test.app
        .db
        .write("test", move |tx| {
            Box::pin(async move {
                put_redirect(tx, site, "/2014/09/ferry", &RedirectTarget::Story(story), now).await?;
                // An older address leads there through the old one.
                let old = RedirectTarget::Address("/2014/09/ferry".into());
                put_redirect(tx, site, "/?p=12", &old, now).await
            })
        })
        .await?;
    Ok((test, story))
}

async fn comments(test: &TestApp) -> anyhow::Result<Vec<Comment>> {
    let mut conn = test.app.db.reader().await?;
    let mut all = rows::all_after(&mut conn, CommentId(uuid::Uuid::nil()), 500).await?;
    all.sort_by_key(|comment| (comment.root, comment.place));
    let (stories, wrong) = rows::faults(&mut conn).await?;
    assert!(
        stories.is_empty() && wrong.is_empty(),
        "counted wrongly: {stories:?} {wrong:?}"
    );
    Ok(all)
}

fn said<'a>(all: &'a [Comment], text: &str) -> &'a Comment {
    all.iter()
        .find(|comment| comment.body == text)
        .unwrap_or_else(|| panic!("no '{text}' in {all:#?}"))
}

async fn events(test: &TestApp) -> anyhow::Result<i64> {
    log::stamp(&test.app.db).await?;
    Ok(log::head(&mut test.app.db.reader().await?).await?)
}

fn post(id: u32, parent: u32, thread: u32, text: &str, more: &str) -> String {
    let parent = if parent == 0 {
        String::new()
    } else {
        format!("<parent dsq:id=\"{parent}\"/>")
    };
    format!(
        "<post dsq:id=\"{id}\"><message><![CDATA[{text}]]></message><createdAt>2014-09-15T19:00:{:02}Z</createdAt>{more}\
         <thread dsq:id=\"{thread}\"/>{parent}</post>\n",
        60 - id
    )
}

fn disqus() -> String {
    let thread = |id: u32, link: &str, deleted: bool| {
        format!(
            "<thread dsq:id=\"{id}\"><id/><link>{link}</link><title>T</title><createdAt>2014-09-15T18:47:00Z</createdAt><isDeleted>{deleted}</isDeleted></thread>\n"
        )
    };
    let tom = "<author><email>tom@old.example</email><name>Tom &amp;amp; Ferrand</name><isAnonymous>false</isAnonymous><username>tomf</username></author>";
    let guest = "<author><name>A guest</name><isAnonymous>true</isAnonymous></author>";
    [
        "<?xml version=\"1.0\"?><disqus xmlns=\"http://disqus.com\" xmlns:dsq=\"http://disqus.com/disqus-internals\">\n".into(),
        thread(70, "https://old.example/2014/09/ferry/", false),
        thread(71, "https://old.example/2014/09/nowhere/", false),
        thread(72, "https://old.example/2014/09/ferry/", true),
        // Written in the opposite order: each answer has an earlier time than what it answers.
        post(4, 3, 70, "<p>An answer to an answer</p>", tom),
        post(3, 2, 70, "<p>An answer &amp; a <a href=\"https://a.example/x\">link</a></p><blockquote>So they said</blockquote>", guest),
        post(2, 0, 70, "The first", tom),
        post(5, 0, 70, "Gone", "<isDeleted>true</isDeleted>"),
        post(6, 5, 70, "Answers what is gone", guest),
        post(7, 0, 70, "Cheap watches", "<isSpam>true</isSpam>"),
        post(8, 0, 70, "Waits", "<isApproved>false</isApproved>"),
        post(9, 0, 71, "Nobody's", guest),
        post(10, 0, 72, "Of a deleted thread", guest),
        post(11, 0, 70, "<p><script>alert(1)</script></p>", guest),
        "</disqus>".into(),
    ]
    .concat()
}

async fn a_disqus_export_becomes_conversations(engine: Engine) -> anyhow::Result<()> {
    let (test, story) = archive(engine).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("quay-2020.xml");
    std::fs::write(&file, disqus())?;
    let node = test.start().await?;
    let path = "/world/ferry-comes-back-20251125";
    assert_eq!(node.get("daily", path).await?.status, 200);
    let before = events(&test).await?;
    let (dry, _) = import(&test, &file, true).await?;
    assert_eq!(
        (events(&test).await?, comments(&test).await?.len()),
        (before, 0),
        "a dry run writes nothing"
    );
    let (counts, report) = import(&test, &file, false).await?;
    assert_eq!(dry, counts, "what it foretold comes true");
    assert_eq!(
        (counts.comments, counts.threads, counts.set_aside),
        (7, 1, 3),
        "{report:#}"
    );
    let aside = report["set_aside"].to_string();
    for words in [
        "thread 71",
        "there is no story for it (https://old.example/2014/09/nowhere/)",
        "deleted at its source",
        "comment 11",
        "no text",
    ] {
        assert!(aside.contains(words), "{words}: {aside}");
    }
    let all = comments(&test).await?;
    let (first, answer) = (
        said(&all, "The first"),
        said(&all, "An answer & a link (https://a.example/x)\n\n> So they said"),
    );
    let deep = said(&all, "An answer to an answer");
    assert_eq!(
        (answer.parent, deep.parent, deep.root),
        (Some(first.id), Some(answer.id), first.id)
    );
    assert_eq!((first.replies, first.answers, first.imported), (2, 1, true));
    assert_eq!(first.created_at.to_rfc3339(), "2014-09-15T19:00:58Z");
    let gone = all
        .iter()
        .find(|comment| comment.state == CommentState::Deleted)
        .unwrap();
    assert_eq!(
        (gone.body.as_str(), gone.replies),
        ("", 1),
        "a place is kept, and no text"
    );
    assert_eq!(said(&all, "Cheap watches").state, CommentState::Rejected);
    let waits = said(&all, "Waits");
    let queue = reviews::queue(&mut test.app.db.reader().await?, "pending", None, reviews::START, 10).await?;
    assert_eq!(
        queue.iter().map(|review| review.comment).collect::<Vec<_>>(),
        [waits.id]
    );
    // Readers see it, with its time and its writers.
    let shows = |answer: &masthead_testkit::http::Answer| answer.text().contains("An answer &amp; a link");
    let page = node.get_until("daily", path, shows).await?.text();
    for part in [
        "The first",
        "Tom &amp; Ferrand",
        "A guest",
        "2014-09-15",
        "<blockquote><p>So they said</p></blockquote>",
        "Answers what is gone",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for part in ["Cheap watches", "Waits", "Gone", "alert(1)", "tom@old.example"] {
        assert!(!page.contains(part), "{part}");
    }
    let profile = format!("/profiles/~{}", first.profile);
    assert!(page.contains(&profile), "{page}");
    let own = node.get("daily", &profile).await?;
    assert_eq!(own.status, 200);
    let own = own.text();
    assert!(
        own.contains("noindex") && own.contains("Tom &amp; Ferrand") && own.contains("The first"),
        "{own}"
    );
    assert!(!own.contains("tom@old.example"));
    // A second import changes nothing, and one that brings more adds what is new.
    test.clock.step_seconds(60);
    let before = events(&test).await?;
    let (again, _) = import(&test, &file, false).await?;
    assert_eq!((again.comments, again.unchanged, again.profiles), (0, 7, 0));
    assert_eq!(events(&test).await?, before);
    let more = disqus().replace("</disqus>", &format!("{}</disqus>", post(20, 4, 70, "Later", "")));
    std::fs::write(&file, more)?;
    let (more, _) = import(&test, &file, false).await?;
    assert_eq!((more.comments, more.unchanged), (1, 7));
    let all = comments(&test).await?;
    let later = said(&all, "Later");
    assert_eq!((later.parent, later.root, later.place), (Some(deep.id), first.id, 3));
    assert_eq!(later.story, story);
    node.stop().await;
    Ok(())
}

async fn every_system_is_told_by_its_content(engine: Engine) -> anyhow::Result<()> {
    let (test, story) = archive(engine).await?;
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write(
        "stories.json",
        "{\"tenantID\":\"t\",\"id\":\"s1\",\"url\":\"https://daily.example/world/ferry-comes-back-20251125\"}\n",
    )?;
    write(
        "users.json",
        "{\"tenantID\":\"t\",\"id\":\"u1\",\"username\":\"Coral person\",\"profiles\":[]}\n",
    )?;
    write(
        "comments.json",
        "{\"tenantID\":\"t\",\"id\":\"c1\",\"storyID\":\"s1\",\"authorID\":\"u1\",\"status\":\"NONE\",\"revisions\":[{\"body\":\"By Coral\"}],\"createdAt\":{\"$date\":\"2019-01-01T00:00:00Z\"}}\n",
    )?;
    let backup = "{\"version\":1,\"users\":[],\"posts\":[]}\n{\"id\":\"c1\",\"pid\":\"\",\"text\":\"<p>By Remark42</p>\",\"user\":{\"name\":\"R\",\"id\":\"github_1\"},\"locator\":{\"site\":\"s\",\"url\":\"https://old.example/?p=12\"},\"time\":\"2017-12-17T04:47:50Z\"}\n";
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(backup.as_bytes())?;
    std::fs::write(folder.path().join("backup-quay-20200101.gz"), packed.finish()?)?;
    write(
        "commento.json",
        "{\"version\":1,\"comments\":[{\"commentHex\":\"a\",\"domain\":\"old.example\",\"url\":\"/2014/09/ferry/\",\"commenterHex\":\"t\",\"markdown\":\"By *Commento*\",\"html\":\"\",\"parentHex\":\"root\",\"state\":\"approved\",\"creationDate\":\"2021-03-12T11:21:56Z\",\"deleted\":false}],\"commenters\":[{\"commenterHex\":\"t\",\"name\":\"Commento person\",\"provider\":\"commento\"}]}",
    )?;
    write(
        "livefyre.json",
        "{\"allow_comments\":true,\"source\":\"https://old.example/2014/09/ferry/#top\",\"title\":\"F\",\"id\":\"1\",\"comments\":[{\"id\":7,\"imported_display_name\":\"L\",\"created\":\"2014-03-04T18:34:13\",\"body_html\":\"By Livefyre\"}]}\n",
    )?;
    let isso = folder.path().join("comments.db");
    let db = rusqlite::Connection::open(&isso)?;
    db.execute_batch(
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
         CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
             modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR,
             website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL,
             notification INTEGER DEFAULT 0);
         INSERT INTO threads VALUES (1, '/2014/09/ferry/', 'Ferry');
         INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, voters)
             VALUES (1, 1, NULL, 1410807000.5, 1, '192.0.2.0', 'By **Isso**', 'I', x'00'),
                    (1, 2, 1, 1410807100.5, 2, '192.0.2.0', 'An answer that waits', NULL, x'00');
         UPDATE comments SET likes = 3 WHERE id = 1;",
    )?;
    drop(db);
    let (counts, report) = import(&test, folder.path(), false).await?;
    assert_eq!(
        (counts.comments, counts.set_aside, counts.stories_new),
        (6, 0, 0),
        "{report:#}"
    );
    let all = comments(&test).await?;
    for text in ["By Coral", "By Remark42", "By Commento", "By Livefyre", "By Isso"] {
        let comment = said(&all, text);
        assert_eq!(
            (comment.state, comment.story),
            (CommentState::Published, story),
            "{text}"
        );
    }
    assert_eq!(
        said(&all, "An answer that waits").parent,
        Some(said(&all, "By Isso").id)
    );
    assert_eq!(said(&all, "By Isso").likes, 3);
    let coral = said(&all, "By Coral").profile;
    let writer = profiles::by_id(&mut test.app.db.reader().await?, coral).await?.unwrap();
    assert_eq!(writer.display_name, "Coral person");
    // What can't be read at all is named.
    let broken = folder.path().join("comments.db");
    std::fs::write(&broken, b"SQLite format 3\0 and nothing")?;
    let (counts, report) = import(&test, &broken, false).await?;
    assert_eq!((counts.comments, counts.set_aside), (0, 1), "{report:#}");
    Ok(())
}

fn coral_person(email: &str, verified: bool) -> String {
    format!(
        "{{\"tenantID\":\"t\",\"id\":\"s1\",\"url\":\"https://daily.example/world/ferry-comes-back-20251125\"}}\n\
         {{\"tenantID\":\"t\",\"id\":\"u1\",\"username\":\"Ada as she was\",\"email\":\"{email}\",\"emailVerified\":{verified}}}\n\
         {{\"tenantID\":\"t\",\"id\":\"c1\",\"storyID\":\"s1\",\"authorID\":\"u1\",\"status\":\"NONE\",\"revisions\":[{{\"body\":\"I was there\"}}],\"createdAt\":{{\"$date\":\"2019-01-01T00:00:00Z\"}}}}\n"
    )
}

async fn a_proved_address_is_a_known_reader_and_a_guests_is_not(engine: Engine) -> anyhow::Result<()> {
    for verified in [true, false] {
        let (test, _) = archive(engine).await?;
        let account = reader(&test, "ada").await?;
        let file = test.folder().join("comments.json");
        std::fs::write(&file, coral_person("ADA@readers.example", verified))?;
        let (counts, _) = import(&test, &file, false).await?;
        assert_eq!(counts.comments, 1);
        let own = profiles::of_account(&mut test.app.db.reader().await?, account)
            .await?
            .unwrap()
            .id;
        let all = comments(&test).await?;
        assert_eq!(said(&all, "I was there").profile == own, verified);
        assert_eq!(counts.profiles, u64::from(!verified));
    }
    Ok(())
}

async fn who_proves_the_address_takes_over_what_stands_under_it(engine: Engine) -> anyhow::Result<()> {
    let (test, _) = archive(engine).await?;
    let file = test.folder().join("comments.json");
    std::fs::write(&file, coral_person("ada@readers.example", true))?;
    import(&test, &file, false).await?;
    let closed = said(&comments(&test).await?, "I was there").profile;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    let page = browser.get(HOST, "/sign-up").await?;
    let begun = hidden(&page.text(), "begun");
    browser
        .post(HOST, "/sign-up", &[("email", "Ada@Readers.example"), ("begun", &begun)])
        .await?;
    let link = mailed(&test, "Ada@Readers.example").await?;
    let token = hidden(&browser.get(HOST, &link).await?.text(), "token");
    let fields = [("token", token.as_str()), ("username", "ada"), ("password", PASSWORD)];
    let done = browser.post(HOST, "/sign-up/confirm", &fields).await?;
    assert_eq!(done.status, 303, "{}", done.text());
    let own = node.get("daily", "/profiles/ada").await?;
    assert!(
        own.status == 200 && own.text().contains("I was there"),
        "{}",
        own.text()
    );
    assert_eq!(node.get("daily", &format!("/profiles/~{closed}")).await?.status, 404);
    // The export once more: it is hers now.
    let (again, _) = import(&test, &file, false).await?;
    assert_eq!((again.comments, again.profiles), (0, 0));
    node.stop().await;
    Ok(())
}

async fn the_export_has_comments_and_profiles_and_no_address(engine: Engine) -> anyhow::Result<()> {
    let (test, story) = archive(engine).await?;
    reader(&test, "ben").await?;
    let file = test.folder().join("comments.json");
    std::fs::write(&file, coral_person("ada@readers.example", true))?;
    import(&test, &file, false).await?;
    let to = test.folder().join("out");
    let counts =
        masthead_features::exports::run(&test.app, None, masthead_features::exports::Format::Ninjs, &to).await?;
    assert_eq!((counts.comments, counts.profiles), (1, 2));
    let lines = |name: &str| -> anyhow::Result<Vec<Value>> {
        let text = std::fs::read_to_string(to.join(name))?;
        assert!(!text.contains("readers.example"), "{text}");
        Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    };
    let comments = lines("comments.jsonl")?;
    assert_eq!(comments[0]["story"], story.to_string());
    assert_eq!(
        (&comments[0]["text"], &comments[0]["state"]),
        (&"I was there".into(), &"published".into())
    );
    let profiles = lines("profiles.jsonl")?;
    let writer = profiles
        .iter()
        .find(|profile| profile["id"] == comments[0]["profile"])
        .unwrap();
    assert_eq!(
        (&writer["name"], &writer["state"]),
        (&"Ada as she was".into(), &"closed".into())
    );
    assert!(profiles.iter().any(|profile| profile["username"] == "ben"));
    Ok(())
}

/// What earlier versions kept of WordPress exports. Only SQLite: rows of that table are no longer written by anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comments_that_earlier_versions_kept_become_comments() -> anyhow::Result<()> {
    let (test, story) = archive(Engine::Sqlite).await?;
    let db = rusqlite::Connection::open(test.database_url().trim_start_matches("sqlite:"))?;
    let insert = "INSERT INTO imported_comments (id, story_id, source_key, parent_key, author_name, author_email, text, state, created_at)
        VALUES (?1, ?2, ?3, ?4, 'Reader', NULL, ?5, ?6, 1410807000000000)";
    let put = |key: &str, parent: Option<&str>, text: &str, state: &str| {
        let (id, story) = (test.app.ids.next_uuid(), story.0);
        db.execute(
            insert,
            rusqlite::params![id.as_bytes(), story.as_bytes(), key, parent, text, state],
        )
    };
    put("2", Some("1"), "An old answer", "approved")?;
    put("1", None, "An old comment", "approved")?;
    put("3", None, "Spam", "spam")?;
    drop(db);
    let node = test.start().await?;
    until("the third", async || {
        test.run_jobs().await?;
        Ok(comments(&test).await?.len() == 3)
    })
    .await?;
    let all = comments(&test).await?;
    assert_eq!(
        said(&all, "An old answer").parent,
        Some(said(&all, "An old comment").id)
    );
    let left = masthead_store::imports::kept(&mut test.app.db.reader().await?, 10).await?;
    assert!(left.is_empty());
    node.stop().await;
    Ok(())
}

/// The lines of a list of an export, in order of their ids.
fn lines(folder: &Path, name: &str) -> anyhow::Result<Vec<Value>> {
    let text = std::fs::read_to_string(folder.join(name))?;
    let mut lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    lines.sort_by_key(|line| line["id"].as_str().unwrap_or_default().to_owned());
    Ok(lines)
}

/// An export of a network, taken into an empty one: all of it, with the counts and the new network.
async fn moved(engine: Engine, from: &Path) -> anyhow::Result<(TestApp, Counts, Value)> {
    let test = network(engine).await?;
    // No comment may be from the future.
    test.clock.step_seconds(4 * 86_400);
    let report = tempfile::NamedTempFile::new()?;
    let options = Options {
        paths: vec![from.to_path_buf()],
        section: Some("world".into()),
        report: Some(report.path().to_path_buf()),
        publish: true,
        ..Options::default()
    };
    let counts = imports::run(&test.app, &options, &Quiet).await?.counts;
    Ok((test, counts, serde_json::from_slice(&std::fs::read(report.path())?)?))
}

async fn exported(test: &TestApp, name: &str) -> anyhow::Result<std::path::PathBuf> {
    let to = test.folder().join(name);
    masthead_features::exports::run(&test.app, None, masthead_features::exports::Format::Ninjs, &to).await?;
    Ok(to)
}

async fn an_export_of_our_own_comes_back_the_same(engine: Engine) -> anyhow::Result<()> {
    let town = crate::comments::town(engine).await?;
    town.trust().await?;
    let mut browsers = Vec::new();
    for name in ["ada", "ben", "cleo"] {
        browsers.push(town.browser(name).await?);
    }
    let mut ids: Vec<String> = Vec::new();
    for (number, text) in [
        "First.\n\n> quoted\n\nWith a second paragraph.",
        "An answer \u{2067}with\u{2069} Hebrew שלום and <b>markup</b>.",
        "Answered and then taken away.",
        "To be refused.",
        "To be put forward.",
    ]
    .into_iter()
    .enumerate()
    {
        town.test.clock.step_seconds(61);
        let answer = town.write(&mut browsers[number % 3], text).await?;
        ids.push(crate::comments::Town::id(&answer));
    }
    town.test.clock.step_seconds(61);
    let answer = [
        ("story", town.story.to_string()),
        ("parent", ids[2].clone()),
        ("text", "It was here.".into()),
    ];
    let answer: Vec<(&str, &str)> = answer.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answered = browsers[0].post(HOST, "/comments", &answer).await?;
    assert_eq!(answered.status, 303, "{}", answered.text());
    let deleted = browsers[2]
        .post(HOST, &format!("/comments/{}/delete", ids[2]), &[])
        .await?;
    assert_eq!(deleted.status, 303, "{}", deleted.text());
    let edited = [("text", "An answer, put right.")];
    let path = format!("/comments/{}/edit", ids[1]);
    assert_eq!(browsers[1].post(HOST, &path, &edited).await?.status, 303);
    // The second of them likes what is theirs, which counts for nothing.
    for browser in &mut browsers[..2] {
        let liked = browser.post(HOST, &format!("/comments/{}/likes", ids[4]), &[]).await?;
        assert_eq!(liked.status, 303, "{}", liked.text());
    }
    let (id, featured): (CommentId, CommentId) = (ids[3].parse()?, ids[4].parse()?);
    town.test
        .app
        .db
        .write("test", move |tx| {
            Box::pin(async move {
                let refused = rows::by_id(tx, id).await?.unwrap();
                rows::set_state(tx, &refused, CommentState::Rejected, Some("moderator")).await?;
                rows::set_featured(tx, featured, true).await?;
                profiles::set_bio(tx, refused.profile, "Writes of tides.").await
            })
        })
        .await?;

    let first = exported(&town.test, "first").await?;
    let comments_before = lines(&first, "comments.jsonl")?;
    assert_eq!(comments_before.len(), 6);
    let states: Vec<&str> = comments_before
        .iter()
        .filter_map(|line| line["state"].as_str())
        .collect();
    for state in ["published", "deleted", "rejected"] {
        assert!(states.contains(&state), "{states:?}");
    }
    let (elsewhere, counts, report) = moved(engine, &first).await?;
    assert_eq!(
        (counts.comments, counts.profiles, counts.set_aside),
        (6, 3, 0),
        "{report:#}"
    );
    comments(&elsewhere).await?;
    let second = exported(&elsewhere, "second").await?;
    // A story gets an identity of its own where it is made anew; there is one.
    assert!(
        comments_before
            .iter()
            .all(|line| (line["state"] == "deleted") == (line["text"] == "")),
        "what was taken away is not handed on: {comments_before:#?}"
    );
    let without_story = |mut lines: Vec<Value>| {
        let stories: std::collections::BTreeSet<String> = lines.iter().map(|line| line["story"].to_string()).collect();
        assert_eq!(stories.len(), 1);
        for line in &mut lines {
            line.as_object_mut().unwrap().remove("story");
        }
        lines
    };
    let before = without_story(comments_before);
    assert!(before.iter().any(|line| line["likes"] == 1), "{before:#?}");
    assert_eq!(without_story(lines(&second, "comments.jsonl")?), before);
    // Who wrote has a closed profile under the same identity, and a printed name.
    for profile in lines(&second, "profiles.jsonl")? {
        assert_eq!(profile["state"], "closed", "{profile}");
        assert!(profile["username"].is_null() && !profile["name"].as_str().unwrap().is_empty());
    }
    let bios = |folder: &Path| -> anyhow::Result<Vec<Value>> {
        let profiles = lines(folder, "profiles.jsonl")?.into_iter();
        Ok(profiles
            .map(|line| line["bio"].clone())
            .filter(|bio| bio != "")
            .collect())
    };
    assert_eq!(bios(&second)?, ["Writes of tides."]);
    // Lists of authors and topics are set aside: stories say theirs themselves.
    let (third, counts, _) = moved(engine, &second).await?;
    assert_eq!((counts.comments, counts.profiles), (6, 3));
    let third = exported(&third, "third").await?;
    assert_eq!(without_story(lines(&third, "comments.jsonl")?), before);
    assert_eq!(lines(&third, "profiles.jsonl")?, lines(&second, "profiles.jsonl")?);

    // Where it came from, nothing is new, and what somebody takes away comes back as theirs.
    let (again, _) = import(&town.test, &first.join("comments.jsonl"), false).await?;
    assert_eq!((again.comments, again.unchanged, again.profiles), (0, 6, 0));
    town.node.stop().await;
    Ok(())
}
