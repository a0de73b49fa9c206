//! Live stories from the desk's form to the readers who wait: what is written stands on the page, in the streams, feeds,
//! the content API and the search index, and goes with its story.

use crate::accounts::HOST;
use crate::desk::{filled, newsroom, send_with_file};
use crate::live::Reader;
use crate::support::devtools::Page;
use crate::support::plant::{self, addresses};
use masthead_domain::coverage::Coverage;
use masthead_domain::ids::StoryId;
use masthead_features::stories as desk;
use masthead_store::{Engine, coverage as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, on_both_engines};

on_both_engines!(
    an_entry_goes_from_the_desk_to_every_reader,
    two_at_the_desk_lose_no_word,
    who_may_not_publish_writes_no_entry,
    long_coverage_is_read_in_parts,
    what_is_new_is_said_and_moves_nothing,
    a_killed_story_takes_its_entries_along,
);

/// The fields of the entry's form on a page, with some replaced.
fn entry(page: &Answer, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    filled(page, changes)
}

async fn publish(by: &mut Browser, desk: &str, changes: &[(&str, &str)]) -> anyhow::Result<Answer> {
    let form = by.get(HOST, desk).await?;
    send_with_file(by, desk, &entry(&form, changes), b"").await
}

/// The entry's own address at the desk, by its headline.
fn at_desk(page: &str, desk: &str, headline: &str) -> String {
    let article = page
        .split("<article ")
        .skip(1)
        .find(|article| article.contains(headline))
        .unwrap();
    let id = article.split(&format!("href=\"{desk}/")).nth(1).unwrap();
    format!("{desk}/{}", id.split('"').next().unwrap())
}

fn markup(page: &str) -> serde_json::Value {
    let json = page.split_once("<script type=\"application/ld+json\">").unwrap().1;
    serde_json::from_str(json.split_once("</script>").unwrap().0).unwrap()
}

async fn an_entry_goes_from_the_desk_to_every_reader(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let id = room
        .test
        .publish("The heron is back", "heron", &["daily/world"])
        .await?;
    let path = addresses(&room.test, id).await?.remove(0).1;
    let (node, desk) = (&room.node, format!("/desk/stories/{id}/live"));
    let plain = node.get("daily", &path).await?.text();
    assert!(!plain.contains("id=\"entries\"") && !plain.contains("entries.js"));
    assert_eq!(
        node.get("daily", &format!("/live/stories/{id}.json")).await?.status,
        404
    );
    let mut eve = room.browser("eve").await?;
    let before = eve.get(HOST, &desk).await?.text();
    assert!(
        before.contains("Begin live coverage") && !before.contains("name=\"headline\""),
        "{before}"
    );
    let begun = eve
        .post(HOST, &format!("/desk/stories/{id}/coverage"), &[("turn", "begin")])
        .await?;
    assert_eq!(begun.status, 303, "{}", begun.text());
    let mut stream = Reader::open(node, &format!("?topics=front,story:{id}"), "").await?;
    stream.until("event: front").await?;

    // A form that was sent wrong comes back, and its picture is asked for again with a word why.
    let form = eve.get(HOST, &desk).await?;
    let empty = send_with_file(&mut eve, &desk, &entry(&form, &[]), b"").await?;
    assert_eq!(empty.status, 422);
    assert!(empty.text().contains("An entry says something"), "{}", empty.text());
    let said = [
        ("headline", "It <stands> in the reeds"),
        ("body", "It is *very* still."),
        ("key", "yes"),
        ("picture-alt", "A heron"),
        ("picture-credit", "Pool"),
    ];
    let no_picture = send_with_file(&mut eve, &desk, &entry(&form, &said), b"no picture").await?;
    assert_eq!(no_picture.status, 422);
    assert!(
        no_picture.text().contains("It &lt;stands&gt; in the reeds"),
        "{}",
        no_picture.text()
    );
    let fields = entry(&form, &said);
    for _ in 0..2 {
        // Sent twice, it is one entry.
        let sent = send_with_file(&mut eve, &desk, &fields, b"").await?;
        assert_eq!(sent.status, 303, "{}", sent.text());
    }
    let page = node
        .get_until("daily", &path, |answer| {
            answer.text().contains("It &lt;stands&gt; in the reeds")
        })
        .await?
        .text();
    assert_eq!(page.matches("class=\"entry").count(), 1, "{page}");
    assert!(page.contains("It is <em>very</em> still.") && page.contains("Key moment"));
    assert!(page.contains("<span>eve</span>"), "signed by who wrote it");
    let blog = &markup(&page)[0];
    assert_eq!(blog["@type"], "LiveBlogPosting", "{blog}");
    assert_eq!(blog["liveBlogUpdate"][0]["@type"], "BlogPosting");
    assert_eq!(blog["liveBlogUpdate"][0]["headline"], "It <stands> in the reeds");
    assert_eq!(blog["liveBlogUpdate"][0]["articleBody"], "It is very still.");
    assert!(
        blog["coverageStartTime"].is_string() && blog["coverageEndTime"].is_null(),
        "{blog}"
    );
    let front = node
        .get_until("daily", "/", |answer| answer.text().contains("on-air"))
        .await?;
    assert!(front.text().contains("The heron is back"));

    // The stream and the answer for who has none say the same.
    let heard = stream.until("event: entries").await?.to_owned();
    let news = node
        .get_until("daily", &format!("/live/stories/{id}.json"), |answer| {
            answer
                .json()
                .is_ok_and(|json| json["entries"].as_array().is_some_and(|all| all.len() == 1))
        })
        .await?;
    assert_eq!(news.header("cache-control"), Some("public, max-age=5"));
    let cursor = news.json()?["cursor"].as_str().unwrap().to_owned();
    stream.until(&format!("\"cursor\":\"{cursor}\"")).await?;
    assert!(!heard.contains("reeds"), "events carry no text");
    assert!(page.contains(&format!("data-cursor=\"{cursor}\"")));

    // Machines.
    let whole = node.get("daily", &format!("/api/v1/stories/{id}")).await?.json()?;
    assert!(whole["live"]["began"].is_string(), "{whole}");
    let list = node
        .get("daily", &format!("/api/v1/stories/{id}/entries"))
        .await?
        .json()?;
    assert_eq!(list["items"][0]["headline"], "It <stands> in the reeds", "{list}");
    assert_eq!(list["items"][0]["key"], true);
    let url = list["items"][0]["url"].as_str().unwrap().to_owned();
    for format in ["ninjs", "nitf"] {
        let export = node
            .get("daily", &format!("/api/v1/stories/{id}?format={format}"))
            .await?
            .text();
        assert!(export.contains("still"), "{format}: {export}");
    }
    let feed = node.get("daily", &format!("{path}/feed.json")).await?.json()?;
    assert_eq!(feed["items"][0]["url"], url.as_str(), "{feed}");
    assert!(
        page.contains(&format!("{path}/feed.atom")),
        "the page leads to its feed"
    );
    node.get_until("daily", "/search?q=reeds", |answer| {
        answer.text().contains("The heron is back")
    })
    .await?;

    // The permalink leads to a page that has it.
    let own = url.split_once("//").unwrap().1.split_once('/').unwrap().1;
    let (own, anchor) = own.split_once('#').unwrap();
    let at = node.get("daily", &format!("/{own}")).await?.text();
    assert!(
        at.contains(&format!("id=\"{anchor}\"")) && at.contains("class=\"entry target\""),
        "{at}"
    );

    // Changed, pinned, and taken out again.
    let own = at_desk(&eve.get(HOST, &desk).await?.text(), &desk, "reeds");
    let form = eve.get(HOST, &own).await?;
    let changed = entry(
        &form,
        &[("headline", "It stands in the reeds"), ("pin", "yes"), ("key", "yes")],
    );
    room.test.clock.step_seconds(120);
    let saved = send_with_file(&mut eve, &own, &changed, b"").await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let page = node
        .get_until("daily", &path, |answer| answer.text().contains("entry pinned"))
        .await?
        .text();
    assert!(
        page.contains("It stands in the reeds") && page.contains("Edited"),
        "{page}"
    );
    let removed = eve.post(HOST, &format!("{own}/marks"), &[("act", "remove")]).await?;
    assert_eq!(removed.status, 303, "{}", removed.text());
    node.get_until("daily", &path, |answer| !answer.text().contains("in the reeds"))
        .await?;
    assert_eq!(eve.get(HOST, &own).await?.status, 404);
    let ended = eve
        .post(HOST, &format!("/desk/stories/{id}/coverage"), &[("turn", "end")])
        .await?;
    assert_eq!(ended.status, 303);
    let page = node
        .get_until("daily", &path, |answer| answer.text().contains("Live coverage ended"))
        .await?
        .text();
    assert!(markup(&page)[0]["coverageEndTime"].is_string());
    // Nothing more is taken, and nothing that was typed is lost.
    let late = send_with_file(&mut eve, &desk, &fields, b"").await?;
    assert_eq!(late.status, 422);
    assert!(late.text().contains("not covered live now") && late.text().contains("It is *very* still."));
    Ok(())
}

async fn two_at_the_desk_lose_no_word(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let id = room
        .test
        .publish("The heron is back", "heron", &["daily/world"])
        .await?;
    plant::entry(&room.test, id, "First light", "Nothing yet.").await?;
    let desk = format!("/desk/stories/{id}/live");
    let (mut eve, mut ed) = (room.browser("eve").await?, room.browser("ed").await?);
    let own = at_desk(&eve.get(HOST, &desk).await?.text(), &desk, "First light");
    let (of_eve, of_ed) = (eve.get(HOST, &own).await?, ed.get(HOST, &own).await?);
    let first = entry(&of_eve, &[("body", "Something of eve's.")]);
    assert_eq!(send_with_file(&mut eve, &own, &first, b"").await?.status, 303);
    let second = entry(&of_ed, &[("body", "Something of ed's.")]);
    let clash = send_with_file(&mut ed, &own, &second, b"").await?;
    assert_eq!(clash.status, 409);
    let text = clash.text();
    assert!(
        text.contains("Something of ed&#x27;s.")
            || text.contains("Something of ed&#39;s.")
            || text.contains("Something of ed's.")
    );
    assert!(text.contains("of eve"), "{text}");
    // Sent once more, it stands in the other's place.
    assert_eq!(
        send_with_file(&mut ed, &own, &entry(&clash, &[]), b"").await?.status,
        303
    );
    let mut conn = room.test.app.db.reader().await?;
    let found = rows::entries(&mut conn, id, masthead_store::public::NEWEST_ENTRIES, 9).await?;
    drop(conn);
    assert_eq!(found[0].entry.text.body.to_plain(), "Something of ed's.");
    // A browser that went back sends the id of a form that was used with new words.
    let form = eve.get(HOST, &desk).await?;
    let one = entry(&form, &[("headline", "Second light")]);
    assert_eq!(send_with_file(&mut eve, &desk, &one, b"").await?.status, 303);
    let other = entry(&form, &[("headline", "Third light")]);
    let again = send_with_file(&mut eve, &desk, &other, b"").await?;
    assert_eq!(again.status, 409);
    assert_eq!(
        send_with_file(&mut eve, &desk, &entry(&again, &[]), b"").await?.status,
        303
    );
    let all = eve.get(HOST, &desk).await?.text();
    assert!(all.contains("Second light") && all.contains("Third light"), "{all}");
    // Three are pinned at the most.
    for headline in ["First light", "Second light", "Third light"] {
        let own = at_desk(&all, &desk, headline);
        let pinned = eve.post(HOST, &format!("{own}/marks"), &[("act", "pin")]).await?;
        assert!(pinned.header("location").unwrap().ends_with("done=saved"));
    }
    assert_eq!(
        publish(&mut eve, &desk, &[("headline", "Fourth light"), ("pin", "yes")])
            .await?
            .status,
        422
    );
    Ok(())
}

async fn who_may_not_publish_writes_no_entry(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let id = room
        .test
        .publish("The heron is back", "heron", &["daily/world"])
        .await?;
    plant::entry(&room.test, id, "First light", "Nothing yet.").await?;
    let desk = format!("/desk/stories/{id}/live");
    // A reporter may look, an editor of another site doesn't know of it, a reader is sent to sign in.
    let mut rita = room.browser("rita").await?;
    let page = rita.get(HOST, &desk).await?.text();
    assert!(
        page.contains("First light") && !page.contains("<form id=\"story\""),
        "{page}"
    );
    let fields = [
        ("entry".to_owned(), String::new()),
        ("headline".to_owned(), "Mine".to_owned()),
    ];
    assert_eq!(send_with_file(&mut rita, &desk, &fields, b"").await?.status, 403);
    let own = at_desk_any(&room.test, id, &desk).await?;
    for (path, act) in [
        (format!("{own}/marks"), ("act", "remove")),
        (format!("/desk/stories/{id}/coverage"), ("turn", "end")),
    ] {
        assert_eq!(rita.post(HOST, &path, &[act]).await?.status, 403, "{path}");
    }
    let mut wim = room.browser("wim").await?;
    assert_eq!(wim.get(HOST, &desk).await?.status, 404);
    assert_eq!(send_with_file(&mut wim, &desk, &fields, b"").await?.status, 404);
    assert_ne!(room.node.get("daily", &desk).await?.status, 200);
    let kept = rows::of_story(&mut room.test.app.db.reader().await?, id).await?;
    assert!(kept.is_some_and(|coverage: Coverage| coverage.is_under_way()));
    Ok(())
}

/// The address at the desk of a story's only entry.
async fn at_desk_any(test: &TestApp, story: StoryId, desk: &str) -> anyhow::Result<String> {
    let mut conn = test.app.db.reader().await?;
    let all = rows::entries(&mut conn, story, masthead_store::public::NEWEST_ENTRIES, 1).await?;
    Ok(format!("{desk}/{}", all[0].entry.id))
}

async fn long_coverage_is_read_in_parts(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let story = test.publish("The heron is back", "heron", &["daily/world"]).await?;
    let mut ids = Vec::new();
    for number in 1..=45 {
        test.clock.step_seconds(60);
        ids.push(plant::entry(&test, story, &format!("Entry number {number} ends"), "So it goes.").await?);
    }
    let node = test.start().await?;
    let path = addresses(&test, story).await?.remove(0).1;
    let mut seen = Vec::new();
    let mut next = Some(path.clone());
    while let Some(address) = next.take() {
        let page = node.get("daily", &address).await?;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.text();
        for part in page.split("<h3>Entry number ").skip(1) {
            seen.push(part.split(' ').next().unwrap().parse::<u32>()?);
        }
        assert!(
            page.contains(&format!("rel=\"canonical\" href=\"https://daily.example{path}\"")),
            "{page}"
        );
        next = page
            .split_once("rel=\"next\">Older entries")
            .and_then(|(before, _)| before.rsplit_once("href=\""))
            .map(|(_, link)| link.split(['#', '"']).next().unwrap().to_owned());
    }
    assert_eq!(seen, (1..=45).rev().collect::<Vec<u32>>(), "each once, newest first");
    // An old entry's address leads to a page that begins with it, however far back it is.
    let old = node.get("daily", &format!("{path}?entry={}", ids[2])).await?.text();
    let first = old.split("class=\"entry").nth(1).unwrap();
    assert!(first.contains("Entry number 3 ends"), "{first}");
    assert!(old.contains("Newest entries"));
    // An entry that isn't there, and a cursor that nobody made.
    let none = node
        .get("daily", &format!("{path}?entry={}", test.app.ids.next_uuid()))
        .await?;
    assert!(none.status == 200 && none.text().contains("Entry number 45 ends"));
    assert_eq!(node.get("daily", &format!("{path}?entries=forged")).await?.status, 400);
    let news = node
        .get("daily", &format!("/live/stories/{story}.json"))
        .await?
        .json()?;
    assert_eq!(news["entries"].as_array().unwrap().len(), 20);
    assert_eq!(news["whole"], false);
    Ok(())
}

async fn what_is_new_is_said_and_moves_nothing(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let story = test.publish("The heron is back", "heron", &["daily/world"]).await?;
    let gone = plant::entry(&test, story, "It hides", "Gone again.").await?;
    test.clock.step_seconds(60);
    plant::entry(&test, story, "First light", "Nothing yet.").await?;
    let node = test.start().await?;
    let path = addresses(&test, story).await?.remove(0).1;
    let mut page = Page::open(&node).await?;
    page.look(400, false).await?;
    page.go(&path).await?;
    // The stream is open once the browser has asked what it missed.
    let asked = "performance.getEntriesByType('resource').some((one) => one.name.includes('/live/stories/'))";
    page.until(asked).await?;
    let place = "(() => { const box = document.querySelector('#entries article').getBoundingClientRect(); return [box.top, box.height, document.documentElement.scrollHeight]; })()";
    let before = page.run(place).await?;
    for headline in ["It moves", "It flies"] {
        test.clock.step_seconds(60);
        plant::entry(&test, story, headline, "At last.").await?;
    }
    page.until("document.querySelector('.fresh button')?.textContent === '2 new entries. Show them'")
        .await?;
    assert_eq!(page.run(place).await?, before, "nothing moves");
    assert_eq!(
        page.run("document.querySelector('.fresh').getAttribute('role')")
            .await?,
        "status"
    );
    node.get_until("daily", &path, |answer| answer.text().contains("It flies"))
        .await?;
    page.run("fetch(location.pathname, { cache: 'no-cache' }).then((answer) => answer.text()).then((text) => { window.before = text; })")
        .await?;
    // What is taken back can't be read any more, and leaves its place.
    remove(&test, gone).await?;
    page.until(&format!(
        "getComputedStyle(document.getElementById('entry-{gone}')).visibility === 'hidden'"
    ))
    .await?;
    assert_eq!(page.run(place).await?, before, "nothing moves");
    node.get_until("daily", &path, |answer| !answer.text().contains("It hides"))
        .await?;
    // The page may still be that of before, and is asked for again.
    page.run("const asks = window.fetch; window.fetch = () => { window.fetch = asks; return Promise.resolve(new Response(window.before)); };")
        .await?;
    page.run("document.querySelector('.fresh button').click()").await?;
    page.until("document.querySelectorAll('#entries article').length === 3")
        .await?;
    assert_eq!(
        page.run("document.querySelector('#entries h3').textContent").await?,
        "It flies"
    );
    assert_eq!(page.run("document.querySelector('.fresh').textContent").await?, "");
    // As after a sleep: what came while nobody was told is found when the stream opens again.
    page.run("window.dispatchEvent(new Event('pagehide'))").await?;
    test.clock.step_seconds(60);
    plant::entry(&test, story, "It lands", "There.").await?;
    node.get_until("daily", &path, |answer| answer.text().contains("It lands"))
        .await?;
    assert_eq!(page.run("document.querySelector('.fresh').textContent").await?, "");
    page.run("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        .await?;
    page.until("document.querySelector('.fresh button')?.textContent === '1 new entry. Show it'")
        .await?;
    assert!(page.complaints().is_empty());
    node.stop().await;
    Ok(())
}

/// Takes an entry out, as the desk does.
async fn remove(test: &TestApp, id: masthead_domain::ids::EntryId) -> anyhow::Result<()> {
    let context = desk::Context::new(&test.app, "test");
    test.app
        .db
        .write("test.remove", move |tx| {
            let context = context.clone();
            Box::pin(async move {
                let mut record = rows::entry(tx, id).await?.unwrap();
                let mut change = desk::Change::begin(tx, &context, record.story).await?;
                record.removed_at = Some(context.now);
                rows::save(tx, &mut record).await?;
                change.touch();
                change.commit(tx, &context).await
            })
        })
        .await?;
    Ok(())
}

async fn a_killed_story_takes_its_entries_along(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let story = test.publish("The heron is back", "heron", &["daily/world"]).await?;
    let entry = plant::entry(&test, story, "It stands in the reeds", "Still.").await?;
    let node = test.start().await?;
    let path = addresses(&test, story).await?.remove(0).1;
    let mut surfaces = vec![
        path.clone(),
        format!("{path}?entry={entry}"),
        format!("/live/stories/{story}.json"),
        format!("/api/v1/stories/{story}/entries"),
        format!("/api/v1/stories/{story}?format=ninjs"),
    ];
    surfaces.extend(["feed.xml", "feed.atom", "feed.json"].map(|name| format!("{path}/{name}")));
    for surface in &surfaces {
        assert_eq!(node.get("daily", surface).await?.status, 200, "{surface}");
    }
    desk::kills::kill(&test.app, story, "It was another bird.", "test").await?;
    for surface in &surfaces {
        let answer = node.get("daily", surface).await?;
        assert!(matches!(answer.status, 404 | 410), "{surface}: {}", answer.status);
        assert!(!answer.text().contains("in the reeds"), "{surface}");
    }
    node.stop().await;
    Ok(())
}
