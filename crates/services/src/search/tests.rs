//! The index on disk: what is found, in which order, and what survives.

use super::*;
use masthead_domain::ids::StoryId;

const NOW: i64 = 1_764_061_200_000_000;
const DAY: i64 = 86_400_000_000;
const SITE: Uuid = Uuid::from_u128(1);
const SPORT: Uuid = Uuid::from_u128(2);

fn story(number: u128) -> StoryId {
    StoryId(Uuid::from_u128(1_000 + number))
}

fn doc(number: u128, headline: &str, body: &str) -> SearchDoc {
    SearchDoc {
        story: story(number),
        language: "en".into(),
        headline: headline.into(),
        standfirst: String::new(),
        names: "Ada Quill".into(),
        body: body.into(),
        lists: vec![SITE],
        published: Timestamp::from_micros(NOW - DAY),
    }
}

fn request(words: &str) -> SearchRequest {
    SearchRequest {
        words: Words::read(words, "en"),
        lists: vec![SITE],
        from: None,
        to: None,
        now: Timestamp::from_micros(NOW),
        limit: 20,
        offset: 0,
    }
}

fn mark(position: i64) -> LogMark {
    LogMark {
        position,
        event: Some(EventId(Uuid::from_u128(7))),
    }
}

async fn filled(folder: &std::path::Path, docs: Vec<SearchDoc>) -> SearchIndex {
    let index = SearchIndex::open(folder).unwrap();
    put(&index, docs, 1).await;
    index
}

async fn put(index: &SearchIndex, put: Vec<SearchDoc>, position: i64) {
    let batch = Batch {
        put,
        commit: Some(mark(position)),
        ..Batch::default()
    };
    index.apply(batch).await.unwrap();
}

async fn found(index: &SearchIndex, words: &str) -> Vec<StoryId> {
    stories(index, request(words)).await
}

async fn stories(index: &SearchIndex, request: SearchRequest) -> Vec<StoryId> {
    index
        .search(request)
        .await
        .unwrap()
        .hits
        .into_iter()
        .map(|(story, _)| story)
        .collect()
}

#[tokio::test]
async fn words_stems_accents_names_and_phrases() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(
        folder.path(),
        vec![
            doc(1, "Harbour walls", "The sea wall at the Café Océan was flooded."),
            doc(2, "Council votes", "A wall by the sea is planned."),
        ],
    )
    .await;
    assert_eq!(found(&index, "flooding").await, [story(1)]);
    assert_eq!(found(&index, "cafe océan").await, [story(1)]);
    assert_eq!(found(&index, "HARBOUR quill").await, [story(1)]);
    assert_eq!(found(&index, "\"sea wall\"").await, [story(1)]);
    assert_eq!(found(&index, "\"the sea is planned\"").await, [story(2)]);
    assert_eq!(found(&index, "sea wall").await.len(), 2);
    let some = index.search(request("harbour council")).await.unwrap();
    assert_eq!((some.total, some.partial), (2, true), "no story has both");
    let all = index.search(request("harbour flood")).await.unwrap();
    assert_eq!((all.total, all.partial), (1, false));
}

#[tokio::test]
async fn a_headline_counts_more_than_a_body_and_new_more_than_old() {
    let folder = tempfile::tempdir().unwrap();
    let old = SearchDoc {
        published: Timestamp::from_micros(NOW - 3_000 * DAY),
        ..doc(3, "Elections in the north", "The count went on all night.")
    };
    let new = doc(4, "Elections in the north", "The count went on all night.");
    let passing = doc(5, "Weather for the weekend", "Rain, and the harvest nowhere near it.");
    let about = doc(6, "The harvest begins", "A long wet night, and then the sun.");
    let index = filled(folder.path(), vec![old, passing, new, about]).await;
    assert_eq!(found(&index, "elections").await, [story(4), story(3)]);
    assert_eq!(found(&index, "harvest").await, [story(6), story(5)]);
}

#[tokio::test]
async fn a_mistyped_word_finds_what_is_nearly_it_only_when_little_has_the_word_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut docs: Vec<_> = (0..5).map(|n| doc(n, "Storms at sea", "Nothing else.")).collect();
    docs.push(doc(9, "Stores at sea", "Nothing else."));
    let index = filled(folder.path(), docs).await;
    let exact = index.search(request("storms")).await.unwrap();
    assert_eq!((exact.total, exact.relaxed), (5, false));
    let mistyped = index.search(request("strorms")).await.unwrap();
    assert_eq!((mistyped.total, mistyped.relaxed), (5, true));
    assert!(found(&index, "zzzzzz").await.is_empty());
}

#[tokio::test]
async fn lists_and_dates_narrow_and_pages_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let docs = (0..9).map(|n| SearchDoc {
        lists: if n % 3 == 0 { vec![SITE, SPORT] } else { vec![SITE] },
        published: Timestamp::from_micros(NOW - i64::try_from(n).unwrap() * DAY),
        ..doc(n, "Tide tables", "High water.")
    });
    let other = SearchDoc {
        lists: vec![Uuid::from_u128(99)],
        ..doc(50, "Tide tables", "Of another site.")
    };
    let index = filled(folder.path(), docs.chain([other]).collect()).await;
    assert_eq!(index.search(request("tide")).await.unwrap().total, 9);
    let sport = SearchRequest {
        lists: vec![SITE, SPORT],
        ..request("tide")
    };
    assert_eq!(stories(&index, sport).await, [story(0), story(3), story(6)]);
    let dated = |words| SearchRequest {
        from: Some(Timestamp::from_micros(NOW - 4 * DAY)),
        to: Some(Timestamp::from_micros(NOW - DAY)),
        ..request(words)
    };
    assert_eq!(stories(&index, dated("tide")).await, [story(2), story(3), story(4)]);
    assert_eq!(
        stories(&index, dated("")).await,
        [story(2), story(3), story(4)],
        "without words newest first"
    );
    let part = |offset| SearchRequest {
        limit: 4,
        offset,
        ..request("tide")
    };
    let mut all = Vec::new();
    for offset in [0, 4, 8, 12] {
        all.extend(stories(&index, part(offset)).await);
    }
    assert_eq!(all, (0..9).map(story).collect::<Vec<_>>());
    assert!(stories(&index, part(usize::MAX)).await.is_empty());
}

#[tokio::test]
async fn what_is_committed_survives_with_its_mark_and_what_is_not_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let index = SearchIndex::open(folder.path()).unwrap();
    assert_eq!(index.mark().unwrap(), None);
    put(&index, vec![doc(1, "Old words", ""), doc(2, "Staying", "")], 41).await;
    let change = Batch {
        put: vec![doc(1, "Fresh words", "")],
        remove: vec![story(2)],
        ..Batch::default()
    };
    index.apply(change).await.unwrap();
    assert!(found(&index, "fresh").await.is_empty(), "not committed yet");
    assert!(matches!(SearchIndex::open(folder.path()), Err(SearchError::InUse)));
    drop(index);

    let index = SearchIndex::open(folder.path()).unwrap();
    assert_eq!(index.mark().unwrap(), Some(mark(41)));
    assert_eq!(found(&index, "staying").await, [story(2)]);
    put(&index, vec![doc(1, "Fresh words", "")], 42).await;
    assert_eq!(
        (found(&index, "fresh").await, found(&index, "old").await),
        (vec![story(1)], vec![])
    );
    let again = Batch {
        clear: true,
        put: vec![doc(3, "Rebuilt", "")],
        commit: Some(mark(50)),
        ..Batch::default()
    };
    index.apply(again).await.unwrap();
    assert_eq!((index.len(), found(&index, "rebuilt").await), (1, vec![story(3)]));
}

#[tokio::test]
async fn an_index_that_can_not_be_read_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), vec![doc(1, "Words", "")]).await);
    std::fs::write(folder.path().join("v1/meta.json"), "{ torn").unwrap();
    let index = SearchIndex::open(folder.path()).unwrap();
    assert_eq!((index.mark().unwrap(), index.len()), (None, 0));
}

#[tokio::test]
async fn hostile_words_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path(), vec![doc(1, "Words", "")]).await;
    for text in [
        "AND OR NOT ( \" \u{0} * ? ~ ^ : [ TO ]".repeat(300),
        "\"".repeat(10_000),
        "a".repeat(100_000),
        "\u{202e}\u{200d}\u{feff}\u{10ffff}".repeat(500),
        "story:x published:[* TO *] headline:\"".into(),
        String::new(),
    ] {
        let hits = index.search(request(&text)).await.unwrap();
        assert!(hits.hits.len() <= 1);
    }
}

#[tokio::test]
async fn german_and_arabic_are_found_by_their_stems() {
    let folder = tempfile::tempdir().unwrap();
    let mut german = doc(1, "Die Häfen schließen früher", "Über die Brücken gingen viele Züge.");
    german.language = "de".into();
    let mut arabic = doc(2, "المكتبات العامة تفتح أبوابها", "قال المسافرون إن القطارات تأخرت");
    arabic.language = "ar-EG".into();
    let index = filled(folder.path(), vec![german, arabic]).await;
    let asked = async |words: &str, language: &str| {
        let words = Words::read(words, language);
        stories(&index, SearchRequest { words, ..request("") }).await
    };
    // Another number, case or spelling of the same word; umlauts may be left out.
    for words in ["Hafen", "hafen", "Brücke", "Brucken", "Zug", "früh"] {
        assert_eq!(asked(words, "de").await, [story(1)], "{words}");
    }
    // Without the article and in the singular: library for the libraries, train for the trains.
    for words in ["مكتبة", "المكتبات", "قطار", "مسافرون", "ابوابها"] {
        assert_eq!(asked(words, "ar").await, [story(2)], "{words}");
    }
    assert_eq!(asked("Bahnhof", "de").await, []);
    assert_eq!(asked("مدرسة", "ar").await, []);
}

#[tokio::test]
async fn an_index_is_looked_at_beside_its_writer() {
    let folder = tempfile::tempdir().unwrap();
    assert!(SearchIndex::look(folder.path()).unwrap().is_none());
    let index = filled(folder.path(), vec![doc(1, "One", "tide"), doc(2, "Two", "tide")]).await;
    put(&index, vec![doc(2, "Two again", "ebb")], 2).await;
    let batch = Batch {
        remove: vec![story(1)],
        put: vec![doc(3, "Three", "tide")],
        commit: Some(mark(3)),
        ..Batch::default()
    };
    index.apply(batch).await.unwrap();
    let copy = SearchIndex::look(folder.path()).unwrap().unwrap();
    assert_eq!(copy.mark().unwrap(), Some(mark(3)));
    assert_eq!(
        copy.stories().unwrap().into_iter().collect::<Vec<_>>(),
        [story(2), story(3)]
    );
    assert_eq!(found(&copy, "tide").await, [story(3)]);
    let write = copy.apply(Batch::default()).await;
    assert!(matches!(write, Err(SearchError::InUse)), "{write:?}");
}
