//! oEmbed 1.0 (oembed.com), as a provider: what another site shows of a story of ours.

use crate::feeds::write::Xml;
use serde::Serialize;

/// A story for another site's page: type `rich`, with a quotation that links to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Embed {
    /// Always `1.0`.
    pub version: &'static str,
    /// Always `rich`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Headline.
    pub title: String,
    /// Who wrote it; the first of several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author_name: String,
    /// That author's page; empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author_url: String,
    /// The site's name.
    pub provider_name: String,
    /// The site's front.
    pub provider_url: String,
    /// How long the answer may be kept, in seconds.
    pub cache_age: u32,
    /// What is shown: markup of ours without script.
    pub html: String,
    /// Pixels that it takes at most.
    pub width: u32,
    /// Pixels that it takes about.
    pub height: u32,
    /// Its picture.
    #[serde(flatten)]
    pub thumbnail: Option<Thumbnail>,
}

/// A picture that stands for the story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Thumbnail {
    /// Its address, absolute.
    pub thumbnail_url: String,
    /// Pixels.
    pub thumbnail_width: u32,
    /// Pixels.
    pub thumbnail_height: u32,
}

impl Default for Embed {
    fn default() -> Self {
        Self {
            version: "1.0",
            kind: "rich",
            title: String::new(),
            author_name: String::new(),
            author_url: String::new(),
            provider_name: String::new(),
            provider_url: String::new(),
            cache_age: 0,
            html: String::new(),
            width: 0,
            height: 0,
            thumbnail: None,
        }
    }
}

impl Embed {
    /// The answer as JSON.
    pub fn json(&self) -> String {
        // Every field is text or a number, so that this can't fail; an empty answer would be no answer.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The answer as XML.
    pub fn xml(&self) -> String {
        let mut xml = Xml::new();
        xml.open("oembed", &[]);
        xml.text("version", &[], self.version);
        xml.text("type", &[], self.kind);
        xml.text("title", &[], &self.title);
        xml.some("author_name", &self.author_name);
        xml.some("author_url", &self.author_url);
        xml.text("provider_name", &[], &self.provider_name);
        xml.text("provider_url", &[], &self.provider_url);
        xml.text("cache_age", &[], &self.cache_age.to_string());
        xml.text("html", &[], &self.html);
        xml.text("width", &[], &self.width.to_string());
        xml.text("height", &[], &self.height.to_string());
        if let Some(picture) = &self.thumbnail {
            xml.text("thumbnail_url", &[], &picture.thumbnail_url);
            xml.text("thumbnail_width", &[], &picture.thumbnail_width.to_string());
            xml.text("thumbnail_height", &[], &picture.thumbnail_height.to_string());
        }
        xml.close("oembed");
        xml.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same_and_leave_out_what_is_not_there() {
        let mut embed = Embed {
            title: "Tide & \"time\"".into(),
            provider_name: "The Daily".into(),
            provider_url: "https://daily.example/".into(),
            html: "<blockquote>x</blockquote>".into(),
            width: 600,
            height: 200,
            cache_age: 3600,
            ..Embed::default()
        };
        let json: serde_json::Value = serde_json::from_str(&embed.json()).unwrap();
        assert_eq!(json["version"], "1.0");
        assert_eq!(json["type"], "rich");
        assert_eq!(json["width"], 600);
        assert!(json.get("author_name").is_none() && json.get("thumbnail_url").is_none());
        let xml = embed.xml();
        assert!(xml.contains("<title>Tide &amp; "), "{xml}");
        assert!(
            xml.contains("<html>&lt;blockquote&gt;x&lt;/blockquote&gt;</html>"),
            "{xml}"
        );
        assert!(!xml.contains("author_name") && !xml.contains("thumbnail"));
        embed.thumbnail = Some(Thumbnail {
            thumbnail_url: "https://daily.example/media/x".into(),
            thumbnail_width: 320,
            thumbnail_height: 200,
        });
        let json: serde_json::Value = serde_json::from_str(&embed.json()).unwrap();
        assert_eq!(json["thumbnail_width"], 320);
        assert!(embed.xml().contains("<thumbnail_height>200</thumbnail_height>"));
    }
}
