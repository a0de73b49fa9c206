//! A small tree over XML from strangers: bounded in depth, nodes and time, forgiving about what agencies get wrong.
//!
//! `quick-xml` reads the events; nothing is ever fetched, and no entity that a document declares is expanded, so
//! neither an external DTD nor an entity bomb has anything to work with. The tree borrows from the text. `roxmltree`
//! was rejected here: it refuses the whole document for an undeclared prefix, a lone ampersand, `&nbsp;` without a
//! DTD, or a cut end, all of which agencies send; a kill notice with a stray `&` must still kill.

mod decode;
mod html;
pub(crate) mod scan;
#[cfg(test)]
mod tests;
mod text;

pub use decode::decode;
pub use html::to_html;
pub use text::{clean, cut_at, is_allowed, squeeze, unescape};

use crate::problem::{Problem, ReadContext, Unreadable};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::borrow::Cow;
use text::resolve;

/// More nodes than any news document has (a knowledge item of 20,000 concepts has about 400,000), and few enough that a
/// document made of nothing else stays well below 500 MB with its text and while the vector of nodes grows.
const MAX_NODES: usize = 2_000_000;

/// How many elements may be open below the depth limit before the rest of the document is given up. Whoever never closes
/// a million elements sends no text, and the reader below remembers every open name: fifty megabytes of `<p>` would
/// cost it 400 MB, though none of them enters the tree.
const MAX_SKIPPED: usize = 1_000_000;

/// How many problems of well-formedness are listed; after that the list says only that there are more.
const MAX_PROBLEMS: usize = 20;

/// A parsed document.
pub struct Tree<'a> {
    nodes: Vec<Data<'a>>,
    /// Why the document ends before its end, if it does. Whoever reads such a tree must not pass it on as complete.
    pub cut: Option<String>,
    /// What was wrong with the markup, and was read over.
    pub problems: Vec<Problem>,
}

struct Data<'a> {
    kind: Kind<'a>,
    parent: u32,
    first: u32,
    last: u32,
    next: u32,
}

enum Kind<'a> {
    /// The document itself.
    Root,
    Element {
        name: &'a str,
        /// Everything between name and `>`; attributes are looked up in it when asked for, as most never are.
        attributes: &'a str,
    },
    Text(Cow<'a, str>),
}

/// No node.
const NONE: u32 = u32::MAX;

/// A node of a tree, as cheap as a reference.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    id: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.tree, other.tree)
    }
}

impl<'a> Tree<'a> {
    /// Parses a text.
    ///
    /// # Errors
    /// When there is no element in it at all.
    pub fn parse(text: &'a str, ctx: &ReadContext<'_>) -> Result<Self, Unreadable> {
        let mut builder = Builder::new(ctx);
        builder.run(text);
        if builder.tree.root_element().is_none() {
            let why = builder.tree.cut.as_deref().unwrap_or("no element in it");
            return Err(Unreadable::new(format!("not XML: {why}")));
        }
        Ok(builder.tree)
    }

    /// The document node, whose children are the root elements (more than one where files were put together).
    pub fn root<'t>(&'t self) -> Node<'t>
    where
        'a: 't,
    {
        Node { tree: self, id: 0 }
    }

    /// The first root element.
    pub fn root_element<'t>(&'t self) -> Option<Node<'t>>
    where
        'a: 't,
    {
        self.root().elements().next()
    }
}

struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<u32>,
    /// Elements open below the depth limit, which are not in the tree.
    skipped: usize,
    max_depth: usize,
    max_field: usize,
    unreported: usize,
}

impl<'a> Builder<'a> {
    fn new(ctx: &ReadContext<'_>) -> Self {
        let root = Data {
            kind: Kind::Root,
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
        };
        Self {
            tree: Tree {
                nodes: vec![root],
                cut: None,
                problems: Vec::new(),
            },
            open: vec![0],
            skipped: 0,
            max_depth: ctx.max_depth.max(1),
            max_field: ctx.max_field,
            unreported: 0,
        }
    }

    fn problem(&mut self, at: &str, what: impl Into<String>) {
        if self.tree.problems.len() < MAX_PROBLEMS {
            self.tree.problems.push(Problem::new(at, what));
        } else {
            self.unreported += 1;
        }
    }

    fn run(&mut self, text: &'a str) {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        loop {
            let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let line = text
                        .get(..position)
                        .map_or(1, |before| before.matches('\n').count() + 1);
                    self.tree.cut = Some(format!("the markup breaks in line {line} ({error})"));
                    break;
                }
            };
            match event {
                Event::Start(tag) => {
                    let content = text.get(position + 1..position + 1 + tag.len()).unwrap_or("");
                    self.start(content, tag.name().as_ref().len());
                }
                Event::Empty(tag) => {
                    let content = text.get(position + 1..position + 1 + tag.len()).unwrap_or("");
                    self.start(content, tag.name().as_ref().len());
                    self.pop();
                }
                Event::End(tag) => self.end(tag.name().as_ref()),
                Event::Text(chars) => self.text(chars.into_inner()),
                Event::CData(chars) => self.text(chars.into_inner()),
                Event::GeneralRef(reference) => self.reference(&reference),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if self.tree.nodes.len() >= MAX_NODES {
                self.tree.cut = Some(format!("more than {MAX_NODES} elements and texts"));
                break;
            }
            if self.skipped >= MAX_SKIPPED {
                self.tree.cut = Some(format!("{MAX_SKIPPED} elements are open within each other"));
                break;
            }
        }
        if self.tree.cut.is_none()
            && let Some(node) = self.open.last().copied().filter(|id| *id != 0)
        {
            let name = Node {
                tree: &self.tree,
                id: node,
            }
            .name()
            .to_owned();
            self.tree.cut = Some(format!("it ends inside <{name}>"));
        }
        if self.unreported > 0 {
            let more = self.unreported;
            self.tree
                .problems
                .push(Problem::new("markup", format!("{more} more faults of the same sort")));
        }
    }

    fn append(&mut self, kind: Kind<'a>) -> u32 {
        let parent = self.open.last().copied().unwrap_or(0);
        let id = u32::try_from(self.tree.nodes.len()).unwrap_or(NONE);
        self.tree.nodes.push(Data {
            kind,
            parent,
            first: NONE,
            last: NONE,
            next: NONE,
        });
        let before = self.tree.nodes.get(parent as usize).map_or(NONE, |data| data.last);
        if let Some(data) = self.tree.nodes.get_mut(before as usize) {
            data.next = id;
        }
        if let Some(data) = self.tree.nodes.get_mut(parent as usize) {
            if data.first == NONE {
                data.first = id;
            }
            data.last = id;
        }
        id
    }

    fn start(&mut self, content: &'a str, name_len: usize) {
        if self.skipped > 0 || self.open.len() > self.max_depth {
            if self.skipped == 0 {
                self.problem(
                    "markup",
                    format!(
                        "nested deeper than {} elements; what is below is left out",
                        self.max_depth
                    ),
                );
            }
            self.skipped += 1;
            return;
        }
        let (name, attributes) = content.split_at_checked(name_len).unwrap_or((content, ""));
        let id = self.append(Kind::Element { name, attributes });
        self.open.push(id);
    }

    fn pop(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if self.open.len() > 1 {
            self.open.pop();
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let name = name.trim_end();
        let is_named = |tree: &Tree<'_>, id: u32| Node { tree, id }.qname() == name;
        // Almost always it is the innermost one; the search behind it is bounded by the depth limit.
        match self.open.iter().rposition(|id| is_named(&self.tree, *id)) {
            Some(at) if at + 1 == self.open.len() => self.pop(),
            Some(at) if at > 0 => {
                self.open.truncate(at);
                self.problem("markup", format!("</{name}> closes elements that were still open"));
            }
            _ => self.problem("markup", format!("</{name}> closes nothing")),
        }
    }

    fn text(&mut self, chars: Cow<'a, str>) {
        if self.skipped > 0 || chars.is_empty() {
            return;
        }
        if self.open.len() == 1 {
            // Outside the root element only white space is allowed, and nothing else is worth keeping.
            return;
        }
        let chars = if chars.len() > self.max_field {
            self.problem("markup", format!("a text of {} bytes was cut", chars.len()));
            Cow::Owned(cut_at(&chars, self.max_field).to_owned())
        } else {
            chars
        };
        let parent = self.open.last().copied().unwrap_or(0);
        let last = self.tree.nodes.get(parent as usize).map_or(NONE, |data| data.last);
        if let Some(Data {
            kind: Kind::Text(before),
            ..
        }) = self.tree.nodes.get_mut(last as usize)
        {
            // `caf&eacute;s` arrives in three pieces. A text that has been joined grows in place.
            if before.len() + chars.len() <= self.max_field {
                before.to_mut().push_str(&chars);
            }
            return;
        }
        self.append(Kind::Text(chars));
    }

    fn reference(&mut self, name: &str) {
        match resolve(name) {
            Some(resolved) => self.text(Cow::Owned(resolved)),
            None => {
                self.problem("markup", format!("&{name}; is not known and stands as it is"));
                self.text(Cow::Owned(format!("&{name};")));
            }
        }
    }
}

impl<'t> Node<'t> {
    fn data(self) -> Option<&'t Data<'t>> {
        self.tree.nodes.get(self.id as usize)
    }

    fn at(self, id: u32) -> Option<Self> {
        (id != NONE).then_some(Node { tree: self.tree, id })
    }

    /// The element's name as written, with its prefix; empty for texts.
    pub fn qname(self) -> &'t str {
        match self.data() {
            Some(Data {
                kind: Kind::Element { name, .. },
                ..
            }) => name,
            _ => "",
        }
    }

    /// The element's name without a prefix; empty for texts. Namespaces are not compared: agencies leave them out or
    /// misspell them, and the formats share no local name with two meanings in one place.
    pub fn name(self) -> &'t str {
        let name = self.qname();
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    /// Whether this is an element of that (local) name.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// The characters of a text node.
    pub fn as_text(self) -> Option<&'t str> {
        match self.data() {
            Some(Data {
                kind: Kind::Text(text), ..
            }) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// The node that this one stands in.
    pub fn parent(self) -> Option<Self> {
        self.data().and_then(|data| self.at(data.parent))
    }

    /// All children, texts too.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let mut next = self.data().map_or(NONE, |data| data.first);
        std::iter::from_fn(move || {
            let node = self.at(next)?;
            next = node.data().map_or(NONE, |data| data.next);
            Some(node)
        })
    }

    /// The children that are elements.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        self.children().filter(|node| {
            matches!(
                node.data(),
                Some(Data {
                    kind: Kind::Element { .. },
                    ..
                })
            )
        })
    }

    /// The child elements of a name.
    pub fn all(self, name: &str) -> impl Iterator<Item = Self> {
        self.elements().filter(move |node| node.is(name))
    }

    /// The first child element of a name.
    pub fn child(self, name: &str) -> Option<Self> {
        self.elements().find(|node| node.is(name))
    }

    /// The first element at the end of a path of child names.
    pub fn path(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |node, name| node.child(name))
    }

    /// Every element below this one, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let top = self;
        let mut current = Some(self);
        std::iter::from_fn(move || {
            loop {
                let node = current?;
                let data = node.data()?;
                let mut following = node.at(data.first);
                let mut climb = Some(node);
                while following.is_none() {
                    let from = climb?;
                    if from == top {
                        current = None;
                        return None;
                    }
                    following = from.data().and_then(|data| from.at(data.next));
                    climb = from.parent();
                }
                current = following;
                let found = following?;
                if matches!(
                    found.data(),
                    Some(Data {
                        kind: Kind::Element { .. },
                        ..
                    })
                ) {
                    return Some(found);
                }
            }
        })
    }

    /// The first element of a name below this one.
    pub fn find(self, name: &str) -> Option<Self> {
        self.descendants().find(|node| node.is(name))
    }

    /// An attribute's value with its references replaced. A name with a prefix (`xml:lang`) is compared as written,
    /// one without also matches a prefixed attribute (`xlink:href`) when there is no bare one.
    pub fn attr(self, name: &str) -> Option<Cow<'t, str>> {
        let Some(Data {
            kind: Kind::Element { attributes, .. },
            ..
        }) = self.data()
        else {
            return None;
        };
        let mut prefixed = None;
        for (key, value) in Attributes(attributes) {
            if key == name {
                return Some(unescape(value));
            }
            if prefixed.is_none()
                && let Some((prefix, local)) = key.split_once(':')
                && local == name
                && !matches!(prefix, "xml" | "xmlns")
            {
                prefixed = Some(value);
            }
        }
        prefixed.map(unescape)
    }

    /// An attribute's value, trimmed; `None` when it is missing or blank. No attribute says anything in more than 64 KB.
    pub fn word(self, name: &str) -> Option<String> {
        let value = self.attr(name)?;
        let trimmed = value.trim();
        (!trimmed.is_empty()).then(|| clean(cut_at(trimmed, 64 << 10)))
    }

    /// Every character below this node, as it stands; a `br` is a line break.
    pub fn raw_text(self) -> String {
        fn walk(node: Node<'_>, out: &mut String) {
            for child in node.children() {
                match child.as_text() {
                    Some(text) => out.push_str(text),
                    None if child.is("br") => out.push('\n'),
                    None => walk(child, out),
                }
            }
        }
        let mut out = String::new();
        match self.as_text() {
            Some(text) => out.push_str(text),
            None => walk(self, &mut out),
        }
        out
    }

    /// The text below this node with runs of white space made one space; `None` when there is none.
    pub fn text(self) -> Option<String> {
        let text = squeeze(&self.raw_text());
        (!text.is_empty()).then_some(text)
    }

    /// The text of the first child of a name.
    pub fn child_text(self, name: &str) -> Option<String> {
        self.child(name).and_then(Node::text)
    }
}

/// The attributes in the raw inside of a tag.
struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start();
        let (key, rest) = rest.split_once('=')?;
        // A word without a value before the next attribute is dropped with its white space.
        let key = key.split_ascii_whitespace().next_back()?;
        let rest = rest.trim_start();
        let quote = rest.chars().next()?;
        if quote == '"' || quote == '\'' {
            let (value, rest) = rest.get(1..)?.split_once(quote)?;
            self.0 = rest;
            Some((key, value))
        } else {
            let end = rest.find(|char: char| char.is_ascii_whitespace()).unwrap_or(rest.len());
            let (value, rest) = rest.split_at_checked(end)?;
            self.0 = rest;
            Some((key, value))
        }
    }
}
