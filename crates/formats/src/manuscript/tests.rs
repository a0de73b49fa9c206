//! The text and back: what comes out is what went in, whatever it is.

use super::*;
use masthead_domain::document::{Document, PictureSource, Span};
use masthead_domain::ids::PictureId;
use proptest::prelude::*;

fn id(number: u128) -> PictureId {
    format!("{number:032x}").parse().unwrap()
}

fn paragraph(text: Text) -> Block {
    Block::Paragraph { text }
}

fn plain(words: &str) -> Block {
    paragraph(Text::plain(words))
}

fn document(blocks: Vec<Block>) -> Document {
    Document { blocks }
}

fn picture() -> PictureBlock {
    PictureBlock {
        picture: PictureSource::Stored(id(7)),
        caption: Text::plain("The quay at low water."),
        credit: "Northline Agency, via Pool".into(),
        alt: "A quay [east]".into(),
    }
}

#[test]
fn an_editor_writes_with_few_signs() {
    let text = "The **tide** turned at *noon*,\nsaid [the office](https://example.org/tides).\n\n## What next\n\n\
        > Nobody was hurt.\n>\n> — Ada Quill\n\n- one\n- two\\\n  and a half\n\n1. first\n2. second\n\n***\n\n\
        ![A quay](picture:00000000-0000-0000-0000-000000000007)\nLow *water*.\nCredit: Northline Agency\n\nH<sub>2</sub>O, 5 m<sup>2</sup>, ~~five~~ six";
    let read = read(text, &Document::default());
    assert_eq!(read.mistakes, []);
    let mut first = Text::plain("The ");
    first.push("tide", Marks::STRONG, None);
    first.push(" turned at ", Marks::NONE, None);
    first.push("noon", Marks::EMPHASIS, None);
    first.push(", said ", Marks::NONE, None);
    first.push("the office", Marks::NONE, Some("https://example.org/tides"));
    first.push(".", Marks::NONE, None);
    let mut caption = Text::plain("Low ");
    caption.push("water", Marks::EMPHASIS, None);
    caption.push(".", Marks::NONE, None);
    let mut last = Text::plain("H");
    last.push("2", Marks::SUBSCRIPT, None);
    last.push("O, 5 m", Marks::NONE, None);
    last.push("2", Marks::SUPERSCRIPT, None);
    last.push(", ", Marks::NONE, None);
    last.push("five", Marks::STRUCK, None);
    last.push(" six", Marks::NONE, None);
    assert_eq!(
        read.document.blocks,
        [
            paragraph(first),
            Block::Heading {
                level: 2,
                text: Text::plain("What next")
            },
            Block::Quote {
                paragraphs: vec![Text::plain("Nobody was hurt.")],
                attribution: Text::plain("Ada Quill"),
                pull: false
            },
            Block::List {
                ordered: false,
                items: vec![Text::plain("one"), Text::plain("two\nand a half")]
            },
            Block::List {
                ordered: true,
                items: vec![Text::plain("first"), Text::plain("second")]
            },
            Block::Rule,
            Block::Picture(PictureBlock {
                picture: PictureSource::Stored(id(7)),
                caption,
                credit: "Northline Agency".into(),
                alt: "A quay".into(),
            }),
            paragraph(last),
        ]
    );
    // It is written as it was, but for the line that was broken in the box.
    assert_eq!(write(&read.document, &read.document), text.replace(",\nsaid", ", said"));
}

#[test]
fn signs_of_others_are_letters_and_nothing_is_swallowed() {
    for words in [
        "<script>alert(1)</script>",
        "<div>\nhi</div>",
        "[foo]: https://example.org",
        "5 * 3 * 2, snake_case, __init__, a_ b_",
        "# not a heading",
        "1. not a list",
        "2014) neither",
        "- nor this",
        "---",
        "===",
        "AT&T &amp; &lt;b&gt;",
        "`code` ~~~ ``` ^up^",
        "[[block 1: table]]",
        "![x](picture:00000000-0000-0000-0000-000000000007)",
        "\\*",
        "> no quote",
        "a\\",
        "Credit: nobody",
        "<!-- -->",
        "&#0;",
        "ends with a break \\",
        "¯\\_(ツ)_/¯",
        "\u{202e}evil\u{200d}",
    ] {
        let before = document(vec![plain(words)]);
        let text = write(&before, &before);
        let after = read(&text, &Document::default());
        assert_eq!(after.mistakes, [], "{text}");
        assert_eq!(after.document, before, "{text}");
        // Typed as it is, its words are all there.
        let typed = read(words, &Document::default());
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        if !words.starts_with(['[', '!', '&', '1', '2']) && !words.contains('&') {
            assert_eq!(letters(&typed.document.to_plain()), letters(words), "{words}");
        }
    }
}

#[test]
fn what_the_text_cannot_say_comes_back_untouched() {
    let mut underlined = Text::plain("It was ");
    underlined.push("over", Marks::UNDERLINED, None);
    underlined.push(" stressed ", Marks::EMPHASIS, None);
    let before = document(vec![
        plain("Before."),
        Block::Table {
            caption: Text::plain("The tides"),
            header_rows: 1,
            rows: vec![vec![Text::plain("a"), Text::plain("b")]],
        },
        paragraph(underlined.clone()),
        Block::Quote {
            paragraphs: vec![Text::plain("Pulled.")],
            attribution: Text::default(),
            pull: true,
        },
        Block::Gallery {
            title: String::new(),
            pictures: vec![picture(), picture()],
        },
        Block::Picture(picture()),
    ]);
    let text = write(&before, &before);
    assert!(text.contains("[[block 2: table, The tides]]"), "{text}");
    assert!(text.contains("[[block 5: gallery, 2 pictures]]"), "{text}");
    assert_eq!(read(&text, &before).document, before);
    // One paragraph is worked on, one added, the table moved to the end, the pull quote taken out.
    let edited = text
        .replace("Before.", "Before it.\n\nAnd more.")
        .replace("[[block 2: table, The tides]]\n\n", "")
        .replace("[[block 4: pull quote, Pulled.]]\n\n", "")
        + "\n\n[[block 2: table, The tides]]\n";
    let after = read(&edited, &before);
    assert_eq!(after.mistakes, []);
    let expected = [
        plain("Before it."),
        plain("And more."),
        paragraph(underlined),
        before.blocks[4].clone(),
        before.blocks[5].clone(),
        before.blocks[1].clone(),
    ];
    assert_eq!(after.document.blocks, expected);
}

#[test]
fn mistakes_are_named_with_their_line_and_nothing_is_lost() {
    let text = "One [two](javascript:alert(1)).\n\n![a](https://example.org/a.jpg)\n\nSee ![b](picture:00000000-0000-0000-0000-000000000007) there.\n\n[[block 9: table]]";
    let read = read(text, &Document::default());
    let said: Vec<_> = read
        .mistakes
        .iter()
        .map(|wrong| (wrong.line, wrong.kind.name()))
        .collect();
    assert_eq!(
        said,
        [(1, "link"), (3, "picture"), (5, "picture-in-text"), (7, "block")]
    );
    let plain = read.document.to_plain();
    for words in ["One two.", "https://example.org/a.jpg", "See b there.", "block 9"] {
        assert!(plain.contains(words), "{words} in {plain}");
    }
}

#[test]
fn deep_and_long_texts_end() {
    for text in [
        ">".repeat(20_000),
        "- ".repeat(20_000),
        "[".repeat(20_000),
        "*a ".repeat(20_000),
        "![".repeat(20_000),
        "`".repeat(20_000) + "a",
    ] {
        let read = read(&text, &Document::default());
        assert_eq!(
            super::read::read(&write(&read.document, &read.document), &read.document).document,
            read.document
        );
    }
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Zé ,.]{1,24}",
        2 => "[ *_`~^\\[\\]()<>&#;!|\\\\=+.0-9:/\n\t\"'—-]{1,12}",
        1 => "\\PC{0,16}",
        1 => Just("[[block 1: x]]".to_owned()),
        1 => Just("Credit: x".to_owned()),
        1 => Just("— who".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = Text> {
    let link = prop_oneof![
        4 => Just(None),
        1 => Just(Some("https://example.org/a_(b)?c=1&d=*2*".to_owned())),
        1 => Just(Some("/world/tide-20250101".to_owned())),
    ];
    let span = (words(), 0_u8..128, prop::bool::ANY, link).prop_map(|(text, marks, bare, link)| Span {
        text,
        marks: if bare { Marks::NONE } else { Marks(marks) },
        link,
    });
    prop::collection::vec(span, 0..5).prop_map(Text)
}

fn picture_block() -> impl Strategy<Value = PictureBlock> {
    (any::<u128>(), text(), words(), words(), prop::bool::ANY).prop_map(|(number, caption, credit, alt, stored)| {
        PictureBlock {
            picture: if stored {
                PictureSource::Stored(id(number))
            } else {
                PictureSource::Remote(alt.clone())
            },
            caption,
            credit,
            alt,
        }
    })
}

fn block() -> impl Strategy<Value = Block> {
    let texts = || prop::collection::vec(text(), 0..4);
    prop_oneof![
        5 => text().prop_map(|text| Block::Paragraph { text }),
        1 => (0_u8..8, text()).prop_map(|(level, text)| Block::Heading { level, text }),
        1 => (texts(), text(), prop::bool::ANY).prop_map(|(paragraphs, attribution, pull)| Block::Quote { paragraphs, attribution, pull }),
        2 => (prop::bool::ANY, texts()).prop_map(|(ordered, items)| Block::List { ordered, items }),
        1 => picture_block().prop_map(Block::Picture),
        1 => (words(), prop::collection::vec(picture_block(), 0..3)).prop_map(|(title, pictures)| Block::Gallery { title, pictures }),
        1 => (words(), words()).prop_map(|(url, title)| Block::Embed { url, title }),
        1 => (text(), prop::collection::vec(texts(), 0..3)).prop_map(|(caption, rows)| Block::Table { caption, header_rows: 1, rows }),
        1 => words().prop_map(|text| Block::Preformatted { text }),
        1 => (words(), text()).prop_map(|(title, text)| Block::FactBox { title, blocks: vec![Block::Paragraph { text }] }),
        1 => Just(Block::Rule),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// A story that is opened and saved without a change is the same story.
    #[test]
    fn text_made_of_a_document_gives_the_document(blocks in prop::collection::vec(block(), 0..8)) {
        let before = document(blocks);
        let text = write(&before, &before);
        let after = read(&text, &before);
        prop_assert_eq!(&after.mistakes, &[], "{}", &text);
        prop_assert_eq!(&after.document, &before, "{}", &text);
        // As a browser sends it.
        let sent = read(&text.replace('\n', "\r\n"), &before);
        prop_assert_eq!(&sent.document, &before);
    }

    /// A paragraph that is added anywhere leaves every other block as it was.
    #[test]
    fn work_on_one_block_leaves_the_others(blocks in prop::collection::vec(block(), 1..6), at in any::<prop::sample::Index>()) {
        let before = document(blocks);
        let mut chunks = super::write::chunks(&before, &before);
        let at = at.index(chunks.len() + 1);
        chunks.insert(at, "Added on Tuesday.".to_owned());
        let after = read(&chunks.join("\n\n"), &before);
        let mut expected = before.blocks;
        expected.insert(at, plain("Added on Tuesday."));
        prop_assert_eq!(&after.document.blocks, &expected, "{}", chunks.join("\n\n"));
    }

    /// Whatever is typed is read, and written and read again it is the same.
    #[test]
    fn anything_typed_is_read_and_stays(text in "[ a-z*_`~^\\[\\]()<>&#;!|\\\\=+.0-9:/\n\t\"'>—-]{0,120}") {
        let once = read(&text, &Document::default()).document;
        let again = read(&write(&once, &once), &once).document;
        prop_assert_eq!(once, again);
    }
}
