//! The traps of the agency formats that the research names, a test each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod wire;

use masthead_domain::document::{Block, Marks};
use masthead_domain::wire::{AffectedChange, ContentType, Embargo, PubStatus, SubjectKind};
use masthead_formats::Format;
use wire::{NEWSML_1, NEWSML_G2, NINJS_1, NINJS_3, NITF, SUPERDESK, at, one, read};

// ninjs

#[test]
fn three_dialects_say_the_same() {
    for text in [NINJS_1, NINJS_3] {
        let (item, problems) = one(text, Format::Ninjs);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(item.headline.as_deref(), Some("Council buys a ferry"));
        assert_eq!(item.version_created, Some(at("2026-11-25T09:00:00Z")));
        assert_eq!(item.summary.as_deref(), Some("A vote ends three years."));
        assert_eq!(item.authors[0].name, "Ada Quill");
        assert_eq!(
            item.subjects[0].uri.as_deref(),
            Some("http://cv.iptc.org/newscodes/mediatopic/20000337")
        );
        assert!(
            item.body.to_plain().starts_with("The council bought a ferry."),
            "markup is taken before plain text"
        );
        assert!(item.lead_picture.is_some());
        assert_eq!(item.renditions[0].size, Some(10));
    }
    let (item, _) = one(NINJS_1, Format::Ninjs);
    let lead = item.lead_picture.unwrap();
    assert_eq!(lead.credit, "Ada Quill");
    assert!(format!("{:?}", lead.picture).contains("/l.jpg"), "the largest file");
    assert_eq!(item.editor_note.as_deref(), Some("For the desk"));
    let (item, _) = one(NINJS_3, Format::Ninjs);
    assert_eq!(
        item.digital_source_type.as_deref(),
        Some("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")
    );
    assert_eq!(item.subheadline.as_deref(), Some("Talks end"));
}

#[test]
fn two_point_something_has_lower_case_lists() {
    let (item, problems) = one(
        r#"{"uri":"urn:qp:2","type":"text","versioncreated":"2026-11-25T09:00:00Z","embargoed":"2026-12-01T06:00:00Z","headlines":[{"value":"Council buys a ferry"}],
        "by":"By Ada Quill","bodies":[{"role":"text","contenttype":"text/plain","value":"One.\n\nTwo."}],"places":[{"name":"Quayside"}],"people":[{"name":"Tom Ferrand"}],
        "genres":[{"name":"Analysis","literal":"a"}],"infosources":[{"name":"QP"}],"expires":"2027-01-01T00:00:00Z","associations":[]}"#,
        Format::Ninjs,
    );
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(item.headline.as_deref(), Some("Council buys a ferry"));
    assert_eq!(item.embargo, Embargo::Until(at("2026-12-01T06:00:00Z")));
    assert_eq!(item.body.blocks.len(), 2);
    assert_eq!(
        item.subjects.iter().map(|subject| subject.kind).collect::<Vec<_>>(),
        [SubjectKind::Person, SubjectKind::Place]
    );
    assert_eq!(item.genres[0].name.as_deref(), Some("Analysis"));
    assert_eq!(item.provider.as_deref(), Some("QP"));
}

#[test]
fn superdesk_sends_guid_number_version_and_more() {
    let (item, problems) = one(SUPERDESK, Format::Ninjs);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(item.guid, "urn:newsml:localhost:2026:1");
    assert_eq!(item.version.as_deref(), Some("5"));
    assert_eq!(item.provider.as_deref(), Some("QP"));
    assert_eq!(item.categories[0].name.as_deref(), Some("International"));
    assert_eq!(item.affects[0].guid, "urn:newsml:localhost:2026:0");
    assert_eq!(item.affects[0].change, AffectedChange::ReplacedBy);
    assert_eq!(item.authors[0].email.as_deref(), Some("ada@quay.example"));
    assert!(
        item.associations.is_empty(),
        "an empty place for a picture is no picture"
    );
    assert_eq!(item.body.to_plain(), "Text & more");
}

#[test]
fn an_embargo_field_that_says_no_moment_withholds() {
    let with = |field: &str| one(&format!(r#"{{"uri":"urn:a","headline":"b",{field}}}"#), Format::Ninjs);
    for field in [
        r#""embargoed":"""#,
        r#""embargoed":null"#,
        r#""embargoedUntil":"soon""#,
        r#""embargoed":"2026-02-30T10:00:00Z""#,
        r#""embargoed":17"#,
    ] {
        let (item, problems) = with(field);
        assert!(matches!(item.embargo, Embargo::Withheld { .. }), "{field}");
        assert_eq!(problems.len(), 1, "{field}: {problems:?}");
    }
    assert_eq!(
        with(r#""embargoed":"2026-12-01T06:00:00+01:00""#).0.embargo,
        Embargo::Until(at("2026-12-01T05:00:00Z"))
    );
    let both = with(r#""embargoed":"2026-12-01T06:00:00Z","embargoedUntil":"2026-12-02T06:00:00Z""#).0;
    assert_eq!(
        both.embargo,
        Embargo::Until(at("2026-12-02T06:00:00Z")),
        "the later of two"
    );
    let both = with(r#""embargoed":"","embargoedUntil":"2026-12-02T06:00:00Z""#).0;
    assert!(matches!(both.embargo, Embargo::Withheld { .. }), "empty beats a date");
    assert_eq!(with(r#""title":"c""#).0.embargo, Embargo::None);
}

#[test]
fn an_embargo_without_a_zone_is_taken_as_late_as_it_can_be_meant() {
    let (item, _) = one(
        r#"{"uri":"urn:a","headline":"b","embargoed":"2026-12-01T06:00:00"}"#,
        Format::Ninjs,
    );
    assert_eq!(item.embargo, Embargo::Until(at("2026-12-01T18:00:00Z")));
}

#[test]
fn statuses_that_are_unknown_or_embargoed_hold() {
    let with = |status: &str| {
        one(
            &format!(r#"{{"uri":"urn:a","headline":"b","pubstatus":{status}}}"#),
            Format::Ninjs,
        )
        .0
    };
    assert_eq!(with(r#""Cancelled""#).status, PubStatus::Canceled);
    assert!(matches!(with(r#""perhaps""#).status, PubStatus::Unknown(_)));
    assert!(matches!(with("7").status, PubStatus::Unknown(_)));
    let embargoed = with(r#""embargoed""#);
    assert!(!embargoed.status.is_usable());
    assert!(matches!(embargoed.embargo, Embargo::Withheld { .. }));
    let (dated, _) = one(
        r#"{"uri":"urn:a","headline":"b","pubstatus":"embargoed","embargoed":"2026-12-01T06:00:00Z"}"#,
        Format::Ninjs,
    );
    assert_eq!(
        (dated.status, dated.embargo),
        (PubStatus::Usable, Embargo::Until(at("2026-12-01T06:00:00Z")))
    );
}

#[test]
fn ap_signals_decide_what_is_publishable() {
    let with = |signals: &str| {
        one(
            &format!(r#"{{"uri":"urn:a","headline":"b","signals":{signals}}}"#),
            Format::Ninjs,
        )
        .0
        .is_publishable()
    };
    assert!(with(r#"["newscontent","whitelisted"]"#));
    assert!(!with(r#"["advisory"]"#));
    assert!(with("[]"));
}

#[test]
fn wrappers_lists_and_lines() {
    let count = |text: &str| read(text, Format::Ninjs).map(|reading| reading.value.len());
    assert_eq!(
        count(r#"[{"uri":"urn:a","headline":"b"},{"uri":"urn:c","headline":"d"}]"#),
        Ok(2)
    );
    assert_eq!(count(r#"{"items":[{"uri":"urn:a","headline":"b"}]}"#), Ok(1));
    assert_eq!(
        count(r#"{"_items":[{"guid":"urn:a","headline":"b"}],"_links":{}}"#),
        Ok(1)
    );
    assert_eq!(
        count(
            r#"{"data":{"items":[{"meta":{},"item":{"altids":{"itemid":"x"},"versioncreated":"2026-01-01T00:00:00Z","headline":"b"}}]}}"#
        ),
        Ok(1)
    );
    assert_eq!(
        count(r#"{"data":{"item":{"uri":"https://api.example/x?token=1","type":"text","headline":"b"}}}"#),
        Ok(1)
    );
    assert_eq!(
        count("{\"uri\":\"urn:a\",\"headline\":\"b\"}\n{\"uri\":\"urn:c\",\"headline\":\"d\"}\n"),
        Ok(2)
    );
    assert!(count(r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"x"}]}"#).is_err());
    assert!(count(r#"{"db":[{"meta":{},"data":{"posts":[]}}]}"#).is_err());
    assert!(count(r#"{"name":"x"}"#).is_err());
    assert!(
        count(r#"{"uri":"urn:a","headline":"#).is_err(),
        "cut JSON gives nothing"
    );
}

#[test]
fn what_the_schema_refuses_is_said() {
    let problems = |text: &str| one(text, Format::Ninjs).1;
    assert!(!problems(r#"{"uri":"urn:a","headline":"b","type":"poem"}"#).is_empty());
    assert!(!problems(r#"{"uri":"urn:a","headline":"b","secretfield":1}"#).is_empty());
    assert!(!problems(r#"{"uri":"urn:a","headline":"b","person":[{"name":"c","code":12}]}"#).is_empty());
    assert!(!problems(r#"{"uri":"urn:a","headline":"b","versioncreated":"yesterday"}"#).is_empty());
    assert!(
        !problems(r#"{"headline":"b","body_text":"c"}"#).is_empty(),
        "no identity"
    );
}

// NITF

#[test]
fn nitf_whole() {
    let (item, problems) = one(NITF, Format::Nitf);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(item.guid, "qp-0042");
    assert_eq!(item.version.as_deref(), Some("3"));
    assert_eq!(item.slugline.as_deref(), Some("harbour-ferry"));
    assert_eq!(item.version_created, Some(at("2026-11-25T08:00:00Z")));
    assert_eq!(item.embargo, Embargo::None, "released when it was issued");
    assert_eq!(item.expires, Some(at("2027-11-25T00:00:00Z")));
    assert_eq!(
        item.editor_note.as_deref(),
        Some("Desk: call the harbour master first\nCheck the price.")
    );
    assert!(!item.body.to_plain().contains("Check the price"));
    assert_eq!(item.subjects[0].name.as_deref(), Some("shipping"));
    assert_eq!(item.headline.as_deref(), Some("Council buys a ferry"));
    assert_eq!(item.subheadline.as_deref(), Some("Three years of talks end"));
    assert_eq!(item.bylines, ["By Ada Quill, Coast reporter"]);
    assert_eq!(item.authors[0].role.as_deref(), Some("Coast reporter"));
    assert_eq!(item.dateline.as_deref(), Some("QUAYSIDE, Nov. 25"));
    assert_eq!(item.located.as_deref(), Some("QUAYSIDE"));
    assert_eq!(
        item.summary.as_deref(),
        Some("A vote ends three years. The ferry sails in May.")
    );
    let names = |kind| {
        item.subjects
            .iter()
            .filter(|subject| subject.kind == kind)
            .filter_map(|subject| subject.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(SubjectKind::Person), ["Tom Ferrand"]);
    assert_eq!(names(SubjectKind::Place), ["Quayside, Xanadu"]);
    let lead = item.lead_picture.as_ref().unwrap();
    assert_eq!(
        (lead.caption.to_plain().as_str(), lead.credit.as_str()),
        ("The ferry", "Photo: Ada Quill")
    );
    assert!(format!("{:?}", lead.picture).contains("ferry.jpg"));
    assert_eq!(item.affects.len(), 2);
    assert!(
        item.affects
            .iter()
            .any(|change| change.guid == "qp-0041" && change.change == AffectedChange::Status(PubStatus::Canceled))
    );
    assert!(
        item.affects
            .iter()
            .any(|change| change.guid == "qp-0040" && change.change == AffectedChange::Corrected)
    );
}

#[test]
fn nitf_blocks() {
    let (item, _) = one(NITF, Format::Nitf);
    let kinds: Vec<&str> = item
        .body
        .blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph { .. } => "p",
            Block::Heading { .. } => "h",
            Block::List { .. } => "list",
            Block::Table { .. } => "table",
            Block::Quote { .. } => "quote",
            Block::Preformatted { .. } => "pre",
            Block::Rule => "rule",
            _ => "?",
        })
        .collect();
    assert_eq!(kinds, ["p", "h", "list", "table", "quote", "list", "pre", "rule", "p"]);
    let Block::Paragraph { text } = &item.body.blocks[0] else {
        panic!()
    };
    assert_eq!(text.to_plain(), "The council bought a ferry & a café.");
    assert_eq!(text.0[1].link.as_deref(), Some("https://quay.example/ferry"));
    let Block::List { items, .. } = &item.body.blocks[2] else {
        panic!()
    };
    assert_eq!(
        items.iter().map(|item| item.to_plain()).collect::<Vec<_>>(),
        ["one", "two", "three"]
    );
    let Block::Table {
        caption,
        header_rows,
        rows,
    } = &item.body.blocks[3]
    else {
        panic!()
    };
    assert_eq!((caption.to_plain().as_str(), *header_rows, rows.len()), ("Fares", 1, 2));
    let Block::Paragraph { text } = &item.body.blocks[8] else {
        panic!()
    };
    assert_eq!(text.to_plain(), "He said: “Soon”.\nThen he left. H2O.");
    assert!(text.0.iter().any(|span| span.marks.has(Marks::SUBSCRIPT)));
}

fn nitf_with(docdata: &str) -> (masthead_domain::wire::NewsItem, Vec<String>) {
    one(
        &format!(
            "<nitf><head>{docdata}</head><body><body.head><hedline><hl1>h</hl1></hedline></body.head><body.content><p>t</p></body.content></body></nitf>"
        ),
        Format::Nitf,
    )
}

#[test]
fn a_release_to_come_is_an_embargo() {
    let with = |release: &str| {
        nitf_with(&format!(
            "<docdata><doc-id id-string='a'/><date.issue norm='20261125T090000Z'/>{release}</docdata>"
        ))
        .0
        .embargo
    };
    assert_eq!(
        with("<date.release norm='20261201T060000+0100'/>"),
        Embargo::Until(at("2026-12-01T05:00:00Z"))
    );
    assert_eq!(with(""), Embargo::None);
    assert!(matches!(with("<date.release norm=''/>"), Embargo::Withheld { .. }));
    assert!(matches!(with("<date.release/>"), Embargo::Withheld { .. }));
    assert!(matches!(
        with("<date.release norm='20260230T060000Z'/>"),
        Embargo::Withheld { .. }
    ));
    assert_eq!(
        with("<date.release norm='20261124T060000Z'/>"),
        Embargo::None,
        "released before it was issued"
    );
    assert_eq!(
        with("<date.release norm='20261125T100000Z'/>"),
        Embargo::Until(at("2026-11-25T10:00:00Z")),
        "after its issue: it was one"
    );
}

#[test]
fn a_release_without_a_zone_beside_an_equal_issue_is_none() {
    let (item, _) = nitf_with(
        "<docdata><doc-id id-string='a'/><date.issue norm='2026-11-25T09:00:00'/><date.release norm='2026-11-25T09:00:00'/></docdata>",
    );
    assert_eq!(item.embargo, Embargo::None);
    let (item, problems) = nitf_with(
        "<docdata><doc-id id-string='a'/><date.issue norm='2026-11-25T09:00:00'/><date.release norm='2026-11-27T09:00:00'/></docdata>",
    );
    assert_eq!(item.embargo, Embargo::Until(at("2026-11-27T21:00:00Z")));
    assert_eq!(problems.len(), 1);
}

#[test]
fn nitf_status_embargoed_with_and_without_a_date() {
    let (item, _) = nitf_with(
        "<docdata management-status='embargoed'><doc-id id-string='a'/><date.release norm='20261201T060000Z'/></docdata>",
    );
    assert_eq!(
        (item.status, item.embargo),
        (PubStatus::Usable, Embargo::Until(at("2026-12-01T06:00:00Z")))
    );
    let (item, _) = nitf_with("<docdata management-status='embargoed'><doc-id id-string='a'/></docdata>");
    assert!(!item.status.is_usable());
    assert!(matches!(item.embargo, Embargo::Withheld { .. }));
    let (item, _) =
        nitf_with("<docdata management-status='canceled' management-doc-idref='old'><doc-id id-string='a'/></docdata>");
    assert_eq!(item.affects[0].change, AffectedChange::Status(PubStatus::Canceled));
}

#[test]
fn a_du_key_is_no_identity() {
    let (item, problems) = nitf_with("<docdata><du-key key='quay' version='2'/></docdata>");
    assert!(item.guid.starts_with("urn:masthead:content:"), "{}", item.guid);
    assert_eq!(
        (item.slugline.as_deref(), item.version.as_deref()),
        (Some("quay"), Some("2"))
    );
    assert_eq!(problems.len(), 1);
}

#[test]
fn several_nitf_in_an_envelope() {
    let one_text = "<nitf><head><docdata><doc-id id-string='ID'/></docdata></head><body><body.content><p>t</p></body.content></body></nitf>";
    let text = format!(
        "<feed>{}{}</feed>",
        one_text.replace("ID", "1"),
        one_text.replace("ID", "2")
    );
    let guids: Vec<String> = read(&text, Format::Nitf)
        .unwrap()
        .value
        .into_iter()
        .map(|item| item.guid)
        .collect();
    assert_eq!(guids, ["1", "2"]);
}

// NewsML-G2

#[test]
fn g2_message_with_package_text_and_picture() {
    let reading = read(NEWSML_G2, Format::NewsmlG2).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let [package, text, picture] = &reading.value[..] else {
        panic!("three items")
    };
    assert_eq!(package.content, ContentType::Composite);
    assert_eq!(
        package
            .associations
            .iter()
            .map(|member| member.item.guid.as_str())
            .collect::<Vec<_>>(),
        ["urn:qp:text-1", "urn:qp:pic-1"]
    );
    assert_eq!(package.status, PubStatus::Usable, "a status by URI");
    assert_eq!(text.headline.as_deref(), Some("Council buys a ferry"));
    assert_eq!(text.subheadline.as_deref(), Some("Talks end"));
    assert_eq!(text.version.as_deref(), Some("7"));
    assert_eq!(text.version_created, Some(at("2026-11-25T08:00:00Z")));
    assert_eq!(text.editor_note.as_deref(), Some("Not for readers"));
    assert_eq!(text.signals, ["sig:correction"]);
    assert_eq!(text.affects[0].guid, "urn:qp:text-0");
    assert_eq!(
        text.subjects[0].name.as_deref(),
        Some("transport"),
        "in the item's language"
    );
    assert_eq!(
        text.subjects[0].uri.as_deref(),
        Some("http://cv.iptc.org/newscodes/mediatopic/20000337")
    );
    assert_eq!(
        text.subjects[2].name.as_deref(),
        Some("Tom Ferrand"),
        "named by an assertion"
    );
    assert_eq!(
        text.subjects[3].uri.as_deref(),
        Some("https://quay.example/cv/quayside"),
        "by the item's own catalogue"
    );
    assert_eq!(text.body.to_plain(), "The council bought a ferry.\nIt sails in May.");
    assert_eq!(text.copyright_holder.as_deref(), Some("Quayside Press"));
    let lead = text.lead_picture.as_ref().unwrap();
    assert!(format!("{:?}", lead.picture).contains("l.jpg"));
    assert_eq!(
        (lead.caption.to_plain().as_str(), lead.credit.as_str()),
        ("The ferry at the quay", "Ada Quill/QP")
    );
    assert_eq!(picture.content, ContentType::Picture);
    assert_eq!(picture.summary.as_deref(), Some("The ferry at the quay"));
    assert_eq!(picture.renditions[1].residref.as_deref(), Some("res-1"));
    let json = serde_json::to_string(&(&text.body, &text.headline, &text.summary)).unwrap();
    assert!(!json.contains("Not for readers") && !json.contains("alert"));
}

fn g2_with(meta: &str) -> (masthead_domain::wire::NewsItem, Vec<String>) {
    one(
        &format!("<newsItem guid='urn:a' version='1'><itemMeta>{meta}</itemMeta><contentMeta/></newsItem>"),
        Format::NewsmlG2,
    )
}

#[test]
fn g2_embargo_and_status() {
    assert!(matches!(g2_with("<embargoed/>").0.embargo, Embargo::Withheld { .. }));
    assert!(matches!(
        g2_with("<embargoed>tomorrow</embargoed>").0.embargo,
        Embargo::Withheld { .. }
    ));
    assert_eq!(
        g2_with("<embargoed>2026-12-01T06:00:00+01:00</embargoed>").0.embargo,
        Embargo::Until(at("2026-12-01T05:00:00Z"))
    );
    assert_eq!(g2_with("").0.status, PubStatus::Usable, "missing means usable");
    assert_eq!(
        g2_with("<pubStatus uri='http://cv.iptc.org/newscodes/pubstatusg2/canceled'/>")
            .0
            .status,
        PubStatus::Canceled
    );
    assert_eq!(
        g2_with("<pubStatus qcode='stat:withdrawn'/>").0.status,
        PubStatus::Canceled
    );
    assert!(matches!(g2_with("<pubStatus/>").0.status, PubStatus::Unknown(_)));
    assert!(matches!(
        g2_with("<pubStatus qcode='stat:odd'/>").0.status,
        PubStatus::Unknown(_)
    ));
}

#[test]
fn g2_inline_nitf_and_plain() {
    let with = |content: &str| {
        one(&format!("<newsItem guid='urn:a'><itemMeta/><contentMeta><headline>Own</headline></contentMeta><contentSet>{content}</contentSet></newsItem>"), Format::NewsmlG2).0
    };
    let item = with(
        "<inlineXML><nitf><head><docdata><ed-msg info='psst'/></docdata></head><body><body.head><hedline><hl1>Other</hl1></hedline><byline>By Ada Quill</byline></body.head><body.content><p>Text.</p></body.content></body></nitf></inlineXML>",
    );
    assert_eq!(item.headline.as_deref(), Some("Own"));
    assert_eq!(item.bylines, ["By Ada Quill"]);
    assert_eq!(item.editor_note.as_deref(), Some("psst"));
    assert_eq!(item.body.to_plain(), "Text.");
    assert_eq!(item.version.as_deref(), Some("1"), "the default");
    assert_eq!(
        with("<inlineData contenttype='text/plain'>One\n\nTwo</inlineData>")
            .body
            .blocks
            .len(),
        2
    );
    assert_eq!(
        with("<inlineData contenttype='text/html'>&lt;p&gt;One&lt;/p&gt;</inlineData>")
            .body
            .to_plain(),
        "One"
    );
    assert_eq!(
        with("<inlineData encoding='http://x/base64'>T25l</inlineData>")
            .body
            .to_plain(),
        "One"
    );
    assert!(
        with("<inlineXML><sports-content><p>data</p></sports-content></inlineXML>")
            .body
            .is_empty()
    );
}

// NewsML 1

#[test]
fn newsml_1_whole() {
    let (item, problems) = one(NEWSML_1, Format::Newsml1);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        item.guid, "urn:newsml:qp.example:20261125:FERRY",
        "the same over all revisions"
    );
    assert_eq!(item.version.as_deref(), Some("3"));
    assert_eq!(item.version_created, Some(at("2026-11-25T08:00:00Z")));
    assert_eq!(item.headline.as_deref(), Some("Council buys a ferry"));
    assert_eq!(item.bylines, ["By Ada Quill"]);
    assert_eq!(item.dateline.as_deref(), Some("QUAYSIDE, Nov 25 (QP) -"));
    assert_eq!(item.urgency, Some(4), "not the envelope's priority");
    assert_eq!(item.editor_note.as_deref(), Some("RECASTS throughout"));
    assert_eq!(item.keywords, ["ferry", "harbour"]);
    assert_eq!(
        item.subjects
            .iter()
            .filter_map(|subject| subject.code.as_deref())
            .collect::<Vec<_>>(),
        ["15000000", "15054000"]
    );
    assert_eq!(item.located.as_deref(), Some("Quayside"));
    assert_eq!(item.body.to_plain(), "The council bought a ferry.\nIt sails in May.");
    assert_eq!(item.lead_picture.as_ref().unwrap().credit, "Ada Quill");
    assert_eq!(item.associations[0].item.renditions[0].width, Some(800));
}

fn newsml_1_with(management: &str, rest: &str, revision: &str) -> (masthead_domain::wire::NewsItem, Vec<String>) {
    one(
        &format!(
            "<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>p</ProviderId><DateId>20261125</DateId><NewsItemId>N</NewsItemId>{revision}</NewsIdentifier></Identification><NewsManagement>{management}</NewsManagement>{rest}</NewsItem></NewsML>"
        ),
        Format::Newsml1,
    )
}

#[test]
fn newsml_1_status_that_will_change() {
    let component = "<NewsComponent><NewsLines><HeadLine>h</HeadLine></NewsLines></NewsComponent>";
    let with = |management: &str| newsml_1_with(management, component, "<RevisionId>1</RevisionId>").0;
    let item = with(
        "<Status FormalName='Embargoed'/><StatusWillChange><FutureStatus FormalName='Usable'/><DateAndTime>20261201T060000+0100</DateAndTime></StatusWillChange>",
    );
    assert_eq!(
        (item.status, item.embargo),
        (PubStatus::Usable, Embargo::Until(at("2026-12-01T05:00:00Z")))
    );
    assert_eq!(item.guid, "urn:newsml:p:20261125:N");
    let item = with("<Status FormalName='Embargoed'/>");
    assert!(matches!(item.embargo, Embargo::Withheld { .. }));
    let item = with(
        "<Status FormalName='Embargoed'/><StatusWillChange><FutureStatus FormalName='Usable'/><DateAndTime>later</DateAndTime></StatusWillChange>",
    );
    assert!(matches!(item.embargo, Embargo::Withheld { .. }));
    assert!(!item.status.is_usable());
    let item = with(
        "<Status FormalName='Usable'/><StatusWillChange><FutureStatus FormalName='Canceled'/><DateAndTime>20261201T060000Z</DateAndTime></StatusWillChange>",
    );
    assert_eq!(item.expires, Some(at("2026-12-01T06:00:00Z")));
    assert_eq!(with("<Status FormalName='Canceled'/>").status, PubStatus::Canceled);
}

#[test]
fn newsml_1_updates_are_no_stories() {
    let (item, problems) = newsml_1_with(
        "<Status FormalName='Usable'/>",
        "<Update><Replace DuidRef='c1'><HeadLine>New words</HeadLine></Replace></Update>",
        "<RevisionId PreviousRevision='1' Update='U'>2</RevisionId>",
    );
    assert!(!item.status.is_usable());
    assert_eq!(item.affects[0].guid, item.guid);
    assert_eq!(item.affects[0].change, AffectedChange::Corrected);
    assert_eq!(problems.len(), 1);
    let (item, _) = newsml_1_with(
        "<Status FormalName='Canceled'/>",
        "",
        "<RevisionId PreviousRevision='1' Update='A'>2</RevisionId>",
    );
    assert_eq!(item.status, PubStatus::Canceled);
    assert_eq!(item.affects[0].change, AffectedChange::Status(PubStatus::Canceled));
}

#[test]
fn newsml_1_text_as_escaped_html() {
    let (item, _) = newsml_1_with(
        "<Status FormalName='Usable'/>",
        "<NewsComponent><NewsComponent><ContentItem><DataContent>&lt;P&gt;One.&lt;/P&gt;&lt;P&gt;Two.&lt;/P&gt;</DataContent></ContentItem></NewsComponent></NewsComponent>",
        "<RevisionId>1</RevisionId>",
    );
    assert_eq!(item.body.to_plain(), "One.\nTwo.");
}

// All of them

#[test]
fn what_is_cut_off_is_never_passed_on_as_whole() {
    for (text, format) in [
        (NITF, Format::Nitf),
        (NEWSML_G2, Format::NewsmlG2),
        (NEWSML_1, Format::Newsml1),
        (NINJS_1, Format::Ninjs),
    ] {
        let whole = read(text, format).unwrap();
        // Behind the last element only white space may be missing.
        let end = text.trim_end().len();
        for cut in (0..end).step_by(7).filter(|cut| text.is_char_boundary(*cut)) {
            let Ok(reading) = read(&text[..cut], format) else {
                continue;
            };
            assert!(!reading.problems.is_empty(), "{format:?} cut at {cut}");
            let Some(last) = reading.value.last() else { continue };
            let complete = whole
                .value
                .get(reading.value.len() - 1)
                .is_some_and(|item| item.body == last.body);
            let is_held = !last.status.is_usable();
            assert!(
                is_held || complete && reading.value.len() < whole.value.len(),
                "{format:?} cut at {cut}: passed on"
            );
        }
    }
}

#[test]
fn a_kill_with_bad_markup_still_kills() {
    let (item, _) = one(
        "<newsItem guid='urn:a' version='3'><itemMeta><pubStatus qcode='stat:canceled'/><edNote>Q & A <b></edNote></itemMeta><contentMeta><headline>x",
        Format::NewsmlG2,
    );
    assert_eq!(item.status, PubStatus::Canceled);
    let (item, _) = one(
        "<nitf><head><docdata management-status='canceled'><doc-id id-string='a'/></docdata></head><body><p>A & B",
        Format::Nitf,
    );
    assert_eq!(item.status, PubStatus::Canceled);
}

#[test]
fn nul_never_comes_through() {
    let (item, problems) = one(&NINJS_1.replace("Council buys", "Council\\u0000 buys"), Format::Ninjs);
    assert_eq!(item.headline.as_deref(), Some("Council buys a ferry"));
    assert!(problems.is_empty());
    let (item, problems) = one(&NITF.replace("Council buys", "Council\0 buys"), Format::Nitf);
    assert_eq!(item.headline.as_deref(), Some("Council buys a ferry"));
    assert_eq!(problems.len(), 1);
}
