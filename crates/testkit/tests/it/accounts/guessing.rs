//! What a stranger learns: nothing.

use super::{HOST, PASSWORD, hidden, network, reader, sign_in, signed_in};
use masthead_store::Engine;
use masthead_store::mails;
use masthead_testkit::browser::{Browser, encode};
use masthead_testkit::on_both_engines;

on_both_engines!(
    known_and_unknown_addresses_get_the_same_answers,
    who_tries_too_often_waits,
    foreign_pages_change_nothing,
    nobody_is_taken_elsewhere_after_signing_in,
    a_planted_cookie_is_worth_nothing,
);

/// The answer without what differs each time: the request's id and the signed moment.
fn alike(answer: &masthead_testkit::http::Answer, email: &str) -> String {
    let mut text = answer.text().replace(email, "ADDRESS");
    if text.contains("name=\"begun\"") {
        text = text.replace(&hidden(&text, "begun"), "BEGUN");
    }
    text
}

async fn known_and_unknown_addresses_get_the_same_answers(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "known").await?;
    let node = test.start().await?;
    for path in ["/sign-in", "/sign-up", "/sign-in/reset"] {
        let mut texts = Vec::new();
        for email in ["known@readers.example", "other@readers.example"] {
            let mut browser = Browser::new(node.address);
            let page = browser.get(HOST, path).await?;
            let begun = hidden(&page.text(), "begun");
            let fields = [
                ("email", email),
                ("password", "wrong wrong wrong"),
                ("begun", &begun),
                ("return", "/"),
            ];
            let answer = browser.post(HOST, path, &fields).await?;
            texts.push((answer.status, answer.headers.len(), alike(&answer, email)));
        }
        assert_eq!(texts[0], texts[1], "{path}");
    }
    // What differs is told in the mailbox alone.
    test.clock.step_seconds(60);
    super::mailed(&test, "other@readers.example").await?;
    super::mailed(&test, "known@readers.example").await?;
    let mut conn = test.app.db.reader().await?;
    let other: Vec<String> = mails::to(&mut conn, "other@readers.example", 9)
        .await?
        .into_iter()
        .map(|mail| mail.purpose)
        .collect();
    assert_eq!(other, ["sign-up"], "no word about a password that there isn't");
    let mut known: Vec<String> = mails::to(&mut conn, "known@readers.example", 9)
        .await?
        .into_iter()
        .map(|mail| mail.purpose)
        .collect();
    known.sort();
    assert_eq!(known, ["known", "reset"]);
    drop(conn);
    node.stop().await;
    Ok(())
}

async fn who_tries_too_often_waits(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "patient").await?;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    let wrong = [("email", "patient@readers.example"), ("password", "wrong")];
    for _ in 0..10 {
        assert_eq!(browser.post(HOST, "/sign-in", &wrong).await?.status, 422);
    }
    let refused = browser.post(HOST, "/sign-in", &wrong).await?;
    assert_eq!(refused.status, 429);
    let wait: i64 = refused.header("retry-after").unwrap().parse()?;
    assert!((1..=600).contains(&wait), "{wait}");
    assert_eq!(
        sign_in(&mut browser, "patient").await?.status,
        429,
        "the right password waits too"
    );
    test.clock.step_seconds(wait);
    assert_eq!(sign_in(&mut browser, "patient").await?.status, 303);
    node.stop().await;
    Ok(())
}

async fn foreign_pages_change_nothing(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "carla").await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "carla").await?;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = encode(&[("name", "Mallory"), ("bio", "")]);
    for foreign in [
        vec![form, ("origin", "https://evil.example")],
        vec![form, ("origin", "null")],
        vec![form, ("sec-fetch-site", "cross-site")],
        vec![
            form,
            ("sec-fetch-site", "same-site"),
            ("origin", "http://weekly.example"),
        ],
    ] {
        let answer = browser
            .send("POST", HOST, "/account/profile", &foreign, body.as_bytes())
            .await?;
        assert_eq!(answer.status, 403, "{foreign:?}");
        let mut stranger = Browser::new(node.address);
        let answer = stranger
            .send("POST", HOST, "/sign-in", &foreign, body.as_bytes())
            .await?;
        assert_eq!(answer.status, 403, "without a cookie too: {foreign:?}");
    }
    // A browser that says nothing is asked, with everything that was in the form.
    let asked = browser
        .send("POST", HOST, "/account/profile", &[form], body.as_bytes())
        .await?;
    assert_eq!(asked.status, 200, "{}", asked.text());
    assert_eq!(asked.header("cache-control"), Some("private, no-store"));
    assert_eq!(hidden(&asked.text(), "name"), "Mallory");
    assert!(
        !browser.get(HOST, "/account").await?.text().contains("Mallory"),
        "nothing was changed yet"
    );
    let token = hidden(&asked.text(), "confirm_origin");
    let confirmed = encode(&[("name", "Carla K"), ("bio", ""), ("confirm_origin", &token)]);
    let elsewhere = browser
        .send("POST", HOST, "/account/deletion", &[form], confirmed.as_bytes())
        .await?;
    assert_eq!(elsewhere.status, 200, "a confirmation is for one address");
    let done = browser
        .send("POST", HOST, "/account/profile", &[form], confirmed.as_bytes())
        .await?;
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(browser.get(HOST, "/account").await?.text().contains("Carla K"));
    node.stop().await;
    Ok(())
}

async fn nobody_is_taken_elsewhere_after_signing_in(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "vera").await?;
    let node = test.start().await?;
    for bad in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nLocation: x",
        "/sign-in",
    ] {
        test.clock.step_seconds(120);
        let mut browser = Browser::new(node.address);
        let fields = [
            ("email", "vera@readers.example"),
            ("password", PASSWORD),
            ("return", bad),
        ];
        let answer = browser.post(HOST, "/sign-in", &fields).await?;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{bad:?}");
        // A host that is none of ours gets nobody.
        let flow = "x".repeat(43);
        let fields = [
            ("email", "vera@readers.example"),
            ("password", PASSWORD),
            ("host", "evil.example"),
            ("flow", &flow),
            ("return", "/"),
        ];
        let answer = Browser::new(node.address).post(HOST, "/sign-in", &fields).await?;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    }
    node.stop().await;
    Ok(())
}

async fn a_planted_cookie_is_worth_nothing(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "frida").await?;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    browser.set_cookie(HOST, "session", "planted-by-somebody");
    assert_eq!(sign_in(&mut browser, "frida").await?.status, 303);
    let secret = browser.cookie(HOST, "session").unwrap().to_owned();
    assert_ne!(secret, "planted-by-somebody", "signing in makes a new secret");
    let mut thief = Browser::new(node.address);
    thief.set_cookie(HOST, "session", "planted-by-somebody");
    assert!(!thief.get(HOST, "/").await?.text().contains("frida"));
    // The cookie of one host counts on no other.
    thief.set_cookie("weekly.example", "session", &secret);
    assert!(!thief.get("weekly.example", "/").await?.text().contains("frida"));
    thief.set_cookie(HOST, "session", &secret);
    assert!(thief.get(HOST, "/").await?.text().contains("frida"));
    assert_eq!(browser.post(HOST, "/sign-out", &[]).await?.status, 303);
    assert!(
        !thief.get(HOST, "/").await?.text().contains("frida"),
        "signing out ends it on the server"
    );
    node.stop().await;
    Ok(())
}
