//! Word lists tried before they count, and the year in numbers.

use super::{HOST, Town, town};
use crate::accounts::person;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_features::transparency;
use masthead_store::Engine;
use masthead_testkit::on_both_engines;

on_both_engines!(a_list_is_tried_before_it_counts, a_year_is_counted_from_what_is_kept,);

async fn a_list_is_tried_before_it_counts(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut vera = person(&town.test, "vera");
    vera.grants = vec![Grant {
        role: Role::Editor,
        site: None,
    }];
    staff::add(&town.test.app, vera, "test").await?;
    let (mut ada, mut vera) = (town.browser("ada").await?, town.browser("vera").await?);
    let page = "/desk/review/words";
    assert_eq!(ada.get(HOST, page).await?.status, 403);
    assert_eq!(
        town.browser("marek").await?.get(HOST, page).await?.status,
        403,
        "moderators use the lists"
    );
    let saved = [
        ("step", "network"),
        ("list", "banned"),
        ("words", "turnip"),
        ("act", "save"),
    ];
    assert_eq!(vera.post(HOST, page, &saved).await?.status, 303);
    town.write(&mut ada, "You t.u.r.n.i.p.").await?;
    let pumpkin = Town::id(&town.write(&mut ada, "What a pumpkin, & <b>large</b>.").await?);
    town.page(|text| text.contains("What a pumpkin")).await?;

    let tried = [
        ("step", "network"),
        ("list", "banned"),
        ("words", "pumpkin\r\nmarrow"),
        ("act", "try"),
    ];
    let answer = vera.post(HOST, page, &tried).await?;
    let text = answer.text();
    assert_eq!(answer.status, 200, "{text}");
    let plain = text.replace(['\u{2068}', '\u{2069}'], "");
    assert!(
        plain.contains("Of 2 comments") && plain.contains("finds 1, and this one 1."),
        "{plain}"
    );
    assert!(text.contains("What a pumpkin, &amp; &lt;b&gt;large&lt;/b&gt;.") && text.contains("You t.u.r.n.i.p."));
    assert!(text.contains(&format!("/comments/{pumpkin}")));
    assert!(
        text.contains("pumpkin\nmarrow</textarea>"),
        "what was typed is still there"
    );
    assert!(
        vera.get(HOST, page).await?.text().contains("turnip</textarea>"),
        "a trial changes nothing"
    );

    // Another site's list is looked at with that site's comments.
    let weekly = [
        ("step", "site:weekly"),
        ("list", "suspect"),
        ("words", "pumpkin"),
        ("act", "try"),
    ];
    let plain = vera
        .post(HOST, page, &weekly)
        .await?
        .text()
        .replace(['\u{2068}', '\u{2069}'], "");
    assert!(plain.contains("Of 0 comments"), "{plain}");
    assert_eq!(
        vera.get(HOST, "/desk/review/words?step=site:nowhere").await?.status,
        404
    );
    assert_eq!(vera.get(HOST, "/desk/review/words?list=nice").await?.status, 404);
    town.node.stop().await;
    Ok(())
}

async fn a_year_is_counted_from_what_is_kept(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut ada = town.browser("ada").await?;
    let mut marek = town.browser("marek").await?;
    let mut ids = Vec::new();
    for text in ["One that stays.", "One that goes.", "One that comes back."] {
        ids.push(Town::id(&town.write(&mut ada, text).await?));
    }
    for (id, act) in [
        (&ids[0], "approve"),
        (&ids[1], "reject"),
        (&ids[2], "reject"),
        (&ids[2], "undo"),
    ] {
        let decision = [("act", act), ("reason", "off-topic"), ("id", id.as_str())];
        marek.post(HOST, "/desk/review", &decision).await?;
    }
    town.page(|text| text.contains("One that stays.")).await?;
    let report = [("reason", "spam"), ("note", "")];
    let send = format!("/comments/{}/reports", ids[0]);
    let mut stranger = masthead_testkit::browser::Browser::new(town.node.address);
    assert_eq!(stranger.post(HOST, &send, &report).await?.status, 303);
    ada.post(HOST, &format!("/comments/{}/appeal", ids[1]), &[("text", "Why?")])
        .await?;

    let year = transparency::year(&town.test.app, transparency::year_of(town.test.app.now())).await?;
    let count = |counts: &transparency::Counts, name: &str| counts.get(name).copied().unwrap_or_default();
    assert_eq!(count(&year.comments, "published"), 1, "{year:?}");
    assert_eq!(count(&year.comments, "rejected by moderator"), 1, "{year:?}");
    assert_eq!(count(&year.comments, "held"), 1, "{year:?}");
    assert_eq!((count(&year.refused, "off-topic"), year.undone), (2, 1), "{year:?}");
    assert_eq!(
        (count(&year.reports, "spam"), count(&year.outcomes, "open")),
        (1, 1),
        "{year:?}"
    );
    assert_eq!(count(&year.appeals, "open"), 1, "{year:?}");
    let before = transparency::year(&town.test.app, year.year - 1).await?;
    assert!(before.comments.is_empty() && before.refused.is_empty(), "{before:?}");
    let page = marek.get(HOST, "/desk/review/transparency").await?.text();
    assert!(
        page.contains("rejected by moderator") && page.contains("off-topic"),
        "{page}"
    );
    town.node.stop().await;
    Ok(())
}
