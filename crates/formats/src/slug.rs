//! Slugs: the readable end of a story's address, made of its headline.

/// Longest slug, in characters.
const MAX: usize = 80;

/// A slug of a headline: lower-case ASCII letters and digits parted by single hyphens, at most 80 characters, cut
/// between words where that is possible. Other scripts are written in Latin letters. Never empty: a headline without
/// a letter or digit gives `story`.
pub fn from_headline(headline: &str) -> String {
    let mut slug = String::new();
    for word in words(headline) {
        let room = MAX.saturating_sub(slug.len() + usize::from(!slug.is_empty()));
        if word.len() > room {
            if slug.is_empty() {
                slug.push_str(word.get(..room).unwrap_or_default());
            }
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    if slug.is_empty() { "story".to_owned() } else { slug }
}

/// The slug with a number behind it, for the second and later story of the same words; still within the length.
pub fn numbered(slug: &str, number: u32) -> String {
    let end = format!("-{number}");
    let kept = MAX.saturating_sub(end.len());
    let start = slug.get(..slug.len().min(kept)).unwrap_or(slug).trim_end_matches('-');
    format!("{start}{end}")
}

/// Words in lower-case ASCII. An apostrophe joins (`don't` is `dont`), as does a dot between single letters (`U.S.` is
/// `us`); all else that is no letter or digit parts.
fn words(headline: &str) -> impl Iterator<Item = String> + '_ {
    // A headline of a megabyte is no headline.
    let headline = headline
        .get(..crate::xml::cut_at(headline, 2_000).len())
        .unwrap_or_default();
    headline
        .split(|c: char| !(c.is_alphanumeric() || is_joining(c) || is_mark(c)))
        .flat_map(|word| {
            let latin = deunicode::deunicode_with_tofu(&word.replace(is_joining_not_dot, ""), " ").to_ascii_lowercase();
            undotted(&latin)
        })
        .filter(|word| !word.is_empty())
}

/// Splits at everything but letters and digits, save the dots of `u.s.`.
fn undotted(word: &str) -> Vec<String> {
    let letters = word.split('.').filter(|part| !part.is_empty());
    if word.contains('.')
        && letters.clone().count() > 1
        && letters
            .clone()
            .all(|part| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
    {
        return vec![
            letters
                .filter(|part| part.chars().all(|c| c.is_ascii_alphanumeric()))
                .collect(),
        ];
    }
    word.split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::to_owned)
        .collect()
}

fn is_joining_not_dot(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '＇' | '\u{ad}' | '\u{200c}' | '\u{200d}')
}

fn is_joining(c: char) -> bool {
    is_joining_not_dot(c) || c == '.'
}

/// Combining marks belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{e31}' | '\u{e34}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_become_slugs() {
        let cases = [
            ("The tide turned early", "the-tide-turned-early"),
            ("  “Don’t” — U.S. & EU agree: 3.5% more ", "dont-us-eu-agree-3-5-more"),
            ("Übergrößenträger in Köln", "ubergrossentrager-in-koln"),
            ("Cafe\u{301} opens", "cafe-opens"),
            ("Новости дня", "novosti-dnia"),
            ("北京", "bei-jing"),
            ("☂", "story"),
            ("…!?", "story"),
            ("", "story"),
        ];
        for (headline, slug) in cases {
            assert_eq!(from_headline(headline), slug, "{headline}");
        }
    }

    #[test]
    fn long_headlines_are_cut_between_words() {
        let slug = from_headline(&"harbour ".repeat(40));
        assert_eq!(slug, ["harbour"; 10].join("-"));
        assert_eq!(from_headline(&"x".repeat(500)).len(), 80);
        assert_eq!(numbered(&"x".repeat(80), 12).len(), 80);
        assert_eq!(numbered("tide", 2), "tide-2");
    }

    #[test]
    fn whatever_comes_in_a_slug_comes_out() {
        let mut text = String::new();
        for code in (0..0x11_0000_u32).step_by(97) {
            text.extend(char::from_u32(code));
            if text.len() > 60 {
                let slug = from_headline(&text);
                assert!(!slug.is_empty() && slug.len() <= 80);
                assert!(
                    slug.bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                    "{slug}"
                );
                assert!(
                    !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"),
                    "{slug}"
                );
                assert_eq!(from_headline(&slug), slug);
                text.clear();
            }
        }
    }
}
