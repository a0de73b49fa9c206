//! Contributions from outside: plain forms without script, in several browsers, on both engines.

mod call_outs;
mod chromium;
pub(crate) mod pictures;
mod stories;

use crate::accounts::{HOST, hidden, network, person, reader, signed_in};
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_store::{Engine, mails};
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode};

/// The terms' version that a form carries.
pub(crate) const TERMS: &str = masthead_domain::contributions::TERMS;

/// A network with readers, somebody of the network's desk, and somebody of the weekly's alone.
pub(crate) struct Desk {
    pub(crate) test: TestApp,
    pub(crate) node: TestNode,
}

pub(crate) async fn desk(engine: Engine) -> anyhow::Result<Desk> {
    let test = network(engine).await?;
    for name in ["ada", "ben"] {
        reader(&test, name).await?;
    }
    for (name, site) in [("marek", None), ("nora", Some("weekly"))] {
        let mut somebody = person(&test, name);
        somebody.grants = vec![Grant {
            role: Role::Editor,
            site: site.map(|slug| test.site(slug)),
        }];
        staff::add(&test.app, somebody, "test").await?;
    }
    let node = test.start().await?;
    Ok(Desk { test, node })
}

/// A text of so many words, in several paragraphs.
pub(crate) fn tale(words: usize) -> String {
    (1..=words)
        .map(|n| {
            if n % 40 == 0 {
                format!("heron{n}.\n\n")
            } else {
                format!("heron{n} ")
            }
        })
        .collect()
}

impl Desk {
    pub(crate) async fn browser(&self, name: &str) -> anyhow::Result<Browser> {
        signed_in(&self.node, name).await
    }

    /// Sends a story by the form; the path of its author's page.
    pub(crate) async fn send(&self, browser: &mut Browser, title: &str, words: usize) -> anyhow::Result<String> {
        let text = tale(words);
        let fields = [("title", title), ("text", &text), ("agree", TERMS), ("act", "submit")];
        let sent = browser.post(HOST, "/contribute/story", &fields).await?;
        Ok(own_page(&sent))
    }

    /// Does something at the desk by the form of a contribution's page, as it stands now.
    pub(crate) async fn act(
        &self,
        browser: &mut Browser,
        own: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let path = desk_page(own);
        let page = browser.get(HOST, &path).await?;
        let page = page.text();
        let version = if page.contains("name=\"version\"") {
            hidden(&page, "version")
        } else {
            "0".to_owned()
        };
        let mut all = fields.to_vec();
        all.push(("version", &version));
        browser.post(HOST, &path, &all).await
    }

    /// Whether a mail with this subject is on its way to somebody.
    pub(crate) async fn was_mailed(&self, name: &str, subject: &str) -> anyhow::Result<bool> {
        let to = format!("{name}@readers.example");
        let found = mails::to(&mut self.test.app.db.reader().await?, &to, 50).await?;
        Ok(found.iter().any(|mail| mail.subject == subject))
    }
}

/// The path of a contribution's page for its author, from the answer to a form that sent it.
pub(crate) fn own_page(answer: &Answer) -> String {
    let to = answer
        .header("location")
        .unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()));
    to.split('?').next().unwrap().to_owned()
}

/// The path of the same at the desk.
pub(crate) fn desk_page(own: &str) -> String {
    own.replace("/contribute/", "/desk/review/contributions/")
}
