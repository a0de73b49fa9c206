//! Being signed in: on several hosts, as staff, for a while, and not any more.

use super::{HOST, PASSWORD, mailed, network, person, reader, sign_in, signed_in};
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_services::codes;
use masthead_store::{Engine, profiles as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::{on_both_engines, until};

on_both_engines!(
    other_hosts_get_a_session_by_a_code_that_is_used_once,
    sessions_are_listed_and_ended,
    a_password_is_reset_and_every_browser_signed_out,
    an_authenticator_is_asked_for_and_no_code_counts_twice,
    changes_of_a_profile_are_reviewed_before_they_show,
    who_is_closed_is_out_at_once,
    who_is_read_once_is_still_out_at_once,
);

/// The path and query of a `Location` on a host.
fn path_on(location: &str, host: &str) -> String {
    location
        .strip_prefix(&format!("http://{host}"))
        .unwrap_or_else(|| panic!("{location} is not on {host}"))
        .to_owned()
}

async fn other_hosts_get_a_session_by_a_code_that_is_used_once(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "nora").await?;
    let node = test.start().await?;
    let weekly = "weekly.example";
    let mut browser = Browser::new(node.address);
    let away = browser.get(weekly, "/sign-in?return=%2Fsport").await?;
    assert_eq!(away.status, 302);
    let form = path_on(away.header("location").unwrap(), HOST);
    let page = browser.get(HOST, &form).await?;
    assert_eq!(page.status, 200, "{}", page.text());
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self' http://weekly.example"), "{policy}");
    let (host, flow) = (super::hidden(&page.text(), "host"), super::hidden(&page.text(), "flow"));
    let fields = [
        ("email", "nora@readers.example"),
        ("password", PASSWORD),
        ("host", &host),
        ("flow", &flow),
        ("return", "/sport"),
    ];
    let answer = browser.post(HOST, "/sign-in", &fields).await?;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let code = path_on(answer.header("location").unwrap(), weekly);

    let mut thief = Browser::new(node.address);
    let stolen = Browser::new(node.address).post(HOST, "/sign-in", &fields).await?;
    let stolen = path_on(stolen.header("location").unwrap(), weekly);
    assert_eq!(
        thief.get(weekly, &stolen).await?.status,
        410,
        "a code counts in the browser that asked"
    );
    assert_eq!(
        browser.get(weekly, &stolen).await?.status,
        410,
        "and is used up by whoever tries"
    );
    let arrived = browser.get(weekly, &code).await?;
    assert_eq!(
        (arrived.status, arrived.header("location")),
        (302, Some("/sport")),
        "{}",
        arrived.text()
    );
    assert!(browser.get(weekly, "/").await?.text().contains("<bdi>nora</bdi>"));
    assert_eq!(browser.get(weekly, &code).await?.status, 410);

    assert_eq!(browser.post(weekly, "/sign-out", &[]).await?.status, 303);
    assert!(
        !browser.get(HOST, "/").await?.text().contains("<bdi>nora</bdi>"),
        "the chain ends as one"
    );
    node.stop().await;
    Ok(())
}

async fn sessions_are_listed_and_ended(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "lena").await?;
    let node = test.start().await?;
    let mut home = signed_in(&node, "lena").await?;
    let mut away = signed_in(&node, "lena").await?;
    let page = home.get(HOST, "/account").await?;
    assert_eq!(page.status, 200, "{}", page.text());
    let id = page
        .text()
        .split("name=\"session\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        home.post(HOST, "/account/sessions", &[("session", &id)]).await?.status,
        303
    );
    assert_eq!(away.get(HOST, "/account").await?.status, 302, "ended from afar");
    assert_eq!(home.get(HOST, "/account").await?.status, 200);
    // Somebody else's session is not theirs to end.
    reader(&test, "mira").await?;
    let mut other = signed_in(&node, "mira").await?;
    let own = home.get(HOST, "/account").await?;
    assert_eq!(own.status, 200);
    assert_eq!(
        other.post(HOST, "/account/sessions", &[("session", &id)]).await?.status,
        303
    );
    assert_eq!(home.get(HOST, "/account").await?.status, 200);
    for path in [
        "/account/email",
        "/account/password",
        "/account/deletion",
        "/account/confirm",
        "/account/data",
    ] {
        let page = home.get(HOST, path).await?;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
    }
    // After a while dangerous acts ask for a factor again.
    test.clock.step_seconds(20 * 60);
    let asked = home.get(HOST, "/account/email").await?;
    assert_eq!(
        asked.header("location"),
        Some("/account/confirm?return=%2Faccount%2Femail")
    );
    let wrong = home
        .post(
            HOST,
            "/account/confirm",
            &[("password", "wrong"), ("return", "/account/email")],
        )
        .await?;
    assert_eq!(wrong.status, 422);
    let shown = home
        .post(
            HOST,
            "/account/confirm",
            &[("password", PASSWORD), ("return", "/account/email")],
        )
        .await?;
    assert_eq!(shown.header("location"), Some("/account/email"));
    assert_eq!(home.get(HOST, "/account/email").await?.status, 200);
    // A month unseen, and it has ended by itself.
    test.clock.step_seconds(31 * 24 * 3_600);
    assert_eq!(home.get(HOST, "/account").await?.status, 302);
    node.stop().await;
    Ok(())
}

async fn a_password_is_reset_and_every_browser_signed_out(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "edda").await?;
    let node = test.start().await?;
    let mut thief = signed_in(&node, "edda").await?;
    let mut browser = Browser::new(node.address);
    let page = browser.get(HOST, "/sign-in/reset").await?;
    let begun = super::hidden(&page.text(), "begun");
    let fields = [("email", "edda@readers.example"), ("begun", begun.as_str())];
    assert_eq!(browser.post(HOST, "/sign-in/reset", &fields).await?.status, 200);
    let link = mailed(&test, "edda@readers.example").await?;
    let page = browser.get(HOST, &link).await?;
    assert_eq!(page.status, 200, "{}", page.text());
    let token = super::hidden(&page.text(), "token");
    let weak = browser
        .post(
            HOST,
            "/sign-in/new-password",
            &[("token", &token), ("password", "password12")],
        )
        .await?;
    assert_eq!(weak.status, 422);
    let fields = [("token", token.as_str()), ("password", "walnut tram cobalt")];
    assert_eq!(browser.post(HOST, "/sign-in/new-password", &fields).await?.status, 303);
    assert_eq!(browser.post(HOST, "/sign-in/new-password", &fields).await?.status, 410);
    assert_eq!(browser.get(HOST, "/account").await?.status, 200);
    assert_eq!(thief.get(HOST, "/account").await?.status, 302);
    assert_eq!(
        sign_in(&mut thief, "edda").await?.status,
        422,
        "the old password is no more"
    );
    node.stop().await;
    Ok(())
}

async fn an_authenticator_is_asked_for_and_no_code_counts_twice(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let account = reader(&test, "tilda").await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "tilda").await?;
    assert_eq!(browser.get(HOST, "/account/code").await?.status, 200);
    let secret = masthead_store::accounts::totp(&mut test.app.db.reader().await?, account)
        .await?
        .unwrap()
        .secret
        .unwrap();
    let now = || codes::totp_code(&secret, test.app.now()).unwrap();
    assert_eq!(
        browser.post(HOST, "/account/code", &[("code", "000000")]).await?.status,
        422
    );
    let first = now();
    assert_eq!(
        browser.post(HOST, "/account/code", &[("code", &first)]).await?.status,
        303
    );

    let mut other = Browser::new(node.address);
    let asked = sign_in(&mut other, "tilda").await?;
    assert_eq!(asked.status, 200, "a code is asked for");
    assert!(other.cookie(HOST, "session").is_none());
    let token = super::hidden(&asked.text(), "token");
    let used = other
        .post(HOST, "/sign-in/code", &[("token", &token), ("code", &first)])
        .await?;
    assert_eq!(used.status, 422, "used before");
    test.clock.step_seconds(60);
    let done = other
        .post(HOST, "/sign-in/code", &[("token", &token), ("code", &now())])
        .await?;
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(other.get(HOST, "/account").await?.status, 200);
    node.stop().await;
    Ok(())
}

async fn changes_of_a_profile_are_reviewed_before_they_show(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "berta").await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "berta").await?;
    let too_long = "x".repeat(501);
    let refused = browser
        .post(HOST, "/account/profile", &[("name", "Berta"), ("bio", &too_long)])
        .await?;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains(&too_long), "the text is still in its box");
    let bio = "Rows <b>boats</b> & bakes.";
    assert_eq!(
        browser
            .post(HOST, "/account/profile", &[("name", "Berta Moor"), ("bio", bio)])
            .await?
            .status,
        303
    );
    assert!(!node.get("daily", "/profiles/berta").await?.text().contains("Rows"));
    for change in rows::pending(&mut test.app.db.reader().await?, 9).await? {
        masthead_features::profiles::decide(&test.app, change.id, true, "moderator", None).await?;
    }
    let shown = node
        .get_until("daily", "/profiles/berta", |answer| {
            answer.text().contains("Berta Moor") && answer.text().contains("boats")
        })
        .await?;
    assert!(
        shown.text().contains("Rows &lt;b&gt;boats&lt;/b&gt; &amp; bakes."),
        "{}",
        shown.text()
    );
    node.stop().await;
    Ok(())
}

async fn who_is_closed_is_out_at_once(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let mut leaving = person(&test, "rolf");
    leaving.grants.push(Grant {
        role: Role::Editor,
        site: None,
    });
    let account = staff::add(&test.app, leaving, "test").await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "rolf").await?;
    assert!(node.get("daily", "/profiles/rolf").await?.text().contains("Staff"));
    staff::set_closed(&test.app, account, true, "test", "left").await?;
    assert_eq!(browser.get(HOST, "/account").await?.status, 302);
    let told = sign_in(&mut browser, "rolf").await?;
    assert_eq!(told.status, 422);
    assert!(told.text().contains("closed"), "who knows the password is told");
    staff::set_closed(&test.app, account, false, "test", "back").await?;
    assert_eq!(sign_in(&mut browser, "rolf").await?.status, 303);
    node.stop().await;
    Ok(())
}

/// Sessions are remembered between commits, and no longer.
async fn who_is_read_once_is_still_out_at_once(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let nora = reader(&test, "nora").await?;
    let node = test.start().await?;
    let other = test
        .start_another("other", std::sync::Arc::new(test.clock.clone()))
        .await?;
    let mut browser = signed_in(&node, "nora").await?;
    let knows = |page: &str| page.contains("<bdi>nora</bdi>");
    // While the store is away she is known still, for as long as nothing may have been committed: a wake of the poll
    // can come in between, so that it is tried again.
    let mut remembered = false;
    for _ in 0..50 {
        browser.get(HOST, "/").await?;
        test.app.db.set_fault(true);
        remembered = knows(&browser.get(HOST, "/").await?.text());
        test.app.db.set_fault(false);
        if remembered {
            break;
        }
    }
    assert!(remembered, "she was read from the store each time");
    let session = browser.cookie(HOST, "session").unwrap().to_owned();
    let cookie = format!("session={session}");
    let ask = async |address| {
        let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
        let answer = masthead_testkit::http::send(address, "GET", HOST, "/", &headers, &[]).await?;
        Ok::<_, anyhow::Error>(knows(&answer.text()))
    };
    assert!(ask(node.address).await? && ask(other.address).await?);
    staff::set_closed(&test.app, nora, true, "test", "left").await?;
    assert!(!ask(node.address).await?, "on the node that wrote it, the next request");
    until("the news on another node", async || Ok(!ask(other.address).await?)).await
}
