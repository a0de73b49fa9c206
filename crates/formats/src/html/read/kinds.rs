//! What elements are: blocks, marks, things nobody sees, things that are no text.

use crate::html::dom::Element;
use masthead_domain::document::Marks;

/// What a browser would not show by the page's own markup.
pub(super) fn is_hidden(element: &Element) -> bool {
    if element
        .attr("hidden")
        .is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
    {
        return true;
    }
    element.attr("style").is_some_and(|style| {
        let style: String = style
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_ascii_lowercase();
        style.split(';').any(|rule| rule.starts_with("display:none"))
    })
}

/// Elements that are no text of a story, whatever is in them.
pub(super) fn is_dropped(element: &Element) -> bool {
    let name = element.name();
    // Drawings and formulas are not HTML elements.
    name.is_empty()
        || matches!(
            name,
            "script"
                | "style"
                | "template"
                | "head"
                | "title"
                | "meta"
                | "link"
                | "base"
                | "button"
                | "input"
                | "select"
                | "option"
                | "optgroup"
                | "textarea"
                | "datalist"
                | "progress"
                | "meter"
                | "canvas"
                | "map"
                | "area"
                | "applet"
                | "noembed"
                | "noframes"
                | "frameset"
                | "frame"
                | "param"
                | "source"
                | "track"
                | "bgsound"
                | "basefont"
                | "keygen"
                | "slot"
                | "dialog"
        )
}

/// Elements that begin and end a paragraph.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "address"
            | "center"
            | "fieldset"
            | "legend"
            | "li"
            | "dt"
            | "dd"
            | "body"
            | "html"
            | "hgroup"
            | "nav"
            | "search"
            | "form"
            | "figcaption"
            | "caption"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "dl"
            | "blockquote"
            | "pre"
            | "table"
            | "aside"
            | "figure"
            | "hr"
            | "br"
            | "details"
            | "summary"
            | "menu"
            | "dir"
            | "optgroup"
            | "marquee"
    )
}

/// The marks an element sets, if it sets any: by its name, or by the styles that word processors paste.
pub(super) fn marks_of(element: &Element) -> Option<Marks> {
    let by_name = match element.name() {
        "em" | "i" | "cite" | "dfn" | "var" => Marks::EMPHASIS,
        "strong" | "b" => Marks::STRONG,
        "code" | "kbd" | "samp" | "tt" => Marks::CODE,
        "sub" => Marks::SUBSCRIPT,
        "sup" => Marks::SUPERSCRIPT,
        "s" | "strike" | "del" => Marks::STRUCK,
        "u" | "ins" => Marks::UNDERLINED,
        "span" | "font" => Marks::NONE,
        _ => return None,
    };
    let Some(style) = element.attr("style") else {
        return (!by_name.is_none()).then_some(by_name);
    };
    let mut marks = by_name;
    for rule in style.to_ascii_lowercase().split(';') {
        let Some((property, value)) = rule.split_once(':') else {
            continue;
        };
        match (property.trim(), value.trim()) {
            // Google Docs wraps a whole paste in `<b style="font-weight:normal">`.
            ("font-weight", "normal" | "400" | "300") => marks = Marks(marks.0 & !Marks::STRONG.0),
            ("font-weight", "bold" | "bolder" | "600" | "700" | "800" | "900") => marks = marks.with(Marks::STRONG),
            ("font-style", "italic" | "oblique") => marks = marks.with(Marks::EMPHASIS),
            ("font-style", "normal") => marks = Marks(marks.0 & !Marks::EMPHASIS.0),
            ("text-decoration" | "text-decoration-line", value) if value.contains("line-through") => {
                marks = marks.with(Marks::STRUCK);
            }
            ("vertical-align", "super") => marks = marks.with(Marks::SUPERSCRIPT),
            ("vertical-align", "sub") => marks = marks.with(Marks::SUBSCRIPT),
            _ => {}
        }
    }
    Some(marks)
}
