//! Invented exports in the forms that each system writes, whole and broken.

use super::*;
use masthead_domain::imports::{ImportedComment, ImportedCommentState, ImportedPerson, ImportedThread, IssoComment};
use std::io::BufReader;

fn records(format: Format, text: &str) -> Result<(Vec<CommentRecord>, Summary, Vec<Problem>), Unreadable> {
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let (mut records, mut problems) = (Vec::new(), Vec::new());
    let reader = BufReader::with_capacity(4_096, text.as_bytes());
    let summary = read(format, reader, &ctx, &mut |record, _, found| {
        records.push(record);
        problems.extend(found);
        ControlFlow::Continue(())
    })?;
    Ok((records, summary, problems))
}

fn comments(records: &[CommentRecord]) -> Vec<&ImportedComment> {
    records
        .iter()
        .filter_map(|record| match record {
            CommentRecord::Comment(comment) => Some(comment.as_ref()),
            _ => None,
        })
        .collect()
}

fn threads(records: &[CommentRecord]) -> Vec<&ImportedThread> {
    records
        .iter()
        .filter_map(|record| match record {
            CommentRecord::Thread(thread) => Some(thread.as_ref()),
            _ => None,
        })
        .collect()
}

fn people(records: &[CommentRecord]) -> Vec<&ImportedPerson> {
    records
        .iter()
        .filter_map(|record| match record {
            CommentRecord::Person(person) => Some(person.as_ref()),
            _ => None,
        })
        .collect()
}

fn at(text: &str) -> Option<Timestamp> {
    Some(Timestamp::parse_rfc3339(text).unwrap())
}

const DISQUS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><forum>quay</forum><title>General</title></category>
<thread dsq:id="70"><id>12 https://quay.example/?p=12</id><forum>quay</forum><category dsq:id="1"/><link>https://quay.example/2014/09/ferry/</link><title>Ferry &amp;amp; tide</title><createdAt>2014-09-15T18:47:00Z</createdAt><isClosed>true</isClosed><isDeleted>false</isDeleted></thread>
<post dsq:id="2"><message><![CDATA[<p>An answer &amp; more</p><p>Two</p>]]></message><createdAt>2014-09-15T19:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam><author><email>tom@quay.example</email><name>Tom Ferrand</name><isAnonymous>false</isAnonymous><username>tomf</username></author><ipAddress>192.0.2.7</ipAddress><thread dsq:id="70"/><parent dsq:id="1"/></post>
<post dsq:id="1"><message>First</message><createdAt>2014-09-15T18:50:00Z</createdAt><isDeleted>true</isDeleted><isSpam>false</isSpam><author><name>Guest</name><email>any@quay.example</email><isAnonymous>true</isAnonymous></author><thread dsq:id="70"/></post>
<post dsq:id="3"><message>Cheap</message><createdAt>never</createdAt><isDeleted>false</isDeleted><isSpam>true</isSpam><thread dsq:id="70"/></post>
</disqus>"#;

#[test]
fn disqus() {
    let (all, summary, problems) = records(Format::Disqus, DISQUS).unwrap();
    assert_eq!((summary.set_aside, summary.passed_over), (0, 1), "{summary:?}");
    let threads = threads(&all);
    assert_eq!(threads[0].key, "70");
    assert_eq!(
        threads[0].addresses,
        ["https://quay.example/2014/09/ferry/", "https://quay.example/?p=12"]
    );
    assert_eq!(threads[0].title.as_deref(), Some("Ferry & tide"));
    let comments = comments(&all);
    let answer = comments[0];
    assert_eq!((answer.key.as_str(), answer.parent.as_deref()), ("2", Some("1")));
    assert_eq!(answer.text, "An answer & more\n\nTwo");
    assert_eq!(answer.created, at("2014-09-15T19:00:00Z"));
    assert_eq!(answer.author_key.as_deref(), Some("tomf"));
    assert!(answer.email_proved && answer.state == ImportedCommentState::Approved);
    assert_eq!(comments[1].state, ImportedCommentState::Deleted);
    assert!(
        !comments[1].email_proved && comments[1].author_key.is_none(),
        "a guest may write any address"
    );
    assert_eq!(comments[2].state, ImportedCommentState::Spam);
    assert!(problems[0].what.contains("'never' is no time"), "{problems:?}");
    let said = serde_json::to_string(&all).unwrap();
    assert!(!said.contains("192.0.2.7"), "addresses on the network are not taken");
}

#[test]
fn a_broken_post_costs_one_post() {
    let broken = DISQUS.replacen("<message>First</message>", "<message><![CDATA[First</message>", 1);
    let (all, summary, _) = records(Format::Disqus, &broken).unwrap();
    assert_eq!(comments(&all).len() as u64 + summary.set_aside, 3, "{summary:?}");
    let cut = DISQUS.split("<post dsq:id=\"3\"").next().unwrap();
    let (all, summary, _) = records(Format::Disqus, cut).unwrap();
    assert_eq!(comments(&all).len(), 2);
    assert!(
        summary.problems.iter().any(|problem| problem.what.contains("cut off")),
        "{summary:?}"
    );
}

const CORAL: &str = r#"{"_id":{"$oid":"5f"},"tenantID":"t","id":"s1","url":"https://quay.example/news/ferry-20140915","metadata":{"title":"Ferry"},"createdAt":{"$date":"2014-09-15T18:47:00.000Z"}}
{"tenantID":"t","id":"u1","username":"tomf","email":"tom@quay.example","emailVerified":true,"profiles":[{"type":"local","id":"tom@quay.example","password":"$2a$"}],"role":"COMMENTER"}
{"tenantID":"t","id":"c2","storyID":"s1","authorID":"u1","parentID":"c1","status":"NONE","revisions":[{"id":"r","body":"Old"},{"id":"r2","body":"New<br>line &amp; more"}],"createdAt":{"$date":{"$numberLong":"1410807600000"}}}
{"tenantID":"t","id":"c1","storyID":"s1","authorID":"u1","parentID":null,"status":"REJECTED","revisions":[{"id":"r","body":"No"}],"createdAt":{"$date":"2014-09-15T18:50:00Z"}}
{"tenantID":"t","id":"c3","storyID":"s1","authorID":null,"parentID":null,"status":"APPROVED","revisions":[],"deletedAt":{"$date":"2014-09-16T00:00:00Z"},"createdAt":{"$date":"2014-09-15T18:51:00Z"}}
{"tenantID":"t","id":"c4","storyID":"s1","authorID":"u1","status":"PREMOD","revisions":[{"body":"Waits"}],"createdAt":{"$date":"2014-09-15T18:52:00Z"}}
{"tenantID":"t","id":"flag1","actionType":"FLAG","commentID":"c1"}
"#;

#[test]
fn coral_and_talk() {
    let (all, summary, _) = records(Format::Coral, CORAL).unwrap();
    assert_eq!((summary.set_aside, summary.passed_over), (0, 1), "{summary:?}");
    assert_eq!(threads(&all)[0].addresses, ["https://quay.example/news/ferry-20140915"]);
    let person = people(&all)[0];
    assert_eq!((person.name.as_str(), person.email_proved), ("tomf", true));
    let comments = comments(&all);
    assert_eq!(comments[0].text, "New\nline & more");
    assert_eq!(comments[0].created, at("2014-09-15T19:00:00Z"));
    let states: Vec<ImportedCommentState> = comments.iter().map(|comment| comment.state).collect();
    assert_eq!(
        states,
        [
            ImportedCommentState::Approved,
            ImportedCommentState::Rejected,
            ImportedCommentState::Deleted,
            ImportedCommentState::Pending
        ]
    );
    let talk = r#"{"id":"a1","url":"https://quay.example/x","title":"X"}
{"id":"u1","username":"ada","profiles":[{"id":"ada@quay.example","provider":"local","metadata":{"confirmed_at":{"$date":"2016-01-01T00:00:00Z"}}}],"ignoresUsers":[]}
{"id":"c1","asset_id":"a1","author_id":"u1","parent_id":null,"status":"ACCEPTED","body_history":[{"body":"a < b\n\n2"}],"created_at":{"$date":"2016-01-02T00:00:00Z"}}"#;
    let (all, ..) = records(Format::Coral, talk).unwrap();
    assert!(people(&all)[0].email_proved);
    assert_eq!(self::comments(&all)[0].text, "a < b\n\n2");
}

#[test]
fn remark42() {
    let backup = r#"{"version":1,"users":[{"id":"github_1","blocked":{"status":false},"verified":true,"details":{"user_id":"github_1","email":"tom@quay.example"}}],"posts":[{"url":"https://quay.example/x","read_only":true}]}
{"id":"c1","pid":"","text":"<p>One <a href=\"https://quay.example/\">two</a></p>","orig":"One [two](https://quay.example/)","user":{"name":"Tom","id":"github_1","ip":"abc"},"locator":{"site":"quay","url":"https://quay.example/x"},"score":1,"time":"2017-12-17T04:47:50.5Z"}
{"id":"c2","pid":"c1","text":"","user":{"name":"deleted","id":"deleted"},"locator":{"site":"quay","url":"https://quay.example/x"},"time":"2017-12-17T05:00:00Z","delete":true}
{"id":"c3","pid":"c1","text":"<p>cut
{"id":"c4","pid":"c1","text":"<p>whole</p>","user":{"name":"Ada","id":"anonymous_2"},"locator":{"site":"quay","url":"https://quay.example/x"},"time":"2017-12-17T05:00:00Z"}
"#;
    let (all, summary, _) = records(Format::Remark42, backup).unwrap();
    assert_eq!(summary.set_aside, 1, "{summary:?}");
    assert_eq!(people(&all)[0].email.as_deref(), Some("tom@quay.example"));
    let comments = comments(&all);
    assert_eq!(comments.len(), 3, "the line after a broken one is read");
    assert_eq!(comments[0].text, "One two (https://quay.example/)");
    assert_eq!(comments[1].state, ImportedCommentState::Deleted);
    let tree = r#" {"comments":[{"comment":{"id":"1","pid":"","text":"a","user":{"name":"A","id":"a"},"locator":{"site":"s","url":"u"},"time":"2017-12-25T19:46:01Z"},
 "replies":[{"comment":{"id":"11","pid":"1","text":"b","user":{"name":"B","id":"b"},"locator":{"site":"s","url":"u"},"time":"2017-12-25T19:46:11Z"}}]}]}"#;
    let (all, ..) = records(Format::Remark42, tree).unwrap();
    assert_eq!(self::comments(&all)[1].parent.as_deref(), Some("1"));
    let list = r#"[{"id":"1","pid":"","text":"a","locator":{"site":"s","url":"u"},"time":"2017-12-25T19:46:01Z"},
{"id":"2","pid":"1","text":"b","locator":{"site":"s","url":"u"},"time":"2017-12-25T19:46:01Z"}]"#;
    let (all, ..) = records(Format::Remark42, list).unwrap();
    assert_eq!(self::comments(&all).len(), 2);
}

#[test]
fn commento() {
    let export = r#"{"version":1,"comments":[
{"commentHex":"b","domain":"quay.example","url":"/x","commenterHex":"t","markdown":"*two* & three","html":"","parentHex":"a","score":0,"state":"unapproved","creationDate":"2021-03-17T12:09:47.722181Z","direction":0,"deleted":false},
{"commentHex":"a","domain":"quay.example","url":"/x","commenterHex":"anonymous","markdown":"one","html":"<p>one</p>","parentHex":"root","state":"approved","creationDate":"2021-03-12T11:21:56Z","deleted":true}],
"commenters":[{"commenterHex":"t","email":"tom@quay.example","name":"Tom","provider":"google"},{"commenterHex":"x","email":"x@quay.example","name":"X","provider":"twitter"}]}"#;
    let (all, ..) = records(Format::Commento, export).unwrap();
    let comments = comments(&all);
    assert_eq!(comments[0].text, "two & three");
    assert_eq!(comments[0].thread, "https://quay.example/x");
    assert_eq!(comments[0].state, ImportedCommentState::Pending);
    assert_eq!(
        (comments[1].parent.as_deref(), comments[1].author_key.as_deref()),
        (None, None)
    );
    assert_eq!(comments[1].state, ImportedCommentState::Deleted);
    let proved: Vec<bool> = people(&all).iter().map(|person| person.email_proved).collect();
    assert_eq!(proved, [true, false]);
}

#[test]
fn livefyre() {
    let archive = r#"{"allow_comments":true,"created":"2014-01-22T20:42:14","title":"Ferry","source":"https://quay.example/x","id":"art1","comments":[{"id":7,"author_id":"u1","created":"2014-03-04T18:34:13","body_html":"<p>One</p>"},{"id":8,"parent_id":7,"imported_display_name":"Tom &amp; Ada","imported_email":"t@quay.example","created":"2014-03-04T18:35:13","body_html":"Two"}]}
{"id":"u1","display_name":"foo","email":"foo@quay.example","email_notifications":{}}
"#;
    let (all, ..) = records(Format::Livefyre, archive).unwrap();
    assert_eq!(threads(&all)[0].addresses, ["https://quay.example/x"]);
    let comments = comments(&all);
    assert_eq!(
        (comments[0].key.as_str(), comments[0].author_key.as_deref()),
        ("7", Some("u1"))
    );
    assert_eq!(
        comments[0].created,
        at("2014-03-04T18:34:13Z"),
        "times without a zone are UTC"
    );
    assert_eq!(
        (comments[1].parent.as_deref(), comments[1].author_name.as_str()),
        (Some("7"), "Tom & Ada")
    );
    assert_eq!(people(&all)[0].name, "foo");
}

#[test]
fn isso() {
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let row = IssoComment {
        thread: 3,
        id: 9,
        parent: Some(4),
        created: 1_410_807_000.25,
        mode: 1,
        text: "One\ntwo **three**".into(),
        author: Some(" ".into()),
        ..IssoComment::default()
    };
    let comment = isso::comment(row.clone(), &ctx);
    assert_eq!((comment.thread.as_str(), comment.parent.as_deref()), ("3", Some("4")));
    assert_eq!(comment.text, "One\ntwo three");
    assert_eq!(comment.created, at("2014-09-15T18:50:00.25Z"));
    assert_eq!(comment.author_name, "");
    let waits = isso::comment(IssoComment { mode: 2, ..row.clone() }, &ctx);
    assert_eq!(waits.state, ImportedCommentState::Pending);
    let gone = isso::comment(IssoComment { mode: 4, ..row }, &ctx);
    assert_eq!(gone.state, ImportedCommentState::Deleted);
}

#[test]
fn likes_are_taken_as_numbers() {
    let likes = |format: Format, text: &str| -> Vec<u32> {
        let (all, ..) = records(format, text).unwrap();
        comments(&all).iter().map(|comment| comment.likes).collect()
    };
    let remark42 = r#"[{"id":"1","text":"a","locator":{"url":"u"},"score":-1,"votes":{"b":true,"c":false,"d":false}},
{"id":"2","text":"b","locator":{"url":"u"},"score":3},{"id":"3","text":"c","locator":{"url":"u"},"score":-2}]"#;
    assert_eq!(likes(Format::Remark42, remark42), [1, 3, 0]);
    let commento = r#"{"version":1,"comments":[{"commentHex":"a","url":"/x","markdown":"one","score":4},
{"commentHex":"b","url":"/x","markdown":"two","score":-4},{"commentHex":"c","url":"/x","markdown":"three","score":99999999999}]}"#;
    assert_eq!(likes(Format::Commento, commento), [4, 0, MOST_LIKES]);
    let coral = r#"{"id":"c1","storyID":"s","revisions":[{"body":"a"}],"actionCounts":{"REACTION":{"$numberInt":"5"},"FLAG":2}}
{"id":"c2","asset_id":"s","body_history":[{"body":"b"}],"action_counts":{"respect":2,"love":1,"flag":7}}"#;
    assert_eq!(likes(Format::Coral, coral), [5, 3]);
    let livefyre = r#"{"id":"t","source":"https://quay.example/x","comments":[{"id":1,"body_html":"a","likes":["u1","u2"]},{"id":2,"body_html":"b"}]}"#;
    assert_eq!(likes(Format::Livefyre, livefyre), [2, 0]);
    let own = r#"{"id":"1","story":"s","text":"a","state":"published","likes":7}"#;
    assert_eq!(likes(Format::Masthead, own), [7]);
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let row = IssoComment {
        likes: 6,
        ..IssoComment::default()
    };
    assert_eq!(isso::comment(row, &ctx).likes, 6);
}

#[test]
fn what_is_none_of_them_is_refused_with_a_reason() {
    for format in [
        Format::Disqus,
        Format::Coral,
        Format::Remark42,
        Format::Commento,
        Format::Livefyre,
        Format::Isso,
    ] {
        for text in ["", "x", "[1,2]", "{\"a\":1}", "<rss/>", "{\"a\":"] {
            let refused = records(format, text).unwrap_err();
            assert!(refused.reason.len() > 8, "{format:?} {text}: {refused}");
        }
    }
}

#[test]
fn a_sink_that_has_enough_ends_the_reading() {
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let mut seen = 0;
    let outcome = read(Format::Coral, CORAL.as_bytes(), &ctx, &mut |_, _, _| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert!(outcome.is_ok() && seen == 1);
}
