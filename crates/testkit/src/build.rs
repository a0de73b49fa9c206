//! Builders: stories and agency documents as tests need them. All of it is invented.

use crate::TestApp;
use masthead_domain::document::{Block, Document, Text};
use masthead_domain::ids::StoryId;
use masthead_domain::stories::{Byline, Placement, StoryContent};
use masthead_features::stories::{self, NewStory};

/// A story's content with a headline and two paragraphs that hold a word of its own.
pub fn content(headline: &str, word: &str) -> StoryContent {
    let paragraph = |text: String| Block::Paragraph {
        text: Text::plain(text),
    };
    StoryContent {
        headline: headline.into(),
        standfirst: format!("What happened at the {word}, and why it matters to the town."),
        bylines: vec![Byline {
            name: "Ada Quill".into(),
            author: None,
            role: None,
        }],
        dateline: "Saltmarsh".into(),
        body: Document {
            blocks: vec![
                paragraph(format!(
                    "The {word} was closed on Tuesday after the tide came over the wall."
                )),
                paragraph(format!(
                    "Nobody was hurt, but the {word} will stay shut until the weekend."
                )),
            ],
        },
        ..StoryContent::default()
    }
}

impl TestApp {
    /// Where a story stands: `daily/world` and the like.
    pub fn places(&self, texts: &[&str]) -> Vec<Placement> {
        let sites = self.app.sites();
        texts.iter().filter_map(|text| sites.placement(text)).collect()
    }

    /// Makes a story in draft.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn draft(&self, headline: &str, word: &str, places: &[&str]) -> anyhow::Result<StoryId> {
        let new = NewStory {
            content: content(headline, word),
            placements: self.places(places),
            ..NewStory::default()
        };
        Ok(stories::create(&self.app, new, "test").await?)
    }

    /// Makes a story and publishes it now.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn publish(&self, headline: &str, word: &str, places: &[&str]) -> anyhow::Result<StoryId> {
        let id = self.draft(headline, word, places).await?;
        stories::publish(&self.app, id, None, "test").await?;
        Ok(id)
    }
}

/// A ninjs 3.1 document.
pub fn ninjs(guid: &str, version: u32, headline: &str, word: &str) -> serde_json::Value {
    serde_json::json!({
        "uri": guid,
        "standard": { "name": "ninjs", "version": "3.1", "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json" },
        "type": "text",
        "version": version.to_string(),
        "versionCreated": format!("2025-11-25T08:{:02}:00Z", version.min(59)),
        "pubStatus": "usable",
        "language": "en",
        "headlines": [{ "role": "main", "value": headline }],
        "by": "By Ada Quill",
        "bodies": [{
            "role": "main",
            "contentType": "text/html",
            "value": format!("<p>The {word} was closed on Tuesday.</p><p>It reopens at the weekend, the {word} says.</p>"),
        }],
    })
}
