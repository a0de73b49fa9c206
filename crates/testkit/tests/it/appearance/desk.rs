//! The newsroom's pages, with everything on them that they can hold.

use super::pages::{Stop, answer, at, everything};
use crate::accounts::{HOST, reader, signed_in};
use crate::desk::{filled, send, send_with_file, staff_of};
use masthead_domain::permissions::{Grant, Role};
use masthead_domain::profiles::ProfileField;
use masthead_domain::time::Timestamp;
use masthead_features::{comments, stories};
use masthead_store::{StoreError, accounts, profiles};
use masthead_testkit::browser::Browser;
use masthead_testkit::{TestApp, TestNode};

/// The session of an editor of everything, and the pages.
pub(super) async fn gather(test: &TestApp, node: &TestNode) -> anyhow::Result<(String, Vec<Stop>)> {
    staff_of(test).await?;
    make_admin(test, "eve_of_desk").await?;
    let mut eve = signed_in(node, "eve_of_desk").await?;
    let mut ed = signed_in(node, "ed_of_desk").await?;
    let mut stops = vec![
        at("desk/start.html", "/desk"),
        at("desk/stories.html", "/desk/stories"),
        at("desk/stories.html", "/desk/stories?q=nothingofthiskind"),
        at("desk/story.html", "/desk/stories/new"),
        at("desk/fronts.html", "/desk/fronts"),
        at("desk/front.html", "/desk/fronts/daily"),
        at("review/words.html", "/desk/review/words"),
        at("listings/desk.html", "/desk/listings"),
        at("listings/desk.html", "/desk/listings?queue=shown"),
        at("partners/desk.html", "/desk/partners"),
        at("review/transparency.html", "/desk/review/transparency"),
    ];
    // A story with every block and every mark.
    let new = stories::NewStory {
        content: everything(test).await?,
        placements: test.places(&["daily/world", "weekly/culture"]),
        ..Default::default()
    };
    let id = stories::create(&test.app, new, "test").await?;
    let path = format!("/desk/stories/{id}");
    let late = Timestamp::parse_rfc3339("2027-01-01T00:00:00Z").map_err(anyhow::Error::msg)?;
    stories::embargo(&test.app, id, late, "test").await?;
    stories::publish(&test.app, id, None, "test").await?;
    stories::withhold(&test.app, id, "The lawyers asked for it", "test").await?;
    let form = eve.get(HOST, &path).await?;
    let of_ed = ed.get(HOST, &path).await?;
    let edited = filled(&form, &[("headline", "What the curlew did next"), ("note", "Ask Ada.")]);
    let saved = send(&mut eve, &path, &edited).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    stops.push(at("desk/story.html", &format!("{path}?done=why")));
    stops.push(at("desk/revisions.html", &format!("{path}/revisions?from=1&to=2")));
    // A form that began from an older revision, one of somebody who may only look, and one with mistakes.
    let old = filled(
        &form,
        &[("headline", "What the curlew did before"), ("body", "Nothing else.")],
    );
    let clash = send(&mut eve, &path, &old).await?;
    assert_eq!(clash.status, 409, "{}", clash.text());
    stops.push(answer("desk/story.html", clash.text()));
    let refused = send(&mut ed, &path, &filled(&of_ed, &[("headline", "Mine")])).await?;
    assert_eq!(refused.status, 403, "it stands on the weekly too");
    stops.push(answer("desk/story.html", refused.text()));
    let wrong = [
        ("headline", ""),
        ("body", "[bad](javascript:1)"),
        ("slug", "No"),
        ("topics", "Nobody knows"),
        ("lead", "Words."),
    ];
    let wrong = eve.post(HOST, "/desk/stories", &wrong).await?;
    assert_eq!(wrong.status, 422);
    stops.push(answer("desk/story.html", wrong.text()));
    let pinned = test
        .publish("What the pinned one did", "pin", &["daily/world"])
        .await?
        .to_string();
    let pin = eve
        .post(HOST, "/desk/fronts/daily", &[("base", "0"), ("add-0", &pinned)])
        .await?;
    assert_eq!(pin.status, 303, "{}", pin.text());
    let refused = eve
        .post(HOST, "/desk/fronts/daily", &[("base", "1"), ("add-1", "nothing")])
        .await?;
    stops.push(answer("desk/front.html", refused.text()));
    // A banner, and one that can't be taken.
    stops.push(at("desk/banners.html", "/desk/banners"));
    let banner = [
        ("site", "daily"),
        ("act", "set"),
        ("story", &*pinned),
        ("text", "The pin holds"),
    ];
    let sent = eve.post(HOST, "/desk/banners", &banner).await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    stops.push(at("desk/banners.html", "/desk/banners?done=set"));
    let wrong = eve
        .post(HOST, "/desk/banners", &[("site", "daily"), ("act", "set")])
        .await?;
    assert_eq!(wrong.status, 422);
    stops.push(answer("desk/banners.html", wrong.text()));
    // A live story with an entry, an entry's form, and one with mistakes.
    let live = test
        .publish("What the turnstone turned", "stone", &["daily/world"])
        .await?;
    let live_desk = format!("/desk/stories/{live}/live");
    let begun = eve
        .post(HOST, &format!("/desk/stories/{live}/coverage"), &[("turn", "begin")])
        .await?;
    assert_eq!(begun.status, 303, "{}", begun.text());
    let form = eve.get(HOST, &live_desk).await?;
    let said = [
        ("headline", "A stone"),
        ("body", "It *turned* it."),
        ("key", "yes"),
        ("pin", "yes"),
    ];
    let sent = send_with_file(&mut eve, &live_desk, &filled(&form, &said), b"").await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let form = eve.get(HOST, &live_desk).await?;
    let entry = form
        .text()
        .split(&format!("href=\"{live_desk}/"))
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    stops.push(at("desk/coverage.html", &format!("{live_desk}?done=published")));
    stops.push(at("desk/coverage.html", &format!("{live_desk}/{entry}")));
    stops.push(at("desk/coverage.html", &format!("/desk/stories/{pinned}/live")));
    let wrong = filled(&form, &[("body", "[bad](javascript:1)"), ("picture-alt", "x")]);
    let wrong = send_with_file(&mut eve, &live_desk, &wrong, b"no picture").await?;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    stops.push(answer("desk/coverage.html", wrong.text()));
    // One that is gone, with its receipt.
    let gone = test
        .publish("What the dunlin never did", "never", &["daily/world"])
        .await?;
    let kill = [("act", "kill"), ("why", "It never did.")];
    eve.post(HOST, &format!("/desk/stories/{gone}/acts"), &kill).await?;
    stops.push(at("desk/story.html", &format!("/desk/stories/{gone}?done=kill")));
    // Somebody's first comment, which waits.
    let scope = comments::scope_named(&test.app, "network").await?;
    let settings = masthead_domain::comments::policy::Settings {
        first_comments: Some(2),
        ..Default::default()
    };
    comments::set(&test.app, scope, settings, "test").await?;
    reader(test, "wilma").await?;
    let mut wilma: Browser = signed_in(node, "wilma").await?;
    let said = [
        ("story", pinned.as_str()),
        ("text", "It was another bird, see https://birds.example/1"),
    ];
    let sent = wilma.post(HOST, "/comments", &said).await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    stops.push(at("review/queue.html", "/desk/review"));
    // A reader's story that waits, and those that were decided on.
    let text = "heron ".repeat(210);
    let fields = [
        ("title", "What I saw"),
        ("text", &*text),
        ("agree", "yes"),
        ("act", "submit"),
    ];
    let sent = wilma.post(HOST, "/contribute/story", &fields).await?;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let queues = eve.get(HOST, "/desk/review/contributions").await?.text();
    for queue in queues.split("href=\"/desk/review/contributions?queue=").skip(1) {
        let path = format!("/desk/review/contributions?queue={}", queue.split('"').next().unwrap());
        let page = eve.get(HOST, &path).await?.text();
        let first = page.split("href=\"/desk/review/contributions/").nth(1);
        if let Some(id) = first.map(|rest| rest.split('"').next().unwrap()) {
            stops.push(at("review/contributions.html", &path));
            stops.push(at(
                "review/contribution.html",
                &format!("/desk/review/contributions/{id}"),
            ));
        }
    }
    // Alerts of every severity, and a form that can't be taken.
    for severity in ["extreme", "severe", "moderate", "minor"] {
        let alert = [
            ("kind", "traffic"),
            ("severity", severity),
            ("headline", "What stops the dunlin"),
            ("description", "It stops.\n\nIt stands."),
            ("instruction", "Fly around it."),
            ("area", "The long shore"),
            ("lat", "53.5"),
            ("lon", "9.9"),
            ("km", "12"),
            ("until", "2025-11-27T09:00"),
            ("web", "https://birds.example/1"),
        ];
        let sent = eve.post(HOST, "/desk/alerts", &alert).await?;
        assert_eq!(sent.status, 303, "{}", sent.text());
    }
    stops.push(at("desk/alerts.html", "/desk/alerts?done=written"));
    let wrong = eve.post(HOST, "/desk/alerts", &[("headline", "")]).await?;
    assert_eq!(wrong.status, 422);
    stops.push(answer("desk/alert.html", wrong.text()));
    let list = eve.get(HOST, "/desk/alerts").await?.text();
    let own = list
        .split("href=\"/desk/alerts/")
        .find_map(|rest| rest.split('"').next().filter(|id| id.len() == 36));
    stops.push(at("desk/alert.html", &format!("/desk/alerts/{}", own.unwrap())));
    stops.extend(forms(test, node, &pinned).await?);
    for stop in &mut stops {
        stop.staff = true;
    }
    stops.push(at("alerts/list.html", "/alerts/traffic"));
    stops.push(at("alerts/alert.html", &format!("/alerts/{}", own.unwrap())));
    let session = eve.cookie(HOST, "session").unwrap().to_owned();
    Ok((session, stops))
}

/// Lets somebody see every page of the desk.
async fn make_admin(test: &TestApp, name: &str) -> anyhow::Result<()> {
    let email = format!("{name}@readers.example");
    let account = accounts::by_email(&mut test.app.db.reader().await?, &email)
        .await?
        .unwrap();
    let admin = Grant {
        role: Role::Admin,
        site: None,
    };
    test.app
        .db
        .write("test.admin", move |tx| {
            Box::pin(accounts::grant(tx, account, admin, "test"))
        })
        .await
        .map(|_| ())
        .map_err(|error: StoreError| error.into())
}

/// The desk's own forms, with something in each of them, and as they come back.
async fn forms(test: &TestApp, node: &TestNode, story: &str) -> anyhow::Result<Vec<Stop>> {
    let mut eve = signed_in(node, "eve_of_desk").await?;
    let mut stops = Vec::new();
    let report = [("text", "It was another bird, and on another day.")];
    let mut stranger = Browser::new(node.address);
    stranger.post(HOST, &format!("/mistakes/{story}"), &report).await?;
    stops.push(at("desk/mistakes.html", "/desk/mistakes?done=correct"));
    let queue = eve.get(HOST, "/desk/mistakes").await?.text();
    let id = queue
        .split("name=\"id\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let empty = [
        ("id", id),
        ("act", "correct"),
        ("correction", ""),
        ("reply", "Thank you"),
    ];
    let refused = eve.post(HOST, "/desk/mistakes", &empty).await?;
    stops.push(answer("desk/mistakes.html", refused.text()));

    let asked = [
        ("act", "save"),
        ("site", "daily"),
        ("slug", "storm"),
        ("title", "Were you there?"),
        ("wants", "pictures"),
        ("place", "section:sport"),
        ("closes", "2027-01-01T10:00"),
    ];
    let saved = eve.post(HOST, "/desk/call-outs", &asked).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    stops.push(at("desk/call-outs.html", "/desk/call-outs"));
    stops.push(at("desk/call-outs.html", "/desk/call-outs?site=daily&slug=storm"));
    for wrong in [
        ("slug", "No!"),
        ("title", ""),
        ("place", "nowhere"),
        ("closes", "2001-01-01T10:00"),
    ] {
        let mut fields = asked.to_vec();
        fields.retain(|(name, _)| *name != wrong.0);
        fields.push(wrong);
        let refused = eve.post(HOST, "/desk/call-outs", &fields).await?;
        stops.push(answer("desk/call-outs.html", refused.text()));
    }

    let step = format!("story:{story}");
    let policy = [
        ("act", "save"),
        ("step", step.as_str()),
        ("mode", "pre"),
        ("own-schedule", "1"),
        ("schedule", "22:00-06:00 closed"),
    ];
    let saved = eve.post(HOST, "/desk/review/policy", &policy).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    stops.push(at("review/policy.html", "/desk/review/policy"));
    stops.push(at(
        "review/policy.html",
        &format!("/desk/review/policy?step={step}&done=save"),
    ));
    let wrong = [("act", "save"), ("step", step.as_str()), ("links", "many")];
    stops.push(answer(
        "review/policy.html",
        eve.post(HOST, "/desk/review/policy", &wrong).await?.text(),
    ));
    stops.push(at("review/log.html", "/desk/review/log"));
    stops.push(answer(
        "review/log.html",
        eve.post(HOST, "/desk/review/log", &[]).await?.text(),
    ));

    let wilma = accounts::by_email(&mut test.app.db.reader().await?, "wilma@readers.example")
        .await?
        .unwrap();
    let profile = profiles::of_account(&mut test.app.db.reader().await?, wilma)
        .await?
        .unwrap();
    masthead_features::profiles::ask(&test.app, profile.id, ProfileField::Bio, "Rows on Sundays.").await?;
    let face = crate::contributions::pictures::jpeg(3, (400, 400), 1, false);
    masthead_features::profiles::pictures::take(&test.app, profile.id, face.into()).await?;
    stops.push(at("review/profiles.html", "/desk/review/profiles"));
    let change = profiles::pending(&mut test.app.db.reader().await?, 1)
        .await?
        .remove(0)
        .id
        .to_string();
    let silent = [("id", change.as_str()), ("act", "decline"), ("reason", "")];
    stops.push(answer(
        "review/profiles.html",
        eve.post(HOST, "/desk/review/profiles", &silent).await?.text(),
    ));

    stops.push(at("desk/pages.html", "/desk/pages"));
    stops.push(at("desk/page.html", "/desk/pages/daily"));
    let page = [
        ("base", "0"),
        ("slug", "imprint"),
        ("title", "Imprint"),
        ("body", "Quay 1"),
        ("position", "2"),
    ];
    let saved = eve.post(HOST, "/desk/pages/daily", &page).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    stops.push(at("desk/page.html", "/desk/pages/daily/imprint?done=saved"));
    let wrong = [
        ("base", "0"),
        ("slug", "desk"),
        ("title", ""),
        ("body", "[a](javascript:1)"),
        ("position", "x"),
    ];
    stops.push(answer(
        "desk/page.html",
        eve.post(HOST, "/desk/pages/daily", &wrong).await?.text(),
    ));
    Ok(stops)
}
