//! Pages of a conversation: a thread with answers, what a writer sees of their own, reports with their case, appeals.

use super::pages::{Stop, answer, at};
use crate::accounts::{HOST, person, signed_in};
use masthead_domain::comments::policy::{Scope, Settings};
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_features::banners::{self, Told};
use masthead_features::notices::Stops;
use masthead_store::mails;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{PATIENCE, TestApp, TestNode};
use std::time::{Duration, Instant};

/// Comments under the story at `path` by the reader whose session the pages are looked at with, and by others.
pub(super) async fn conversation(test: &TestApp, node: &TestNode, path: &str) -> anyhow::Result<Vec<Stop>> {
    let nobody_is_new = Settings {
        first_comments: Some(0),
        first_hours: Some(0),
        ..Default::default()
    };
    masthead_features::comments::set(&test.app, Scope::NETWORK, nobody_is_new, "test").await?;
    let mut marek = person(test, "marek");
    marek.grants = vec![Grant {
        role: Role::Moderator,
        site: None,
    }];
    staff::add(&test.app, marek, "test").await?;
    for name in ["perpetua", "lavinia"] {
        staff::add(&test.app, person(test, name), "test").await?;
    }
    let (mut marek, mut perpetua) = (signed_in(node, "marek").await?, signed_in(node, "perpetua").await?);
    let mut ottoline = signed_in(node, "ottoline").await?;

    let page = perpetua.get(HOST, path).await?.text();
    let (_, after) = page.split_once("data-story=\"").unwrap();
    let (story, _) = after.split_once('"').unwrap();
    let first = write(
        &mut perpetua,
        story,
        "",
        "Who paid for the wall?\n\n> I asked in public.\n\nhttps://elsewhere.example",
    )
    .await?;
    let reply = write(
        &mut ottoline,
        story,
        &first,
        "Nobody did.\n\nDonaudampfschifffahrtsgesellschaftskapitän",
    )
    .await?;
    let refused = write(&mut ottoline, story, "", "Something that was refused.").await?;
    let waits = write(&mut perpetua, story, &reply, "قال المهندسون إن الجدار انهار.").await?;
    perpetua.post(HOST, &format!("/comments/{reply}/likes"), &[]).await?;
    write(
        &mut signed_in(node, "lavinia").await?,
        story,
        "",
        "What its reader muted.",
    )
    .await?;
    ottoline.post(HOST, "/profiles/lavinia/mute", &[]).await?;
    let decision = [
        ("act", "reject"),
        ("reason", "off-topic"),
        ("note", "Not about the tide."),
        ("id", refused.as_str()),
    ];
    marek.post(HOST, "/desk/review", &decision).await?;
    marek
        .post(HOST, "/desk/review", &[("act", "feature"), ("id", &first)])
        .await?;
    let mut stranger = Browser::new(node.address);
    let report = [("reason", "spam"), ("note", "Look at the link.")];
    let sent = stranger
        .post(HOST, &format!("/comments/{waits}/reports"), &report)
        .await?;
    node.get_until("daily", path, |page| page.text().contains(&format!("comment-{waits}")))
        .await?;

    let marek = marek_profile(test).await?;
    let stop = |stops| masthead_features::notices::stop_href(&test.app, marek, stops);
    let topic = masthead_store::topics::all(&mut test.app.db.reader().await?)
        .await?
        .remove(0);
    for (kind, slug) in [("topic", topic.slug.as_str()), ("breaking", ""), ("alerts", "")] {
        ottoline
            .post(HOST, "/account/notices/follow", &[("kind", kind), ("slug", slug)])
            .await?;
    }
    let breaking = breaking(test, story).await?;
    let mut stops = vec![
        answer("mail/follows.html", breaking),
        at("notices/stop.html", &stop(Stops::Answers).await?),
        at("notices/stop.html", &stop(Stops::Follows).await?),
        at("comments/thread.html", path),
        at("comments/policy.html", "/policies/comments"),
        at("comments/report.html", &format!("/comments/{first}/report")),
        at("comments/case.html", &to(&sent)),
    ];
    stops.extend(
        [
            ("comments/write.html", path.to_owned()),
            ("comments/own.html", path.to_owned()),
            ("comments/muted.html", path.to_owned()),
            ("comments/mute.html", "/profiles/lavinia".to_owned()),
            ("comments/form.html", format!("/comments/{first}/reply")),
            ("comments/form.html", format!("/comments/{reply}/delete")),
            ("comments/appeal.html", format!("/comments/{refused}/appeal")),
            ("notices/list.html", "/account/notices".to_owned()),
            (
                "notices/follow.html",
                format!("/account/notices/follow?kind=topic&slug={}", topic.slug),
            ),
        ]
        .map(|(template, path)| Stop {
            own: true,
            ..at(template, &path)
        }),
    );
    Ok(stops)
}

/// The page of the mail that tells whoever follows breaking news of a story.
async fn breaking(test: &TestApp, story: &str) -> anyhow::Result<String> {
    banners::set(
        &test.app,
        "daily",
        story,
        "The wall holds – السد صامد",
        Told::Followers,
        "test",
    )
    .await?;
    let end = Instant::now() + PATIENCE;
    loop {
        test.run_jobs().await?;
        let to = "ottoline@readers.example";
        let known = mails::to(&mut test.app.db.reader().await?, to, 50).await?;
        if let Some(html) = known.into_iter().find_map(|mail| mail.html) {
            banners::clear(&test.app, "daily").await?;
            return Ok(html);
        }
        anyhow::ensure!(Instant::now() < end, "no mail tells of breaking news");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Somebody who may stop mails.
async fn marek_profile(test: &TestApp) -> anyhow::Result<masthead_domain::ids::ProfileId> {
    let name = masthead_domain::profiles::Username::parse("marek")?;
    let found = masthead_features::profiles::named(&test.app, &mut test.app.db.reader().await?, &name).await?;
    Ok(found.unwrap().id)
}

/// Writes a comment and gives its id.
async fn write(browser: &mut Browser, story: &str, parent: &str, text: &str) -> anyhow::Result<String> {
    let fields = [("story", story), ("parent", parent), ("text", text)];
    let answer = browser.post(HOST, "/comments", &fields).await?;
    Ok(to(&answer).trim_start_matches("/comments/").to_owned())
}

/// Where an answer leads.
fn to(answer: &Answer) -> String {
    let to = answer.header("location");
    to.unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()))
        .to_owned()
}
