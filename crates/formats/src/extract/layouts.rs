//! Invented pages in the layouts that news pages come in: what is told apart in each.

use super::*;
use masthead_domain::document::PictureSource;
use masthead_domain::time::Timestamp;

const ONE: &str = "The ferry came back to the old harbour on Monday, ten years after it had left, and the quay was full of people who had waited since dawn.";
const TWO: &str = "Nobody had believed it, said the harbour master, who had kept the timetable on the wall of her office all that time, corrected every spring.";
const THREE: &str = "The ship had been sold to a company in the north, which used it as a store for nets until a storm broke its moorings in the last winter.";
const FOUR: &str = "The council will decide in October whether the line to the island can open again, and who is to pay for the repair of the engines.";

fn read(html: &str) -> NewsItem {
    let ctx = ReadContext {
        zone: Some("Europe/Paris"),
        ..ReadContext::at(Timestamp::from_micros(0))
    };
    page(html.as_bytes(), &ctx).unwrap().value
}

#[track_caller]
fn check(item: &NewsItem, not: &[&str]) {
    let text = item.body.to_plain();
    for part in [ONE, TWO, THREE, FOUR] {
        let words: Vec<&str> = part.split(' ').collect();
        assert!(text.contains(&words[3..12].join(" ")), "{part}\nis not in\n{text}");
    }
    for part in not {
        assert!(!text.contains(part), "{part}\nis in\n{text}");
    }
}

#[test]
fn text_in_a_table_with_breaks() {
    let item = read(&format!(
        "<html><head><title>The Quay: Ferry comes back to harbour</title></head><body><table width=100%><tr><td width=150><a href=/>Home</a><br><a href=/sea>Sea</a><br><a href=/town>Town</a></td>\
         <td><b><font size=5>Ferry comes back to harbour</font></b><br>Posted on 3 May 2014 at 10:15<br><br>{ONE}<br><br>{TWO}<br><br>{THREE}<br><br>{FOUR}<br><br></td>\
         <td width=150><b>Most read</b><br><a href=/1>One of the other stories of the day</a><br><a href=/2>And one more of the same kind</a></td></tr></table></body></html>"
    ));
    assert_eq!(item.headline.as_deref(), Some("Ferry comes back to harbour"));
    assert_eq!(item.published.unwrap().to_rfc3339(), "2014-05-03T08:15:00Z");
    check(&item, &["Home", "Most read", "other stories", "Posted on"]);
}

#[test]
fn text_that_only_the_data_have() {
    let item = read(&format!(
        "<html><head><title>Ferry</title><script type='application/ld+json'>{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"headline\":\"Ferry comes back to harbour\",\"datePublished\":\"2014-05-03T10:15:00+02:00\",\"author\":[{{\"@type\":\"Person\",\"name\":\"Ada Quill\"}}],\"articleBody\":\"{ONE}\\n\\n{TWO}\\n\\n{THREE}\\n\\n{FOUR}\"}}</script></head>\
         <body><div id='app'></div><noscript>Please enable JavaScript to read this page.</noscript></body></html>"
    ));
    assert_eq!(item.headline.as_deref(), Some("Ferry comes back to harbour"));
    assert_eq!(item.bylines, ["Ada Quill"]);
    check(&item, &["JavaScript"]);
    assert!(item.body.blocks.len() >= 4, "{:?}", item.body);
}

#[test]
fn paragraphs_that_are_divisions() {
    let item = read(&format!(
        "<html><head><meta property='og:title' content='Ferry comes back to harbour'><meta property='article:published_time' content='2014-05-03T08:15:00Z'></head><body>\
         <div class='header'><div class='menu'><a href=/>Home</a> <a href=/sea>Sea</a></div></div><div class='content'><div class='headline'>Ferry comes back to harbour</div><div class='byline'>by <a rel=author href=/ada>Ada Quill</a></div>\
         <div class='text'><div>{ONE}</div><div>{TWO}</div><div class='inline-newsletter'><div>Sign up to our newsletter</div><div>Get the tide in your inbox every morning, before breakfast and free of charge.</div></div><div>{THREE}</div><div>{FOUR}</div></div>\
         <div class='author-bio'><div>Ada Quill writes about the sea and all that is on it. She has lived at the harbour for ten years.</div></div></div>\
         <div class='footer'>Imprint | Contact</div></body></html>"
    ));
    assert_eq!(item.headline.as_deref(), Some("Ferry comes back to harbour"));
    assert_eq!(item.authors[0].name, "Ada Quill");
    check(
        &item,
        &["newsletter", "inbox", "writes about the sea", "Imprint", "Home"],
    );
}

#[test]
fn boxes_for_signing_in_and_a_policy_for_comments() {
    let item = read(&format!(
        "<html><head><title>Ferry comes back to harbour | The Quay</title></head><body><div id='login'><h3>Sign in</h3><p>Sign in with your account or create an account to comment, to follow topics and to send us your pictures.</p><form><input name=email></form></div>\
         <div id='story'><h1>Ferry comes back to harbour</h1><p class='date'>2014-05-03 10:15</p><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p><p>{FOUR}</p>\
         <p>Read more on: <a href=/t/ferries>ferries</a> | <a href=/t/sea>sea</a></p></div>\
         <div id='comments-box'><h2>Comments</h2><p>We encourage you to use comments to engage with other readers and to share your view of the story. Keep them short and polite, and read our comments policy before you write.</p><p>Comments have been closed for this story.</p></div>\
         <div><h2>More stories</h2><ul><li><a href=/1>One of the other stories of the day</a></li><li><a href=/2>And one more of the same kind</a></li></ul></div></body></html>"
    ));
    assert_eq!(item.published.unwrap().to_rfc3339(), "2014-05-03T08:15:00Z");
    check(
        &item,
        &["Sign in", "comments", "other stories", "Read more on", "2014-05-03"],
    );
    assert_eq!(item.subjects.len(), 2);
}

#[test]
fn related_links_and_a_gallery_among_the_text() {
    let item = read(&format!(
        "<html><head><title>Ferry comes back to harbour</title><link rel=canonical href='https://quay.example/2014/05/03/ferry'></head><body><main><article><header><h1>Ferry comes back to harbour</h1><p class='standfirst'>After ten years a ship returns, and a town is awake at once.</p></header>\
         <figure class='lead'><picture><source srcset='https://quay.example/l-800.webp 800w' type='image/webp'><img src='https://quay.example/l-800.jpg' width=800 height=500></picture><figcaption>The ferry on Monday<span class='credit'>Tom Ferrand/Reuters</span></figcaption></figure>\
         <p>{ONE}</p><p><strong>Read also: <a href=/x>The store of nets that was a ship</a></strong></p><p>{TWO}</p>\
         <figure class='gallery'><figure><img src='https://quay.example/g1.jpg'><figcaption>One</figcaption></figure><figure><img src='https://quay.example/g2.jpg'></figure></figure>\
         <p>{THREE}</p><div class='related'><h3>Related</h3><a href=/y><img src='https://quay.example/teaser.jpg'>Ten years without a ferry</a></div><p>{FOUR}</p></article></main></body></html>"
    ));
    check(&item, &["Read also", "store of nets that", "Ten years without"]);
    let lead = item.lead_picture.as_ref().unwrap();
    assert_eq!(
        (lead.caption.to_plain().as_str(), lead.credit.as_str()),
        ("The ferry on Monday", "Tom Ferrand/Reuters")
    );
    assert!(matches!(&lead.picture, PictureSource::Remote(address) if address.contains("l-800")));
    let pictures: Vec<_> = item
        .body
        .pictures()
        .into_iter()
        .map(|picture| picture.picture.clone())
        .collect();
    assert_eq!(pictures.len(), 2, "{pictures:?}");
    assert_eq!(
        item.published.unwrap().to_rfc3339(),
        "2014-05-02T22:00:00Z",
        "the address has the day"
    );
}

#[test]
fn another_encoding_and_script() {
    let russian = "Паром вернулся в старую гавань в понедельник, через десять лет после того, как ушел, и на причале было много людей.";
    let html = format!(
        "<html><head><meta charset=windows-1251><title>Паром вернулся в гавань</title></head><body><h1>Паром вернулся в гавань</h1><div>{}</div></body></html>",
        format!("<p>{russian}</p>").repeat(6)
    );
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&html);
    let item = page(&bytes, &ReadContext::at(Timestamp::from_micros(0))).unwrap().value;
    assert_eq!(item.headline.as_deref(), Some("Паром вернулся в гавань"));
    assert!(item.body.to_plain().contains("много людей"));
}
