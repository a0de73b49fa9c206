//! A record of a situation: what happens, when, and what is said about it in which language.

use super::place;
use crate::alerts::text;
use crate::html::links::{self, Base};
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::alerts::{Certainty, Info, Severity, Urgency};
use masthead_domain::time::Timestamp;

/// The most texts of one record.
const MOST_TEXTS: usize = 50;

/// What holds for every record of a situation.
pub(super) struct Whole<'a> {
    /// The severity of the situation, where a record has none of its own.
    pub(super) severity: Option<String>,
    /// The language of texts that name none.
    pub(super) language: Option<&'a str>,
    /// Where it stands, for problems.
    pub(super) at: &'a str,
    pub(super) ctx: &'a ReadContext<'a>,
}

/// A text and its language, where it names one.
type Said = (Option<String>, String);

/// Whether a record was taken back, has ended, is suspended, or tells of what was refused.
pub(super) fn is_over(record: Node<'_>) -> bool {
    let life = record.path(&["management", "lifeCycleManagement"]);
    let said = |name| {
        life.and_then(|life| life.child_text(name))
            .is_some_and(|word| matches!(word.as_str(), "true" | "1"))
    };
    said("cancel")
        || said("end")
        || record
            .path(&["validity", "validityStatus"])
            .and_then(Node::text)
            .is_some_and(|word| word == "suspended")
        || record
            .child_text("operatorActionStatus")
            .is_some_and(|word| word == "rejected")
}

/// Reads a record as one part a language.
pub(super) fn read(record: Node<'_>, whole: &Whole<'_>, problems: &mut Vec<Problem>) -> Vec<Info> {
    let event = event(record);
    let own = record.child_text("severity");
    let severity = severity(own.as_deref().or(whole.severity.as_deref()));
    let (area, described) = place::read(record, whole, problems);
    let road = crate::xml::cut_at(&area.name, 120);
    let headline = match (event.is_empty(), road.is_empty()) {
        (false, false) => format!("{}: {road}", text::capital(&event)),
        (false, true) => text::capital(&event),
        (true, _) => road.to_owned(),
    };
    let (onset, expires) = validity(record, whole, problems);
    let detour = texts(record.all("reroutingItineraryDescription"));
    let info = Info {
        part: record.word("id"),
        language: whole.language.map(str::to_owned),
        event,
        urgency: Urgency::Unknown,
        severity,
        certainty: match record.child_text("probabilityOfOccurrence").as_deref() {
            Some("certain") => Certainty::Observed,
            Some("probable") => Certainty::Likely,
            Some("riskOf") => Certainty::Possible,
            _ => Certainty::Unknown,
        },
        effective: None,
        onset,
        expires,
        sender_name: record
            .path(&["source", "sourceName"])
            .and_then(|name| text::line(&in_language(name, whole.language)?)),
        headline: Some(headline).filter(|headline| !headline.is_empty()),
        description: None,
        instruction: None,
        web: record
            .find("urlLinkAddress")
            .and_then(Node::text)
            .and_then(|address| links::web(&address, &Base::new(whole.ctx.origin))),
        areas: text::areas(area),
    };
    let comments = comments(record);
    let languages = languages(comments.iter().chain(&described).chain(&detour), whole.language);
    let infos = languages.into_iter().map(|language| {
        let of = |texts: &[Said]| spoken(texts, language.as_deref(), whole.language);
        let mut said = of(&comments);
        for place in of(&described) {
            // Many comments begin with where it is.
            if !said.iter().any(|line| line.contains(place.as_str())) {
                said.push(place);
            }
        }
        Info {
            description: text::lines(&said.join("\n\n")),
            instruction: text::lines(&of(&detour).join("\n\n")),
            language: language.clone(),
            ..info.clone()
        }
    });
    infos.collect()
}

/// What happens: the elements named after the kind (`vehicleObstructionType`) say it exactly, else the kind does. Words
/// that a profile added stand in an attribute beside `_extended`.
fn event(record: Node<'_>) -> String {
    let mut exact: Vec<String> = Vec::new();
    let leaves = record.elements().filter(|part| part.elements().next().is_none());
    for part in leaves.filter(|part| part.name().ends_with("Type") && !part.is("mobilityType")) {
        let word = match part.text() {
            Some(word) if word == "_extended" => part.word("_extendedValue"),
            word => word,
        };
        let word = word.filter(|word| !matches!(word.as_str(), "other" | "unknown"));
        let words = word.map(|word| text::words(&word)).unwrap_or_default();
        if !words.is_empty() && !exact.contains(&words) && exact.len() < 3 {
            exact.push(words);
        }
    }
    if exact.is_empty() {
        let kind = record.word("type").unwrap_or_default();
        text::words(kind.rsplit(':').next().unwrap_or_default())
    } else {
        exact.join(", ")
    }
}

/// When it begins and ends. Where the whole has no end, periods that all have one end it.
fn validity(
    record: Node<'_>,
    whole: &Whole<'_>,
    problems: &mut Vec<Problem>,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let Some(times) = record.path(&["validity", "validityTimeSpecification"]) else {
        return (None, None);
    };
    let mut moment = |node: Node<'_>, name: &str| {
        let written = node.child_text(name);
        text::moment(written.as_deref(), whole.at, whole.ctx, problems)
    };
    let (start, end) = (moment(times, "overallStartTime"), moment(times, "overallEndTime"));
    if end.is_some() {
        return (start, end);
    }
    let periods: Vec<_> = times.all("validPeriod").take(MOST_TEXTS).collect();
    let ends: Option<Vec<Timestamp>> = periods.iter().map(|period| moment(*period, "endOfPeriod")).collect();
    (start, ends.and_then(|ends| ends.into_iter().max()))
}

/// What a record says to everybody, in its order; else what is said of its cause. All of it is for everybody, by the name
/// of the element: some publishers call their one description an `internalNote`.
fn comments(record: Node<'_>) -> Vec<Said> {
    let comments = record.all("generalPublicComment");
    let said = texts(comments.filter_map(|comment| comment.child("comment")));
    if said.is_empty() {
        return texts(record.all("cause").flat_map(|cause| cause.all("causeDescription")));
    }
    said
}

/// The texts of elements that hold several languages, or the one that stands there without naming any.
pub(super) fn texts<'t>(nodes: impl Iterator<Item = Node<'t>>) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    for node in nodes.take(MOST_TEXTS) {
        let mut values = node.descendants().filter(|node| node.is("value")).peekable();
        if values.peek().is_none() {
            said.extend(text::lines(&node.raw_text()).map(|line| (None, line)));
        }
        for value in values.take(MOST_TEXTS) {
            let language = value.word("lang").map(|tag| text::language(&tag));
            let line = text::lines(&value.raw_text()).map(|line| (language, line));
            said.extend(line.filter(|line| !said.contains(line)));
        }
    }
    said.truncate(MOST_TEXTS);
    said
}

/// The text of an element in a language, else in the first.
pub(super) fn in_language(node: Node<'_>, language: Option<&str>) -> Option<String> {
    let said = texts(std::iter::once(node));
    let own = said.iter().find(|(spoken, _)| spoken.as_deref() == language);
    own.or(said.first()).map(|(_, line)| line.clone())
}

/// The languages of texts, in their order; the document's own where none has a text.
fn languages<'a>(said: impl Iterator<Item = &'a Said>, own: Option<&str>) -> Vec<Option<String>> {
    let mut languages: Vec<Option<String>> = Vec::new();
    for (language, _) in said {
        let language = language.clone().or_else(|| own.map(str::to_owned));
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    if languages.is_empty() {
        languages.push(own.map(str::to_owned));
    }
    languages
}

/// The texts of a language; all of them where it has none.
fn spoken(said: &[Said], language: Option<&str>, own: Option<&str>) -> Vec<String> {
    let of: Vec<String> = said
        .iter()
        .filter(|(spoken, _)| spoken.as_deref().or(own) == language)
        .map(|(_, line)| line.clone())
        .collect();
    if of.is_empty() {
        said.iter().map(|(_, line)| line.clone()).collect()
    } else {
        of
    }
}

/// Five steps and two words for nothing. The highest is a road that is shut, which is no danger to life: `Extreme` is
/// kept for what is.
fn severity(word: Option<&str>) -> Severity {
    match word {
        Some("highest") => Severity::Severe,
        Some("high" | "medium") => Severity::Moderate,
        Some("low" | "lowest" | "none") => Severity::Minor,
        _ => Severity::Unknown,
    }
}
