//! Call-outs: shown in pages that stay the same for everybody, with a form and a queue of their own, from when to when.

use super::{HOST, TERMS, desk, own_page, tale};
use masthead_domain::contributions::Kind;
use masthead_features::contributions::call_outs::{self, Asked, CallOutError};
use masthead_store::Engine;
use masthead_testkit::on_both_engines;

on_both_engines!(
    a_call_out_stands_in_pages_that_everybody_shares_until_it_closes,
    a_call_out_has_a_form_and_a_queue_of_its_own,
);

fn asked(slug: &str, place: &str, wants: Kind) -> Asked {
    Asked {
        site: "daily".into(),
        slug: slug.into(),
        title: format!("Were you there? ({slug})"),
        about: "Send us what you <b>saw</b>.".into(),
        wants,
        place: place.into(),
        opens_at: None,
        closes_at: None,
    }
}

async fn a_call_out_stands_in_pages_that_everybody_shares_until_it_closes(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let app = &desk.test.app;
    let story = desk
        .test
        .publish("Flood takes the old pier", "pier", &["daily/world"])
        .await?;
    let path = "/world/flood-takes-the-old-pier-20251125";
    desk.node
        .get_until("daily", path, |answer| answer.status == 200)
        .await?;
    let before = desk.node.get("daily", path).await?;
    assert!(!before.text().contains("Were you there?"));

    let mut flood = asked("flood", &format!("story:{story}"), Kind::Pictures);
    flood.closes_at = Some(app.now().plus_seconds(3_600));
    call_outs::ask(app, flood, "test").await?;
    let mut later = asked("harbour", "front", Kind::Story);
    later.opens_at = Some(app.now().plus_seconds(1_800));
    call_outs::ask(app, later, "test").await?;
    call_outs::ask(app, asked("world", "section:world", Kind::Pictures), "test").await?;
    for (path, words) in [(path, "Were you there? (flood)"), ("/world", "Were you there? (world)")] {
        let page = desk
            .node
            .get_until("daily", path, |answer| answer.text().contains(words))
            .await?;
        assert!(page.text().contains("what you &lt;b&gt;saw&lt;/b&gt;"));
        let kept = page.header("cache-control").unwrap_or_default();
        assert!(kept.starts_with("public"), "{path} is everybody's still: {kept}");
    }
    assert!(
        !desk.node.get("daily", "/").await?.text().contains("(harbour)"),
        "not yet"
    );
    let mut ada = desk.browser("ada").await?;
    assert_eq!(
        ada.get(HOST, "/contribute/call-outs/harbour").await?.status,
        404,
        "not yet"
    );
    assert_eq!(ada.get(HOST, "/contribute/call-outs/flood").await?.status, 200);

    desk.test.clock.step_seconds(1_801);
    desk.test.run_jobs().await?;
    desk.node
        .get_until("daily", "/", |answer| answer.text().contains("(harbour)"))
        .await?;
    desk.test.clock.step_seconds(1_801);
    desk.test.run_jobs().await?;
    desk.node
        .get_until("daily", path, |answer| !answer.text().contains("(flood)"))
        .await?;
    let closed = ada.get(HOST, "/contribute/call-outs/flood").await?;
    assert_eq!(closed.status, 410);
    assert!(closed.text().contains("This call is closed."), "{}", closed.text());
    call_outs::close(app, "daily", "world").await?;
    desk.node
        .get_until("daily", "/world", |answer| !answer.text().contains("(world)"))
        .await?;

    for (place, slug) in [
        ("topic:nothing", "a"),
        ("section:nowhere", "a"),
        ("story:none", "a"),
        ("front", "A b"),
    ] {
        let refused = call_outs::ask(app, asked(slug, place, Kind::Story), "test").await;
        assert!(
            matches!(refused, Err(CallOutError::NoPlace(_) | CallOutError::Slug(_))),
            "{place}"
        );
    }
    desk.node.stop().await;
    Ok(())
}

async fn a_call_out_has_a_form_and_a_queue_of_its_own(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    call_outs::ask(&desk.test.app, asked("harbour", "front", Kind::Story), "test").await?;
    let mut ada = desk.browser("ada").await?;
    let form = "/contribute/call-outs/harbour";
    let page = ada.get(HOST, form).await?.text();
    assert!(page.contains("<h1>Were you there? (harbour)</h1>"), "{page}");
    ada.post(
        HOST,
        "/contribute/story",
        &[("title", "Another"), ("text", "A draft of mine"), ("act", "save")],
    )
    .await?;
    ada.post(
        HOST,
        form,
        &[("title", "At the harbour"), ("text", "Some words"), ("act", "save")],
    )
    .await?;
    assert!(ada.get(HOST, form).await?.text().contains("Some words"));
    let page = ada.get(HOST, "/contribute/story").await?.text();
    assert!(
        page.contains("A draft of mine"),
        "each form has a draft of its own: {page}"
    );
    let account = ada.get(HOST, "/account").await?.text();
    assert!(account.contains(&format!("href=\"{form}\"")), "{account}");
    let text = tale(220);
    let fields = [
        ("title", "At the harbour"),
        ("text", &*text),
        ("agree", TERMS),
        ("act", "submit"),
    ];
    let own = own_page(&ada.post(HOST, form, &fields).await?);
    assert!(own.starts_with("/contribute/"), "{own}");
    desk.send(&mut ada, "Another", 210).await?;
    let mut marek = desk.browser("marek").await?;
    let all = marek.get(HOST, "/desk/review/contributions").await?.text();
    assert!(all.contains("At the harbour") && all.contains("Another"), "{all}");
    let queue = all.split("call-out=").nth(1).unwrap().split('"').next().unwrap();
    let own = marek
        .get(
            HOST,
            &format!("/desk/review/contributions?queue=waiting&call-out={queue}"),
        )
        .await?
        .text();
    assert!(own.contains("At the harbour") && !own.contains(">Another<"), "{own}");
    desk.node.stop().await;
    Ok(())
}
