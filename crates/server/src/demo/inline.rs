//! Marks and links inside a line: `*em*`, `**strong**`, `[text](target)`, and `\` before a literal sign.

use anyhow::{Context as _, bail, ensure};
use masthead_domain::document::{Marks, Text};

/// Where the target of a link leads; `None` when the words stay without a link.
pub(super) type Lead<'a> = dyn Fn(&str) -> anyhow::Result<Option<String>> + 'a;

/// Reads a line. Marks don't nest, but a link's words may have them.
pub(super) fn text(line: &str, lead: &Lead<'_>) -> anyhow::Result<Text> {
    let mut out = Text::default();
    marked(line, None, Some(lead), &mut out).with_context(|| format!("in '{line}'"))?;
    Ok(out)
}

/// Appends `line`, all of which leads to `link`; `lead` is there where links may stand.
fn marked(line: &str, link: Option<&str>, lead: Option<&Lead<'_>>, out: &mut Text) -> anyhow::Result<()> {
    let mut rest = line;
    let mut open = Marks::NONE;
    while let Some(at) = rest.find(['*', '[', '\\']) {
        let (before, sign) = rest.split_at(at);
        out.push(before, open, link);
        if let Some(after) = sign.strip_prefix("**") {
            open = toggled(open, Marks::STRONG)?;
            rest = after;
        } else if let Some(after) = sign.strip_prefix('*') {
            open = toggled(open, Marks::EMPHASIS)?;
            rest = after;
        } else if let Some(after) = sign.strip_prefix('\\') {
            let literal = after
                .chars()
                .next()
                .filter(|c| matches!(c, '*' | '[' | ']' | '\\' | '|'));
            let literal = literal.context("\\ stands only before * [ ] | and itself")?;
            out.push(&literal.to_string(), open, link);
            rest = after.get(literal.len_utf8()..).unwrap_or_default();
        } else {
            let lead = lead.context("a link stands inside a link")?;
            ensure!(open.is_none(), "a link stands inside a mark");
            rest = linked(sign, lead, out)?;
        }
    }
    out.push(rest, open, link);
    ensure!(open.is_none(), "a mark is not closed");
    Ok(())
}

fn toggled(open: Marks, mark: Marks) -> anyhow::Result<Marks> {
    match open {
        Marks::NONE => Ok(mark),
        open if open == mark => Ok(Marks::NONE),
        _ => bail!("a mark stands inside another"),
    }
}

/// Appends the link that `text` begins with; returns what follows it.
fn linked<'t>(text: &'t str, lead: &Lead<'_>, out: &mut Text) -> anyhow::Result<&'t str> {
    let inner = text.strip_prefix('[').unwrap_or(text);
    let (words, after) = inner.split_once("](").context("a link is [text](target)")?;
    let (target, after) = after.split_once(')').context("a link's target has no end")?;
    ensure!(!words.is_empty(), "a link has words");
    let target = lead(target).with_context(|| format!("the link to '{target}'"))?;
    marked(words, target.as_deref(), None, out)?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(target: &str) -> anyhow::Result<Option<String>> {
        match target {
            "story:tide" => Ok(Some("/news/tide".to_owned())),
            "story:secret" => Ok(None),
            _ => bail!("nothing"),
        }
    }

    fn read(line: &str) -> Vec<(String, Marks, Option<String>)> {
        text(line, &lead)
            .unwrap()
            .0
            .into_iter()
            .map(|span| (span.text, span.marks, span.link))
            .collect()
    }

    #[test]
    fn marks_and_literals() {
        assert_eq!(
            read(r"**Boat:** the *Lady \*Iseult*, 5 \[sic]"),
            [
                ("Boat:".to_owned(), Marks::STRONG, None),
                (" the ".to_owned(), Marks::NONE, None),
                ("Lady *Iseult".to_owned(), Marks::EMPHASIS, None),
                (", 5 [sic]".to_owned(), Marks::NONE, None),
            ]
        );
    }

    #[test]
    fn links_lead_somewhere_or_leave_their_words() {
        let tide = Some("/news/tide".to_owned());
        assert_eq!(
            read("The [*high* tide](story:tide) and [that](story:secret)."),
            [
                ("The ".to_owned(), Marks::NONE, None),
                ("high".to_owned(), Marks::EMPHASIS, tide.clone()),
                (" tide".to_owned(), Marks::NONE, tide),
                (" and that.".to_owned(), Marks::NONE, None),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_or_nested_is_refused() {
        for wrong in [
            "*a",
            "**a*",
            "*a **b** c*",
            "[a",
            "[a](b",
            "[a](story:x)",
            "[](story:tide)",
            r"a\b",
            "*[a](story:tide)*",
        ] {
            assert!(text(wrong, &lead).is_err(), "{wrong}");
        }
    }
}
