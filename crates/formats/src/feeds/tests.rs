//! Feeds of our own making, with what went wrong in feeds of others.

use super::{Feed, looks_like_feed, read};
use crate::problem::{ReadContext, Reading};
use masthead_domain::document::{Block, PictureSource};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::PubStatus;

fn ctx() -> ReadContext<'static> {
    ReadContext {
        origin: Some("https://quay.example/feeds/news.xml"),
        ..ReadContext::at(Timestamp::from_micros(0))
    }
}

fn feed(text: &str) -> Reading<Feed> {
    assert!(looks_like_feed(text));
    read(text.as_bytes(), &ctx()).unwrap()
}

const RSS: &str = r#"<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Quay &amp;amp; Harbour</title><link>https://quay.example/</link><language>en_GB</language><ttl>15</ttl>
<atom:link rel="self" href="https://quay.example/feeds/news.xml"/><atom:link rel="hub" href="https://hub.example/"/>
<atom:link rel="next" href="?page=2"/><copyright>The Quay 2026</copyright>
<item><title>Ferry &amp;quot;Ada&amp;quot; returns</title><link>/ferry</link><guid isPermaLink="false">q-1</guid>
<pubDate>Wed, 25 Nov 2026 09:30:00 +0100</pubDate><dc:creator>Ada Quill and Tom Ferrand</dc:creator>
<category>Harbour</category><category domain="x">Ferries</category>
<description>The ferry is back.</description>
<content:encoded><![CDATA[<p><img src="/ferry-300x200.jpg"></p><p>The ferry is <a href="/back">back</a>.</p><script>x()</script>]]></content:encoded>
<media:content url="https://quay.example/ferry.jpg" medium="image" width="1200" height="800"><media:description>The ferry at noon</media:description><media:credit>Tom Ferrand</media:credit></media:content>
<media:thumbnail url="https://quay.example/ferry-s.jpg"/><enclosure url="https://quay.example/f.mp3" type="audio/mpeg" length="12"/></item>
<item><title>Back-dated</title><guid>https://quay.example/old</guid><pubDate>Mon, 01 Jan 2001 00:00:00 GMT</pubDate><author>desk@quay.example (The desk)</author><description>One &lt;b&gt;two&lt;/b&gt;</description></item>
<item><title>Third</title><pubDate>sometime</pubDate></item><item/>
</channel></rss>"#;

#[test]
fn rss_2_with_its_modules() {
    let reading = feed(RSS);
    let feed = reading.value;
    assert_eq!(feed.title.as_deref(), Some("The Quay & Harbour"));
    assert_eq!(feed.next.as_deref(), Some("https://quay.example/feeds/news.xml?page=2"));
    assert_eq!(feed.hub.as_deref(), Some("https://hub.example/"));
    assert_eq!(feed.ttl, Some(15));
    assert_eq!(feed.items.len(), 3, "late and back-dated entries are entries");
    let first = &feed.items[0];
    assert_eq!(first.guid, "q-1");
    assert_eq!(first.headline.as_deref(), Some("Ferry \"Ada\" returns"));
    assert_eq!(first.canonical_url.as_deref(), Some("https://quay.example/ferry"));
    assert_eq!(first.published.unwrap().to_rfc3339(), "2026-11-25T08:30:00Z");
    assert_eq!(
        first.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
        ["Ada Quill", "Tom Ferrand"]
    );
    assert_eq!(first.language.as_deref(), Some("en-GB"));
    assert_eq!(first.summary.as_deref(), Some("The ferry is back."));
    assert_eq!(first.categories.len(), 2);
    assert_eq!(first.body.to_plain(), "The ferry is back.");
    assert_eq!(first.body.blocks.len(), 1, "the picture moved to the lead");
    let lead = first.lead_picture.as_ref().unwrap();
    assert_eq!(
        lead.picture,
        PictureSource::Remote("https://quay.example/ferry.jpg".into())
    );
    assert_eq!(
        (lead.caption.to_plain().as_str(), lead.credit.as_str()),
        ("The ferry at noon", "Tom Ferrand")
    );
    assert_eq!(first.renditions.len(), 2);
    let second = &feed.items[1];
    assert_eq!(second.canonical_url.as_deref(), Some("https://quay.example/old"));
    assert_eq!(second.authors[0].email.as_deref(), Some("desk@quay.example"));
    assert_eq!(second.authors[0].name, "The desk");
    assert_eq!(second.body.to_plain(), "One two");
    assert!(feed.items[2].guid.starts_with("urn:masthead:content:"));
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn rss_1_and_0_9() {
    let reading = feed(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:s="http://purl.org/rss/1.0/modules/syndication/">
        <channel rdf:about="https://quay.example/"><title>Quay</title><s:updatePeriod>hourly</s:updatePeriod><s:updateFrequency>4</s:updateFrequency><items/></channel>
        <item rdf:about="https://quay.example/1"><title>One</title><link>https://quay.example/1</link><d:date>2026-11-25T09:30+00:00</d:date><d:subject>harbour, sea</d:subject></item></rdf:RDF>"#,
    );
    let item = &reading.value.items[0];
    assert_eq!(reading.value.ttl, Some(15));
    assert_eq!(item.guid, "https://quay.example/1");
    assert_eq!(item.keywords, ["harbour", "sea"]);
    assert!(item.published.is_some());
    let reading = feed(
        "<rss version='0.91'><channel><title>Q</title><item><title>One</title><link>http://quay.example/one</link></item></channel></rss>",
    );
    assert_eq!(reading.value.items[0].guid, "http://quay.example/one");
}

#[test]
fn atom_with_bases_and_kinds_of_text() {
    let reading = feed(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://quay.example/a/" xml:lang="de">
        <title type="html">Kai &amp;amp; Hafen</title><link href="." /><link rel="next" href="older"/><author><name>The desk</name></author>
        <entry xml:base="b/"><id>tag:quay.example,2026:1</id><title>A &lt; B</title><updated>2026-11-25T09:30:00Z</updated><published>2026-11-24T09:30:00Z</published>
        <link href="page"/><link rel="enclosure" type="image/jpeg" href="p.jpg"/><category term="sea" label="The sea"/>
        <summary>Short.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Long <em>text</em> <a href="x">x</a>.</p></div></content></entry>
        <entry><id>2</id><title type="xhtml"><div>Two <b>words</b></div></title><updated>2026-11-25T09:30:00Z</updated><author><name>Ada Quill</name></author><content type="text">One &lt;b&gt;

two</content></entry>
        <entry><id>3</id><title>Out</title><updated>never</updated><content type="video/mp4" src="v.mp4"/></entry></feed>"#,
    );
    let feed = reading.value;
    assert_eq!(feed.title.as_deref(), Some("Kai & Hafen"));
    assert_eq!(feed.next.as_deref(), Some("https://quay.example/a/older"));
    let first = &feed.items[0];
    assert_eq!(first.headline.as_deref(), Some("A < B"));
    assert_eq!(first.canonical_url.as_deref(), Some("https://quay.example/a/b/page"));
    assert_eq!(first.authors[0].name, "The desk");
    assert_eq!(first.version_created.unwrap().to_rfc3339(), "2026-11-25T09:30:00Z");
    assert_eq!(first.published.unwrap().to_rfc3339(), "2026-11-24T09:30:00Z");
    let Block::Paragraph { text } = &first.body.blocks[0] else {
        panic!()
    };
    assert!(
        text.0
            .iter()
            .any(|span| span.link.as_deref() == Some("https://quay.example/a/b/x"))
    );
    assert_eq!(
        first.lead_picture.as_ref().unwrap().picture,
        PictureSource::Remote("https://quay.example/a/b/p.jpg".into())
    );
    assert_eq!(feed.items[1].headline.as_deref(), Some("Two words"));
    assert_eq!(feed.items[1].body.to_plain(), "One <b>\ntwo");
    assert!(matches!(feed.items[2].body.blocks[0], Block::Embed { .. }));
    assert_eq!(reading.problems.len(), 1);
}

#[test]
fn json_feed() {
    let reading = feed(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"Quay","next_url":"/older.json","hubs":[{"type":"WebSub","url":"https://hub.example/"}],
        "authors":[{"name":"The desk"}],"items":[{"id":7,"url":"/seven","title":"Seven","content_html":"<p>x <a href='y'>y</a>","image":"/s.jpg","date_published":"2026-11-25T09:30:00+01:00","tags":["sea"],
        "attachments":[{"url":"https://quay.example/a.mp3","mime_type":"audio/mpeg","size_in_bytes":5}]}, 5]}"#,
    );
    let item = &reading.value.items[0];
    assert_eq!(item.guid, "7");
    assert_eq!(item.canonical_url.as_deref(), Some("https://quay.example/seven"));
    assert_eq!(item.bylines, ["The desk"]);
    assert_eq!(item.renditions[0].size, Some(5));
    assert!(item.lead_picture.is_some());
    assert_eq!(reading.problems.len(), 1);
}

#[test]
fn what_is_no_feed_says_why() {
    for (text, reason) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("<html><body>Not found</body></html>", "HTML"),
        ("<opml/>", "opml"),
        ("{\"a\":1}", "JSON Feed"),
        ("[1]", "list"),
        ("{", "JSON"),
        ("<rss/>", "channel"),
        ("plain words", "XML"),
    ] {
        let error = read(text.as_bytes(), &ctx()).unwrap_err();
        assert!(error.reason.contains(reason), "{text}: {}", error.reason);
    }
}

#[test]
fn a_feed_that_is_cut_off_holds_its_last_entry() {
    let cut = &RSS[..RSS.find("<content:encoded>").unwrap() + 60];
    let reading = feed(cut);
    assert_eq!(reading.value.items.len(), 1);
    assert!(matches!(reading.value.items[0].status, PubStatus::Unknown(_)));
}
