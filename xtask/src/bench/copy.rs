//! Invented copy for benches: agency items, WordPress exports, words. The same seed gives the same text.

use anyhow::Result;
use serde_json::json;
use std::io::Write;

/// Sections that `masthead init` makes are named so; an export's categories lead there.
pub(crate) const SECTIONS: [(&str, &str); 6] = [
    ("news", "News"),
    ("world", "World"),
    ("business", "Business"),
    ("culture", "Culture"),
    ("sport", "Sport"),
    ("opinion", "Opinion"),
];

const WORDS: &str = "harbour bridge council railway minister river storm market school museum orchard ferry tunnel \
    hospital budget archive mayor teacher pilot farmer engineer the of and to in a with from after before near under \
    says plans opens closes asks finds loses wins builds repairs counts measures announces delays old new quiet early \
    late northern coastal small public winter evening morning report meeting season ticket timber copper barley \
    lantern signal survey letter witness rehearsal ceremony committee neighbour inspector";

const PEOPLE: [&str; 12] = [
    "Ada Quill",
    "Bo Lantern",
    "Cleo Harrow",
    "Dov Marsh",
    "Edda Finch",
    "Fenn Albright",
    "Gwen Tarn",
    "Hale Osier",
    "Ilse Brook",
    "Jory Vance",
    "Kit Sorrel",
    "Lena Wick",
];

/// Words by a fixed generator (Knuth's MMIX constants): benches need sameness, not randomness.
#[derive(Debug)]
pub(crate) struct Copy {
    seed: u64,
    words: Vec<&'static str>,
}

impl Copy {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed: seed.wrapping_add(1),
            words: WORDS.split_whitespace().collect(),
        }
    }

    pub(crate) fn number(&mut self, below: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below.max(1)
    }

    pub(crate) fn words(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count * 8);
        for _ in 0..count {
            let at = self.number(self.words.len() as u64) as usize;
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.words.get(at).copied().unwrap_or("word"));
        }
        text
    }

    pub(crate) fn sentence(&mut self, count: usize) -> String {
        let mut text = self.words(count);
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.push('.');
        text
    }

    pub(crate) fn person(&mut self) -> &'static str {
        let at = self.number(PEOPLE.len() as u64) as usize;
        PEOPLE.get(at).copied().unwrap_or("Ada Quill")
    }
}

/// An agency item as ninjs 1.4 of about 5 KB. `at` is RFC 3339.
pub(crate) fn ninjs(id: &str, version: u32, headline: &str, at: &str, copy: &mut Copy) -> Vec<u8> {
    let body: String = (0..14)
        .map(|_| format!("<p>{} {}</p>\n", copy.sentence(22), copy.sentence(18)))
        .collect();
    let item = json!({
        "uri": format!("urn:newsml:wire.example:20260101:{id}"),
        "type": "text",
        "version": version.to_string(),
        "pubstatus": "usable",
        "urgency": 3,
        "language": "en",
        "versioncreated": at,
        "firstcreated": at,
        "headline": headline,
        "slugline": "BENCH-ITEM",
        "byline": copy.person(),
        "located": "Lindholm",
        "description_text": copy.sentence(20),
        "body_html": body,
        "subject": [
            {"code": "medtop:11000000", "name": "politics and government"},
            {"code": "medtop:13000000", "name": "science and technology"},
        ],
        "infosource": [{"name": "Example Wire", "code": "EXW"}],
    });
    item.to_string().into_bytes()
}

/// What an export holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Export {
    pub(crate) posts: u64,
    pub(crate) comments_each: u64,
    /// Paragraphs of a post: 12 are a story of some 4 KB.
    pub(crate) paragraphs: u64,
    /// The newest post's moment, in seconds since 1970; the others lie 20 minutes apart before it.
    pub(crate) newest: u64,
}

/// Writes a WordPress export.
pub(crate) fn wxr(out: &mut impl Write, export: Export) -> Result<()> {
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss version=\"2.0\" \
         xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n\
         <title>The Bench Gazette</title><link>https://gazette.example</link><language>en</language>\
         <wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://gazette.example</wp:base_site_url>\
         <wp:base_blog_url>https://gazette.example</wp:base_blog_url>\n"
    )?;
    for (number, person) in PEOPLE.iter().enumerate() {
        writeln!(
            out,
            "<wp:author><wp:author_id>{}</wp:author_id><wp:author_login><![CDATA[{}]]></wp:author_login>\
             <wp:author_display_name><![CDATA[{person}]]></wp:author_display_name></wp:author>",
            number + 1,
            login(person)
        )?;
    }
    for (slug, name) in SECTIONS {
        writeln!(
            out,
            "<wp:category><wp:category_nicename>{slug}</wp:category_nicename><wp:category_parent></wp:category_parent>\
             <wp:cat_name><![CDATA[{name}]]></wp:cat_name></wp:category>"
        )?;
    }
    let mut copy = Copy::new(export.posts);
    let mut comment = 0;
    for number in 0..export.posts {
        let at = export.newest.saturating_sub((export.posts - 1 - number) * 1200);
        post(out, &mut copy, export, number, at)?;
        for of_post in 0..export.comments_each {
            comment += 1;
            let parent = if of_post % 3 == 2 { comment - 1 } else { 0 };
            let when = date(at + 600 * (of_post + 1));
            write!(
                out,
                "<wp:comment><wp:comment_id>{comment}</wp:comment_id><wp:comment_author><![CDATA[{}]]>\
                 </wp:comment_author><wp:comment_author_email>reader{}@reader.example</wp:comment_author_email>\
                 <wp:comment_author_IP>192.0.2.{}</wp:comment_author_IP><wp:comment_date>{when}</wp:comment_date>\
                 <wp:comment_date_gmt>{when}</wp:comment_date_gmt><wp:comment_content><![CDATA[{} {}]]>\
                 </wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment\
                 </wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent></wp:comment>",
                copy.person(),
                comment % 977,
                comment % 250,
                copy.sentence(14),
                copy.sentence(12),
            )?;
        }
        out.write_all(b"</item>\n")?;
    }
    out.write_all(b"</channel>\n</rss>\n")?;
    Ok(())
}

fn post(out: &mut impl Write, copy: &mut Copy, export: Export, number: u64, at: u64) -> Result<()> {
    let title = format!("{} {number}", copy.sentence(7).trim_end_matches('.'));
    let slug = title.to_lowercase().replace(' ', "-");
    let when = date(at);
    let day = when.get(..10).unwrap_or_default().replace('-', "/");
    let (section, section_name) = SECTIONS.get((number % 6) as usize).copied().unwrap_or(("news", "News"));
    let person = copy.person();
    let tag = copy.number(40);
    write!(
        out,
        "<item><title><![CDATA[{title}]]></title><link>https://gazette.example/{day}/{slug}/</link>\
         <dc:creator><![CDATA[{}]]></dc:creator>\
         <guid isPermaLink=\"false\">https://gazette.example/?p={number}</guid><description></description>\
         <content:encoded><![CDATA[",
        login(person)
    )?;
    for _ in 0..export.paragraphs {
        write!(out, "<p>{} {}</p>\n\n", copy.sentence(24), copy.sentence(18))?;
    }
    write!(
        out,
        "]]></content:encoded><excerpt:encoded><![CDATA[{}]]></excerpt:encoded><wp:post_id>{}</wp:post_id>\
         <wp:post_date>{when}</wp:post_date><wp:post_date_gmt>{when}</wp:post_date_gmt>\
         <wp:comment_status>open</wp:comment_status><wp:ping_status>closed</wp:ping_status>\
         <wp:post_name>{slug}</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent>\
         <wp:menu_order>0</wp:menu_order><wp:post_type>post</wp:post_type><wp:post_password></wp:post_password>\
         <wp:is_sticky>0</wp:is_sticky>\
         <category domain=\"category\" nicename=\"{section}\"><![CDATA[{section_name}]]></category>\
         <category domain=\"post_tag\" nicename=\"tag-{tag}\"><![CDATA[Tag {tag}]]></category>",
        copy.sentence(18),
        number + 1,
    )?;
    Ok(())
}

fn login(person: &str) -> String {
    person.to_lowercase().replace(' ', ".")
}

/// Seconds since 1970 as `2026-11-25 09:30:00`, in UTC.
pub(crate) fn date(seconds: u64) -> String {
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if day < length {
            break;
        }
        day -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!(
        "{year:04}-{month:02}-{:02} {:02}:{:02}:{:02}",
        day + 1,
        second / 3600,
        second % 3600 / 60,
        second % 60
    )
}

/// The moment now, in seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a bench's copy must be a little older than the server's own clock"
)]
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// `date` as RFC 3339.
pub(crate) fn rfc3339(seconds: u64) -> String {
    format!("{}Z", date(seconds).replace(' ', "T"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00:00");
        assert_eq!(date(951_782_399), "2000-02-28 23:59:59");
        assert_eq!(date(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(rfc3339(1_790_000_000), "2026-09-21T14:13:20Z");
    }

    #[test]
    fn an_export_has_what_was_asked_for() {
        let export = Export {
            posts: 7,
            comments_each: 3,
            paragraphs: 2,
            newest: 1_790_000_000,
        };
        let mut out = Vec::new();
        wxr(&mut out, export).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("<item>").count(), 7);
        assert_eq!(text.matches("<wp:comment>").count(), 21);
        assert_eq!(text.matches("<wp:comment_parent>0<").count(), 14);
        assert!(
            text.contains("<wp:post_date_gmt>2026-09-21 14:13:20<"),
            "the last post is the newest"
        );
    }

    #[test]
    fn an_agency_item_has_about_five_kilobytes() {
        let item = ninjs("1", 1, "A headline", "2026-01-01T00:00:00Z", &mut Copy::new(1));
        assert!((4000..6500).contains(&item.len()), "{}", item.len());
    }
}
