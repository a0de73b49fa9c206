//! Writing: from an empty form to a story that readers see, alone and in twos.

use super::{filled, newsroom, send, send_with_file};
use crate::accounts::HOST;
use crate::support::plant;
use masthead_domain::document::{Block, Text};
use masthead_features::stories;
use masthead_store::{Engine, stories as rows};
use masthead_testkit::build::content;
use masthead_testkit::{PATIENCE, on_both_engines};
use std::time::{Duration, Instant};

on_both_engines!(
    a_reporter_writes_and_an_editor_publishes,
    a_wrong_form_comes_back_with_everything_in_it,
    two_in_one_story_lose_no_word,
    revisions_are_compared_and_restored,
    a_picture_comes_into_the_text_and_nothing_is_saved_by_it,
    lists_show_what_somebody_may_look_at,
    who_else_has_it_open_is_named,
);

async fn a_reporter_writes_and_an_editor_publishes(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut rita = room.browser("rita").await?;
    let start = rita.get(HOST, "/desk").await?;
    assert_eq!(start.status, 200, "{}", start.text());
    assert_eq!(start.header("cache-control"), Some("private, no-store"));
    assert!(start.text().contains("You have no stories yet."));
    assert!(!start.text().contains("/desk/fronts"), "only what she may do");
    let body = "The **tide** came over the [wall](/world).\n\n## After\n\n> Nobody was hurt.\n>\n> — Ada Quill\n\n- one\n- two";
    let story = room.write(&mut rita, "Tide over the wall", body).await?;
    let form = rita.get(HOST, &story).await?;
    assert!(
        form.text().contains("The **tide** came over the [wall](/world)."),
        "{}",
        form.text()
    );
    assert!(form.text().contains("14 words"), "{}", form.text());
    assert!(
        !form.text().contains("value=\"publish\""),
        "no button that she may not press"
    );
    // The preview is hers alone, and nothing of it is public.
    let preview = rita.get(HOST, &format!("{story}/preview")).await?;
    assert_eq!(preview.status, 200, "{}", preview.text());
    assert_eq!(preview.header("cache-control"), Some("private, no-store"));
    assert!(preview.text().contains("<strong>tide</strong>"), "{}", preview.text());
    let unsaved = filled(&form, &[("body", "Only *here*.")]);
    let preview = send(&mut rita, "/desk/preview", &unsaved).await?;
    assert!(preview.text().contains("Only <em>here</em>."), "{}", preview.text());
    let handed = send(&mut rita, &story, &filled(&form, &[("then", "submit")])).await?;
    assert_eq!(handed.header("location"), Some(&*format!("{story}?done=submit")));
    // From now on it is the desk's.
    let form = rita.get(HOST, &story).await?;
    assert!(
        form.text().contains("somebody else has it to work on"),
        "{}",
        form.text()
    );
    let refused = send(&mut rita, &story, &filled(&form, &[("headline", "Mine")])).await?;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("value=\"Mine\""), "still in its box");
    let acts = format!("{story}/acts");
    assert_eq!(rita.post(HOST, &acts, &[("act", "publish")]).await?.status, 403);

    let mut wim = room.browser("wim").await?;
    assert_eq!(wim.get(HOST, &story).await?.status, 404, "another site's");
    assert_eq!(wim.post(HOST, &acts, &[("act", "publish")]).await?.status, 404);
    let mut ed = room.browser("ed").await?;
    let start = ed.get(HOST, "/desk").await?.text();
    assert!(
        start.contains("Handed in") && start.contains("Tide over the wall"),
        "{start}"
    );
    let form = ed.get(HOST, &story).await?;
    let published = send(
        &mut ed,
        &story,
        &filled(&form, &[("kicker", "Flood"), ("then", "publish")]),
    )
    .await?;
    assert_eq!(published.header("location"), Some(&*format!("{story}?done=publish")));
    let path = "/world/tide-over-the-wall-20251125";
    let page = room
        .node
        .get_until("daily", path, |page| page.status == 200)
        .await?
        .text();
    assert!(
        page.contains("Flood") && page.contains("<strong>tide</strong>") && page.contains("Ada Quill"),
        "{page}"
    );
    // A change that is kept back for now, and then shown.
    let form = ed.get(HOST, &story).await?;
    assert!(form.text().contains("readonly"), "the address stays");
    let saved = send(
        &mut ed,
        &story,
        &filled(&form, &[("headline", "Tide under the wall"), ("save", "yes")]),
    )
    .await?;
    assert_eq!(saved.status, 303);
    let form = ed.get(HOST, &story).await?;
    assert!(form.text().contains("Newer text waits"), "{}", form.text());
    assert!(
        room.node
            .get("daily", path)
            .await?
            .text()
            .contains("Tide over the wall")
    );
    send(&mut ed, &story, &filled(&form, &[("show", "yes")])).await?;
    room.node
        .get_until("daily", path, |page| page.text().contains("Tide under the wall"))
        .await?;
    room.node.stop().await;
    Ok(())
}

async fn a_wrong_form_comes_back_with_everything_in_it(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut rita = room.browser("rita").await?;
    let fields = [
        ("headline", ""),
        (
            "body",
            "A [bad](javascript:alert(1)) <b>link</b>.\n\n[[block 4: table]]",
        ),
        ("slug", "Not A Slug"),
        ("topics", "Unheard of"),
        ("note", "Ask </textarea> Ada"),
        ("place-daily", "world"),
    ];
    let wrong = rita.post(HOST, "/desk/stories", &fields).await?;
    let text = wrong.text();
    assert_eq!(wrong.status, 422, "{text}");
    for part in [
        "A story has a headline.",
        "Line 1: This link leads nowhere",
        "Line 3: This line stands for a block",
        "Small letters from a to z",
        "There is no topic “Unheard of”",
        "A [bad](javascript:alert(1)) &lt;b&gt;link&lt;/b&gt;.",
        "value=\"Not A Slug\"",
        "Ask &lt;/textarea&gt; Ada",
        "aria-invalid=\"true\" aria-describedby=\"wrong-slug slug-hint\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let elsewhere = [("headline", "Mine"), ("place-weekly", "world")];
    let refused = rita.post(HOST, "/desk/stories", &elsewhere).await?;
    assert_eq!(refused.status, 403, "a site that is not hers");
    assert!(refused.text().contains("value=\"Mine\""));
    let good = [("headline", "Mine"), ("topics", "+Harbour"), ("place-daily", "world")];
    assert_eq!(rita.post(HOST, "/desk/stories", &good).await?.status, 303);
    let again = [("headline", "More"), ("topics", "harbour"), ("place-daily", "world")];
    assert_eq!(
        rita.post(HOST, "/desk/stories", &again).await?.status,
        303,
        "it is known now"
    );
    let mut reader = masthead_testkit::browser::Browser::new(room.node.address);
    let asked = reader.get(HOST, "/desk").await?;
    assert!(asked.header("location").unwrap().starts_with("/sign-in?return="));
    room.node.stop().await;
    Ok(())
}

async fn two_in_one_story_lose_no_word(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut story = content("The wall", "wall");
    story.body.blocks = ["First.", "Second.", "Third."]
        .map(|text| Block::Paragraph {
            text: Text::plain(text),
        })
        .to_vec();
    story.body.blocks.push(Block::Embed {
        url: "https://video.example/a".into(),
        title: "The tide".into(),
    });
    let new = stories::NewStory {
        content: story,
        placements: room.test.places(&["daily/world"]),
        ..Default::default()
    };
    let id = stories::create(&room.test.app, new, "test").await?;
    let path = format!("/desk/stories/{id}");
    let (mut ed, mut eve) = (room.browser("ed").await?, room.browser("eve").await?);
    let of_ed = ed.get(HOST, &path).await?;
    let of_eve = eve.get(HOST, &path).await?;
    assert!(of_eve.text().contains("Open by others now:") && of_eve.text().contains("<bdi>ed</bdi>"));
    let body = |first: &str, third: &str| format!("{first}\n\nSecond.\n\n{third}\n\n[[block 4: embed, The tide]]");
    let sent = filled(
        &of_eve,
        &[("body", &body("First by Eve.", "Third.")), ("note", "Eve was here")],
    );
    assert_eq!(send(&mut eve, &path, &sent).await?.status, 303);
    // Ed changes another paragraph and the headline.
    let sent = filled(
        &of_ed,
        &[
            ("body", &body("First.", "Third by Ed.")),
            ("headline", "The wall, again"),
        ],
    );
    let clash = send(&mut ed, &path, &sent).await?;
    let text = clash.text();
    assert_eq!(clash.status, 409, "{text}");
    assert!(
        text.contains("eve saved revision 2") && text.contains("don’t touch each other"),
        "{text}"
    );
    let fields = filled(&clash, &[]);
    let value = |name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(value("body"), body("First by Eve.", "Third by Ed."));
    assert_eq!(
        (value("headline"), value("note")),
        ("The wall, again".into(), "Eve was here".into())
    );
    assert!(
        text.contains("<ins><span class=\"vh\">put in: </span>by Ed.</ins>") || text.contains("<ins>"),
        "{text}"
    );
    let nothing = rows::by_id(&mut room.test.app.db.reader().await?, id).await?.unwrap();
    assert_eq!(nothing.head_revision, 2, "nothing was saved yet");
    // Meanwhile Eve changes what Ed changed.
    let of_eve = eve.get(HOST, &path).await?;
    let sent = filled(&of_eve, &[("body", &body("First by Eve.", "Third by Eve."))]);
    assert_eq!(send(&mut eve, &path, &sent).await?.status, 303);
    let clash = send(&mut ed, &path, &fields).await?;
    let text = clash.text();
    assert_eq!(clash.status, 409, "{text}");
    assert!(
        text.contains("Both of you changed these") && text.contains("Third by Eve."),
        "{text}"
    );
    let fields = filled(&clash, &[]);
    let saved = send(&mut ed, &path, &fields).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let mut conn = room.test.app.db.reader().await?;
    let head = rows::by_id(&mut conn, id).await?.unwrap().head_revision;
    let content = rows::revision(&mut conn, id, head).await?.unwrap();
    drop(conn);
    assert_eq!(content.headline, "The wall, again");
    assert_eq!(content.body.to_plain(), "First by Eve.\nSecond.\nThird by Ed.");
    assert!(
        matches!(content.body.blocks.last(), Some(Block::Embed { .. })),
        "what the text can't say is there"
    );
    room.node.stop().await;
    Ok(())
}

async fn revisions_are_compared_and_restored(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut ed = room.browser("ed").await?;
    let story = room
        .write(&mut ed, "The old wall", "It stood for a hundred years.")
        .await?;
    let form = ed.get(HOST, &story).await?;
    send(
        &mut ed,
        &story,
        &filled(
            &form,
            &[("headline", "The new wall"), ("body", "It stood for a hundred days.")],
        ),
    )
    .await?;
    let page = ed.get(HOST, &format!("{story}/revisions?from=1&to=2")).await?.text();
    assert!(
        page.contains("<del><span class=\"vh\">taken out: </span>old</del>"),
        "{page}"
    );
    assert!(
        page.contains("<ins><span class=\"vh\">put in: </span>days.</ins>"),
        "{page}"
    );
    let restored = ed.post(HOST, &format!("{story}/revisions"), &[("number", "1")]).await?;
    assert_eq!(restored.header("location"), Some(&*format!("{story}?done=restored")));
    let form = ed.get(HOST, &story).await?.text();
    assert!(form.contains("The old wall") && form.contains("Revision 3"), "{form}");
    let mut rita = room.browser("rita").await?;
    let refused = rita
        .post(HOST, &format!("{story}/revisions"), &[("number", "2")])
        .await?;
    assert_eq!(refused.status, 403);
    assert_eq!(
        ed.post(HOST, &format!("{story}/revisions"), &[("number", "9")])
            .await?
            .status,
        404
    );
    room.node.stop().await;
    Ok(())
}

async fn a_picture_comes_into_the_text_and_nothing_is_saved_by_it(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut rita = room.browser("rita").await?;
    let story = room.write(&mut rita, "A quay", "It is long.").await?;
    let form = rita.get(HOST, &story).await?;
    let send_file = async |rita: &mut masthead_testkit::browser::Browser, file: &[u8], extra: &[(&str, &str)]| {
        send_with_file(rita, "/desk/pictures", &filled(&form, extra), file).await
    };
    let said = [
        ("body", "It is *very* long."),
        ("picture-alt", "A <quay>"),
        ("picture-credit", "Pool, via Northline"),
        ("picture-caption", "At low water."),
    ];
    let refused = send_file(&mut rita, b"no picture at all", &said).await?;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("can’t be shown as a picture") && refused.text().contains("It is *very* long."));
    let nameless = send_file(&mut rita, &plant::jpeg("quay", 64, 40), &said[..1]).await?;
    assert!(nameless.status == 422 && nameless.text().contains("Say whose it is."));
    // What it is is told by its bytes, not by its name.
    let added = send_file(&mut rita, &plant::jpeg("quay", 64, 40), &said).await?;
    assert_eq!(added.status, 200, "{}", added.text());
    let fields = filled(&added, &[]);
    let text = &fields.iter().find(|(name, _)| name == "body").unwrap().1;
    assert!(
        text.starts_with("It is *very* long.\n\n![A <quay>](picture:") || text.contains("![A \\<quay>](picture:"),
        "{text}"
    );
    assert!(text.contains("\nAt low water.\nCredit: Pool, via Northline"), "{text}");
    assert!(
        rita.get(HOST, &story).await?.text().contains("It is long."),
        "nothing was saved"
    );
    assert_eq!(send(&mut rita, &story, &fields).await?.status, 303);
    let mut preview = String::new();
    let end = Instant::now() + PATIENCE;
    while !preview.contains("/desk/media/") {
        anyhow::ensure!(Instant::now() < end, "{preview}");
        // The node's own runner may have taken the job a moment before.
        room.test.run_jobs().await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
        preview = rita.get(HOST, &format!("{story}/preview")).await?.text();
    }
    assert!(
        preview.contains("alt=\"A &lt;quay&gt;\"") && preview.contains("At low water."),
        "{preview}"
    );
    let file = preview
        .split("src=\"/desk/media/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let shown = rita.get(HOST, &format!("/desk/media/{file}")).await?;
    assert_eq!((shown.status, shown.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(
        room.node.get("daily", &format!("/media/{file}")).await?.status,
        404,
        "not for readers yet"
    );
    room.node.stop().await;
    Ok(())
}

async fn lists_show_what_somebody_may_look_at(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    for n in 0..45 {
        room.test
            .draft(&format!("Quiet day number {n}"), "day", &["daily/world"])
            .await?;
        room.test.clock.step_seconds(1);
    }
    room.test
        .publish("Élan on the weekly", "elan", &["weekly/culture"])
        .await?;
    let mut rita = room.browser("rita").await?;
    room.write(&mut rita, "Rita's own", "Words.").await?;
    let page = rita.get(HOST, "/desk/stories").await?.text();
    assert!(page.contains("Rita&#39;s own") && !page.contains("Élan"), "{page}");
    let next = page
        .split("rel=\"next\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let older = rita.get(HOST, &next).await?.text();
    assert!(
        older.contains("Quiet day number 0<") && !older.contains("Rita&#39;s own"),
        "{older}"
    );
    let mine = rita.get(HOST, "/desk/stories?mine=yes").await?.text();
    assert!(mine.contains("Rita&#39;s own") && !mine.contains("Quiet day"));
    let mut eve = room.browser("eve").await?;
    let found = eve
        .get(HOST, "/desk/stories?q=%C3%A9LAN&place=weekly&state=published")
        .await?
        .text();
    assert!(
        found.contains("Élan on the weekly") && !found.contains("Quiet day"),
        "{found}"
    );
    let none = eve.get(HOST, "/desk/stories?place=weekly/world").await?.text();
    assert!(none.contains("No stories like that."));
    assert_eq!(eve.get(HOST, "/desk/stories?after=nonsense").await?.status, 400);
    let mut moe = room.browser("moe").await?;
    let start = moe.get(HOST, "/desk").await?.text();
    assert!(
        start.contains("Review queues") && !start.contains("New story"),
        "{start}"
    );
    assert!(
        moe.get(HOST, "/desk/review")
            .await?
            .text()
            .contains("aria-current=\"page\">Review")
    );
    assert_eq!(moe.get(HOST, "/desk/stories/new").await?.status, 403);
    room.node.stop().await;
    Ok(())
}

async fn who_else_has_it_open_is_named(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let id = room.test.draft("The wall", "wall", &["daily/world"]).await?;
    let presence = format!("/desk/stories/{id}/presence");
    let (mut ed, mut eve) = (room.browser("ed").await?, room.browser("eve").await?);
    ed.get(HOST, &format!("/desk/stories/{id}")).await?;
    assert_eq!(
        eve.post(HOST, &presence, &[]).await?.json()?["others"],
        serde_json::json!(["ed"])
    );
    assert_eq!(
        ed.post(HOST, &presence, &[]).await?.json()?["others"],
        serde_json::json!(["eve"])
    );
    ed.post(HOST, &presence, &[("leave", "yes")]).await?;
    assert_eq!(
        eve.post(HOST, &presence, &[]).await?.json()?["others"],
        serde_json::json!([])
    );
    room.test.clock.step_seconds(121);
    assert_eq!(
        ed.post(HOST, &presence, &[]).await?.json()?["others"],
        serde_json::json!([]),
        "forgotten"
    );
    room.node.stop().await;
    Ok(())
}
