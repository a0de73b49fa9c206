//! An invented export, whole and broken in the ways that exports break.

use super::*;
use masthead_domain::document::{Block, PictureSource};
use masthead_domain::imports::{ImportedCommentState, ImportedState};
use masthead_domain::time::Timestamp;
use std::io::BufReader;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" ?>
<!-- an export -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Quay &amp; Harbour</title><link>https://quay.example</link><language>en-GB</language><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://quay.example</wp:base_blog_url>
<wp:author><wp:author_login><![CDATA[ada]]></wp:author_login><wp:author_email><![CDATA[ada@quay.example]]></wp:author_email><wp:author_display_name><![CDATA[Ada Quill]]></wp:author_display_name></wp:author>
<wp:category><wp:category_nicename>sea</wp:category_nicename><wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[The sea &amp; us]]></wp:cat_name></wp:category>
<wp:tag><wp:tag_slug>%c3%bcber</wp:tag_slug><wp:tag_name><![CDATA[Über]]></wp:tag_name></wp:tag>
<wp:term><wp:term_taxonomy>nav_menu</wp:term_taxonomy><wp:term_slug>main</wp:term_slug><wp:term_name>Main</wp:term_name></wp:term>
"#;
const TAIL: &str = "</channel></rss>\n";

fn post(id: u32, extra: &str, content: &str) -> String {
    format!(
        "<item><title>Story {id} &amp;#8217;s</title><link>https://quay.example/2026/11/story-{id}/</link><guid isPermaLink=\"false\">https://quay.example/?p={id}</guid>\
         <dc:creator><![CDATA[ada]]></dc:creator><content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>\
         <wp:post_id>{id}</wp:post_id><wp:post_date>2026-11-25 10:30:00</wp:post_date><wp:post_date_gmt>2026-11-25 09:30:00</wp:post_date_gmt>\
         <wp:post_name>story-{id}</wp:post_name><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>{extra}</item>\n"
    )
}

type Records = Vec<(ImportRecord, u64, Vec<Problem>)>;

fn export(text: &str) -> Result<(Records, WxrSummary), Unreadable> {
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let mut records = Vec::new();
    let summary = read(
        BufReader::with_capacity(37, text.as_bytes()),
        &ctx,
        &mut |record, at, problems| {
            records.push((record, at, problems));
            ControlFlow::Continue(())
        },
    )?;
    Ok((records, summary))
}

fn stories(records: &[(ImportRecord, u64, Vec<Problem>)]) -> Vec<&masthead_domain::imports::ImportedStory> {
    records
        .iter()
        .filter_map(|(record, ..)| match record {
            ImportRecord::Story(story) => Some(story.as_ref()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_whole_export() {
    let content = "First line\nsecond [sic]\n\n<h2>Part</h2>\n[caption id=\"attachment_9\"]<img src=\"/a.jpg\" /> The quay. Photo: Tom Ferrand[/caption]\n\nhttps://youtu.be/abc\n\n[gallery ids=\"9,10\"]";
    let comments = "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author><![CDATA[Reader]]></wp:comment_author><wp:comment_author_IP>10.0.0.1</wp:comment_author_IP>\
        <wp:comment_date_gmt>2026-11-25 09:40:00</wp:comment_date_gmt><wp:comment_content><![CDATA[Good.\nVery &amp; <a href=\"https://a.example/x\">here</a>]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_parent>0</wp:comment_parent></wp:comment>\
        <wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_content>x</wp:comment_content><wp:comment_approved>spam</wp:comment_approved><wp:comment_parent>1</wp:comment_parent></wp:comment>\
        <wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_type>pingback</wp:comment_type><wp:comment_content>x</wp:comment_content></wp:comment>\
        <wp:comment><wp:comment_id>4</wp:comment_id><wp:comment_content>y</wp:comment_content><wp:comment_approved>0</wp:comment_approved><wp:comment_parent>3</wp:comment_parent></wp:comment>\
        <wp:comment><wp:comment_id>5</wp:comment_id><wp:comment_type>pingback</wp:comment_type><wp:comment_content>z</wp:comment_content></wp:comment>";
    let extra = format!(
        "<category domain=\"category\" nicename=\"sea\">The sea</category><category domain=\"post_tag\" nicename=\"tide\">Tide</category>\
         <wp:is_sticky>1</wp:is_sticky><wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>\
         <wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>old-story</wp:meta_value></wp:postmeta>{comments}"
    );
    let attachment = "<item><title>a</title><wp:post_id>9</wp:post_id><wp:post_parent>5</wp:post_parent><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status><wp:attachment_url>https://quay.example/a.jpg</wp:attachment_url>\
        <excerpt:encoded>The quay</excerpt:encoded><wp:postmeta><wp:meta_key>_wp_attachment_metadata</wp:meta_key><wp:meta_value>a:1:{s:10:\"image_meta\";a:1:{s:6:\"credit\";s:3:\"AFP\";}}</wp:meta_value></wp:postmeta>\
        <wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>A quay</wp:meta_value></wp:postmeta></item>";
    let menu = "<item><title>Home</title><wp:post_id>11</wp:post_id><wp:post_type>nav_menu_item</wp:post_type><wp:status>publish</wp:status></item>";
    let text = format!("{HEAD}{}{attachment}{menu}{TAIL}", post(5, &extra, content));
    let (records, summary) = export(&text).unwrap();
    assert_eq!(summary.site.title, "The Quay & Harbour");
    assert!(summary.complete && summary.bytes == text.len() as u64);
    assert_eq!(summary.problems.len(), 1, "{:?}", summary.problems);
    assert_eq!(records.len(), 6);
    assert!(matches!(&records[0].0, ImportRecord::Site(site) if site.version.as_deref() == Some("1.2")));
    assert!(matches!(&records[3].0, ImportRecord::Term(term) if term.subject.slug.as_deref() == Some("über")));
    let story = stories(&records)[0];
    assert_eq!(story.item.headline.as_deref(), Some("Story 5 ’s"));
    assert_eq!(story.item.bylines, ["Ada Quill"]);
    assert_eq!(story.item.published.unwrap().to_rfc3339(), "2026-11-25T09:30:00Z");
    assert_eq!(story.state, ImportedState::Published);
    assert!(story.sticky && !story.password_protected);
    assert_eq!(story.lead_attachment.as_deref(), Some("9"));
    assert_eq!(story.old_paths, ["/2026/11/story-5/", "/?p=5", "/2026/11/old-story/"]);
    assert_eq!(story.item.categories[0].slug.as_deref(), Some("sea"));
    assert_eq!(story.item.subjects[0].name.as_deref(), Some("Tide"));
    let [
        Block::Paragraph { text },
        Block::Heading { .. },
        Block::Picture(picture),
        Block::Embed { url, .. },
        Block::Gallery { pictures, .. },
    ] = story.item.body.blocks.as_slice()
    else {
        panic!("{:?}", story.item.body)
    };
    assert_eq!(text.to_plain(), "First line\nsecond [sic]");
    assert_eq!(
        (picture.caption.to_plain().as_str(), picture.credit.as_str()),
        ("The quay.", "Tom Ferrand")
    );
    assert_eq!(url, "https://youtu.be/abc");
    assert_eq!(pictures[1].picture, PictureSource::Remote("attachment:10".into()));
    let comments = &story.comments;
    // A notice of a link is kept where somebody answered it, and no other.
    assert_eq!(comments.len(), 4);
    assert_eq!(comments[0].text, "Good.\nVery & here (https://a.example/x)");
    assert_eq!(comments[0].state, ImportedCommentState::Approved);
    assert_eq!(
        (comments[1].parent.as_deref(), comments[1].state),
        (Some("1"), ImportedCommentState::Spam)
    );
    assert_eq!(
        (comments[3].parent.as_deref(), comments[3].state),
        (Some("3"), ImportedCommentState::Pending)
    );
    let ImportRecord::Attachment(file) = &records[5].0 else {
        panic!()
    };
    assert_eq!(
        (file.credit.as_deref(), file.alt.as_deref(), file.caption.as_deref()),
        (Some("AFP"), Some("A quay"), Some("The quay"))
    );
    assert!(records.windows(2).all(|pair| pair[0].1 <= pair[1].1));
}

#[test]
fn states_and_dates() {
    let with = |status: &str, dates: &str| {
        format!(
            "<item><title>T</title><wp:post_id>{}</wp:post_id><wp:post_type>post</wp:post_type><wp:status>{status}</wp:status>{dates}</item>",
            status.len()
        )
    };
    let zero =
        "<wp:post_date>2026-11-25 10:30:00</wp:post_date><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>";
    let text = format!(
        "{HEAD}{}{}{}{}{}{TAIL}",
        post(50, "<wp:post_password>x</wp:post_password>", "c"),
        with("draft", zero),
        with("future", "<wp:post_date_gmt>2027-01-01 00:00:00</wp:post_date_gmt>"),
        with("trash", ""),
        with("somewhere", ""),
    );
    let (records, _) = export(&text).unwrap();
    let stories = stories(&records);
    assert!(stories[0].password_protected);
    assert_eq!(stories[1].state, ImportedState::Draft);
    assert_eq!(stories[1].item.published, None);
    assert_eq!(
        stories[1].item.first_created.unwrap().to_rfc3339(),
        "2026-11-25T09:30:00Z",
        "the site's clock is an hour ahead"
    );
    assert_eq!(stories[2].state, ImportedState::Scheduled);
    assert_eq!(stories[3].state, ImportedState::Trashed);
    assert_eq!(stories[4].state, ImportedState::Draft);
}

#[test]
fn a_fault_harms_one_record() {
    let broken = [
        "<item><title>No end</title><wp:post_id>8</wp:post_id>",
        "<item><title>a < b</title><content:encoded>x <<< y</content:encoded></item>",
        "<item><title>never closed</title><content:encoded><![CDATA[ text ",
    ];
    for broken in broken {
        let text = format!(
            "{HEAD}{}{broken}{}{}{TAIL}",
            post(1, "", "one"),
            post(2, "", "two"),
            post(3, "", "three")
        );
        let (records, summary) = export(&text).unwrap();
        let titles: Vec<&str> = stories(&records)
            .iter()
            .filter_map(|story| story.item.headline.as_deref())
            .collect();
        assert!(
            titles.contains(&"Story 1 ’s") && titles.contains(&"Story 3 ’s"),
            "{broken}: {titles:?}"
        );
        let told = summary.problems.len() + records.iter().map(|(.., problems)| problems.len()).sum::<usize>();
        assert!(told > 0, "{broken}");
    }
}

#[test]
fn a_file_that_is_cut_off_gives_what_is_before() {
    let text = format!("{HEAD}{}{}", post(1, "", "one"), post(2, "", "two"));
    for cut in [text.len() - 5, text.len() - 80, text.len() - 300] {
        let (records, summary) = export(&text[..cut]).unwrap();
        assert_eq!(stories(&records).len(), 1, "{cut}");
        assert!(
            summary.problems.iter().any(|problem| problem.what.contains("cut off")),
            "{:?}",
            summary.problems
        );
    }
}

#[test]
fn what_is_no_export_says_why() {
    for (text, reason) in [
        ("", "no XML"),
        ("words", "no XML"),
        ("<catalog><book/></catalog>", "catalog"),
        (
            "<rss version='2.0'><channel><title>x</title><item><title>y</title></item></channel></rss>",
            "WordPress",
        ),
    ] {
        let error = export(text).unwrap_err();
        assert!(error.reason.contains(reason), "{}", error.reason);
    }
}

#[test]
fn blocks_of_the_block_editor() {
    let content = "<!-- wp:paragraph -->\n<p>One\nline</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:image {\"id\":5} -->\n<figure class=\"wp-block-image\"><img src=\"/a.jpg\" alt=\"A\"/><figcaption>Cap</figcaption></figure>\n<!-- /wp:image -->\n\
        <!-- wp:pullquote --><figure class=\"wp-block-pullquote\"><blockquote><p>So.</p><cite>Ada</cite></blockquote></figure><!-- /wp:pullquote -->\
        <!-- wp:embed {\"url\":\"https://example.org/v\"} --><figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">\nhttps://example.org/v\n</div></figure><!-- /wp:embed -->\
        <!-- wp:freeform -->Two\n\nthree<!-- /wp:freeform --><!-- wp:latest-posts /-->";
    let (records, _) = export(&format!("{HEAD}{}{TAIL}", post(1, "", content))).unwrap();
    let story = stories(&records)[0];
    let kinds: Vec<String> = story
        .item
        .body
        .blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph { text } => text.to_plain(),
            Block::Picture(picture) => format!("picture {}", picture.caption.to_plain()),
            Block::Quote { pull, .. } => format!("quote {pull}"),
            Block::Embed { url, .. } => url.clone(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "One line",
            "picture Cap",
            "quote true",
            "https://example.org/v",
            "Two",
            "three"
        ]
    );
    assert_eq!(records.last().unwrap().2.len(), 1);
}

#[test]
fn the_sink_can_stop() {
    let text = format!("{HEAD}{}{}{TAIL}", post(1, "", "one"), post(2, "", "two"));
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let mut last = 0;
    let summary = read(text.as_bytes(), &ctx, &mut |record, at, _| {
        last = at;
        if matches!(record, ImportRecord::Story(_)) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert!(!summary.complete);
    assert!(
        text[usize::try_from(last).unwrap()..]
            .trim_start()
            .starts_with("<item><title>Story 2")
    );
}
