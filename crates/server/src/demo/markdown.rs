//! The demo's small Markdown: blocks between blank lines, as `demo/README.md` describes them, and nothing else.
//!
//! A Markdown library was rejected: it would accept a hundred forms that the document has no block for, where the demo's
//! writers are better served by an error.

use super::inline;
use anyhow::{Context as _, bail, ensure};
use masthead_domain::document::{Block, Document, PictureBlock, Text};
use std::iter::Peekable;

/// What stands behind the names in a text.
pub(super) trait References {
    /// Where a link leads; `None` when its words stay without one.
    fn link(&self, target: &str) -> anyhow::Result<Option<String>>;
    /// A picture, with the caption and credit given here or its own.
    fn picture(&self, id: &str, caption: &str, credit: &str) -> anyhow::Result<PictureBlock>;
    /// A gallery.
    fn gallery(&self, id: &str) -> anyhow::Result<Block>;
}

/// Reads a body.
pub(super) fn document(text: &str, references: &dyn References) -> anyhow::Result<Document> {
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader {
        lines: lines.iter().copied().enumerate().peekable(),
        references,
    };
    let blocks = reader.blocks(false)?;
    Ok(Document { blocks })
}

struct Reader<'a, I: Iterator<Item = (usize, &'a str)>> {
    lines: Peekable<I>,
    references: &'a dyn References,
}

impl<'a, I: Iterator<Item = (usize, &'a str)>> Reader<'a, I> {
    /// Blocks up to the end of the text, or of the fact box.
    fn blocks(&mut self, in_box: bool) -> anyhow::Result<Vec<Block>> {
        let mut blocks = Vec::new();
        while let Some((number, line)) = self.lines.next() {
            if line.is_empty() {
                continue;
            }
            if line == ":::" {
                ensure!(in_box, "line {}: nothing is open that ::: could close", number + 1);
                return Ok(blocks);
            }
            let block = self
                .block(line, in_box)
                .with_context(|| format!("line {} of the body", number + 1))?;
            blocks.push(block);
            if let Some((number, next)) = self.lines.peek()
                && !next.is_empty()
                && *next != ":::"
            {
                bail!("line {} of the body: a blank line has to stand before it", number + 1);
            }
        }
        ensure!(!in_box, "a fact box has no end");
        Ok(blocks)
    }

    fn block(&mut self, line: &'a str, in_box: bool) -> anyhow::Result<Block> {
        if let Some(title) = line.strip_prefix(":::factbox ") {
            ensure!(!in_box, "fact boxes don't nest");
            return Ok(Block::FactBox {
                title: title.to_owned(),
                blocks: self.blocks(true)?,
            });
        }
        if let Some(id) = line.strip_prefix(":::gallery ") {
            return self.references.gallery(id);
        }
        if let Some(text) = line.strip_prefix("## ") {
            return Ok(Block::Heading {
                level: 2,
                text: self.text(text)?,
            });
        }
        if line.starts_with("![") {
            return Ok(Block::Picture(self.picture(line)?));
        }
        if line.starts_with('>') {
            return self.quote(line);
        }
        if line.starts_with("- ") || line.starts_with("1. ") {
            return self.list(line);
        }
        if let Some(caption) = line.strip_prefix("Table: ") {
            let (_, first) = self.lines.next().context("a table's caption stands alone")?;
            let caption = self.text(caption)?;
            return self.table(first, caption);
        }
        if line.starts_with('|') {
            return self.table(line, Text::default());
        }
        ensure!(
            !line.starts_with(['#', ':', '\t', ' ']),
            "'{line}' begins like no block that there is"
        );
        Ok(Block::Paragraph { text: self.text(line)? })
    }

    fn text(&self, line: &str) -> anyhow::Result<Text> {
        inline::text(line, &|target| self.references.link(target))
    }

    /// The next line if it belongs to the block that is being read.
    fn goes_on(&mut self, belongs: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.lines.next_if(|(_, line)| belongs(line)).map(|(_, line)| line)
    }

    fn picture(&self, line: &str) -> anyhow::Result<PictureBlock> {
        let inner = line.strip_prefix("![").and_then(|rest| rest.strip_suffix(')'));
        let (said, id) = inner
            .and_then(|inner| inner.rsplit_once("]("))
            .context("a picture is ![caption | credit](id)")?;
        let (caption, credit) = said
            .split_once('|')
            .context("a picture's caption and credit have a | between them")?;
        self.references.picture(id, caption.trim(), credit.trim())
    }

    fn quote(&mut self, first: &'a str) -> anyhow::Result<Block> {
        let mut paragraphs = Vec::new();
        let mut attribution = Text::default();
        let mut next = Some(first);
        while let Some(line) = next {
            ensure!(attribution.is_empty(), "an attribution is the last line of its quote");
            let text = line.strip_prefix("> ").context("a line of a quote begins with '> '")?;
            match text.strip_prefix("-- ") {
                Some(who) => attribution = self.text(who)?,
                None => paragraphs.push(self.text(text)?),
            }
            next = self.goes_on(|line| line.starts_with('>'));
        }
        ensure!(!paragraphs.is_empty(), "a quote says something");
        Ok(Block::Quote {
            paragraphs,
            attribution,
            pull: false,
        })
    }

    fn list(&mut self, first: &'a str) -> anyhow::Result<Block> {
        let ordered = !first.starts_with("- ");
        let mut items = Vec::new();
        let mut next = Some(first);
        while let Some(line) = next {
            let sign = if ordered {
                format!("{}. ", items.len() + 1)
            } else {
                "- ".to_owned()
            };
            let item = line
                .strip_prefix(&sign)
                .with_context(|| format!("the next item begins with '{sign}'"))?;
            items.push(self.text(item)?);
            next = self.goes_on(|line| !line.is_empty() && line != ":::");
        }
        Ok(Block::List { ordered, items })
    }

    fn table(&mut self, head: &'a str, caption: Text) -> anyhow::Result<Block> {
        let head = cells(head)?;
        let rule = cells(self.goes_on(|line| line.starts_with('|')).unwrap_or_default())?;
        let is_rule = |cell: &&str| matches!(*cell, "---" | "--:");
        ensure!(
            rule.iter().all(is_rule) && rule.len() == head.len(),
            "under a table's head stands |---|--:|"
        );
        let mut rows = vec![self.row(&head)?];
        while let Some(line) = self.goes_on(|line| line.starts_with('|')) {
            let row = cells(line)?;
            ensure!(
                row.len() == head.len(),
                "the row '{line}' has {} cells, its head {}",
                row.len(),
                head.len()
            );
            rows.push(self.row(&row)?);
        }
        ensure!(rows.len() > 1, "a table has rows");
        Ok(Block::Table {
            caption,
            header_rows: 1,
            rows,
        })
    }

    fn row(&self, cells: &[&str]) -> anyhow::Result<Vec<Text>> {
        cells.iter().map(|cell| self.text(cell)).collect()
    }
}

fn cells(line: &str) -> anyhow::Result<Vec<&str>> {
    let inner = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
    let inner = inner.context("a row of a table begins and ends with |")?;
    Ok(inner.split('|').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::document::{Marks, PictureSource};

    /// Knows everything by its name.
    struct Named;

    impl References for Named {
        fn link(&self, target: &str) -> anyhow::Result<Option<String>> {
            Ok(target.strip_prefix("story:").map(|id| format!("/news/{id}")))
        }
        fn picture(&self, id: &str, caption: &str, credit: &str) -> anyhow::Result<PictureBlock> {
            Ok(PictureBlock {
                picture: PictureSource::Remote(id.to_owned()),
                caption: Text::plain(caption),
                credit: credit.to_owned(),
                alt: String::new(),
            })
        }
        fn gallery(&self, id: &str) -> anyhow::Result<Block> {
            Ok(Block::Gallery {
                title: id.to_owned(),
                pictures: Vec::new(),
            })
        }
    }

    fn read(text: &str) -> Vec<Block> {
        document(text, &Named).unwrap().blocks
    }

    fn plain(text: &str) -> Text {
        Text::plain(text)
    }

    #[test]
    fn paragraphs_headings_and_lists() {
        let blocks = read("One *line* of text.\n\n## Later\n\n- a\n- b\n\n1. first\n2. second\n");
        let mut first = Text::default();
        first.push("One ", Marks::NONE, None);
        first.push("line", Marks::EMPHASIS, None);
        first.push(" of text.", Marks::NONE, None);
        assert_eq!(
            blocks,
            [
                Block::Paragraph { text: first },
                Block::Heading {
                    level: 2,
                    text: plain("Later")
                },
                Block::List {
                    ordered: false,
                    items: vec![plain("a"), plain("b")]
                },
                Block::List {
                    ordered: true,
                    items: vec![plain("first"), plain("second")]
                },
            ]
        );
    }

    #[test]
    fn quotes_with_and_without_a_speaker() {
        let blocks = read("> It was clay.\n> All of it.\n> -- P. Lisle, councillor\n\n> Nobody asked.");
        assert_eq!(
            blocks,
            [
                Block::Quote {
                    paragraphs: vec![plain("It was clay."), plain("All of it.")],
                    attribution: plain("P. Lisle, councillor"),
                    pull: false
                },
                Block::Quote {
                    paragraphs: vec![plain("Nobody asked.")],
                    attribution: Text::default(),
                    pull: false
                },
            ]
        );
    }

    #[test]
    fn pictures_galleries_and_boxes() {
        let text = "![Rock. | Drawing: P. Vane](breach)\n\n![|](dawn)\n\n:::factbox In numbers\n- **9** cm\n\nThat is all.\n\
                    :::\n\n:::gallery storm\n";
        let blocks = read(text);
        let [
            Block::Picture(first),
            Block::Picture(second),
            Block::FactBox { title, blocks: inner },
            gallery,
        ] = blocks.as_slice()
        else {
            panic!("{blocks:?}")
        };
        assert_eq!(
            (first.caption.to_plain().as_str(), first.credit.as_str()),
            ("Rock.", "Drawing: P. Vane")
        );
        assert_eq!(second.picture, PictureSource::Remote("dawn".into()));
        assert!(second.caption.is_empty() && second.credit.is_empty());
        assert_eq!((title.as_str(), inner.len()), ("In numbers", 2));
        assert_eq!(
            *gallery,
            Block::Gallery {
                title: "storm".into(),
                pictures: Vec::new()
            }
        );
    }

    #[test]
    fn tables_have_one_head_and_a_caption() {
        let blocks = read("Table: Prices\n| | Low |\n|---|--:|\n| Turbot | 16.20 |\n| [Dab](story:dab) | |\n");
        let [
            Block::Table {
                caption,
                header_rows: 1,
                rows,
            },
        ] = blocks.as_slice()
        else {
            panic!("{blocks:?}")
        };
        assert_eq!(caption.to_plain(), "Prices");
        let words: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(Text::to_plain).collect())
            .collect();
        assert_eq!(words, [["", "Low"], ["Turbot", "16.20"], ["Dab", ""]]);
        assert_eq!(rows[2][0].0[0].link.as_deref(), Some("/news/dab"));
    }

    #[test]
    fn other_forms_are_refused() {
        for wrong in [
            "two lines\nof one paragraph",
            "# A title",
            "### Too deep",
            "    code",
            ":::",
            ":::factbox Open\ntext",
            ":::factbox A\n:::factbox B\n:::\n:::",
            ":::aside x",
            "- a\n+ b",
            "1. a\n3. b",
            "> a\n> -- who\n> more",
            ">close",
            "> -- who",
            "![no credit](x)",
            "![a | b](x) and more",
            "| a | b |\n| c | d |",
            "| a | b |\n|---|---|\n| c |",
            "| a |\n|---|",
            "Table: alone",
        ] {
            assert!(document(wrong, &Named).is_err(), "{wrong}");
        }
    }
}
