//! What people are told of their comments, on their pages and by mail.

use super::{HOST, Town, town, town_with};
use crate::accounts::button;
use masthead_features::notices;
use masthead_store::{Engine, jobs, mails};
use masthead_testkit::browser::Browser;
use masthead_testkit::on_both_engines;

on_both_engines!(
    who_is_answered_is_told_on_the_page_and_by_mail,
    decisions_are_told_and_taken_back,
    mails_stop_with_one_click,
    what_is_gone_before_the_mail_is_in_none,
    no_text_waits_for_a_mail_server,
);

/// The texts of the mails to somebody about their comments, the newest first, after all that is due was done.
async fn mails_to(town: &Town, name: &str) -> anyhow::Result<Vec<mails::Mail>> {
    // Beyond the window in which notices are gathered.
    town.test.clock.step_seconds(601);
    loop {
        town.test.run_jobs().await?;
        let left = jobs::list(&mut town.test.app.db.reader().await?, 50).await?;
        if !left
            .iter()
            .any(|job| [notices::JOB, mails::JOB_SEND].contains(&job.kind.as_str()))
        {
            break;
        }
        // The node's own runner may have taken one a moment before.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        town.test.clock.step_seconds(1);
    }
    let to = format!("{name}@readers.example");
    let all = mails::to(&mut town.test.app.db.reader().await?, &to, 9).await?;
    Ok(all.into_iter().filter(|mail| mail.purpose == "notices").collect())
}

async fn answer(town: &Town, browser: &mut Browser, parent: &str, text: &str) -> anyhow::Result<String> {
    let story = town.story.to_string();
    let fields = [("story", story.as_str()), ("parent", parent), ("text", text)];
    Ok(Town::id(&browser.post(HOST, "/comments", &fields).await?))
}

async fn who_is_answered_is_told_on_the_page_and_by_mail(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    let first = Town::id(&town.write(&mut ada, "Who paid for the pier?").await?);
    answer(&town, &mut ada, &first, "I ask again.").await?;
    assert!(
        !ada.get(HOST, "/").await?.text().contains("new notice"),
        "not of one's own"
    );
    let id = answer(&town, &mut ben, &first, "The town did.").await?;

    assert!(ada.get(HOST, "/").await?.text().contains("1 new notice"));
    let page = ada.get(HOST, "/account/notices").await?.text();
    assert!(
        page.contains("ben answered your comment") && page.contains(&format!("/comments/{id}")),
        "{page}"
    );
    assert!(page.contains("Flood takes the old pier"));
    let mail = mails_to(&town, "ada").await?;
    let [mail] = mail.as_slice() else { panic!("{mail:?}") };
    assert!(mail.body.contains("ben answered your comment"), "{}", mail.body);
    assert!(mail.body.contains(&format!("http://daily.example/comments/{id}")));
    assert!(mails_to(&town, "ada").await?.len() == 1, "once");

    let until = button(&page, "until");
    assert_eq!(
        ada.post(HOST, "/account/notices", &[("until", &until)]).await?.status,
        303
    );
    assert!(!ada.get(HOST, "/").await?.text().contains("new notice"));

    // Seen in time: no mail. Muted: nothing at all.
    answer(&town, &mut ben, &first, "And the county.").await?;
    let page = ada.get(HOST, "/account/notices").await?.text();
    let until = button(&page, "until");
    ada.post(HOST, "/account/notices", &[("until", &until)]).await?;
    ada.post(HOST, "/profiles/ben/mute", &[]).await?;
    answer(&town, &mut ben, &first, "And the crown.").await?;
    assert!(!ada.get(HOST, "/").await?.text().contains("new notice"));
    assert_eq!(mails_to(&town, "ada").await?.len(), 1);

    // What is withheld later is told nowhere.
    masthead_features::stories::kill(&town.test.app, town.story, "It was another pier.", "test").await?;
    assert!(!ada.get(HOST, "/account/notices").await?.text().contains("Flood takes"));
    town.node.stop().await;
    Ok(())
}

async fn decisions_are_told_and_taken_back(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    let mut marek = town.browser("marek").await?;
    let first = Town::id(&town.write(&mut ada, "A first comment, which waits.").await?);
    let approve = [("act", "approve"), ("id", first.as_str())];
    marek.post(HOST, "/desk/review", &approve).await?;
    assert!(
        ada.get(HOST, "/account/notices")
            .await?
            .text()
            .contains("Your comment was published")
    );
    let second = answer(&town, &mut ben, &first, "An answer, which waits too.").await?;
    let notices = ada.get(HOST, "/account/notices").await?.text();
    assert!(!notices.contains("ben answered"), "it isn't there yet");
    marek
        .post(HOST, "/desk/review", &[("act", "approve"), ("id", &second)])
        .await?;
    assert!(ada.get(HOST, "/account/notices").await?.text().contains("ben answered"));
    marek
        .post(HOST, "/desk/review", &[("act", "undo"), ("id", &second)])
        .await?;
    assert!(!ada.get(HOST, "/account/notices").await?.text().contains("ben answered"));
    assert!(
        !ben.get(HOST, "/account/notices")
            .await?
            .text()
            .contains("was published")
    );
    let reject = [("act", "reject"), ("reason", "off-topic"), ("id", second.as_str())];
    marek.post(HOST, "/desk/review", &reject).await?;
    assert!(
        ben.get(HOST, "/account/notices")
            .await?
            .text()
            .contains("Your comment was not published")
    );
    let mail = mails_to(&town, "ben").await?;
    assert!(
        mail[0].body.contains("Your comment was not published"),
        "{}",
        mail[0].body
    );
    town.node.stop().await;
    Ok(())
}

async fn mails_stop_with_one_click(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    let first = Town::id(&town.write(&mut ada, "Who paid for the pier?").await?);
    answer(&town, &mut ben, &first, "The town did.").await?;
    let mail = mails_to(&town, "ada").await?.remove(0);
    let stop = mail.stop_url.unwrap();
    assert!(mail.body.contains(&stop), "also for who reads with eyes");
    let stop = stop.trim_start_matches("http://daily.example");
    let mut program = Browser::new(town.node.address);
    let asked = program.get(HOST, stop).await?;
    assert!(asked.text().contains("Send me no mails"), "{}", asked.text());
    assert_eq!(program.get(HOST, &format!("{stop}x")).await?.status, 404);
    answer(&town, &mut ben, &first, "And the county.").await?;
    assert_eq!(mails_to(&town, "ada").await?.len(), 2, "looking stops nothing");
    let click = program.post(HOST, stop, &[("List-Unsubscribe", "One-Click")]).await?;
    assert_eq!(click.status, 200, "{}", click.text());
    answer(&town, &mut ben, &first, "And the crown.").await?;
    assert_eq!(mails_to(&town, "ada").await?.len(), 2);
    let page = ada.get(HOST, "/account/notices").await?.text();
    assert!(
        page.contains("name=\"answers\" value=\"1\">"),
        "the box is not ticked: {page}"
    );
    let settings = [("digest", "daily"), ("hour", "7"), ("answers", "1")];
    ada.post(HOST, "/account/notices/settings", &settings).await?;
    answer(&town, &mut ben, &first, "And the reader.").await?;
    assert_eq!(mails_to(&town, "ada").await?.len(), 3);
    town.node.stop().await;
    Ok(())
}

async fn what_is_gone_before_the_mail_is_in_none(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    town.trust().await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    let first = Town::id(&town.write(&mut ada, "Who paid for the pier?").await?);
    let removed = answer(&town, &mut ben, &first, "Your uncle did, the thief.").await?;
    town.test.clock.step_seconds(40);
    let deleted = answer(&town, &mut ben, &first, "I take that back.").await?;
    let mut marek = town.browser("marek").await?;
    let reject = [("act", "reject"), ("reason", "abusive"), ("id", removed.as_str())];
    marek.post(HOST, "/desk/review", &reject).await?;
    ben.post(HOST, &format!("/comments/{deleted}/delete"), &[]).await?;
    assert_eq!(mails_to(&town, "ada").await?, Vec::new());
    let third = answer(&town, &mut ben, &first, "The town did.").await?;
    let mails = mails_to(&town, "ada").await?;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(mail.body.contains(&third), "{}", mail.body);
    assert!(!mail.body.contains(&removed) && !mail.body.contains(&deleted));
    town.node.stop().await;
    Ok(())
}

async fn no_text_waits_for_a_mail_server(engine: Engine) -> anyhow::Result<()> {
    // A port at which nobody listens any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let town = town_with(engine, |settings| {
        settings.mail.url = format!("smtp://127.0.0.1:{port}");
        settings.mail.from = "The Daily <news@daily.example>".into();
    })
    .await?;
    town.trust().await?;
    let (mut ada, mut ben) = (town.browser("ada").await?, town.browser("ben").await?);
    let first = Town::id(&town.write(&mut ada, "Who paid for the pier?").await?);
    answer(&town, &mut ben, &first, "The town did.").await?;
    let tried = async || -> anyhow::Result<Option<bool>> {
        town.test.run_jobs().await?;
        let left = jobs::list(&mut town.test.app.db.reader().await?, 50).await?;
        let job = left.into_iter().find(|job| job.kind == notices::JOB);
        Ok(job.map(|job| job.attempts > 0))
    };
    town.test.clock.step_seconds(601);
    // The node's own runner may have taken it a moment before.
    while tried().await? != Some(true) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let to = "ada@readers.example";
    let written = mails::to(&mut town.test.app.db.reader().await?, to, 9).await?;
    assert_eq!(written, Vec::new(), "its text waits nowhere");
    masthead_features::stories::kill(&town.test.app, town.story, "It was another pier.", "test").await?;
    // At the next try there is nothing left to tell.
    while tried().await?.is_some() {
        town.test.clock.step_seconds(60);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let written = mails::to(&mut town.test.app.db.reader().await?, to, 9).await?;
    assert_eq!(written, Vec::new());
    town.node.stop().await;
    Ok(())
}
