//! Readers who wait: streams begin with the front's cursor, are told what happens, take up where they were, and are
//! told when to come back. `/live/front.json` is answered from memory however many cursors are invented.

use crate::support::plant;
use masthead_features::stories as desk;
use masthead_store::Engine;
use masthead_testkit::{PATIENCE, TestApp, TestNode, on_both_engines, until};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_both_engines!(
    a_stream_begins_with_the_cursor_and_tells_what_happens,
    whoever_comes_back_is_told_what_they_missed,
    cursors_cost_no_render_and_no_query,
    a_node_that_has_nothing_to_do_rests,
);

/// A reader of a stream.
pub(crate) struct Reader {
    stream: TcpStream,
    heard: String,
}

impl Reader {
    pub(crate) async fn open(node: &TestNode, query: &str, headers: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(node.address).await?;
        let head = format!("GET /live/events{query} HTTP/1.1\r\nHost: daily.example\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).await?;
        Ok(Self {
            stream,
            heard: String::new(),
        })
    }

    /// Reads on until `wanted` was heard; an end before that fails.
    pub(crate) async fn until(&mut self, wanted: &str) -> anyhow::Result<&str> {
        let mut buffer = [0; 4096];
        while !self.heard.contains(wanted) {
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buffer)).await;
            let length = read.map_err(|_| anyhow::anyhow!("no {wanted} in: {}", self.heard))??;
            anyhow::ensure!(length > 0, "it ended without {wanted}: {}", self.heard);
            self.heard.push_str(std::str::from_utf8(&buffer[..length])?);
        }
        Ok(&self.heard)
    }
}

async fn cursor(node: &TestNode) -> anyhow::Result<String> {
    let answer = node.get("daily", "/live/front.json").await?;
    Ok(answer.json()?["cursor"].as_str().unwrap().to_owned())
}

/// The front's cursor once it is another than `old`.
async fn moved_from(node: &TestNode, old: &str) -> anyhow::Result<String> {
    let old = format!("\"cursor\":\"{old}\"");
    node.get_until("daily", "/live/front.json", |answer| !answer.text().contains(&old))
        .await?;
    cursor(node).await
}

async fn a_stream_begins_with_the_cursor_and_tells_what_happens(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    plant::publish(&test, "dabchick").await?;
    let node = test.start().await?;
    let first = moved_from(&node, "").await?;
    let mut plain = Reader::open(&node, "?topics=front", "").await?;
    // A cookie of ours makes the request the router's, behind an HTTP library.
    let mut known = Reader::open(&node, "?topics=front", "Cookie: session=x\r\n").await?;
    for reader in [&mut plain, &mut known] {
        let heard = reader.until(&format!("\"cursor\":\"{first}\"")).await?;
        assert!(heard.starts_with("HTTP/1.1 200 OK\r\n"), "{heard}");
        let heard = heard.to_lowercase();
        for line in [
            "content-type: text/event-stream\r\n",
            "cache-control: no-store\r\n",
            "x-content-type-options: nosniff\r\n",
            "retry: ",
            "event: front\n",
        ] {
            assert!(heard.contains(line), "no {line:?} in {heard}");
        }
    }
    test.clock.step_seconds(60);
    let second = plant::publish(&test, "moorhen").await?;
    let newest = moved_from(&node, &first).await?;
    for reader in [&mut plain, &mut known] {
        reader.until(&format!("\"cursor\":\"{newest}\"")).await?;
        reader.heard.clear();
    }
    // A killed story is no news any more: the cursor goes back to where it was.
    desk::kill(&test.app, second.id, "wrong", "an editor").await?;
    for reader in [&mut plain, &mut known] {
        reader.until(&format!("\"cursor\":\"{first}\"")).await?;
        reader.heard.clear();
    }
    let stale = node.get("daily", &format!("/live/front.json?since={newest}")).await?;
    assert_eq!(stale.json()?["new"], 0);
    let refused = node.get("daily", "/live/events?topics=everything").await?;
    assert_eq!(refused.status, 400, "{}", refused.text());
    node.stop().await;
    // Told to come back, not all at once, and then let go.
    for reader in [&mut plain, &mut known] {
        reader.until("retry: ").await?;
    }
    Ok(())
}

async fn whoever_comes_back_is_told_what_they_missed(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let other = plant::publish(&test, "coot").await?;
    let node = test.start().await?;
    moved_from(&node, "").await?;
    let topics = format!("?topics=story:{}", story.id);
    let mut reader = Reader::open(&node, &topics, "").await?;
    reader.until("event: front").await?;
    desk::unpublish(&test.app, other.id, "early", "an editor").await?;
    desk::unpublish(&test.app, story.id, "early", "an editor").await?;
    let told = format!("{{\"story\":\"{}\",\"change\":\"withdrawn\"}}", story.id);
    let heard = reader.until(&told).await?.to_owned();
    assert!(!heard.contains(&other.id.to_string()), "{heard}");
    let id: i64 = heard
        .rsplit_once("\nevent: story")
        .and_then(|(before, _)| before.rsplit_once("id: "))
        .unwrap()
        .1
        .parse()?;
    drop(reader);
    let mut back = Reader::open(&node, &topics, &format!("Last-Event-ID: {}\r\n", id - 1)).await?;
    back.until(&told).await?;
    // Who has heard it is not told again, and a number from the future replays nothing.
    for last in [id, id + 1_000] {
        let mut again = Reader::open(&node, &topics, &format!("Last-Event-ID: {last}\r\n")).await?;
        let heard = again.until("event: front").await?;
        assert!(!heard.contains("event: story"), "{last}: {heard}");
    }
    Ok(())
}

async fn cursors_cost_no_render_and_no_query(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    plant::publish(&test, "dabchick").await?;
    let node = test.start().await?;
    let newest = moved_from(&node, "").await?;
    let pages = node.node().unwrap().press.sizes().2;
    // With the database away every answer comes from memory alone.
    test.app.db.set_fault(true);
    for forged in 0..50 {
        let answer = node
            .get("daily", &format!("/live/front.json?since=forged{forged}"))
            .await?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()?["cursor"], newest.as_str());
    }
    assert_eq!(
        node.node().unwrap().press.sizes().2,
        pages,
        "an invented cursor made a page"
    );
    test.app.db.set_fault(false);
    Ok(())
}

/// Followers, the runner of jobs and whoever else waits for commits must not keep each other awake: a node did that once,
/// and took a processor while nothing happened.
async fn a_node_that_has_nothing_to_do_rests(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    plant::publish(&test, "avocet").await?;
    let node = test.start().await?;
    node.get("daily", "/").await?;
    // What the start and the publication leave to do takes its time, and then nothing happens.
    until("two quiet seconds", async || {
        let before = *test.app.db.changed().borrow();
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(*test.app.db.changed().borrow() - before <= 20)
    })
    .await?;
    node.stop().await;
    Ok(())
}
