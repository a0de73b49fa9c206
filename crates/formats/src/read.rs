//! One door for everything that brings news items: bytes and their format in, items and problems out.

use crate::format::Format;
use crate::problem::{ReadContext, Reading, Unreadable};
use crate::{anpa, extract, feeds, iptc7901, item, newsml_g2, newsml1, ninjs, nitf, text_page};
use masthead_domain::wire::NewsItem;

/// Reads a document. One can hold many items: a NewsML-G2 message, a feed, a list of ninjs objects, several agency
/// texts in one file.
///
/// An item that comes with problems was read as far as it goes; one that must not be published as it stands is held by
/// its status or embargo, so the problems need not be judged before publishing.
///
/// # Errors
/// With a reason for the desk when nothing can be taken from the document.
pub fn read_items(bytes: &[u8], format: Format, ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let mut reading = match format {
        // Agencies.
        Format::Ninjs => ninjs::read(bytes, ctx),
        Format::Nitf => nitf::read(bytes, ctx),
        Format::NewsmlG2 => newsml_g2::read(bytes, ctx),
        Format::Newsml1 => newsml1::read(bytes, ctx),
        Format::Iptc7901 => iptc7901::read(bytes, ctx),
        Format::Anpa => anpa::read(bytes, ctx),
        // Feeds, pages.
        Format::Rss | Format::Atom | Format::JsonFeed => {
            let feed = feeds::read(bytes, ctx)?;
            Ok(Reading {
                value: feed.value.items,
                problems: feed.problems,
            })
        }
        Format::Html => extract::page(bytes, ctx).map(alone),
        Format::Text => text_page::read(bytes, ctx).map(alone),
        // Exports hold far more than news items and are read record by record.
        Format::Wxr
        | Format::Ghost
        | Format::Disqus
        | Format::Coral
        | Format::Remark42
        | Format::Commento
        | Format::Isso
        | Format::Livefyre
        | Format::Masthead => not_items(format),
    }?;
    for item in &mut reading.value {
        item::shorten_guid(item, &mut reading.problems);
    }
    Ok(reading)
}

fn alone(reading: Reading<NewsItem>) -> Reading<Vec<NewsItem>> {
    Reading {
        value: vec![reading.value],
        problems: reading.problems,
    }
}

fn not_items(format: Format) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    Err(Unreadable::new(format!(
        "{} can't be read as news items",
        format.name()
    )))
}
