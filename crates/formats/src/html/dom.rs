//! An HTML tree in one arena, filled by html5ever.
//!
//! Nodes are numbers into a vector, so that a tree of any depth is walked and dropped without recursion (the
//! reference-counted tree that html5ever ships overflows the stack when a deep one is dropped).

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName, ns};
use std::borrow::Cow;
use std::cell::RefCell;

/// A node of a [`Dom`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

impl NodeId {
    const NONE: Self = Self(u32::MAX);

    fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }

    /// Its place in vectors that run beside the arena.
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An element's name and attributes.
#[derive(Debug)]
pub(crate) struct Element {
    name: QualName,
    attributes: Vec<Attribute>,
    template: NodeId,
    integration_point: bool,
}

impl Element {
    /// The name in lower case; empty for elements of SVG and MathML, which no rule here is about.
    pub(crate) fn name(&self) -> &str {
        if self.name.ns == ns!(html) {
            &self.name.local
        } else {
            ""
        }
    }

    /// An attribute's value.
    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| &*attribute.name.local == name)
            .map(|attribute| &*attribute.value)
    }

    /// An attribute's value without white space around it, where there is any.
    pub(crate) fn attr_text(&self, name: &str) -> Option<&str> {
        self.attr(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// All attributes.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes
            .iter()
            .map(|attribute| (&*attribute.name.local, &*attribute.value))
    }

    /// Whether `class` holds the word.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attr("class")
            .is_some_and(|value| value.split_ascii_whitespace().any(|word| word == class))
    }
}

#[derive(Debug)]
enum Data {
    /// The document, a template's contents, a comment, an instruction, a document type: nothing that is read.
    Other,
    Text(String),
    Element(Element),
}

#[derive(Debug)]
struct Node {
    parent: NodeId,
    first: NodeId,
    last: NodeId,
    previous: NodeId,
    next: NodeId,
    depth: u32,
    data: Data,
}

/// An HTML document or fragment.
#[derive(Debug, Default)]
pub(crate) struct Dom {
    nodes: Vec<Node>,
    /// Text that came after the tree was full.
    overflow: String,
    /// Depth of the element that is open, as far as insertions and closings show it.
    open_depth: u32,
}

impl Dom {
    /// The root, parent of all.
    pub(crate) const ROOT: NodeId = NodeId(0);

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The element at a node, if it is one.
    pub(crate) fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.node(id)?.data {
            Data::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The element's name, empty for anything else.
    pub(crate) fn name(&self, id: NodeId) -> &str {
        self.element(id).map_or("", Element::name)
    }

    /// An attribute of an element.
    pub(crate) fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        self.element(id)?.attr(name)
    }

    /// The text at a node, if it is one.
    pub(crate) fn text(&self, id: NodeId) -> Option<&str> {
        match &self.node(id)?.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)?.parent.some()
    }

    pub(crate) fn next_sibling(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)?.next.some()
    }

    pub(crate) fn previous_sibling(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)?.previous.some()
    }

    /// The children in order.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = self.node(id).and_then(|node| node.first.some());
        std::iter::successors(first, |&child| self.next_sibling(child))
    }

    /// The nodes above, nearest first.
    pub(crate) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |&node| self.parent(node))
    }

    /// The node and all below it in document order.
    pub(crate) fn descendants(&self, id: NodeId) -> Descendants<'_> {
        Descendants {
            dom: self,
            root: id,
            next: self.node(id).map(|_| id),
        }
    }

    /// The first element of a name below a node.
    pub(crate) fn find(&self, id: NodeId, name: &str) -> Option<NodeId> {
        self.descendants(id).skip(1).find(|&node| self.name(node) == name)
    }

    /// All text below a node, as it stands.
    pub(crate) fn raw_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        for node in self.descendants(id) {
            if let Some(text) = self.text(node) {
                out.push_str(text);
            }
        }
        out
    }

    /// All text below a node with runs of white space made one space; text of scripts and styles left out.
    pub(crate) fn plain_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        let mut walk = self.descendants(id);
        while let Some(node) = walk.next() {
            if matches!(self.name(node), "script" | "style" | "template" | "noscript") {
                walk.skip_children(node);
            }
            let apart = |at: NodeId| matches!(self.name(at), "br" | "p" | "div" | "li" | "td" | "tr" | "figcaption");
            if apart(node) || self.previous_sibling(node).is_some_and(apart) {
                out.push(' ');
            }
            if let Some(text) = self.text(node) {
                out.push_str(text);
            }
        }
        super::text::squeeze(&out)
    }

    /// Text that came after the tree was full, without its markup.
    pub(crate) fn overflow(&self) -> &str {
        &self.overflow
    }

    fn new_node(&mut self, data: Data) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX - 1));
        self.nodes.push(Node {
            parent: NodeId::NONE,
            first: NodeId::NONE,
            last: NodeId::NONE,
            previous: NodeId::NONE,
            next: NodeId::NONE,
            depth: 0,
            data,
        });
        id
    }

    fn change(&mut self, id: NodeId, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(id.index()) {
            change(node);
        }
    }

    fn detach(&mut self, id: NodeId) {
        let Some(node) = self.node(id) else { return };
        let (parent, previous, next) = (node.parent, node.previous, node.next);
        match previous.some() {
            Some(previous) => self.change(previous, |node| node.next = next),
            None => self.change(parent, |node| node.first = next),
        }
        match next.some() {
            Some(next) => self.change(next, |node| node.previous = previous),
            None => self.change(parent, |node| node.last = previous),
        }
        self.change(id, |node| {
            node.parent = NodeId::NONE;
            node.previous = NodeId::NONE;
            node.next = NodeId::NONE;
        });
    }

    /// Puts a node before `next`, or last when `next` is none.
    fn insert(&mut self, parent: NodeId, id: NodeId, next: NodeId) {
        self.detach(id);
        let previous = match next.some() {
            Some(next) => self.node(next).map_or(NodeId::NONE, |node| node.previous),
            None => self.node(parent).map_or(NodeId::NONE, |node| node.last),
        };
        let depth = self.node(parent).map_or(0, |node| node.depth).saturating_add(1);
        self.change(id, |node| {
            node.parent = parent;
            node.previous = previous;
            node.next = next;
            node.depth = depth;
        });
        match previous.some() {
            Some(previous) => self.change(previous, |node| node.next = id),
            None => self.change(parent, |node| node.first = id),
        }
        match next.some() {
            Some(next) => self.change(next, |node| node.previous = id),
            None => self.change(parent, |node| node.last = id),
        }
    }

    /// Adds text at a place; it grows the text node before it, as the specification asks.
    fn insert_text(&mut self, parent: NodeId, text: &str, next: NodeId) {
        let before = match next.some() {
            Some(next) => self.previous_sibling(next),
            None => self.node(parent).and_then(|node| node.last.some()),
        };
        if let Some(before) = before
            && let Some(Node {
                data: Data::Text(grown),
                ..
            }) = self.nodes.get_mut(before.index())
        {
            grown.push_str(text);
            return;
        }
        let id = self.new_node(Data::Text(text.to_owned()));
        self.insert(parent, id, next);
    }

    fn put(&mut self, parent: NodeId, child: NodeOrText<NodeId>, next: NodeId) {
        let parent_depth = self.node(parent).map_or(0, |node| node.depth);
        match child {
            NodeOrText::AppendNode(id) => {
                self.insert(parent, id, next);
                // A comment behind `</body>` lands high up while the elements stay open.
                if self.element(id).is_some() {
                    self.open_depth = parent_depth.saturating_add(1);
                }
            }
            NodeOrText::AppendText(text) => {
                self.insert_text(parent, &text, next);
                self.open_depth = parent_depth;
            }
        }
    }
}

/// The nodes below one, in document order.
pub(crate) struct Descendants<'a> {
    dom: &'a Dom,
    root: NodeId,
    next: Option<NodeId>,
}

impl Descendants<'_> {
    fn after(&self, id: NodeId) -> Option<NodeId> {
        let mut at = id;
        while at != self.root {
            if let Some(next) = self.dom.next_sibling(at) {
                return Some(next);
            }
            at = self.dom.parent(at)?;
        }
        None
    }

    /// Goes on behind a node that was just given, without what is below it.
    pub(crate) fn skip_children(&mut self, id: NodeId) {
        self.next = self.after(id);
    }
}

impl Iterator for Descendants<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        let first = self.dom.node(id).and_then(|node| node.first.some());
        self.next = first.or_else(|| self.after(id));
        Some(id)
    }
}

/// What html5ever builds a [`Dom`] through.
pub(crate) struct Sink {
    dom: RefCell<Dom>,
}

/// An element's name as html5ever asks for it; three reference-counted or static words.
#[derive(Debug)]
pub(crate) struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl Sink {
    pub(crate) fn new() -> Self {
        let mut dom = Dom::default();
        dom.new_node(Data::Other);
        Self { dom: RefCell::new(dom) }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.dom.borrow().len()
    }

    /// Depth of the open elements.
    pub(crate) fn depth(&self) -> u32 {
        self.dom.borrow().open_depth
    }

    /// Keeps text that comes after the tree is full.
    pub(crate) fn overflow(&self, text: &str) {
        self.dom.borrow_mut().overflow.push_str(text);
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Dom;
    type ElemName<'a> = Name;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        Dom::ROOT
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name {
        match self.dom.borrow().element(*target) {
            Some(element) => Name(element.name.clone()),
            None => Name(QualName::new(None, ns!(), LocalName::default())),
        }
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        let mut dom = self.dom.borrow_mut();
        let template = if flags.template {
            dom.new_node(Data::Other)
        } else {
            NodeId::NONE
        };
        let integration_point = flags.mathml_annotation_xml_integration_point;
        dom.new_node(Data::Element(Element {
            name,
            attributes,
            template,
            integration_point,
        }))
    }

    fn create_comment(&self, _text: StrTendril) -> NodeId {
        self.dom.borrow_mut().new_node(Data::Other)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> NodeId {
        self.dom.borrow_mut().new_node(Data::Other)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.dom.borrow_mut().put(*parent, child, NodeId::NONE);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let mut dom = self.dom.borrow_mut();
        match dom.parent(*element) {
            Some(parent) => dom.put(parent, child, *element),
            None => dom.put(*previous, child, NodeId::NONE),
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    fn pop(&self, node: &NodeId) {
        let mut dom = self.dom.borrow_mut();
        if let Some(depth) = dom.node(*node).map(|node| node.depth) {
            dom.open_depth = depth.saturating_sub(1);
        }
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.dom
            .borrow()
            .element(*target)
            .and_then(|element| element.template.some())
            .unwrap_or(*target)
    }

    fn same_node(&self, a: &NodeId, b: &NodeId) -> bool {
        a == b
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let mut dom = self.dom.borrow_mut();
        if let Some(parent) = dom.parent(*sibling) {
            dom.put(parent, child, *sibling);
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.dom.borrow_mut().change(*target, |node| {
            if let Data::Element(element) = &mut node.data {
                for attribute in attributes {
                    if !element.attributes.iter().any(|known| known.name == attribute.name) {
                        element.attributes.push(attribute);
                    }
                }
            }
        });
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.dom.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut dom = self.dom.borrow_mut();
        while let Some(child) = dom.node(*node).and_then(|node| node.first.some()) {
            dom.insert(*new_parent, child, NodeId::NONE);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &NodeId) -> bool {
        self.dom
            .borrow()
            .element(*target)
            .is_some_and(|element| element.integration_point)
    }

    fn allow_declarative_shadow_roots(&self, _parent: &NodeId) -> bool {
        false
    }
}
