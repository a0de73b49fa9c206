//! Readers say what is wrong in a story; its editors answer with a correction or a word.

use crate::accounts::{HOST, network, person, reader, signed_in};
use masthead_domain::ids::StoryId;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_features::stories::{Change, ChangeError, Context};
use masthead_store::{Engine, mails, mistakes as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::{TestApp, TestNode, on_both_engines, until};

on_both_engines!(
    a_mistake_is_reported_and_corrected_on_every_site,
    a_report_is_bounded_and_counts_once,
    editors_are_told_once_and_answer_what_is_theirs,
    a_reader_takes_reports_along,
);

struct Paper {
    test: TestApp,
    node: TestNode,
    story: StoryId,
    path: String,
}

async fn paper(engine: Engine) -> anyhow::Result<Paper> {
    let test = network(engine).await?;
    reader(&test, "ada").await?;
    for (name, role, site) in [
        ("edda", Role::Editor, None),
        ("ole", Role::Editor, Some("weekly")),
        ("rita", Role::Reporter, None),
    ] {
        let mut somebody = person(&test, name);
        let site = site.map(|slug| test.app.sites().by_slug(slug).unwrap().id);
        somebody.grants = vec![Grant { role, site }];
        staff::add(&test.app, somebody, "test").await?;
    }
    let story = test
        .publish("Flood takes the old pier", "pier", &["daily/world", "weekly/world"])
        .await?;
    let node = test.start().await?;
    Ok(Paper {
        test,
        node,
        story,
        path: "/world/flood-takes-the-old-pier-20251125".to_owned(),
    })
}

impl Paper {
    fn form(&self) -> String {
        format!("/mistakes/{}", self.story)
    }

    async fn report(&self, browser: &mut Browser, text: &str) -> anyhow::Result<String> {
        let answer = browser.post(HOST, &self.form(), &[("text", text)]).await?;
        assert_eq!(answer.status, 303, "{}", answer.text());
        Ok(answer.header("location").unwrap().to_owned())
    }

    async fn waiting(&self) -> anyhow::Result<Vec<rows::Mistake>> {
        let site = self.test.app.sites().by_slug("daily").unwrap().id;
        Ok(rows::open(&mut self.test.app.db.reader().await?, site, 50).await?)
    }
}

async fn a_mistake_is_reported_and_corrected_on_every_site(engine: Engine) -> anyhow::Result<()> {
    let paper = paper(engine).await?;
    let shown = paper.node.get("daily", &paper.path).await?;
    assert!(
        shown.text().contains(&format!("href=\"{}\"", paper.form())),
        "{}",
        shown.text()
    );
    // Without an account.
    let mut stranger = Browser::new(paper.node.address);
    let asked = stranger.get(HOST, &paper.form()).await?;
    assert!(asked.status == 200 && asked.text().contains("Flood takes the old pier"));
    let receipt = paper
        .report(&mut stranger, "It was Monday, <b>not</b> Tuesday.")
        .await?;
    let waits = stranger.get(HOST, &receipt).await?.text();
    assert!(
        waits.contains("The editors have your report.") && waits.contains("&lt;b&gt;not"),
        "{waits}"
    );

    let mut edda = signed_in(&paper.node, "edda").await?;
    let start = edda.get(HOST, "/desk").await?.text();
    assert!(
        start.contains("href=\"/desk/mistakes\"") && start.contains("<b>1</b>"),
        "{start}"
    );
    let queue = edda.get(HOST, "/desk/mistakes").await?.text();
    assert!(queue.contains("It was Monday, &lt;b&gt;not"), "{queue}");
    let id = paper.waiting().await?[0].id.to_string();
    let empty = [
        ("id", id.as_str()),
        ("act", "correct"),
        ("correction", " "),
        ("reply", "Thank you!"),
    ];
    let refused = edda.post(HOST, "/desk/mistakes", &empty).await?;
    assert!(
        refused.status == 422 && refused.text().contains("Thank you!"),
        "{}",
        refused.text()
    );
    let correction = "An earlier version named the wrong day.";
    // What was never changed after publication has no correction on the page of corrections.
    paper.test.clock.step_seconds(60);
    let right = [
        ("id", id.as_str()),
        ("act", "correct"),
        ("correction", correction),
        ("reply", "Thank you!"),
    ];
    assert_eq!(edda.post(HOST, "/desk/mistakes", &right).await?.status, 303);
    for site in ["daily", "weekly"] {
        paper
            .node
            .get_until(site, &paper.path, |answer| answer.text().contains(correction))
            .await?;
        paper
            .node
            .get_until(site, "/corrections", |answer| answer.text().contains(correction))
            .await?;
    }
    let done = stranger.get(HOST, &receipt).await?.text();
    assert!(
        done.contains("The story was corrected.") && done.contains("Thank you!"),
        "{done}"
    );
    // Decided once: it stands on the page and in what the page says to machines, and no more often afterwards.
    let once = paper
        .node
        .get("daily", &paper.path)
        .await?
        .text()
        .matches(correction)
        .count();
    let again = edda.post(HOST, "/desk/mistakes", &right).await?;
    assert_eq!(again.header("location"), Some("/desk/mistakes?done=decided"));
    let shown = paper.node.get("daily", &paper.path).await?.text();
    assert_eq!(shown.matches(correction).count(), once, "{shown}");
    paper.node.stop().await;
    Ok(())
}

async fn a_report_is_bounded_and_counts_once(engine: Engine) -> anyhow::Result<()> {
    let paper = paper(engine).await?;
    let mut ada = signed_in(&paper.node, "ada").await?;
    let long = "ж".repeat(1_001);
    for text in ["", "wrong", " \u{202e}\n ", long.as_str()] {
        let refused = ada.post(HOST, &paper.form(), &[("text", text)]).await?;
        assert_eq!(refused.status, 422, "{text:.20}: {}", refused.text());
        assert!(refused.text().contains("10 to 1,000 characters"));
    }
    let receipt = paper.report(&mut ada, "It was Monday, not Tuesday.").await?;
    assert!(receipt.starts_with("/mistakes/receipts/"));
    let second = paper.report(&mut ada, "And it was in the morning.").await?;
    assert_eq!(second, "/mistakes/receipts/again");
    // A program fills what nobody sees.
    let trapped = [
        ("text", "Buy this at once, please."),
        ("website", "https://spam.example"),
    ];
    let mut program = Browser::new(paper.node.address);
    assert_eq!(program.post(HOST, &paper.form(), &trapped).await?.status, 303);
    assert_eq!(paper.waiting().await?.len(), 1);
    for path in [
        "/mistakes/nothing",
        "/mistakes/01890000-0000-7000-8000-000000000000",
        "/mistakes/receipts/made-up",
    ] {
        assert_eq!(ada.get(HOST, path).await?.status, 404, "{path}");
    }
    // Without an account there is a limit for an address.
    let mut stranger = Browser::new(paper.node.address);
    let mut statuses = Vec::new();
    for number in 0..25 {
        let text = format!("It was day number {number} of the week.");
        statuses.push(stranger.post(HOST, &paper.form(), &[("text", &text)]).await?.status);
    }
    assert!(statuses.contains(&303) && statuses.ends_with(&[429]), "{statuses:?}");
    // What readers don't see can't be reported, and tells nothing.
    masthead_features::stories::kill(&paper.test.app, paper.story, "wrong", "test").await?;
    assert_eq!(ada.get(HOST, &paper.form()).await?.status, 404);
    paper.node.stop().await;
    Ok(())
}

async fn editors_are_told_once_and_answer_what_is_theirs(engine: Engine) -> anyhow::Result<()> {
    let paper = paper(engine).await?;
    let mut stranger = Browser::new(paper.node.address);
    paper.report(&mut stranger, "It was Monday, not Tuesday.").await?;
    paper.report(&mut stranger, "The pier is called the new pier.").await?;
    paper.test.clock.step_seconds(180);
    // The node does due jobs as well, and may have taken the one that tells her.
    until("the editor's mail", async || {
        paper.test.run_jobs().await?;
        let mut conn = paper.test.app.db.reader().await?;
        Ok(!mails::to(&mut conn, "edda@readers.example", 1).await?.is_empty())
    })
    .await?;
    let mailed = async |to: &str| -> anyhow::Result<Vec<String>> {
        let mut conn = paper.test.app.db.reader().await?;
        let all = mails::to(&mut conn, &format!("{to}@readers.example"), 9).await?;
        Ok(all.into_iter().map(|mail| mail.body).collect())
    };
    let told = mailed("edda").await?;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("Monday") && told[0].contains("new pier") && told[0].contains("/desk/mistakes"));
    for other in ["ole", "rita", "ada"] {
        assert!(mailed(other).await?.is_empty(), "{other}");
    }
    // Another site's editor, and a reporter, have no say.
    let id = paper.waiting().await?[0].id.to_string();
    let stand = [
        ("id", id.as_str()),
        ("act", "stand"),
        ("reply", "It is right as it is."),
    ];
    let mut ole = signed_in(&paper.node, "ole").await?;
    assert!(!ole.get(HOST, "/desk/mistakes").await?.text().contains("Monday"));
    assert_eq!(ole.post(HOST, "/desk/mistakes", &stand).await?.status, 404);
    let mut rita = signed_in(&paper.node, "rita").await?;
    assert_eq!(rita.get(HOST, "/desk/mistakes").await?.status, 403);
    let mut edda = signed_in(&paper.node, "edda").await?;
    assert_eq!(edda.post(HOST, "/desk/mistakes", &stand).await?.status, 303);
    assert_eq!(paper.waiting().await?.len(), 1);
    // A story with a draft on top is not published by a correction.
    let id = paper.waiting().await?[0].id.to_string();
    let mut content = masthead_testkit::build::content("Flood takes the old pier", "pier");
    content.standfirst = "Not ready yet".into();
    work_on(&paper, content).await?;
    let correct = [
        ("id", id.as_str()),
        ("act", "correct"),
        ("correction", "It is the new pier."),
    ];
    let refused = edda.post(HOST, "/desk/mistakes", &correct).await?;
    assert!(
        refused.status == 422 && refused.text().contains("not published yet"),
        "{}",
        refused.text()
    );
    assert!(
        !paper
            .node
            .get("daily", &paper.path)
            .await?
            .text()
            .contains("Not ready yet")
    );
    paper.node.stop().await;
    Ok(())
}

/// Saves a revision that readers don't see yet.
async fn work_on(paper: &Paper, content: masthead_domain::stories::StoryContent) -> anyhow::Result<()> {
    let (context, story) = (Context::new(&paper.test.app, "test"), paper.story);
    paper
        .test
        .app
        .db
        .write("test.revise", move |tx| {
            let (context, content) = (context.clone(), content.clone());
            Box::pin(async move {
                let mut change = Change::begin(tx, &context, story).await?;
                change.revise(tx, &context, &content).await?;
                change.commit(tx, &context).await.map(|_| ())
            })
        })
        .await
        .map_err(|error: ChangeError| error.into())
}

async fn a_reader_takes_reports_along(engine: Engine) -> anyhow::Result<()> {
    let paper = paper(engine).await?;
    let mut ada = signed_in(&paper.node, "ada").await?;
    paper.report(&mut ada, "It was Monday, not Tuesday.").await?;
    let data: serde_json::Value = serde_json::from_str(&ada.get(HOST, "/account/data").await?.text())?;
    assert_eq!(data["mistakes"][0]["text"], "It was Monday, not Tuesday.", "{data}");
    ada.post(HOST, "/account/deletion", &[("comments", "keep")]).await?;
    paper.test.clock.step_seconds(90_000);
    // The node does due jobs as well, and may have taken the one that deletes the account.
    until("the account is gone", async || {
        paper.test.run_jobs().await?;
        let mut conn = paper.test.app.db.reader().await?;
        let known = masthead_store::accounts::by_email(&mut conn, "ada@readers.example").await?;
        Ok(known.is_none())
    })
    .await?;
    let waiting = paper.waiting().await?;
    assert_eq!(
        waiting.len(),
        1,
        "it is about the story, and stays without its reporter"
    );
    paper.node.stop().await;
    Ok(())
}
