//! Pages of a conversation: a thread with answers, what a writer sees of their own, reports with their case, appeals.

use super::pages::{Stop, at};
use crate::accounts::{HOST, person, signed_in};
use masthead_domain::comments::policy::{Scope, Settings};
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode};

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
    let answer = write(
        &mut ottoline,
        story,
        &first,
        "Nobody did.\n\nDonaudampfschifffahrtsgesellschaftskapitän",
    )
    .await?;
    let refused = write(&mut ottoline, story, "", "Something that was refused.").await?;
    let waits = write(&mut perpetua, story, &answer, "قال المهندسون إن الجدار انهار.").await?;
    perpetua.post(HOST, &format!("/comments/{answer}/likes"), &[]).await?;
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

    let stop = masthead_features::notices::stop_href(&test.app, marek_profile(test).await?).await?;
    let mut stops = vec![
        at("notices/stop.html", &stop),
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
            ("comments/form.html", format!("/comments/{answer}/delete")),
            ("comments/appeal.html", format!("/comments/{refused}/appeal")),
            ("notices/list.html", "/account/notices".to_owned()),
        ]
        .map(|(template, path)| Stop {
            own: true,
            ..at(template, &path)
        }),
    );
    Ok(stops)
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
