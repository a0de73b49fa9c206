//! What becomes of agency copy: versions, status, embargo, routing. Every document goes through the same door as
//! pushed copy does.

use masthead_domain::ids::StoryId;
use masthead_domain::routing::Rule;
use masthead_domain::stories::{HoldKind, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::Embargo;
use masthead_features::ingest::{self, Intake, Source};
use masthead_features::stories as desk;
use masthead_features::wire::Outcome;
use masthead_store::stories::{self as rows, StoryRecord};
use masthead_store::{Engine, log, topics};
use masthead_testkit::build::ninjs;
use masthead_testkit::{TestApp, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    versions_go_by_number_then_by_time_whatever_the_order_of_arrival,
    the_same_content_again_changes_nothing,
    a_canceled_item_of_a_lower_version_stops_the_story_everywhere,
    withheld_and_unknown_statuses_hold,
    an_empty_embargo_withholds_until_it_is_lifted,
    a_later_version_never_lifts_an_embargo_and_may_extend_it,
    nitf_kills_another_document_before_and_after_it_arrives,
    advisories_are_never_published,
    editors_notes_reach_no_reader,
    rules_give_site_section_topics_and_publication,
    topics_are_found_by_their_names_in_the_text,
    an_edited_story_is_not_overwritten,
);

const PLACES: [&str; 2] = ["daily/world", "weekly/world"];

fn agency() -> Source {
    Source {
        name: "agency".into(),
        place: PLACES.map(str::to_owned).to_vec(),
        publish: true,
        ..Source::default()
    }
}

async fn take(test: &TestApp, document: &Value) -> anyhow::Result<Intake> {
    take_from(test, &agency(), document.to_string().as_bytes()).await
}

async fn take_from(test: &TestApp, source: &Source, bytes: &[u8]) -> anyhow::Result<Intake> {
    Ok(ingest::document(&test.app, source, bytes.to_vec(), "document", None).await?)
}

fn only_story(intake: &Intake) -> StoryId {
    assert_eq!(intake.taken.len(), 1, "{intake:?}");
    intake.taken[0].story.expect("a story was made")
}

async fn record(test: &TestApp, id: StoryId) -> anyhow::Result<StoryRecord> {
    let mut conn = test.app.db.reader().await?;
    Ok(rows::by_id(&mut conn, id).await?.expect("the story is there"))
}

/// Headline of the story as readers of each site meet it; `None` where they don't.
async fn seen(test: &TestApp, id: StoryId) -> anyhow::Result<Vec<Option<String>>> {
    use masthead_store::public::{self, Found};
    let mut conn = test.app.db.reader().await?;
    let mut headlines = Vec::new();
    let paths = rows::placements(&mut conn, id).await?;
    for place in paths {
        let path = place.path.unwrap_or_default();
        let found = public::at_path(&mut conn, test.app.now(), place.placement.site, &path).await?;
        headlines.push(match found {
            Found::Story(story, _) => Some(story.content.headline),
            _ => None,
        });
    }
    Ok(headlines)
}

/// How many events there are.
async fn events(test: &TestApp) -> anyhow::Result<i64> {
    log::stamp(&test.app.db).await?;
    Ok(log::head(&mut test.app.db.reader().await?).await?)
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

async fn versions_go_by_number_then_by_time_whatever_the_order_of_arrival(engine: Engine) -> anyhow::Result<()> {
    // What each arrival says: version, time, headline. The winner is the same in all orders.
    let arrivals = [
        (2, "2025-11-25T08:00:00Z", "Second version"),
        (10, "2025-11-25T08:05:00Z", "Tenth version, first try"),
        (10, "2025-11-25T08:06:00Z", "Tenth version, corrected in place"),
        (9, "2025-11-25T08:59:00Z", "Ninth version, sent late"),
    ];
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
    let test = TestApp::new(engine).await?;
    for (number, order) in orders.iter().enumerate() {
        let guid = format!("urn:test:order-{number}");
        let mut story = None;
        for index in order {
            let (version, created, headline) = arrivals[*index];
            let mut document = ninjs(&guid, version, headline, "pier");
            document["versionCreated"] = json!(created);
            story = Some(only_story(&take(&test, &document).await?));
        }
        let winner = Some("Tenth version, corrected in place".to_owned());
        assert_eq!(
            seen(&test, story.unwrap()).await?,
            vec![winner.clone(), winner],
            "order {order:?}"
        );
    }
    Ok(())
}

async fn the_same_content_again_changes_nothing(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let document = ninjs("urn:test:again", 1, "Ferry runs aground", "ferry");
    let first = take(&test, &document).await?;
    let (before, story) = (events(&test).await?, record(&test, only_story(&first)).await?);
    test.clock.step_seconds(60);
    let again = take(&test, &document).await?;
    assert_eq!(again.taken[0].outcome, Outcome::Unchanged);
    // Another source that carries the same item brings nothing new either: its guid is global.
    let other = Source {
        name: "mirror".into(),
        ..agency()
    };
    let mirrored = take_from(&test, &other, document.to_string().as_bytes()).await?;
    assert_eq!(mirrored.taken[0].outcome, Outcome::Unchanged);
    assert_eq!(events(&test).await?, before);
    assert_eq!(record(&test, story.id).await?, story);
    // The count can tell: a newer version is an event.
    take(&test, &ninjs("urn:test:again", 2, "Ferry refloated", "ferry")).await?;
    assert!(events(&test).await? > before);
    Ok(())
}

async fn a_canceled_item_of_a_lower_version_stops_the_story_everywhere(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let story = only_story(&take(&test, &ninjs("urn:test:cancel", 3, "Mayor resigns", "mayor")).await?);
    assert_eq!(seen(&test, story).await?, vec![Some("Mayor resigns".to_owned()); 2]);
    let mut cancel = ninjs("urn:test:cancel", 2, "Mayor resigns", "mayor");
    cancel["pubStatus"] = json!("canceled");
    let intake = take(&test, &cancel).await?;
    assert_eq!(intake.taken[0].outcome, Outcome::Stopped);
    assert_eq!(seen(&test, story).await?, vec![None, None]);
    let held = record(&test, story).await?;
    assert_eq!(
        held.standing.hold.as_ref().map(|hold| hold.kind),
        Some(HoldKind::Canceled)
    );
    assert!(
        held.standing.gone_reason().is_some(),
        "readers are told that it is gone"
    );
    // A newer usable version does not bring it back by itself.
    take(&test, &ninjs("urn:test:cancel", 4, "Mayor does not resign", "mayor")).await?;
    assert_eq!(seen(&test, story).await?, vec![None, None]);
    desk::let_go(&test.app, story, "an editor").await?;
    assert_eq!(
        seen(&test, story).await?,
        vec![Some("Mayor does not resign".to_owned()); 2]
    );
    Ok(())
}

async fn withheld_and_unknown_statuses_hold(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    for (number, (status, kind)) in [
        ("withheld", HoldKind::Withheld),
        ("stat:frozen-for-review", HoldKind::UnknownStatus),
    ]
    .into_iter()
    .enumerate()
    {
        // As the first version.
        let mut first = ninjs(&format!("urn:test:status-{number}"), 1, "Bridge closed", "bridge");
        first["pubStatus"] = json!(status);
        let intake = take(&test, &first).await?;
        assert!(!intake.taken[0].note.is_empty(), "the desk is told: {intake:?}");
        let story = only_story(&intake);
        assert_eq!(
            record(&test, story).await?.standing.hold.map(|hold| hold.kind),
            Some(kind)
        );
        assert!(seen(&test, story).await?.iter().all(Option::is_none));
        desk::let_go(&test.app, story, "an editor").await?;
        assert_eq!(
            seen(&test, story).await?,
            vec![Some("Bridge closed".to_owned()); 2],
            "as it was meant"
        );
        // As a later version of a published story.
        let mut later = ninjs(&format!("urn:test:status-{number}"), 2, "Bridge closed again", "bridge");
        later["pubStatus"] = json!(status);
        take(&test, &later).await?;
        assert_eq!(seen(&test, story).await?, vec![None, None], "{status}");
    }
    Ok(())
}

async fn an_empty_embargo_withholds_until_it_is_lifted(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    for (number, value) in [
        json!(""),
        json!("next tuesday"),
        Value::Null,
        json!("2026-13-45T00:00:00Z"),
    ]
    .iter()
    .enumerate()
    {
        let mut document = ninjs(&format!("urn:test:empty-{number}"), 1, "Budget leaked", "budget");
        document["embargoed"] = value.clone();
        let story = only_story(&take(&test, &document).await?);
        assert!(
            matches!(record(&test, story).await?.standing.embargo, Embargo::Withheld { .. }),
            "{value}"
        );
        test.clock.step_seconds(400 * 86_400);
        test.run_jobs().await?;
        assert!(seen(&test, story).await?.iter().all(Option::is_none), "{value}");
        assert!(
            desk::let_go(&test.app, story, "an editor").await.is_err(),
            "a look is not enough"
        );
        desk::lift_embargo(&test.app, story, "the agency confirmed by telephone", "an editor").await?;
        assert_eq!(seen(&test, story).await?, vec![Some("Budget leaked".to_owned()); 2]);
        let acts = masthead_store::sites::acts_on(&mut test.app.db.reader().await?, &format!("story:{story}")).await?;
        assert!(
            acts.iter()
                .any(|act| act.act == "story.lift_embargo" && act.actor == "an editor"),
            "logged"
        );
    }
    Ok(())
}

async fn a_later_version_never_lifts_an_embargo_and_may_extend_it(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let document = |version, embargo: Option<&str>| {
        let mut document = ninjs(
            "urn:test:embargo",
            version,
            &format!("Merger, version {version}"),
            "merger",
        );
        if let Some(until) = embargo {
            document["embargoed"] = json!(until);
        }
        document
    };
    let until = |standing: &masthead_domain::stories::Standing| standing.embargo.clone();
    let story = only_story(&take(&test, &document(1, Some("2025-11-25T12:00:00Z"))).await?);
    assert_eq!(record(&test, story).await?.standing.state, StoryState::Scheduled);
    // Without one, and with a nearer one: it stands, and the desk is asked.
    for (version, newer) in [(2, None), (3, Some("2025-11-25T09:30:00Z"))] {
        let intake = take(&test, &document(version, newer)).await?;
        assert!(intake.taken[0].note.contains("embargo"), "{intake:?}");
        assert_eq!(
            until(&record(&test, story).await?.standing),
            Embargo::Until(at("2025-11-25T12:00:00Z"))
        );
    }
    // Further away: at once.
    take(&test, &document(4, Some("2025-11-25T14:00:00Z"))).await?;
    assert_eq!(
        until(&record(&test, story).await?.standing),
        Embargo::Until(at("2025-11-25T14:00:00Z"))
    );
    test.clock.set(at("2025-11-25T13:59:59Z"));
    test.run_jobs().await?;
    assert!(seen(&test, story).await?.iter().all(Option::is_none));
    test.clock.set(at("2025-11-25T14:00:00Z"));
    assert!(
        seen(&test, story).await?.iter().all(Option::is_none),
        "the date alone releases nothing"
    );
    test.run_jobs().await?;
    assert_eq!(seen(&test, story).await?, vec![Some("Merger, version 4".to_owned()); 2]);
    // Even a published story goes back behind a new embargo.
    take(&test, &document(5, Some("2026-11-26T00:00:00Z"))).await?;
    assert_eq!(seen(&test, story).await?, vec![None, None]);
    Ok(())
}

fn nitf(id: &str, headline: &str, docdata: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<nitf><head><title>{headline}</title><docdata>\
         <doc-id id-string=\"{id}\"/><date.issue norm=\"20251125T080000Z\"/>{docdata}</docdata></head>\
         <body><body.head><hedline><hl1>{headline}</hl1></hedline></body.head>\
         <body.content><p>The lighthouse went dark on Monday night.</p><p>Ships were warned by radio.</p></body.content>\
         </body></nitf>"
    )
}

async fn nitf_kills_another_document_before_and_after_it_arrives(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let source = agency();
    // After: the killed document stood already.
    let first = take_from(
        &test,
        &source,
        nitf("urn:test:lamp-1", "Lighthouse goes dark", "").as_bytes(),
    )
    .await?;
    let story = only_story(&first);
    assert_eq!(
        seen(&test, story).await?,
        vec![Some("Lighthouse goes dark".to_owned()); 2]
    );
    let kill = |id: &str, other: &str| {
        nitf(id, "Kill notice for editors", "<ed-msg info=\"kill it\"/>").replace(
            "<docdata>",
            &format!("<docdata management-doc-idref=\"{other}\" management-idref-status=\"killed\">"),
        )
    };
    take_from(&test, &source, kill("urn:test:kill-1", "urn:test:lamp-1").as_bytes()).await?;
    assert_eq!(seen(&test, story).await?, vec![None, None]);
    assert!(record(&test, story).await?.standing.gone_reason().is_some());
    // Before: the notice is first, and the document finds it waiting. The attribute has two spellings.
    let early =
        kill("urn:test:kill-2", "urn:test:lamp-2").replace("management-idref-status", "management-doc-idref-status");
    take_from(&test, &source, early.as_bytes()).await?;
    let late = take_from(
        &test,
        &source,
        nitf("urn:test:lamp-2", "Lighthouse relit", "").as_bytes(),
    )
    .await?;
    let story = only_story(&late);
    assert!(seen(&test, story).await?.iter().all(Option::is_none));
    assert_eq!(
        record(&test, story).await?.standing.hold.map(|hold| hold.kind),
        Some(HoldKind::Canceled)
    );
    Ok(())
}

async fn advisories_are_never_published(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let mut advisory = ninjs("urn:test:advisory", 1, "Editors: the daybook for Tuesday", "daybook");
    advisory["signals"] = json!(["advisory"]);
    let intake = take(&test, &advisory).await?;
    if let Some(story) = intake.taken[0].story {
        assert_eq!(record(&test, story).await?.standing.state, StoryState::Draft);
        assert!(seen(&test, story).await?.iter().all(Option::is_none));
    }
    let mut news = ninjs("urn:test:newscontent", 1, "Harbour wall gives way", "harbour");
    news["signals"] = json!(["newscontent", "whitelisted"]);
    let story = only_story(&take(&test, &news).await?);
    assert!(seen(&test, story).await?.iter().all(Option::is_some));
    Ok(())
}

async fn editors_notes_reach_no_reader(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let mut document = ninjs("urn:test:note", 1, "Quay reopens", "quay");
    document["edNote"] = json!("ATTENTION EDITORS zebrafinch");
    let source = agency();
    take(&test, &document).await?;
    let message = "<ed-msg info=\"not for print: zebrafinch\"/>";
    take_from(
        &test,
        &source,
        nitf("urn:test:note-2", "Quay closes", message).as_bytes(),
    )
    .await?;
    let node = test.start().await?;
    let list = node.get("daily", "/api/v1/stories").await?;
    assert_eq!(list.status, 200);
    let ids: Vec<String> = list.json()?["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 2);
    let mut asked = vec![
        "/".to_owned(),
        "/world".into(),
        "/feed.xml".into(),
        "/feed.atom".into(),
        "/feed.json".into(),
    ];
    for item in list.json()?["items"].as_array().unwrap() {
        let url = url::Url::parse(item["url"].as_str().unwrap())?;
        asked.push(url.path().to_owned());
    }
    for id in &ids {
        asked.extend(["", "?format=ninjs", "?format=nitf"].map(|query| format!("/api/v1/stories/{id}{query}")));
    }
    for path in asked {
        let answer = node.get("daily", &path).await?;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains("Quay"), "{path} shows the story");
        assert!(!answer.text().contains("zebrafinch"), "{path} shows the editors' note");
    }
    node.stop().await;
    Ok(())
}

async fn rules_give_site_section_topics_and_publication(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::with_settings(engine, |settings| {
        settings.routing = vec![
            Rule {
                sources: vec!["plain".into()],
                words: vec!["regatta".into()],
                place: vec!["weekly/sport".into(), "daily/world/europe".into()],
                topics: vec!["sailing".into()],
                publish: true,
                last: true,
                ..Rule::default()
            },
            Rule {
                sources: vec!["plain".into()],
                languages: vec!["en".into()],
                place: vec!["daily/culture".into()],
                ..Rule::default()
            },
        ];
    })
    .await?;
    put_topic(&test, "sailing", "Sailing", &[]).await?;
    let source = Source {
        name: "plain".into(),
        ..Source::default()
    };
    let take = async |document: &Value| take_from(&test, &source, document.to_string().as_bytes()).await;
    let regatta = only_story(&take(&ninjs("urn:test:regatta", 1, "Regatta begins in the fog", "fog")).await?);
    let mut conn = test.app.db.reader().await?;
    let places: Vec<_> = rows::placements(&mut conn, regatta)
        .await?
        .into_iter()
        .map(|place| place.placement)
        .collect();
    assert_eq!(places, test.places(&["weekly/sport", "daily/world/europe"]));
    let sailing = topics::by_slug(&mut conn, "sailing").await?.unwrap();
    assert_eq!(rows::topics(&mut conn, regatta).await?, [sailing.id]);
    assert!(record(&test, regatta).await?.standing.is_visible(test.app.now()));
    // The second rule gives a place, and nobody said that it goes out.
    let opera = only_story(&take(&ninjs("urn:test:opera", 1, "Opera house to be painted", "paint")).await?);
    let places: Vec<_> = rows::placements(&mut conn, opera)
        .await?
        .into_iter()
        .map(|place| place.placement)
        .collect();
    assert_eq!(places, test.places(&["daily/culture"]));
    assert_eq!(record(&test, opera).await?.standing.state, StoryState::Draft);
    // No rule: kept for the desk, no story.
    let mut foreign = ninjs("urn:test:foreign", 1, "Die Brücke ist gesperrt", "Brücke");
    foreign["language"] = json!("de");
    let kept = take(&foreign).await?;
    assert_eq!(kept.taken[0].story, None);
    assert!(kept.taken[0].note.contains("no routing rule"), "{kept:?}");
    Ok(())
}

async fn put_topic(test: &TestApp, slug: &str, name: &str, names: &[&str]) -> anyhow::Result<()> {
    let topic = topics::TopicRecord {
        id: masthead_domain::ids::TopicId::new(test.app.ids.as_ref()),
        slug: slug.into(),
        name: name.into(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        description: String::new(),
        uri: None,
    };
    test.app
        .db
        .write("test.topic", move |tx| {
            let topic = topic.clone();
            Box::pin(async move { topics::put(tx, &topic).await })
        })
        .await?;
    Ok(())
}

async fn topics_are_found_by_their_names_in_the_text(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    put_topic(
        &test,
        "north-pier",
        "North Pier",
        &["North Pier", "the pier at Saltmarsh"],
    )
    .await?;
    put_topic(&test, "herring", "Herring", &["herring"]).await?;
    put_topic(&test, "oysters", "Oysters", &["oyster"]).await?;
    let mut document = ninjs("urn:test:topics", 1, "North Pier sinks a little", "pier");
    document["bodies"][0]["value"] =
        json!("<p>Herring is landed here.</p><p>The HERRING fleet left; an oystercatcher saw it, and one oyster.</p>");
    let story = only_story(&take(&test, &document).await?);
    let mut conn = test.app.db.reader().await?;
    let ids = rows::topics(&mut conn, story).await?;
    let slugs: Vec<String> = topics::by_ids(&mut conn, &ids)
        .await?
        .into_iter()
        .map(|topic| topic.slug)
        .collect();
    assert_eq!(
        slugs.len(),
        2,
        "in the headline, or twice in the text at word borders: {slugs:?}"
    );
    assert!(
        slugs.contains(&"north-pier".to_owned()) && slugs.contains(&"herring".to_owned()),
        "{slugs:?}"
    );
    Ok(())
}

async fn an_edited_story_is_not_overwritten(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let story = only_story(&take(&test, &ninjs("urn:test:edited", 1, "Council to meet", "council")).await?);
    let edited = masthead_testkit::build::content("Council to meet behind closed doors", "council");
    desk::revise(&test.app, story, edited, "an editor").await?;
    let intake = take(&test, &ninjs("urn:test:edited", 2, "Council has met", "council")).await?;
    assert!(
        intake.taken[0].note.contains("edited here"),
        "the desk is told: {intake:?}"
    );
    assert_eq!(
        seen(&test, story).await?,
        vec![Some("Council to meet behind closed doors".to_owned()); 2]
    );
    // A cancel stops an edited story all the same.
    let mut cancel = ninjs("urn:test:edited", 3, "Council has met", "council");
    cancel["pubStatus"] = json!("canceled");
    take(&test, &cancel).await?;
    assert_eq!(seen(&test, story).await?, vec![None, None]);
    Ok(())
}
