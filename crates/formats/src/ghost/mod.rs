//! Ghost exports (JSON), of versions 1 to 6.
//!
//! Only the tables that hold what readers could see are looked at. Passwords, keys, members and settings with secrets
//! stand in the same file; nothing here reads them.

mod cards;
mod lexical;
mod mobiledoc;

use crate::dates;
use crate::html::links::{self, Base};
use crate::html::{self, Options, note};
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::xml::squeeze;
use masthead_domain::document::{Document, PictureBlock, PictureSource};
use masthead_domain::imports::{
    ImportRecord, ImportedAuthor, ImportedSite, ImportedState, ImportedStory, ImportedTerm,
};
use masthead_domain::wire::{Contributor, NewsItem, Subject};
use serde_json::{Map, Value};
use std::collections::HashMap;

type Row = Map<String, Value>;

/// Whether a text begins like a Ghost export.
pub fn looks_like_ghost(head: &str) -> bool {
    head.trim_start().starts_with('{')
        && head.contains("\"exported_on\"")
        && (head.contains("\"db\"") || head.contains("\"data\""))
}

/// Reads an export: its site, authors and tags first, then its posts and pages in the file's order.
///
/// # Errors
/// When the text is no JSON, or JSON of another kind, with words that say which.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<ImportRecord>>, Unreadable> {
    let mut problems = Vec::new();
    let text = crate::encoding::to_text(bytes, None, &mut problems);
    if text.trim().is_empty() {
        return Err(Unreadable::new("the document is empty"));
    }
    let root: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Unreadable::new(format!("not JSON: {error}")))?;
    let (meta, data) = data_of(&root)?;
    let mut export = Export::new(data, ctx, problems);
    export.site(meta);
    export.people();
    export.tags();
    export.posts();
    Ok(Reading {
        value: export.records,
        problems: export.problems,
    })
}

/// The part with the tables: `db[0].data`, or `data` alone as some tools write it.
fn data_of(root: &Value) -> Result<(Option<&Row>, &Row), Unreadable> {
    let holder = match root.get("db") {
        Some(Value::Array(parts)) => parts.first(),
        Some(other) => Some(other),
        None => Some(root),
    };
    let data = holder.and_then(|holder| holder.get("data")).and_then(Value::as_object);
    let Some(data) = data.filter(|data| data.get("posts").is_some_and(Value::is_array)) else {
        let what = match root {
            Value::Array(_) => "a list",
            Value::Object(root) if root.contains_key("posts") => {
                "an answer of an interface, or another tool's file of posts"
            }
            Value::Object(_) => "an object without Ghost's tables",
            _ => "a plain value",
        };
        return Err(Unreadable::new(format!("JSON, but no Ghost export: {what}")));
    };
    Ok((
        holder.and_then(|holder| holder.get("meta")).and_then(Value::as_object),
        data,
    ))
}

struct Export<'a> {
    data: &'a Row,
    ctx: &'a ReadContext<'a>,
    records: Vec<ImportRecord>,
    problems: Vec<Problem>,
    site: ImportedSite,
    names: HashMap<String, String>,
    tags: HashMap<String, Subject>,
}

impl<'a> Export<'a> {
    fn new(data: &'a Row, ctx: &'a ReadContext<'a>, problems: Vec<Problem>) -> Self {
        Self {
            data,
            ctx,
            records: Vec::new(),
            problems,
            site: ImportedSite::default(),
            names: HashMap::new(),
            tags: HashMap::new(),
        }
    }

    fn table(&self, name: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
        self.data
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
    }

    fn site(&mut self, meta: Option<&Row>) {
        let setting = |name: &str| {
            self.table("settings")
                .find(|row| word(row, "key").as_deref() == Some(name))
                .and_then(|row| word(row, "value"))
        };
        self.site = ImportedSite {
            title: setting("title").unwrap_or_default(),
            url: setting("url"),
            language: setting("locale")
                .or_else(|| setting("lang"))
                .or_else(|| setting("default_locale")),
            version: meta.and_then(|meta| word(meta, "version")),
        };
        self.records.push(ImportRecord::Site(self.site.clone()));
    }

    fn people(&mut self) {
        for row in self.table("users") {
            let Some(key) = word(row, "id") else { continue };
            let name = word(row, "name").or_else(|| word(row, "slug")).unwrap_or_default();
            self.names.insert(key.clone(), name.clone());
            self.records.push(ImportRecord::Author(ImportedAuthor {
                slug: word(row, "slug"),
                person: Contributor {
                    name,
                    uri: Some(key.clone()),
                    email: word(row, "email"),
                    ..Contributor::default()
                },
                bio: word(row, "bio"),
                key,
            }));
        }
    }

    fn tags(&mut self) {
        for row in self.table("tags") {
            let (Some(key), Some(name)) = (word(row, "id"), word(row, "name")) else {
                continue;
            };
            // Internal tags steer a theme; readers never see them.
            if name.starts_with('#') || word(row, "visibility").as_deref() == Some("internal") {
                continue;
            }
            let subject = Subject {
                name: Some(name),
                slug: word(row, "slug"),
                ..Subject::default()
            };
            self.tags.insert(key, subject.clone());
            self.records.push(ImportRecord::Term(ImportedTerm {
                taxonomy: "tag".into(),
                subject,
                parent: word(row, "parent_id"),
                description: word(row, "description"),
            }));
        }
    }

    /// Keys of the other side of a table between posts and something, in the order given.
    fn links(&self, table: &str, other: &str) -> HashMap<String, Vec<String>> {
        let mut out: HashMap<String, Vec<(u64, String)>> = HashMap::new();
        for row in self.table(table) {
            if let (Some(post), Some(other)) = (word(row, "post_id"), word(row, other)) {
                let order = row.get("sort_order").and_then(Value::as_u64).unwrap_or(0);
                out.entry(post).or_default().push((order, other));
            }
        }
        out.into_iter()
            .map(|(post, mut others)| {
                others.sort_by_key(|(order, _)| *order);
                (post, others.into_iter().map(|(_, key)| key).collect())
            })
            .collect()
    }

    fn posts(&mut self) {
        let authors = self.links("posts_authors", "author_id");
        let tags = self.links("posts_tags", "tag_id");
        let meta: HashMap<String, &Row> = self
            .table("posts_meta")
            .filter_map(|row| Some((word(row, "post_id")?, row)))
            .collect();
        for (number, row) in self.table("posts").enumerate() {
            let key = word(row, "id").unwrap_or_else(|| format!("#{}", number + 1));
            let own = |table: &HashMap<String, Vec<String>>| table.get(&key).cloned().unwrap_or_default();
            let mut people = own(&authors);
            if people.is_empty() {
                people.extend(word(row, "author_id"));
            }
            let story = self.story(row, &key, meta.get(&key).copied(), &people, &own(&tags));
            let is_page = word(row, "type").as_deref() == Some("page")
                || row
                    .get("page")
                    .is_some_and(|page| page.as_bool() == Some(true) || page.as_u64() == Some(1));
            let story = Box::new(story);
            self.records.push(if is_page {
                ImportRecord::Page(story)
            } else {
                ImportRecord::Story(story)
            });
        }
    }

    fn story(&mut self, row: &Row, key: &str, meta: Option<&Row>, people: &[String], tags: &[String]) -> ImportedStory {
        let at = match word(row, "title") {
            Some(title) => format!("post {key} ({})", crate::xml::cut_at(&title, 100)),
            None => format!("post {key}"),
        };
        let base = Base::new(self.site.url.as_deref());
        let slug = word(row, "slug");
        let status = word(row, "status").unwrap_or_default();
        let state = match status.as_str() {
            // Sent as a newsletter alone: readers of the site never saw it.
            "sent" => ImportedState::Private,
            "published" => ImportedState::Published,
            "scheduled" => ImportedState::Scheduled,
            "draft" => ImportedState::Draft,
            other => {
                note(
                    &mut self.problems,
                    &at,
                    format!("{other:?} is a state that is not known; it stays a draft"),
                );
                ImportedState::Draft
            }
        };
        let ctx = self.ctx;
        let date = |name: &str| match row.get(name)? {
            Value::String(text) => dates::moment(text, ctx),
            Value::Number(number) => dates::moment(&number.to_string(), ctx),
            _ => None,
        };
        let published = date("published_at");
        let mut item = NewsItem {
            guid: word(row, "uuid")
                .or_else(|| word(row, "id"))
                .unwrap_or_else(|| key.to_owned()),
            headline: word(row, "title"),
            summary: word(row, "custom_excerpt"),
            first_created: date("created_at"),
            version_created: date("updated_at").or(published),
            published: published.filter(|_| state != ImportedState::Draft),
            canonical_url: word(row, "canonical_url").and_then(|url| links::web(&url, &base)),
            language: word(row, "locale").or_else(|| self.site.language.clone()),
            slug: slug.clone(),
            ..NewsItem::default()
        };
        for person in people {
            let name = self.names.get(person).cloned().unwrap_or_default();
            item.bylines.extend(Some(name.clone()).filter(|name| !name.is_empty()));
            item.authors.push(Contributor {
                name,
                uri: Some(person.clone()),
                ..Contributor::default()
            });
        }
        item.subjects = tags.iter().filter_map(|tag| self.tags.get(tag).cloned()).collect();
        // Ghost files a post under its first tag.
        item.categories.extend(item.subjects.first().cloned());
        item.body = self.body(row, &base, &at);
        let said = |name: &str| meta.and_then(|meta| word(meta, name)).or_else(|| word(row, name));
        if let Some(address) = word(row, "feature_image").or_else(|| word(row, "image"))
            && let Some(address) = links::picture(&at_home(&address), &base)
        {
            let caption = html::to_text(&said("feature_image_caption").unwrap_or_default(), ctx);
            let (caption, credit) = crate::credit::split(caption);
            let alt = said("feature_image_alt").unwrap_or_default();
            let picture = PictureSource::Remote(address);
            crate::feeds::lead_with(
                &mut item,
                PictureBlock {
                    picture,
                    caption,
                    credit,
                    alt,
                },
            );
        }
        item.extra.insert("status".into(), status.into());
        let visibility = word(row, "visibility").unwrap_or_else(|| "public".into());
        let closed = visibility != "public";
        if closed {
            note(
                &mut self.problems,
                &at,
                format!("readers needed a membership for it ({visibility}); it is not published by itself"),
            );
        }
        ImportedStory {
            item,
            state,
            lead_attachment: None,
            old_paths: slug.map(|slug| format!("/{slug}/")).into_iter().collect(),
            comments: Vec::new(),
            password_protected: closed,
            sticky: row
                .get("featured")
                .is_some_and(|value| value.as_bool() == Some(true) || value.as_u64() == Some(1)),
            kind: None,
            parent: None,
        }
    }

    /// The text: as HTML where it was kept so, else from the editor's own format.
    fn body(&mut self, row: &Row, base: &Base, at: &str) -> Document {
        let mut problems = Vec::new();
        let raw = |name: &str| {
            row.get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.trim().is_empty())
        };
        let markup = if let Some(text) = raw("html") {
            text.to_owned()
        } else if let Some(text) = raw("lexical") {
            lexical::to_html(text, &mut problems)
        } else if let Some(text) = raw("mobiledoc") {
            mobiledoc::to_html(text, &mut problems)
        } else if let Some(text) = raw("markdown").or_else(|| raw("plaintext")) {
            return crate::feeds::plain_document(text);
        } else {
            String::new()
        };
        let reading = html::read_fragment(&at_home(&markup), base.clone(), Options::default(), self.ctx);
        for problem in problems.into_iter().chain(reading.problems) {
            note(&mut self.problems, at, problem.what);
        }
        reading.value
    }
}

/// Exports write the site's own address as a word to be replaced.
fn at_home(text: &str) -> String {
    text.replace("__GHOST_URL__", "")
}

/// A text of a row, or a number written as one.
fn word(row: &Row, name: &str) -> Option<String> {
    let text = match row.get(name)? {
        Value::String(text) => squeeze(text),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
