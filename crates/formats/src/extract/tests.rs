//! An invented page with everything that a news page has around its story.

use super::*;
use masthead_domain::document::PictureSource;
use masthead_domain::time::Timestamp;

fn ctx() -> ReadContext<'static> {
    ReadContext {
        zone: Some("Europe/Paris"),
        ..ReadContext::at(Timestamp::from_micros(0))
    }
}

const PAGE: &str = r##"<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Ferry returns to the old harbour | The Quay</title>
<meta property="og:title" content="Ferry returns to the old harbour"><meta property="og:site_name" content="The Quay">
<meta property="og:image" content="https://quay.example/pictures/ferry-1200x630.jpg"><link rel="canonical" href="https://quay.example/harbour/ferry-returns-20140915">
<meta name="keywords" content="ferry, harbour"><script>var x = "<p>never text</p>";</script></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/harbour">Harbour</a></li><li><a href="/sea">Sea</a></li></ul></nav></header>
<div id="content"><div class="main"><article class="story"><h1>Ferry returns to the old harbour</h1><p class="dateline-date"><time datetime="2014-09-15T20:47:00+02:00">2014-09-15 20:47</time></p>
<p class="byline">By Ada Quill and Tom Ferrand</p>
<div class="share-tools"><a href="#">Share on Facebook</a> <a href="#">Tweet</a></div>
<figure><img src="/pictures/ferry.jpg" alt="A white ferry"><figcaption>The ferry at noon. Photograph: Tom Ferrand/AFP</figcaption></figure>
<div class="story-body"><p>Paris - The ferry came back to the old harbour on Monday, ten years after it had left, and the quay was full of people who had waited since dawn.</p>
<p>"Nobody believed it," said the harbour master, who had kept the timetable on the wall of her office all that time, corrected every spring.</p>
<p>The ship had been sold to a company in the north, which used it as a store for nets until a storm broke its moorings in the last winter.</p>
<h2>A long way home</h2>
<p>Two tugs and a pilot brought it down the coast in four days, stopping each night where the tide allowed, and each night more boats followed.</p>
<ul class="related-stories"><li><a href="/a">The store of nets that was a ship</a></li><li><a href="/b">Ten years without a ferry</a></li></ul>
<blockquote><p>We heard the horn before we saw the light, and then the whole town was awake at once.</p></blockquote>
<p>The council will decide in October whether the line to the island can open again, and who is to pay for the repair of the engines.</p>
<p>Until then the ferry stays where it is, at the end of the quay, with its lights on, and visitors may go aboard on Sundays.</p></div>
<p>Read more on: <a href="/topics/ferries">ferries</a> | <a href="/topics/harbour">harbour</a></p>
<div class="newsletter"><p>Sign up for our newsletter and get the tide in your inbox every morning before breakfast.</p></div>
</article><section class="comments"><h3>Comments</h3><p>We encourage you to use comments to engage with the subject, in the community guidelines' spirit, and to keep them short.</p></section></div>
<aside class="sidebar"><h3>Most read</h3><ol><li><a href="/1">One story that everybody reads today</a></li><li><a href="/2">Another story of the same kind</a></li></ol></aside></div>
<footer><p>Copyright The Quay. All rights reserved.</p></footer></body></html>"##;

#[test]
fn a_news_page() {
    let reading = page(PAGE.as_bytes(), &ctx()).unwrap();
    let item = reading.value;
    assert_eq!(item.headline.as_deref(), Some("Ferry returns to the old harbour"));
    assert_eq!(item.published.unwrap().to_rfc3339(), "2014-09-15T18:47:00Z");
    assert_eq!(item.bylines, ["By Ada Quill and Tom Ferrand"]);
    assert_eq!(
        item.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
        ["Ada Quill", "Tom Ferrand"]
    );
    assert_eq!(item.dateline.as_deref(), Some("Paris -"));
    let lead = item.lead_picture.unwrap();
    assert_eq!(
        lead.picture,
        PictureSource::Remote("https://quay.example/pictures/ferry.jpg".into())
    );
    assert_eq!(
        (lead.caption.to_plain().as_str(), lead.credit.as_str()),
        ("The ferry at noon.", "Tom Ferrand/AFP")
    );
    assert_eq!(
        item.canonical_url.as_deref(),
        Some("https://quay.example/harbour/ferry-returns-20140915")
    );
    assert_eq!(
        item.subjects
            .iter()
            .filter_map(|s| s.name.as_deref())
            .collect::<Vec<_>>(),
        ["ferries", "harbour"]
    );
    assert_eq!(item.language.as_deref(), Some("en-GB"));
    let text = item.body.to_plain();
    assert!(text.starts_with("The ferry came back"), "{text}");
    assert!(text.ends_with("visitors may go aboard on Sundays."), "{text}");
    for part in ["A long way home", "We heard the horn"] {
        assert!(text.contains(part), "{part}");
    }
    for part in [
        "Share",
        "newsletter",
        "Most read",
        "comments",
        "rights reserved",
        "Home",
        "Ten years without",
        "Quill",
        "2014",
    ] {
        assert!(!text.contains(part), "{part}\n{text}");
    }
    assert!(
        item.body
            .blocks
            .iter()
            .any(|block| matches!(block, Block::Quote { .. }))
    );
    assert!(item.body.pictures().is_empty());
}

#[test]
fn what_has_no_story_says_why() {
    assert!(page(b"", &ctx()).unwrap_err().reason.contains("empty"));
    assert!(
        page(b"<html><body></body></html>", &ctx())
            .unwrap_err()
            .reason
            .contains("neither")
    );
}

#[test]
fn large_and_deep_pages_end_soon() {
    let paragraph = "<p>The ferry came back to the harbour at noon, and the quay was full of people who had waited since dawn for it.</p>";
    let large = format!("<h1>Ferry and harbour</h1><div>{}</div>", paragraph.repeat(60_000));
    assert!(page(large.as_bytes(), &ctx()).unwrap().value.body.word_count() > 10_000);
    let deep = format!(
        "<h1>Ferry and harbour</h1>{}{}",
        "<div>".repeat(200_000),
        paragraph.repeat(10)
    );
    assert_eq!(
        page(deep.as_bytes(), &ctx()).unwrap().value.headline.as_deref(),
        Some("Ferry and harbour")
    );
}
