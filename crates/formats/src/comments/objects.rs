//! Cuts a file of JSON into its objects without keeping more of it than one: lines, lists, and lists that are members of
//! one object.
//!
//! `serde_json`'s own streams end at the first fault; here the next line, or the next object of the list, is read all
//! the same.

use std::io::BufRead;

/// Largest object that is kept. A Livefyre collection with tens of thousands of comments stays below.
const MAX_OBJECT: usize = 64 << 20;
/// Longest name of a member that is remembered.
const MAX_NAME: usize = 100;

/// Where an object stood.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    /// The member whose list it stands in; empty for lines and plain lists.
    pub(super) list: &'a str,
    /// Bytes of the file that are done after it.
    pub(super) end: u64,
}

/// One object.
pub(super) struct Object {
    pub(super) list: String,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) bytes: Vec<u8>,
    /// What is wrong with its borders.
    pub(super) fault: Option<String>,
}

/// Reads a file object by object.
pub(super) struct Objects<R> {
    reader: R,
    /// Whether lists that are members of the outermost object are opened.
    members: bool,
    position: u64,
    /// The brackets that are open around the next object.
    open: Vec<u8>,
    /// The last string outside of objects: a member's name, if a colon follows.
    string: Vec<u8>,
    list: String,
    /// Whether anything but white space was seen.
    any: bool,
    /// A byte that was read and belongs to what comes next.
    pending: Option<u8>,
    last: u8,
}

/// What the scanner stands in.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Plain,
    Text,
    Escape,
}

impl Inside {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Escape, _) | (Self::Plain, b'"') => Self::Text,
            (Self::Text, b'\\') => Self::Escape,
            (Self::Text, b'"') => Self::Plain,
            (inside, _) => inside,
        }
    }
}

impl<R: BufRead> Objects<R> {
    pub(super) fn new(reader: R, members: bool) -> Self {
        Self {
            reader,
            members,
            position: 0,
            open: Vec::new(),
            string: Vec::new(),
            list: String::new(),
            any: false,
            pending: None,
            last: b'\n',
        }
    }

    /// Bytes that are done.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    fn byte(&mut self) -> Result<Option<u8>, String> {
        if let Some(byte) = self.pending.take() {
            self.position += 1;
            return Ok(Some(byte));
        }
        let piece = self
            .reader
            .fill_buf()
            .map_err(|error| format!("the file can't be read: {error}"))?;
        let Some(byte) = piece.first().copied() else {
            return Ok(None);
        };
        self.reader.consume(1);
        self.position += 1;
        Ok(Some(byte))
    }

    /// The next object; `None` at the end of the file.
    pub(super) fn next_object(&mut self) -> Result<Option<Object>, String> {
        let mut inside = Inside::Plain;
        while let Some(byte) = self.byte()? {
            let before = inside;
            inside = inside.after(byte);
            // A line that was cut off inside a text ends it.
            if byte == b'\n' && before != Inside::Plain {
                inside = Inside::Plain;
            }
            let line_begins = self.last == b'\n';
            self.last = byte;
            if before != Inside::Plain {
                if inside != Inside::Plain && self.string.len() < MAX_NAME {
                    self.string.push(byte);
                }
                continue;
            }
            match byte {
                b'{' if self.is_record(line_begins) => return self.object().map(Some),
                b'{' | b'[' => {
                    if self.open.len() < 64 {
                        self.open.push(byte);
                    }
                    if byte == b'[' && self.open.len() == 2 {
                        self.list = String::from_utf8_lossy(&self.string).into_owned();
                    }
                }
                b'}' | b']' => {
                    self.open.pop();
                }
                b'"' => self.string.clear(),
                _ => {}
            }
            if !self.any && !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf) {
                self.any = true;
                if !matches!(byte, b'{' | b'[') {
                    return Err("the file is no JSON".to_owned());
                }
            }
        }
        Ok(None)
    }

    /// Whether a brace here begins an object that is handed over. The first one of a file is opened where it holds lists;
    /// a file of lines that is read so has its first object looked at by its first member (see [`Objects::opens`]).
    fn is_record(&mut self, line_begins: bool) -> bool {
        let record = match self.open.as_slice() {
            [] => !self.members || self.any || !self.opens(),
            [b'['] | [b'{', b'['] => true,
            // After a fault the brackets may be out of step; lines are not.
            _ => line_begins && !self.members,
        };
        self.any |= record;
        record
    }

    /// Whether the object that begins here holds the lists that are looked for, told by what the buffer has of it: a
    /// list of objects named `comments` among its first members. A line of a backup has none.
    fn opens(&mut self) -> bool {
        let Ok(ahead) = self.reader.fill_buf() else {
            return false;
        };
        let ahead = ahead.get(..ahead.len().min(4096)).unwrap_or_default();
        let bare: Vec<u8> = ahead
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let text = String::from_utf8_lossy(&bare);
        text.contains("\"comments\":[{") || text.contains("\"commenters\":[") || text.contains("\"comments\":[]")
    }

    /// The object whose brace was just read.
    fn object(&mut self) -> Result<Object, String> {
        let start = self.position.saturating_sub(1);
        let mut bytes = vec![b'{'];
        let mut depth = 1_usize;
        let mut inside = Inside::Plain;
        let mut fault = None;
        loop {
            let Some(byte) = self.byte()? else {
                fault = Some("the file ends inside it".to_owned());
                break;
            };
            let line_begins = self.last == b'\n';
            // No object inside another begins a line; then the line before was cut off.
            if byte == b'{' && line_begins && self.open.len() < 2 {
                self.pending = Some(byte);
                self.position -= 1;
                fault = Some("it is not closed before the next line begins".to_owned());
                break;
            }
            self.last = byte;
            inside = inside.after(byte);
            if bytes.len() < MAX_OBJECT {
                bytes.push(byte);
            } else {
                fault = Some("it has more than 64 MB".to_owned());
            }
            if inside == Inside::Plain {
                match byte {
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
            }
            if depth == 0 {
                break;
            }
        }
        Ok(Object {
            list: if self.members { self.list.clone() } else { String::new() },
            start,
            end: self.position,
            bytes,
            fault,
        })
    }
}
