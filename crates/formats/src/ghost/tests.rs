//! An invented export with all three forms of text.

use super::*;
use masthead_domain::document::Block;
use masthead_domain::time::Timestamp;

fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::from_micros(0))
}

fn sample() -> String {
    let lexical = r#"{"root":{"children":[{"type":"extended-heading","tag":"h3","children":[{"type":"extended-text","text":"Part","format":0}]},
        {"type":"paragraph","children":[{"type":"extended-text","text":"Bold <b> ","format":3},{"type":"link","url":"https://a.example/","children":[{"type":"text","text":"link","format":0}]},{"type":"linebreak"},{"type":"text","text":"line","format":0}]},
        {"type":"image","src":"__GHOST_URL__/content/a.jpg","alt":"A","caption":"Cap. <b>Photo: Ada</b>"},
        {"type":"bookmark","url":"https://b.example/","metadata":{"title":"B"}},{"type":"list","listType":"number","children":[{"type":"listitem","children":[{"type":"text","text":"one"}]}]},{"type":"paywall"}],"type":"root"}}"#;
    let mobiledoc = r#"{"version":"0.3.1","atoms":[["soft-return","",{}]],"cards":[["image",{"src":"/b.jpg"}],["hr",{}]],"markups":[["a",["href","javascript:alert(1)"]],["em"]],
        "sections":[[1,"p",[[0,[1],1,"Em"],[0,[0],1," bad"],[1,[],0,0],[0,[],0,"x"]]],[10,0],[10,1],[3,"ul",[[[0,[],0,"i"]]]],[10,99]]}"#;
    serde_json::json!({"db": [{"meta": {"version": "5.0", "exported_on": 1}, "data": {
        "settings": [{"key": "title", "value": "The Quay"}, {"key": "stripe_secret_key", "value": "sk_live_never"}],
        "users": [{"id": "u1", "name": "Ada Quill", "slug": "ada", "email": "ada@quay.example", "password": "$2a$never"}],
        "members": [{"email": "reader@quay.example"}],
        "tags": [{"id": "t1", "name": "Sea", "slug": "sea"}, {"id": "t2", "name": "#layout", "slug": "hash-layout"}, {"id": "t3", "name": "News", "slug": "news"}],
        "posts_tags": [{"post_id": "p1", "tag_id": "t1", "sort_order": 1}, {"post_id": "p1", "tag_id": "t3", "sort_order": 0}, {"post_id": "p1", "tag_id": "t2"}],
        "posts_authors": [{"post_id": "p1", "author_id": "u1", "sort_order": 0}],
        "posts_meta": [{"post_id": "p1", "feature_image_alt": "A quay", "feature_image_caption": "The quay. Photo: Ada/AP"}],
        "posts": [
            {"id": "p1", "title": "One", "slug": "one", "html": "<p>Text</p><!--kg-card-begin: html--><script>x</script>", "feature_image": "__GHOST_URL__/f.jpg", "status": "published", "type": "post", "visibility": "public", "published_at": "2026-11-25T09:30:00.000Z", "featured": 1},
            {"id": "p2", "title": "Two", "slug": "two", "lexical": lexical, "status": "draft", "type": "post", "visibility": "public", "published_at": null},
            {"id": "p3", "title": "About", "slug": "about", "mobiledoc": mobiledoc, "status": "published", "type": "page", "visibility": "paid", "published_at": 1444995600000_u64},
        ]}}]})
    .to_string()
}

#[test]
fn a_whole_export() {
    let text = sample();
    let reading = read(text.as_bytes(), &ctx()).unwrap();
    let records = &reading.value;
    assert_eq!(records.len(), 1 + 1 + 2 + 3);
    let ImportRecord::Story(one) = &records[4] else {
        panic!()
    };
    assert_eq!(one.state, ImportedState::Published);
    assert!(one.sticky);
    assert_eq!(one.item.bylines, ["Ada Quill"]);
    assert_eq!(
        one.item
            .subjects
            .iter()
            .filter_map(|s| s.slug.as_deref())
            .collect::<Vec<_>>(),
        ["news", "sea"]
    );
    assert_eq!(one.item.categories.len(), 1);
    let lead = one.item.lead_picture.as_ref().unwrap();
    assert_eq!(lead.picture, PictureSource::Remote("/f.jpg".into()));
    assert_eq!(
        (
            lead.caption.to_plain().as_str(),
            lead.credit.as_str(),
            lead.alt.as_str()
        ),
        ("The quay.", "Ada/AP", "A quay")
    );
    assert_eq!(one.old_paths, ["/one/"]);
    let ImportRecord::Story(two) = &records[5] else {
        panic!()
    };
    let [
        Block::Heading { level: 3, .. },
        Block::Paragraph { text },
        Block::Picture(picture),
        Block::Embed { title, .. },
        Block::List { ordered: true, .. },
    ] = two.item.body.blocks.as_slice()
    else {
        panic!("{:?}", two.item.body)
    };
    assert_eq!(text.to_plain(), "Bold <b> link\nline");
    assert_eq!((picture.credit.as_str(), title.as_str()), ("Ada", "B"));
    let ImportRecord::Page(page) = &records[6] else {
        panic!()
    };
    assert!(page.password_protected);
    assert_eq!(page.item.published.unwrap().to_rfc3339(), "2015-10-16T11:40:00Z");
    let [
        Block::Paragraph { text },
        Block::Picture(_),
        Block::Rule,
        Block::List { .. },
    ] = page.item.body.blocks.as_slice()
    else {
        panic!("{:?}", page.item.body)
    };
    assert_eq!(text.to_plain(), "Em bad\nx");
    assert!(text.0.iter().all(|span| span.link.is_none()));
    assert_eq!(reading.problems.len(), 2, "{:?}", reading.problems);
}

#[test]
fn secrets_stay_behind() {
    let reading = read(sample().as_bytes(), &ctx()).unwrap();
    let text = serde_json::to_string(&reading.value).unwrap();
    for secret in ["sk_live", "$2a$", "reader@quay.example", "<script"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn what_is_no_export_says_why() {
    for (text, reason) in [
        ("", "empty"),
        ("id,title\n1,x", "not JSON"),
        ("[]", "a list"),
        ("{\"posts\":[]}", "interface"),
        ("{\"data\":{\"authors\":[]}}", "tables"),
        ("3", "plain value"),
    ] {
        let error = read(text.as_bytes(), &ctx()).unwrap_err();
        assert!(error.reason.contains(reason), "{text}: {}", error.reason);
    }
}
