//! Comments from outside: plain forms without script, in several browsers, on both engines.

mod desk;
mod imported;
mod lists;
mod muting;
mod notices;
mod policy;
mod reports;
mod writing;

use crate::accounts::{HOST, network_with, person, reader, signed_in};
use masthead_domain::ids::StoryId;
use masthead_domain::permissions::{Grant, Role};
use masthead_features::accounts::staff;
use masthead_server::settings::Settings;
use masthead_store::Engine;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode};

/// A network with a story on both sites, readers who have been there for a while, and a moderator.
pub(crate) struct Town {
    pub(crate) test: TestApp,
    pub(crate) node: TestNode,
    pub(crate) story: StoryId,
    pub(crate) path: String,
}

pub(crate) async fn town(engine: Engine) -> anyhow::Result<Town> {
    town_with(engine, |_| {}).await
}

/// The same with other settings.
pub(crate) async fn town_with(engine: Engine, change: impl FnOnce(&mut Settings)) -> anyhow::Result<Town> {
    let test = network_with(engine, change).await?;
    for name in ["ada", "ben", "cleo"] {
        reader(&test, name).await?;
    }
    let mut marek = person(&test, "marek");
    marek.grants = vec![Grant {
        role: Role::Moderator,
        site: None,
    }];
    staff::add(&test.app, marek, "test").await?;
    // Beyond their first day.
    test.clock.step_seconds(2 * 86_400);
    let story = test
        .publish("Flood takes the old pier", "pier", &["daily/world", "weekly/world"])
        .await?;
    let path = "/world/flood-takes-the-old-pier-20251127".to_owned();
    let node = test.start().await?;
    Ok(Town {
        test,
        node,
        story,
        path,
    })
}

impl Town {
    /// The story's page as everybody gets it, once it is as wanted.
    pub(crate) async fn page(&self, wanted: impl Fn(&str) -> bool) -> anyhow::Result<String> {
        let answer = self
            .node
            .get_until("daily", &self.path, |answer| wanted(&answer.text()))
            .await?;
        Ok(answer.text())
    }

    /// Writes a comment by the form under the story.
    pub(crate) async fn write(&self, browser: &mut Browser, text: &str) -> anyhow::Result<Answer> {
        let story = self.story.to_string();
        browser
            .post(HOST, "/comments", &[("story", &story), ("text", text)])
            .await
    }

    /// The id of the comment that an answer leads to.
    pub(crate) fn id(answer: &Answer) -> String {
        let to = answer
            .header("location")
            .unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()));
        to.strip_prefix("/comments/")
            .unwrap_or_else(|| panic!("{to}"))
            .to_owned()
    }

    pub(crate) async fn browser(&self, name: &str) -> anyhow::Result<Browser> {
        signed_in(&self.node, name).await
    }

    /// Lets somebody's first comments be over: nothing of theirs is held for being new.
    pub(crate) async fn trust(&self) -> anyhow::Result<()> {
        let settings = masthead_domain::comments::policy::Settings {
            first_comments: Some(0),
            first_hours: Some(0),
            ..Default::default()
        };
        let network = masthead_domain::comments::policy::Scope::NETWORK;
        masthead_features::comments::set(&self.test.app, network, settings, "test").await?;
        Ok(())
    }
}
