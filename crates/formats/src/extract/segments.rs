//! A page as runs of text between the borders of blocks, in reading order.

use crate::html::dom::{Dom, Element, NodeId};
use crate::html::text::squeeze;

/// A run of text that a browser would set as one paragraph, heading, item or cell.
pub(super) struct Segment {
    /// Its text, white space collapsed.
    pub(super) text: String,
    pub(super) words: usize,
    /// How much of it is inside links, 0 to 1.
    pub(super) links: f64,
    /// Its text nodes.
    pub(super) nodes: Vec<NodeId>,
    /// The innermost block element that it is in.
    pub(super) block: NodeId,
    /// Level of the heading that it is, 0 for none.
    pub(super) heading: u8,
    /// Whether it is in an element that is no part of any story (menus, footers, forms).
    pub(super) outside: bool,
    /// Whether it is a caption or credit.
    pub(super) caption: bool,
}

/// The page's segments.
pub(super) struct Layout {
    pub(super) segments: Vec<Segment>,
}

/// Most segments that are looked at; a page with more has no story at its end.
const MAX_SEGMENTS: usize = 60_000;

impl Layout {
    pub(super) fn of(dom: &Dom) -> Self {
        let mut build = Build {
            dom,
            segments: Vec::new(),
            open: None,
        };
        build.walk();
        Self {
            segments: build.segments,
        }
    }
}

struct Open {
    nodes: Vec<NodeId>,
    text: String,
    linked: usize,
    block: NodeId,
}

struct Build<'a> {
    dom: &'a Dom,
    segments: Vec<Segment>,
    open: Option<Open>,
}

/// What is known about where the walk stands.
#[derive(Clone, Copy)]
struct Context {
    block: NodeId,
    linked: bool,
    heading: u8,
    outside: bool,
    caption: bool,
}

impl Build<'_> {
    fn walk(&mut self) {
        let dom = self.dom;
        // An explicit stack: (node, whether it is being left).
        let root = Context {
            block: Dom::ROOT,
            linked: false,
            heading: 0,
            outside: false,
            caption: false,
        };
        let mut stack: Vec<(NodeId, Context, bool)> = vec![(Dom::ROOT, root, false)];
        while let Some((node, context, leaving)) = stack.pop() {
            if self.segments.len() >= MAX_SEGMENTS {
                return;
            }
            if leaving {
                self.close();
                continue;
            }
            if let Some(text) = dom.text(node) {
                self.text(node, text, context);
                continue;
            }
            let Some(element) = dom.element(node) else {
                if node == Dom::ROOT {
                    self.push_children(node, context, &mut stack);
                }
                continue;
            };
            if is_nothing(element) {
                continue;
            }
            let mut inner = context;
            inner.linked |= element.name() == "a" && element.attr("href").is_some();
            inner.outside |= is_outside(element);
            inner.caption |= element.name() == "figcaption"
                || element.has_class("wp-caption-text")
                || (is_in_figure(dom, node) && crate::credit::is_credit(element));
            let is_block = is_block(element.name());
            if is_block || element.name() == "br" {
                self.close();
            }
            if is_block {
                inner.block = node;
                if let Some(level) = heading_level(element) {
                    inner.heading = level;
                }
                stack.push((node, inner, true));
            }
            self.push_children(node, inner, &mut stack);
        }
        self.close();
    }

    fn push_children(&self, node: NodeId, context: Context, stack: &mut Vec<(NodeId, Context, bool)>) {
        let from = stack.len();
        stack.extend(self.dom.children(node).map(|child| (child, context, false)));
        if let Some(added) = stack.get_mut(from..) {
            added.reverse();
        }
    }

    fn text(&mut self, node: NodeId, text: &str, context: Context) {
        if self.open.is_none() {
            if text.trim().is_empty() {
                return;
            }
            self.open = Some(Open {
                nodes: Vec::new(),
                text: String::new(),
                linked: 0,
                block: context.block,
            });
            // The context of the first text is that of the run.
            self.segments.push(Segment {
                text: String::new(),
                words: 0,
                links: 0.0,
                nodes: Vec::new(),
                block: context.block,
                heading: context.heading,
                outside: context.outside,
                caption: context.caption,
            });
        }
        if let Some(open) = &mut self.open {
            open.nodes.push(node);
            open.text.push_str(text);
            if context.linked {
                open.linked += text.trim().len();
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let text = squeeze(&open.text);
        if text.is_empty() {
            self.segments.pop();
            return;
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.words = count_words(&text);
            #[allow(clippy::cast_precision_loss)]
            let links = open.linked as f64 / text.len().max(1) as f64;
            segment.links = links.min(1.0);
            segment.text = text;
            segment.nodes = open.nodes;
            segment.block = open.block;
        }
    }
}

/// Words as they weigh here: two letters of a script without spaces are about one.
pub(super) fn count_words(text: &str) -> usize {
    let spaced = text
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    let unspaced = text.chars().filter(|c| super::body::is_unspaced(*c)).count();
    spaced.max(unspaced / 2)
}

fn heading_level(element: &Element) -> Option<u8> {
    match element.name() {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        _ => None,
    }
}

fn is_in_figure(dom: &Dom, node: NodeId) -> bool {
    dom.ancestors(node).take(5).any(|above| dom.name(above) == "figure")
}

/// Elements whose text nobody sees.
pub(super) fn is_nothing(element: &Element) -> bool {
    let name = element.name();
    if name.is_empty()
        || matches!(
            name,
            "script"
                | "style"
                | "noscript"
                | "template"
                | "head"
                | "title"
                | "meta"
                | "link"
                | "iframe"
                | "object"
                | "select"
                | "option"
                | "textarea"
                | "input"
                | "button"
                | "audio"
                | "video"
                | "canvas"
                | "map"
                | "datalist"
        )
    {
        return true;
    }
    if element
        .attr("hidden")
        .is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
    {
        return true;
    }
    element.attr("style").is_some_and(|style| {
        let style: String = style
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

/// Elements that a page is made of besides its story.
fn is_outside(element: &Element) -> bool {
    matches!(element.name(), "nav" | "menu" | "dialog")
        || element.attr("role").is_some_and(|role| {
            matches!(
                role.trim(),
                "navigation"
                    | "banner"
                    | "contentinfo"
                    | "search"
                    | "dialog"
                    | "menu"
                    | "menubar"
                    | "toolbar"
                    | "alertdialog"
            )
        })
}

/// Elements that begin and end a run.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "address"
            | "center"
            | "fieldset"
            | "legend"
            | "li"
            | "dt"
            | "dd"
            | "body"
            | "html"
            | "hgroup"
            | "nav"
            | "form"
            | "figcaption"
            | "caption"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "dl"
            | "blockquote"
            | "pre"
            | "table"
            | "aside"
            | "figure"
            | "hr"
            | "details"
            | "summary"
            | "menu"
            | "dir"
            | "search"
    )
}
