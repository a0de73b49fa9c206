//! The review desk from outside.

use super::{HOST, Town, town};
use crate::accounts::person;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_store::Engine;
use masthead_testkit::on_both_engines;

on_both_engines!(
    a_moderator_decides_with_reasons_that_the_writer_sees,
    sixty_are_decided_in_one_go_and_counters_are_right,
    a_desk_is_a_sites_own,
    somebody_suspended_is_told_and_keeps_the_text,
);

async fn a_moderator_decides_with_reasons_that_the_writer_sees(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut ada = town.browser("ada").await?;
    let id = Town::id(&town.write(&mut ada, "You all <b>know</b> who did it.").await?);
    let mut marek = town.browser("marek").await?;
    let desk = marek.get(HOST, "/desk/review").await?;
    assert_eq!(desk.status, 200, "{}", desk.text());
    let page = desk.text();
    assert!(page.contains("You all &lt;b&gt;know&lt;/b&gt; who did it."), "{page}");
    assert!(
        page.contains("One of the first comments: <b>0/2</b>"),
        "every rule with its values"
    );
    assert!(page.contains("Flood takes the old pier"));
    assert_eq!(ada.get(HOST, "/desk/review").await?.status, 403, "readers have no desk");

    let without = marek
        .post(HOST, "/desk/review", &[("act", "reject"), ("id", &id)])
        .await?;
    assert_eq!(without.status, 400, "a decision has a reason");
    let fields = [
        ("act", "reject"),
        ("id", &*id),
        ("reason", "abusive"),
        ("note", "Nobody is accused here."),
        ("queue", "held"),
    ];
    let done = marek.post(HOST, "/desk/review", &fields).await?;
    assert_eq!(
        (done.status, done.header("location")),
        (303, Some("/desk/review?queue=held&done=yes"))
    );
    let own = ada.get(HOST, &town.path).await?.text();
    assert!(
        own.contains("Personal abuse") && own.contains("Nobody is accused here."),
        "{own}"
    );
    let decided = marek.get(HOST, "/desk/review?queue=decided").await?.text();
    assert!(decided.contains("Nobody is accused here."), "{decided}");
    marek
        .post(HOST, "/desk/review", &[("act", "undo"), ("id", &id)])
        .await?;
    assert!(
        marek.get(HOST, "/desk/review").await?.text().contains("who did it"),
        "back in its queue"
    );
    marek
        .post(HOST, "/desk/review", &[("act", "escalate"), ("id", &id)])
        .await?;
    let page = marek.get(HOST, "/desk/review?queue=escalated").await?.text();
    assert!(page.contains("who did it"), "{page}");
    marek
        .post(HOST, "/desk/review", &[("act", "approve"), ("id", &id)])
        .await?;
    town.page(|text| text.contains("who did it.")).await?;
    marek
        .post(HOST, "/desk/review", &[("act", "feature"), ("id", &id)])
        .await?;
    town.page(|text| text.contains("Picked by the editors")).await?;
    marek
        .post(HOST, "/desk/review", &[("act", "unfeature"), ("id", &id)])
        .await?;
    town.page(|text| !text.contains("Picked by the editors")).await?;
    let data = ada.get(HOST, "/account/data").await?.text();
    assert!(
        data.contains("who did it."),
        "what somebody owns holds what they wrote: {data}"
    );
    town.node.stop().await;
    Ok(())
}

async fn sixty_are_decided_in_one_go_and_counters_are_right(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut ids = Vec::new();
    for name in ["ada", "ben", "cleo"] {
        let mut browser = town.browser(name).await?;
        for n in 0..20 {
            town.test.clock.step_seconds(31);
            ids.push(Town::id(
                &town.write(&mut browser, &format!("Number {n} by {name}")).await?,
            ));
        }
    }
    let mut marek = town.browser("marek").await?;
    let page = marek.get(HOST, "/desk/review").await?.text();
    assert!(page.contains("Held <span>60</span>"), "{page}");
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    fields.push(("act", "approve"));
    let done = marek.post(HOST, "/desk/review", &fields).await?;
    assert_eq!(done.header("location"), Some("/desk/review?done=yes"));
    town.page(|text| text.contains("60 comments")).await?;
    let again = marek
        .post(HOST, "/desk/review", &[("act", "undo"), ("id", &ids[7])])
        .await?;
    assert_eq!(again.status, 303);
    let mut conn = town.test.app.db.reader().await?;
    let counted = masthead_store::comments::counts(&mut conn, town.story).await?;
    assert_eq!(counted, [("held".to_owned(), 1), ("published".to_owned(), 59)]);
    assert_eq!(
        masthead_store::comments::faults(&mut conn).await?,
        (Vec::new(), Vec::new())
    );
    drop(conn);
    town.node.stop().await;
    Ok(())
}

async fn a_desk_is_a_sites_own(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut nora = person(&town.test, "nora");
    nora.grants = vec![Grant {
        role: Role::Moderator,
        site: Some(town.test.site("weekly")),
    }];
    staff::add(&town.test.app, nora, "test").await?;
    let mut ada = town.browser("ada").await?;
    let id = Town::id(&town.write(&mut ada, "Written on the daily").await?);
    let mut nora = town.browser("nora").await?;
    let page = nora.get(HOST, "/desk/review").await?.text();
    assert!(!page.contains("Written on the daily"), "{page}");
    assert_eq!(nora.get(HOST, "/desk/review?site=daily").await?.status, 403);
    nora.post(HOST, "/desk/review", &[("act", "approve"), ("id", &id)])
        .await?;
    let seen = town.node.get("daily", &town.path).await?.text();
    assert!(!seen.contains("Written on the daily"));
    let page = ada.get(HOST, &town.path).await?.text();
    assert!(page.contains("Waiting for a moderator"));
    town.node.stop().await;
    Ok(())
}

async fn somebody_suspended_is_told_and_keeps_the_text(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let account = staff::find(&town.test.app, "ada").await?;
    let profile = masthead_store::profiles::of_account(&mut town.test.app.db.reader().await?, account)
        .await?
        .unwrap();
    let profile = profile.id.to_string();
    let mut marek = town.browser("marek").await?;
    let fields = [
        ("profile", &*profile),
        ("span", "24h"),
        ("where", "daily"),
        ("message", "Please cool down."),
    ];
    let silent = marek.post(HOST, "/desk/review/suspensions", &fields[..3]).await?;
    assert_eq!(silent.status, 400, "nobody is suspended without a message");
    assert_eq!(marek.post(HOST, "/desk/review/suspensions", &fields).await?.status, 303);
    let refused = town.write(&mut ada, "But I have more to say").await?;
    assert_eq!(refused.status, 403);
    let text = refused.text();
    assert!(
        text.contains("Please cool down.") && text.contains("But I have more to say"),
        "{text}"
    );
    town.test.clock.step_seconds(86_401);
    assert_eq!(town.write(&mut ada, "But I have more to say").await?.status, 303);
    town.node.stop().await;
    Ok(())
}
