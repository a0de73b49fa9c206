//! WordPress' paragraphs: in text from the classic editor, an empty line parts paragraphs and a line break is one.

/// Makes the line breaks of a text from the classic editor visible to a reader of HTML: each becomes `<br>`, and two in
/// a row part paragraphs there. Breaks inside tags, comments and elements that keep their own lines stay as they are.
pub(super) fn autop(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(at) = rest.find(['<', '\n', '\r']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if after.starts_with('<') {
            let length = verbatim(after);
            let (kept, next) = after.split_at_checked(length).unwrap_or((after, ""));
            out.push_str(kept);
            rest = next;
        } else {
            out.push_str("<br>");
            rest = after
                .strip_prefix("\r\n")
                .or_else(|| after.get(1..))
                .unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// How much of a text that begins with `<` is taken as it is: a tag, a comment, or a whole element whose line breaks
/// mean something else.
fn verbatim(text: &str) -> usize {
    if text.starts_with("<!--") {
        return text.find("-->").map_or(text.len(), |end| end + 3);
    }
    for name in ["pre", "script", "style", "textarea", "svg", "select", "table"] {
        let begins = text
            .get(1..1 + name.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
            && text
                .as_bytes()
                .get(1 + name.len())
                .is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
        if begins {
            // Of a table only the tags between cells matter; its cells may have paragraphs of their own, which are
            // written as such.
            return closing(text, name).unwrap_or_else(|| tag(text));
        }
    }
    tag(text)
}

fn tag(text: &str) -> usize {
    let is_tag = text
        .as_bytes()
        .get(1)
        .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
    if !is_tag {
        return 1;
    }
    text.find('>').map_or(1, |end| end + 1)
}

fn closing(text: &str, name: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find("</") {
        at += found;
        let word = text.get(at + 2..at + 2 + name.len());
        if word.is_some_and(|word| word.eq_ignore_ascii_case(name)) {
            return Some(at + text.get(at..)?.find('>')? + 1);
        }
        at += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::autop;

    #[test]
    fn breaks_become_visible_where_they_mean_something() {
        assert_eq!(autop("one\ntwo\r\n\r\nthree"), "one<br>two<br><br>three");
        assert_eq!(
            autop("<a\nhref=x>y</a>\n<pre>a\nb</pre>"),
            "<a\nhref=x>y</a><br><pre>a\nb</pre>"
        );
        assert_eq!(autop("1 < 2\n<!-- a\nb -->x"), "1 < 2<br><!-- a\nb -->x");
        assert_eq!(
            autop("<table>\n<tr>\n<td>x</td></tr></table>\ny"),
            "<table>\n<tr>\n<td>x</td></tr></table><br>y"
        );
        assert_eq!(autop("<pre>never\nclosed"), "<pre>never<br>closed");
    }
}
