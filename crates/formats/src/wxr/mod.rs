//! WordPress exports (WXR 1.0 to 1.2): streamed, one record in memory at a time.
//!
//! The file is cut into the channel's children by a scanner (`xml::scan`); each child is
//! then read as a small document of its own. So a fault harms the record it is in and no other: the scanner goes on at
//! the next `<item>`. An event reader over the whole file was rejected, since it stops at the first fault for good.

mod autop;
mod comments;
mod content;
mod item;
mod shortcodes;
mod terms;

use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::Tree;
use crate::xml::scan::{Chunk, Scanner, Shape};
use masthead_domain::imports::{ImportRecord, ImportedSite};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::ControlFlow;

/// The channel's children are the records.
static SHAPE: Shape = Shape {
    containers: &["rss", "channel"],
    record: "item",
    mark: "wordpress.org/export/",
    name: "WordPress export",
};

/// What an export held, once it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WxrSummary {
    /// The site it was made of.
    pub site: ImportedSite,
    /// Records handed over or set aside, by post type and status (`post/publish`), and `author`, `category`, `tag`,
    /// `term`, `comment`.
    pub counts: BTreeMap<String, u64>,
    /// Records that were set aside and faults of the file, each with its place and a true reason.
    pub problems: Vec<Problem>,
    /// Bytes read.
    pub bytes: u64,
    /// False when the sink asked to stop.
    pub complete: bool,
}

/// Receives each record with the number of bytes of the file that are done after it (a run that is broken off goes on
/// behind the last such place), and what could not be taken of it. `Break` ends the reading.
pub type Sink<'a> = dyn FnMut(ImportRecord, u64, Vec<Problem>) -> ControlFlow<()> + 'a;

/// Whether the beginning of a file is that of a WordPress export.
pub fn looks_like_wxr(head: &str) -> bool {
    head.contains("<rss") && (head.contains("wordpress.org/export/") || head.contains("wxr_version"))
}

/// Reads an export from its beginning.
///
/// # Errors
/// When the file is no WordPress export, or can't be read at all. Faults inside it are in the summary.
pub fn read(reader: impl BufRead, ctx: &ReadContext<'_>, sink: &mut Sink<'_>) -> Result<WxrSummary, Unreadable> {
    let mut scanner = Scanner::new(reader, &SHAPE);
    let mut export = Export::new(ctx);
    loop {
        let chunk = match scanner.next_chunk() {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(fault) => {
                if !export.begun {
                    return Err(Unreadable::new(fault));
                }
                export
                    .summary
                    .problems
                    .push(Problem::new(place(scanner.position()), fault));
                break;
            }
        };
        if export.take(&chunk, scanner.declares_export(), sink)?.is_break() {
            export.summary.bytes = scanner.position();
            return Ok(export.summary);
        }
    }
    if !export.begun
        && export
            .begin(scanner.declares_export(), scanner.position(), sink)?
            .is_break()
    {
        export.summary.bytes = scanner.position();
        return Ok(export.summary);
    }
    export.summary.bytes = scanner.position();
    export.summary.complete = true;
    if !scanner.saw_end() {
        export.summary.problems.push(Problem::new(
            place(scanner.position()),
            "the file ends before its end: the export was cut off, and what stood behind is not here",
        ));
    }
    Ok(export.summary)
}

fn place(position: u64) -> String {
    format!("byte {position}")
}

/// What is known of the export while it is read. People and the site are few; nothing else is kept.
struct Export<'a> {
    ctx: &'a ReadContext<'a>,
    summary: WxrSummary,
    state: item::State,
    /// Whether the site was handed over.
    begun: bool,
}

impl<'a> Export<'a> {
    fn new(ctx: &'a ReadContext<'a>) -> Self {
        Self {
            ctx,
            summary: WxrSummary::default(),
            state: item::State::default(),
            begun: false,
        }
    }

    fn begin(&mut self, declared: bool, position: u64, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, Unreadable> {
        if !declared && self.summary.site.version.is_none() {
            return Err(Unreadable::new(
                "RSS, but no WordPress export: none of the export's own elements is declared",
            ));
        }
        self.begun = true;
        self.state.site.clone_from(&self.summary.site);
        Ok(sink(
            ImportRecord::Site(self.summary.site.clone()),
            position,
            Vec::new(),
        ))
    }

    fn count(&mut self, what: &str) {
        *self.summary.counts.entry(what.to_owned()).or_default() += 1;
    }

    fn set_aside(&mut self, at: String, why: impl Into<String>) {
        self.summary.problems.push(Problem::new(at, why));
    }

    fn take(&mut self, chunk: &Chunk, declared: bool, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, Unreadable> {
        let is_header = !matches!(
            chunk.name.as_str(),
            "item" | "wp:author" | "wp:category" | "wp:tag" | "wp:term"
        );
        if !is_header && !self.begun && self.begin(declared, chunk.start, sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if let Some(fault) = &chunk.fault {
            let shown = shown_title(&chunk.text);
            self.set_aside(format!("byte {}{shown}", chunk.start), fault.clone());
            return Ok(ControlFlow::Continue(()));
        }
        let tree = match Tree::parse(&chunk.text, self.ctx) {
            Ok(tree) => tree,
            Err(error) => {
                self.set_aside(place(chunk.start), error.reason);
                return Ok(ControlFlow::Continue(()));
            }
        };
        if let Some(cut) = &tree.cut {
            let shown = shown_title(&chunk.text);
            self.set_aside(
                format!("byte {}{shown}", chunk.start),
                format!("not well formed: {cut}"),
            );
            return Ok(ControlFlow::Continue(()));
        }
        let Some(node) = tree.root_element() else {
            return Ok(ControlFlow::Continue(()));
        };
        let mut problems: Vec<Problem> = tree.problems.clone();
        if chunk.strays > 0 {
            problems.push(Problem::new(
                "markup",
                format!("{} times a < that begins no tag; it was taken as text", chunk.strays),
            ));
        }
        let record = match chunk.name.as_str() {
            "item" => match item::read(node, self.ctx, &mut self.state, &mut problems) {
                item::Taken::Record(record) => {
                    self.count(&self.state.kind_of_last());
                    for _ in 0..self.state.comments_of_last() {
                        self.count("comment");
                    }
                    Some(record)
                }
                item::Taken::SetAside(at, why) => {
                    self.count(&self.state.kind_of_last());
                    self.set_aside(at, why);
                    None
                }
            },
            "wp:author" => {
                self.count("author");
                Some(terms::author(node, &mut self.state))
            }
            "wp:category" | "wp:tag" | "wp:term" => {
                self.count(chunk.name.trim_start_matches("wp:"));
                terms::term(node, self.ctx)
            }
            _ => {
                terms::header(node, &mut self.summary.site, self.ctx);
                None
            }
        };
        Ok(match record {
            Some(record) => sink(record, chunk.end, problems),
            None => ControlFlow::Continue(()),
        })
    }
}

/// A record's title for a report, from text that can't be read as XML.
fn shown_title(text: &str) -> String {
    let inside = text
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title);
    match inside.map(|title| crate::xml::squeeze(&title.replace("<![CDATA[", "").replace("]]>", ""))) {
        Some(title) if !title.is_empty() => format!(" ({})", crate::xml::cut_at(&title, 100)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
