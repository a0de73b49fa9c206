//! Our exports: valid by the published schema, complete, and read back as what they were.
//!
//! The schema of ninjs is read through `MASTHEAD_TESTDATA`; without it that test says so and passes. NITF's structure
//! is held against the content models of NITF 3.6 for the elements that we write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use masthead_domain::document::{Block, Document, Marks, PictureBlock, PictureSource, Span, Text};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{Contributor, Embargo, PubStatus, Rendition, Subject, SubjectKind};
use masthead_formats::export::{ExportedPicture, ExportedStory, ninjs, nitf};
use masthead_formats::{Format, ReadContext, detect, read_items};
use proptest::prelude::*;
use serde_json::Value;

fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::parse_rfc3339("2026-11-25T12:00:00Z").unwrap())
}

fn picture(name: &str, caption: &str) -> PictureBlock {
    PictureBlock {
        picture: PictureSource::Remote(format!("https://quay.example/{name}.jpg")),
        caption: Text::plain(caption),
        credit: "Ada Quill / Quayside Press".into(),
        alt: "A quay".into(),
    }
}

fn files(block: &PictureBlock) -> ExportedPicture {
    let PictureSource::Remote(href) = &block.picture else {
        panic!("only remote pictures in these tests")
    };
    ExportedPicture {
        source: block.picture.clone(),
        uri: href.clone(),
        renditions: vec![Rendition {
            name: Some("w1200".into()),
            href: Some(href.clone()),
            media_type: Some("image/jpeg".into()),
            width: Some(1200),
            height: Some(800),
            size: Some(91_000),
            ..Rendition::default()
        }],
    }
}

fn story(body: Document) -> ExportedStory {
    let time = |text: &str| Some(Timestamp::parse_rfc3339(text).unwrap());
    let lead = picture("lead", "The ferry & its <captain>");
    let pictures = std::iter::once(&lead).chain(body.pictures()).map(files).collect();
    ExportedStory {
        uri: "urn:uuid:0199c0de-0000-7000-8000-000000000001".into(),
        version: Some("3".into()),
        status: PubStatus::Usable,
        headline: "Harbour buys a \"ferry\" & keeps it".into(),
        standfirst: Some("After three years of talks, the council votes.".into()),
        slugline: Some("harbour-ferry".into()),
        byline: Some("By Ada Quill and Tom Ferrand".into()),
        authors: vec![Contributor {
            name: "Ada Quill".into(),
            ..Contributor::default()
        }],
        dateline: Some("Quayside".into()),
        located: Some("Quayside".into()),
        first_created: time("2026-11-20T08:00:00Z"),
        version_created: time("2026-11-21T09:30:00Z"),
        embargoed_until: time("2026-12-01T06:00:00Z"),
        expires: time("2027-12-01T06:00:00Z"),
        urgency: Some(4),
        language: Some("en-GB".into()),
        copyright_holder: Some("Quayside Press".into()),
        copyright_notice: Some("© 2026 Quayside Press".into()),
        usage_terms: Some("Not for resale".into()),
        provider: Some("Quayside Press".into()),
        digital_source_type: Some("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture".into()),
        subjects: vec![
            Subject {
                name: Some("transport".into()),
                code: Some("20000337".into()),
                uri: Some("http://cv.iptc.org/newscodes/mediatopic/20000337".into()),
                ..Subject::default()
            },
            Subject {
                name: Some("Tom Ferrand".into()),
                kind: SubjectKind::Person,
                ..Subject::default()
            },
            Subject {
                name: Some("Harbour Council".into()),
                kind: SubjectKind::Organisation,
                ..Subject::default()
            },
            Subject {
                name: Some("Quayside".into()),
                kind: SubjectKind::Place,
                ..Subject::default()
            },
        ],
        keywords: vec!["ferry".into()],
        genres: vec![Subject {
            name: Some("Current".into()),
            ..Subject::default()
        }],
        body,
        lead_picture: Some(lead),
        pictures,
        canonical_url: Some("https://quay.example/harbour/ferry".into()),
    }
}

fn rich_body() -> Document {
    let mut text = Text::default();
    text.push("The ", Marks::NONE, None);
    text.push(
        "ferry",
        Marks::STRONG.with(Marks::EMPHASIS),
        Some("https://quay.example/ferry?a=1&b=2"),
    );
    text.push(" costs 10", Marks::NONE, None);
    text.push("6", Marks::SUPERSCRIPT, None);
    text.push(" & more.\nMuch more.", Marks::NONE, None);
    Document {
        blocks: vec![
            Block::Paragraph { text },
            Block::Heading {
                level: 2,
                text: Text::plain("Background"),
            },
            Block::Heading {
                level: 3,
                text: Text::plain("The price"),
            },
            Block::Quote {
                paragraphs: vec![Text::plain("At last.")],
                attribution: Text::plain("The harbour master"),
                pull: false,
            },
            Block::Quote {
                paragraphs: vec![Text::plain("At last.")],
                attribution: Text::default(),
                pull: true,
            },
            Block::List {
                ordered: true,
                items: vec![Text::plain("one"), Text::plain("two")],
            },
            Block::Picture(picture("deck", "The deck")),
            Block::Table {
                caption: Text::plain("Fares"),
                header_rows: 1,
                rows: vec![
                    vec![Text::plain("Car"), Text::plain("Foot")],
                    vec![Text::plain("12"), Text::plain("3")],
                ],
            },
            Block::FactBox {
                title: "The numbers".into(),
                blocks: vec![Block::Paragraph {
                    text: Text::plain("40 cars"),
                }],
            },
            Block::Gallery {
                title: "On board".into(),
                pictures: vec![picture("bow", "Bow"), picture("stern", "Stern")],
            },
            Block::Embed {
                url: "https://video.example/v/1".into(),
                title: "The crossing".into(),
            },
            Block::Preformatted {
                text: "A   1\nB   2".into(),
            },
            Block::Rule,
            Block::Paragraph {
                text: Text::plain("The end."),
            },
        ],
    }
}

struct GeoJson;

impl jsonschema::Retrieve for GeoJson {
    fn retrieve(&self, uri: &jsonschema::Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        // The one foreign schema that ninjs refers to; our exports hold no geometry, so anything does.
        if uri.as_str().starts_with("https://geojson.org/") {
            Ok(serde_json::json!({}))
        } else {
            Err(format!("not here: {uri}").into())
        }
    }
}

fn ninjs_schema() -> Option<jsonschema::Validator> {
    let Some(root) = std::env::var_os("MASTHEAD_TESTDATA") else {
        println!("validation by the schema of ninjs did not run: MASTHEAD_TESTDATA is not set");
        return None;
    };
    let path = std::path::Path::new(&root).join("wire/iptc-ninjs/files/specification/ninjs-schema_3.1.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    Some(
        jsonschema::options()
            .should_validate_formats(true)
            .with_retriever(GeoJson)
            .build(&schema)
            .unwrap(),
    )
}

fn assert_valid(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}");
}

#[test]
fn ninjs_is_valid_by_the_schema() {
    let Some(schema) = ninjs_schema() else { return };
    // The check can fail: a field too many, and a wrong type.
    let mut wrong = ninjs::write(&story(rich_body()));
    wrong["edNote"] = serde_json::json!(1);
    assert!(!schema.is_valid(&wrong));
    wrong["edNote"] = serde_json::json!("x");
    wrong["secret"] = serde_json::json!("x");
    assert!(!schema.is_valid(&wrong));

    assert_valid(&schema, &ninjs::write(&story(rich_body())));
    assert_valid(
        &schema,
        &ninjs::write(&ExportedStory {
            uri: "no uri at all".into(),
            ..ExportedStory::default()
        }),
    );
    let odd = ExportedStory {
        urgency: Some(0),
        status: PubStatus::Unknown("maybe".into()),
        digital_source_type: Some("not a uri".into()),
        subjects: vec![
            Subject::default(),
            Subject {
                uri: Some("medtop:1 2".into()),
                name: Some("x".into()),
                ..Subject::default()
            },
        ],
        ..story(Document::default())
    };
    assert_valid(&schema, &ninjs::write(&odd));
}

#[test]
fn ninjs_reads_back() {
    let story = story(rich_body());
    let bytes = serde_json::to_vec(&ninjs::write(&story)).unwrap();
    assert_eq!(detect(&bytes, None), Some(Format::Ninjs));
    let reading = read_items(&bytes, Format::Ninjs, &ctx()).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let item = &reading.value[0];
    assert_eq!(item.guid, story.uri);
    assert_eq!(item.version, story.version);
    assert_eq!(item.headline.as_deref(), Some(story.headline.as_str()));
    assert_eq!(item.summary, story.standfirst);
    assert_eq!(item.bylines, ["By Ada Quill and Tom Ferrand"]);
    assert_eq!(item.embargo, Embargo::Until(story.embargoed_until.unwrap()));
    assert_eq!(item.version_created, story.version_created);
    assert_eq!(item.urgency, Some(4));
    assert_eq!(item.digital_source_type, story.digital_source_type);
    assert_eq!(item.subjects[0].name.as_deref(), Some("transport"));
    assert_eq!(item.body, story.body);
    assert_eq!(
        item.lead_picture.as_ref().unwrap().caption.to_plain(),
        "The ferry & its <captain>"
    );
}

#[test]
fn nitf_reads_back() {
    let story = story(rich_body());
    let xml = nitf::write(&story);
    assert_nitf_structure(&xml);
    assert_eq!(detect(xml.as_bytes(), None), Some(Format::Nitf));
    let reading = read_items(xml.as_bytes(), Format::Nitf, &ctx()).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let item = &reading.value[0];
    assert_eq!(item.guid, story.uri);
    assert_eq!(item.version, story.version);
    assert_eq!(item.status, PubStatus::Usable);
    assert_eq!(item.embargo, Embargo::Until(story.embargoed_until.unwrap()));
    assert_eq!(item.headline.as_deref(), Some(story.headline.as_str()));
    assert_eq!(item.summary, story.standfirst);
    assert_eq!(item.dateline, story.dateline);
    assert_eq!(item.expires, story.expires);
    assert_eq!(item.keywords, story.keywords);
    assert_eq!(item.subjects.len(), story.subjects.len());
    assert_eq!(item.lead_picture, story.lead_picture);
    assert_eq!(item.body, story.body);
}

/// The content models of NITF 3.6 for what we write: which elements may stand in which.
fn assert_nitf_structure(xml: &str) {
    let document = roxmltree::Document::parse(xml).unwrap();
    let blocks = "p hl2 table media ol ul bq pre hr";
    let enriched = "a br em num";
    let models: &[(&str, String)] = &[
        ("nitf", "head body".into()),
        ("head", "title tobject docdata pubdata".into()),
        ("tobject", "tobject.property tobject.subject".into()),
        (
            "docdata",
            "doc-id urgency date.issue date.release date.expire du-key doc.copyright doc.rights key-list identified-content".into(),
        ),
        ("key-list", "keyword".into()),
        ("identified-content", "person org location event object.title".into()),
        ("body", "body.head body.content".into()),
        ("body.head", "hedline rights byline distributor dateline abstract".into()),
        ("hedline", "hl1".into()),
        ("abstract", "p".into()),
        ("body.content", format!("block {blocks}")),
        ("block", blocks.into()),
        ("p", enriched.into()),
        ("hl2", enriched.into()),
        ("li", enriched.into()),
        ("th", enriched.into()),
        ("td", enriched.into()),
        ("caption", enriched.into()),
        ("media-caption", enriched.into()),
        ("credit", enriched.into()),
        ("a", enriched.into()),
        ("em", enriched.into()),
        ("num", "sub sup".into()),
        ("ol", "li".into()),
        ("ul", "li".into()),
        ("table", "caption tr".into()),
        ("tr", "th td".into()),
        ("bq", "block credit".into()),
        ("media", "media-reference media-caption media-producer".into()),
    ];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert_eq!(
            node.tag_name().namespace(),
            Some("http://iptc.org/std/NITF/2006-10-18/")
        );
        let name = node.tag_name().name();
        let allowed: Vec<&str> = models
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, list)| list.split(' ').collect())
            .unwrap_or_default();
        let mut last = 0;
        for child in node.children().filter(roxmltree::Node::is_element) {
            let child = child.tag_name().name();
            let at = allowed
                .iter()
                .position(|one| *one == child)
                .unwrap_or_else(|| panic!("<{child}> in <{name}>"));
            if matches!(name, "nitf" | "head" | "body" | "body.head" | "table" | "bq" | "media") {
                assert!(at >= last, "<{child}> is out of order in <{name}>");
                last = at;
            }
        }
        let is_empty =
            ["ol", "ul", "table", "tr", "media"].contains(&name) && !node.children().any(|child| child.is_element());
        assert!(!is_empty, "<{name}> needs content");
    }
}

#[test]
#[ignore = "writes a file for a validator outside: NITF_OUT=path cargo test -- --ignored"]
fn write_nitf_for_a_validator() {
    let path = std::env::var_os("NITF_OUT").expect("NITF_OUT names the file");
    std::fs::write(path, nitf::write(&story(rich_body()))).unwrap();
}

// Documents as the editor and the readers make them: no empty text, white space single and inside, blocks one level deep.

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[A-Za-zé“”<>&'\"]{1,9}",
        1 => Just("東京".to_owned()),
        1 => Just("1,000".to_owned()),
        1 => Just("مرحبا".to_owned()),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..6).prop_map(|words| words.join(" "))
}

fn marks() -> impl Strategy<Value = Marks> {
    prop_oneof![
        6 => Just(Marks::NONE),
        1 => Just(Marks::STRONG),
        1 => Just(Marks::EMPHASIS),
        1 => Just(Marks::STRONG.with(Marks::EMPHASIS)),
        1 => Just(Marks::STRUCK),
        1 => Just(Marks::UNDERLINED),
        1 => Just(Marks::SUBSCRIPT),
    ]
}

fn text() -> impl Strategy<Value = Text> {
    prop::collection::vec(
        (
            words(),
            marks(),
            prop::option::weighted(0.2, Just("https://quay.example/a?b=1&c=2")),
        ),
        1..4,
    )
    .prop_map(|spans| {
        let mut text = Text::default();
        for (number, (words, marks, link)) in spans.into_iter().enumerate() {
            if number > 0 {
                text.push(" ", Marks::NONE, None);
            }
            text.push(&words, marks, link);
        }
        text
    })
}

fn simple_block() -> impl Strategy<Value = Block> {
    prop_oneof![
        5 => text().prop_map(|text| Block::Paragraph { text }),
        1 => (2u8..=4, words()).prop_map(|(level, words)| Block::Heading { level, text: Text::plain(words) }),
        1 => (prop::collection::vec(text(), 1..3), any::<bool>()).prop_map(|(paragraphs, pull)| Block::Quote { paragraphs, attribution: Text::default(), pull }),
        1 => (any::<bool>(), prop::collection::vec(text(), 1..4)).prop_map(|(ordered, items)| Block::List { ordered, items }),
        1 => prop::collection::vec(prop::collection::vec(text(), 2), 2..4).prop_map(|rows| Block::Table { caption: Text::default(), header_rows: 1, rows }),
    ]
}

fn document() -> impl Strategy<Value = Document> {
    prop::collection::vec(simple_block(), 1..7).prop_map(|mut blocks| {
        // A text that opens with its own headline loses it there, so these open with a paragraph.
        blocks.insert(
            0,
            Block::Paragraph {
                text: Text::plain("It begins."),
            },
        );
        Document { blocks }
    })
}

/// The same text with neighbours of equal marks joined, which is one document written in two ways.
fn joined(document: &Document) -> Document {
    fn join(text: &Text) -> Text {
        let mut out = Text::default();
        for Span { text, marks, link } in &text.0 {
            out.push(text, *marks, link.as_deref());
        }
        out
    }
    let mut document = document.clone();
    for block in &mut document.blocks {
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => *text = join(text),
            Block::Quote { paragraphs, .. } => paragraphs.iter_mut().for_each(|text| *text = join(text)),
            Block::List { items, .. } => items.iter_mut().for_each(|text| *text = join(text)),
            Block::Table { rows, .. } => rows.iter_mut().flatten().for_each(|text| *text = join(text)),
            _ => {}
        }
    }
    document
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_survives_nitf(body in document()) {
        let story = ExportedStory { lead_picture: None, ..story(body.clone()) };
        let xml = nitf::write(&story);
        assert_nitf_structure(&xml);
        let reading = read_items(xml.as_bytes(), Format::Nitf, &ctx()).unwrap();
        prop_assert_eq!(joined(&reading.value[0].body), joined(&body));
    }

    #[test]
    fn any_document_survives_ninjs(body in document()) {
        let story = ExportedStory { lead_picture: None, ..story(body.clone()) };
        let value = ninjs::write(&story);
        if let Some(schema) = SCHEMA.with(|schema| schema.clone()) {
            assert_valid(&schema, &value);
        }
        let reading = read_items(&serde_json::to_vec(&value).unwrap(), Format::Ninjs, &ctx()).unwrap();
        prop_assert_eq!(joined(&reading.value[0].body), joined(&body));
    }
}

thread_local! {
    static SCHEMA: Option<std::rc::Rc<jsonschema::Validator>> = ninjs_schema().map(std::rc::Rc::new);
}
