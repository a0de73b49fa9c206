//! One item of an export: a post, a page, an attachment, or one of the many things that WordPress keeps as posts.

use super::terms::{decoded, words};
use super::{comments, content};
use crate::dates;
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use masthead_domain::document::Document;
use masthead_domain::imports::{
    ImportRecord, ImportedAttachment, ImportedAuthor, ImportedSite, ImportedState, ImportedStory,
};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{Contributor, NewsItem, Subject};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use url::Url;

/// What is remembered from one item to the next.
#[derive(Default)]
pub(super) struct State {
    pub(super) site: ImportedSite,
    /// Display names by login, and by slug as co-authors' terms have it.
    people: HashMap<String, String>,
    /// Hashes of the identities that were given out.
    seen: HashSet<u64>,
    /// How far the site's clock is from UTC, as an item that gives both tells.
    offset: Option<Offset>,
    last_kind: String,
    last_comments: usize,
}

impl State {
    pub(super) fn know_person(&mut self, login: &str, name: &str) {
        self.people.insert(login.to_owned(), name.to_owned());
    }

    pub(super) fn kind_of_last(&self) -> String {
        self.last_kind.clone()
    }

    pub(super) fn comments_of_last(&self) -> usize {
        self.last_comments
    }

    /// Whether an identity is new.
    fn is_new(&mut self, identity: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        identity.hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }

    /// The moment of a date in UTC, or of one in the site's own time.
    fn moment(&self, gmt: Option<&str>, local: Option<&str>, ctx: &ReadContext<'_>) -> Option<Timestamp> {
        if let Some(utc) = gmt.and_then(civil) {
            return Offset::UTC.to_timestamp(utc).ok().map(Timestamp::from);
        }
        let local = local.and_then(civil)?;
        match self.offset {
            Some(offset) if ctx.zone.is_none() => offset.to_timestamp(local).ok().map(Timestamp::from),
            _ => dates::in_zone(local, ctx),
        }
    }

    fn learn_offset(&mut self, gmt: Option<&str>, local: Option<&str>) {
        if let (Some(gmt), Some(local)) = (gmt.and_then(civil), local.and_then(civil))
            && let Ok(span) = local.since(gmt)
            && let Ok(seconds) = span.total(jiff::Unit::Second)
            && seconds.abs() <= 14.0 * 3600.0
            && seconds % 900.0 == 0.0
        {
            #[allow(clippy::cast_possible_truncation)]
            let seconds = seconds as i32;
            self.offset = Offset::from_seconds(seconds).ok().or(self.offset);
        }
    }
}

/// `2013-06-07 03:00:44`; zeros are no date.
fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if text.starts_with("0000") || text.starts_with('-') {
        return None;
    }
    text.replacen(' ', "T", 1)
        .parse::<DateTime>()
        .ok()
        .filter(|date| date.year() > 1000)
}

/// What became of an item.
pub(super) enum Taken {
    Record(ImportRecord),
    /// Its place and the reason.
    SetAside(String, String),
}

/// An item's children, by the names that matter.
#[derive(Default)]
struct Parts<'t> {
    content: Option<Node<'t>>,
    excerpt: Option<Node<'t>>,
    guid: Option<String>,
    link: Option<String>,
    creator: Option<String>,
    pub_date: Option<String>,
    fields: HashMap<&'t str, String>,
    meta: Vec<(String, String)>,
    terms: Vec<Node<'t>>,
}

/// Meta values that are looked at. Others can be megabytes of a plug-in's state.
const META: [&str; 20] = [
    "_thumbnail_id",
    "_wp_old_slug",
    "_wp_attachment_image_alt",
    "_wp_attachment_metadata",
    "_media_credit",
    "_navis_media_credit_org",
    "_media_credit_url",
    "media_credit",
    "_credit",
    "credit",
    "photo_credit",
    "image_credit",
    "newspack_post_subtitle",
    "_subtitle",
    "subtitle",
    "wps_subtitle",
    "_yoast_wpseo_primary_category",
    "cap-display_name",
    "cap-user_login",
    "_wp_trash_meta_status",
];

impl<'t> Parts<'t> {
    fn of(item: Node<'t>) -> Self {
        let mut parts = Self::default();
        for node in item.elements() {
            match node.qname() {
                "content:encoded" => parts.content = parts.content.or(Some(node)),
                "excerpt:encoded" => parts.excerpt = parts.excerpt.or(Some(node)),
                "guid" => parts.guid = node.text(),
                "link" => parts.link = node.text(),
                "dc:creator" => parts.creator = node.text(),
                "pubDate" => parts.pub_date = node.text(),
                "category" => parts.terms.push(node),
                "wp:postmeta" => {
                    let Some(key) = node.child_text("meta_key").filter(|key| META.contains(&key.as_str())) else {
                        continue;
                    };
                    let value = node.child("meta_value").map(Node::raw_text).unwrap_or_default();
                    if !value.trim().is_empty() {
                        parts.meta.push((key, value.trim().to_owned()));
                    }
                }
                "wp:comment" | "title" | "description" => {}
                _ => {
                    if let Some(text) = node.text() {
                        parts.fields.insert(node.name(), text);
                    }
                }
            }
        }
        parts
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    fn meta(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.meta.iter().find(|(key, _)| key == name))
            .map(|(_, value)| value.clone())
    }
}

/// Post types that WordPress and common plug-ins keep for themselves, and what they are.
fn internal(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "revision" => "an earlier state of a post",
        "nav_menu_item" => "an entry of a menu; menus are made at the desk",
        "custom_css"
        | "customize_changeset"
        | "wp_global_styles"
        | "wp_template"
        | "wp_template_part"
        | "wp_navigation"
        | "wp_font_family"
        | "wp_font_face" => "a part of the theme",
        "oembed_cache" => "a copy of another site's embed code",
        "user_request" => "a request about a person's data",
        "wp_block" => "a block to be used again; it stands in the posts that use it",
        "shop_order" | "shop_order_refund" | "shop_coupon" | "shop_subscription" => "a shop's record",
        "acf-field"
        | "acf-field-group"
        | "wpcf7_contact_form"
        | "wpforms"
        | "feedback"
        | "jp_pay_order"
        | "elementor_library"
        | "amp_validated_url"
        | "scheduled-action"
        | "spectra-popup"
        | "ml-slider"
        | "newspack_popups_cpt"
        | "newspack_nl_cpt" => "a plug-in's record",
        _ => return None,
    })
}

pub(super) fn read(node: Node<'_>, ctx: &ReadContext<'_>, state: &mut State, problems: &mut Vec<Problem>) -> Taken {
    let parts = Parts::of(node);
    let key = parts.field("post_id").unwrap_or_default().to_owned();
    let kind = parts.field("post_type").unwrap_or("post").to_owned();
    let status = parts.field("status").unwrap_or("publish").to_owned();
    state.last_kind = format!("{kind}/{status}");
    state.last_comments = 0;
    let title = words(node, "title", ctx);
    let mut shown = format!("{kind} {key}");
    if let Some(title) = &title {
        shown.push_str(&format!(" ({})", crate::xml::cut_at(title, 100)));
    }
    state.learn_offset(parts.field("post_date_gmt"), parts.field("post_date"));
    if let Some(what) = internal(&kind) {
        return Taken::SetAside(shown, format!("{what}, no story"));
    }
    if kind == "attachment" {
        return match attachment(&parts, title, ctx, state) {
            Some(attachment) => Taken::Record(ImportRecord::Attachment(Box::new(attachment))),
            None => Taken::SetAside(shown, "an attachment without the address of its file".to_owned()),
        };
    }
    if kind == "guest-author" {
        return Taken::Record(guest_author(&parts, title, state));
    }
    let story = story(node, &parts, title, &kind, &status, ctx, state, problems);
    state.last_comments = story.comments.len();
    Taken::Record(if kind == "page" {
        ImportRecord::Page(Box::new(story))
    } else {
        ImportRecord::Story(Box::new(story))
    })
}

fn state_of(status: &str, problems: &mut Vec<Problem>) -> ImportedState {
    match status {
        "publish" | "inherit" => ImportedState::Published,
        "future" => ImportedState::Scheduled,
        "draft" | "auto-draft" => ImportedState::Draft,
        "pending" => ImportedState::Pending,
        "private" => ImportedState::Private,
        "trash" => ImportedState::Trashed,
        other => {
            note(
                problems,
                "status",
                format!(
                    "{} is a state that is not known; it stays a draft",
                    crate::xml::cut_at(other, 60)
                ),
            );
            ImportedState::Draft
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn story(
    node: Node<'_>,
    parts: &Parts<'_>,
    title: Option<String>,
    kind: &str,
    status: &str,
    ctx: &ReadContext<'_>,
    state: &mut State,
    problems: &mut Vec<Problem>,
) -> ImportedStory {
    let key = parts.field("post_id").unwrap_or_default();
    let base = Base::new(state.site.url.as_deref());
    let link = parts.link.as_deref().and_then(|link| links::web(link, &base));
    let mut item = NewsItem {
        guid: identity(parts, key, link.as_deref(), title.as_deref().unwrap_or_default(), state),
        headline: title,
        subheadline: parts.meta(&["newspack_post_subtitle", "_subtitle", "subtitle", "wps_subtitle"]),
        summary: parts.excerpt.and_then(|excerpt| {
            let text = crate::html::to_plain(&excerpt.raw_text(), ctx).replace('\n', " ");
            (!text.is_empty()).then_some(text)
        }),
        language: state.site.language.clone(),
        slug: parts.field("post_name").map(decoded),
        canonical_url: link.clone(),
        ..NewsItem::default()
    };
    let import_state = state_of(status, problems);
    dates_of(parts, import_state.clone(), ctx, state, &mut item, problems);
    people(parts, state, &mut item);
    terms(parts, ctx, &mut item);
    let text_base = link.as_deref().map_or_else(|| base.clone(), |link| base.join(link));
    item.body = match parts.content {
        Some(content) => content::read(&content.raw_text(), &text_base, ctx, problems),
        None => Document::default(),
    };
    let moment = |gmt: Option<&str>, local: Option<&str>| state.moment(gmt, local, ctx);
    let comments = comments::read(node, ctx, &moment, problems);
    item.extra.insert("status".into(), status.into());
    item.extra.insert("post_type".into(), kind.into());
    ImportedStory {
        state: import_state,
        lead_attachment: parts.meta(&["_thumbnail_id"]).filter(|key| key != "0" && key != "-1"),
        old_paths: old_paths(parts, key, kind, link.as_deref()),
        comments,
        password_protected: parts.field("post_password").is_some(),
        sticky: parts.field("is_sticky") == Some("1"),
        kind: (!matches!(kind, "post" | "page")).then(|| kind.to_owned()),
        parent: parts
            .field("post_parent")
            .filter(|parent| *parent != "0")
            .map(str::to_owned),
        item,
    }
}

/// WordPress' guid where it is there and its own; copies of posts often carry the guid of their model.
fn identity(parts: &Parts<'_>, key: &str, link: Option<&str>, title: &str, state: &mut State) -> String {
    let by_number = || {
        let site = state.site.url.as_deref().unwrap_or_default().trim_end_matches('/');
        if key.is_empty() {
            link.unwrap_or_default().to_owned()
        } else {
            format!("{site}/?p={key}")
        }
    };
    let fallback = by_number();
    let first = parts
        .guid
        .clone()
        .filter(|guid| !guid.is_empty())
        .unwrap_or_else(|| fallback.clone());
    if !first.is_empty() && state.is_new(&first) {
        return first;
    }
    if !fallback.is_empty() && state.is_new(&fallback) {
        return fallback;
    }
    // Copied by hand or by a tool: told apart by what they are called. With the same name too, it is one record twice.
    let named = format!("{}#{title}", if first.is_empty() { "urn:masthead:wxr" } else { &first });
    state.is_new(&named);
    named
}

fn dates_of(
    parts: &Parts<'_>,
    import_state: ImportedState,
    ctx: &ReadContext<'_>,
    state: &State,
    item: &mut NewsItem,
    problems: &mut Vec<Problem>,
) {
    let given = state
        .moment(parts.field("post_date_gmt"), parts.field("post_date"), ctx)
        .or_else(|| parts.pub_date.as_deref().and_then(|text| dates::moment(text, ctx)));
    let modified = state.moment(parts.field("post_modified_gmt"), parts.field("post_modified"), ctx);
    if matches!(import_state, ImportedState::Draft | ImportedState::Pending) {
        item.first_created = given.or(modified);
    } else {
        if given.is_none() {
            note(problems, "post_date", "no date of publication that can be read");
        }
        item.published = given;
        item.first_created = given;
    }
    item.version_created = modified.or(given);
}

/// Co-authors come as terms of a taxonomy of their own; without them the author is the one who made the post.
fn people(parts: &Parts<'_>, state: &State, item: &mut NewsItem) {
    let mut add = |key: String, name: String| {
        if item
            .authors
            .iter()
            .all(|known| known.uri.as_deref() != Some(key.as_str()))
        {
            if !name.is_empty() {
                item.bylines.push(name.clone());
            }
            item.authors.push(Contributor {
                name,
                uri: Some(key),
                ..Contributor::default()
            });
        }
    };
    for term in parts
        .terms
        .iter()
        .filter(|term| term.word("domain").as_deref() == Some("author"))
    {
        let slug = term.word("nicename").unwrap_or_default();
        let key = slug.strip_prefix("cap-").unwrap_or(&slug).to_owned();
        // The term's own name is the login in some versions of the plug-in.
        let name = state
            .people
            .get(&key)
            .cloned()
            .or_else(|| term.text())
            .unwrap_or_default();
        add(key, name);
    }
    if item.authors.is_empty()
        && let Some(login) = &parts.creator
    {
        let name = state.people.get(login).cloned().unwrap_or_default();
        item.authors.push(Contributor {
            name: name.clone(),
            uri: Some(login.clone()),
            ..Contributor::default()
        });
        item.bylines.extend(Some(name).filter(|name| !name.is_empty()));
    }
}

fn terms(parts: &Parts<'_>, ctx: &ReadContext<'_>, item: &mut NewsItem) {
    for term in &parts.terms {
        let taxonomy = term.word("domain").unwrap_or_else(|| "category".to_owned());
        let name = crate::html::to_plain(&term.raw_text(), ctx).replace('\n', " ");
        let slug = term.word("nicename").map(|slug| decoded(&slug));
        if name.is_empty() && slug.is_none() {
            continue;
        }
        let subject = Subject {
            name: Some(name).filter(|name| !name.is_empty()),
            slug,
            ..Subject::default()
        };
        match taxonomy.as_str() {
            "category" => item.categories.push(subject),
            "post_tag" | "tag" => item.subjects.push(subject),
            "post_format" => {
                item.extra
                    .insert("post_format".into(), subject.slug.unwrap_or_default().into());
            }
            "author" | "nav_menu" | "wp_theme" => {}
            other => {
                let code = subject.slug.as_ref().map(|slug| format!("{other}:{slug}"));
                item.subjects.push(Subject { code, ..subject });
            }
        }
    }
}

/// Addresses under which the story could be reached at its source, as paths.
fn old_paths(parts: &Parts<'_>, key: &str, kind: &str, link: Option<&str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |path: String| {
        if path.len() > 1 && !out.contains(&path) {
            out.push(path);
        }
    };
    let path_of = |address: &str| {
        let url = Url::parse(address).ok()?;
        Some(match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    };
    let own = link.and_then(path_of);
    if let Some(path) = own.clone() {
        add(path);
    } else if let Some(link) = parts.link.as_deref().filter(|link| link.starts_with('/')) {
        add(link.to_owned());
    }
    if !key.is_empty() {
        add(if kind == "page" {
            format!("/?page_id={key}")
        } else {
            format!("/?p={key}")
        });
    }
    // Renamed posts keep their older slugs as meta; they stood where the present one stands.
    if let (Some(path), Some(slug)) = (own, parts.field("post_name")) {
        for (_, old) in parts.meta.iter().filter(|(name, _)| name == "_wp_old_slug") {
            let trimmed = path.trim_end_matches('/');
            if let Some(folder) = trimmed.strip_suffix(slug) {
                let end = if path.ends_with('/') { "/" } else { "" };
                add(format!("{folder}{old}{end}"));
            }
        }
    }
    out
}

fn attachment(
    parts: &Parts<'_>,
    title: Option<String>,
    ctx: &ReadContext<'_>,
    state: &State,
) -> Option<ImportedAttachment> {
    let base = Base::new(state.site.url.as_deref());
    let url = parts
        .field("attachment_url")
        .or(parts.guid.as_deref())
        .or(parts.link.as_deref())
        .and_then(|url| links::picture(url, &base))?;
    let plain = |node: Option<Node<'_>>| {
        let text = crate::html::to_plain(&node?.raw_text(), ctx).replace('\n', " ");
        (!text.is_empty()).then_some(text)
    };
    let caption = plain(parts.excerpt);
    let described = parts.meta(&[
        "_media_credit",
        "media_credit",
        "_credit",
        "credit",
        "photo_credit",
        "image_credit",
    ]);
    let organisation = parts.meta(&["_navis_media_credit_org"]);
    let credit = match (described, organisation) {
        (Some(person), Some(organisation)) => Some(format!("{person}/{organisation}")),
        (person, organisation) => person.or(organisation),
    };
    let credit = credit.or_else(|| {
        parts
            .meta(&["_wp_attachment_metadata"])
            .and_then(|meta| credit_of_metadata(&meta))
    });
    let (caption, credit) = match (caption, credit) {
        (Some(caption), None) => {
            let (caption, credit) = crate::credit::split_plain(&caption);
            (
                Some(caption).filter(|text| !text.is_empty()),
                Some(credit).filter(|text| !text.is_empty()),
            )
        }
        other => other,
    };
    Some(ImportedAttachment {
        key: parts.field("post_id").unwrap_or_default().to_owned(),
        url,
        title,
        caption,
        description: plain(parts.content),
        alt: parts
            .meta(&["_wp_attachment_image_alt"])
            .map(|alt| crate::xml::squeeze(&alt)),
        credit: credit
            .map(|credit| crate::credit::without_label(&credit))
            .filter(|credit| !credit.is_empty()),
        parent: parts
            .field("post_parent")
            .filter(|parent| *parent != "0")
            .map(str::to_owned),
        created: state.moment(parts.field("post_date_gmt"), parts.field("post_date"), ctx),
    })
}

/// The credit that WordPress took from a picture's IPTC data and keeps as serialised PHP: `s:6:"credit";s:3:"AFP";`.
fn credit_of_metadata(meta: &str) -> Option<String> {
    let (_, after) = meta.split_once("s:6:\"credit\";s:")?;
    let (length, rest) = after.split_once(":\"")?;
    let length: usize = length.parse().ok()?;
    let credit = rest.get(..length)?.trim();
    (!credit.is_empty()).then(|| credit.to_owned())
}

/// A guest author of the co-authors plug-in is a post, though a person.
fn guest_author(parts: &Parts<'_>, title: Option<String>, state: &mut State) -> ImportRecord {
    let key = parts
        .meta(&["cap-user_login"])
        .or_else(|| parts.field("post_name").map(str::to_owned))
        .unwrap_or_default();
    let key = key.strip_prefix("cap-").unwrap_or(&key).to_owned();
    let name = parts
        .meta(&["cap-display_name"])
        .or(title)
        .unwrap_or_else(|| key.clone());
    state.know_person(&key, &name);
    ImportRecord::Author(ImportedAuthor {
        key: key.clone(),
        slug: parts.field("post_name").map(decoded),
        person: Contributor {
            name,
            uri: Some(key),
            ..Contributor::default()
        },
        bio: None,
    })
}
