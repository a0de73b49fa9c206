//! Nothing that anybody wrote to break sanitisers lives on in what we write.

use super::{Dice, ctx, files, folder};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use masthead_formats::html::{escape_into, from_document, remote_picture, to_document, to_plain};
use std::cell::RefCell;

/// Looks at each token of what was written.
struct Judge {
    faults: RefCell<Vec<String>>,
}

const ELEMENTS: [&str; 36] = [
    "p",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "aside",
    "footer",
    "ul",
    "ol",
    "li",
    "figure",
    "figcaption",
    "img",
    "a",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "pre",
    "hr",
    "br",
    "strong",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "code",
    "span",
    "b",
    "i",
    "cite",
    "q",
];

impl TokenSink for Judge {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let fault = |what: String| self.faults.borrow_mut().push(what);
        match token {
            Token::TagToken(tag) => {
                if !ELEMENTS.contains(&&*tag.name) {
                    fault(format!("element {}", tag.name));
                }
                for attribute in &tag.attrs {
                    let value: &str = &attribute.value;
                    let good = match (&*tag.name, &*attribute.name.local) {
                        ("a", "href") => {
                            ["http://", "https://", "mailto:"]
                                .iter()
                                .any(|scheme| value.starts_with(scheme))
                                || (value.starts_with('/') && !value.starts_with("//"))
                        }
                        ("img", "src") => {
                            value.starts_with("http://")
                                || value.starts_with("https://")
                                || !value.split(['/', '?', '#']).next().unwrap_or_default().contains(':')
                        }
                        ("img", "alt") => true,
                        ("aside" | "figure" | "span", "class") => {
                            matches!(value, "pullquote" | "factbox" | "gallery" | "embed" | "credit")
                        }
                        _ => false,
                    };
                    if !good || tag.kind == TagKind::EndTag {
                        fault(format!("{} {}={value:?}", tag.name, attribute.name.local));
                    }
                }
            }
            Token::CommentToken(text) => fault(format!("comment {text}")),
            Token::DoctypeToken(_) => fault("document type".to_owned()),
            Token::NullCharacterToken => fault("U+0000".to_owned()),
            Token::ParseError(error) => fault(format!("not well formed: {error}")),
            Token::CharacterTokens(_) | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

fn faults(html: &str) -> Vec<String> {
    let tokenizer = Tokenizer::new(
        Judge {
            faults: RefCell::default(),
        },
        TokenizerOpts::default(),
    );
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    while !matches!(tokenizer.feed(&queue), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.faults.take()
}

/// All payloads of the folder, whatever its form.
fn payloads() -> Option<Vec<String>> {
    let mut out = Vec::new();
    for path in files(&folder("sanitise")?) {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match path.extension().and_then(|end| end.to_str()).unwrap_or_default() {
            "json" => out.extend(serde_json::from_str::<Vec<String>>(&text).unwrap()),
            "mjs" => {
                for (at, _) in text.match_indices("\"payload\":") {
                    let rest = text[at + 10..].trim_start();
                    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                    if let Some(Ok(payload)) = values.next() {
                        out.push(payload);
                    }
                }
            }
            "test" if text.trim_start().starts_with('{') => {
                let tests: serde_json::Value = serde_json::from_str(&text).unwrap();
                for test in tests["tests"].as_array().into_iter().flatten() {
                    out.extend(test["input"].as_str().map(str::to_owned));
                }
            }
            "test" => out.push(text.split("\n--\n").next().unwrap().to_owned()),
            _ => out.extend([text]),
        }
    }
    Some(out)
}

fn hold(payload: &str) -> Result<(), String> {
    let once = to_document(payload, &ctx()).value;
    let html = from_document(&once, &mut remote_picture);
    let found = faults(&html);
    if !found.is_empty() {
        return Err(format!("{payload:?}\n  wrote {html:?}\n  {found:?}"));
    }
    let twice = to_document(&html, &ctx()).value;
    if twice != once {
        let (a, b) = (&once.blocks, &twice.blocks);
        let at = a
            .iter()
            .zip(b)
            .position(|(a, b)| a != b)
            .unwrap_or(a.len().min(b.len()));
        let start: String = payload.chars().take(300).collect();
        return Err(format!("{start:?}\n  once  {:?}\n  twice {:?}", a.get(at), b.get(at)));
    }
    Ok(())
}

#[test]
fn nothing_executes_and_twice_is_once() {
    let Some(payloads) = payloads() else { return };
    let mut tried = 0;
    let mut failures = Vec::new();
    for payload in &payloads {
        // As it is, in a paragraph, in a table, inside an attribute, behind raw text, in foreign elements.
        for wrapped in [
            payload.clone(),
            format!("<p>before {payload} after</p>"),
            format!("<table><tr><td>{payload}</td><td>x</table>"),
            format!("<a href=\"{payload}\">x</a><img src='{payload}' alt='{payload}'>"),
            format!("<svg><desc>{payload}</desc></svg><math><mtext>{payload}</mtext></math>"),
            format!("<noscript><style>{payload}</style>{payload}</noscript><ul><li>{payload}"),
            format!(
                "<blockquote>{payload}<footer>{payload}</footer></blockquote><figure>{payload}<figcaption>{payload}</figcaption></figure>"
            ),
        ] {
            tried += 1;
            failures.extend(hold(&wrapped).err());
        }
    }
    println!(
        "sanitise: {tried} inputs made of {} payloads, {} failures",
        payloads.len(),
        failures.len()
    );
    assert!(
        failures.is_empty(),
        "{}",
        failures.iter().take(8).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(payloads.len() > 1_000, "only {} payloads were found", payloads.len());
}

/// What is typed at the desk: nothing of it lives on in a page, and written and read again it is the same.
#[test]
fn payloads_typed_at_the_desk_stay_text() {
    let Some(payloads) = payloads() else { return };
    let nothing = masthead_domain::document::Document::default();
    for payload in &payloads {
        for typed in [
            payload.clone(),
            format!("Before {payload} after"),
            format!("> {payload}\n\n- {payload}\n\n[x]({payload}) [{payload}](https://example.org)"),
            format!("![{payload}](picture:00000000-0000-0000-0000-000000000007)\n{payload}\nCredit: {payload}"),
        ] {
            let read = masthead_formats::manuscript::read(&typed, &nothing).document;
            let html = from_document(&read, &mut remote_picture);
            let found = faults(&html);
            assert!(found.is_empty(), "{typed:?}\n  wrote {html:?}\n  {found:?}");
            let text = masthead_formats::manuscript::write(&read, &read);
            assert_eq!(
                masthead_formats::manuscript::read(&text, &read).document,
                read,
                "{typed:?}"
            );
        }
    }
}

#[test]
fn text_survives() {
    let Some(payloads) = payloads() else { return };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for payload in payloads.iter().filter(|payload| payload.len() < 20_000) {
        let mut html = String::from("<p>");
        escape_into(payload, &mut html);
        html.push_str("</p>");
        let back = to_plain(&html, &ctx());
        let expected: String = payload
            .chars()
            .filter(|&c| {
                matches!(c, '\t' | '\n' | '\r' | '\u{c}') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
            })
            .collect();
        let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{206f}' | '\u{feff}' | '\u{ad}');
        if expected.chars().all(invisible) {
            continue;
        }
        assert_eq!(words(&back), words(&expected), "{payload:?}");
    }
}

#[test]
fn damaged_pages_hold_too() {
    let Some(extract) = folder("extract") else { return };
    let Some(payloads) = payloads() else { return };
    let mut dice = Dice(0x6d61_7374);
    let pages: Vec<Vec<u8>> = files(&extract)
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "html"))
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let mut tried = 0;
    let mut failures = Vec::new();
    for page in &pages {
        let mut variants = vec![page.clone()];
        if page.len() < 60_000 {
            variants.extend((0..3).map(|_| dice.damage(page)));
        }
        for bytes in variants {
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            if dice.below(2) == 0 && !payloads.is_empty() {
                let mut at = dice.below(text.len().max(1)).min(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.insert_str(at, &payloads[dice.below(payloads.len())]);
            }
            tried += 1;
            failures.extend(hold(&text).err());
        }
    }
    // Short mixtures reach more corners of the tree builder than pages do.
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..=dice.below(6) {
            text.push_str(PIECES[dice.below(PIECES.len())]);
        }
        let text = if dice.below(3) == 0 {
            String::from_utf8_lossy(&dice.damage(text.as_bytes())).into_owned()
        } else {
            text
        };
        tried += 1;
        failures.extend(hold(&text).err());
    }
    failures.sort_by_key(String::len);
    println!("damaged pages: {tried} inputs, {} failures", failures.len());
    assert!(
        failures.is_empty(),
        "{}",
        failures.iter().take(6).cloned().collect::<Vec<_>>().join("\n")
    );
}

const PIECES: [&str; 70] = [
    "<p>one ",
    "two</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<i> x ",
    "</i>",
    "<a href='/a'>",
    "</a>",
    "<a href=https://example.org/>",
    "<ul>",
    "<ol><li>",
    "<li>item",
    "</li>",
    "</ul>",
    "<blockquote>",
    "</blockquote>",
    "<cite>Ada</cite>",
    "<footer>— Ada</footer>",
    "<p>— Ada Quill</p>",
    "<table>",
    "<tr>",
    "<td>cell",
    "<th>head",
    "</td>",
    "</tr>",
    "</table>",
    "<thead>",
    "<tbody>",
    "<caption>cap</caption>",
    "<td colspan=3>",
    "<figure>",
    "</figure>",
    "<figure class=gallery>",
    "<img src=a.jpg alt=A>",
    "<img src=https://example.org/b.jpg>",
    "<figcaption>cap ",
    "</figcaption>",
    "<span class=credit>Photo: Ada/AP</span>",
    "Photograph: Ada/AP",
    "<div class=wp-caption>",
    "<p class=wp-caption-text>",
    "<aside>",
    "</aside>",
    "<aside class=pullquote>",
    "<h2>Head ",
    "</h2>",
    "<h5><b>Low</b></h5>",
    "<br>",
    "<br><br>",
    "<hr>",
    "<pre> a\n b ",
    "</pre>",
    "<dl><dt>term<dd>meaning",
    "</dl>",
    "<details><summary>Sum</summary>",
    "</details>",
    "<iframe src=https://www.youtube.com/embed/x></iframe>",
    "<blockquote class=twitter-tweet>a<a href=https://twitter.com/a/status/1>d</a>",
    "<noscript>",
    "</noscript>",
    "\u{a0}",
    " \n ",
    "text",
    "&lt;b&gt;",
    "<sup>2</sup>",
    "<q>said</q>",
    "<form><p>field",
    "<figure class=embed>",
];
