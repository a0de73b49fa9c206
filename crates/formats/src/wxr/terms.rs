//! The export's head: its site, people, categories and tags.

use super::item::State;
use crate::html::to_plain;
use crate::problem::ReadContext;
use crate::xml::Node;
use masthead_domain::imports::{ImportRecord, ImportedAuthor, ImportedSite, ImportedTerm};
use masthead_domain::wire::{Contributor, Subject, SubjectKind};

/// Text of a child by its name with prefix left out, markup and entities resolved.
pub(super) fn words(node: Node<'_>, name: &str, ctx: &ReadContext<'_>) -> Option<String> {
    let text = to_plain(&node.child(name)?.raw_text(), ctx).replace('\n', " ");
    (!text.is_empty()).then_some(text)
}

/// A child of the channel that is about the site.
pub(super) fn header(node: Node<'_>, site: &mut ImportedSite, ctx: &ReadContext<'_>) {
    let text = node.text();
    match node.qname() {
        "title" => site.title = to_plain(&node.raw_text(), ctx).replace('\n', " "),
        "link" if site.url.is_none() => site.url = text,
        // The blog's own address; the site's is that of the whole network.
        "wp:base_blog_url" => site.url = text.or_else(|| site.url.take()),
        "language" => site.language = text.map(|tag| tag.replace('_', "-")),
        "wp:wxr_version" => site.version = text,
        _ => {}
    }
}

/// An author.
pub(super) fn author(node: Node<'_>, state: &mut State) -> ImportRecord {
    let text = |name| node.child_text(name);
    let login = text("author_login").unwrap_or_default();
    let full = [text("author_first_name"), text("author_last_name")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let name = text("author_display_name")
        .or(Some(full).filter(|name| !name.is_empty()))
        .unwrap_or_else(|| login.clone());
    state.know_person(&login, &name);
    ImportRecord::Author(ImportedAuthor {
        key: login.clone(),
        slug: text("author_nicename"),
        person: Contributor {
            name,
            uri: Some(login),
            email: text("author_email"),
            ..Contributor::default()
        },
        bio: text("author_description"),
    })
}

/// A category, tag or term of another taxonomy; menus are none.
pub(super) fn term(node: Node<'_>, ctx: &ReadContext<'_>) -> Option<ImportRecord> {
    let text = |name| node.child_text(name);
    let (taxonomy, slug, name, parent, description) = match node.name() {
        "category" => (
            "category".to_owned(),
            "category_nicename",
            "cat_name",
            "category_parent",
            "category_description",
        ),
        "tag" => ("post_tag".to_owned(), "tag_slug", "tag_name", "", "tag_description"),
        _ => (
            text("term_taxonomy").unwrap_or_default(),
            "term_slug",
            "term_name",
            "term_parent",
            "term_description",
        ),
    };
    if matches!(
        taxonomy.as_str(),
        "nav_menu" | "wp_theme" | "wp_template_part_area" | "link_category" | "post_format"
    ) {
        return None;
    }
    Some(ImportRecord::Term(ImportedTerm {
        taxonomy,
        subject: Subject {
            name: words(node, name, ctx),
            slug: text(slug).map(|slug| decoded(&slug)),
            kind: SubjectKind::Topic,
            ..Subject::default()
        },
        parent: text(parent).map(|slug| decoded(&slug)),
        description: words(node, description, ctx),
    }))
}

/// WordPress keeps slugs of other scripts percent-encoded.
pub(super) fn decoded(slug: &str) -> String {
    if !slug.contains('%') {
        return slug.to_owned();
    }
    let mut bytes = Vec::with_capacity(slug.len());
    let mut rest = slug.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| slug.to_owned())
}
