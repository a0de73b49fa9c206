//! Who may write where, and what is looked at first.

use super::{HOST, Town, town};
use masthead_domain::comments::CommentState;
use masthead_domain::comments::policy::{Mode, Scope, Settings};
use masthead_domain::ids::CommentId;
use masthead_features::comments;
use masthead_store::Engine;
use masthead_store::comments as rows;
use masthead_testkit::on_both_engines;

on_both_engines!(
    comments_close_three_days_after_publication,
    a_legal_hold_hides_what_was_written_on_every_site,
    words_and_links_are_looked_at_with_every_reason,
    a_section_reads_first_and_a_new_rule_counts_at_once,
);

async fn comments_close_three_days_after_publication(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    assert_eq!(town.write(&mut ada, "In time").await?.status, 303);
    town.page(|text| text.contains("In time") && text.contains("Open until"))
        .await?;
    town.test.clock.step_seconds(3 * 86_400);
    let refused = town.write(&mut ada, "Too late").await?;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.text().contains("Comments have been closed for this story."));
    assert!(refused.text().contains("Too late"), "what was typed is still there");
    town.test.run_jobs().await?;
    let page = town
        .page(|text| text.contains("Comments have been closed for this story."))
        .await?;
    assert!(
        page.contains("In time") && !page.contains("Sign in to comment"),
        "{page}"
    );
    let story = comments::scope_named(&town.test.app, &format!("story:{}", town.story)).await?;
    let open = Settings {
        mode: Some(Mode::Post),
        ..Settings::default()
    };
    comments::set(&town.test.app, story, open, "test").await?;
    town.page(|text| text.contains("Sign in to comment")).await?;
    assert_eq!(town.write(&mut ada, "Open again").await?.status, 303, "opened by hand");
    town.node.stop().await;
    Ok(())
}

async fn a_legal_hold_hides_what_was_written_on_every_site(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let id = Town::id(&town.write(&mut ada, "He did it!").await?);
    town.page(|text| text.contains("He did it!")).await?;
    let story = comments::scope_named(&town.test.app, &format!("story:{}", town.story)).await?;
    comments::hold(&town.test.app, story, "sub judice", "", "test").await?;
    for site in ["daily", "weekly"] {
        let page = town
            .node
            .get_until(site, &town.path, |page| !page.text().contains("He did it!"))
            .await?;
        assert!(
            page.text().contains("Comments have been closed for this story."),
            "{site}"
        );
        let one = town.node.get(site, &format!("{}?comment={id}", town.path)).await?;
        assert!(!one.text().contains("He did it!"), "{site}");
    }
    let list = format!("/api/v1/stories/{}/comments", town.story);
    let read = town
        .node
        .get_until("daily", &list, |answer| !answer.text().contains("He did it!"))
        .await?;
    assert_eq!(read.json()?["items"], serde_json::json!([]));
    let profile = town.node.get("daily", "/profiles/ada").await?;
    assert!(!profile.text().contains("He did it!"));
    assert_eq!(town.write(&mut ada, "Why?").await?.status, 403);
    comments::release(&town.test.app, story, "test").await?;
    town.page(|text| text.contains("He did it!")).await?;
    town.node.stop().await;
    Ok(())
}

async fn words_and_links_are_looked_at_with_every_reason(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let network = Scope::NETWORK;
    comments::set_words(&town.test.app, network, "banned", "blaggard", "test").await?;
    comments::set_words(&town.test.app, network, "suspect", "liar\nthe mayor", "test").await?;
    let mut ada = town.browser("ada").await?;
    let text = "The  Máyor is a l.i.a.r: http://a.example http://b.example http://c.example";
    let held: CommentId = Town::id(&town.write(&mut ada, text).await?).parse()?;
    let refused: CommentId = Town::id(&town.write(&mut ada, "What a b1aggard.").await?).parse()?;
    let mut conn = town.test.app.db.reader().await?;
    let held = rows::by_id(&mut conn, held).await?.unwrap();
    let rules: Vec<_> = held.findings.iter().map(|finding| finding.rule()).collect();
    assert_eq!(held.state, CommentState::Held);
    assert_eq!(rules, ["suspect-words", "links", "first-comments"]);
    let refused = rows::by_id(&mut conn, refused).await?.unwrap();
    assert_eq!(refused.state, CommentState::Rejected);
    assert_eq!(
        refused.findings.first().map(|finding| finding.rule()),
        Some("banned-words")
    );
    drop(conn);
    let own = ada.get(HOST, &town.path).await?.text();
    assert!(own.contains("Not published, because of our comments policy"), "{own}");
    let mut marek = town.browser("marek").await?;
    let staff: CommentId = Town::id(&town.write(&mut marek, "Nobody writes blaggard here.").await?).parse()?;
    let staff = rows::by_id(&mut town.test.app.db.reader().await?, staff)
        .await?
        .unwrap();
    assert_eq!(staff.state, CommentState::Published, "staff pass the detectors");
    town.page(|text| text.contains("Nobody writes blaggard here.") && text.contains(">Staff<"))
        .await?;
    town.node.stop().await;
    Ok(())
}

async fn a_section_reads_first_and_a_new_rule_counts_at_once(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let mut ada = town.browser("ada").await?;
    let state = async |answer: masthead_testkit::http::Answer| -> anyhow::Result<CommentState> {
        let id: CommentId = Town::id(&answer).parse()?;
        Ok(rows::by_id(&mut town.test.app.db.reader().await?, id)
            .await?
            .unwrap()
            .state)
    };
    assert_eq!(
        state(town.write(&mut ada, "One").await?).await?,
        CommentState::Published
    );
    let section = comments::scope_named(&town.test.app, "section:daily/world").await?;
    let pre = Settings {
        mode: Some(Mode::Pre),
        ..Settings::default()
    };
    comments::set(&town.test.app, section, pre, "test").await?;
    assert_eq!(state(town.write(&mut ada, "Two").await?).await?, CommentState::Pending);
    town.page(|text| text.contains("Comments are read by a moderator before they appear."))
        .await?;
    let weekly = town.node.get("weekly", &town.path).await?;
    assert!(
        weekly.text().contains("Comments appear at once"),
        "another site has its own ladder"
    );
    comments::set_words(&town.test.app, Scope::NETWORK, "banned", "two", "test").await?;
    assert_eq!(
        state(town.write(&mut ada, "Two!!").await?).await?,
        CommentState::Rejected
    );
    assert!(comments::hold(&town.test.app, section, "x", "", "test").await.is_err());
    let policy = town.node.get("daily", "/policies/comments").await?;
    assert_eq!(policy.status, 200, "{}", policy.text());
    town.node.stop().await;
    Ok(())
}
