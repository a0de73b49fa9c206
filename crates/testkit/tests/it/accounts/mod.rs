//! Accounts from outside: plain forms without script, in several browsers, on both engines.

mod browsing;
mod guessing;
mod house;
mod passkeys;
mod portraits;
pub(crate) mod providers;
mod signing_up;
mod staying;

use masthead_domain::accounts::Email;
use masthead_features::accounts::staff::{self, Person};
use masthead_features::profiles;
use masthead_store::mails;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{PATIENCE, TestApp, TestNode};
use std::time::{Duration, Instant};

pub(crate) const HOST: &str = "daily.example";
pub(crate) const PASSWORD: &str = "otter lamp granite";

/// A network whose sites answer over plain http, as a demo's do.
pub(crate) async fn network(engine: masthead_store::Engine) -> anyhow::Result<TestApp> {
    network_with(engine, |_| {}).await
}

/// The same with other settings.
pub(crate) async fn network_with(
    engine: masthead_store::Engine,
    change: impl FnOnce(&mut masthead_server::settings::Settings),
) -> anyhow::Result<TestApp> {
    let test = TestApp::with_settings(engine, change).await?;
    for (position, slug) in (0_i64..).zip(["daily", "weekly"]) {
        let mut site = test.app.sites().by_slug(slug).unwrap().site.clone();
        site.origin = format!("http://{slug}.example");
        masthead_features::sites::put(&test.app, site, position).await?;
    }
    Ok(test)
}

/// A reader who is there already.
pub(crate) async fn reader(test: &TestApp, name: &str) -> anyhow::Result<masthead_domain::ids::AccountId> {
    Ok(staff::add(&test.app, person(test, name), "test").await?)
}

pub(crate) fn person(test: &TestApp, name: &str) -> Person {
    Person {
        email: Email::parse(&format!("{name}@readers.example")).unwrap(),
        username: Some(profiles::wish(&test.app, name).unwrap()),
        name: String::new(),
        bio: String::new(),
        password: Some(PASSWORD.into()),
        grants: Vec::new(),
    }
}

pub(crate) async fn sign_in(browser: &mut Browser, name: &str) -> anyhow::Result<Answer> {
    let email = format!("{name}@readers.example");
    browser
        .post(HOST, "/sign-in", &[("email", &email), ("password", PASSWORD)])
        .await
}

/// The path of the first link in the newest mail to an address, once the jobs have run.
pub(crate) async fn mailed(test: &TestApp, to: &str) -> anyhow::Result<String> {
    test.clock.step_seconds(60);
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        test.run_jobs().await?;
        let found = mails::to(&mut test.app.db.reader().await?, to, 1).await?;
        if let Some(mail) = found.first()
            && mail.state == "captured"
        {
            let link = mail
                .body
                .split_whitespace()
                .find(|word| word.starts_with("http://"))
                .unwrap();
            return Ok(link.trim_start_matches("http://daily.example").to_owned());
        }
        // The node's own runner may have taken the job a moment before.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("no mail to {to}")
}

/// The value of a hidden field.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no field {name} in {page}"))
        .1;
    rest.split('"').next().unwrap().to_owned()
}

/// The value of a button.
pub(crate) fn button(page: &str, name: &str) -> String {
    let mark = format!("<button name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) async fn signed_in(node: &TestNode, name: &str) -> anyhow::Result<Browser> {
    let mut browser = Browser::new(node.address);
    let answer = sign_in(&mut browser, name).await?;
    assert_eq!(answer.status, 303, "{}", answer.text());
    Ok(browser)
}
