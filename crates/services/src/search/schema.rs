//! The fields of the index, and how a document is written into them.

use super::SearchDoc;
use super::words::Analysis;
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Name of the folder of this layout. An index of another layout is not read but made again beside it.
pub(super) const LAYOUT: &str = "v1";

/// Name of the date's fast field, by which ranking reads it.
pub(super) const PUBLISHED: &str = "published";

/// The fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) story: Field,
    pub(super) headline: Field,
    pub(super) standfirst: Field,
    pub(super) body: Field,
    pub(super) lists: Field,
    pub(super) month: Field,
    pub(super) published: Field,
}

/// Fields of text with how much a word in them counts.
impl Fields {
    pub(super) fn texts(&self) -> [(Field, f32); 3] {
        [(self.headline, 3.0), (self.standfirst, 1.5), (self.body, 1.0)]
    }
}

/// The schema. Text fields keep positions, for phrases; they are given tokens and name no tokenizer of their own.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        story: builder.add_text_field("story", STRING | STORED),
        headline: builder.add_text_field("headline", text.clone()),
        standfirst: builder.add_text_field("standfirst", text.clone()),
        body: builder.add_text_field("body", text),
        lists: builder.add_text_field("lists", STRING),
        month: builder.add_i64_field("month", INDEXED),
        published: builder.add_i64_field(PUBLISHED, INDEXED | FAST),
    };
    (builder.build(), fields)
}

/// The text of an id as the index holds it.
pub(super) fn id_text(story: StoryId) -> String {
    story.0.simple().to_string()
}

/// Months since year 0: the grain by which frequent words are searched from the newest backwards.
pub(super) fn month(at: Timestamp) -> i64 {
    let date = jiff::tz::Offset::UTC.to_datetime(at.to_jiff()).date();
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// Writes a document.
pub(super) fn document(fields: &Fields, doc: &SearchDoc) -> TantivyDocument {
    let mut analysis = Analysis::of(&doc.language);
    let mut written = TantivyDocument::new();
    written.add_text(fields.story, id_text(doc.story));
    for (field, text) in [
        (fields.headline, &doc.headline),
        (fields.standfirst, &doc.standfirst),
        (fields.standfirst, &doc.names),
        (fields.body, &doc.body),
    ] {
        if !text.is_empty() {
            written.add_pre_tokenized_text(field, analysis.tokens(text));
        }
    }
    for list in &doc.lists {
        written.add_text(fields.lists, list.simple().to_string());
    }
    written.add_i64(fields.month, month(doc.published));
    written.add_i64(fields.published, doc.published.as_micros());
    written
}
