//! Words: how text is taken apart for the index, how readers' words are, and where a text has them.
//!
//! Every word is indexed twice at the same position: as it is written (lower case, without accents) and, marked with a
//! `~`, as its stem. A search in one language therefore finds a story in another by the word itself, quoted phrases
//! are exact, and one set of fields serves every language.
//!
//! Rejected: fields for each language, which multiply every query by the number of languages; leaving out stop words,
//! without which no phrase with one is found.

use std::ops::Range;
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, PreTokenizedString, RemoveLongFilter, SimpleTokenizer, Stemmer,
    StopWordFilter, TextAnalyzer, Token, TokenStream as _,
};

/// No more words of a search than these are looked at.
pub const MOST_WORDS: usize = 12;
/// Nor more characters than these.
const MOST_CHARS: usize = 300;
/// Longer words are left out, in bytes: nothing that anybody searches for is longer.
const LONGEST: usize = 60;
/// From this many characters on a word may be mistyped: shorter ones have too many neighbours that are words.
const MISTYPED_FROM: usize = 5;

/// Marks stems: no word begins with it, since it is no letter.
const STEM: char = '~';

/// Takes texts of one language apart.
pub(super) struct Analysis {
    written: TextAnalyzer,
    stemmed: Option<TextAnalyzer>,
}

impl Analysis {
    /// For a BCP 47 tag; a language without a stemmer is searched by its words alone.
    pub(super) fn of(language: &str) -> Self {
        let plain = || {
            TextAnalyzer::builder(SimpleTokenizer::default())
                .filter(RemoveLongFilter::limit(LONGEST))
                .filter(LowerCaser)
        };
        let stemmed = stemmer(language).map(|language| {
            plain()
                .filter(Stemmer::new(language))
                .filter(AsciiFoldingFilter)
                .build()
        });
        Self {
            written: plain().filter(AsciiFoldingFilter).build(),
            stemmed,
        }
    }

    /// Every word with its place, and its stem where it is another word.
    fn words(&mut self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let mut stream = self.written.token_stream(text);
        stream.process(&mut |token| words.push(Word::of(token)));
        drop(stream);
        if let Some(stemmed) = &mut self.stemmed {
            // The same tokenizer before the stemmer: both give the same words in the same order.
            let mut stream = stemmed.token_stream(text);
            for word in &mut words {
                if !stream.advance() {
                    break;
                }
                word.stem = format!("{STEM}{}", stream.token().text);
            }
        }
        words
    }

    /// What the index is given.
    pub(super) fn tokens(&mut self, text: &str) -> PreTokenizedString {
        let words = self.words(text);
        let mut tokens = Vec::with_capacity(words.len() * 2);
        for (position, word) in words.into_iter().enumerate() {
            for text in [word.written, word.stem] {
                if !text.is_empty() {
                    tokens.push(Token {
                        offset_from: word.at.start,
                        offset_to: word.at.end,
                        position,
                        text,
                        position_length: 1,
                    });
                }
            }
        }
        // The text itself is only kept for stored fields, of which there is none.
        PreTokenizedString {
            text: String::new(),
            tokens,
        }
    }
}

/// One word of a text.
#[derive(Clone, Debug)]
struct Word {
    written: String,
    /// Empty in a language without a stemmer.
    stem: String,
    at: Range<usize>,
}

impl Word {
    fn of(token: &Token) -> Self {
        Self {
            written: token.text.clone(),
            stem: String::new(),
            at: token.offset_from..token.offset_to,
        }
    }
}

/// What a reader looks for: words that a story must have, and phrases.
#[derive(Clone, Debug, Default)]
pub struct Words {
    language: String,
    pub(super) terms: Vec<Wanted>,
}

/// One thing that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A word: as written, its stem (may be empty), and whether it may be mistyped.
    Word {
        written: String,
        stem: String,
        mistyped: bool,
    },
    /// Words in this order, as written.
    Phrase(Vec<String>),
}

impl Words {
    /// Reads what a reader wrote, in the site's language. Nothing is refused: what is no word is left out.
    ///
    /// Between double quotes (straight, curly, low or pointed) stands a phrase; a quote that nothing closes is none.
    pub fn read(text: &str, language: &str) -> Self {
        let text: String = text.chars().take(MOST_CHARS).collect();
        let mut analysis = Analysis::of(language);
        let (mut loose, mut terms) = (String::new(), Vec::new());
        let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(is_quote) {
            loose.push_str(before);
            loose.push(' ');
            let Some((phrase, after)) = after.split_once(is_quote) else {
                rest = after;
                break;
            };
            let words = analysis.words(phrase);
            if words.len() > 1 {
                terms.push(Wanted::Phrase(
                    words.into_iter().take(MOST_WORDS).map(|word| word.written).collect(),
                ));
            } else {
                loose.push_str(phrase);
                loose.push(' ');
            }
            rest = after;
        }
        loose.push_str(rest);
        let words = analysis.words(&loose);
        let telling: Vec<_> = words
            .iter()
            .filter(|word| !is_stop_word(&word.written, language))
            .cloned()
            .collect();
        // "The Who" is made of stop words alone, and then they are what is looked for.
        let words = if telling.is_empty() && terms.is_empty() {
            words
        } else {
            telling
        };
        for word in words {
            let wanted = Wanted::Word {
                mistyped: word.written.chars().count() >= MISTYPED_FROM,
                written: word.written,
                stem: word.stem,
            };
            if !terms.contains(&wanted) {
                terms.push(wanted);
            }
        }
        terms.truncate(MOST_WORDS);
        Self {
            language: language.to_owned(),
            terms,
        }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Where a text has the words, in order and without overlap, as byte ranges. With `relaxed` also words that are
    /// nearly the reader's ([`super::Hits::relaxed`]).
    pub fn places(&self, text: &str, relaxed: bool) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let words = Analysis::of(&self.language).words(text);
        let mut found = vec![false; words.len()];
        for wanted in &self.terms {
            match wanted {
                Wanted::Word {
                    written,
                    stem,
                    mistyped,
                } => {
                    for (word, found) in words.iter().zip(&mut found) {
                        *found |= word.written == *written
                            || (!stem.is_empty() && word.stem == *stem)
                            || (relaxed && *mistyped && nearly(&word.written, written));
                    }
                }
                Wanted::Phrase(phrase) => {
                    for (start, window) in words.windows(phrase.len()).enumerate() {
                        if window.iter().zip(phrase).all(|(word, wanted)| word.written == *wanted) {
                            found
                                .iter_mut()
                                .skip(start)
                                .take(phrase.len())
                                .for_each(|found| *found = true);
                        }
                    }
                }
            }
        }
        words
            .into_iter()
            .zip(found)
            .filter(|(_, found)| *found)
            .map(|(word, _)| word.at)
            .collect()
    }
}

/// Whether two words differ by one letter more, less, other or exchanged with its neighbour: what the index's
/// automaton finds at distance 1.
fn nearly(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (mut a, mut b) = (short.iter().skip(same), long.iter().skip(same));
    if short.len() < long.len() {
        b.next();
        return a.eq(b);
    }
    match (a.next(), b.next(), a.clone().next(), b.clone().next()) {
        (Some(a1), Some(b1), Some(a2), Some(b2)) if a1 == b2 && a2 == b1 => a.skip(1).eq(b.skip(1)),
        _ => a.eq(b),
    }
}

fn primary(language: &str) -> String {
    language
        .split(['-', '_'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn stemmer(language: &str) -> Option<Language> {
    Some(match primary(language).as_str() {
        "ar" => Language::Arabic,
        "da" => Language::Danish,
        "nl" => Language::Dutch,
        "en" => Language::English,
        "fi" => Language::Finnish,
        "fr" => Language::French,
        "de" => Language::German,
        "el" => Language::Greek,
        "hu" => Language::Hungarian,
        "it" => Language::Italian,
        "no" | "nb" | "nn" => Language::Norwegian,
        "pt" => Language::Portuguese,
        "ro" => Language::Romanian,
        "ru" => Language::Russian,
        "es" => Language::Spanish,
        "sv" => Language::Swedish,
        "ta" => Language::Tamil,
        "tr" => Language::Turkish,
        _ => return None,
    })
}

fn is_stop_word(word: &str, language: &str) -> bool {
    let Some(filter) = stemmer(language).and_then(StopWordFilter::new) else {
        return false;
    };
    let mut analyzer = TextAnalyzer::builder(SimpleTokenizer::default()).filter(filter).build();
    !analyzer.token_stream(word).advance()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Wanted> {
        Words::read(text, "en").terms
    }

    fn marked(words: &str, text: &str, relaxed: bool) -> Vec<String> {
        let places = Words::read(words, "en").places(text, relaxed);
        places.into_iter().map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn words_phrases_and_stop_words() {
        assert_eq!(words("the  and of").len(), 3, "nothing else was asked for");
        assert_eq!(words("the harbour of the harbour").len(), 1);
        assert_eq!(
            words("“Sea Wall” floods"),
            [
                Wanted::Phrase(vec!["sea".into(), "wall".into()]),
                Wanted::Word {
                    written: "floods".into(),
                    stem: "~flood".into(),
                    mistyped: true
                }
            ]
        );
        assert_eq!(words("\"sea wall").len(), 2, "a quote that nothing closes is none");
        assert_eq!(words("+-&|!(){}[]^~*?:\\/\0\u{7}\"\""), []);
        assert_eq!(words(&"word ".repeat(5_000)).len(), 1);
        assert!(words(&(0..5_000).map(|n| format!("w{n} ")).collect::<String>()).len() <= MOST_WORDS);
    }

    #[test]
    fn marks_stand_on_whole_words_of_the_text_as_it_was_written() {
        let text = "Flooding closed the Café; the flood, she said, floods cafés.";
        assert_eq!(marked("flood", text, false), ["Flooding", "flood", "floods"]);
        assert_eq!(marked("cafe", text, false), ["Café", "cafés"]);
        assert_eq!(marked("\"the flood\"", text, false), ["the", "flood"]);
        assert_eq!(marked("closde", text, false), Vec::<String>::new());
        assert_eq!(marked("closde", text, true), ["closed"]);
    }

    #[test]
    fn one_letter_apart() {
        for (one, other) in [
            ("harbour", "harbor"),
            ("storm", "strom"),
            ("tide", "tides"),
            ("tidal", "tidel"),
        ] {
            assert!(nearly(one, other) && nearly(other, one), "{one} {other}");
        }
        for (one, other) in [("harbour", "harb"), ("storm", "trosm"), ("tide", "time s"), ("", "ab")] {
            assert!(!nearly(one, other) && !nearly(other, one), "{one} {other}");
        }
    }

    #[test]
    fn a_language_without_a_stemmer_is_searched_by_its_words() {
        assert_eq!(Words::read("市場 prague", "cs").terms.len(), 2);
    }
}
