//! Pages in real Chromium: that they are drawn with and without script, that nothing in them is refused by their own
//! policy, and that what a hostile agency writes stays text.
//!
//! The browser is the one that `./test` names in `MASTHEAD_TEST_CHROMIUM`, or one on the path. Without any the tests
//! fail: a page that no browser has seen is not tested. It resolves the sites' names to the node and no other name at
//! all, so that nothing leaves the machine.

use crate::support::devtools::{Page, chromium};
use crate::support::plant::{self, addresses, people_and_topics};
use masthead_domain::document::{Block, Document, Text};
use masthead_features::stories::{self as desk, NewStory};
use masthead_store::Engine;
use masthead_testkit::build::content;
use masthead_testkit::{PATIENCE, TestApp, TestNode, on_both_engines};
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

on_both_engines!(pages_are_drawn_with_and_without_script, what_is_hostile_stays_text,);

/// What a page was like in the browser.
struct Drawn {
    /// The document after everything ran, as HTML.
    dom: String,
    /// What the page's console said: script errors, refused resources, failed requests.
    console: Vec<String>,
}

/// The browser, about to open a page of the daily in a window of this size.
fn browser(node: &TestNode, profile: &Path, path: &str, (width, height): (u32, u32)) -> Command {
    let port = node.address.port();
    let mut command = Command::new(chromium());
    command
        .args(["--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
        .args(["--enable-logging=stderr", "--v=0"])
        // A sandbox can't be made by root, and tests often run as root in containers; the pages are our own.
        .arg("--no-sandbox")
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(format!(
            "--host-resolver-rules=MAP daily.example:80 127.0.0.1:{port}, MAP * ~NOTFOUND"
        ))
        // No virtual time: it stands still while the stream of new stories is open.
        .arg("--timeout=5000")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command.arg(format!("http://daily.example{path}"));
    command
}

/// Opens a page and says what became of it.
async fn draw(node: &TestNode, path: &str, size: (u32, u32)) -> anyhow::Result<Drawn> {
    let profile = tempfile::tempdir()?;
    let mut command = browser(node, profile.path(), path, size);
    let output = tokio::time::timeout(PATIENCE, command.arg("--dump-dom").output()).await??;
    let log = String::from_utf8_lossy(&output.stderr);
    Ok(Drawn {
        dom: String::from_utf8_lossy(&output.stdout).into_owned(),
        console: log
            .lines()
            .filter(|line| line.contains(":CONSOLE"))
            // Said of every page over plain http from a name that isn't localhost: the header is for TLS.
            .filter(|line| !line.contains("Cross-Origin-Opener-Policy header has been ignored"))
            .map(str::to_owned)
            .collect(),
    })
}

async fn pages_are_drawn_with_and_without_script(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let story = plant::publish(&test, "sandpiper").await?;
    let node = test.start().await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let (phone, desktop) = ((360, 740), (1280, 900));
    for (page, size, words) in [
        ("/", phone, "What the sandpiper did in the storm"),
        ("/", desktop, "What the sandpiper did in the storm"),
        (path.as_str(), phone, "was closed on Tuesday after the tide"),
        ("/multimedia", phone, "Multimedia"),
        ("/search", phone, "<form"),
        ("/nothing-is-here", phone, "What the sandpiper did in the storm"),
    ] {
        let drawn = draw(&node, page, size).await?;
        assert!(drawn.dom.contains(words), "{page}: {}", drawn.dom);
        // The one line that a browser writes for an address that isn't there is about the status.
        let wrong: Vec<&String> = drawn
            .console
            .iter()
            .filter(|line| !(page == "/nothing-is-here" && line.contains("404")))
            .collect();
        assert!(wrong.is_empty(), "{page}: {wrong:#?}");
    }
    // Script adds nothing that is seen before something happens: with it and without, the same is drawn.
    let mut window = Page::open(&node).await?;
    for (page, (width, _)) in [("/", phone), (path.as_str(), desktop)] {
        window.look(width, false).await?;
        let mut pictures = Vec::new();
        for script in [true, false] {
            window.allow_script(script).await?;
            window.go(page).await?;
            let off = window.run("matchMedia('(scripting: none)').matches").await?;
            assert_eq!(off, !script, "{page}");
            pictures.push(window.picture().await?);
        }
        let [with, without] = pictures.as_slice() else {
            unreachable!()
        };
        assert_eq!(with.dimensions(), without.dimensions(), "{page}");
        let differing = with.pixels().zip(without.pixels()).filter(|(a, b)| a != b).count();
        let drawn = with.pixels().filter(|pixel| pixel.0 != [255, 255, 255]).count();
        assert!(drawn > 5_000, "{page}: only {drawn} pixels are not white");
        assert!(
            differing < drawn / 20,
            "{page}: {differing} of {drawn} drawn pixels differ"
        );
    }
    desk::kill(&test.app, story.id, "It was another bird.", "test").await?;
    node.get_until("daily", &path, |answer| answer.status == 410).await?;
    let gone = draw(&node, &path, phone).await?;
    assert!(gone.dom.contains("It was another bird."), "{}", gone.dom);
    assert!(!gone.dom.contains("What the sandpiper did"), "{}", gone.dom);
    Ok(())
}

async fn what_is_hostile_stays_text(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let marks = [
        "<script>document.documentElement.dataset.owned=1</script>",
        "\"><img src=x onerror=\"document.documentElement.dataset.owned=1\">",
        "</title><svg onload=document.documentElement.dataset.owned=1>",
        "</script><script>document.documentElement.dataset.owned=1</script>",
        "{{ 7*7 }}<!--",
        "javascript:document.documentElement.dataset.owned=1",
    ];
    let mut paths = Vec::new();
    for mark in marks {
        let mut said = content(&format!("Before {mark} after"), "redshank");
        said.standfirst = mark.to_owned();
        said.kicker = mark.to_owned();
        said.dateline = mark.to_owned();
        said.credit = mark.to_owned();
        said.body = Document {
            blocks: vec![
                Block::Paragraph {
                    text: Text::plain(mark),
                },
                Block::Heading {
                    level: 2,
                    text: Text::plain(mark),
                },
            ],
        };
        let new = NewStory {
            content: said,
            placements: test.places(&["daily/world"]),
            ..NewStory::default()
        };
        let id = desk::create(&test.app, new, "test").await?;
        desk::publish(&test.app, id, None, "test").await?;
        paths.push(addresses(&test, id).await?.remove(0).1);
    }
    let node = test.start().await?;
    for path in paths.iter().map(String::as_str).chain(["/", "/world"]) {
        let drawn = draw(&node, path, (360, 740)).await?;
        assert!(drawn.dom.contains("Before "), "{path}: {}", drawn.dom);
        assert!(!drawn.dom.contains("data-owned"), "{path}: something ran");
        assert!(drawn.console.is_empty(), "{path}: {:#?}", drawn.console);
    }
    Ok(())
}
