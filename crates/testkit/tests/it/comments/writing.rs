//! Writing, reading, changing and deciding.

use super::{HOST, Town, town};
use masthead_domain::comments::RemovalReason;
use masthead_domain::ids::CommentId;
use masthead_features::accounts::staff;
use masthead_features::comments::{self, Decider, Decision};
use masthead_store::comments as rows;
use masthead_store::{Engine, audit};
use masthead_testkit::on_both_engines;

on_both_engines!(
    a_first_comment_waits_and_is_approved,
    a_conversation_is_read_and_changed_by_plain_forms,
    what_is_refused_is_still_in_its_box,
    the_same_form_sent_twice_is_one_comment,
    a_thread_goes_on_by_pages_and_permalinks,
    hostile_text_stays_text,
    a_deleted_account_leaves_no_name,
    programs_write_and_read,
);

async fn moderator(town: &Town) -> anyhow::Result<Decider> {
    let account = staff::find(&town.test.app, "marek").await?;
    let grants = masthead_store::accounts::grants(&mut town.test.app.db.reader().await?, account).await?;
    Ok(Decider { account, grants })
}

async fn a_first_comment_waits_and_is_approved(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let page = town.page(|text| text.contains("id=\"comments\"")).await?;
    assert!(page.contains("Sign in to comment"), "{page}");
    assert!(page.contains("Comments appear at once and are read by a moderator soon after."));
    assert!(page.contains("href=\"/policies/comments\""));
    let mut ada = town.browser("ada").await?;
    let form = ada.get(HOST, &town.path).await?;
    assert_eq!(form.header("cache-control"), Some("private, no-store"));
    assert!(form.text().contains("<textarea"), "{}", form.text());
    let sent = town.write(&mut ada, "The sea was here first.").await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let id = Town::id(&sent);
    let link = ada.get(HOST, &format!("/comments/{id}")).await?;
    assert_eq!(
        (link.status, link.header("location")),
        (302, Some(&*format!("{}#own-comments", town.path)))
    );
    let own = ada.get(HOST, &town.path).await?.text();
    assert!(
        own.contains("Waiting for a moderator") && own.contains("The sea was here first."),
        "{own}"
    );
    let others = town.node.get("daily", &town.path).await?.text();
    assert!(!others.contains("The sea was here first."));
    assert_eq!(town.node.get("daily", &format!("/comments/{id}")).await?.status, 404);

    let moderator = moderator(&town).await?;
    let id: CommentId = id.parse()?;
    comments::decide(&town.test.app, &moderator, id, Decision::Approve).await?;
    let seen = town.page(|text| text.contains("The sea was here first.")).await?;
    assert!(
        seen.contains("1 comment") && seen.contains("href=\"/profiles/ada\""),
        "{seen}"
    );
    let weekly = town.node.get("weekly", &town.path).await?;
    assert!(
        weekly.text().contains("The sea was here first."),
        "a thread is the story's, on every site"
    );
    let profile = town
        .node
        .get_until("daily", "/profiles/ada", |page| {
            page.text().contains("The sea was here first.")
        })
        .await?;
    assert!(profile.text().contains("Flood takes the old pier"));

    let reject = Decision::Reject {
        reason: RemovalReason::OffTopic,
        note: "About the pier, please.".into(),
    };
    comments::decide(&town.test.app, &moderator, id, reject).await?;
    town.page(|text| !text.contains("The sea was here first.")).await?;
    comments::decide(&town.test.app, &moderator, id, Decision::Undo).await?;
    town.page(|text| text.contains("The sea was here first.")).await?;
    let undone_twice = comments::decide(&town.test.app, &moderator, id, Decision::Undo).await;
    assert!(undone_twice.is_err(), "there is nothing to take back any more");
    masthead_store::log::stamp(&town.test.app.db).await?;
    comments::turn::chain(&town.test.app).await?;
    let mut conn = town.test.app.db.reader().await?;
    let acts: Vec<String> = audit::of_subject(&mut conn, id.0, 10)
        .await?
        .into_iter()
        .map(|entry| entry.act)
        .collect();
    assert_eq!(
        acts,
        [
            "comment.posted",
            "comment.approved",
            "comment.rejected",
            "comment.undone"
        ]
    );
    assert_eq!(audit::verify(&mut conn).await?.broken_at, None);
    assert_eq!(rows::faults(&mut conn).await?, (Vec::new(), Vec::new()));
    drop(conn);
    town.node.stop().await;
    Ok(())
}

async fn a_conversation_is_read_and_changed_by_plain_forms(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    let first = Town::id(
        &town
            .write(&mut ada, "First words.\n\n> quoted\nand https://a.example/x.")
            .await?,
    );
    let link = ada.get(HOST, &format!("/comments/{first}")).await?;
    assert_eq!(
        link.header("location"),
        Some(&*format!("{}?comment={first}#comment-{first}", town.path))
    );
    let seen = ada.get(HOST, &format!("{}?comment={first}", town.path)).await?.text();
    assert!(seen.contains("<blockquote><p>quoted</p></blockquote>"), "{seen}");
    assert!(seen.contains("<a href=\"https://a.example/x\" rel=\"ugc nofollow noopener\">"));
    assert!(
        seen.contains(&format!("/comments/{first}/edit")),
        "its writer may change it"
    );

    let edit = ada.get(HOST, &format!("/comments/{first}/edit")).await?;
    assert_eq!(edit.status, 200, "{}", edit.text());
    let changed = ada
        .post(
            HOST,
            &format!("/comments/{first}/edit"),
            &[("text", "Second thoughts.")],
        )
        .await?;
    assert_eq!(changed.status, 303, "{}", changed.text());
    town.page(|text| text.contains("Second thoughts.") && text.contains("(changed)"))
        .await?;
    assert_eq!(
        ben.get(HOST, &format!("/comments/{first}/edit")).await?.status,
        404,
        "not his"
    );
    assert_eq!(
        ben.post(HOST, &format!("/comments/{first}/delete"), &[]).await?.status,
        404
    );

    let reply = ben.get(HOST, &format!("/comments/{first}/reply")).await?;
    assert!(
        reply.text().contains("Second thoughts.") && reply.text().contains("name=\"parent\""),
        "{}",
        reply.text()
    );
    let story = town.story.to_string();
    let answer = ben
        .post(
            HOST,
            "/comments",
            &[("story", &story), ("parent", &first), ("text", "I see it otherwise.")],
        )
        .await?;
    let answer = Town::id(&answer);
    let page = town.page(|text| text.contains("I see it otherwise.")).await?;
    assert!(page.contains("2 comments"), "{page}");
    let late = ada
        .post(HOST, &format!("/comments/{first}/edit"), &[("text", "Third.")])
        .await?;
    assert_eq!(late.status, 409, "it was answered");
    assert!(late.text().contains("Third."), "what was typed is still there");

    let liked = ben.post(HOST, &format!("/comments/{first}/likes"), &[]).await?;
    assert_eq!(liked.status, 303);
    ben.post(HOST, &format!("/comments/{first}/likes"), &[]).await?;
    town.page(|text| text.contains("Like <span>1</span>")).await?;
    ben.post(HOST, &format!("/comments/{first}/likes"), &[("undo", "1")])
        .await?;
    town.page(|text| !text.contains("Like <span>1</span>")).await?;

    let gone = ada.post(HOST, &format!("/comments/{first}/delete"), &[]).await?;
    assert_eq!(gone.status, 303, "{}", gone.text());
    let page = town
        .page(|text| text.contains("This comment was deleted by its writer."))
        .await?;
    assert!(
        page.contains("I see it otherwise.") && !page.contains("Second thoughts."),
        "{page}"
    );
    assert!(page.contains("1 comment"));
    let refused = ada
        .post(
            HOST,
            "/comments",
            &[("story", &story), ("parent", &first), ("text", "Hello?")],
        )
        .await?;
    assert_eq!(refused.status, 422, "what is gone can't be answered");
    ben.post(HOST, &format!("/comments/{answer}/delete"), &[]).await?;
    town.page(|text| !text.contains("This comment was deleted by its writer."))
        .await?;
    town.node.stop().await;
    Ok(())
}

async fn what_is_refused_is_still_in_its_box(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let long = "é".repeat(5_001);
    for (text, status) in [("", 422), ("\u{200b}\u{202e}", 422), (long.as_str(), 422)] {
        let refused = town.write(&mut ada, text).await?;
        assert_eq!(refused.status, status, "{}", refused.text());
        assert!(refused.text().contains("id=\"wrong-text\""));
        assert!(
            refused.text().contains(text.trim_matches('\u{202e}')),
            "what was typed is still there"
        );
    }
    for n in 0..3 {
        assert_eq!(town.write(&mut ada, &format!("Thought {n}")).await?.status, 303);
    }
    let fast = town.write(&mut ada, "And another").await?;
    assert_eq!(
        (fast.status, fast.header("retry-after")),
        (429, Some("31")),
        "{}",
        fast.text()
    );
    assert!(
        fast.text().contains("And another") && fast.text().contains("Please wait 31 seconds"),
        "{}",
        fast.text()
    );
    town.test.clock.step_seconds(31);
    assert_eq!(town.write(&mut ada, "And another").await?.status, 303);

    let mut nobody = masthead_testkit::browser::Browser::new(town.node.address);
    assert_eq!(town.write(&mut nobody, "Let me in").await?.status, 401);
    let foreign = ada
        .send(
            "POST",
            HOST,
            "/comments",
            &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("origin", "https://evil.example"),
            ],
            format!("story={}&text=x", town.story).as_bytes(),
        )
        .await?;
    assert_eq!(foreign.status, 403);
    let elsewhere = ada
        .post(
            HOST,
            "/comments",
            &[("story", "019aaaaa-0000-7000-8000-000000000000"), ("text", "x")],
        )
        .await?;
    assert_eq!(elsewhere.status, 404);
    town.node.stop().await;
    Ok(())
}

async fn the_same_form_sent_twice_is_one_comment(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let first = Town::id(&town.write(&mut ada, "Only once").await?);
    let second = Town::id(&town.write(&mut ada, "Only once").await?);
    assert_eq!(first, second);
    town.test.clock.step_seconds(1_500);
    // Said again much later it is a repeat, which somebody looks at.
    let again = Town::id(&town.write(&mut ada, "Only  ONCE!").await?);
    assert_ne!(first, again);
    let id: CommentId = again.parse()?;
    let kept = rows::by_id(&mut town.test.app.db.reader().await?, id).await?.unwrap();
    assert_eq!(kept.state, masthead_domain::comments::CommentState::Held);
    assert_eq!(
        kept.findings.iter().map(|finding| finding.rule()).collect::<Vec<_>>(),
        ["repeat"]
    );
    town.node.stop().await;
    Ok(())
}

async fn a_thread_goes_on_by_pages_and_permalinks(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ids = Vec::new();
    for name in ["ada", "ben", "cleo"] {
        let mut browser = town.browser(name).await?;
        for n in 0..12 {
            town.test.clock.step_seconds(31);
            ids.push(Town::id(
                &town.write(&mut browser, &format!("Number {n} by {name}")).await?,
            ));
        }
    }
    let page = town.page(|text| text.contains("36 comments")).await?;
    assert!(
        page.contains("Number 11 by cleo") && !page.contains("Number 0 by ada"),
        "newest first"
    );
    assert_eq!(page.matches("<article id=\"comment-").count(), 25);
    let next = page.split("rel=\"nofollow\">More comments").next().unwrap();
    let next = next
        .rsplit("href=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let (next, _) = next.split_once('#').unwrap();
    let second = town.node.get("daily", next).await?.text();
    assert_eq!(second.matches("<article id=\"comment-").count(), 11, "{next}");
    assert!(second.contains("Number 0 by ada") && !second.contains("More comments"));
    let oldest = town
        .node
        .get("daily", &format!("{}?order=oldest", town.path))
        .await?
        .text();
    assert!(oldest.contains("Number 0 by ada") && !oldest.contains("Number 11 by cleo"));
    let link = town.node.get("weekly", &format!("/comments/{}", ids[0])).await?;
    let to = link.header("location").unwrap();
    let shown = town.node.get("weekly", to.split('#').next().unwrap()).await?.text();
    assert!(shown.contains("Number 0 by ada") && shown.contains("All comments"));
    let wrong = town
        .node
        .get("daily", &format!("{}?comments=nonsense", town.path))
        .await?;
    assert_eq!(wrong.status, 400);
    town.node.stop().await;
    Ok(())
}

async fn hostile_text_stays_text(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</article></section><h1>gone</h1>",
        "javascript:alert(1) data:text/html,<b>",
        "https://a.example/\"onmouseover=alert(1)",
        "<!--hole:account--><!--/hole:account-->",
        "<!--hole:comment-form-->x<!--/hole:comment-form-->",
        "{{ 7*7 }}{% raw %}",
    ] {
        town.test.clock.step_seconds(31);
        assert_eq!(town.write(&mut ada, text).await?.status, 303, "{text}");
    }
    let page = town.page(|text| text.contains("8 comments")).await?;
    for mark in [
        "<script>alert",
        "<img src=x",
        "<h1>gone",
        "href=\"javascript",
        "\"onmouseover",
        "49{%",
    ] {
        assert!(!page.contains(mark), "{mark} in {page}");
    }
    assert_eq!(page.matches("<!--hole:account-->").count(), 1, "nobody opens holes");
    assert!(page.contains("{{ 7*7 }}"));
    town.node.stop().await;
    Ok(())
}

async fn a_deleted_account_leaves_no_name(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    for (name, text, with) in [
        ("ada", "I stay without a name", false),
        ("ben", "I go with my account", true),
    ] {
        let mut browser = town.browser(name).await?;
        assert_eq!(town.write(&mut browser, text).await?.status, 303);
        let account = staff::find(&town.test.app, name).await?;
        masthead_features::accounts::deletion::ask(&town.test.app, account, with).await?;
    }
    town.page(|text| text.contains("I stay") && text.contains("I go with"))
        .await?;
    town.test.clock.step_seconds(25 * 3_600);
    town.test.run_jobs().await?;
    let page = town.page(|text| text.contains("Deleted account")).await?;
    assert!(page.contains("I stay without a name"), "{page}");
    town.page(|text| !text.contains("I go with my account")).await?;
    assert!(!page.contains("/profiles/ada"));
    town.node.stop().await;
    Ok(())
}

async fn programs_write_and_read(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let origin = format!("http://{HOST}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", origin.as_str()),
        ("accept", "application/json"),
    ];
    let body = format!("story={}&text=By+program&idempotency_key=one", town.story);
    let made = ada.send("POST", HOST, "/comments", &headers, body.as_bytes()).await?;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json()?;
    assert_eq!(made["state"], "published");
    let again = ada.send("POST", HOST, "/comments", &headers, body.as_bytes()).await?;
    assert_eq!((again.status, again.json()?["id"].clone()), (200, made["id"].clone()));
    let empty = format!("story={}&text=", town.story);
    let refused = ada.send("POST", HOST, "/comments", &headers, empty.as_bytes()).await?;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()?["errors"][0]["field"], "text");
    let list = format!("/api/v1/stories/{}/comments", town.story);
    let read = town
        .node
        .get_until("daily", &list, |answer| answer.text().contains("By program"))
        .await?
        .json()?;
    assert_eq!(read["items"][0]["id"], made["id"]);
    assert_eq!(read["items"][0]["author"]["name"], "ada");
    assert_eq!(read["items"][0]["state"], "published");
    assert_eq!(read["next"], serde_json::Value::Null);
    town.node.stop().await;
    Ok(())
}
