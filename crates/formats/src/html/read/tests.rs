//! What the reader makes of markup, and that what is written reads back.

use crate::html::{from_document, remote_picture, to_document};
use crate::problem::ReadContext;
use masthead_domain::document::{Block, Document, Marks, PictureSource};
use masthead_domain::time::Timestamp;

fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::from_micros(0))
}

fn read(html: &str) -> Vec<Block> {
    let first = to_document(html, &ctx()).value;
    let written = from_document(&first, &mut remote_picture);
    let again = to_document(&written, &ctx()).value;
    assert_eq!(again, first, "{html}\n=> {written}");
    first.blocks
}

fn outline(blocks: &[Block]) -> String {
    let mut out = Vec::new();
    for block in blocks {
        out.push(match block {
            Block::Paragraph { text } => format!("p {}", text.to_plain()),
            Block::Heading { level, text } => format!("h{level} {}", text.to_plain()),
            Block::Quote {
                paragraphs,
                attribution,
                pull,
            } => {
                let lines: Vec<String> = paragraphs.iter().map(|text| text.to_plain()).collect();
                let kind = if *pull { "pull" } else { "quote" };
                format!("{kind} {} -- {}", lines.join("/"), attribution.to_plain())
            }
            Block::List { ordered, items } => {
                let items: Vec<String> = items.iter().map(|text| text.to_plain()).collect();
                format!("{} {}", if *ordered { "ol" } else { "ul" }, items.join("/"))
            }
            Block::Picture(picture) => {
                let PictureSource::Remote(address) = &picture.picture else {
                    panic!()
                };
                format!(
                    "img {address} [{}] ({}) {}",
                    picture.caption.to_plain(),
                    picture.credit,
                    picture.alt
                )
            }
            Block::Gallery { title, pictures } => format!("gallery {title} {}", pictures.len()),
            Block::Embed { url, title } => format!("embed {url} {title}"),
            Block::Table {
                caption,
                header_rows,
                rows,
            } => {
                let rows: Vec<String> = rows
                    .iter()
                    .map(|row| row.iter().map(|cell| cell.to_plain()).collect::<Vec<_>>().join("|"))
                    .collect();
                format!("table {} {header_rows} {}", caption.to_plain(), rows.join("/"))
            }
            Block::FactBox { title, blocks } => format!("box {title} {{{}}}", outline(blocks)),
            Block::Preformatted { text } => format!("pre {text:?}"),
            Block::Rule => "rule".into(),
        });
    }
    out.into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("; ")
}

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(outline(&read(html)), expected, "{html}");
}

#[test]
fn paragraphs_and_breaks() {
    check(
        "One<br>two<br><br>three <p>four</p> five",
        "p One\ntwo; p three; p four; p five",
    );
    check("<div>a<div>b</div>c</div>", "p a; p b; p c");
    check("<p>&nbsp;</p><p>\u{200b}</p><p> x </p>", "p x");
    check(
        "a<script>b</script><style>c</style><template>d</template><svg><text>e</text></svg>f",
        "p af",
    );
    check("<p style='display: none'>secret</p><p hidden>secret</p>seen", "p seen");
    check("<form><input value=x><p>E-mail</p></form>text", "p text");
    check("", "");
}

#[test]
fn headings_quotes_and_boxes() {
    check(
        "<h1><b>A</b></h1><h3>B<br>C</h3><h6>D</h6><h2> </h2>",
        "h2 A; h3 B C; h4 D",
    );
    check(
        "<blockquote><p>Said.</p><p>Again.</p><footer>— Ada <cite>Quill</cite></footer></blockquote>",
        "quote Said./Again. -- Ada Quill",
    );
    check(
        "<blockquote>Said.<br><br>— Ada Quill</blockquote>",
        "quote Said. -- Ada Quill",
    );
    check(
        "<blockquote><p>As <cite>The Quay</cite> has it.</p></blockquote>",
        "quote As The Quay has it. --",
    );
    check(
        "<figure class='wp-block-pullquote'><blockquote><p>So.</p><cite>Ada</cite></blockquote></figure>",
        "pull So. -- Ada",
    );
    check("<aside class='pull-quote'>So it is.</aside>", "pull So it is. --");
    check(
        "<aside><h4>Numbers</h4><ul><li>one</li></ul><aside><h2>More</h2><p>x</p></aside></aside>",
        "box Numbers {ul one; h4 More; p x}",
    );
    check(
        "<details><summary>Why</summary>Because.</details>",
        "box Why {p Because.}",
    );
}

#[test]
fn lists_are_flattened() {
    check(
        "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li><p>d</p><p>e</p></li><li></li></ul>",
        "ul a/b/c/d\ne",
    );
    check("<ol><li>a <img src=/x.jpg alt=X></li></ol>", "ol a; img /x.jpg [] () X");
    check(
        "<dl><dt>T</dt><dd>m</dd><dt>U</dt><dt>V</dt><dd>n</dd></dl>",
        "ul T\nm/U\nV\nn",
    );
}

#[test]
fn tables_of_facts_and_of_layout() {
    check(
        "<table><caption>C</caption><thead><tr><th>a<th>b</tr></thead><tr><td>1<td>2<br>3</tr><tr><td colspan=2>x</tr></table>",
        "table C 1 a|b/1|2\n3/x|",
    );
    check(
        "<table><tr><th>a</th><th>b</th></tr><tr><th>c</th><td>d</td></tr></table>",
        "table  1 a|b/c|d",
    );
    check(
        "<table><tr><td><h2>T</h2><p>x</p><td><img src=/a.jpg></table>",
        "h2 T; p x; img /a.jpg [] ()",
    );
    check("<table><tr><td>only</td></tr></table>", "p only");
    check("<table><tr><th>only</th></tr></table>", "p only");
}

#[test]
fn pictures_and_their_words() {
    check(
        "<figure><img src=/s.jpg srcset='/m.jpg 800w, /l.jpg 1600w' alt=' A  b '><figcaption>Quay <b>x</b> <span class=credit>Photo: Ada/AP</span></figcaption></figure>",
        "img /l.jpg [Quay x] (Ada/AP) A b",
    );
    check(
        "<figure><img src=/a.jpg><figcaption>Quay. Photograph: Ada/AP</figcaption></figure>",
        "img /a.jpg [Quay.] (Ada/AP)",
    );
    check(
        "<div class=wp-caption><a href=/x><img src=/a.jpg></a><p class=wp-caption-text>Quay</p></div>",
        "img /a.jpg [Quay] ()",
    );
    check(
        "<p>Text <img data-src=/a.jpg src='data:image/gif;base64,AA'> goes on</p>",
        "p Text goes on; img /a.jpg [] ()",
    );
    check(
        "<img src='data:x'><noscript><img src=/a.jpg alt=A></noscript>",
        "img /a.jpg [] () A",
    );
    check(
        "<img src=/a.jpg><noscript><img src=/b.jpg></noscript>",
        "img /a.jpg [] ()",
    );
    check(
        "<noscript><img src=/a.jpg></noscript><noscript>Enable scripts</noscript>",
        "img /a.jpg [] ()",
    );
    check(
        "<picture><source type=image/avif srcset='/a.avif 900w'><source srcset='/b.webp 900w'><img src=/c.jpg></picture>",
        "img /b.webp [] ()",
    );
    check(
        "<img src=/p.gif width=1 height=1><img class=emoji alt='☂' src=/e.png> rain",
        "p ☂ rain",
    );
    check(
        "<figure class=gallery><figure><img src=/a.jpg><figcaption>A</figcaption></figure><figure><img src=/b.jpg></figure><figcaption>Both</figcaption></figure>",
        "gallery Both 2",
    );
    check(
        "<ul class='blocks-gallery-grid'><li><figure><img src=/a.jpg></figure></li><li><img src=/b.jpg></li></ul>",
        "gallery  2",
    );
    check(
        "<figure><table><tr><td>1<td>2</table><figcaption>T</figcaption></figure>",
        "table T 0 1|2",
    );
}

#[test]
fn embeds_lead_to_the_thing_itself() {
    check(
        "<iframe src='https://www.youtube.com/embed/abc' title='The quay'></iframe>",
        "embed https://www.youtube.com/watch?v=abc The quay",
    );
    check(
        "<video><source src=https://example.org/v.mp4>old browser</video>",
        "embed https://example.org/v.mp4",
    );
    check(
        "<blockquote class=twitter-tweet><p>Hi</p>&mdash; Ada <a href='https://twitter.com/ada/status/1?ref_src=x'>May 1</a></blockquote>",
        "embed https://twitter.com/ada/status/1 Hi — Ada May 1",
    );
    check(
        "<iframe src='javascript:alert(1)'></iframe><iframe src=about:blank></iframe>",
        "",
    );
    check(
        "<figure class=wp-block-embed><div class=wp-block-embed__wrapper>\nhttps://example.org/v/1\n</div><figcaption>V</figcaption></figure>",
        "embed https://example.org/v/1 V",
    );
}

#[test]
fn marks_and_links() {
    let blocks = read(
        "<p><b>a <i>b</i></b><a href='https://example.org/?a=1&amp;b'>c</a><a href='java&#10;script:x'>d</a><span style='font-weight:bold'>e</span><b style='font-weight:normal'>f</b></p>",
    );
    let Block::Paragraph { text } = &blocks[0] else {
        panic!()
    };
    let spans: Vec<(&str, u8, Option<&str>)> = text
        .0
        .iter()
        .map(|span| (span.text.as_str(), span.marks.0, span.link.as_deref()))
        .collect();
    let strong = Marks::STRONG.0;
    assert_eq!(
        spans,
        [
            ("a ", strong, None),
            ("b", strong | Marks::EMPHASIS.0, None),
            ("c", 0, Some("https://example.org/?a=1&b")),
            ("d", 0, None),
            ("e", strong, None),
            ("f", 0, None),
        ]
    );
}

#[test]
fn relative_links_follow_the_origin() {
    let ctx = ReadContext {
        origin: Some("https://example.org/a/b.html"),
        ..ctx()
    };
    let document = to_document("<a href='c#d'>x</a><a href='#e'>y</a><img src=p.jpg>", &ctx).value;
    let html = from_document(&document, &mut remote_picture);
    assert!(
        html.contains("https://example.org/a/c#d") && html.contains("https://example.org/a/p.jpg"),
        "{html}"
    );
    assert!(!html.contains("#e"));
}

#[test]
fn nesting_keeps_the_text() {
    for tag in [
        "<div>",
        "<blockquote>",
        "<ul><li>",
        "<table><tr><td>",
        "<aside>",
        "<figure>",
        "<dl><dd>",
        "<b>",
        "<h2><p>",
    ] {
        let html = format!("{}kept{}", tag.repeat(20_000), "<p>and after");
        let document = to_document(&html, &ctx()).value;
        let text = serde_json::to_string(&document).unwrap();
        assert!(text.contains("kept") && text.contains("and after"), "{tag}");
    }
}

#[test]
fn preformatted_text_is_kept() {
    check("<pre>\n\n a  b\n\tc &lt;d&gt; </pre>", "pre \" a  b\\n\\tc <d>\"");
    assert_eq!(Document::default().blocks, read("<pre> \n </pre>"));
}
