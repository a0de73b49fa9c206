//! Word lists: which words of a list a text holds, however they are dressed up, in time that grows with the text alone.
//!
//! Text and list are folded the same way: accents and invisible characters go, letters of other scripts that look like
//! Latin ones become those. Then words are matched at word borders (`class` does not hold `ass`). What people do to get
//! past a list is read in further versions of the same text: digits and signs as the letters that they stand for
//! (`b4d`), single letters with something between them as one word (`b.a.d`), and letters said over and over (`baaad`).
//! `hub. Ad hoc` stays clean: separators are skipped between single letters alone.

use super::text::is_joiner;
use aho_corasick::{AhoCorasick, BuildError};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Single letters in a row that are read as one word; fewer are initials.
const SHORTEST_SPELT: usize = 3;
/// The longest separator between letters that are spelt, in characters.
const WIDEST_GAP: usize = 3;
/// Different words that are named of one text: enough for whoever decides.
const MOST_NAMED: usize = 20;

/// A list that is ready to be matched.
#[derive(Debug)]
pub struct WordList {
    /// The entries as they were written.
    entries: Vec<String>,
    /// For each pattern, the entry that it was made of.
    owners: Vec<usize>,
    automaton: AhoCorasick,
}

impl WordList {
    /// Prepares a list: one word or phrase an entry. A `*` at an end lets the word go on there (`spam*`). Entries in
    /// which nothing can be matched are left out.
    ///
    /// # Errors
    /// When the list is too large to be prepared.
    pub fn new<'a>(list: impl IntoIterator<Item = &'a str>) -> Result<Self, BuildError> {
        let (mut entries, mut owners, mut patterns) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut ready = Vec::new();
        for entry in list {
            let entry = entry.trim();
            let (open_before, rest) = entry.strip_prefix('*').map_or((false, entry), |rest| (true, rest));
            let (open_after, rest) = rest.strip_suffix('*').map_or((false, rest), |rest| (true, rest));
            let tokens = tokens(rest);
            if tokens.is_empty() {
                continue;
            }
            let plain: Vec<&str> = tokens.iter().map(|token| token.plain.as_str()).collect();
            let words = plain.join(" ");
            // Scripts that part no words have no borders to match at.
            let unparted = words.chars().all(|c| c == ' ' || is_unparted(c));
            let mut pattern = String::with_capacity(words.len() + 2);
            if !open_before && !unparted {
                pattern.push(' ');
            }
            pattern.push_str(&words);
            if !open_after && !unparted {
                pattern.push(' ');
            }
            if patterns.insert(pattern.clone()) {
                ready.push(pattern);
                owners.push(entries.len());
                entries.push(entry.to_owned());
            }
        }
        let automaton = AhoCorasick::new(&ready)?;
        Ok(Self {
            entries,
            owners,
            automaton,
        })
    }

    /// Whether nothing is in the list.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries can match.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries that the text holds, each once, in the order of the list; at most 20.
    pub fn find(&self, text: &Folded) -> Vec<&str> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for version in &text.0 {
            for hit in self.automaton.find_overlapping_iter(version) {
                found.extend(self.owners.get(hit.pattern().as_usize()));
                if found.len() >= MOST_NAMED {
                    break;
                }
            }
        }
        found
            .into_iter()
            .filter_map(|entry| self.entries.get(entry).map(String::as_str))
            .collect()
    }
}

/// A text in the versions that lists are matched against. Made once for all lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded(Vec<String>);

impl Folded {
    /// Folds a text.
    pub fn new(text: &str) -> Self {
        let tokens = tokens(text);
        let line = |choose: &dyn Fn(&Token) -> String| {
            let mut out = String::from(" ");
            for token in &tokens {
                out.push_str(&choose(token));
                out.push(' ');
            }
            out
        };
        let plain = line(&|token| token.plain.clone());
        let mut versions = vec![plain];
        let further = [
            line(&|token| token.read(&read_with_i)),
            line(&|token| token.read(&read_with_l)),
            line(&|token| shorten(&token.read(&read_with_i), 1)),
            line(&|token| shorten(&token.read(&read_with_i), 2)),
            spelt(&tokens),
        ];
        for version in further {
            if !version.trim().is_empty() && !versions.contains(&version) {
                versions.push(version);
            }
        }
        Self(versions)
    }

    /// The text with everything that dressing up could change taken out: what two copies of one text have in common.
    pub fn bare(&self) -> &str {
        self.0.first().map_or("", |plain| plain.trim())
    }
}

/// A run of letters, digits and the signs that stand for letters.
#[derive(Debug)]
struct Token {
    /// Folded, with digits as digits; signs are left out.
    plain: String,
    /// Folded, with signs.
    signs: String,
    /// Characters between this one and the next.
    gap: usize,
    /// Which characters those are, as a number.
    kind: u64,
    /// Whether a line ends behind it.
    ends_line: bool,
}

impl Token {
    /// The word with digits and signs read as letters, if letters are in it: a number stays a number.
    fn read(&self, as_letter: &dyn Fn(char) -> char) -> String {
        let has_letters = self.signs.chars().any(char::is_alphabetic);
        if has_letters && (self.signs != self.plain || self.signs.chars().any(|c| !c.is_alphabetic())) {
            self.signs.chars().map(as_letter).collect()
        } else {
            self.plain.clone()
        }
    }
}

fn read_with_i(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        c => c,
    }
}

fn read_with_l(c: char) -> char {
    match c {
        '1' | '!' | '|' => 'l',
        c => read_with_i(c),
    }
}

/// Runs of three and more of one letter as `to` of them.
fn shorten(word: &str, to: usize) -> String {
    let mut out = String::with_capacity(word.len());
    let mut run: (Option<char>, usize) = (None, 0);
    let end = |out: &mut String, (c, count): (Option<char>, usize)| {
        let count = if count >= 3 { to } else { count };
        out.extend(c.into_iter().flat_map(|c| std::iter::repeat_n(c, count)));
    };
    for c in word.chars() {
        if run.0 == Some(c) {
            run.1 += 1;
        } else {
            end(&mut out, run);
            run = (Some(c), 1);
        }
    }
    end(&mut out, run);
    out
}

/// Words that are spelt letter by letter, put together, a space between them: each run of single letters as a whole, and
/// each part of it that has the same space between its letters, since a word by itself may stand before (`a b.a.d`).
fn spelt(tokens: &[Token]) -> String {
    let mut out = String::from(" ");
    let mut say = |letters: &[char]| {
        if letters.len() >= SHORTEST_SPELT {
            out.extend(letters);
            out.push(' ');
        }
    };
    let (mut run, mut even): (Vec<char>, Vec<char>) = (Vec::new(), Vec::new());
    let mut kind = None;
    for token in tokens {
        let letters = token.read(&read_with_i);
        let mut letters = letters.chars();
        let single = letters.next().filter(|_| letters.next().is_none());
        if let Some(letter) = single.map(read_with_i) {
            run.push(letter);
            even.push(letter);
        }
        let ends = single.is_none() || token.gap > WIDEST_GAP || token.ends_line;
        if !ends && kind.is_some_and(|kind| kind != token.kind) {
            say(&even);
            // The letter at which the spaces change belongs to both sides.
            even = even.split_off(even.len().saturating_sub(1));
        }
        kind = (!ends).then_some(token.kind);
        if ends {
            if even.len() < run.len() {
                say(&even);
            }
            say(&run);
            run.clear();
            even.clear();
        }
    }
    if even.len() < run.len() {
        say(&even);
    }
    say(&run);
    out
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut begins = true;
    for c in text.nfkd() {
        if is_combining_mark(c) || is_joiner(c) || is_unseen(c) {
            continue;
        }
        if c.is_alphanumeric() || is_sign(c) {
            if begins {
                tokens.push(Token {
                    plain: String::new(),
                    signs: String::new(),
                    gap: 0,
                    kind: 0,
                    ends_line: false,
                });
                begins = false;
            }
            if let Some(token) = tokens.last_mut() {
                if c.is_alphanumeric() {
                    let plain = fold(c);
                    // A capital can look like another letter than its small one does (Cyrillic В, в).
                    token.signs.extend(capital(c).as_ref().unwrap_or(&plain));
                    token.plain.extend(plain);
                } else {
                    token.signs.push(c);
                }
            }
        } else {
            begins = true;
            if let Some(last) = tokens.last_mut() {
                last.gap += 1;
                last.kind = last.kind.wrapping_mul(0x11_0000).wrapping_add(u64::from(u32::from(c)));
                last.ends_line |= c == '\n';
            }
        }
    }
    // A sign by itself is punctuation.
    tokens.retain(|token| !token.plain.is_empty());
    tokens
}

/// Signs that stand for letters inside words.
const fn is_sign(c: char) -> bool {
    matches!(c, '@' | '$' | '!' | '|' | '€' | '+')
}

const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{2800}'
    )
}

/// A character in small letters, as the Latin ones that it looks like, if it looks like any.
fn fold(c: char) -> Vec<char> {
    if c.is_ascii() {
        return vec![c.to_ascii_lowercase()];
    }
    let mut buffer = [0; 4];
    c.to_lowercase()
        .flat_map(|small| latin(small.encode_utf8(&mut buffer)).unwrap_or_else(|| vec![small]))
        .collect()
}

/// The Latin letters that a capital of another script looks like.
fn capital(c: char) -> Option<Vec<char>> {
    let mut buffer = [0; 4];
    (!c.is_ascii() && c.is_uppercase())
        .then(|| latin(c.encode_utf8(&mut buffer)))
        .flatten()
}

/// The Latin letters that a character looks like (Unicode TR39), in small letters.
fn latin(c: &str) -> Option<Vec<char>> {
    let looks: Vec<char> = unicode_security::skeleton(c).collect();
    (!looks.is_empty() && looks.iter().all(char::is_ascii_alphanumeric))
        .then(|| looks.iter().map(char::to_ascii_lowercase).collect())
}

/// Whether words of this character's script stand without spaces between them: Han, kana, Thai, Lao, Khmer, Burmese.
const fn is_unparted(c: char) -> bool {
    matches!(
        c,
        '\u{0E00}'..='\u{0EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{3040}'..='\u{30FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(list: &[&str], text: &str) -> Vec<String> {
        let list = WordList::new(list.iter().copied()).unwrap();
        list.find(&Folded::new(text)).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_found_however_they_are_dressed_up() {
        for text in [
            "that is bad",
            "BAD!",
            "b.a.d",
            "b a d",
            "b - a - d",
            "b4d",
            "b@d",
            "bád",
            "b\u{200B}a\u{200D}d",
            "bаd",
            "ｂａｄ",
            "𝓫𝓪𝓭",
            "baaaaad",
            "so (bad), really",
            "b\u{336}a\u{336}d\u{336}",
            "B.4.D",
            "ВАD",
            "a b.a.d",
            "b.a.d c d",
        ] {
            assert_eq!(found(&["bad"], text), ["bad"], "{text:?}");
        }
        assert_eq!(found(&["kill"], "k1ll ki11 kilI"), ["kill"]);
        assert_eq!(found(&["ass"], "a$$ asssss"), ["ass"]);
        assert_eq!(found(&["ведро"], "пустое ВЕДРО!"), ["ведро"]);
        assert_eq!(found(&["very bad"], "very,  b4d"), ["very bad"]);
        assert_eq!(found(&["spam*"], "spammers"), ["spam*"]);
        assert_eq!(found(&["坏"], "很坏的"), ["坏"]);
        assert_eq!(found(&["bad", "bad bad"], "bad bad"), ["bad", "bad bad"]);
    }

    #[test]
    fn what_only_holds_the_letters_is_clean() {
        for text in [
            "badge, forbade, troubadour",
            "hub. Ad hoc",
            "a bad-minton racket".split_once("bad-").unwrap().1,
            "b. A day later",
            "grab, add",
            "b\n\na\n\nd",
            "b.......a.......d",
            "",
            "4 5 5",
        ] {
            assert_eq!(found(&["bad"], text), [""; 0], "{text:?}");
        }
        assert_eq!(found(&["ass"], "class, 455 assets, as soon"), [""; 0]);
        assert_eq!(found(&["bad"], "J. F. K. spoke"), [""; 0]);
    }

    #[test]
    fn a_list_of_nothing_matches_nothing() {
        assert!(WordList::new(["", " * ", "...", "!"]).unwrap().is_empty());
        assert_eq!(found(&["", "*"], "anything"), [""; 0]);
        assert_eq!(WordList::new(["bad", "BAD", "b\u{e1}d"]).unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn an_entry_is_found_between_any_words(word in "[a-z]{3,8}", before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
            let text = format!("{before} {word} {after}");
            prop_assert_eq!(found(&[&word], &text), [word.clone()]);
            let dotted: Vec<String> = word.chars().map(String::from).collect();
            let text = format!("{before}x, {}, {after}y", dotted.join("."));
            prop_assert_eq!(found(&[&word], &text), [word]);
        }

        #[test]
        fn any_text_is_folded(text in "\\PC{0,200}") {
            let _folded = Folded::new(&text);
        }
    }
}
