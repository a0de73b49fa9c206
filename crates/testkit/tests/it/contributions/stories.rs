//! Stories of readers, from the draft to the page and back.

use super::{HOST, TERMS, desk, desk_page, own_page, tale};
use crate::accounts::{hidden, person, signed_in};
use masthead_features::accounts::staff;
use masthead_features::stories as story_acts;
use masthead_store::Engine;
use masthead_testkit::{on_both_engines, until};

on_both_engines!(
    a_story_goes_from_the_form_to_the_page,
    nothing_typed_is_lost,
    three_are_open_at_most_and_a_form_sent_twice_counts_once,
    a_contribution_is_its_authors_and_its_desks,
    edits_are_published_with_the_authors_word_alone,
    what_nobody_moves_ends_and_what_is_scheduled_appears,
    an_account_takes_its_contributions_along,
    hostile_texts_stay_texts,
);

async fn a_story_goes_from_the_form_to_the_page(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let own = desk.send(&mut ada, "What the tide left", 210).await?;
    let page = ada.get(HOST, &own).await?.text();
    assert!(page.contains("It waits for an editor to read it."), "{page}");
    for path in ["/your-stories", "/profiles/ada", "/profiles/ada/feed.xml"] {
        let seen = desk.node.get("daily", path).await?.text();
        assert!(
            !seen.contains("What the tide left"),
            "{path} shows what nobody has read"
        );
    }

    let mut marek = desk.browser("marek").await?;
    let queue = marek.get(HOST, "/desk/review/contributions").await?.text();
    assert!(
        queue.contains("What the tide left") && queue.contains("210 words"),
        "{queue}"
    );
    assert_eq!(desk.act(&mut marek, &own, &[("act", "claim")]).await?.status, 303);
    assert!(ada.get(HOST, &own).await?.text().contains("An editor is reading it."));
    let silent = desk.act(&mut marek, &own, &[("act", "request-changes")]).await?;
    assert_eq!(silent.status, 422, "asking for changes says which");
    let asked = [("act", "request-changes"), ("message", "Please say when this was.")];
    assert_eq!(desk.act(&mut marek, &own, &asked).await?.status, 303);
    assert!(
        desk.was_mailed("ada", "Please look at “What the tide left” again")
            .await?
    );

    let page = ada.get(HOST, &own).await?.text();
    assert!(page.contains("Please say when this was."), "{page}");
    let text = format!("On Sunday {}", tale(210));
    let again = [
        ("title", "What the tide left"),
        ("text", text.as_str()),
        ("agree", TERMS),
        ("answer", "It was on Sunday."),
        ("act", "submit"),
    ];
    assert_eq!(ada.post(HOST, &own, &again).await?.status, 303);
    let page = marek.get(HOST, &desk_page(&own)).await?.text();
    assert!(page.contains("It was on Sunday."), "{page}");
    assert_eq!(desk.act(&mut marek, &own, &[("act", "accept")]).await?.status, 303);
    let nowhere = desk.act(&mut marek, &own, &[("act", "publish")]).await?;
    assert_eq!(nowhere.status, 422, "a story stands somewhere");
    let publish = [
        ("act", "publish"),
        ("place-daily", "world"),
        ("standfirst", "By a reader."),
    ];
    let done = desk.act(&mut marek, &own, &publish).await?;
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(desk.was_mailed("ada", "“What the tide left” is published").await?);

    let path = "/world/what-the-tide-left-20251125";
    let story = desk
        .node
        .get_until("daily", path, |answer| answer.status == 200)
        .await?
        .text();
    assert!(story.contains("Reader story"), "{story}");
    assert!(
        story.contains("<a rel=\"author\" href=\"/profiles/ada\">ada</a>"),
        "{story}"
    );
    assert!(story.contains("On Sunday heron1"), "{story}");
    for (site, path, href) in [
        ("daily", "/your-stories", path.to_owned()),
        ("daily", "/profiles/ada", path.to_owned()),
        ("weekly", "/profiles/ada", format!("http://daily.example{path}")),
        ("daily", "/profiles/ada/feed.xml", format!("http://daily.example{path}")),
        (
            "weekly",
            "/profiles/ada/feed.json",
            format!("http://daily.example{path}"),
        ),
    ] {
        desk.node
            .get_until(site, path, |answer| answer.text().contains(&href))
            .await?;
    }
    let card = desk.node.get("daily", "/world").await?.text();
    assert!(card.contains("<span class=\"label\">Reader story</span>"), "{card}");
    let account = ada.get(HOST, "/account").await?.text();
    assert!(
        account.contains("What the tide left") && account.contains("Published"),
        "{account}"
    );
    let page = ada.get(HOST, &own).await?.text();
    assert!(page.contains(&format!("http://daily.example{path}")), "{page}");
    desk.node.stop().await;
    Ok(())
}

async fn nothing_typed_is_lost(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut nameless = person(&desk.test, "nobody_yet");
    nameless.username = None;
    staff::add(&desk.test.app, nameless, "test").await?;
    let mut somebody = signed_in(&desk.node, "nobody_yet").await?;
    let text = tale(205);
    let fields = [
        ("title", "A tale"),
        ("text", &*text),
        ("agree", TERMS),
        ("act", "submit"),
    ];
    let refused = somebody.post(HOST, "/contribute/story", &fields).await?;
    assert_eq!(refused.status, 403);
    let page = refused.text();
    assert!(
        page.contains("heron205") && page.contains("/account/username?return="),
        "{page}"
    );
    let named = [("username", "somebody_now"), ("return", "/contribute/story")];
    let named = somebody.post(HOST, "/account/username", &named).await?;
    assert_eq!(named.header("location"), Some("/contribute/story"), "{}", named.text());
    let page = somebody.get(HOST, "/contribute/story").await?.text();
    assert!(page.contains("heron205"), "the draft waits: {page}");
    assert_eq!(somebody.post(HOST, "/contribute/story", &fields).await?.status, 303);

    let mut ada = desk.browser("ada").await?;
    let short = [
        ("title", "Short"),
        ("text", "<p>Only <b>five words are here</b></p>"),
        ("agree", TERMS),
        ("act", "submit"),
    ];
    let refused = ada.post(HOST, "/contribute/story", &short).await?;
    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(
        page.contains("Your story has 5 words. At least 200 are needed."),
        "{page}"
    );
    assert!(page.contains("Only &lt;b&gt;five words"), "{page}");
    let just = tale(199);
    let fields = [
        ("title", "Almost"),
        ("text", &*just),
        ("agree", TERMS),
        ("act", "submit"),
    ];
    let refused = ada.post(HOST, "/contribute/story", &fields).await?.text();
    assert!(refused.contains("Your story has 199 words."), "{refused}");
    let long = "word ".repeat(6_100);
    let refused = ada
        .post(
            HOST,
            "/contribute/story",
            &[("title", "Long"), ("text", &long), ("act", "save")],
        )
        .await?;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("30,499 characters"), "the count is named");
    assert!(refused.text().contains("word word word"), "and the text is still there");
    let just = tale(200);
    let fields = [("title", "Enough"), ("text", &*just), ("act", "submit")];
    let refused = ada.post(HOST, "/contribute/story", &fields).await?;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Please agree to the terms."));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "http://daily.example"),
        ("accept", "application/json"),
    ];
    let saved = ada
        .send(
            "POST",
            HOST,
            "/contribute/story",
            &headers,
            b"title=Saved&text=by+the+script&act=save",
        )
        .await?;
    assert_eq!(saved.status, 200);
    assert!(saved.text().contains("\"words\":3"), "{}", saved.text());
    assert!(
        ada.get(HOST, "/contribute/story")
            .await?
            .text()
            .contains("by the script")
    );
    ada.post(HOST, "/contribute/story", &[("act", "discard")]).await?;
    assert!(
        !ada.get(HOST, "/contribute/story")
            .await?
            .text()
            .contains("by the script")
    );
    desk.node.stop().await;
    Ok(())
}

async fn three_are_open_at_most_and_a_form_sent_twice_counts_once(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let first = desk.send(&mut ada, "Number 1", 201).await?;
    assert_eq!(desk.send(&mut ada, "Number 1", 201).await?, first, "a double click");
    desk.send(&mut ada, "Number 2", 202).await?;
    desk.send(&mut ada, "Number 3", 203).await?;
    let text = tale(204);
    let fields = [
        ("title", "Number 4"),
        ("text", &*text),
        ("agree", TERMS),
        ("act", "submit"),
    ];
    let refused = ada.post(HOST, "/contribute/story", &fields).await?;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("heron204"), "the text is still there");
    assert_eq!(ada.post(HOST, &first, &[("act", "withdraw")]).await?.status, 303);
    ada.post(HOST, "/contribute/story", &[("act", "discard")]).await?;
    let again = desk.send(&mut ada, "Number 1", 201).await?;
    assert_ne!(again, first, "what was taken back can be sent again at once");
    assert_eq!(ada.post(HOST, &again, &[("act", "withdraw")]).await?.status, 303);
    assert_eq!(ada.post(HOST, "/contribute/story", &fields).await?.status, 303);
    let late = ada.post(HOST, &first, &[("act", "withdraw")]).await?;
    assert_eq!(late.status, 409, "it is over");
    desk.node.stop().await;
    Ok(())
}

async fn a_contribution_is_its_authors_and_its_desks(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let own = desk.send(&mut ada, "Between us", 210).await?;
    let mut ben = desk.browser("ben").await?;
    assert_eq!(ben.get(HOST, &own).await?.status, 404);
    assert_eq!(ben.post(HOST, &own, &[("act", "withdraw")]).await?.status, 404);
    assert_eq!(ben.get(HOST, "/desk/review/contributions").await?.status, 403);
    let mut nora = desk.browser("nora").await?;
    assert_eq!(
        nora.get(HOST, &desk_page(&own)).await?.status,
        404,
        "another site's desk"
    );
    let queue = nora.get(HOST, "/desk/review/contributions").await?.text();
    assert!(!queue.contains("Between us"), "{queue}");
    let decided = nora
        .post(HOST, &desk_page(&own), &[("act", "decline"), ("reason", "rules")])
        .await?;
    assert_eq!(decided.status, 404);

    let mut marek = desk.browser("marek").await?;
    let mut tess = person(&desk.test, "tess");
    tess.grants = vec![masthead_domain::permissions::Grant {
        role: masthead_domain::permissions::Role::SubEditor,
        site: Some(desk.test.site("daily")),
    }];
    staff::add(&desk.test.app, tess, "test").await?;
    let mut tess = desk.browser("tess").await?;
    assert_eq!(desk.act(&mut marek, &own, &[("act", "claim")]).await?.status, 303);
    let page = tess.get(HOST, &desk_page(&own)).await?.text();
    assert!(page.contains("marek is working on it until"), "{page}");
    let taken = tess
        .post(HOST, &desk_page(&own), &[("act", "decline"), ("reason", "rules")])
        .await?;
    assert_eq!(taken.status, 409);
    desk.test.clock.step_seconds(1_801);
    let done = desk
        .act(
            &mut tess,
            &own,
            &[("act", "decline"), ("reason", "known"), ("message", "Sorry!")],
        )
        .await?;
    assert_eq!(done.status, 303, "a claim runs out: {}", done.text());
    let page = ada.get(HOST, &own).await?.text();
    assert!(
        page.contains("We have reported on this already.") && page.contains("Sorry!"),
        "{page}"
    );
    let mut conn = desk.test.app.db.reader().await?;
    let id: masthead_domain::ids::ContributionId = own.trim_start_matches("/contribute/").parse()?;
    let acts: Vec<String> = masthead_store::audit::of_subject(&mut conn, id.0, 10)
        .await?
        .into_iter()
        .map(|entry| entry.act)
        .collect();
    assert_eq!(
        acts,
        [
            "contribution.submitted",
            "contribution.claimed",
            "contribution.declined"
        ]
    );
    drop(conn);
    desk.node.stop().await;
    Ok(())
}

async fn edits_are_published_with_the_authors_word_alone(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let own = desk.send(&mut ada, "What the tide left", 210).await?;
    let mut marek = desk.browser("marek").await?;
    let edited = tale(210).replace("heron7 ", "egret7 ");
    let edit = [
        ("act", "edit"),
        ("title", "What the tide left behind"),
        ("text", &edited),
    ];
    assert_eq!(desk.act(&mut marek, &own, &edit).await?.status, 303);
    assert_eq!(desk.act(&mut marek, &own, &[("act", "accept")]).await?.status, 303);
    let publish = [("act", "publish"), ("place-daily", "world")];
    assert_eq!(
        desk.act(&mut marek, &own, &publish).await?.status,
        409,
        "not before she agrees"
    );
    let page = ada.get(HOST, &own).await?.text();
    assert!(page.contains("<del>heron7</del><ins>egret7</ins>"), "{page}");
    assert!(page.contains("<ins> behind</ins>"), "{page}");
    let stale = ada.post(HOST, &own, &[("act", "consent"), ("version", "1")]).await?;
    assert_eq!(stale.status, 409, "she agrees to what she saw");
    let silent = ada.post(HOST, &own, &[("act", "object")]).await?;
    assert_eq!(silent.status, 422);
    let object = [("act", "object"), ("answer", "It was a heron.")];
    assert_eq!(ada.post(HOST, &own, &object).await?.status, 303);
    let page = marek.get(HOST, &desk_page(&own)).await?.text();
    assert!(page.contains("It was a heron.") && !page.contains("egret7"), "{page}");
    let edit = [
        ("act", "edit"),
        ("title", "What the tide left behind"),
        ("text", &tale(210)),
    ];
    desk.act(&mut marek, &own, &edit).await?;
    desk.act(&mut marek, &own, &[("act", "accept")]).await?;
    let version = hidden(&ada.get(HOST, &own).await?.text(), "version");
    let agreed = ada
        .post(HOST, &own, &[("act", "consent"), ("version", &version)])
        .await?;
    assert_eq!(agreed.status, 303, "{}", agreed.text());
    let publish = [
        ("act", "publish"),
        ("place-daily", "world"),
        ("place-weekly", "culture"),
    ];
    assert_eq!(desk.act(&mut marek, &own, &publish).await?.status, 303);
    for (site, path) in [
        ("daily", "/world/what-the-tide-left-behind-20251125"),
        ("weekly", "/culture/what-the-tide-left-behind-20251125"),
        ("weekly", "/your-stories"),
    ] {
        desk.node
            .get_until(site, path, |answer| answer.text().contains("What the tide left behind"))
            .await?;
    }
    desk.node.stop().await;
    Ok(())
}

async fn what_nobody_moves_ends_and_what_is_scheduled_appears(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let later = desk.send(&mut ada, "For tomorrow", 210).await?;
    let left = desk.send(&mut ada, "For nobody", 211).await?;
    let mut marek = desk.browser("marek").await?;
    desk.act(&mut marek, &later, &[("act", "accept")]).await?;
    let publish = [("act", "publish"), ("place-daily", "world"), ("at", "2025-11-26T10:00")];
    assert_eq!(desk.act(&mut marek, &later, &publish).await?.status, 303);
    let page = ada.get(HOST, &later).await?.text();
    assert!(page.contains("Scheduled"), "{page}");
    let path = "/world/for-tomorrow-20251126";
    assert_eq!(desk.node.get("daily", path).await?.status, 404);
    assert!(
        !desk
            .node
            .get("daily", "/profiles/ada")
            .await?
            .text()
            .contains("For tomorrow")
    );
    desk.test.clock.step_seconds(25 * 3_600 + 60);
    desk.test.run_jobs().await?;
    desk.node
        .get_until("daily", path, |answer| answer.status == 200)
        .await?;
    desk.node
        .get_until("weekly", "/profiles/ada", |answer| {
            answer.text().contains("For tomorrow")
        })
        .await?;
    let account = ada.get(HOST, "/account").await?.text();
    assert!(account.contains("Published"), "{account}");

    desk.test.clock.step_seconds(28 * 86_400);
    desk.test.run_jobs().await?;
    let mut ada = desk.browser("ada").await?;
    assert!(ada.get(HOST, &left).await?.text().contains("It waits for an editor"));
    desk.test.clock.step_seconds(86_400);
    desk.test.run_jobs().await?;
    // The node's own runner may have the job.
    until("the mail", async || {
        desk.was_mailed("ada", "“For nobody” has ended").await
    })
    .await?;
    assert!(
        ada.get(HOST, &left)
            .await?
            .text()
            .contains("Nothing happened to it for 30 days.")
    );
    desk.node.stop().await;
    Ok(())
}

async fn an_account_takes_its_contributions_along(engine: Engine) -> anyhow::Result<()> {
    for with_texts in [false, true] {
        let desk = desk(engine).await?;
        let mut ada = desk.browser("ada").await?;
        let own = desk.send(&mut ada, "What the tide left", 210).await?;
        let mut marek = desk.browser("marek").await?;
        desk.act(&mut marek, &own, &[("act", "accept")]).await?;
        desk.act(&mut marek, &own, &[("act", "publish"), ("place-daily", "world")])
            .await?;
        // What goes along goes in the order in which it was begun, and below the second is waited for as the last.
        desk.test.clock.step_seconds(1);
        let waiting = desk.send(&mut ada, "Still waiting", 211).await?;
        let data: serde_json::Value = serde_json::from_str(&ada.get(HOST, "/account/data").await?.text())?;
        assert_eq!(data["contributions"].as_array().unwrap().len(), 2, "{data}");
        assert!(data["contributions"].to_string().contains("heron211"));
        let path = "/world/what-the-tide-left-20251125";
        desk.node
            .get_until("daily", path, |answer| answer.text().contains("/profiles/ada"))
            .await?;
        let account = staff::find(&desk.test.app, "ada").await?;
        let profile = masthead_store::profiles::of_account(&mut desk.test.app.db.reader().await?, account).await?;
        let profile = profile.unwrap().id;
        masthead_features::accounts::deletion::ask(&desk.test.app, account, with_texts).await?;
        desk.test.clock.step_seconds(86_401);
        desk.test.run_jobs().await?;
        let seen = desk
            .node
            .get_until("daily", path, |answer| !answer.text().contains("/profiles/ada"))
            .await?;
        if with_texts {
            assert_eq!(seen.status, 404);
        } else {
            assert!(seen.text().contains("heron210"), "the story stays");
            assert!(!seen.text().contains(">ada<"), "without the name: {}", seen.text());
        }
        let found = story_acts::find(&desk.test.app, path).await?;
        let mut conn = desk.test.app.db.reader().await?;
        // The node's own runner may have the job; what waits goes last.
        until("the end", async || {
            let mut conn = desk.test.app.db.reader().await?;
            Ok(masthead_store::contributions::open(&mut conn, profile).await? == 0)
        })
        .await?;
        for number in 1..=2 {
            let content = masthead_store::stories::revision(&mut conn, found, number).await?;
            assert!(
                content.is_none_or(|content| content.bylines.is_empty()),
                "no revision keeps the name"
            );
        }
        drop(conn);
        let mut marek = desk.browser("marek").await?;
        let gone = marek.get(HOST, &desk_page(&waiting)).await?;
        assert_eq!(gone.status, 404, "what was not published is gone");
        desk.node.stop().await;
    }
    Ok(())
}

async fn hostile_texts_stay_texts(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let evil =
        "<script>document.body.dataset.owned=1</script><img src=x onerror=alert(1)> javascript:alert(1) \u{202e}gnp";
    let text = format!("{evil}\n\n> {evil}\n\n{}", tale(210));
    let fields = [("title", evil), ("text", &*text), ("agree", TERMS), ("act", "submit")];
    let own = own_page(&ada.post(HOST, "/contribute/story", &fields).await?);
    let mut marek = desk.browser("marek").await?;
    for page in [
        ada.get(HOST, &own).await?.text(),
        ada.get(HOST, "/account").await?.text(),
        marek.get(HOST, "/desk/review/contributions").await?.text(),
        marek.get(HOST, &desk_page(&own)).await?.text(),
    ] {
        assert!(
            !page.contains("<script>document") && !page.contains("<img src=x"),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
    desk.act(&mut marek, &own, &[("act", "accept")]).await?;
    desk.act(&mut marek, &own, &[("act", "publish"), ("place-daily", "world")])
        .await?;
    let seen = desk
        .node
        .get_until("daily", "/your-stories", |answer| {
            answer.text().contains("&lt;script&gt;")
        })
        .await?;
    assert!(!seen.text().contains("<script>document"));
    desk.node.stop().await;
    Ok(())
}
