//! What readers follow: told once, by mail, at the time that they chose, and never of what readers may not see.

use crate::accounts::{HOST, network_with, reader, signed_in};
use crate::support::plant::{self, people_and_topics};
use masthead_domain::alerts::Severity;
use masthead_domain::ids::AccountId;
use masthead_domain::notices::Means;
use masthead_domain::places::{Chosen, Component};
use masthead_domain::time::{Clock as _, Timestamp};
use masthead_features::alerts::AlertSource;
use masthead_features::banners::{self, Told};
use masthead_features::notices::{follow, send, spread};
use masthead_features::stories;
use masthead_server::kills;
use masthead_store::mails::{self, Mail};
use masthead_store::notices::deliveries;
use masthead_store::{Engine, accounts as account_rows, followers, jobs, log};
use masthead_testkit::browser::Browser;
use masthead_testkit::{PATIENCE, TestApp, TestNode, http, on_both_engines};
use std::time::{Duration, Instant};

on_both_engines!(
    who_follows_a_topic_and_its_author_is_told_once,
    who_is_not_signed_in_comes_back_to_what_they_wanted,
    what_is_withheld_or_killed_meanwhile_is_told_to_nobody,
    quiet_hours_put_off_and_put_together,
    mails_of_what_is_followed_stop_with_one_click,
    alerts_come_for_the_place_and_again_when_they_are_worse,
    what_was_going_out_in_a_crash_is_listed_and_not_sent_again,
    a_day_has_so_many_mails,
    what_is_followed_no_more_is_told_no_more,
);

const TOKEN: &str = "a-long-token-of-the-coast";

/// A network with a topic and an author who wrote before anybody followed, and readers.
async fn town(engine: Engine) -> anyhow::Result<TestApp> {
    let test = network_with(engine, |settings| {
        settings.alerts.sources = vec![AlertSource {
            name: "coast".into(),
            token: Some(TOKEN.into()),
            credit: "Coast office".into(),
            ..AlertSource::default()
        }];
    })
    .await?;
    people_and_topics(&test).await?;
    plant::publish(&test, "dabchick").await?;
    for name in ["ada", "ben"] {
        reader(&test, name).await?;
    }
    Ok(test)
}

/// Waits until the follower has dealt with all that happened, and everything that is due now was sent.
async fn settled(test: &TestApp) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        anyhow::ensure!(Instant::now() < end, "the notices never come to rest");
        log::stamp(&test.app.db).await?;
        test.run_jobs().await?;
        let mut conn = test.app.db.reader().await?;
        let head = log::head(&mut conn).await?;
        let place = followers::cursor(&mut conn, follow::FOLLOWER, followers::ANY_NODE).await?;
        let left = jobs::list(&mut conn, 100).await?;
        let is_ours = |kind: &str| [spread::JOB, send::JOB].contains(&kind);
        let now = test.clock.now();
        if place == Some(head) && !left.iter().any(|job| is_ours(&job.kind) && job.due_at <= now) {
            return Ok(());
        }
        drop(conn);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What came by mail to somebody of what they follow, the newest first.
async fn mails_to(test: &TestApp, name: &str) -> anyhow::Result<Vec<Mail>> {
    settled(test).await?;
    let to = format!("{name}@readers.example");
    let all = mails::to(&mut test.app.db.reader().await?, &to, 30).await?;
    Ok(all.into_iter().filter(|mail| mail.purpose == "follows").collect())
}

async fn follow_it(browser: &mut Browser, kind: &str, slug: &str) -> anyhow::Result<()> {
    let answer = browser
        .post(HOST, "/account/notices/follow", &[("kind", kind), ("slug", slug)])
        .await?;
    anyhow::ensure!(answer.status == 303, "{} {}", answer.status, answer.text());
    Ok(())
}

/// Everything of the settings as a browser would send it, all mails at once, with these fields besides.
async fn save(browser: &mut Browser, fields: &[(&str, &str)]) -> anyhow::Result<http::Answer> {
    let page = browser.get(HOST, "/account/notices").await?.text();
    let names: Vec<String> = page
        .split("name=\"mail:")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|key| format!("mail:{key}"))
        .collect();
    let mut all = vec![("digest", "daily"), ("hour", "7"), ("quiet_from", ""), ("quiet_to", "")];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(names.iter().map(|name| (name.as_str(), "now")));
    all.extend(fields);
    browser.post(HOST, "/account/notices/settings", &all).await
}

async fn at_once(browser: &mut Browser) -> anyhow::Result<()> {
    let answer = save(browser, &[]).await?;
    anyhow::ensure!(answer.status == 303, "{} {}", answer.status, answer.text());
    Ok(())
}

async fn who_follows_a_topic_and_its_author_is_told_once(engine: Engine) -> anyhow::Result<()> {
    let mut test = town(engine).await?;
    let node = test.start().await?;
    let mut ada = signed_in(&node, "ada").await?;
    let page = ada.get(HOST, "/topics/tides").await?.text();
    assert!(page.contains("action=\"/account/notices/follow\""), "{page}");
    follow_it(&mut ada, "topic", "tides").await?;
    follow_it(&mut ada, "author", "ada-quill").await?;
    let page = ada.get(HOST, "/account/notices").await?.text();
    assert!(
        page.contains("<bdi>Tides</bdi>") && page.contains("<bdi>Ada Quill</bdi>"),
        "{page}"
    );
    at_once(&mut ada).await?;
    settled(&test).await?;

    let coot = plant::publish(&test, "coot").await?;
    let mails = mails_to(&test, "ada").await?;
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert_eq!(mail.subject, "What the coot did in the storm");
    assert!(mail.body.contains("What happened at the coot"), "{}", mail.body);
    let link = mail
        .body
        .lines()
        .find(|line| line.starts_with("http://daily.example/world/what-the-coot"));
    assert_eq!(
        node.get("daily", link.unwrap().trim_start_matches("http://daily.example"))
            .await?
            .status,
        200
    );
    let html = mail.html.as_deref().unwrap();
    assert!(html.contains("lang=\"en\"") && html.contains(link.unwrap()), "{html}");
    assert!(!mail.body.contains("dabchick"), "what is old is no news: {}", mail.body);
    assert!(mails_to(&test, "ben").await?.is_empty());

    // Taken back and published again, it is no first publication.
    stories::unpublish(&test.app, coot.id, "To look again", "test").await?;
    stories::publish(&test.app, coot.id, None, "test").await?;
    assert_eq!(mails_to(&test, "ada").await?.len(), 1);
    node.stop().await;

    // What was published while no node ran is told after the start, and nothing again.
    test.reopen().await?;
    plant::publish(&test, "moorhen").await?;
    let node = test.start().await?;
    let mails = mails_to(&test, "ada").await?;
    assert_eq!(mails.len(), 2);
    // The clock stands still, so that neither is the newer one.
    assert!(mails.iter().any(|mail| mail.subject.contains("moorhen")), "{mails:#?}");
    node.stop().await;
    Ok(())
}

async fn who_is_not_signed_in_comes_back_to_what_they_wanted(engine: Engine) -> anyhow::Result<()> {
    let test = town(engine).await?;
    let node = test.start().await?;
    let mut nobody = Browser::new(node.address);
    let fields = [("kind", "topic"), ("slug", "tides")];
    let sent = nobody.post(HOST, "/account/notices/follow", &fields).await?;
    let back = "%2Faccount%2Fnotices%2Ffollow%3Fkind%3Dtopic%26slug%3Dtides";
    assert_eq!(
        sent.header("location"),
        Some(format!("/sign-in?return={back}").as_str())
    );
    let mut ada = signed_in(&node, "ada").await?;
    let asked = ada.get(HOST, "/account/notices/follow?kind=topic&slug=tides").await?;
    assert!(
        asked.text().contains("Be told of new stories about Tides."),
        "{}",
        asked.text()
    );
    follow_it(&mut ada, "topic", "tides").await?;
    let missing = [("kind", "topic"), ("slug", "no-such-topic")];
    assert_eq!(ada.post(HOST, "/account/notices/follow", &missing).await?.status, 404);

    // Quiet hours that don't end come back, with what was chosen.
    let wrong = save(&mut ada, &[("quiet_from", "22"), ("hour", "9")]).await?;
    assert_eq!(wrong.status, 422);
    let page = wrong.text();
    assert!(page.contains("Choose two different hours"), "{page}");
    assert!(
        page.contains("<option value=\"22\" selected>") && page.contains("<option value=\"9\" selected>"),
        "{page}"
    );
    let saved = save(
        &mut ada,
        &[("quiet_from", "22"), ("quiet_to", "6"), ("digest", "weekly")],
    )
    .await?;
    assert_eq!(saved.status, 303);
    let page = ada.get(HOST, "/account/notices").await?.text();
    assert!(page.contains("value=\"weekly\" checked"), "{page}");
    let stopped = ada.post(HOST, "/account/notices/settings", &[("stop", "all")]).await?;
    assert_eq!(stopped.status, 303);
    assert!(
        !ada.get(HOST, "/account/notices")
            .await?
            .text()
            .contains("<bdi>Tides</bdi>")
    );
    node.stop().await;
    Ok(())
}

async fn what_is_withheld_or_killed_meanwhile_is_told_to_nobody(engine: Engine) -> anyhow::Result<()> {
    let mut test = town(engine).await?;
    let node = test.start().await?;
    let (mut ada, mut ben) = (signed_in(&node, "ada").await?, signed_in(&node, "ben").await?);
    // In the digest of the morning, as following a topic begins.
    follow_it(&mut ada, "topic", "tides").await?;
    follow_it(&mut ben, "topic", "tides").await?;
    at_once(&mut ben).await?;
    settled(&test).await?;

    let coot = plant::publish(&test, "coot").await?;
    plant::publish(&test, "heron").await?;
    let egret = plant::publish(&test, "egret").await?;
    settled(&test).await?;
    let receipt = kills::kill(&test.app, coot.id, "It was a moorhen.", "test").await?;
    let queued = receipt.surfaces.iter().find(|gone| gone.surface == "queued notices");
    assert!(queued.is_some_and(|gone| gone.detail.starts_with("1 ")), "{receipt:#?}");

    // Embargoed: nobody hears of it before its moment, and then they do.
    let later = plant::plant(&test, "bittern").await?;
    let at = test.clock.now().plus_seconds(3_600);
    stories::publish(&test.app, later.id, Some(at), "test").await?;
    let told = mails_to(&test, "ben").await?;
    assert!(!told.iter().any(|mail| mail.body.contains("bittern")), "{told:#?}");
    test.clock.step_seconds(3_600);
    settled(&test).await?;
    let told = mails_to(&test, "ben").await?;
    assert_eq!(
        told.iter().filter(|mail| mail.body.contains("bittern")).count(),
        1,
        "{told:#?}"
    );
    node.stop().await;
    test.reopen().await?;

    // Killed while no follower runs: asked when it goes out.
    stories::kill(&test.app, egret.id, "It was a heron.", "test").await?;
    test.clock.step_seconds(24 * 3_600);
    test.run_jobs().await?;
    let all = mails::to(&mut test.app.db.reader().await?, "ada@readers.example", 30).await?;
    let digests: Vec<_> = all.iter().filter(|mail| mail.purpose == "follows").collect();
    let [digest] = digests.as_slice() else {
        panic!("{all:#?}")
    };
    assert_eq!(digest.subject, "2 pieces of news from The Daily");
    for (word, is_told) in [("heron", true), ("bittern", true), ("coot", false), ("egret", false)] {
        assert_eq!(digest.body.contains(word), is_told, "{word}: {}", digest.body);
    }
    Ok(())
}

async fn quiet_hours_put_off_and_put_together(engine: Engine) -> anyhow::Result<()> {
    let test = town(engine).await?;
    let node = test.start().await?;
    let (mut ada, mut ben) = (signed_in(&node, "ada").await?, signed_in(&node, "ben").await?);
    for browser in [&mut ada, &mut ben] {
        follow_it(browser, "topic", "tides").await?;
        follow_it(browser, "breaking", "").await?;
    }
    // It is nine in the morning where the site is.
    save(&mut ada, &[("quiet_from", "8"), ("quiet_to", "12")]).await?;
    save(
        &mut ben,
        &[("quiet_from", "8"), ("quiet_to", "12"), ("breaking_wakes", "1")],
    )
    .await?;
    settled(&test).await?;
    plant::publish(&test, "coot").await?;
    let heron = plant::publish(&test, "heron").await?;
    let id = heron.id.to_string();
    banners::set(&test.app, "daily", &id, "Not so loud", Told::Nobody, "test").await?;
    assert!(mails_to(&test, "ben").await?.is_empty());
    banners::set(&test.app, "daily", &id, "The wall holds", Told::Followers, "test").await?;
    assert!(mails_to(&test, "ada").await?.is_empty());
    let woken = mails_to(&test, "ben").await?;
    let [breaking] = woken.as_slice() else {
        panic!("{woken:#?}")
    };
    assert_eq!(breaking.subject, "Breaking news: The wall holds");

    // 12:00: all of it in one mail, the story that is breaking news once.
    test.clock.step_seconds(3 * 3_600);
    let mails = mails_to(&test, "ada").await?;
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert_eq!(mail.subject, "2 pieces of news from The Daily");
    let breaking = mail.body.find("Breaking news: The wall holds").unwrap();
    assert!(breaking < mail.body.find("What the coot did").unwrap(), "{}", mail.body);
    assert!(!mail.body.contains("What the heron did"), "{}", mail.body);
    let mails = mails_to(&test, "ben").await?;
    assert_eq!(mails.len(), 2);
    assert!(mails[0].subject.contains("coot"), "{}", mails[0].subject);
    node.stop().await;
    Ok(())
}

async fn mails_of_what_is_followed_stop_with_one_click(engine: Engine) -> anyhow::Result<()> {
    let test = town(engine).await?;
    let node = test.start().await?;
    let mut ada = signed_in(&node, "ada").await?;
    follow_it(&mut ada, "topic", "tides").await?;
    at_once(&mut ada).await?;
    settled(&test).await?;
    plant::publish(&test, "coot").await?;
    let mail = mails_to(&test, "ada").await?.remove(0);
    let stop = mail.stop_url.unwrap();
    assert!(mail.body.contains(&stop) && !stop.contains("readers"), "{stop}");
    assert!(mail.html.unwrap().contains(&stop.replace('&', "&amp;")));
    let stop = stop.trim_start_matches("http://daily.example");
    let mut program = Browser::new(node.address);
    let asked = program.get(HOST, stop).await?;
    assert!(asked.text().contains("about what you follow"), "{}", asked.text());
    // The address of one kind is none for the other.
    let other = stop.replace("what=follows", "what=answers");
    assert_eq!(program.post(HOST, &other, &[]).await?.status, 404);
    plant::publish(&test, "heron").await?;
    assert_eq!(mails_to(&test, "ada").await?.len(), 2, "looking stops nothing");
    let click = program.post(HOST, stop, &[("List-Unsubscribe", "One-Click")]).await?;
    assert_eq!(click.status, 200, "{}", click.text());
    plant::publish(&test, "egret").await?;
    assert_eq!(mails_to(&test, "ada").await?.len(), 2);
    let page = ada.get(HOST, "/account/notices").await?.text();
    assert!(page.contains("<option value=\"off\" selected>"), "{page}");
    node.stop().await;
    Ok(())
}

/// A message of CAP around Hamburg.
fn cap(identifier: &str, severity: Severity, references: &str) -> String {
    format!(
        r#"<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier><sender>gale@coast.example</sender>
        <sent>2025-11-25T09:00:00+00:00</sent><status>Actual</status><msgType>{}</msgType><scope>Public</scope>{references}
        <info><language>en-GB</language><category>Met</category><event>Gale</event><urgency>Immediate</urgency>
        <severity>{}</severity><certainty>Likely</certainty><expires>2025-11-26T20:00:00+00:00</expires>
        <headline>Gale {identifier}</headline><description>Waves at the mole.</description>
        <area><areaDesc>The harbour</areaDesc><polygon>53.4,9.8 53.4,10.1 53.6,10.1 53.6,9.8 53.4,9.8</polygon></area></info></alert>"#,
        if references.is_empty() { "Alert" } else { "Update" },
        severity.name(),
    )
}

async fn alert(node: &TestNode, identifier: &str, severity: Severity, of: &str) -> anyhow::Result<()> {
    let references = match of {
        "" => String::new(),
        of => format!("<references>gale@coast.example,{of},2025-11-25T09:00:00+00:00</references>"),
    };
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str())];
    let document = cap(identifier, severity, &references);
    let answer = http::send(
        node.address,
        "POST",
        HOST,
        "/ingest/coast",
        &headers,
        document.as_bytes(),
    )
    .await?;
    anyhow::ensure!(answer.status == 202, "{} {}", answer.status, answer.text());
    Ok(())
}

/// Lets an account's alerts be those of a town.
async fn live_in(test: &TestApp, name: &str, town: &str) -> anyhow::Result<()> {
    let place = test.app.places.search(town, "DE", 1).first().map(|place| place.id);
    let mut chosen = Chosen::default();
    chosen.set(Component::Alerts, place);
    let email = format!("{name}@readers.example");
    let account: Option<AccountId> = account_rows::by_email(&mut test.app.db.reader().await?, &email).await?;
    let (account, text) = (account.unwrap(), chosen.to_text());
    test.app
        .db
        .write("test.places", move |tx| {
            let text = text.clone();
            Box::pin(async move { account_rows::set_places(tx, account, &text).await })
        })
        .await?;
    Ok(())
}

async fn alerts_come_for_the_place_and_again_when_they_are_worse(engine: Engine) -> anyhow::Result<()> {
    let test = town(engine).await?;
    let node = test.start().await?;
    let (mut ada, mut ben) = (signed_in(&node, "ada").await?, signed_in(&node, "ben").await?);
    live_in(&test, "ada", "Hamburg").await?;
    live_in(&test, "ben", "Munich").await?;
    for browser in [&mut ada, &mut ben] {
        follow_it(browser, "alerts", "").await?;
        save(browser, &[("quiet_from", "0"), ("quiet_to", "23")]).await?;
    }
    let page = ada.get(HOST, "/account/notices").await?.text();
    assert!(page.contains("<bdi>Hamburg</bdi>"), "{page}");
    settled(&test).await?;
    alert(&node, "one", Severity::Minor, "").await?;
    assert!(mails_to(&test, "ada").await?.is_empty(), "it is quiet");
    // Extreme danger breaks every quiet; what was put off and is replaced isn't told any more.
    alert(&node, "two", Severity::Extreme, "one").await?;
    let mails = mails_to(&test, "ada").await?;
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert_eq!(mail.subject, "Alert: Gale two");
    assert!(mail.body.contains("http://daily.example/alerts/"), "{}", mail.body);
    // No worse: nothing new.
    alert(&node, "three", Severity::Extreme, "two").await?;
    alert(&node, "four", Severity::Severe, "three").await?;
    // Half past eleven in Hamburg: what was put off is due, and is replaced.
    test.clock.step_seconds(13 * 3_600 + 1_800);
    assert_eq!(mails_to(&test, "ada").await?.len(), 1);
    assert!(mails_to(&test, "ben").await?.is_empty());
    node.stop().await;
    Ok(())
}

async fn what_was_going_out_in_a_crash_is_listed_and_not_sent_again(engine: Engine) -> anyhow::Result<()> {
    let mut test = town(engine).await?;
    let node = test.start().await?;
    let mut ada = signed_in(&node, "ada").await?;
    follow_it(&mut ada, "topic", "tides").await?;
    settled(&test).await?;
    let coot = plant::publish(&test, "coot").await?;
    settled(&test).await?;
    node.stop().await;
    test.reopen().await?;
    // The digest is due; a node marks it and is gone.
    test.clock.step_seconds(24 * 3_600);
    let taken = send::take(&test.app, Means::Mail).await?.unwrap();
    assert_eq!(taken.len(), 1);
    test.reopen().await?;
    test.clock.step_seconds(follow::BROKEN_OFF + 1);
    let node = test.start().await?;
    plant::publish(&test, "heron").await?;
    assert!(mails_to(&test, "ada").await?.is_empty(), "heron is for the next digest");
    let before = test.clock.now().plus_seconds(-follow::BROKEN_OFF);
    let stuck = deliveries::stuck(&mut test.app.db.reader().await?, before, 9).await?;
    let [stuck] = stuck.as_slice() else { panic!("{stuck:?}") };
    assert_eq!((stuck.story, stuck.means.as_str()), (Some(coot.id), "mail"));
    let end = Instant::now() + PATIENCE;
    loop {
        let metrics = http::send(node.admin_address, "GET", "localhost", "/metrics", &[], b"")
            .await?
            .text();
        if metrics.contains("masthead_notices_broken_off 1") {
            break;
        }
        anyhow::ensure!(Instant::now() < end, "{metrics}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    test.clock.step_seconds(24 * 3_600);
    let mails = mails_to(&test, "ada").await?;
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert!(
        mail.body.contains("heron") && !mail.body.contains("coot"),
        "{}",
        mail.body
    );
    node.stop().await;
    Ok(())
}

async fn a_day_has_so_many_mails(engine: Engine) -> anyhow::Result<()> {
    let test = town(engine).await?;
    let node = test.start().await?;
    let mut ada = signed_in(&node, "ada").await?;
    follow_it(&mut ada, "author", "ada-quill").await?;
    at_once(&mut ada).await?;
    settled(&test).await?;
    let most = masthead_domain::notices::MAILS_A_DAY;
    for number in 0..most + 2 {
        test.publish(&format!("Bird {number} is back"), "bird", &["daily/world"])
            .await?;
        settled(&test).await?;
        test.clock.step_seconds(60);
    }
    assert_eq!(mails_to(&test, "ada").await?.len(), most);
    let morning = Timestamp::parse_rfc3339("2025-11-26T07:00:00Z").map_err(anyhow::Error::msg)?;
    let seconds = morning.micros_since(test.clock.now()) / 1_000_000;
    test.clock.step_seconds(seconds);
    let mails = mails_to(&test, "ada").await?;
    assert_eq!(mails.len(), most + 1);
    assert_eq!(mails[0].subject, "2 pieces of news from The Daily");
    node.stop().await;
    Ok(())
}

async fn what_is_followed_no_more_is_told_no_more(engine: Engine) -> anyhow::Result<()> {
    let test = town(engine).await?;
    let node = test.start().await?;
    let (mut ada, mut ben) = (signed_in(&node, "ada").await?, signed_in(&node, "ben").await?);
    for browser in [&mut ada, &mut ben] {
        follow_it(browser, "topic", "tides").await?;
        follow_it(browser, "author", "ada-quill").await?;
        let answer = save(browser, &[("quiet_from", "8"), ("quiet_to", "12")]).await?;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    settled(&test).await?;
    // It is nine in the morning: it waits for noon.
    plant::publish(&test, "coot").await?;
    settled(&test).await?;
    let keys = |page: &str| -> Vec<String> {
        let parts = page.split("name=\"mail:").skip(1);
        parts
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    };
    // Ada follows one of both no more, and Ben both: one by dropping it, the other by wanting no mails of it.
    let page = ada.get(HOST, "/account/notices").await?.text();
    let own = keys(&page);
    assert_eq!(own.len(), 2, "{page}");
    save(&mut ada, &[("drop", own[0].as_str())]).await?;
    save(&mut ben, &[("drop", own[0].as_str())]).await?;
    let off = [
        ("digest", "daily"),
        ("hour", "7"),
        ("quiet_from", "8"),
        ("quiet_to", "12"),
        (&*format!("mail:{}", own[1]), "off"),
    ];
    let answer = ben.post(HOST, "/account/notices/settings", &off).await?;
    assert_eq!(answer.status, 303, "{}", answer.text());
    test.clock.step_seconds(3 * 3_600);
    assert_eq!(mails_to(&test, "ada").await?.len(), 1, "the other reason still holds");
    assert_eq!(mails_to(&test, "ben").await?, Vec::new());
    node.stop().await;
    Ok(())
}
