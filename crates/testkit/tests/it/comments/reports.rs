//! Reports and appeals from outside.

use super::{HOST, Town, town};
use crate::accounts::person;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_store::Engine;
use masthead_testkit::browser::Browser;
use masthead_testkit::on_both_engines;

on_both_engines!(
    anybody_reports_and_sees_what_became_of_it,
    enough_reports_take_a_comment_off_the_page,
    an_appeal_is_decided_by_somebody_else,
);

async fn anybody_reports_and_sees_what_became_of_it(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let id = Town::id(&town.write(&mut ada, "Rude words.").await?);
    town.page(|text| text.contains(&format!("/comments/{id}/report")))
        .await?;
    let mut stranger = Browser::new(town.node.address);
    let form = stranger.get(HOST, &format!("/comments/{id}/report")).await?;
    assert_eq!(form.status, 200, "{}", form.text());
    assert!(form.text().contains("Rude words."));
    let send = format!("/comments/{id}/reports");
    let wrong = stranger.post(HOST, &send, &[("note", "hm & <b>")]).await?;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("hm &amp; &lt;b&gt;"),
        "what was typed is still there"
    );
    let notice = stranger
        .post(HOST, &send, &[("reason", "illegal-content"), ("law", "§ 1")])
        .await?;
    assert_eq!(notice.status, 422, "a notice says why, in good faith");
    let sent = stranger
        .post(HOST, &send, &[("reason", "personal-abuse"), ("note", "He means me.")])
        .await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let case = sent.header("location").unwrap().to_owned();
    let waits = stranger.get(HOST, &case).await?.text();
    assert!(
        waits.contains("Personal abuse") && waits.contains("A moderator will look at it."),
        "{waits}"
    );
    assert_eq!(stranger.get(HOST, "/comments/reports/nothing").await?.status, 404);

    // Another stranger is another person; a reader is one, whatever they send.
    let mut other = Browser::new(town.node.address);
    assert_eq!(other.post(HOST, &send, &[("reason", "spam")]).await?.status, 303);
    let mut ben = town.browser("ben").await?;
    let first = ben.post(HOST, &send, &[("reason", "hate")]).await?;
    assert!(first.header("location").unwrap().len() > 40);
    let again = ben.post(HOST, &send, &[("reason", "spam")]).await?;
    assert_eq!(again.header("location"), Some("/comments/reports/again"));
    let edit = ada
        .post(HOST, &format!("/comments/{id}/edit"), &[("text", "Kind words.")])
        .await?;
    assert_eq!(edit.status, 409, "a reported comment is not changed");
    let own = ada.get(HOST, &format!("/comments/{id}/report")).await?.text();
    assert!(own.contains("This is your own comment."), "{own}");

    let mut marek = town.browser("marek").await?;
    let desk = marek.get(HOST, "/desk/review?queue=reported").await?.text();
    assert!(
        desk.contains("He means me.") && desk.contains("without an account"),
        "{desk}"
    );
    assert!(!desk.contains(">ben<"), "not even the desk's page says who");
    marek
        .post(
            HOST,
            "/desk/review",
            &[("act", "reject"), ("reason", "abusive"), ("id", &id)],
        )
        .await?;
    let done = stranger.get(HOST, &case).await?.text();
    assert!(done.contains("The comment was removed. Thank you."), "{done}");
    marek
        .post(HOST, "/desk/review", &[("act", "undo"), ("id", &id)])
        .await?;
    assert!(
        stranger
            .get(HOST, &case)
            .await?
            .text()
            .contains("A moderator will look at it.")
    );
    marek
        .post(HOST, "/desk/review", &[("act", "approve"), ("id", &id)])
        .await?;
    assert!(stranger.get(HOST, &case).await?.text().contains("left the comment"));
    // What was approved can be reported again: by a stranger, and by the same person once it says something else.
    let new = other.post(HOST, &send, &[("reason", "threats")]).await?;
    assert_eq!(new.status, 303);
    let desk = marek.get(HOST, "/desk/review?queue=reported").await?.text();
    assert!(desk.contains("Rude words."), "an approved comment comes back");
    town.node.stop().await;
    Ok(())
}

async fn enough_reports_take_a_comment_off_the_page(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let id = Town::id(&town.write(&mut ada, "I will find you.").await?);
    town.page(|text| text.contains("I will find you.")).await?;
    for name in ["ben", "cleo"] {
        let mut browser = town.browser(name).await?;
        browser
            .post(HOST, &format!("/comments/{id}/reports"), &[("reason", "threats")])
            .await?;
    }
    let mut stranger = Browser::new(town.node.address);
    let send = format!("/comments/{id}/reports");
    let last = stranger.post(HOST, &send, &[("reason", "threats")]).await?;
    assert_eq!(last.status, 303);
    town.page(|text| !text.contains("I will find you.")).await?;
    let own = ada.get(HOST, &town.path).await?.text();
    assert!(own.contains("Waiting for a moderator"), "its writer is told");
    assert_eq!(stranger.post(HOST, &send, &[("reason", "threats")]).await?.status, 404);
    let mut marek = town.browser("marek").await?;
    assert!(
        marek
            .get(HOST, "/desk/review?queue=held")
            .await?
            .text()
            .contains("I will find you.")
    );
    marek
        .post(HOST, "/desk/review", &[("act", "approve"), ("id", &id)])
        .await?;
    town.page(|text| text.contains("I will find you.")).await?;
    let mut conn = town.test.app.db.reader().await?;
    assert_eq!(
        masthead_store::comments::faults(&mut conn).await?,
        (Vec::new(), Vec::new())
    );
    drop(conn);
    town.node.stop().await;
    Ok(())
}

async fn an_appeal_is_decided_by_somebody_else(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut dana = person(&town.test, "dana");
    dana.grants = vec![Grant {
        role: Role::Moderator,
        site: None,
    }];
    staff::add(&town.test.app, dana, "test").await?;
    let mut ada = town.browser("ada").await?;
    let id = Town::id(&town.write(&mut ada, "An honest question.").await?);
    let (mut marek, mut dana) = (town.browser("marek").await?, town.browser("dana").await?);
    let appeal = format!("/comments/{id}/appeal");
    assert_eq!(
        ada.post(HOST, &appeal, &[("text", "Too early")]).await?.status,
        404,
        "nothing was decided yet"
    );
    marek
        .post(
            HOST,
            "/desk/review",
            &[("act", "reject"), ("reason", "off-topic"), ("id", &id)],
        )
        .await?;
    let own = ada.get(HOST, &town.path).await?.text();
    assert!(own.contains(&appeal), "{own}");
    let sent = ada.post(HOST, &appeal, &[("text", "It is about the pier.")]).await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(
        ada.get(HOST, &appeal)
            .await?
            .text()
            .contains("Somebody else will look at it.")
    );
    assert_eq!(
        town.browser("ben").await?.get(HOST, &appeal).await?.status,
        404,
        "not his"
    );
    let page = dana.get(HOST, "/desk/review?queue=appealed").await?.text();
    assert!(page.contains("It is about the pier."), "{page}");
    let (offer, not_his) = ("value=\"approve\">", "against your own decision");
    let item = |page: &str| page.split("<article").nth(1).unwrap_or_default().to_owned();
    let (hers, his) = (
        item(&page),
        item(&marek.get(HOST, "/desk/review?queue=appealed").await?.text()),
    );
    assert!(
        hers.split("<p class=\"acts\">").next().unwrap().contains(offer),
        "{hers}"
    );
    assert!(his.contains(not_his) && !hers.contains(not_his), "{his}");
    assert!(!his.split("</article>").next().unwrap().contains(offer), "{his}");
    // Looking at it doesn't keep it from those who may decide: the claim is refused.
    marek
        .post(HOST, "/desk/review", &[("act", "claim"), ("id", &id)])
        .await?;
    let refused = marek
        .post(
            HOST,
            "/desk/review",
            &[("act", "approve"), ("id", &id), ("queue", "appealed")],
        )
        .await?;
    assert_eq!(
        refused.header("location"),
        Some("/desk/review?queue=appealed&done=some")
    );
    assert!(
        ada.get(HOST, &appeal)
            .await?
            .text()
            .contains("Somebody else will look at it."),
        "not by the same person"
    );
    dana.post(HOST, "/desk/review", &[("act", "approve"), ("id", &id)])
        .await?;
    town.page(|text| text.contains("An honest question.")).await?;
    assert!(
        ada.get(HOST, &appeal)
            .await?
            .text()
            .contains("your comment is published")
    );
    town.node.stop().await;
    Ok(())
}
