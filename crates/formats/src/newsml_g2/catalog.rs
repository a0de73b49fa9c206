//! Schemes: what the part of a QCode before its colon stands for.

use crate::xml::Node;
use std::borrow::Cow;

/// Aliases of the IPTC's own catalogue, which nearly every item refers to and which is never fetched. The ones that
/// decide something here, and those whose codes end up on stories.
const IPTC: &[(&str, &str)] = &[
    ("app", "http://cv.iptc.org/newscodes/application/"),
    ("catinat", "http://cv.iptc.org/newscodes/catinature/"),
    ("cinat", "http://cv.iptc.org/newscodes/cinature/"),
    ("colsp", "http://cv.iptc.org/newscodes/colorspace/"),
    ("cpnat", "http://cv.iptc.org/newscodes/cpnature/"),
    ("crel", "http://cv.iptc.org/newscodes/conceptrelation/"),
    ("ctrol", "http://cv.iptc.org/newscodes/contributorrole/"),
    ("digsrctype", "http://cv.iptc.org/newscodes/digitalsourcetype/"),
    ("drol", "http://cv.iptc.org/newscodes/descriptionrole/"),
    ("genre", "http://cv.iptc.org/newscodes/genre/"),
    ("irel", "http://cv.iptc.org/newscodes/itemrelation/"),
    ("isrol", "http://cv.iptc.org/newscodes/infosourcerole/"),
    ("medtop", "http://cv.iptc.org/newscodes/mediatopic/"),
    ("ninat", "http://cv.iptc.org/newscodes/ninature/"),
    ("nprov", "http://cv.iptc.org/newscodes/newsprovider/"),
    ("plinat", "http://cv.iptc.org/newscodes/plinature/"),
    ("prodgenre", "http://cv.iptc.org/newscodes/productgenre/"),
    ("rnd", "http://cv.iptc.org/newscodes/rendition/"),
    ("scene", "http://cv.iptc.org/newscodes/scene/"),
    ("sig", "http://cv.iptc.org/newscodes/signal/"),
    ("stat", "http://cv.iptc.org/newscodes/pubstatusg2/"),
    ("subj", "http://cv.iptc.org/newscodes/subjectcode/"),
    ("vidrnd", "http://cv.iptc.org/newscodes/videorendition/"),
    ("iso3166-1a2", "http://cvx.iptc.org/iso3166-1a2/"),
    ("iso3166-1a3", "http://cvx.iptc.org/iso3166-1a3/"),
];

/// The schemes that hold for one item.
#[derive(Clone, Default)]
pub(super) struct Catalog<'t> {
    own: Vec<(Cow<'t, str>, Cow<'t, str>)>,
}

impl<'t> Catalog<'t> {
    /// Adds the schemes of the catalogues that stand in a node itself; those by reference are not fetched.
    pub(super) fn add(&mut self, node: Node<'t>) {
        for scheme in node.all("catalog").flat_map(|catalog| catalog.all("scheme")) {
            if let (Some(alias), Some(uri)) = (scheme.attr("alias"), scheme.attr("uri")) {
                self.own.push((alias, uri));
            }
        }
    }

    /// These schemes with those of an item, which go first.
    pub(super) fn with(&self, item: Node<'t>) -> Self {
        let mut catalog = Self::default();
        catalog.add(item);
        catalog.own.extend(self.own.iter().cloned());
        catalog
    }

    /// The full address of a QCode, when its scheme is known.
    pub(super) fn uri(&self, qcode: &str) -> Option<String> {
        let (alias, code) = qcode.split_once(':')?;
        let own = self
            .own
            .iter()
            .find(|(known, _)| known == alias)
            .map(|(_, uri)| uri.as_ref());
        let base = own.or_else(|| IPTC.iter().find(|(known, _)| *known == alias).map(|(_, uri)| *uri))?;
        Some(format!("{base}{code}"))
    }
}

/// A controlled value in any of the ways that NewsML-G2 allows: QCode, URI, literal, and, against the rules, text.
pub(super) fn code_of(node: Node<'_>) -> Option<String> {
    node.word("qcode")
        .or_else(|| node.word("uri"))
        .or_else(|| node.word("literal"))
        .or_else(|| node.text())
}

/// The last part of a code: `usable` of `stat:usable` and of `http://cv.iptc.org/newscodes/pubstatusg2/usable`.
pub(super) fn last_part(code: &str) -> &str {
    code.trim()
        .trim_end_matches('/')
        .rsplit([':', '/', '#'])
        .next()
        .unwrap_or("")
}
