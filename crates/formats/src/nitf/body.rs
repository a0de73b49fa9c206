//! NITF's `body.content` as a document: paragraphs, headings, quotations, lists, tables, media, boxes.

use super::inline::{Inline, safe_link, text_of};
use crate::xml::{Node, clean, squeeze};
use masthead_domain::document::{Block, Marks, PictureBlock, PictureSource, Text};

/// What was found in a body besides its blocks.
#[derive(Default)]
pub struct Found {
    /// The blocks in reading order.
    pub blocks: Vec<Block>,
    /// Words for editors that stood between the paragraphs (`note` of the class `editorsnote`).
    pub editor_notes: Vec<String>,
    /// How many `media` elements there were.
    pub media: usize,
}

/// Reads the children of `body.content` (or of any element with NITF blocks in it).
pub fn read(content: Node<'_>) -> Found {
    let mut reader = BodyReader::default();
    reader.children(content);
    reader.flush();
    reader.found
}

#[derive(Default)]
struct BodyReader {
    found: Found,
    /// Text that stands between blocks without a paragraph of its own.
    loose: Inline,
}

/// Elements that stand among blocks; everything else is running text.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "block"
            | "hl1"
            | "hl2"
            | "hl3"
            | "hl4"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hedline"
            | "ol"
            | "ul"
            | "dl"
            | "table"
            | "nitf-table"
            | "media"
            | "media-group"
            | "bq"
            | "blockquote"
            | "pre"
            | "hr"
            | "fn"
            | "note"
            | "content"
            | "abstract"
            | "byline"
            | "dateline"
            | "copyrite"
            | "datasource"
            | "div"
            | "section"
            | "article"
            | "figure"
            | "img"
            | "credit"
            | "nitf-table-metadata"
            | "nitf-col"
            | "nitf-colgroup"
            | "script"
            | "style"
            | "body"
            | "body.content"
            | "body.head"
            | "body.end"
    )
}

impl BodyReader {
    fn push(&mut self, block: Block) {
        self.flush();
        self.found.blocks.push(block);
    }

    /// Ends the paragraph that loose text has begun.
    fn flush(&mut self) {
        if !self.loose.is_empty() {
            let text = self.loose.take();
            self.found.blocks.push(Block::Paragraph { text });
        }
    }

    fn children(&mut self, node: Node<'_>) {
        for child in node.children() {
            match child.as_text() {
                Some(text) => self.loose_text(text),
                None if is_block(child.name()) => {
                    self.flush();
                    self.block(child);
                }
                None if holds_blocks(child) => {
                    // `<span><p>…</p></span>`: the wrapper goes, the blocks stay blocks.
                    self.flush();
                    self.children(child);
                }
                None => self.loose.node(child, Marks::NONE, None),
            }
        }
        self.flush();
    }

    /// Text outside paragraphs: an empty line parts paragraphs, as in the plain text that such bodies were made from.
    fn loose_text(&mut self, text: &str) {
        let mut first = true;
        for part in text.split("\n\n") {
            if !first {
                self.flush();
            }
            first = false;
            self.loose.push(part, Marks::NONE, None);
        }
    }

    fn block(&mut self, node: Node<'_>) {
        match node.name() {
            "p" | "credit" | "copyrite" | "datasource" | "byline" | "dateline" => self.paragraph(node),
            // NITF has no heading below `hl2`; ours say the level by their class.
            "hl2" => self.heading(
                node,
                if has_class(node, "h3") {
                    3
                } else if has_class(node, "h4") {
                    4
                } else {
                    2
                },
            ),
            "hl1" | "h1" | "h2" => self.heading(node, 2),
            "hl3" | "h3" => self.heading(node, 3),
            "hl4" | "h4" | "h5" | "h6" => self.heading(node, 4),
            "ol" | "ul" => self.list(node),
            "dl" => self.definitions(node),
            "table" => self.table(node),
            "media" => self.media(node),
            "figure" => self.figure(node),
            "img" => self.image(node, Text::default()),
            "bq" | "blockquote" => self.quote(node),
            "pre" => {
                let text = clean(node.raw_text().trim_matches('\n').trim_end());
                if !text.trim().is_empty() {
                    self.push(Block::Preformatted { text });
                }
            }
            "hr" => self.push(Block::Rule),
            "note" => self.note(node),
            // The summary in a table's metadata is "like a non-publishable editor's note" (NITF 3.6).
            "nitf-table-metadata" | "nitf-col" | "nitf-colgroup" | "script" | "style" => {}
            "block" if has_class(node, "factbox") => self.fact_box(node),
            "block" if has_class(node, "gallery") => self.gallery(node),
            _ => self.children(node),
        }
    }

    /// A paragraph; pictures, lists and tables that were put inside it come out of it in their order.
    fn paragraph(&mut self, node: Node<'_>) {
        if node.descendants().any(|inner| is_block(inner.name())) {
            self.children(node);
            return;
        }
        let text = text_of(node);
        if !text.is_empty() {
            self.push(Block::Paragraph { text });
        }
    }

    fn heading(&mut self, node: Node<'_>, level: u8) {
        let text = text_of(node);
        if !text.is_empty() {
            self.push(Block::Heading { level, text });
        }
    }

    fn list(&mut self, node: Node<'_>) {
        let mut items = Vec::new();
        list_items(node, &mut items);
        if !items.is_empty() {
            self.push(Block::List {
                ordered: node.is("ol"),
                items,
            });
        }
    }

    /// A definition list as a list of `Term: definition`, as the document has no block of its own for it.
    fn definitions(&mut self, node: Node<'_>) {
        let mut items: Vec<Text> = Vec::new();
        let mut term: Option<Text> = None;
        for child in node.elements() {
            let text = text_of(child);
            if text.is_empty() {
                continue;
            }
            if child.is("dt") {
                items.extend(term.replace(text));
            } else if let Some(term) = term.take() {
                let mut item = Text::default();
                term.0
                    .iter()
                    .for_each(|span| item.push(&span.text, span.marks.with(Marks::STRONG), span.link.as_deref()));
                item.push(": ", Marks::STRONG, None);
                text.0
                    .iter()
                    .for_each(|span| item.push(&span.text, span.marks, span.link.as_deref()));
                items.push(item);
            } else {
                items.push(text);
            }
        }
        items.extend(term);
        if !items.is_empty() {
            self.push(Block::List { ordered: false, items });
        }
    }

    fn table(&mut self, node: Node<'_>) {
        let caption = node.child("caption").map(text_of).unwrap_or_default();
        let mut rows: Vec<Vec<Text>> = Vec::new();
        let mut header_rows = 0;
        let mut heading = true;
        for row in node.descendants().filter(|inner| inner.is("tr")) {
            // A table inside a cell is text of that cell; its rows are not rows of this table.
            let owner = std::iter::successors(row.parent(), |at| at.parent()).find(|at| at.is("table"));
            if owner != Some(node) {
                continue;
            }
            let cells: Vec<Node<'_>> = row.elements().filter(|cell| cell.is("td") || cell.is("th")).collect();
            if cells.is_empty() {
                continue;
            }
            let in_head = row.parent().is_some_and(|parent| parent.is("thead"));
            heading = heading && (in_head || cells.iter().all(|cell| cell.is("th")));
            if heading {
                header_rows += 1;
            }
            rows.push(cells.into_iter().map(text_of).collect());
        }
        if rows.iter().flatten().any(|cell| !cell.is_empty()) {
            self.push(Block::Table {
                caption,
                header_rows,
                rows,
            });
        }
    }

    fn quote(&mut self, node: Node<'_>) {
        let mut inner = BodyReader::default();
        let mut attribution = Text::default();
        for child in node.children() {
            match child.name() {
                "credit" | "footer" | "cite" => attribution = text_of(child),
                name if child.as_text().is_none() && is_block(name) => {
                    inner.flush();
                    inner.block(child);
                }
                _ => inner.loose.node(child, Marks::NONE, None),
            }
        }
        inner.flush();
        self.found.media += inner.found.media;
        self.found.editor_notes.append(&mut inner.found.editor_notes);
        let mut paragraphs = Vec::new();
        let mut others = Vec::new();
        for block in inner.found.blocks {
            match block {
                Block::Paragraph { text } | Block::Heading { text, .. } => paragraphs.push(text),
                Block::Quote { paragraphs: nested, .. } => paragraphs.extend(nested),
                Block::List { items, .. } => paragraphs.extend(items),
                other => others.push(other),
            }
        }
        if !paragraphs.is_empty() {
            self.push(Block::Quote {
                paragraphs,
                attribution,
                pull: has_class(node, "pullquote"),
            });
        }
        others.into_iter().for_each(|block| self.push(block));
    }

    /// A block that is set beside the story: its first heading is its title.
    fn fact_box(&mut self, node: Node<'_>) {
        let mut inner = BodyReader::default();
        inner.children(node);
        self.found.media += inner.found.media;
        self.found.editor_notes.append(&mut inner.found.editor_notes);
        let mut blocks = inner.found.blocks;
        let title = match blocks.first() {
            Some(Block::Heading { level: 2, text }) => text.to_plain(),
            _ => String::new(),
        };
        if !title.is_empty() {
            blocks.remove(0);
        }
        if !blocks.is_empty() {
            self.push(Block::FactBox { title, blocks });
        }
    }

    /// Pictures that belong together; anything else in the block stays outside.
    fn gallery(&mut self, node: Node<'_>) {
        let mut inner = BodyReader::default();
        inner.children(node);
        self.found.media += inner.found.media;
        let mut title = String::new();
        let (mut pictures, mut others) = (Vec::new(), Vec::new());
        for block in inner.found.blocks {
            match block {
                Block::Picture(picture) => pictures.push(picture),
                Block::Heading { text, .. } if title.is_empty() && pictures.is_empty() => title = text.to_plain(),
                other => others.push(other),
            }
        }
        if !pictures.is_empty() {
            self.push(Block::Gallery { title, pictures });
        }
        others.into_iter().for_each(|block| self.push(block));
    }

    /// A note: for editors it leaves the text; a copyright line or an end mark stays a paragraph.
    fn note(&mut self, node: Node<'_>) {
        if is_for_editors(node) {
            self.found.editor_notes.extend(node.text());
        } else {
            self.children(node);
        }
    }

    fn media(&mut self, node: Node<'_>) {
        self.found.media += 1;
        if let Some(picture) = picture_of(node) {
            self.push(Block::Picture(picture));
            return;
        }
        let Some(url) = reference_of(node)
            .and_then(|source| safe_link(&source))
            .filter(|url| url.starts_with("http"))
        else {
            return;
        };
        let title = node.child_text("media-caption").unwrap_or_default();
        self.push(Block::Embed { url, title });
    }

    fn figure(&mut self, node: Node<'_>) {
        let caption = node.find("figcaption").map(text_of).unwrap_or_default();
        match node.find("img") {
            Some(img) => self.image(img, caption),
            None => self.children(node),
        }
    }

    fn image(&mut self, img: Node<'_>, caption: Text) {
        if let Some(source) = img.word("src") {
            let alt = img.attr("alt").map(|alt| squeeze(&alt)).unwrap_or_default();
            let picture = PictureSource::Remote(source);
            self.push(Block::Picture(PictureBlock {
                picture,
                caption,
                credit: String::new(),
                alt,
            }));
        }
    }
}

/// Whether a note is meant for editors: by its class, or as a non-publishable advisory (`npa`) by its type.
pub fn is_for_editors(note: Node<'_>) -> bool {
    note.word("noteclass").is_some_and(|class| class == "editorsnote")
        || note.word("type").is_some_and(|kind| kind == "npa")
}

fn has_class(node: Node<'_>, class: &str) -> bool {
    node.attr("class")
        .is_some_and(|value| value.split_ascii_whitespace().any(|token| token == class))
}

fn holds_blocks(node: Node<'_>) -> bool {
    !matches!(node.name(), "a" | "q") && node.descendants().any(|inner| is_block(inner.name()))
}

/// The items of a list, nested lists flattened behind the item that holds them.
fn list_items(list: Node<'_>, items: &mut Vec<Text>) {
    for item in list.elements() {
        if item.is("ol") || item.is("ul") {
            list_items(item, items);
            continue;
        }
        let mut inline = Inline::default();
        let mut nested = Vec::new();
        for child in item.children() {
            if child.is("ol") || child.is("ul") {
                nested.push(child);
                continue;
            }
            if child.is("p") && !inline.is_empty() {
                inline.line_break();
            }
            inline.node(child, Marks::NONE, None);
        }
        let text = inline.take();
        if !text.is_empty() {
            items.push(text);
        }
        nested.into_iter().for_each(|list| list_items(list, items));
    }
}

/// The best of a medium's references: the first with a source, an original before smaller ones.
fn reference_of(media: Node<'_>) -> Option<String> {
    let sources = || {
        media
            .all("media-reference")
            .filter_map(|reference| Some((reference, reference.word("source")?)))
    };
    let widest = sources().max_by_key(|(reference, _)| {
        reference
            .word("width")
            .and_then(|width| width.parse::<u32>().ok())
            .unwrap_or(0)
    });
    let first = sources().next();
    // `max_by_key` gives the last of equals; without widths the sender's order decides.
    match (widest, first) {
        (Some((reference, source)), Some(_)) if reference.word("width").is_some() => Some(source),
        (_, Some((_, source))) => Some(source),
        _ => None,
    }
}

/// The picture that a `media` element shows, if it shows one.
pub fn picture_of(media: Node<'_>) -> Option<PictureBlock> {
    let kind = media.word("media-type").unwrap_or_default().to_lowercase();
    let mime = media
        .all("media-reference")
        .find_map(|reference| reference.word("mime-type"))
        .unwrap_or_default()
        .to_lowercase();
    let is_picture = ["image", "photo", "picture", "graphic"]
        .iter()
        .any(|word| kind.contains(word))
        || (kind.is_empty() || kind == "other") && mime.starts_with("image/");
    if !is_picture {
        return None;
    }
    let source = reference_of(media)?;
    let mut caption = Inline::default();
    for part in media.all("media-caption") {
        if !caption.is_empty() {
            caption.push(" ", Marks::NONE, None);
        }
        part.children().for_each(|child| caption.node(child, Marks::NONE, None));
    }
    let credit = media
        .child_text("media-producer")
        .or_else(|| {
            media
                .all("media-reference")
                .find_map(|reference| reference.word("source-credit"))
        })
        .or_else(|| {
            let named = |meta: &Node<'_>| {
                meta.word("name")
                    .is_some_and(|name| name.eq_ignore_ascii_case("credit"))
            };
            media
                .all("media-metadata")
                .find(named)
                .and_then(|meta| meta.word("value"))
        })
        .unwrap_or_default();
    let alt = media
        .all("media-reference")
        .find_map(|reference| reference.word("alternate-text"))
        .unwrap_or_default();
    Some(PictureBlock {
        picture: PictureSource::Remote(source),
        caption: caption.take(),
        credit,
        alt,
    })
}
