//! What is done to a story at the desk: embargo, kill, legal hold, fronts; by whom it may be, and what is kept of it.

use super::{Newsroom, newsroom};
use crate::accounts::HOST;
use masthead_store::{Engine, sites};
use masthead_testkit::on_both_engines;

on_both_engines!(
    an_embargo_is_set_and_lifted_by_those_who_may,
    a_kill_names_where_the_story_went,
    a_legal_hold_hides_comments,
    fronts_are_ordered_by_a_form,
);

async fn an_embargo_is_set_and_lifted_by_those_who_may(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut ed = room.browser("ed").await?;
    let story = room.write(&mut ed, "Under embargo", "Not yet.").await?;
    let acts = format!("{story}/acts");
    let done = |answer: masthead_testkit::http::Answer| {
        let to = answer.header("location").unwrap_or_default().to_owned();
        to.split("done=").nth(1).unwrap_or_default().to_owned()
    };
    let past = [("act", "embargo"), ("at", "2025-11-24T10:00")];
    assert_eq!(done(ed.post(HOST, &acts, &past).await?), "when");
    let later = [("act", "embargo"), ("at", "2025-11-25T12:00")];
    assert_eq!(done(ed.post(HOST, &acts, &later).await?), "embargo");
    let nearer = [("act", "embargo"), ("at", "2025-11-25T11:00")];
    assert_eq!(done(ed.post(HOST, &acts, &nearer).await?), "when", "never nearer");
    assert_eq!(done(ed.post(HOST, &acts, &[("act", "publish")]).await?), "publish");
    let path = "/world/under-embargo-20251125";
    assert_eq!(room.node.get("daily", path).await?.status, 404);
    let list = ed.get(HOST, "/desk/stories?kept=yes").await?.text();
    assert!(
        list.contains("Under embargo") && list.contains("Embargo <time"),
        "{list}"
    );
    let mut rita = room.browser("rita").await?;
    let lift = [("act", "lift-embargo"), ("why", "because")];
    assert_eq!(rita.post(HOST, &acts, &lift).await?.status, 403);
    assert_eq!(done(ed.post(HOST, &acts, &[("act", "lift-embargo")]).await?), "why");
    assert_eq!(done(ed.post(HOST, &acts, &lift).await?), "lift-embargo");
    room.node.get_until("daily", path, |page| page.status == 200).await?;
    let page = ed.get(HOST, &story).await?.text();
    assert!(
        page.contains("story.lift_embargo") && page.contains("because"),
        "{page}"
    );
    let id = story.rsplit('/').next().unwrap();
    let kept = sites::acts_on(&mut room.test.app.db.reader().await?, &format!("story:{id}")).await?;
    let names: Vec<&str> = kept.iter().map(|act| act.act.as_str()).collect();
    assert_eq!(names, ["story.embargo", "story.publish", "story.lift_embargo"]);
    assert!(kept.iter().all(|act| act.actor.starts_with("account:")));
    room.node.stop().await;
    Ok(())
}

async fn published(room: &Newsroom, headline: &str) -> anyhow::Result<(String, String)> {
    let id = room
        .test
        .publish(headline, "wall", &["daily/world", "weekly/world"])
        .await?;
    let path = format!("/world/{}-20251125", headline.to_lowercase().replace(' ', "-"));
    room.node.get_until("daily", &path, |page| page.status == 200).await?;
    Ok((format!("/desk/stories/{id}"), path))
}

async fn a_kill_names_where_the_story_went(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let (story, path) = published(&room, "The wrong wall").await?;
    let kill = [("act", "kill"), ("why", "It was <another> wall.")];
    let mut ed = room.browser("ed").await?;
    let refused = ed.post(HOST, &format!("{story}/acts"), &kill).await?;
    assert_eq!(refused.status, 403, "it stands on the weekly too");
    let mut eve = room.browser("eve").await?;
    let done = eve.post(HOST, &format!("{story}/acts"), &kill).await?;
    assert_eq!(done.header("location"), Some(&*format!("{story}?done=kill")));
    let gone = room.node.get("daily", &path).await?;
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("It was &lt;another&gt; wall."));
    let page = eve.get(HOST, &story).await?.text();
    for part in [
        "Where it went",
        "public read path",
        "pages in memory",
        "It was &lt;another&gt; wall.",
        "Killed",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("name=\"save\""), "nothing is saved to it any more");
    let again = eve.post(HOST, &format!("{story}/acts"), &kill).await?;
    assert_eq!(again.header("location"), Some(&*format!("{story}?done=is-killed")));
    room.node.stop().await;
    Ok(())
}

async fn a_legal_hold_hides_comments(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let (story, path) = published(&room, "The trial").await?;
    let mut eve = room.browser("eve").await?;
    let acts = format!("{story}/acts");
    let hold = [("act", "hold-comments"), ("why", "sub judice")];
    let mut moe = room.browser("moe").await?;
    assert_eq!(moe.post(HOST, &acts, &hold).await?.status, 403);
    assert_eq!(eve.post(HOST, &acts, &hold).await?.status, 303);
    let list = eve.get(HOST, "/desk/stories").await?.text();
    assert!(list.contains("Comments under legal hold"), "{list}");
    room.node
        .get_until("daily", &path, |page| !page.text().contains("action=\"/comments\""))
        .await?;
    assert_eq!(eve.post(HOST, &acts, &[("act", "release-comments")]).await?.status, 303);
    assert!(
        !eve.get(HOST, "/desk/stories")
            .await?
            .text()
            .contains("Comments under legal hold")
    );
    room.node.stop().await;
    Ok(())
}

async fn fronts_are_ordered_by_a_form(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut ids = Vec::new();
    for name in ["Alpha", "Beta", "Gamma"] {
        ids.push(room.test.publish(name, "wall", &["daily/world"]).await?.to_string());
        room.test.clock.step_seconds(1);
    }
    let elsewhere = room
        .test
        .publish("Weekly alone", "wall", &["weekly/world"])
        .await?
        .to_string();
    let mut ed = room.browser("ed").await?;
    assert!(
        ed.get(HOST, "/desk/fronts")
            .await?
            .text()
            .contains("/desk/fronts/daily/world/europe")
    );
    assert_eq!(ed.get(HOST, "/desk/fronts/weekly").await?.status, 403);
    assert_eq!(ed.get(HOST, "/desk/fronts/nowhere").await?.status, 404);
    let pin = ed
        .post(HOST, "/desk/fronts/daily", &[("base", "0"), ("add-0", &ids[0])])
        .await?;
    assert_eq!(
        pin.header("location"),
        Some("/desk/fronts/daily?done=yes"),
        "{}",
        pin.text()
    );
    let stale = ed
        .post(HOST, "/desk/fronts/daily", &[("base", "0"), ("add-0", &ids[1])])
        .await?;
    assert_eq!(stale.status, 409);
    assert!(
        stale.text().contains("Somebody else launched another order"),
        "{}",
        stale.text()
    );
    let wrong = ed
        .post(HOST, "/desk/fronts/daily", &[("base", "1"), ("add-0", &elsewhere)])
        .await?;
    assert!(
        wrong.status == 422 && wrong.text().contains("doesn’t stand on this site"),
        "{}",
        wrong.text()
    );
    let place = |id: &str| format!("place-0-{id}");
    let (first, second) = (place(&ids[0]), place(&ids[1]));
    let headline = format!("headline-0-{}", ids[1]);
    let order = [
        ("base", "1"),
        ("card-0", &*ids[0]),
        (&*first, "2"),
        ("card-0", &*ids[1]),
        (&*second, "1"),
        (&*headline, "Beta <first>"),
    ];
    assert_eq!(ed.post(HOST, "/desk/fronts/daily", &order).await?.status, 303);
    let front = room
        .node
        .get_until("daily", "/", |page| page.text().contains("Beta &lt;first&gt;"))
        .await?
        .text();
    let at = |text: &str| front.find(text).unwrap_or_else(|| panic!("{text} in {front}"));
    assert!(
        at("Beta &lt;first&gt;") < at(">Alpha<") && at(">Alpha<") < at(">Gamma<"),
        "{front}"
    );
    let unpin = [("base", "2"), ("card-0", &*ids[1]), ("unpin-0", &*ids[1])];
    assert_eq!(ed.post(HOST, "/desk/fronts/daily", &unpin).await?.status, 303);
    room.node
        .get_until("daily", "/", |page| !page.text().contains("Beta &lt;first&gt;"))
        .await?;
    room.node.stop().await;
    Ok(())
}
