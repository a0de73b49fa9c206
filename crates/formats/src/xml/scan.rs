//! Cuts an export into its records without keeping more of it than one of them. It knows only tags, CDATA and comments,
//! so that a fault harms the record it is in and no other.

use crate::encoding;
use memchr::{memchr, memmem};
use std::io::BufRead;

/// Largest child that is kept. An item with tens of thousands of comments stays below.
const MAX_CHUNK: usize = 64 << 20;
/// How much is read at a time.
const STEP: usize = 256 << 10;

/// Of what elements an export is made.
pub(crate) struct Shape {
    /// Elements that are opened, the root first; their other children are the records.
    pub(crate) containers: &'static [&'static str],
    /// The record that most of the export consists of, which stands in no other: one that is lost ends where the next
    /// begins.
    pub(crate) record: &'static str,
    /// What the root's start tag says of itself.
    pub(crate) mark: &'static str,
    /// The export's name in messages.
    pub(crate) name: &'static str,
}

/// One record.
pub(crate) struct Chunk {
    /// Its name with prefix.
    pub(crate) name: String,
    /// Where it begins in the file.
    pub(crate) start: u64,
    /// Where it ends.
    pub(crate) end: u64,
    /// It with its tags.
    pub(crate) text: String,
    /// What is wrong with its borders, if they could not be found.
    pub(crate) fault: Option<String>,
    /// How many `<` in it begin no tag; they were made text.
    pub(crate) strays: usize,
}

/// Reads a file piece by piece.
pub(crate) struct Scanner<R> {
    shape: &'static Shape,
    reader: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next child is looked for.
    at: usize,
    /// How many bytes of the file are before the buffer.
    before: u64,
    ended: bool,
    /// The root's start tag was seen, and whether it bears the export's mark.
    root: Option<bool>,
    saw_end: bool,
}

/// What the scanner stands in while it looks for the end of a child.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Markup,
    Cdata,
    Comment,
}

impl<R: BufRead> Scanner<R> {
    pub(crate) fn new(reader: R, shape: &'static Shape) -> Self {
        Self {
            shape,
            reader,
            buffer: Vec::new(),
            at: 0,
            before: 0,
            ended: false,
            root: None,
            saw_end: false,
        }
    }

    /// Bytes that are done.
    pub(crate) fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Whether the root bears the export's mark.
    pub(crate) fn declares_export(&self) -> bool {
        self.root == Some(true)
    }

    /// Whether the end of a container was seen.
    pub(crate) fn saw_end(&self) -> bool {
        self.saw_end
    }

    /// Reads more; false at the end of the file.
    fn fill(&mut self) -> Result<bool, String> {
        if self.ended {
            return Ok(false);
        }
        if self.at > STEP {
            self.buffer.drain(..self.at);
            self.before += self.at as u64;
            self.at = 0;
        }
        let goal = self.buffer.len() + STEP;
        while self.buffer.len() < goal {
            let piece = self
                .reader
                .fill_buf()
                .map_err(|error| format!("the file can't be read: {error}"))?;
            if piece.is_empty() {
                self.ended = true;
                break;
            }
            let length = piece.len();
            self.buffer.extend_from_slice(piece);
            self.reader.consume(length);
        }
        Ok(true)
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Moves behind the next `word`; at the end of the file where there is none.
    fn skip_past(&mut self, word: &[u8]) -> Result<(), String> {
        loop {
            if let Some(found) = memmem::find(self.rest(), word) {
                self.at += found + word.len();
                return Ok(());
            }
            let kept = word.len().saturating_sub(1).min(self.rest().len());
            self.at = self.buffer.len() - kept;
            if !self.fill()? {
                self.at = self.buffer.len();
                return Ok(());
            }
        }
    }

    /// The next record.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Chunk>, String> {
        loop {
            match memchr(b'<', self.rest()) {
                Some(found) => self.at += found,
                None => {
                    self.at = self.buffer.len();
                    if !self.fill()? {
                        return match self.root {
                            Some(_) => Ok(None),
                            None => Err("no XML in the file".to_owned()),
                        };
                    }
                    if self.before == 0 && self.at == 0 {
                        self.check_encoding()?;
                    }
                    continue;
                }
            }
            // Enough for the longest word that is looked at here, and for a tag of common length.
            while self.rest().len() < 512 && self.fill()? {}
            let rest = self.rest();
            if rest.starts_with(b"<!--") {
                self.skip_past(b"-->")?;
            } else if rest.starts_with(b"<?") {
                self.skip_past(b"?>")?;
            } else if rest.starts_with(b"<![CDATA[") {
                self.skip_past(b"]]>")?;
            } else if rest.starts_with(b"</") {
                let ends = |name: &&str| rest.get(2..).is_some_and(|rest| rest.starts_with(name.as_bytes()));
                self.saw_end |= self.shape.containers.iter().any(ends);
                self.skip_past(b">")?;
            } else if rest.starts_with(b"<!") {
                self.skip_past(b">")?;
            } else {
                let name = name_of(rest);
                match name.as_str() {
                    "" => self.at += 1,
                    container if self.shape.containers.contains(&container) => self.enter(&name)?,
                    _ if self.root.is_none() => {
                        return Err(format!("XML whose root is <{name}>, which is no {}", self.shape.name));
                    }
                    _ => return self.child(name).map(Some),
                }
            }
        }
    }

    fn check_encoding(&self) -> Result<(), String> {
        match self.buffer.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..] => {
                Err("the export is in UTF-16; only UTF-8, which its maker writes, can be streamed".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, name: &str) -> Result<(), String> {
        let start = self.at;
        self.skip_past(b">")?;
        if self.shape.containers.first() == Some(&name) {
            // `skip_past` may have moved the buffer; the tag is far shorter than what it keeps.
            let tag = self.buffer.get(start.min(self.at)..self.at).unwrap_or_default();
            self.root = Some(memmem::find(tag, self.shape.mark.as_bytes()).is_some());
        }
        Ok(())
    }

    fn child(&mut self, name: String) -> Result<Chunk, String> {
        let start = self.position();
        let closing = format!("</{name}");
        let mut inside = Inside::Markup;
        // Offsets from `self.at`, which stays where the child begins until its end is found.
        let mut scanned = name.len() + 1;
        let mut tag_done = false;
        let mut strays = Vec::new();
        loop {
            let step = if tag_done {
                advance(
                    self.rest(),
                    &mut scanned,
                    &mut inside,
                    closing.as_bytes(),
                    self.shape,
                    name == self.shape.record,
                    &mut strays,
                )
            } else {
                // The start tag itself, which may close itself.
                match memchr(b'>', self.rest().get(scanned..).unwrap_or_default()) {
                    Some(found) => {
                        scanned += found + 1;
                        tag_done = true;
                        if self.rest().get(scanned.saturating_sub(2)) == Some(&b'/') {
                            Step::End(scanned)
                        } else {
                            continue;
                        }
                    }
                    None => Step::More,
                }
            };
            match step {
                Step::End(length) => return Ok(self.cut(name, start, length, None, &strays)),
                Step::Next(length) => {
                    return Ok(self.cut(
                        name,
                        start,
                        length,
                        Some(format!("it is not closed before the next {} begins", self.shape.record)),
                        &strays,
                    ));
                }
                Step::More => {}
            }
            if self.rest().len() > MAX_CHUNK {
                return self.recover(name, start, "it has no end within 64 MB");
            }
            if !self.fill()? {
                let fault = if inside == Inside::Cdata {
                    "a CDATA section in it never ends"
                } else {
                    "the file ends inside it"
                };
                return self.recover(name, start, fault);
            }
        }
    }

    /// The end of a record can't be found: it ends, for what it is worth, where the next one seems to begin.
    fn recover(&mut self, name: String, start: u64, fault: &str) -> Result<Chunk, String> {
        let record = self.shape.record;
        let length = next_record(self.rest(), record);
        if let Some(length) = length {
            return Ok(self.cut(name, start, length, Some(fault.to_owned()), &[]));
        }
        let head = self.rest().get(..self.rest().len().min(4096)).unwrap_or_default();
        let text = String::from_utf8_lossy(head).into_owned();
        // Nothing to go on from in what was read: what follows is passed over, without being kept.
        self.at = self.buffer.len();
        while self.fill()? {
            if let Some(found) = next_record(self.rest(), record) {
                self.at += found;
                break;
            }
            self.at = self.buffer.len();
        }
        Ok(Chunk {
            name,
            start,
            end: self.position(),
            text,
            fault: Some(fault.to_owned()),
            strays: 0,
        })
    }

    fn cut(&mut self, name: String, start: u64, length: usize, fault: Option<String>, strays: &[usize]) -> Chunk {
        let bytes = self.rest().get(..length).unwrap_or_default();
        let mended: Vec<u8>;
        let bytes = if strays.is_empty() {
            bytes
        } else {
            mended = mend(bytes, strays);
            &mended
        };
        let text = encoding::to_text(bytes, None, &mut Vec::new()).into_owned();
        self.at += length;
        Chunk {
            name,
            start,
            end: self.position(),
            text,
            fault,
            strays: strays.len(),
        }
    }
}

/// Writes each `<` that begins no tag as the reference it should have been.
fn mend(bytes: &[u8], strays: &[usize]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + strays.len() * 3);
    let mut from = 0;
    for &stray in strays.iter().filter(|stray| **stray < bytes.len()) {
        out.extend_from_slice(bytes.get(from..stray).unwrap_or_default());
        out.extend_from_slice(b"&lt;");
        from = stray + 1;
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out
}

enum Step {
    End(usize),
    /// Another record begins where this one should have ended.
    Next(usize),
    More,
}

/// Goes on looking for the end of a child.
fn advance(
    text: &[u8],
    scanned: &mut usize,
    inside: &mut Inside,
    closing: &[u8],
    shape: &Shape,
    is_record: bool,
    strays: &mut Vec<usize>,
) -> Step {
    loop {
        let rest = text.get(*scanned..).unwrap_or_default();
        let end: &[u8] = match inside {
            Inside::Cdata => b"]]>",
            Inside::Comment => b"-->",
            Inside::Markup => b"<",
        };
        let Some(found) = memmem::find(rest, end) else {
            *scanned += rest.len().saturating_sub(end.len() - 1);
            return Step::More;
        };
        if *inside != Inside::Markup {
            *scanned += found + end.len();
            *inside = Inside::Markup;
            continue;
        }
        let here = rest.get(found..).unwrap_or_default();
        if here.len() < closing.len() + 16 && memchr(b'>', here).is_none() {
            // Not enough is here to tell what begins.
            *scanned += found;
            return Step::More;
        }
        if here.starts_with(b"<![CDATA[") {
            *inside = Inside::Cdata;
            *scanned += found + 9;
        } else if here.starts_with(b"<!--") {
            *inside = Inside::Comment;
            *scanned += found + 4;
        } else if here.starts_with(closing) && !here.get(closing.len()).is_some_and(is_name_byte) {
            let Some(close) = memchr(b'>', here) else {
                *scanned += found;
                return Step::More;
            };
            return Step::End(*scanned + found + close + 1);
        } else if is_record && begins(here, b"<", shape.record)
            || shape.containers.iter().any(|name| begins(here, b"</", name))
        {
            return Step::Next(*scanned + found);
        } else {
            // `a < b`, which a generator forgot to escape.
            if !here
                .get(1)
                .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'_' | b'!' | b'?' | 0x80..))
            {
                strays.push(*scanned + found);
            }
            *scanned += found + 1;
        }
    }
}

fn is_name_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.')
}

/// Whether a tag of this name begins here.
fn begins(text: &[u8], bracket: &[u8], name: &str) -> bool {
    let after = text
        .strip_prefix(bracket)
        .and_then(|rest| rest.strip_prefix(name.as_bytes()));
    after.is_some_and(|rest| !rest.first().is_some_and(is_name_byte))
}

/// Where the next record begins, not counting one at the very beginning.
fn next_record(text: &[u8], name: &str) -> Option<usize> {
    let mut from = 1;
    loop {
        let at = from + memchr(b'<', text.get(from..)?)?;
        if begins(text.get(at..)?, b"<", name) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The name of the start tag at the beginning of a text.
fn name_of(text: &[u8]) -> String {
    let name = text.get(1..).unwrap_or_default();
    let length = name
        .iter()
        .position(|byte| !is_name_byte(byte))
        .unwrap_or(name.len())
        .min(100);
    String::from_utf8_lossy(name.get(..length).unwrap_or_default()).into_owned()
}
