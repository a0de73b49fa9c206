//! Most read and most commented: counted without knowing who, ranked for sites and sections, and never a story that
//! readers may not see.

use crate::comments::town;
use crate::support::devtools::Page;
use crate::support::plant::{self, addresses, people_and_topics};
use masthead_domain::ids::StoryId;
use masthead_features::stories as desk;
use masthead_features::{comments, rankings};
use masthead_server::kills;
use masthead_store::{Engine, rankings as rows};
use masthead_testkit::{TestApp, TestNode, http, on_both_engines};

on_both_engines!(
    what_is_read_most_stands_on_fronts_of_site_and_section,
    what_is_no_public_story_is_not_counted,
    what_was_read_long_ago_counts_no_more,
    what_is_commented_most_stands_on_the_front,
    a_page_tells_once_that_it_is_read_and_a_hidden_one_not,
);

/// Tells the node that somebody at this address reads a story.
async fn read(node: &TestNode, story: &str, number: u8, more: &[(&str, &str)]) -> anyhow::Result<http::Answer> {
    let client = format!("198.51.100.{number}");
    let mut headers = vec![("x-forwarded-for", client.as_str())];
    headers.extend(more);
    http::send(
        node.address,
        "POST",
        "daily.example",
        "/live/reads",
        &headers,
        story.as_bytes(),
    )
    .await
}

async fn read_often(node: &TestNode, story: StoryId, readers: u8) -> anyhow::Result<()> {
    for number in 0..readers {
        let answer = read(node, &story.to_string(), number, &[]).await?;
        assert_eq!(answer.status, 204, "{}", answer.text());
        assert_eq!(answer.header("set-cookie"), None);
    }
    Ok(())
}

/// The headlines in the box of this name.
fn boxed(html: &str, name: &str) -> Vec<String> {
    let Some((_, rest)) = html.split_once(&format!(">{name}</h2>")) else {
        return Vec::new();
    };
    let rest = rest.split("</section>").next().unwrap();
    rest.split("<h3>")
        .skip(1)
        .map(|card| {
            let heading = card.split("</a>").next().unwrap();
            heading.rsplit_once('>').unwrap().1.to_owned()
        })
        .collect()
}

async fn ranked(test: &TestApp) -> anyhow::Result<()> {
    test.app.reads.save(&test.app).await?;
    rankings::rank(&test.app).await?;
    Ok(())
}

/// So many stories in a section, the oldest first.
async fn many(test: &TestApp, count: usize, place: &str) -> anyhow::Result<Vec<StoryId>> {
    let mut stories = Vec::new();
    for number in 0..count {
        stories.push(test.publish(&format!("Part {number}"), "heron", &[place]).await?);
        test.clock.step_seconds(60);
    }
    Ok(stories)
}

async fn what_is_read_most_stands_on_fronts_of_site_and_section(engine: Engine) -> anyhow::Result<()> {
    let mut test = TestApp::new(engine).await?;
    let stories = many(&test, 36, "daily/world").await?;
    let sport = test.publish("The race", "race", &["daily/sport"]).await?;
    let node = test.start().await?;
    for (at, readers) in [(0, 2), (3, 5), (2, 4), (1, 1)] {
        read_often(&node, stories[at], readers).await?;
    }
    read_often(&node, sport, 9).await?;
    // The same readers again count for nothing.
    read_often(&node, stories[1], 1).await?;
    ranked(&test).await?;
    let shown = |html: &str| boxed(html, "Most read");
    for path in ["/", "/world"] {
        let page = node
            .get_until("daily", path, |answer| !shown(&answer.text()).is_empty())
            .await?;
        // The race leads the site already, and is none of the world's.
        assert_eq!(shown(&page.text()), ["Part 3", "Part 2", "Part 0", "Part 1"], "{path}");
        for part in ["Part 3", "The race"] {
            assert!(
                page.text().matches(&format!(">{part}</a>")).count() <= 1,
                "{path}: {part} twice"
            );
        }
    }
    assert!(shown(&node.get("weekly", "/").await?.text()).is_empty());

    kills::kill(&test.app, stories[3], "It was another heron.", "test").await?;
    // When the kill is acknowledged it is gone: nothing here waits.
    let front = node.get("daily", "/").await?.text();
    assert_eq!(shown(&front), ["Part 2", "Part 0", "Part 1"]);

    // What was counted and not saved is saved by a node that stops.
    read_often(&node, stories[1], 8).await?;
    node.stop().await;
    test.reopen().await?;
    let node = test.start().await?;
    assert_eq!(
        shown(&node.get("daily", "/").await?.text()),
        ["Part 2", "Part 0", "Part 1"]
    );
    test.clock.step_seconds(300);
    test.run_jobs().await?;
    node.get_until("daily", "/", |answer| {
        shown(&answer.text()) == ["Part 1", "Part 2", "Part 0"]
    })
    .await?;
    node.stop().await;
    Ok(())
}

async fn what_is_no_public_story_is_not_counted(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let shown = test.publish("Seen", "heron", &["daily/world"]).await?;
    let draft = test.draft("Not yet", "heron", &["daily/world"]).await?;
    let killed = test.publish("Gone", "heron", &["daily/world"]).await?;
    desk::kill(&test.app, killed, "Wrong.", "test").await?;
    let node = test.start().await?;
    let invented = StoryId(test.app.ids.next_uuid());
    for story in [shown, draft, killed, invented] {
        read_often(&node, story, 1).await?;
    }
    for wrong in ["", "one", "/world/seen-20251125"] {
        assert_eq!(read(&node, wrong, 2, &[]).await?.status, 400, "{wrong}");
    }
    let long = "1".repeat(1_000);
    assert_eq!(read(&node, &long, 2, &[]).await?.status, 413);
    let foreign = read(&node, &shown.to_string(), 2, &[("origin", "https://elsewhere.example")]).await?;
    assert_eq!(foreign.status, 403);
    test.app.reads.save(&test.app).await?;
    let counted = rows::most_read(&mut test.app.db.reader().await?, 0, 0, 10).await?;
    assert_eq!(counted, [(shown, 100)]);
    node.stop().await;
    Ok(())
}

async fn what_was_read_long_ago_counts_no_more(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let stories = many(&test, 20, "daily/world").await?;
    let node = test.start().await?;
    let shown = |html: &str| boxed(html, "Most read");
    read_often(&node, stories[0], 9).await?;
    ranked(&test).await?;
    test.clock.step_seconds(2 * 86_400);
    read_often(&node, stories[1], 1).await?;
    ranked(&test).await?;
    // One reader today is more than nine the day before yesterday, who still count for something.
    node.get_until("daily", "/", |answer| shown(&answer.text()) == ["Part 1", "Part 0"])
        .await?;
    test.clock.step_seconds(6 * 86_400);
    ranked(&test).await?;
    node.get_until("daily", "/", |answer| shown(&answer.text()) == ["Part 1"])
        .await?;
    let counted = rows::most_read(&mut test.app.db.reader().await?, 0, 0, 10).await?;
    assert_eq!(counted, [(stories[1], 100)], "old hours are forgotten");
    node.stop().await;
    Ok(())
}

async fn what_is_commented_most_stands_on_the_front(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let (test, node) = (&town.test, &town.node);
    for name in ["ada", "ben"] {
        let mut browser = town.browser(name).await?;
        assert_eq!(town.write(&mut browser, &format!("So says {name}")).await?.status, 303);
    }
    test.clock.step_seconds(60);
    many(test, 20, "daily/world").await?;
    rankings::rank(&test.app).await?;
    let pier = "Flood takes the old pier";
    let shown = |html: &str| boxed(html, "Most commented");
    node.get_until("daily", "/", |answer| shown(&answer.text()) == [pier])
        .await?;
    let scope = comments::scope_named(&test.app, &format!("story:{}", town.story)).await?;
    comments::hold(&test.app, scope, "a child", "Comments are closed.", "test").await?;
    rankings::rank(&test.app).await?;
    node.get_until("daily", "/", |answer| shown(&answer.text()).is_empty())
        .await?;
    Ok(())
}

/// How often a story was read, as it is saved.
async fn counted(test: &TestApp) -> anyhow::Result<Vec<(StoryId, i64)>> {
    test.app.reads.save(&test.app).await?;
    Ok(rows::most_read(&mut test.app.db.reader().await?, 0, 0, 10).await?)
}

async fn a_page_tells_once_that_it_is_read_and_a_hidden_one_not(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let story = plant::publish(&test, "sandpiper").await?;
    let node = test.start().await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let mut page = Page::open(&node).await?;
    // A script of the page can't look at another page's requests: the ones it sends are noted in a list.
    page.before_each(
        "window.told = []; const send = window.fetch; window.fetch = (...of) => { told.push(of); return send(...of); };
         if (location.hash === '#hidden') Object.defineProperty(document, 'hidden', { value: true });",
    )
    .await?;
    let wait = "new Promise((done) => setTimeout(done, 4500))";
    page.go(&format!("{path}#hidden")).await?;
    page.run(wait).await?;
    assert_eq!(counted(&test).await?, []);
    page.go("/").await?;
    page.go(&path).await?;
    page.run(wait).await?;
    let told = "told.filter((of) => of[0] === '/live/reads').map((of) => [of[1].body, of[1].credentials])";
    let expected = serde_json::json!([[story.id.to_string(), "omit"]]);
    assert_eq!(page.run(told).await?, expected);
    assert_eq!(counted(&test).await?, [(story.id, 100)]);
    let complaints = page.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
    node.stop().await;
    Ok(())
}
