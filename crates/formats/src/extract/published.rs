//! When the page was published: what its data say, else what it shows beside its headline, else its address.

use super::body::Found;
use super::facts::Facts;
use super::headline::Title;
use super::segments::Layout;
use crate::dates;
use crate::html::dom::Dom;
use crate::problem::ReadContext;
use jiff::civil::Date;
use masthead_domain::time::Timestamp;

/// Where things are on the page.
pub(super) struct Place<'a> {
    pub(super) dom: &'a Dom,
    pub(super) layout: &'a Layout,
    pub(super) found: &'a Found,
    pub(super) title: Option<&'a Title>,
}

impl Place<'_> {
    /// Segments around the headline and before the text's second paragraph, nearest to the headline first: where pages
    /// show time and byline.
    pub(super) fn head(&self) -> Vec<usize> {
        let count = self.layout.segments.len();
        let first = self.found.first();
        let title = self.title.and_then(|title| title.segment);
        let anchor = title.or(first).unwrap_or(0);
        let end = first
            .map_or(anchor + 30, |first| first.max(anchor) + 3)
            .min(count)
            .min(anchor + 60);
        let mut out: Vec<usize> = (anchor..end).collect();
        // Above the headline too, where nothing else comes between.
        out.extend((anchor.saturating_sub(6)..anchor).rev());
        out
    }
}

/// The time of publication.
pub(super) fn find(place: &Place<'_>, facts: &Facts, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    facts
        .published
        .or_else(|| time_element(place, ctx))
        .or_else(|| shown(place, ctx))
        .or(facts.created)
        .or_else(|| of_address(facts, ctx))
        .or_else(|| behind_text(place, ctx))
        .or(facts.modified)
}

/// `time` elements: one that says that it is of the publication, then the first beside the headline, then any before
/// the text.
fn time_element(place: &Place<'_>, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let dom = place.dom;
    let mut found: Vec<(u8, Timestamp)> = Vec::new();
    let story = place.found.root;
    for node in dom.descendants(Dom::ROOT) {
        let Some(element) = dom.element(node) else { continue };
        let class = element.attr("class").unwrap_or_default().to_ascii_lowercase();
        let is_time = element.name() == "time" || element.name() == "relative-time";
        let named = [
            "published",
            "pubdate",
            "pub-date",
            "dateline-date",
            "timestamp",
            "entry-date",
            "post-date",
            "article-date",
            "publish-date",
            "date-published",
        ]
        .iter()
        .any(|name| class.contains(name));
        if !is_time && !named {
            continue;
        }
        if class.contains("modified") || class.contains("updated") && !class.contains("published") {
            continue;
        }
        let moment = [
            "datetime",
            "content",
            "data-datetime",
            "data-timestamp",
            "data-utime",
            "title",
        ]
        .iter()
        .find_map(|name| element.attr_text(name).and_then(|text| dates::moment(text, ctx)))
        .or_else(|| dates::moment(&dom.plain_text(node), ctx));
        let Some(moment) = moment else { continue };
        let inside_menu = dom.ancestors(node).filter_map(|above| dom.element(above)).any(|above| {
            matches!(above.name(), "nav" | "aside")
                || super::furniture::is_named(above) && !above.has_class("byline") && above.name() != "body"
        });
        let in_story = story.is_some_and(|root| {
            dom.ancestors(node)
                .any(|above| above == root || dom.ancestors(root).take(3).any(|outer| outer == above))
        });
        let rank = match (
            element.attr("pubdate").is_some() || (named && is_time),
            in_story,
            inside_menu,
        ) {
            (true, _, false) => 0,
            (_, true, false) => 1,
            (_, _, false) => 2,
            (_, true, true) => 3,
            (_, false, true) => 5,
        };
        found.push((rank, moment));
        if found.len() > 300 {
            break;
        }
    }
    // Stable, so the first of the best stays first.
    found.sort_by_key(|(rank, _)| *rank);
    found.first().filter(|(rank, _)| *rank < 5).map(|(_, moment)| *moment)
}

/// A date among the lines around the headline.
fn shown(place: &Place<'_>, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    place
        .head()
        .into_iter()
        .filter_map(|at| place.layout.segments.get(at))
        .filter(|segment| segment.words <= 30)
        .find_map(|segment| in_line(&segment.text, ctx))
}

/// A date in a line that may say other things too (`By Ada Quill, 3 May 2014 · Updated …`).
pub(super) fn in_line(line: &str, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    if !line.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().take(40).collect();
    // The longest run of words that is a date, from the left.
    for from in 0..words.len() {
        for length in (1..=9_usize.min(words.len() - from)).rev() {
            let Some(run) = words.get(from..from + length) else {
                continue;
            };
            let text = run.join(" ");
            if text.len() >= 6
                && text.chars().any(|c| c.is_ascii_digit())
                && !is_span(&text)
                && let Some(moment) = dates::moment(&text, ctx)
            {
                return Some(moment);
            }
        }
    }
    None
}

/// `2014-2015` and telephone numbers are no dates.
fn is_span(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits > 14 || text.chars().all(|c| c.is_ascii_digit())
}

/// `/2014/09/15/` in the address.
fn of_address(facts: &Facts, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let url = facts.canonical.as_deref()?;
    let parts: Vec<&str> = url.split(['/', '-', '_', '.']).collect();
    let day = |year: &str, month: &str, day: &str| {
        let year: i16 = year.parse().ok().filter(|year| (1990..2100).contains(year))?;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let date = parts
        .windows(3)
        .find_map(|run| match run {
            [y, m, d] if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => day(y, m, d),
            _ => None,
        })
        .or_else(|| {
            parts
                .iter()
                .filter(|part| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit()))
                .find_map(|part| day(part.get(..4)?, part.get(4..6)?, part.get(6..)?))
        })?;
    dates::in_zone(date.to_datetime(jiff::civil::Time::midnight()), ctx)
}

/// A date right behind the text, where agencies and blogs put it.
fn behind_text(place: &Place<'_>, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let last = place.found.kept.iter().rposition(|kept| *kept)?;
    (last..(last + 6).min(place.layout.segments.len()))
        .filter_map(|at| place.layout.segments.get(at))
        .filter(|segment| segment.words <= 25)
        .find_map(|segment| in_line(&segment.text, ctx))
}
