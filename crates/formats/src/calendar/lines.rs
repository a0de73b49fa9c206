//! Content lines: folded lines put together, and each taken apart into name, parameters and value (RFC 5545, section 3.1).

/// The longest line that is put together, in bytes: pictures inside a calendar are passed over.
const LONGEST: usize = 1 << 20;

/// A property as it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// In capitals.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    /// As written, without what was folded.
    pub(super) value: String,
}

/// The lines of a calendar put together, with the number of the first of each. Every way to end a line counts.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, String)> {
    let text = text.trim_start_matches('\u{feff}');
    let mut rest = text.split('\n').enumerate().peekable();
    std::iter::from_fn(move || {
        loop {
            let (at, first) = rest.next()?;
            let mut line = first.trim_end_matches('\r').to_owned();
            while let Some((_, next)) = rest.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
                let next = next.get(1..).unwrap_or_default().trim_end_matches('\r');
                if line.len() + next.len() <= LONGEST {
                    line.push_str(next);
                }
            }
            if !line.trim().is_empty() {
                return Some((at + 1, line));
            }
        }
    })
}

impl Line {
    /// Takes a line apart.
    pub(super) fn parse(line: &str) -> Result<Self, ()> {
        let end = line.find([';', ':']).ok_or(())?;
        let name = line.get(..end).unwrap_or_default().trim();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(());
        }
        let mut out = Self {
            name: name.to_ascii_uppercase(),
            ..Self::default()
        };
        let mut rest = line.get(end..).unwrap_or_default();
        while let Some(after) = rest.strip_prefix(';') {
            let end = outside_quotes(after, [';', ':']).ok_or(())?;
            let (name, value) = after.get(..end).unwrap_or_default().split_once('=').unwrap_or_default();
            out.parameters.push((
                name.trim().to_ascii_uppercase(),
                value.trim().trim_matches('"').to_owned(),
            ));
            rest = after.get(end..).unwrap_or_default();
        }
        rest.strip_prefix(':').ok_or(())?.clone_into(&mut out.value);
        Ok(out)
    }

    /// The first parameter of a name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value as text: line breaks, commas, semicolons and backslashes as they are meant (RFC 5545, section 3.3.11).
    pub(super) fn text(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut rest = self.value.chars();
        while let Some(c) = rest.next() {
            match (c, rest.clone().next()) {
                ('\\', Some('n' | 'N')) => out.push('\n'),
                ('\\', Some(meant @ (',' | ';' | '\\' | ':' | '"'))) => out.push(meant),
                (c, _) => {
                    out.push(c);
                    continue;
                }
            }
            rest.next();
        }
        out
    }
}

fn outside_quotes(text: &str, ends: [char; 2]) -> Option<usize> {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            !quoted && ends.contains(c)
        })
        .map(|(at, _)| at)
}
