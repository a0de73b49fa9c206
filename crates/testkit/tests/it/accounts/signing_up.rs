//! From an address to a profile.

use super::{HOST, PASSWORD, hidden, mailed, network, reader, signed_in};
use futures::future::join_all;
use masthead_domain::accounts::Factor;
use masthead_features::accounts::sign_in::Browser as Device;
use masthead_features::accounts::{AccountError, sign_up};
use masthead_store::Engine;
use masthead_store::accounts as rows;
use masthead_testkit::browser::Browser;
use masthead_testkit::on_both_engines;
use serde_json::json;
use std::sync::Arc;

on_both_engines!(
    from_an_address_to_a_profile,
    one_of_two_hundred_gets_the_name,
    no_name_however_strange_is_an_error,
    a_deleted_account_answers_410_and_its_name_is_nobodys,
);

async fn from_an_address_to_a_profile(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    let page = browser.get(HOST, "/sign-up?return=%2Fworld").await?;
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let begun = hidden(&page.text(), "begun");
    let wrong = browser
        .post(HOST, "/sign-up", &[("email", "ada@nowhere"), ("begun", &begun)])
        .await?;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("value=\"ada@nowhere\""),
        "what was typed is still there"
    );
    assert!(wrong.text().contains("id=\"wrong-email\""), "{}", wrong.text());

    let fields = [
        ("email", "Ada@Readers.example"),
        ("begun", begun.as_str()),
        ("return", "/world"),
    ];
    let sent = browser.post(HOST, "/sign-up", &fields).await?;
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert!(browser.cookie(HOST, "session").is_none());
    let link = mailed(&test, "Ada@Readers.example").await?;
    assert!(
        link.starts_with("/sign-up/confirm?token=") && link.ends_with("&return=%2Fworld"),
        "{link}"
    );

    let page = browser.get(HOST, &link).await?;
    assert_eq!(page.status, 200, "{}", page.text());
    let token = hidden(&page.text(), "token");
    let choose = |username: &'static str, password: &'static str| {
        let token = token.clone();
        [
            ("token".to_owned(), token),
            ("username".into(), username.into()),
            ("password".into(), password.into()),
            ("return".into(), "/world".into()),
        ]
    };
    for (username, password, field) in [
        ("ad", PASSWORD, "username"),
        ("Admin", PASSWORD, "username"),
        ("ada", "ada ada ada", "password"),
    ] {
        let fields = choose(username, password);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let wrong = browser.post(HOST, "/sign-up/confirm", &fields).await?;
        assert_eq!(wrong.status, 422, "{username} {password}");
        assert!(
            wrong.text().contains(&format!("id=\"wrong-{field}\"")),
            "{}",
            wrong.text()
        );
        assert!(wrong.text().contains(&format!("value=\"{username}\"")));
        assert!(!wrong.text().contains(password), "no password comes back");
    }
    let fields = choose("ada", PASSWORD);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let done = browser.post(HOST, "/sign-up/confirm", &fields).await?;
    assert_eq!(
        (done.status, done.header("location")),
        (303, Some("/world")),
        "{}",
        done.text()
    );
    let cookie = done.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly; SameSite=Lax") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert_eq!(
        browser.post(HOST, "/sign-up/confirm", &fields).await?.status,
        410,
        "a link works once"
    );

    let front = browser.get(HOST, "/").await?;
    assert!(front.text().contains("<bdi>ada</bdi>"), "{}", front.text());
    assert_eq!(front.header("cache-control"), Some("private, no-store"));
    let anonymous = node.get("daily", "/").await?;
    assert!(anonymous.header("cache-control").unwrap().starts_with("public"));
    assert!(!anonymous.text().contains("<bdi>ada</bdi>"));
    for site in ["daily", "weekly"] {
        let profile = node.get(site, "/profiles/ada").await?;
        assert_eq!(profile.status, 200, "{}", profile.text());
        assert!(profile.text().contains("<bdi>ada</bdi>"));
    }
    let upper = node.get("daily", "/profiles/Ada").await?;
    assert_eq!(upper.header("location"), Some("/profiles/ada"));
    assert_eq!(node.get("daily", "/profiles/nobody_here").await?.status, 404);
    node.stop().await;
    Ok(())
}

async fn one_of_two_hundred_gets_the_name(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let site = test.site("daily");
    let mut tokens = Vec::new();
    for number in 0..200 {
        let token = format!("token-{number}");
        let data = json!({ "email": format!("reader{number}@readers.example"), "site": site, "origin": "http://daily.example", "onward": "" });
        let secret = token.clone();
        let until = test.app.now().plus_seconds(3_600);
        test.app
            .db
            .write("test.token", move |tx| {
                let (secret, data) = (secret.clone(), data.clone());
                Box::pin(async move { rows::add_token(tx, &secret, "sign-up", None, &data, until).await })
            })
            .await?;
        tokens.push(token);
    }
    let attempts = tokens.into_iter().enumerate().map(|(number, token)| {
        let app = Arc::clone(&test.app);
        async move {
            let browser = Device {
                host: HOST.into(),
                device: "test".into(),
                client: [127, 0, 0, 1].into(),
                factor: Factor::Mail,
            };
            // Half of them ask for one that only looks the same.
            let username = if number % 2 == 0 { "modern_bill" } else { "rnodern_bill" };
            loop {
                let choice = sign_up::Choice {
                    token: token.clone(),
                    password: PASSWORD.into(),
                    username: username.into(),
                };
                match sign_up::complete(&app, choice, &browser).await {
                    Err(AccountError::Hasher(_)) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                    other => return other,
                }
            }
        }
    });
    let mut got = 0;
    for outcome in join_all(attempts).await {
        match outcome {
            Ok(_) => got += 1,
            Err(AccountError::UsernameTaken) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(got, 1, "exactly one gets the name");
    // Those who came too late have used nothing up: another name is theirs with the same link.
    let browser = Device {
        host: HOST.into(),
        device: "test".into(),
        client: [127, 0, 0, 1].into(),
        factor: Factor::Mail,
    };
    for (later, token) in ["token-0", "token-1"].into_iter().enumerate() {
        let choice = sign_up::Choice {
            token: token.into(),
            password: PASSWORD.into(),
            username: format!("late_{later}"),
        };
        match sign_up::complete(&test.app, choice, &browser).await {
            Ok(_) | Err(AccountError::Link) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    Ok(())
}

/// Every name of the material, and worse, through the form: never a 500.
async fn no_name_however_strange_is_an_error(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    super::staff::add(
        &test.app,
        super::Person {
            username: None,
            ..super::person(&test, "unnamed")
        },
        "test",
    )
    .await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "unnamed").await?;
    let mut names: Vec<String> = vec![
        "".into(),
        "\u{0}".into(),
        "a\u{0}b".into(),
        "<script>alert(1)</script>".into(),
        "а́да".into(),
        "👩‍👩‍👧".into(),
        "x".repeat(60_000),
        "\u{202E}nimda".into(),
        "' OR 1=1 --".into(),
        "../../etc/passwd".into(),
        "%00".into(),
        "{{7*7}}".into(),
        "ﬁrst_name".into(),
        "İstanbul".into(),
    ];
    match std::env::var("MASTHEAD_TESTDATA") {
        Ok(folder) => {
            let file = std::path::Path::new(&folder).join("names/reserved-usernames/files/reserved-usernames.txt");
            let listed = std::fs::read_to_string(file)?;
            names.extend(listed.lines().map(str::to_owned));
        }
        Err(_) => eprintln!("MASTHEAD_TESTDATA is not set: the lists of reserved names were not tried"),
    }
    for (number, name) in names.iter().enumerate() {
        let encoded = masthead_testkit::browser::encode(&[("username", name)]);
        if number % 50 == 0 {
            test.clock.step_seconds(600);
            sign_in_again(&node, &mut browser).await?;
        }
        let looked = browser.get(HOST, &format!("/account/username?{encoded}")).await?;
        assert!(matches!(looked.status, 200 | 422 | 431), "{name:?}: {}", looked.status);
        if looked.status == 422 {
            let taken = browser.post(HOST, "/account/username", &[("username", name)]).await?;
            assert_eq!(taken.status, 422, "{name:?}: {}", taken.text());
            assert!(!taken.text().contains("<script>alert"), "{name:?}");
        }
    }
    node.stop().await;
    Ok(())
}

async fn sign_in_again(node: &masthead_testkit::TestNode, browser: &mut Browser) -> anyhow::Result<()> {
    *browser = signed_in(node, "unnamed").await?;
    Ok(())
}

async fn a_deleted_account_answers_410_and_its_name_is_nobodys(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "greta").await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "greta").await?;
    assert_eq!(node.get("daily", "/profiles/greta").await?.status, 200);
    let data = browser.get(HOST, "/account/data").await?;
    assert_eq!(data.status, 200, "{}", data.text());
    assert_eq!(data.json()?["profile"]["username"], "greta");
    assert_eq!(
        browser
            .post(HOST, "/account/deletion", &[("comments", "keep")])
            .await?
            .status,
        303
    );
    assert!(browser.get(HOST, "/account").await?.text().contains("Keep my account"));
    test.clock.step_seconds(23 * 3_600);
    test.run_jobs().await?;
    assert_eq!(
        node.get("daily", "/profiles/greta").await?.status,
        200,
        "a day has not passed"
    );
    test.clock.step_seconds(2 * 3_600);
    test.run_jobs().await?;
    let gone = node
        .get_until("weekly", "/profiles/greta", |answer| answer.status == 410)
        .await?;
    assert!(gone.text().contains("deleted by its owner"), "{}", gone.text());
    node.get_until("daily", "/profiles/greta", |answer| answer.status == 410)
        .await?;
    assert_eq!(
        super::sign_in(&mut browser, "greta").await?.status,
        422,
        "nobody signs in any more"
    );
    reader(&test, "otto").await?;
    super::staff::add(
        &test.app,
        super::Person {
            username: None,
            ..super::person(&test, "fresh")
        },
        "test",
    )
    .await?;
    let mut other = signed_in(&node, "fresh").await?;
    for name in ["greta", "greta_"] {
        let taken = other.post(HOST, "/account/username", &[("username", name)]).await?;
        assert_eq!(taken.status, 422, "{name} is never given again");
    }
    node.stop().await;
    Ok(())
}
