//! Passkeys in real Chromium with its virtual authenticator (DevTools, domain WebAuthn), and what is refused without one.

use super::{HOST, PASSWORD, network, reader, signed_in};
use crate::support::devtools::Page;
use masthead_domain::ids::PasskeyId;
use masthead_store::{Engine, accounts as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::{TestApp, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    a_passkey_is_added_signs_in_and_is_removed,
    a_copied_passkey_is_refused,
    an_answer_that_is_none_signs_nobody_in,
    a_passkey_stands_for_a_code_and_for_a_password,
);

/// A device of its own: it keeps keys, and knows its person.
async fn device(page: &mut Page) -> anyhow::Result<String> {
    page.call("WebAuthn.enable", json!({})).await?;
    let options = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true });
    let added = page
        .call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }))
        .await?;
    Ok(added["authenticatorId"].as_str().unwrap_or_default().to_owned())
}

async fn keys(page: &mut Page, device: &str) -> anyhow::Result<Vec<Value>> {
    let found = page
        .call("WebAuthn.getCredentials", json!({ "authenticatorId": device }))
        .await?;
    Ok(found["credentials"].as_array().cloned().unwrap_or_default())
}

/// Takes a session's cookie out of a browser without script into this one.
async fn take_over(page: &mut Page, browser: &Browser) -> anyhow::Result<()> {
    page.set_cookie("session", browser.cookie(HOST, "session").unwrap())
        .await
}

/// Presses the button of the form that a passkey answers, once the browser has read that far.
async fn press(page: &mut Page, action: &str) -> anyhow::Result<()> {
    let form = format!("document.querySelector('form[data-options][action=\"{action}\"]')");
    page.until(&format!("document.readyState === 'complete' && {form} !== null"))
        .await?;
    page.run(&format!("{form}.requestSubmit()")).await?;
    Ok(())
}

async fn add(page: &mut Page, name: &str) -> anyhow::Result<()> {
    page.go("/account/passkeys").await?;
    page.run(&format!("document.getElementById('new-name').value = '{name}'"))
        .await?;
    press(page, "/account/passkeys").await?;
    page.until("location.search === '?done=passkey'").await
}

async fn stored(test: &TestApp, name: &str) -> anyhow::Result<Vec<rows::PasskeyRecord>> {
    let mut conn = test.app.db.reader().await?;
    let account = rows::by_email(&mut conn, &format!("{name}@readers.example"))
        .await?
        .unwrap();
    Ok(rows::passkeys(&mut conn, account).await?)
}

async fn a_passkey_is_added_signs_in_and_is_removed(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "nora").await?;
    let node = test.start().await?;
    let browser = signed_in(&node, "nora").await?;
    let mut page = Page::open_trusting(&node).await?;
    let device = device(&mut page).await?;
    take_over(&mut page, &browser).await?;
    add(&mut page, "Phone").await?;
    let made = stored(&test, "nora").await?;
    assert_eq!((made.len(), made[0].name.as_str()), (1, "Phone"));
    let on_device = keys(&mut page, &device).await?;
    assert_eq!(on_device[0]["rpId"], HOST);
    assert_eq!(on_device[0]["isResidentCredential"], true);
    // The same device makes no second one for the same account.
    page.go("/account/passkeys").await?;
    press(&mut page, "/account/passkeys").await?;
    page.until("document.querySelector('form[data-options] [role=alert]').textContent !== ''")
        .await?;
    assert_eq!(keys(&mut page, &device).await?.len(), 1);

    // Signed out; no address is typed to sign in again, and the reader is where they were.
    page.run("fetch('/sign-out', { method: 'POST' })").await?;
    page.go("/sign-in?return=%2Faccount%2Fnotices").await?;
    press(&mut page, "/sign-in/passkey").await?;
    page.until("location.pathname === '/account/notices'").await?;
    let used = stored(&test, "nora").await?;
    assert!(
        used[0].used_at.is_some() && used[0].data != made[0].data,
        "the counter is kept"
    );

    // Named, and removed: the password is left to sign in with. The session of before ended with the browser's.
    let mut browser = signed_in(&node, "nora").await?;
    let id = made[0].id.to_string();
    let renamed = [("rename", id.as_str()), ("name", " Old phone ")];
    assert_eq!(browser.post(HOST, "/account/passkeys", &renamed).await?.status, 303);
    let listed = browser.get(HOST, "/account/passkeys").await?.text();
    assert!(listed.contains("<strong dir=\"auto\">Old phone</strong>"), "{listed}");
    let mut other = {
        reader(&test, "finn").await?;
        signed_in(&node, "finn").await?
    };
    other.post(HOST, "/account/passkeys", &[("remove", &id)]).await?;
    assert_eq!(stored(&test, "nora").await?.len(), 1, "nobody removes another's");
    assert_eq!(
        browser
            .post(HOST, "/account/passkeys", &[("remove", &id)])
            .await?
            .status,
        303
    );
    assert!(stored(&test, "nora").await?.is_empty());

    // The device still offers it; it opens nothing any more.
    page.run("fetch('/sign-out', { method: 'POST' })").await?;
    page.go("/sign-in").await?;
    press(&mut page, "/sign-in/passkey").await?;
    page.until("!!document.getElementById('wrong-form')").await?;
    node.stop().await;
    Ok(())
}

async fn a_copied_passkey_is_refused(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "nora").await?;
    let node = test.start().await?;
    let browser = signed_in(&node, "nora").await?;
    let mut page = Page::open_trusting(&node).await?;
    let device = device(&mut page).await?;
    take_over(&mut page, &browser).await?;
    add(&mut page, "Key").await?;
    let sign_in = async |page: &mut Page| {
        page.run("fetch('/sign-out', { method: 'POST' })").await?;
        page.go("/sign-in").await?;
        press(page, "/sign-in/passkey").await
    };
    for _ in 0..2 {
        sign_in(&mut page).await?;
        page.until("location.pathname === '/'").await?;
    }
    // The same key as it was before it signed in twice, as if it had been copied then.
    let mut copy = keys(&mut page, &device).await?.remove(0);
    copy["signCount"] = json!(1);
    let id = copy["credentialId"].clone();
    page.call(
        "WebAuthn.removeCredential",
        json!({ "authenticatorId": device, "credentialId": id }),
    )
    .await?;
    page.call(
        "WebAuthn.addCredential",
        json!({ "authenticatorId": device, "credential": copy }),
    )
    .await?;
    sign_in(&mut page).await?;
    page.until("!!document.getElementById('wrong-form')").await?;
    assert_eq!(page.run("location.pathname").await?, "/sign-in/passkey");
    node.stop().await;
    Ok(())
}

async fn an_answer_that_is_none_signs_nobody_in(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let nora = reader(&test, "nora").await?;
    let node = test.start().await?;
    let mut stranger = Browser::new(node.address);
    let asked = stranger.post(HOST, "/sign-in/passkey/options", &[]).await?;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let asked: Value = serde_json::from_str(&asked.text())?;
    assert_eq!(asked["options"]["rpId"], HOST);
    let token = asked["token"].as_str().unwrap();
    let handle = "AAAAAAAAAAAAAAAAAAAAAA";
    let forged = json!({ "id": "AAAAAAAAAAAAAAAAAAAAAA", "rawId": "AAAAAAAAAAAAAAAAAAAAAA", "type": "public-key",
        "clientExtensionResults": {}, "response": { "clientDataJSON": "e30", "authenticatorData": "AAAA",
        "signature": "AAAA", "userHandle": handle } })
    .to_string();
    let long = "a".repeat(60_000);
    for credential in ["", "{}", "null", "\0", "[", forged.as_str(), long.as_str()] {
        let fields = [("passkey", token), ("credential", credential)];
        let refused = stranger.post(HOST, "/sign-in/passkey", &fields).await?;
        assert_eq!(refused.status, 422, "{credential:.80}: {}", refused.text());
        assert!(stranger.cookie(HOST, "session").is_none());
    }
    // Asking for a new one is for who is signed in and showed a factor a moment ago.
    assert_ne!(stranger.post(HOST, "/account/passkeys/options", &[]).await?.status, 200);
    let mut browser = signed_in(&node, "nora").await?;
    test.clock.step_seconds(16 * 60);
    assert_eq!(browser.post(HOST, "/account/passkeys/options", &[]).await?.status, 403);
    assert_eq!(browser.get(HOST, "/account/passkeys").await?.status, 303);
    // One key, one owner.
    let data = json!({});
    let twice = async |account| {
        let (id, data) = (PasskeyId::new(test.app.ids.as_ref()), data.clone());
        let added = test.app.db.write("test.passkey", move |tx| {
            let data = data.clone();
            Box::pin(async move { rows::add_passkey(tx, id, account, b"same", &data, "x").await })
        });
        added.await.map_err(|error: masthead_store::StoreError| error)
    };
    twice(nora).await?;
    assert!(matches!(
        twice(nora).await,
        Err(masthead_store::StoreError::Conflict { .. })
    ));
    node.stop().await;
    Ok(())
}

async fn a_passkey_stands_for_a_code_and_for_a_password(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let nora = reader(&test, "nora").await?;
    let node = test.start().await?;
    let mut browser = signed_in(&node, "nora").await?;
    let mut page = Page::open_trusting(&node).await?;
    device(&mut page).await?;
    take_over(&mut page, &browser).await?;
    add(&mut page, "Phone").await?;
    // Before a dangerous act.
    test.clock.step_seconds(16 * 60);
    page.go("/account/password").await?;
    page.until("location.pathname === '/account/confirm'").await?;
    press(&mut page, "/account/confirm").await?;
    page.until("location.pathname === '/account/password'").await?;
    // Instead of an authenticator's code.
    browser.get(HOST, "/account/code").await?;
    browser
        .post(
            HOST,
            "/account/confirm",
            &[("password", PASSWORD), ("return", "/account/code")],
        )
        .await?;
    let shown = browser.get(HOST, "/account/code").await?;
    assert_eq!(shown.status, 200);
    let secret = rows::totp(&mut test.app.db.reader().await?, nora).await?.unwrap();
    let code = masthead_services::codes::totp_code(&secret.secret.unwrap(), test.app.now()).unwrap();
    assert_eq!(
        browser.post(HOST, "/account/code", &[("code", &code)]).await?.status,
        303
    );
    page.run("fetch('/sign-out', { method: 'POST' })").await?;
    page.go("/sign-in").await?;
    page.run(&format!(
        "(() => {{ const form = document.querySelector('input[name=password]').form;
            form.email.value = 'nora@readers.example'; form.password.value = '{PASSWORD}'; form.requestSubmit(); }})()"
    ))
    .await?;
    page.until("!!document.getElementById('code')").await?;
    press(&mut page, "/sign-in/passkey").await?;
    page.until("location.pathname === '/'").await?;
    node.stop().await;
    Ok(())
}
