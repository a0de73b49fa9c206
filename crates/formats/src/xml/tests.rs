//! What the tree promises about markup from strangers.

use super::*;
use masthead_domain::time::Timestamp;

fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::from_micros(0))
}

#[test]
fn names_attributes_and_joined_texts() {
    let tree = Tree::parse(
        "<a:b xml:lang='de' x:href=\"1&amp;2\" c = 'd'>caf&eacute;s<!-- no --> <c/>x</a:b>",
        &ctx(),
    )
    .unwrap();
    let root = tree.root_element().unwrap();
    assert_eq!(root.name(), "b");
    assert_eq!(root.attr("xml:lang").unwrap(), "de");
    assert_eq!(root.attr("lang"), None);
    assert_eq!(root.attr("href").unwrap(), "1&2");
    assert_eq!(root.attr("c").unwrap(), "d");
    assert_eq!(root.text().unwrap(), "cafés x");
    assert_eq!(root.children().count(), 3);
    assert!(tree.cut.is_none());
}

#[test]
fn entities_of_the_document_are_never_expanded() {
    let bomb =
        "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'><!ENTITY z SYSTEM 'file:///etc/passwd'>]><a>&y;&z;</a>";
    let tree = Tree::parse(bomb, &ctx()).unwrap();
    assert_eq!(tree.root_element().unwrap().text().unwrap(), "&y;&z;");
    assert_eq!(tree.problems.len(), 2);
}

#[test]
fn what_is_cut_says_so() {
    let tree = Tree::parse("<a><b>one</b><c>tw", &ctx()).unwrap();
    assert!(tree.cut.as_deref().unwrap().contains("<c>"));
    assert_eq!(tree.root_element().unwrap().child_text("b").unwrap(), "one");
    let tree = Tree::parse("<a><b>one</b><c x='", &ctx()).unwrap();
    assert!(tree.cut.is_some());
}

#[test]
fn wrong_nesting_is_read_over() {
    let tree = Tree::parse("<a><b><c>x</b><d>y & z</d></e></a>", &ctx()).unwrap();
    assert!(tree.cut.is_none());
    assert_eq!(tree.root_element().unwrap().child_text("d").unwrap(), "y & z");
    assert_eq!(tree.problems.len(), 2);
}

#[test]
fn depth_is_bounded_and_what_follows_is_read() {
    let deep = format!(
        "<r>{}x{}<after>y</after></r>",
        "<a>".repeat(100_000),
        "</a>".repeat(100_000)
    );
    let tree = Tree::parse(&deep, &ctx()).unwrap();
    assert_eq!(tree.root_element().unwrap().child_text("after").unwrap(), "y");
    assert_eq!(tree.problems.len(), 1);
}

#[test]
fn descendants_stay_below_their_node() {
    let tree = Tree::parse("<a><b><c/><d><e/></d></b><f/></a>", &ctx()).unwrap();
    let b = tree.root_element().unwrap().child("b").unwrap();
    let names: Vec<_> = b.descendants().map(Node::name).collect();
    assert_eq!(names, ["c", "d", "e"]);
    assert_eq!(b.child("c").unwrap().descendants().count(), 0);
}

#[test]
fn encodings() {
    let mut problems = Vec::new();
    assert_eq!(
        decode(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", &mut problems)
            .chars()
            .rev()
            .nth(4),
        Some('é')
    );
    assert_eq!(decode("\u{feff}<a>é</a>".as_bytes(), &mut problems), "<a>é</a>");
    let utf16: Vec<u8> = "<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(decode(&utf16, &mut problems), "<a>é</a>");
    assert!(problems.is_empty());
    assert_eq!(
        decode(
            "<?xml version='1.0' encoding='iso-8859-1'?><a>£5</a>".as_bytes(),
            &mut problems
        )
        .chars()
        .rev()
        .nth(5),
        Some('£')
    );
    assert_eq!(problems.len(), 1);
    problems.clear();
    assert_eq!(decode(b"<a>caf\xe9\0</a>", &mut problems), "<a>café</a>");
    assert_eq!(problems.len(), 2);
}

#[test]
fn numeric_references_to_nothing_good() {
    let tree = Tree::parse("<a b='&#0;x&#146;'>&#0;&#xFFFE;it&#146;s</a>", &ctx()).unwrap();
    assert_eq!(tree.root_element().unwrap().text().unwrap(), "it’s");
    assert_eq!(tree.root_element().unwrap().attr("b").unwrap(), "x’");
}

#[test]
fn html_of_an_element() {
    let tree = Tree::parse(
        "<x:p xmlns:x='u' class='a&quot;b'>1 &lt; 2<x:br/><x:b/><![CDATA[<i>]]></x:p>",
        &ctx(),
    )
    .unwrap();
    assert_eq!(
        to_html(tree.root_element().unwrap()),
        "<p class=\"a&quot;b\">1 &lt; 2<br><b></b>&lt;i&gt;</p>"
    );
}
