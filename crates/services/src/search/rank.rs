//! Relevance and recency: which query a search becomes, and how hits are ordered.
//!
//! The cost of ranking grows with the number of matches. A search whose words are frequent is therefore held to the
//! newest months, as many as it takes to give [`ENOUGH`] stories: a news archive's readers want those, and the work
//! stays the same however large the archive becomes.

use super::schema::{Fields, PUBLISHED};
use super::words::Wanted;
use super::{SearchRequest, Words};
use std::ops::Bound;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, Searcher, SegmentReader, Term};

/// Matches beyond which only the newest months are ranked.
pub(super) const ENOUGH: u64 = 20_000;
/// How many months may be looked at backwards; before that the archive has no newest part that is large enough.
const MOST_MONTHS: i64 = 240;
/// A story loses half of what recency adds in this time.
const HALF_LIFE_DAYS: f32 = 60.0;
/// What recency adds to a story of this minute, relative to one that is old.
const RECENCY: f32 = 1.5;

/// How strictly words are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// All of them, as they are or by their stem.
    Exact,
    /// All of them, also at an edit distance of 1.
    Relaxed,
    /// The same, and half of them are enough.
    Partial,
}

/// The query of a request. `months` holds it to those from the one to the other.
pub(super) fn query(
    fields: &Fields,
    request: &SearchRequest,
    strictness: Strictness,
    months: Option<(i64, i64)>,
) -> BooleanQuery {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for list in &request.lists {
        let term = Term::from_field_text(fields.lists, &list.simple().to_string());
        clauses.push((Occur::Must, unscored(TermQuery::new(term, IndexRecordOption::Basic))));
    }
    if request.from.is_some() || request.to.is_some() {
        let bound = |at: masthead_domain::time::Timestamp| Term::from_field_i64(fields.published, at.as_micros());
        let from = request.from.map_or(Bound::Unbounded, |at| Bound::Included(bound(at)));
        let to = request.to.map_or(Bound::Unbounded, |at| Bound::Excluded(bound(at)));
        clauses.push((Occur::Must, unscored(RangeQuery::new(from, to))));
    }
    if let Some((first, last)) = months {
        let terms = (first..=last)
            .map(|month| Term::from_field_i64(fields.month, month))
            .collect();
        clauses.push((Occur::Must, unscored(BooleanQuery::new_multiterms_query(terms))));
    }
    let relaxed = strictness != Strictness::Exact;
    let wanted: Vec<Box<dyn Query>> = request
        .words
        .terms
        .iter()
        .map(|wanted| Box::new(anywhere(fields, wanted, relaxed)) as Box<dyn Query>)
        .collect();
    if strictness == Strictness::Partial {
        let half = wanted.len().div_ceil(2);
        let some = BooleanQuery::union_with_minimum_required_clauses(wanted, half);
        clauses.push((Occur::Must, Box::new(some)));
    } else {
        clauses.extend(wanted.into_iter().map(|query| (Occur::Must, query)));
    }
    if clauses.is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    BooleanQuery::new(clauses)
}

fn unscored(query: impl Query) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

/// One wanted thing in any field of text.
fn anywhere(fields: &Fields, wanted: &Wanted, relaxed: bool) -> BooleanQuery {
    let mut ways: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut way = |query: Box<dyn Query>, boost: f32| {
        ways.push((Occur::Should, Box::new(BoostQuery::new(query, boost)) as Box<dyn Query>));
    };
    let term = |field, text: &str| Term::from_field_text(field, text);
    for (field, weight) in fields.texts() {
        match wanted {
            Wanted::Word {
                written,
                stem,
                mistyped,
            } => {
                let exact = TermQuery::new(term(field, written), IndexRecordOption::WithFreqs);
                way(Box::new(exact), weight);
                if !stem.is_empty() {
                    let stem = TermQuery::new(term(field, stem), IndexRecordOption::WithFreqs);
                    way(Box::new(stem), weight * 0.7);
                }
                if relaxed && *mistyped {
                    way(
                        Box::new(FuzzyTermQuery::new(term(field, written), 1, true)),
                        weight * 0.3,
                    );
                }
            }
            Wanted::Phrase(words) => {
                let terms: Vec<_> = words.iter().map(|word| term(field, word)).collect();
                // A phrase query of fewer than two terms would panic; `Words` makes none.
                if terms.len() > 1 {
                    way(Box::new(PhraseQuery::new(terms)), weight * 2.0);
                }
            }
        }
    }
    BooleanQuery::new(ways)
}

/// The newest months that hold enough stories, when the words alone would match more than [`ENOUGH`]; `None` when
/// everything can be ranked.
pub(super) fn newest_months(
    fields: &Fields,
    searcher: &Searcher,
    request: &SearchRequest,
    strictness: Strictness,
) -> tantivy::Result<Option<(i64, i64)>> {
    if matches(fields, searcher, &request.words, strictness)? <= ENOUGH {
        return Ok(None);
    }
    // A reader who asks for old stories begins there.
    let newest = super::schema::month(request.to.unwrap_or(request.now).min(request.now));
    // The share of the month's stories that match is not known; a word that is this frequent is in one of ten or so.
    let wanted = ENOUGH * 4;
    let mut stories = 0;
    for back in 0..MOST_MONTHS {
        let month = newest - back;
        stories += searcher.doc_freq(&Term::from_field_i64(fields.month, month))?;
        if stories >= wanted {
            return Ok(Some((month, newest)));
        }
    }
    Ok(None)
}

/// An upper bound of how many stories match: those with the rarest word where all are wanted, those with the most
/// frequent (or all) where some are enough. Without words, all stories.
fn matches(fields: &Fields, searcher: &Searcher, words: &Words, strictness: Strictness) -> tantivy::Result<u64> {
    let mut of_each = Vec::with_capacity(words.terms.len());
    for wanted in &words.terms {
        of_each.push(match wanted {
            Wanted::Word { written, stem, .. } => {
                frequency(fields, searcher, written)? + frequency(fields, searcher, stem)?
            }
            Wanted::Phrase(words) => {
                let mut least = u64::MAX;
                for word in words {
                    least = least.min(frequency(fields, searcher, word)?);
                }
                least
            }
        });
    }
    let bound = if strictness == Strictness::Partial {
        of_each.into_iter().reduce(u64::saturating_add)
    } else {
        of_each.into_iter().min()
    };
    let all = searcher.num_docs();
    Ok(bound.unwrap_or(all).min(all))
}

fn frequency(fields: &Fields, searcher: &Searcher, text: &str) -> tantivy::Result<u64> {
    let mut sum = 0;
    // A language without a stemmer has no stems.
    if text.is_empty() {
        return Ok(sum);
    }
    for (field, _) in fields.texts() {
        sum += searcher.doc_freq(&Term::from_field_text(field, text))?;
    }
    Ok(sum)
}

/// Relevance times recency, for the collector.
pub(super) fn recency(
    now: masthead_domain::time::Timestamp,
) -> impl Fn(&SegmentReader) -> Ranker + Send + Sync + 'static {
    move |reader: &SegmentReader| {
        let dates = match reader.fast_fields().i64(PUBLISHED) {
            Ok(column) => Some(column.first_or_default_col(0)),
            // The column is part of every segment. Relevance alone still orders hits.
            Err(error) => {
                tracing::error!(%error, "the search index has no dates");
                None
            }
        };
        let now = now.as_micros();
        Box::new(move |doc: DocId, score: Score| {
            let Some(dates) = &dates else { return score };
            let micros = now.saturating_sub(dates.get_val(doc)).max(0);
            score.max(f32::MIN_POSITIVE) * bonus(micros)
        })
    }
}

/// A segment's order.
pub(super) type Ranker = Box<dyn Fn(DocId, Score) -> Score>;

#[expect(
    clippy::cast_precision_loss,
    reason = "a day more or less in a thousand years doesn't matter"
)]
fn bonus(age_micros: i64) -> f32 {
    let days = age_micros as f32 / 86_400e6;
    1.0 + RECENCY * 0.5_f32.powf(days / HALF_LIFE_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recency_only_ever_falls_and_never_takes_relevance_away() {
        let day = 86_400_000_000_i64;
        assert!((bonus(0) - 2.5).abs() < 1e-3);
        assert!((bonus(60 * day) - 1.75).abs() < 1e-3);
        assert!(bonus(i64::MAX) >= 1.0);
    }
}
