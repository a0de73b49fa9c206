//! Datelines: the place (and often agency or day) that a story's first paragraph begins with.

/// Agencies and desks that stand in parentheses or behind a slash in datelines.
const SOURCES: &[&str] = &[
    "AP",
    "AFP",
    "Reuters",
    "REUTERS",
    "dpa",
    "DPA",
    "ANSA",
    "EFE",
    "AAP",
    "PTI",
    "ANI",
    "IANS",
    "UPI",
    "Xinhua",
    "CNN",
    "BBC",
    "NTB",
    "TT",
    "APA",
    "Bloomberg",
    "Agencies",
    "Thomson Reuters Foundation",
];

/// The dateline that a text begins with, as it is written, and how many bytes it takes with the space behind it.
///
/// A place's name, up to five words of capital letters or with capitals at their beginning, then a dash or a source in
/// parentheses and a dash. A sentence that merely has a dash in it (`Two men - one of them …`) is none: every word
/// before the dash must be one that a dateline can have.
pub(crate) fn at_start(text: &str) -> Option<(String, usize)> {
    let lead = text.len() - text.trim_start().len();
    let head = text.get(lead..crate::xml::cut_at(text, lead + 120).len())?;
    let (dash, width) = dash(head)?;
    let place = head.get(..dash)?.trim_end();
    if !is_place(place) {
        return None;
    }
    let end = dash + width;
    let after = text.get(lead + end..)?;
    let spaces = after.len() - after.trim_start().len();
    // Something has to follow, and it begins like a sentence.
    let first = after.trim_start().chars().next()?;
    if !(first.is_uppercase()
        || first.is_numeric()
        || matches!(first, '"' | '“' | '‘' | '\'' | '«' | '¿' | '¡' | '„')
        || !first.is_alphabetic()
        || !first.is_lowercase())
    {
        return None;
    }
    let dateline = head.get(..end)?.trim().to_owned();
    Some((dateline, lead + end + spaces))
}

/// The first dash that parts words, and its length in bytes.
fn dash(text: &str) -> Option<(usize, usize)> {
    let mut found: Option<(usize, usize)> = None;
    for (mark, length) in [
        (" - ", 2),
        (" – ", 4),
        (" — ", 4),
        (" -- ", 3),
        ("— ", 3),
        (" —", 4),
        ("– ", 3),
        (" –", 4),
        (": ", 1),
    ] {
        if let Some(at) = text.find(mark)
            && found.is_none_or(|(known, _)| at < known)
            // A colon parts a dateline only behind a source.
            && (mark != ": " || text.get(..at).is_some_and(|before| before.ends_with(')')))
        {
            found = Some((at, length));
        }
    }
    // `LONDON—Two ministers`, where the letters leave no doubt.
    if let Some(at) = text.find('—')
        && found.is_none_or(|(known, _)| at < known)
        && text
            .get(..at)
            .is_some_and(|before| before.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase))
    {
        found = Some((at, 3));
    }
    found
}

fn is_place(text: &str) -> bool {
    let (place, source) = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((place, source)) => (place.trim(), Some(source.trim())),
        None => (text, None),
    };
    let known = |source: &str| {
        source.split(['/', ',']).all(|part| {
            let part = part.trim();
            SOURCES.contains(&part)
                || (part.len() <= 8 && part.len() >= 2 && part.chars().all(|c| c.is_uppercase() || c.is_numeric()))
        })
    };
    if source.is_some_and(|source| !known(source) && !source.split_whitespace().all(capital)) {
        return false;
    }
    // `LONDON, May 3` and `NEW DELHI: …`.
    let parts: Vec<&str> = place.split(',').map(str::trim).collect();
    let words: usize = place.split_whitespace().count();
    if place.is_empty() || words > 7 || place.chars().count() > 60 || parts.len() > 4 {
        return false;
    }
    let shaped = parts.iter().all(|part| {
        !part.is_empty()
            && part.split_whitespace().enumerate().all(|(number, word)| {
                capital(word)
                    || (number > 0 && (is_particle(word) || word.chars().all(|c| c.is_ascii_digit() || c == '.')))
            })
    });
    // One bare word with a dash could be anything unless it is written like a place; `I - ` and `A - ` never are.
    shaped && place.chars().filter(|c| c.is_alphabetic()).count() >= 3 && !is_common(place)
}

fn capital(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '\'', '’']);
    word.chars().next().is_some_and(char::is_uppercase)
        && word
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '’' | '\'' | '/' | '–'))
}

fn is_particle(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "de" | "la"
            | "le"
            | "les"
            | "des"
            | "du"
            | "del"
            | "di"
            | "da"
            | "do"
            | "dos"
            | "am"
            | "an"
            | "der"
            | "den"
            | "of"
            | "the"
            | "el"
            | "al"
            | "on"
            | "sur"
            | "upon"
            | "and"
            | "im"
            | "en"
            | "y"
            | "in"
            | "near"
    )
}

/// Words that begin sentences and labels, and are no places.
fn is_common(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "update"
            | "updated"
            | "breaking"
            | "exclusive"
            | "opinion"
            | "analysis"
            | "watch"
            | "video"
            | "photos"
            | "photo"
            | "live"
            | "comment"
            | "editorial"
            | "review"
            | "interview"
            | "correction"
            | "note"
            | "yes"
            | "but"
            | "and"
            | "the"
            | "this"
            | "here"
            | "now"
            | "today"
            | "yesterday"
            | "well"
            | "also"
            | "read"
            | "related"
            | "why"
            | "how"
            | "what"
            | "who"
            | "where"
            | "when"
            | "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "question"
            | "answer"
            | "step one"
            | "chapter"
            | "part one"
            | "mr"
            | "mrs"
    )
}

#[cfg(test)]
mod tests {
    use super::at_start;

    #[test]
    fn datelines() {
        let cases = [
            ("Paris - The tide turned.", Some(("Paris -", "The tide turned."))),
            (
                "PARIS (AP) — The tide turned.",
                Some(("PARIS (AP) —", "The tide turned.")),
            ),
            (
                "NEW YORK, May 3 (Reuters) - Shares fell.",
                Some(("NEW YORK, May 3 (Reuters) -", "Shares fell.")),
            ),
            (
                "Port-au-Prince, Haiti – “We left”",
                Some(("Port-au-Prince, Haiti –", "“We left”")),
            ),
            (
                "Frankfurt am Main (dpa) - Die Flut",
                Some(("Frankfurt am Main (dpa) -", "Die Flut")),
            ),
            (
                "Washington/London -- Two ministers",
                Some(("Washington/London --", "Two ministers")),
            ),
            ("Two men - one of them a sailor - left.", None),
            ("The minister — a former sailor — left.", None),
            ("Update - The tide turned", None),
            ("He left.", None),
            ("LONDON—Two ministers", Some(("LONDON—", "Two ministers"))),
            ("Paris -", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let found = at_start(text).map(|(dateline, length)| (dateline, text[length..].to_owned()));
            assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{text}");
        }
    }
}
