//! Breaking news on devices, against a push service that really decrypts: each browser is told once, of what readers may
//! see and of nothing else, whatever the push service does.

use crate::accounts::{HOST, network_with, reader, signed_in};
use crate::support::devtools::Page;
use crate::support::plant::{self, addresses, people_and_topics};
use masthead_domain::time::Clock;
use masthead_features::banners::{self, Told};
use masthead_features::push::plan::campaign_of;
use masthead_features::stories as desk;
use masthead_server::kills;
use masthead_store::push::campaigns::{self, Campaign};
use masthead_store::push::{self as rows, Subscription};
use masthead_store::{Engine, StoreError, followers, log};
use masthead_testkit::http::{Answer, send};
use masthead_testkit::push_service::{Manner, PushService};
use masthead_testkit::{TestApp, TestNode, on_both_engines, until};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

on_both_engines!(
    breaking_news_reaches_each_browser_once,
    what_is_withheld_is_told_to_nobody,
    a_kill_stops_a_campaign_where_it_is,
    a_banner_that_comes_back_tells_those_who_were_not_told,
    a_push_service_may_misbehave,
    what_is_no_subscription_is_refused,
    a_browser_may_change_its_address_and_its_mind,
    a_real_browser_shows_what_it_is_told,
    what_is_followed_reaches_the_devices_of_its_account,
);

const TEXT: &str = "The wall holds & the road is open";

async fn network(engine: Engine, services: &[&PushService]) -> anyhow::Result<TestApp> {
    let own = services.iter().map(|service| service.address.to_string()).collect();
    let test = network_with(engine, |settings| {
        settings.push.services = own;
        settings.outgoing.contact = "desk@daily.example".into();
    })
    .await?;
    people_and_topics(&test).await?;
    Ok(test)
}

async fn ask(node: &TestNode, site: &str, asked: &Value) -> anyhow::Result<Answer> {
    let (host, origin) = (format!("{site}.example"), format!("http://{site}.example"));
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("origin", origin.as_str()),
    ];
    let body = serde_json::to_vec(asked)?;
    send(node.address, "POST", &host, "/push/subscriptions", &headers, &body).await
}

fn with(subscription: &Value, more: Value) -> Value {
    let mut all = subscription.clone();
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

/// A new browser that wants breaking news.
async fn subscribed(node: &TestNode, service: &PushService, site: &str, name: &str) -> anyhow::Result<Value> {
    let subscription = service.browser(name)?;
    let answer = ask(node, site, &with(&subscription, json!({ "breaking": true }))).await?;
    anyhow::ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
    assert_eq!(answer.json()?, json!({ "breaking": true, "follows": false }));
    Ok(subscription)
}

/// Many browsers, by the store itself.
pub(crate) async fn many(test: &TestApp, service: &PushService, count: usize) -> anyhow::Result<()> {
    let site = test.site("daily");
    for number in 0..count {
        let name = format!("reader-{number}");
        let subscription = of(test, service, site, &name)?;
        test.app
            .db
            .write("test.push", move |tx| {
                let subscription = subscription.clone();
                Box::pin(async move { rows::put(tx, &subscription).await })
            })
            .await?;
    }
    Ok(())
}

fn of(
    test: &TestApp,
    service: &PushService,
    site: masthead_domain::ids::SiteId,
    name: &str,
) -> anyhow::Result<Subscription> {
    let subscription = service.browser(name)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let keys = masthead_services::push::Recipient::parse(
        &text(&subscription["keys"]["p256dh"]),
        &text(&subscription["keys"]["auth"]),
    )?;
    Ok(Subscription {
        id: masthead_domain::ids::SubscriptionId::new(test.app.ids.as_ref()),
        site,
        account: None,
        endpoint: text(&subscription["endpoint"]),
        public_key: keys.public_key,
        auth: keys.auth,
        language: "en".into(),
        breaking: true,
        follows: false,
    })
}

async fn campaign(test: &TestApp, story: masthead_domain::ids::StoryId) -> anyhow::Result<Option<Campaign>> {
    let id = campaign_of(test.site("daily"), story);
    Ok(campaigns::one(&mut test.app.db.reader().await?, id).await?)
}

/// Waits until the campaign about a story is over.
async fn over(test: &TestApp, story: masthead_domain::ids::StoryId) -> anyhow::Result<Campaign> {
    until("the end of the campaign", async || {
        Ok(campaign(test, story)
            .await?
            .is_some_and(|known| known.ended_at.is_some()))
    })
    .await?;
    Ok(campaign(test, story).await?.unwrap())
}

/// Waits until the follower has dealt with everything that happened.
async fn followed(test: &TestApp) -> anyhow::Result<()> {
    until("the follower", async || {
        // The head doesn't count what was committed and has no position yet.
        log::stamp(&test.app.db).await?;
        let mut conn = test.app.db.reader().await?;
        let head = log::head(&mut conn).await?;
        let place = followers::cursor(&mut conn, "push", followers::ANY_NODE).await?;
        Ok(place == Some(head))
    })
    .await
}

fn times(names: &[String]) -> BTreeMap<&str, usize> {
    let mut times = BTreeMap::new();
    for name in names {
        *times.entry(name.as_str()).or_default() += 1;
    }
    times
}

async fn breaking_news_reaches_each_browser_once(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let story = plant::publish(&test, "merganser").await?;
    let node = test.start().await?;
    for name in ["ada", "ben", "cleo"] {
        subscribed(&node, &service, "daily", name).await?;
    }
    subscribed(&node, &service, "weekly", "dora").await?;
    let gone = subscribed(&node, &service, "daily", "emil").await?;
    let answer = ask(&node, "daily", &with(&gone, json!({ "breaking": false }))).await?;
    assert_eq!(answer.json()?, json!({ "breaking": false, "follows": false }));
    followed(&test).await?;

    let own = addresses(&test, story.id).await?.remove(0).1;
    banners::set(&test.app, "daily", &own, TEXT, Told::Nobody, "test").await?;
    followed(&test).await?;
    assert!(
        campaign(&test, story.id).await?.is_none(),
        "a quiet banner is told to nobody"
    );
    banners::set(&test.app, "daily", &own, TEXT, Told::Followers, "test").await?;
    let done = over(&test, story.id).await?;
    assert_eq!(
        (done.state.as_str(), done.handed, done.gone, done.refused),
        ("done", 3, 0, 0)
    );
    assert_eq!(service.faults(), Vec::<String>::new());
    let received = service.received();
    let names: Vec<String> = received.iter().map(|one| one.browser.clone()).collect();
    assert_eq!(times(&names), BTreeMap::from([("ada", 1), ("ben", 1), ("cleo", 1)]));
    let page = node.get("daily", "/push").await?.text();
    for one in &received {
        assert_eq!(one.message["title"], TEXT);
        assert_eq!(one.message["body"], "Breaking news from The Daily");
        assert_eq!(one.message["href"], own.as_str());
        assert_eq!(
            (&one.message["lang"], &one.message["dir"]),
            (&json!("en"), &json!("ltr"))
        );
        let picture = one.message["image"].as_str().unwrap();
        assert_eq!(node.get("daily", picture).await?.status, 200, "{picture}");
        let [ttl, urgency, topic] = &one.headers;
        assert_eq!((ttl.as_str(), urgency.as_str()), ("14400", "high"));
        assert_eq!(one.message["tag"], topic.as_str());
        assert!((1..=32).contains(&topic.len()), "{topic}");
        assert_eq!(one.claims["sub"], "mailto:desk@daily.example");
        let left = one.claims["exp"].as_i64().unwrap() - test.clock.now().as_seconds();
        assert!((1..=24 * 3_600).contains(&left), "{left}");
        assert!(
            page.contains(&format!("data-push=\"{}\"", one.key)),
            "the key that browsers are given"
        );
    }

    // Other words for the same news, its end and its return are no other news; nor is a restart.
    banners::set(&test.app, "daily", &own, "The wall holds", Told::Followers, "test").await?;
    followed(&test).await?;
    banners::clear(&test.app, "daily").await?;
    banners::set(&test.app, "daily", &own, TEXT, Told::Followers, "test").await?;
    followed(&test).await?;
    node.stop().await;
    let mut test = test;
    test.reopen().await?;
    let node = test.start().await?;
    let another = plant::publish(&test, "goldeneye").await?;
    banners::set(
        &test.app,
        "daily",
        &another.id.to_string(),
        "Something else",
        Told::Followers,
        "test",
    )
    .await?;
    over(&test, another.id).await?;
    let names: Vec<String> = service.received().into_iter().map(|one| one.browser).collect();
    assert_eq!(times(&names), BTreeMap::from([("ada", 2), ("ben", 2), ("cleo", 2)]));
    let keys: std::collections::BTreeSet<String> = service.received().into_iter().map(|one| one.key).collect();
    assert_eq!(keys.len(), 1, "the keys are kept");
    node.stop().await;
    Ok(())
}

async fn what_is_withheld_is_told_to_nobody(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let node = test.start().await?;
    subscribed(&node, &service, "daily", "ada").await?;
    let coming = plant::plant(&test, "merganser").await?;
    let killed = plant::publish(&test, "goldeneye").await?;
    followed(&test).await?;
    kills::kill(&test.app, killed.id, "It was another bird.", "test").await?;
    banners::set(
        &test.app,
        "daily",
        &killed.id.to_string(),
        TEXT,
        Told::Followers,
        "test",
    )
    .await?;
    followed(&test).await?;
    let release = test.clock.now().plus_seconds(3_600);
    desk::embargo(&test.app, coming.id, release, "test").await?;
    desk::publish(&test.app, coming.id, None, "test").await?;
    banners::set(
        &test.app,
        "daily",
        &coming.id.to_string(),
        TEXT,
        Told::Followers,
        "test",
    )
    .await?;
    followed(&test).await?;
    test.run_jobs().await?;
    assert_eq!(campaign(&test, killed.id).await?, None);
    assert_eq!(campaign(&test, coming.id).await?, None);
    assert_eq!(service.asked(), Vec::<String>::new());

    // The moment comes: it is told then.
    test.clock.step_seconds(3_601);
    test.run_jobs().await?;
    assert_eq!(over(&test, coming.id).await?.handed, 1);
    node.stop().await;
    Ok(())
}

async fn a_kill_stops_a_campaign_where_it_is(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let story = plant::publish(&test, "merganser").await?;
    many(&test, &service, 300).await?;
    let node = test.start().await?;
    followed(&test).await?;
    service.treat_all(Manner::Slow(Duration::from_millis(700)));
    banners::set(&test.app, "daily", &story.id.to_string(), TEXT, Told::Followers, "test").await?;
    until("the first messages", async || Ok(!service.asked().is_empty())).await?;
    kills::kill(&test.app, story.id, "It was another wall.", "test").await?;
    let stopped = over(&test, story.id).await?;
    assert_eq!(stopped.state, "stopped");
    let asked = service.asked();
    assert!(!asked.is_empty() && asked.len() < 300, "{}", asked.len());
    assert!(times(&asked).values().all(|times| *times == 1));
    // What was on its way is known to have arrived, and what was not stays here.
    assert_eq!(usize::try_from(stopped.handed)?, asked.len());
    let mut conn = test.app.db.reader().await?;
    assert_eq!(campaigns::uncertain(&mut conn, stopped.id).await?, 0);
    drop(conn);
    test.clock.step_seconds(600);
    test.run_jobs().await?;
    assert_eq!(service.asked().len(), asked.len());
    node.stop().await;
    Ok(())
}

async fn a_banner_that_comes_back_tells_those_who_were_not_told(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let story = plant::publish(&test, "merganser").await?;
    many(&test, &service, 700).await?;
    let node = test.start().await?;
    followed(&test).await?;
    let put_up = async || banners::set(&test.app, "daily", &story.id.to_string(), TEXT, Told::Followers, "test").await;
    service.treat_all(Manner::Slow(Duration::from_millis(300)));
    put_up().await?;
    until("the first messages", async || Ok(!service.asked().is_empty())).await?;
    banners::clear(&test.app, "daily").await?;
    let stopped = over(&test, story.id).await?;
    assert_eq!(stopped.state, "stopped");
    let asked = service.asked().len();
    assert!(asked < 700, "{asked}");

    service.treat_all(Manner::Takes);
    put_up().await?;
    until("the rest", async || {
        Ok(campaign(&test, story.id)
            .await?
            .is_some_and(|known| known.state == "done"))
    })
    .await?;
    let told = service.asked();
    let told = times(&told);
    assert_eq!(told.len(), 700);
    assert!(told.values().all(|times| *times == 1));
    assert_eq!(over(&test, story.id).await?.handed, 700);
    node.stop().await;
    Ok(())
}

async fn a_push_service_may_misbehave(engine: Engine) -> anyhow::Result<()> {
    let (good, bad) = (PushService::start().await?, PushService::start().await?);
    let test = network(engine, &[&good, &bad]).await?;
    let story = plant::publish(&test, "merganser").await?;
    let node = test.start().await?;
    for name in ["gone", "absent", "broken", "refused", "slow", "well"] {
        subscribed(&node, &good, "daily", name).await?;
    }
    subscribed(&node, &bad, "daily", "busy").await?;
    good.treat("gone", Manner::Refuses(410, None));
    good.treat("absent", Manner::Refuses(404, None));
    good.treat("broken", Manner::Refuses(500, None));
    good.treat("refused", Manner::Refuses(413, None));
    good.treat("slow", Manner::Slow(Duration::from_millis(300)));
    bad.treat("busy", Manner::Refuses(429, Some(120)));
    followed(&test).await?;
    banners::set(&test.app, "daily", &story.id.to_string(), TEXT, Told::Followers, "test").await?;
    until("the first round", async || {
        Ok(campaign(&test, story.id)
            .await?
            .is_some_and(|known| known.handed == 2 && known.gone == 2))
    })
    .await?;
    let known = campaign(&test, story.id).await?.unwrap();
    assert_eq!((known.state.as_str(), known.refused), ("sending", 1));
    for (name, service, is_known) in [
        ("gone", &good, false),
        ("absent", &good, false),
        ("refused", &good, true),
        ("busy", &bad, true),
    ] {
        let endpoint = format!("http://{}/send/{name}", service.address);
        let found = rows::by_endpoint(&mut test.app.db.reader().await?, &endpoint).await?;
        assert_eq!(found.is_some(), is_known, "{name}");
    }
    // A browser whose service had trouble is told half a minute later; one whose service asked for time, not before.
    good.treat("broken", Manner::Takes);
    bad.treat("busy", Manner::Takes);
    test.clock.step_seconds(31);
    until("the second round", async || {
        Ok(times(&good.asked()).get("broken") == Some(&2))
    })
    .await?;
    assert_eq!(bad.asked().len(), 1);
    test.clock.step_seconds(90);
    let done = over(&test, story.id).await?;
    assert_eq!(
        (done.state.as_str(), done.handed, done.gone, done.refused),
        ("done", 4, 2, 1)
    );
    assert_eq!(bad.asked().len(), 2);
    let names: Vec<String> = [good.received(), bad.received()]
        .concat()
        .into_iter()
        .map(|one| one.browser)
        .collect();
    assert_eq!(
        times(&names),
        BTreeMap::from([("broken", 1), ("busy", 1), ("slow", 1), ("well", 1)])
    );
    assert_eq!([good.faults(), bad.faults()].concat(), Vec::<String>::new());
    node.stop().await;
    Ok(())
}

async fn what_is_no_subscription_is_refused(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let node = test.start().await?;
    let good = with(&service.browser("ada")?, json!({ "breaking": true }));
    for (asked, status) in [
        (json!({}), 400),
        (json!([1]), 400),
        (with(&good, json!({ "endpoint": "nonsense" })), 400),
        (with(&good, json!({ "endpoint": "http://push.example.org/a" })), 400),
        (with(&good, json!({ "endpoint": "http://127.0.0.1:1/a" })), 400),
        (
            with(&good, json!({ "endpoint": "https://a:b@push.example.org/a" })),
            400,
        ),
        (
            with(&good, json!({ "keys": { "p256dh": "AAAA", "auth": "AAAA" } })),
            400,
        ),
        (with(&good, json!({ "keys": {} })), 400),
        (with(&good, json!({ "follows": true })), 401),
        (with(&good, json!({ "endpoint": "x".repeat(9_000) })), 413),
        (good.clone(), 200),
        (with(&good, json!({ "endpoint": "https://push.example.org/a" })), 200),
    ] {
        let answer = ask(&node, "daily", &asked).await?;
        assert_eq!(answer.status, status, "{asked} {}", answer.text());
    }
    // A page of somebody else can't ask.
    let headers = [
        ("content-type", "application/json"),
        ("origin", "https://elsewhere.example"),
    ];
    let body = serde_json::to_vec(&good)?;
    let answer = send(
        node.address,
        "POST",
        "daily.example",
        "/push/subscriptions",
        &headers,
        &body,
    )
    .await?;
    assert_eq!(answer.status, 403);
    let mut last = 200;
    for _ in 0..60 {
        last = ask(&node, "daily", &json!({ "endpoint": good["endpoint"] }))
            .await?
            .status;
    }
    assert_eq!(last, 429);
    let worker = node.get("daily", "/push/worker.js").await?;
    assert_eq!(worker.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(worker.header("cache-control"), Some("public, max-age=60"));
    node.stop().await;
    Ok(())
}

async fn a_browser_may_change_its_address_and_its_mind(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let edda = reader(&test, "edda").await?;
    let node = test.start().await?;
    let old = subscribed(&node, &service, "daily", "old").await?;
    let fresh = with(&service.browser("fresh")?, json!({ "replaces": old["endpoint"] }));
    let answer = ask(&node, "daily", &fresh).await?;
    assert_eq!(answer.json()?, json!({ "breaking": true, "follows": false }));
    let state = ask(&node, "daily", &json!({ "endpoint": old["endpoint"] })).await?;
    assert_eq!(state.json()?, json!({ "breaking": false, "follows": false }));
    // An address that nobody knows brings nothing along.
    let stranger = with(
        &service.browser("stranger")?,
        json!({ "replaces": "https://push.example.org/x" }),
    );
    assert_eq!(
        ask(&node, "daily", &stranger).await?.json()?,
        json!({ "breaking": false, "follows": false })
    );

    // With an account what is followed is told as well, until the account goes.
    let asked = with(&service.browser("fresh")?, json!({ "follows": true }));
    let answer = ask_signed_in(&node, "edda", &asked).await?;
    assert_eq!(
        answer.json()?,
        json!({ "breaking": true, "follows": true }),
        "{}",
        answer.status
    );
    let own = rows::of_account(&mut test.app.db.reader().await?, edda).await?;
    assert_eq!(own.len(), 1);
    test.app
        .db
        .write("test.deleted", move |tx| {
            Box::pin(async move {
                masthead_features::push::subscriptions::account_deleted(tx, edda).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    let state = ask(&node, "daily", &json!({ "endpoint": asked["endpoint"] })).await?;
    assert_eq!(state.json()?, json!({ "breaking": false, "follows": false }));
    node.stop().await;
    Ok(())
}

async fn a_real_browser_shows_what_it_is_told(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    let story = plant::publish(&test, "merganser").await?;
    let node = test.start().await?;
    followed(&test).await?;
    // Without a secure context there is nothing to be asked for, and the page says so.
    let mut plain = Page::open(&node).await?;
    plain.go("/push").await?;
    let shown = "document.querySelector('[data-push]').checkVisibility()";
    assert_eq!(plain.run(shown).await?, json!(false));
    assert_eq!(
        plain
            .run("document.querySelector('[data-push-none]').checkVisibility()")
            .await?,
        json!(true)
    );
    drop(plain);

    let mut page = Page::open_trusting(&node).await?;
    let permission = json!({ "origin": "http://daily.example", "permissions": ["notifications"] });
    page.call("Browser.grantPermissions", permission).await?;
    // The browser's own push service is out of reach here: its answer is that of ours.
    let subscription = service.browser("chromium")?;
    page.before_each(&format!(
        "PushManager.prototype.subscribe = async () => ({{ endpoint: {0}.endpoint, toJSON: () => ({0}) }});",
        subscription
    ))
    .await?;
    page.go("/push").await?;
    page.until(shown).await?;
    page.run("document.querySelector('[data-push]').click()").await?;
    page.until("document.querySelector('[data-push]').getAttribute('aria-pressed') === 'true'")
        .await?;
    let state = ask(&node, "daily", &json!({ "endpoint": subscription["endpoint"] })).await?;
    assert_eq!(state.json()?, json!({ "breaking": true, "follows": false }));

    // What our push service decrypts is what the browser would hand to its worker.
    banners::set(&test.app, "daily", &story.id.to_string(), TEXT, Told::Followers, "test").await?;
    over(&test, story.id).await?;
    let message = service.received().remove(0).message;
    page.call("ServiceWorker.enable", json!({})).await?;
    let registration = page.registration().await?;
    page.call(
        "ServiceWorker.deliverPushMessage",
        json!({ "origin": "http://daily.example", "registrationId": registration, "data": message.to_string() }),
    )
    .await?;
    let worker = "navigator.serviceWorker.getRegistration('/push/')";
    page.until(&format!(
        "{worker}.then((found) => found.getNotifications()).then((all) => all.length === 1)"
    ))
    .await?;
    let said = page
        .run(&format!(
            "{worker}.then((found) => found.getNotifications()).then(([one]) => [one.title, one.body, one.tag, one.data.href])"
        ))
        .await?;
    let own = addresses(&test, story.id).await?.remove(0).1;
    assert_eq!(said, json!([TEXT, "Breaking news from The Daily", message["tag"], own]));
    // The same button ends it.
    page.before_each(&format!(
        "PushManager.prototype.getSubscription = async () => ({{ endpoint: {0}.endpoint, toJSON: () => ({0}), unsubscribe: async () => true }});",
        subscription
    ))
    .await?;
    page.go("/push").await?;
    page.until("document.querySelector('[data-push]').getAttribute('aria-pressed') === 'true'")
        .await?;
    page.run("document.querySelector('[data-push]').click()").await?;
    page.until("document.querySelector('[data-push]').getAttribute('aria-pressed') === 'false'")
        .await?;
    let state = ask(&node, "daily", &json!({ "endpoint": subscription["endpoint"] })).await?;
    assert_eq!(state.json()?, json!({ "breaking": false, "follows": false }));
    assert_eq!(page.complaints(), Vec::<String>::new());
    node.stop().await;
    Ok(())
}

/// Sends as a browser with a session.
async fn ask_signed_in(node: &TestNode, name: &str, asked: &Value) -> anyhow::Result<Answer> {
    let browser = signed_in(node, name).await?;
    let cookie = format!("session={}", browser.cookie("daily.example", "session").unwrap());
    let headers = [
        ("content-type", "application/json"),
        ("origin", "http://daily.example"),
        ("cookie", cookie.as_str()),
    ];
    let body = serde_json::to_vec(asked)?;
    send(
        node.address,
        "POST",
        "daily.example",
        "/push/subscriptions",
        &headers,
        &body,
    )
    .await
}

async fn what_is_followed_reaches_the_devices_of_its_account(engine: Engine) -> anyhow::Result<()> {
    let service = PushService::start().await?;
    let test = network(engine, &[&service]).await?;
    reader(&test, "edda").await?;
    let node = test.start().await?;
    let device = service.browser("edda")?;
    let answer = ask_signed_in(&node, "edda", &with(&device, json!({ "follows": true }))).await?;
    assert_eq!(answer.json()?, json!({ "breaking": false, "follows": true }));
    subscribed(&node, &service, "daily", "ben").await?;
    // The form of the page: a topic is followed, by push and not by mail.
    let mut browser = signed_in(&node, "edda").await?;
    let fields = [("kind", "topic"), ("slug", plant::TOPIC)];
    assert_eq!(
        browser.post(HOST, "/account/notices/follow", &fields).await?.status,
        303
    );
    let page = browser.get(HOST, "/account/notices").await?.text();
    assert!(page.contains("data-for=\"follows\""), "{page}");
    let key = page
        .split("name=\"push:")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let (mail, push) = (format!("mail:{key}"), format!("push:{key}"));
    let fields = [
        (mail.as_str(), "off"),
        (push.as_str(), "1"),
        ("digest", "daily"),
        ("hour", "7"),
    ];
    assert_eq!(
        browser.post(HOST, "/account/notices/settings", &fields).await?.status,
        303
    );
    let page = browser.get(HOST, "/account/notices").await?.text();
    assert!(
        page.contains(&format!("name=\"push:{key}\" value=\"1\" checked")),
        "{page}"
    );

    let story = plant::publish(&test, "merganser").await?;
    until("the message", async || Ok(service.count() == 1)).await?;
    let received = service.received().remove(0);
    assert_eq!(received.browser, "edda");
    assert_eq!(received.message["title"], "What the merganser did in the storm");
    let own = addresses(&test, story.id).await?.remove(0).1;
    assert_eq!(received.message["href"], format!("http://daily.example{own}"));
    assert_eq!(received.headers[1], "normal");

    // What is killed before it went out is told to nobody; what a device can't be told comes later, once.
    service.treat("edda", Manner::Refuses(503, Some(60)));
    let second = plant::publish(&test, "goldeneye").await?;
    until("the attempt", async || Ok(service.asked().len() == 2)).await?;
    service.treat("edda", Manner::Takes);
    kills::kill(&test.app, second.id, "It was another bird.", "test").await?;
    test.clock.step_seconds(120);
    plant::publish(&test, "smew").await?;
    until("the third", async || Ok(service.count() == 2)).await?;
    assert_eq!(service.received()[1].message["title"], "What the smew did in the storm");
    test.clock.step_seconds(3_600);
    test.run_jobs().await?;
    assert_eq!(service.count(), 2);
    assert_eq!(service.faults(), Vec::<String>::new());
    node.stop().await;
    Ok(())
}
