//! A small tree over XML from strangers: bounded in depth, nodes and time, forgiving about what agencies get wrong.
//!
//! `quick-xml` reads the events; nothing is ever fetched, and no entity that a document declares is expanded, so
//! neither an external DTD nor an entity bomb has anything to work with. The tree borrows from the text. `roxmltree`
//! was rejected here: it refuses the whole document for an undeclared prefix, a lone ampersand, `&nbsp;` without a
//! DTD, or a cut end, all of which agencies send; a kill notice with a stray `&` must still kill.

use crate::problem::{Problem, ReadContext, Unreadable};
use quick_xml::Reader;
use quick_xml::escape::{resolve_html5_entity, resolve_predefined_entity};
use quick_xml::events::Event;
use std::borrow::Cow;

/// More nodes than any news document has (a knowledge item of 20,000 concepts has about 400,000).
const MAX_NODES: usize = 4_000_000;

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
    /// The document, or a text that was joined to its neighbour.
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

/// The characters of an entity or character reference (without `&` and `;`): XML's five, HTML's names, numbers.
/// A reference to U+0000 or to a code point that XML forbids gives nothing rather than that character.
fn resolve(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        // Windows-1252 code points written as numbers (`&#146;`) are a habit of old tools; HTML reads them so too.
        let mapped = if (0x80..=0x9f).contains(&code) {
            u8::try_from(code).ok().and_then(|byte| {
                let bytes = [byte];
                let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
                text.chars().next()
            })
        } else {
            char::from_u32(code)
        };
        return mapped.map(|char| {
            if is_allowed(char) {
                char.to_string()
            } else {
                String::new()
            }
        });
    }
    resolve_predefined_entity(name)
        .or_else(|| resolve_html5_entity(name))
        .map(str::to_owned)
}

/// Whether a character may stand in a text that goes on to a database and to pages.
pub fn is_allowed(char: char) -> bool {
    !matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}')
}

/// The longest beginning of `text` that is at most `max` bytes and ends at a character's border.
pub fn cut_at(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while end > 0 && !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// Replaces the references in an attribute's value.
pub fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest HTML name has 31 letters; a longer search would make `&&&&…` quadratic.
        let end = after.bytes().take(40).position(|byte| byte == b';');
        match end.and_then(|end| Some((resolve(after.get(..end)?)?, after.get(end + 1..)?))) {
            Some((text, left)) => {
                out.push_str(&text);
                rest = left;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
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

    /// An attribute's value, trimmed; `None` when it is missing or blank.
    pub fn word(self, name: &str) -> Option<String> {
        let value = self.attr(name)?;
        let trimmed = value.trim();
        (!trimmed.is_empty()).then(|| clean(trimmed))
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

/// White space as readers of news see it: no-break spaces keep words together and stay.
fn is_space(char: char) -> bool {
    matches!(
        char,
        ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Runs of white space made one space, ends trimmed, forbidden control characters dropped.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for char in text.chars() {
        if is_space(char) {
            gap = true;
        } else if is_allowed(char) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(char);
        }
    }
    out
}

/// Drops the control characters that no database and no page takes.
pub fn clean(text: &str) -> String {
    if text.chars().all(is_allowed) {
        text.to_owned()
    } else {
        text.chars().filter(|char| is_allowed(*char)).collect()
    }
}

/// Writes an element and what is in it as HTML, so that the HTML reader makes blocks of it: prefixes go, empty
/// elements that HTML doesn't know as empty are closed, CDATA and references become plain escapes.
pub fn to_html(node: Node<'_>) -> String {
    fn escape(text: &str, quotes: bool, out: &mut String) {
        for char in text.chars() {
            match char {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' if quotes => out.push_str("&quot;"),
                char if is_allowed(char) => out.push(char),
                _ => {}
            }
        }
    }
    fn walk(node: Node<'_>, out: &mut String) {
        if let Some(text) = node.as_text() {
            escape(text, false, out);
            return;
        }
        let name = node.name();
        let Some(Data {
            kind: Kind::Element { attributes, .. },
            ..
        }) = node.data()
        else {
            node.children().for_each(|child| walk(child, out));
            return;
        };
        out.push('<');
        out.push_str(name);
        for (key, value) in Attributes(attributes) {
            if key.starts_with("xmlns")
                || !key
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "-_.:".contains(char))
            {
                continue;
            }
            out.push(' ');
            out.push_str(key.rsplit_once(':').map_or(key, |(_, local)| local));
            out.push_str("=\"");
            escape(&unescape(value), true, out);
            out.push('"');
        }
        out.push('>');
        if matches!(
            name,
            "area" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source" | "wbr"
        ) {
            return;
        }
        node.children().for_each(|child| walk(child, out));
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
    let mut out = String::new();
    walk(node, &mut out);
    out
}

/// Bytes to text by XML's own rules (XML 1.0, appendix F): byte order mark, then the shape of the first bytes, then
/// the declaration, then UTF-8. Bytes that are no such text are read as Windows-1252 with a problem, as agencies that
/// declare UTF-8 and send Latin-1 are common and every byte is some Windows-1252 character.
pub fn decode<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let (encoding, body) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (declared_encoding(bytes), bytes),
    };
    let (text, broken) = encoding.decode_without_bom_handling(body);
    let text = if broken && encoding != encoding_rs::WINDOWS_1252 {
        problems.push(Problem::new(
            "encoding",
            format!("not the {} that it says it is; read as Windows-1252", encoding.name()),
        ));
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(body).0
    } else {
        text
    };
    if text.contains('\0') {
        problems.push(Problem::new("encoding", "U+0000 was dropped"));
        return Cow::Owned(text.replace('\0', ""));
    }
    text
}

fn declared_encoding(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    match bytes {
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(256)).unwrap_or_default());
    let label = head.trim_start().strip_prefix("<?xml").and_then(|rest| {
        let declaration = rest.split_once("?>").map_or(rest, |(declaration, _)| declaration);
        Attributes(declaration)
            .find(|(key, _)| *key == "encoding")
            .map(|(_, value)| value.to_owned())
    });
    match label
        .as_deref()
        .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
    {
        // A declaration that can be read as ASCII is not UTF-16, whatever it says.
        Some(encoding) if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE => encoding_rs::UTF_8,
        Some(encoding) => encoding,
        None => encoding_rs::UTF_8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::time::Timestamp;

    fn ctx() -> ReadContext<'static> {
        ReadContext::at(Timestamp::from_micros(0))
    }

    #[test]
    fn names_attributes_and_joined_texts() {
        let tree = Tree::parse(
            "<a:b xml:lang='de' x:href=\"1&amp;2\" c = 'd'>caf&eacute;s<!-- no --> <c/>x</a:b>",
            &ctx(),
        )
        .unwrap();
        let root = tree.root_element().unwrap();
        assert_eq!(root.name(), "b");
        assert_eq!(root.attr("xml:lang").unwrap(), "de");
        assert_eq!(root.attr("lang"), None);
        assert_eq!(root.attr("href").unwrap(), "1&2");
        assert_eq!(root.attr("c").unwrap(), "d");
        assert_eq!(root.text().unwrap(), "cafés x");
        assert_eq!(root.children().count(), 3);
        assert!(tree.cut.is_none());
    }

    #[test]
    fn entities_of_the_document_are_never_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'><!ENTITY z SYSTEM 'file:///etc/passwd'>]><a>&y;&z;</a>";
        let tree = Tree::parse(bomb, &ctx()).unwrap();
        assert_eq!(tree.root_element().unwrap().text().unwrap(), "&y;&z;");
        assert_eq!(tree.problems.len(), 2);
    }

    #[test]
    fn what_is_cut_says_so() {
        let tree = Tree::parse("<a><b>one</b><c>tw", &ctx()).unwrap();
        assert!(tree.cut.as_deref().unwrap().contains("<c>"));
        assert_eq!(tree.root_element().unwrap().child_text("b").unwrap(), "one");
        let tree = Tree::parse("<a><b>one</b><c x='", &ctx()).unwrap();
        assert!(tree.cut.is_some());
    }

    #[test]
    fn wrong_nesting_is_read_over() {
        let tree = Tree::parse("<a><b><c>x</b><d>y & z</d></e></a>", &ctx()).unwrap();
        assert!(tree.cut.is_none());
        assert_eq!(tree.root_element().unwrap().child_text("d").unwrap(), "y & z");
        assert_eq!(tree.problems.len(), 2);
    }

    #[test]
    fn depth_is_bounded_and_what_follows_is_read() {
        let deep = format!(
            "<r>{}x{}<after>y</after></r>",
            "<a>".repeat(100_000),
            "</a>".repeat(100_000)
        );
        let tree = Tree::parse(&deep, &ctx()).unwrap();
        assert_eq!(tree.root_element().unwrap().child_text("after").unwrap(), "y");
        assert_eq!(tree.problems.len(), 1);
    }

    #[test]
    fn descendants_stay_below_their_node() {
        let tree = Tree::parse("<a><b><c/><d><e/></d></b><f/></a>", &ctx()).unwrap();
        let b = tree.root_element().unwrap().child("b").unwrap();
        let names: Vec<_> = b.descendants().map(Node::name).collect();
        assert_eq!(names, ["c", "d", "e"]);
        assert_eq!(b.child("c").unwrap().descendants().count(), 0);
    }

    #[test]
    fn encodings() {
        let mut problems = Vec::new();
        assert_eq!(
            decode(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", &mut problems)
                .chars()
                .rev()
                .nth(4),
            Some('é')
        );
        assert_eq!(decode("\u{feff}<a>é</a>".as_bytes(), &mut problems), "<a>é</a>");
        let utf16: Vec<u8> = "<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16, &mut problems), "<a>é</a>");
        assert!(problems.is_empty());
        assert_eq!(decode(b"<a>caf\xe9\0</a>", &mut problems), "<a>café</a>");
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn numeric_references_to_nothing_good() {
        let tree = Tree::parse("<a b='&#0;x&#146;'>&#0;&#xFFFE;it&#146;s</a>", &ctx()).unwrap();
        assert_eq!(tree.root_element().unwrap().text().unwrap(), "it’s");
        assert_eq!(tree.root_element().unwrap().attr("b").unwrap(), "x’");
    }

    #[test]
    fn html_of_an_element() {
        let tree = Tree::parse(
            "<x:p xmlns:x='u' class='a&quot;b'>1 &lt; 2<x:br/><x:b/><![CDATA[<i>]]></x:p>",
            &ctx(),
        )
        .unwrap();
        assert_eq!(
            to_html(tree.root_element().unwrap()),
            "<p class=\"a&quot;b\">1 &lt; 2<br><b></b>&lt;i&gt;</p>"
        );
    }
}
