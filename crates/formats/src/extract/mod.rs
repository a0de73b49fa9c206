//! Saved pages of the web: headline, time, byline, dateline, lead picture, text and topics, without what surrounds
//! them.
//!
//! A page says what it is in several places that disagree: structured data (JSON-LD, microdata), `meta` elements, and
//! what it shows. [`facts`] gathers what it says, [`body`] finds the text, and the parts are put together here, with a
//! preference for what readers see where that and the data are about the same thing.

mod body;
mod byline;
mod facts;
pub(crate) mod furniture;
mod headline;
pub(crate) mod json_ld;
mod lead;
mod microdata;
mod oracle;
mod published;
mod segments;
mod topics;

pub(crate) use topics::listed as listed_topics;

use crate::encoding;
use crate::html::dom::Dom;
use crate::html::links::{self, Base};
use crate::html::parse;
use crate::problem::{ReadContext, Reading, Unreadable};
use facts::Facts;
use masthead_domain::document::{Block, Text};
use masthead_domain::wire::{NewsItem, Subject};
use sha2::{Digest, Sha256};

/// Largest page that is looked at, in bytes of text; what is longer is cut with a problem.
const MAX_PAGE: usize = 16 << 20;

/// Reads a saved page.
///
/// `ctx.origin` is the page's address where it is known; `ctx.zone` the zone of times that name none.
///
/// # Errors
/// When there is neither a headline nor a text to be found, and nothing that the page says of itself either.
pub fn page(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<NewsItem>, Unreadable> {
    let mut problems = Vec::new();
    let text = encoding::to_text(bytes, None, &mut problems);
    let kept = parse::floor_char_boundary(&text, MAX_PAGE);
    if kept < text.len() {
        crate::html::note(
            &mut problems,
            "page",
            format!("longer than {MAX_PAGE} bytes; the rest was left out"),
        );
    }
    let text = text.get(..kept).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Unreadable::new("the page is empty"));
    }
    let dom = parse::document(text);
    let base = base_of(&dom, ctx);
    let facts = Facts::of(&dom, &base, ctx);
    let layout = segments::Layout::of(&dom);
    let title = headline::choose(&dom, &layout, &facts);
    let found = body::find(&dom, &layout, &facts, title.as_ref());
    let mut item = NewsItem {
        headline: title.as_ref().map(|title| title.text.clone()),
        title: facts.page_title.clone(),
        summary: facts.description.clone(),
        language: facts.language.clone(),
        provider: facts.site_name.clone(),
        copyright_notice: facts.copyright.clone(),
        canonical_url: facts.canonical.clone(),
        ..NewsItem::default()
    };
    let read = body::read(&dom, &layout, &found, &base, ctx);
    item.body = read.value;
    for problem in read.problems {
        crate::html::note(&mut problems, "page", problem.what);
    }
    let place = published::Place {
        dom: &dom,
        layout: &layout,
        found: &found,
        title: title.as_ref(),
    };
    item.published = published::find(&place, &facts, ctx);
    let is_bare = item.headline.is_none() && item.body.is_empty();
    if is_bare && item.published.is_none() && facts.says_nothing() {
        return Err(Unreadable::new("neither a headline nor a text was found on the page"));
    }
    if item.body.is_empty() {
        crate::html::note(&mut problems, "page", "no text was found on the page");
    }
    item.version_created = facts.modified.or(item.published);
    item.first_created = facts.created.or(item.published);
    byline::find(&place, &facts, &mut item);
    lead::find(&place, &facts, &base, ctx, &mut item);
    topics::find(&place, &facts, &mut item);
    item.categories = facts
        .sections
        .iter()
        .map(|name| Subject {
            name: Some(name.clone()),
            ..Subject::default()
        })
        .collect();
    without_repeated_summary(&mut item);
    take_dateline(&mut item);
    item.slug = item.canonical_url.as_deref().and_then(slug_of);
    item.guid = match &item.canonical_url {
        Some(url) => url.clone(),
        None => content_identity(&item),
    };
    Ok(Reading { value: item, problems })
}

/// What relative addresses on the page are resolved against: `base`, the address it came from, its own canonical one.
fn base_of(dom: &Dom, ctx: &ReadContext<'_>) -> Base {
    let outer = Base::new(ctx.origin);
    let declared = dom.find(Dom::ROOT, "base").and_then(|node| dom.attr(node, "href"));
    let outer = declared.map_or_else(|| outer.clone(), |href| outer.join(href));
    if outer.url().is_some() {
        return outer;
    }
    let canonical = dom.descendants(Dom::ROOT).find_map(|node| {
        let element = dom.element(node)?;
        let is_canonical = element.name() == "link"
            && element.attr("rel").is_some_and(|rel| {
                rel.split_ascii_whitespace()
                    .any(|rel| rel.eq_ignore_ascii_case("canonical"))
            });
        is_canonical
            .then(|| element.attr("href"))
            .flatten()
            .and_then(|href| links::web(href, &Base::default()))
    });
    Base::new(canonical.as_deref())
}

/// A description that is the beginning of the text, cut by a machine, is no standfirst.
fn without_repeated_summary(item: &mut NewsItem) {
    let Some(summary) = &item.summary else { return };
    let start = crate::xml::squeeze(summary);
    let start = start.trim_end_matches(['…', '.', ' ']);
    let body = crate::xml::squeeze(&item.body.to_plain());
    let head: String = start.chars().take(80).collect();
    let is_cut = summary.trim_end().ends_with(['…']) || summary.trim_end().ends_with("...") || body.starts_with(start);
    if start.is_empty() || (is_cut && body.starts_with(&head)) {
        item.summary = None;
    }
}

/// Takes the dateline (`Paris -`, `PARIS (AP) —`) off the first paragraph.
fn take_dateline(item: &mut NewsItem) {
    let Some(Block::Paragraph { text }) = item.body.blocks.first_mut() else {
        return;
    };
    let plain = text.to_plain();
    if let Some((dateline, length)) = crate::dateline::at_start(&plain) {
        item.dateline = Some(dateline);
        *text = cut_start(std::mem::take(text), length);
        if text.is_empty() {
            item.body.blocks.remove(0);
        }
    }
}

fn cut_start(text: Text, length: usize) -> Text {
    let mut out = Text::default();
    let mut at = 0;
    for span in text.0 {
        let from = length.saturating_sub(at).min(span.text.len());
        out.push(
            span.text.get(from..).unwrap_or_default(),
            span.marks,
            span.link.as_deref(),
        );
        at += span.text.len();
    }
    crate::html::text::tidy(out)
}

fn slug_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let last = url.path_segments()?.rfind(|segment| !segment.is_empty())?;
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    (!stem.is_empty()).then(|| stem.to_owned())
}

fn content_identity(item: &NewsItem) -> String {
    let mut hash = Sha256::new();
    hash.update(item.headline.as_deref().unwrap_or_default().as_bytes());
    hash.update([0]);
    hash.update(item.body.to_plain().as_bytes());
    crate::item::content_identity(hash)
}

#[cfg(test)]
mod layouts;
#[cfg(test)]
mod tests;
