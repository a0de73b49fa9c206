//! Signing in with other providers: a real OpenID Connect provider in the test's process, and Facebook as it behaves on
//! bad days. Nobody gets into an account by a provider's word for its address.

use super::{HOST, PASSWORD, hidden, mailed, network_with, reader, signed_in};
use crate::support::openid::{CLIENT, Fault, Member, Provider, SECRET};
use masthead_domain::accounts::Email;
use masthead_domain::ids::{AccountId, ProfileId};
use masthead_domain::profiles::ProfileState;
use masthead_services::providers::{ProviderKind, ProviderSettings};
use masthead_store::accounts::{self as rows, NewAccount};
use masthead_store::{Engine, mails, profiles};
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode, on_both_engines};

on_both_engines!(
    a_new_reader_comes_by_a_provider_from_another_site_and_has_no_name_yet,
    a_known_address_is_asked_for_a_factor_once,
    a_proved_address_displaces_who_never_proved_it,
    what_cannot_be_believed_signs_nobody_in,
    an_answer_counts_once_in_the_browser_that_asked,
    facebook_on_good_and_bad_days,
    providers_are_linked_and_unlinked_on_the_account_page,
    who_has_no_factor_here_shows_it_there_or_by_a_mailed_code,
);

struct Town {
    test: TestApp,
    node: TestNode,
    club: Provider,
    facebook: Provider,
}

/// A provider as the settings name it.
pub(crate) fn offered(name: &str, kind: ProviderKind, provider: &Provider) -> ProviderSettings {
    ProviderSettings {
        name: name.into(),
        kind,
        label: format!("The {name}"),
        issuer: provider.issuer(),
        client_id: CLIENT.into(),
        client_secret: SECRET.into(),
        ..ProviderSettings::default()
    }
}

/// Lets the guarded client reach a provider on this machine.
pub(crate) fn allowed(provider: &Provider) -> String {
    provider.issuer().trim_start_matches("http://").to_owned()
}

async fn town(engine: Engine) -> anyhow::Result<Town> {
    let (club, facebook) = (Provider::openid().await?, Provider::facebook().await?);
    let test = network_with(engine, |settings| {
        settings.outgoing.allow = vec![allowed(&club), allowed(&facebook)];
        settings.accounts.providers = vec![
            offered("club", ProviderKind::Oidc, &club),
            offered("facebook", ProviderKind::Facebook, &facebook),
        ];
    })
    .await?;
    club.keep_time(&test.clock);
    let node = test.start().await?;
    Ok(Town {
        test,
        node,
        club,
        facebook,
    })
}

pub(crate) fn location(answer: &Answer) -> String {
    let to = answer.header("location");
    to.unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()))
        .to_owned()
}

impl Town {
    fn browser(&self) -> Browser {
        Browser::new(self.node.address)
    }

    /// Goes to a provider, says yes there, and comes back.
    async fn by(&self, browser: &mut Browser, name: &str, member: &Member) -> anyhow::Result<Answer> {
        let away = browser.get(HOST, &format!("/sign-in/{name}")).await?;
        assert_eq!(away.status, 302, "{}", away.text());
        let provider = if name == "club" { &self.club } else { &self.facebook };
        let back = provider.agree(&location(&away), member);
        browser.get(HOST, &back).await
    }

    async fn account(&self, provider: &str, subject: &str) -> anyhow::Result<Option<AccountId>> {
        let mut conn = self.test.app.db.reader().await?;
        Ok(rows::by_identity(&mut conn, provider, subject).await?)
    }
}

fn is_signed_in(browser: &Browser) -> bool {
    browser.cookie(HOST, "session").is_some()
}

async fn a_new_reader_comes_by_a_provider_from_another_site_and_has_no_name_yet(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let mut browser = town.browser();
    // From the other site, by way of the accounts host.
    let page = browser.get("weekly.example", "/sign-in/club?return=%2Fworld").await?;
    let to = location(&page);
    let path = to
        .strip_prefix("http://daily.example")
        .unwrap_or_else(|| panic!("{to}"));
    let shown = browser
        .get(HOST, &path.replace("/sign-in/club", "/sign-in"))
        .await?
        .text();
    assert!(
        shown.contains("Sign in with The club") && shown.contains("Sign in with The facebook"),
        "{shown}"
    );
    let away = browser.get(HOST, path).await?;
    let member = Member::new("m-1", Some("New@readers.example"), true);
    let back = town.club.agree(&location(&away), &member);
    let arrived = browser.get(HOST, &back).await?;
    assert_eq!(arrived.status, 303, "{}", arrived.text());
    let over = location(&arrived);
    let over = over
        .strip_prefix("http://weekly.example")
        .unwrap_or_else(|| panic!("{over}"));
    let home = browser.get("weekly.example", over).await?;
    assert_eq!((home.status, home.header("location")), (302, Some("/world")));
    assert!(is_signed_in(&browser) && browser.cookie("weekly.example", "session").is_some());
    // No name is made of anything that the provider said.
    let account = town.account("club", "m-1").await?.unwrap();
    let mut conn = town.test.app.db.reader().await?;
    let profile = profiles::of_account(&mut conn, account).await?.unwrap();
    assert_eq!((profile.username, profile.display_name.as_str()), (None, ""));
    let known = rows::by_id(&mut conn, account).await?.unwrap();
    assert!(known.is_verified() && !known.has_password);
    drop(conn);
    // The same person again, whatever address the provider tells now.
    let mut other = town.browser();
    let again = town.by(&mut other, "club", &Member::new("m-1", None, false)).await?;
    assert_eq!(again.status, 303, "{}", again.text());
    assert_eq!(town.account("club", "m-1").await?, Some(account));
    assert_eq!(town.node.get("daily", "/sign-in/nobody").await?.status, 404);
    town.node.stop().await;
    Ok(())
}

async fn a_known_address_is_asked_for_a_factor_once(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let ada = reader(&town.test, "ada").await?;
    // Vouched for or not: never a silent merge.
    for (number, verified) in [(1, true), (2, false)] {
        let member = Member::new(&format!("ada-{number}"), Some("ADA@readers.example"), verified);
        let mut browser = town.browser();
        let asked = town.by(&mut browser, "club", &member).await?;
        assert_eq!(asked.status, 200, "{}", asked.text());
        assert!(!is_signed_in(&browser), "not before a factor was shown");
        assert!(asked.text().contains("The club"), "{}", asked.text());
        let token = hidden(&asked.text(), "token");
        let wrong = browser
            .post(
                HOST,
                "/sign-in/link",
                &[("token", &token), ("password", "not hers at all")],
            )
            .await?;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert!(!is_signed_in(&browser) && town.account("club", &member.subject).await?.is_none());
        let right = [("token", token.as_str()), ("password", PASSWORD)];
        let linked = browser.post(HOST, "/sign-in/link", &right).await?;
        assert_eq!(linked.status, 303, "{}", linked.text());
        assert!(is_signed_in(&browser));
        assert_eq!(town.account("club", &member.subject).await?, Some(ada));
        let used = browser.post(HOST, "/sign-in/link", &right).await?;
        assert_eq!(used.status, 410, "a token counts once");
        // Asked once: from now on the provider is enough.
        let mut other = town.browser();
        let again = town.by(&mut other, "club", &member).await?;
        assert!(again.status == 303 && is_signed_in(&other), "{}", again.text());
    }
    town.node.stop().await;
    Ok(())
}

async fn a_proved_address_displaces_who_never_proved_it(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let app = &town.test.app;
    let (squatter, profile) = (AccountId::new(app.ids.as_ref()), ProfileId::new(app.ids.as_ref()));
    let account = NewAccount {
        id: squatter,
        email: Some(Email::parse("owner@readers.example").unwrap()),
        verified: false,
        password: None,
        site: None,
    };
    app.db
        .write("test", move |tx| {
            let account = account.clone();
            Box::pin(async move {
                rows::insert(tx, &account).await?;
                profiles::insert(tx, profile, Some(account.id), ProfileState::Open, "", None).await
            })
        })
        .await?;
    let mut browser = town.browser();
    let member = Member::new("owner", Some("owner@readers.example"), true);
    let arrived = town.by(&mut browser, "club", &member).await?;
    assert_eq!(arrived.status, 303, "{}", arrived.text());
    let owner = town.account("club", "owner").await?.unwrap();
    assert_ne!(owner, squatter);
    let mut conn = app.db.reader().await?;
    assert_eq!(rows::by_email(&mut conn, "owner@readers.example").await?, Some(owner));
    assert_eq!(rows::by_id(&mut conn, squatter).await?.unwrap().email, None);
    drop(conn);
    town.node.stop().await;
    Ok(())
}

async fn what_cannot_be_believed_signs_nobody_in(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let member = Member::new("m-1", Some("m@readers.example"), true);
    for fault in [
        Fault::ExpiredCode,
        Fault::WrongNonce,
        Fault::WrongAudience,
        Fault::WrongIssuer,
        Fault::ExpiredToken,
        Fault::Forged,
        Fault::Unsigned,
        Fault::Symmetric,
        Fault::Broken,
        Fault::Slow,
    ] {
        town.club.set(fault);
        let mut browser = town.browser();
        let answer = town.by(&mut browser, "club", &member).await?;
        assert_eq!(answer.status, 422, "{fault:?}: {}", answer.text());
        assert!(answer.text().contains("could not learn who you are"), "{fault:?}");
        assert!(!is_signed_in(&browser), "{fault:?}");
    }
    assert_eq!(town.account("club", "m-1").await?, None);
    town.club.set(Fault::EmailElsewhere);
    let mut browser = town.browser();
    let answer = town.by(&mut browser, "club", &member).await?;
    assert!(answer.status == 303 && is_signed_in(&browser), "{}", answer.text());
    let account = town.account("club", "m-1").await?.unwrap();
    let known = rows::by_id(&mut town.test.app.db.reader().await?, account)
        .await?
        .unwrap();
    assert_eq!(
        known.email.as_deref(),
        Some("m@readers.example"),
        "told by the userinfo endpoint"
    );
    town.node.stop().await;
    Ok(())
}

async fn an_answer_counts_once_in_the_browser_that_asked(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let member = Member::new("m-1", None, false);
    let mut browser = town.browser();
    let away = location(&browser.get(HOST, "/sign-in/club").await?);
    let back = town.club.agree(&away, &member);
    // Somebody else's browser, and one that asked for itself.
    let mut thief = town.browser();
    thief.get(HOST, "/sign-in/club").await?;
    let stolen = thief.get(HOST, &back).await?;
    assert!(stolen.status == 410 && !is_signed_in(&thief), "{}", stolen.text());
    let late = browser.get(HOST, &back).await?;
    assert_eq!(late.status, 410, "and it is used up by that");
    let (path, _) = back.split_once("&state=").unwrap();
    let made_up = browser.get(HOST, &format!("{path}&state=made-up")).await?;
    assert!(made_up.status == 410 && !is_signed_in(&browser));
    // Another provider's answer.
    let away = location(&browser.get(HOST, "/sign-in/club").await?);
    let back = town
        .club
        .agree(&away, &member)
        .replace("/sign-in/club/", "/sign-in/facebook/");
    assert_eq!(browser.get(HOST, &back).await?.status, 410);
    // Who says no is told so.
    let away = location(&browser.get(HOST, "/sign-in/club").await?);
    let state = away.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let no = format!("/sign-in/club/callback?error=access_denied&state={state}");
    let refused = browser.get(HOST, &no).await?;
    assert!(
        refused.status == 422 && refused.text().contains("You were not signed in there"),
        "{}",
        refused.text()
    );
    // Too late.
    let away = location(&browser.get(HOST, "/sign-in/club").await?);
    let back = town.club.agree(&away, &member);
    town.test.clock.step_seconds(1_000);
    assert_eq!(browser.get(HOST, &back).await?.status, 410);
    town.node.stop().await;
    Ok(())
}

async fn facebook_on_good_and_bad_days(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    reader(&town.test, "ada").await?;
    for fault in [Fault::ExpiredCode, Fault::Broken, Fault::Slow] {
        town.facebook.set(fault);
        let mut browser = town.browser();
        let answer = town
            .by(&mut browser, "facebook", &Member::new("7", None, false))
            .await?;
        assert!(
            answer.status == 422 && !is_signed_in(&browser),
            "{fault:?}: {}",
            answer.text()
        );
    }
    town.facebook.set(Fault::None);
    // No address: an account all the same, which can be given one later.
    let mut browser = town.browser();
    let answer = town
        .by(&mut browser, "facebook", &Member::new("7", None, false))
        .await?;
    assert!(answer.status == 303 && is_signed_in(&browser), "{}", answer.text());
    // An address that somebody proved here.
    let mut browser = town.browser();
    let known = Member::new("8", Some("ada@readers.example"), false);
    let answer = town.by(&mut browser, "facebook", &known).await?;
    assert!(answer.status == 200 && !is_signed_in(&browser), "{}", answer.text());
    // An address that nobody has: Facebook vouches for none, so it gets a link.
    let mut browser = town.browser();
    let fresh = Member::new("9", Some("fresh@readers.example"), false);
    let answer = town.by(&mut browser, "facebook", &fresh).await?;
    assert!(answer.status == 303 && is_signed_in(&browser), "{}", answer.text());
    let account = town.account("facebook", "9").await?.unwrap();
    let before = rows::by_id(&mut town.test.app.db.reader().await?, account)
        .await?
        .unwrap();
    assert!(!before.is_verified());
    let link = mailed(&town.test, "fresh@readers.example").await?;
    browser.get(HOST, &link).await?;
    let after = rows::by_id(&mut town.test.app.db.reader().await?, account)
        .await?
        .unwrap();
    assert!(after.is_verified() && after.email.as_deref() == Some("fresh@readers.example"));
    assert_eq!(
        mails::to(&mut town.test.app.db.reader().await?, "ada@readers.example", 5)
            .await?
            .len(),
        0
    );
    town.node.stop().await;
    Ok(())
}

async fn providers_are_linked_and_unlinked_on_the_account_page(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let ada = reader(&town.test, "ada").await?;
    reader(&town.test, "ben").await?;
    let mut browser = signed_in(&town.node, "ada").await?;
    town.test.clock.step_seconds(3_600);
    let first = browser.get(HOST, "/account/providers/club").await?;
    assert!(
        location(&first).starts_with("/account/confirm?"),
        "a dangerous act asks for a factor"
    );
    let back = [("password", PASSWORD), ("return", "/account/providers/club")];
    let confirmed = browser.post(HOST, "/account/confirm", &back).await?;
    assert_eq!(location(&confirmed), "/account/providers/club");
    let member = Member::new("hers", Some("else@readers.example"), true);
    let link = |town: &Town, away: &Answer| town.club.agree(&location(away), &member);
    let away = browser.get(HOST, "/account/providers/club").await?;
    let linked = browser.get(HOST, &link(&town, &away)).await?;
    assert_eq!(location(&linked), "/account?done=provider", "{}", linked.text());
    assert_eq!(town.account("club", "hers").await?, Some(ada));
    let page = browser.get(HOST, "/account").await?.text();
    assert!(page.contains("Unlink") && page.contains("Link The facebook"), "{page}");
    // Nobody else can link what is hers.
    let mut ben = signed_in(&town.node, "ben").await?;
    let away = ben.get(HOST, "/account/providers/club").await?;
    let refused = ben.get(HOST, &link(&town, &away)).await?;
    assert!(
        refused.status == 422 && refused.text().contains("linked to another account"),
        "{}",
        refused.text()
    );
    let unlinked = browser
        .post(HOST, "/account/providers", &[("provider", "club")])
        .await?;
    assert_eq!(location(&unlinked), "/account?done=no-provider");
    assert_eq!(town.account("club", "hers").await?, None);
    // The last way in stays.
    let mut alone = town.browser();
    town.by(&mut alone, "facebook", &Member::new("alone", None, false))
        .await?;
    let kept = alone
        .post(HOST, "/account/providers", &[("provider", "facebook")])
        .await?;
    assert!(
        kept.status == 422 && kept.text().contains("Set a password"),
        "{}",
        kept.text()
    );
    assert!(town.account("facebook", "alone").await?.is_some());
    town.node.stop().await;
    Ok(())
}

async fn who_has_no_factor_here_shows_it_there_or_by_a_mailed_code(engine: Engine) -> anyhow::Result<()> {
    let town = town(engine).await?;
    let page = town.browser().get(HOST, "/sign-up").await?.text();
    assert!(page.contains("Sign in with The club"), "{page}");
    let member = Member::new("m-1", Some("m@readers.example"), true);
    let mut browser = town.browser();
    town.by(&mut browser, "club", &member).await?;
    let later = || town.test.clock.step_seconds(3_600);
    later();
    let page = browser.get(HOST, "/account/confirm").await?.text();
    assert!(page.contains("Sign in with The club again"), "{page}");
    assert!(
        !page.contains("The facebook again") && !page.contains("name=\"password\""),
        "{page}"
    );

    // At the provider, which is asked to have them sign in once more.
    let away = browser
        .get(HOST, "/account/confirm/club?return=%2Faccount%2Fpassword")
        .await?;
    assert!(location(&away).contains("prompt=login"), "{}", location(&away));
    let back = town.club.agree(&location(&away), &member);
    assert_eq!(location(&browser.get(HOST, &back).await?), "/account/password");
    assert_eq!(browser.get(HOST, "/account/password").await?.status, 200);
    // Somebody else there proves nothing here.
    later();
    let away = browser.get(HOST, "/account/confirm/club").await?;
    let stranger = Member::new("m-2", None, false);
    let refused = browser.get(HOST, &town.club.agree(&location(&away), &stranger)).await?;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(browser.get(HOST, "/account/password").await?.status, 303);
    assert_eq!(town.account("club", "m-2").await?, None, "and is not linked by that");

    // By mail, in this session alone, once.
    let ask = [("mail", "1"), ("return", "/account/password")];
    let asked = browser.post(HOST, "/account/confirm", &ask).await?;
    assert!(
        asked.status == 200 && asked.text().contains("id=\"mailed\""),
        "{}",
        asked.text()
    );
    town.test.run_jobs().await?;
    let mail = mails::to(&mut town.test.app.db.reader().await?, "m@readers.example", 1).await?;
    let digits = |word: &&str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = mail[0].body.split_whitespace().find(digits).unwrap().to_owned();
    let typed = |code: &str| {
        [
            ("code", code.to_owned()),
            ("sent", "1".to_owned()),
            ("return", "/account/password".to_owned()),
        ]
    };
    let send = async |browser: &mut Browser, code: &str| {
        let fields = typed(code);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(HOST, "/account/confirm", &fields).await
    };
    let mut other = town.browser();
    town.by(&mut other, "club", &member).await?;
    assert_eq!(send(&mut other, &code).await?.status, 422, "another session");
    let wrong = send(&mut browser, "00000000").await?;
    assert!(
        wrong.status == 422 && wrong.text().contains("id=\"mailed\""),
        "{}",
        wrong.text()
    );
    assert_eq!(location(&send(&mut browser, &code).await?), "/account/password");
    later();
    assert_eq!(send(&mut browser, &code).await?.status, 422, "used");

    // Where there is a password, a mail or a provider would be the weaker proof.
    let ada = reader(&town.test, "ada").await?;
    let mut ada_browser = signed_in(&town.node, "ada").await?;
    let away = ada_browser.get(HOST, "/account/providers/club").await?;
    let hers = Member::new("hers", None, false);
    ada_browser.get(HOST, &town.club.agree(&location(&away), &hers)).await?;
    assert_eq!(town.account("club", "hers").await?, Some(ada));
    later();
    assert_eq!(ada_browser.post(HOST, "/account/confirm", &ask).await?.status, 422);
    let away = ada_browser.get(HOST, "/account/confirm/club").await?;
    let refused = ada_browser.get(HOST, &town.club.agree(&location(&away), &hers)).await?;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(ada_browser.get(HOST, "/account/password").await?.status, 303);
    town.node.stop().await;
    Ok(())
}
