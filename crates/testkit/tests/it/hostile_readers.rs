//! What was written to break sanitisers, sent by readers wherever they may write, and looked at in real Chromium: nothing
//! runs, nothing is asked of another host, no page is broken, and nothing is a 500.

use crate::accounts::{HOST, person, reader, signed_in};
use crate::comments::{Town, town};
use crate::contributions::pictures::{jpeg, send};
use crate::contributions::{TERMS, desk, desk_page, own_page};
use crate::support::devtools::Page;
use crate::support::payloads::{batches, payloads};
use masthead_domain::comments::policy::{Scope, Settings};
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_features::{comments, profiles};
use masthead_store::{Engine, comments as rows, profiles as profile_rows};
use masthead_testkit::browser::Browser;

/// What is wrong with a page, as a list.
const LOOK: &str = r#"(() => {
    const wrong = [];
    if (window.ran) wrong.push(`ran: ${window.ran}`);
    if (document.querySelectorAll('main').length !== 1) wrong.push('not one main part');
    const main = document.querySelector('main');
    if (main && main.parentElement !== document.body) wrong.push('the main part lies elsewhere');
    const foot = document.querySelector('footer');
    if (!foot || foot.closest('main')) wrong.push('the foot is gone or swallowed');
    for (const one of document.querySelectorAll('iframe, object, embed, base, main style, main link, main meta'))
        wrong.push(one.outerHTML.slice(0, 200));
    for (const one of document.querySelectorAll('script[src]:not([src^="/"]), img:not([src^="/"]):not([src^="data:"])'))
        wrong.push(one.outerHTML.slice(0, 200));
    for (const one of document.querySelectorAll('form'))
        if (one.getAttribute('action') && !one.getAttribute('action').startsWith('/')) wrong.push(one.outerHTML.slice(0, 200));
    for (const one of document.querySelectorAll('*'))
        for (const name of one.getAttributeNames())
            if (name.startsWith('on')) wrong.push(one.outerHTML.slice(0, 200));
    for (const one of document.querySelectorAll('a[href]'))
        if (!/^(https?:|mailto:|otpauth:|\/|#|\?)/i.test(one.getAttribute('href'))) wrong.push(one.outerHTML.slice(0, 200));
    return wrong;
})()"#;

async fn browser(node: &masthead_testkit::TestNode, session: &Browser) -> anyhow::Result<Page> {
    let mut page = Page::open(node).await?;
    page.call("Network.enable", serde_json::json!({})).await?;
    page.before_each(
        "for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => { window.ran = name; };",
    )
    .await?;
    page.set_cookie("session", session.cookie(HOST, "session").unwrap())
        .await?;
    Ok(page)
}

/// Opens a page and fails where anything of it is not as it should be.
async fn sound(page: &mut Page, path: &str) -> anyhow::Result<()> {
    page.go(path).await?;
    let wrong = page.run(LOOK).await?;
    anyhow::ensure!(wrong.as_array().is_some_and(Vec::is_empty), "{path}: {wrong:#}");
    let strangers = page.strangers();
    anyhow::ensure!(strangers.is_empty(), "{path} asks others: {strangers:#?}");
    let complaints = page.complaints();
    anyhow::ensure!(complaints.is_empty(), "{path}: {complaints:#?}");
    Ok(())
}

async fn free_rein(town: &Town) -> anyhow::Result<()> {
    let settings = Settings {
        first_comments: Some(0),
        first_hours: Some(0),
        first_day: Some(60_000),
        seconds_between: Some(0),
        burst: Some(255),
        links: Some(255),
        ..Settings::default()
    };
    comments::set(&town.test.app, Scope::NETWORK, settings, "test").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comments_of_every_payload_stay_text() -> anyhow::Result<()> {
    let town = town(Engine::Sqlite).await?;
    free_rein(&town).await?;
    let mut marek = town.browser("marek").await?;
    let mut ada = town.browser("ada").await?;
    let mut page = browser(&town.node, &marek).await?;
    let (mut shown, mut last) = (0, String::new());
    let all = batches(&payloads()?, 4_900);
    for (number, text) in all.iter().enumerate() {
        // The newest stand first.
        town.test.clock.step_seconds(1);
        let answer = town.write(&mut ada, text).await?;
        anyhow::ensure!(matches!(answer.status, 303 | 422), "{}: {text:.200}", answer.status);
        if answer.status == 303 {
            let id = Town::id(&answer);
            let mut conn = town.test.app.db.reader().await?;
            // What a rule holds back waits at the desk, and is looked at there.
            if rows::by_id(&mut conn, id.parse()?)
                .await?
                .is_some_and(|comment| comment.state.is_shown())
            {
                last = id;
                shown += 1;
            }
        }
        // A page of a thread shows 25.
        if number % 24 == 23 || number + 1 == all.len() {
            town.page(|text| text.contains(&format!("comment-{last}"))).await?;
            sound(&mut page, &town.path).await?;
            for queue in ["new", "held", "pending"] {
                sound(&mut page, &format!("/desk/review?queue={queue}")).await?;
            }
        }
    }
    assert!(shown * 3 > all.len(), "only {shown} of {} were shown", all.len());
    // A report, an appeal's form, a mistake, with the same words beside them.
    for path in [format!("/comments/{last}/report"), format!("/comments/{last}/reply")] {
        sound(&mut page, &path).await?;
    }
    for text in all.iter().step_by(16) {
        let reported = [("reason", "other"), ("note", text.as_str())];
        let answer = marek
            .post(HOST, &format!("/comments/{last}/reports"), &reported)
            .await?;
        anyhow::ensure!(answer.status < 500, "{}: {text:.200}", answer.status);
        let mistake: String = text.chars().take(1_000).collect();
        let path = format!("/mistakes/{}", town.story);
        let answer = Browser::new(town.node.address)
            .post(HOST, &path, &[("text", mistake.as_str())])
            .await?;
        anyhow::ensure!(answer.status < 500, "{}: {text:.200}", answer.status);
    }
    sound(&mut page, "/desk/review?queue=reported").await?;
    town.node.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_and_words_of_every_payload_stay_text() -> anyhow::Result<()> {
    let town = town(Engine::Sqlite).await?;
    let all = payloads()?;
    // No payload is a username, unless it could be anybody's.
    let mut nameless = person(&town.test, "nobody_yet");
    nameless.username = None;
    staff::add(&town.test.app, nameless, "test").await?;
    let mut nobody = signed_in(&town.node, "nobody_yet").await?;
    let plain = |text: &str| {
        let text = text.trim().to_lowercase();
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    for name in all.iter().filter(|text| !plain(text)).step_by(3) {
        let answer = nobody.post(HOST, "/account/username", &[("username", name)]).await?;
        assert_eq!(answer.status, 422, "{name:?}: {}", answer.text());
    }
    // Names and words about themselves, at the desk and on the profiles' pages.
    let mut editor = person(&town.test, "alma");
    editor.grants = vec![Grant {
        role: Role::Admin,
        site: None,
    }];
    staff::add(&town.test.app, editor, "test").await?;
    let alma = signed_in(&town.node, "alma").await?;
    let mut page = browser(&town.node, &alma).await?;
    let (names, bios) = (batches(&all, 60), batches(&all, 490));
    let mut people = Vec::new();
    for (number, bio) in bios.iter().step_by(bios.len().div_ceil(20)).enumerate() {
        let username = format!("reader_{number}");
        let account = reader(&town.test, &username).await?;
        let profile = profile_rows::of_account(&mut town.test.app.db.reader().await?, account)
            .await?
            .unwrap();
        let mut browser = signed_in(&town.node, &username).await?;
        let name = names[number * names.len() / 24].as_str();
        let fields = [("name", name), ("bio", bio.as_str())];
        let answer = browser.post(HOST, "/account/profile", &fields).await?;
        anyhow::ensure!(
            matches!(answer.status, 303 | 422),
            "{} {}",
            answer.status,
            answer.text()
        );
        sound_for(&town, &browser, "/account").await?;
        people.push((username, profile.id));
    }
    sound(&mut page, "/desk/review/profiles").await?;
    for change in profile_rows::pending(&mut town.test.app.db.reader().await?, 100).await? {
        profiles::decide(&town.test.app, change.id, true, "test", None).await?;
    }
    for (username, _) in &people {
        sound(&mut page, &format!("/profiles/{username}")).await?;
    }
    town.node.stop().await;
    Ok(())
}

/// The same page as its owner gets it, without a browser: it comes, and holds no tag of a payload.
async fn sound_for(town: &Town, browser: &Browser, path: &str) -> anyhow::Result<()> {
    let cookie = format!("session={}", browser.cookie(HOST, "session").unwrap());
    let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
    let answer = masthead_testkit::http::send(town.node.address, "GET", HOST, path, &headers, &[]).await?;
    anyhow::ensure!(answer.status == 200, "{path}: {}", answer.status);
    anyhow::ensure!(!answer.text().contains("<script>alert"), "{path}: {}", answer.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contributions_of_every_payload_stay_text() -> anyhow::Result<()> {
    let desk = desk(Engine::Sqlite).await?;
    let (mut ada, mut ben, mut marek) = (
        desk.browser("ada").await?,
        desk.browser("ben").await?,
        desk.browser("marek").await?,
    );
    let all = payloads()?;
    let mut page = browser(&desk.node, &marek).await?;
    // Each text is kept as a draft, whatever it is; some are sent, accepted and published.
    let words = "heron ".repeat(210);
    let texts = batches(&all, 28_000);
    let titles = batches(&all, 140);
    for (number, text) in texts.iter().enumerate() {
        let title = titles[number * titles.len() / texts.len()].replace('\n', " ");
        let (text, writer) = (
            format!("{text}\n\n{words}"),
            if number % 2 == 0 { &mut ada } else { &mut ben },
        );
        let fields = [
            ("title", title.as_str()),
            ("text", text.as_str()),
            ("agree", TERMS),
            ("act", "submit"),
        ];
        let sent = writer.post(HOST, "/contribute/story", &fields).await?;
        anyhow::ensure!(matches!(sent.status, 303 | 422), "{} {}", sent.status, sent.text());
        if sent.status == 422 {
            continue;
        }
        let own = own_page(&sent);
        sound(&mut page, &desk_page(&own)).await?;
        anyhow::ensure!(writer.get(HOST, &own).await?.status == 200, "{own}");
        anyhow::ensure!(
            desk.act(&mut marek, &own, &[("act", "accept")]).await?.status == 303,
            "{own}"
        );
        let publish = [("act", "publish"), ("place-daily", "world")];
        anyhow::ensure!(desk.act(&mut marek, &own, &publish).await?.status == 303, "{own}");
    }
    desk.test.run_jobs().await?;
    // Pictures: captions, places and the names of their files.
    let lines: Vec<String> = all.iter().map(|text| text.replace(['\r', '\n'], " ")).collect();
    let captions = batches(&lines, 280);
    let files: Vec<(String, Vec<u8>)> = (0_u8..12)
        .map(|number| {
            let name = lines[usize::from(number) * lines.len() / 12]
                .chars()
                .take(120)
                .collect();
            (name, jpeg(number * 19, (64, 48), 1, false))
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let kept = send(&mut ada, &[("title", "Herons"), ("act", "save")], &files).await?;
    anyhow::ensure!(matches!(kept.status, 303 | 422), "{} {}", kept.status, kept.text());
    let form = ada.get(HOST, "/contribute/pictures").await?.text();
    let ids: Vec<&str> = form
        .split("name=\"caption-")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    assert!(!ids.is_empty(), "{form}");
    let mut fields = vec![
        ("title".to_owned(), "Herons <script>alert(1)</script>".to_owned()),
        ("own".to_owned(), "yes".to_owned()),
        ("agree".to_owned(), TERMS.to_owned()),
        ("act".to_owned(), "submit".to_owned()),
    ];
    for (number, id) in ids.iter().enumerate() {
        let caption = captions[number * captions.len() / ids.len()].replace('\n', " ");
        fields.push((format!("caption-{id}"), caption.clone()));
        fields.push((format!("place-{id}"), caption.chars().take(80).collect()));
        fields.push((format!("date-{id}"), "2025-11-23".to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let sent = send(&mut ada, &fields, &[]).await?;
    anyhow::ensure!(sent.status == 303, "{} {}", sent.status, sent.text());
    let own = own_page(&sent);
    sound(&mut page, &desk_page(&own)).await?;
    anyhow::ensure!(
        desk.act(&mut marek, &own, &[("act", "accept")]).await?.status == 303,
        "{own}"
    );
    let publish = [("act", "publish"), ("place-daily", "world")];
    anyhow::ensure!(desk.act(&mut marek, &own, &publish).await?.status == 303, "{own}");
    desk.test.run_jobs().await?;
    // What was published, wherever it stands now.
    for path in [
        "/",
        "/world",
        "/your-stories",
        "/multimedia",
        "/profiles/ada",
        "/profiles/ben",
    ] {
        let answer = desk.node.get("daily", path).await?;
        anyhow::ensure!(answer.status == 200, "{path}: {}", answer.status);
        sound(&mut page, path).await?;
    }
    let list = desk.node.get("daily", "/profiles/ada").await?.text();
    let links: Vec<String> = list
        .split("href=\"/")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .filter(|path| path.starts_with("world/") || path.starts_with("galleries/"))
        .map(|path| format!("/{path}"))
        .collect();
    assert!(!links.is_empty(), "{list}");
    for path in links {
        sound(&mut page, &path).await?;
    }
    desk.node.stop().await;
    Ok(())
}
