//! The document as text.

use super::{ATTRIBUTION, CREDIT, ELEMENTS, PICTURE, PLACEHOLDER, same};
use masthead_domain::document::{Block, Document, Marks, PictureBlock, PictureSource, Span, Text};

/// Marks with a sign, the outermost first. Stress comes last and has two signs, since each fails beside some letters.
const SIGNS: [(Marks, &str); 2] = [(Marks::STRONG, "**"), (Marks::STRUCK, "~~")];

/// The most characters of a block that its line shows.
const HINT: usize = 48;

/// Writes a document as text, a blank line between its blocks. `space` has the blocks that lines may stand for; it is the
/// document itself unless a text is put together from several.
pub fn write(document: &Document, space: &Document) -> String {
    chunks(document, space).join("\n\n")
}

/// The text of each block.
pub(super) fn chunks(document: &Document, space: &Document) -> Vec<String> {
    let made = all(document, space, false);
    // Blocks are tried one by one, and stand beside each other in the text. If one should ever swallow its neighbour, all
    // of them are kept as they are rather than a word be lost.
    let parsed = super::read::blocks_of(&made.join("\n\n"));
    if parsed == made {
        made
    } else {
        all(document, space, true)
    }
}

fn all(document: &Document, space: &Document, placeholders: bool) -> Vec<String> {
    let mut made = Vec::with_capacity(document.blocks.len());
    let mut other_sign = false;
    let mut before: Option<bool> = None;
    for block in &document.blocks {
        // Two lists of a kind that follow each other are told apart by their signs alone.
        let list = match block {
            Block::List { ordered, .. } => Some(*ordered),
            _ => None,
        };
        other_sign = list.is_some() && list == before && !other_sign;
        before = list;
        let written = if placeholders { None } else { chunk(block, other_sign) };
        let place = || space.blocks.iter().position(|known| known == block);
        let written = written.or_else(|| place().map(|at| placeholder(at + 1, block)));
        // What nothing stands for is written as well as it can be.
        let written = written.or_else(|| compose(block, other_sign, '*'));
        made.push(written.unwrap_or_else(|| placeholder(0, block)));
    }
    made
}

/// The text of a block, if reading it gives the block again.
fn chunk(block: &Block, other_sign: bool) -> Option<String> {
    ['*', '_'].into_iter().find_map(|stress| {
        let text = compose(block, other_sign, stress)?;
        let reads = super::read::alone(&text)?;
        same(&reads, block).then_some(text)
    })
}

fn compose(block: &Block, other_sign: bool, stress: char) -> Option<String> {
    let line = |text: &Text| inline(text, stress);
    Some(match block {
        Block::Paragraph { text } => line(text),
        Block::Heading { level, text } => format!("{} {}", "#".repeat(usize::from(*level)), line(text)),
        Block::Quote {
            paragraphs,
            attribution,
            pull: false,
        } => {
            let mut parts: Vec<String> = paragraphs.iter().map(line).collect();
            if !attribution.is_empty() {
                parts.push(format!("{ATTRIBUTION}{}", line(attribution)));
            }
            let quoted = parts.join("\n\n");
            let lines = quoted.lines().map(|line| match line {
                "" => ">".to_owned(),
                line => format!("> {line}"),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        Block::List { ordered, items } => {
            let items = items.iter().enumerate().map(|(number, item)| {
                let sign = match (ordered, other_sign) {
                    (false, false) => "-".to_owned(),
                    (false, true) => "+".to_owned(),
                    (true, false) => format!("{}.", number + 1),
                    (true, true) => format!("{})", number + 1),
                };
                let room = " ".repeat(sign.len() + 1);
                format!("{sign} {}", line(item).replace('\n', &format!("\n{room}")))
            });
            items.collect::<Vec<_>>().join("\n")
        }
        Block::Picture(picture) => self::picture(picture, stress)?,
        Block::Preformatted { text } => {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            format!("{fence}\n{text}\n{fence}")
        }
        Block::Rule => "***".to_owned(),
        Block::Quote { pull: true, .. }
        | Block::Gallery { .. }
        | Block::Embed { .. }
        | Block::Table { .. }
        | Block::FactBox { .. } => return None,
    })
}

fn picture(picture: &PictureBlock, stress: char) -> Option<String> {
    let PictureSource::Stored(id) = &picture.picture else {
        return None;
    };
    let mut out = format!("![{}]({PICTURE}{id})", escaped(&picture.alt, false));
    if !picture.caption.is_empty() {
        out.push('\n');
        out.push_str(&inline(&picture.caption, stress));
    }
    if !picture.credit.is_empty() {
        out.push_str(&format!("\n{CREDIT} {}", escaped(&picture.credit, false)));
    }
    Some(out)
}

/// Running text with its marks and links.
fn inline(text: &Text, stress: char) -> String {
    let mut out = String::new();
    let mut rest = text.0.as_slice();
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|span| span.link == first.link).count();
        let (group, after) = rest.split_at_checked(run).unwrap_or((rest, &[]));
        let mut inner = String::new();
        marked(group, 0, stress, &mut inner);
        match &first.link {
            // A link around nothing that can be read would be lost.
            Some(link) if !inner.trim().is_empty() => {
                let (start, middle, end) = trimmed(&inner);
                let address = if link.contains(['(', ')', '\\', ' ']) {
                    format!("<{link}>")
                } else {
                    link.clone()
                };
                out.push_str(&format!("{start}[{middle}]({address}){end}"));
            }
            _ => out.push_str(&inner),
        }
        rest = after;
    }
    at_line_starts(out.trim())
}

/// Spans of one link, the marks from `depth` on.
fn marked(spans: &[Span], depth: usize, stress: char, out: &mut String) {
    let signs = SIGNS
        .iter()
        .map(|(mark, sign)| (*mark, (*sign).to_owned(), (*sign).to_owned()));
    let stress_sign = std::iter::once((Marks::EMPHASIS, stress.to_string(), stress.to_string()));
    let elements = ELEMENTS
        .iter()
        .map(|(mark, open, close)| (*mark, (*open).to_owned(), (*close).to_owned()));
    let Some((mark, open, close)) = signs.chain(stress_sign).chain(elements).nth(depth) else {
        for span in spans {
            literal(span, out);
        }
        return;
    };
    let mut rest = spans;
    while let Some(first) = rest.first() {
        let has = first.marks.has(mark);
        let run = rest.iter().take_while(|span| span.marks.has(mark) == has).count();
        let (group, after) = rest.split_at_checked(run).unwrap_or((rest, &[]));
        let mut inner = String::new();
        marked(group, depth + 1, stress, &mut inner);
        let (start, middle, end) = trimmed(&inner);
        if has && !middle.is_empty() {
            // Signs stand at words, never at spaces: there they would be letters.
            out.push_str(&format!("{start}{open}{middle}{close}{end}"));
        } else {
            out.push_str(&inner);
        }
        rest = after;
    }
}

/// White space before, the text, white space after.
fn trimmed(text: &str) -> (&str, &str, &str) {
    let middle = text.trim();
    let start = text.len() - text.trim_start().len();
    let (before, rest) = text.split_at_checked(start).unwrap_or(("", text));
    let after = rest.get(middle.len()..).unwrap_or("");
    (before, middle, after)
}

fn literal(span: &Span, out: &mut String) {
    if span.marks.has(Marks::CODE) && !span.text.trim().is_empty() {
        let (start, middle, end) = trimmed(&span.text);
        let longest = middle.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        let room = if middle.contains('`') { " " } else { "" };
        out.push_str(&format!("{start}{fence}{room}{middle}{room}{fence}{end}"));
    } else {
        out.push_str(&escaped(&span.text, true));
    }
}

/// Text whose signs mean nothing; line breaks get theirs where there may be any.
fn escaped(text: &str, breaks: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        let next = after.chars().next().unwrap_or(' ');
        match c {
            '\n' if breaks => out.push_str("\\\n"),
            '\n' => out.push(' '),
            '\\' | '*' | '`' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            // Inside a word it is a letter.
            '_' if !(before.is_alphanumeric() && next.is_alphanumeric()) => out.push_str("\\_"),
            '<' if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') => out.push_str("\\<"),
            '&' if is_entity(after) => out.push_str("\\&"),
            c => out.push(c),
        }
        before = c;
        rest = after;
    }
    out
}

/// Whether what follows an ampersand makes a character of it (HTML, section 13.5).
fn is_entity(after: &str) -> bool {
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
    end.is_some_and(|end| end > 0 && after.get(end..).is_some_and(|rest| rest.starts_with(';')))
}

/// Signs that mean something at the start of a line alone.
fn at_line_starts(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = line.trim_start();
        let number = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
        let after_number = line.get(number..).unwrap_or("");
        let means = match line.chars().next() {
            Some('#' | '>' | '=') => true,
            Some('-' | '+') => {
                let bare = line.chars().all(|c| matches!(c, '-' | ' ' | '+'));
                bare || line.chars().nth(1).is_none_or(char::is_whitespace)
            }
            _ => false,
        };
        if means {
            format!("\\{line}")
        } else if number > 0 && after_number.starts_with(['.', ')']) {
            let (digits, rest) = line.split_at_checked(number).unwrap_or((line, ""));
            format!("{digits}\\{rest}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The line that stands for a block.
fn placeholder(number: usize, block: &Block) -> String {
    let kind = match block {
        Block::Gallery { .. } => "gallery",
        Block::Embed { .. } => "embed",
        Block::Table { .. } => "table",
        Block::FactBox { .. } => "fact box",
        Block::Quote { pull: true, .. } => "pull quote",
        Block::Quote { .. } => "quotation",
        Block::Picture(_) => "picture",
        Block::List { .. } => "list",
        Block::Heading { .. } => "heading",
        Block::Preformatted { .. } => "set text",
        Block::Paragraph { .. } => "paragraph",
        Block::Rule => "break",
    };
    let said = match block {
        Block::Gallery { title, pictures } if title.is_empty() => match pictures.len() {
            1 => "1 picture".to_owned(),
            count => format!("{count} pictures"),
        },
        Block::Gallery { title, .. } | Block::FactBox { title, .. } if !title.is_empty() => title.clone(),
        Block::Embed { url, title } => if title.is_empty() { url } else { title }.clone(),
        Block::Table { caption, .. } if !caption.is_empty() => caption.to_plain(),
        Block::Picture(picture) => picture.caption.to_plain(),
        block => Document {
            blocks: vec![block.clone()],
        }
        .to_plain(),
    };
    // Nothing in it may end the line or mean anything.
    let said: String = said
        .chars()
        .map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c })
        .filter(|c| !c.is_ascii_punctuation() || matches!(c, '.' | ',' | '-' | '/' | ':' | '?'))
        .collect();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = said.chars().take(HINT).collect();
    let cut = cut.trim();
    if cut.is_empty() {
        format!("{PLACEHOLDER}{number}: {kind}]]")
    } else {
        format!("{PLACEHOLDER}{number}: {kind}, {cut}]]")
    }
}
