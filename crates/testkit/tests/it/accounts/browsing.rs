//! Signing in with a real browser, which keeps pages from before.

use super::{PASSWORD, network, reader};
use crate::support::devtools::Page;
use masthead_store::Engine;
use masthead_testkit::on_both_engines;

on_both_engines!(who_signs_in_is_known_by_pages_that_the_browser_kept,);

async fn who_signs_in_is_known_by_pages_that_the_browser_kept(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "nora").await?;
    test.publish("Flood takes the old pier", "pier", &["daily/world"])
        .await?;
    let node = test.start().await?;
    let mut page = Page::open(&node).await?;
    let name = "document.querySelector('.ends bdi')?.textContent === 'nora'";

    page.go("/").await?;
    page.go("/world").await?;
    page.run("document.querySelector('.ends a[href^=\"/sign-in\"]').click()")
        .await?;
    page.until("!!document.querySelector('input[name=password]')").await?;
    page.run(&format!(
        "(() => {{ const form = document.querySelector('input[name=password]').form;
            form.email.value = 'nora@readers.example'; form.password.value = '{PASSWORD}'; form.requestSubmit(); }})()"
    ))
    .await?;
    // Where the reader was, and a page that was opened before it: both came from the browser's own store.
    page.until(&format!("location.pathname === '/world' && {name}")).await?;
    page.go("/").await?;
    page.until(name).await?;
    assert_eq!(page.complaints(), Vec::<String>::new());

    // Signed out elsewhere: no page asks again and again.
    page.run("fetch('/sign-out', { method: 'POST' })").await?;
    page.go("/world").await?;
    page.until("localStorage.getItem('signed-in') === null").await?;
    assert_eq!(page.run(name).await?, false);
    node.stop().await;
    Ok(())
}
