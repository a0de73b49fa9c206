//! What an export of another system holds, one record at a time, so that a file of any size streams.

use crate::time::Timestamp;
use crate::wire::{Contributor, NewsItem, Subject};
use serde::{Deserialize, Serialize};

/// One record of an export (WXR, Ghost JSON), in the file's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportRecord {
    /// The site that the export was made of.
    Site(ImportedSite),
    /// An author.
    Author(ImportedAuthor),
    /// A category or tag with its parent.
    Term(ImportedTerm),
    /// A story.
    Story(Box<ImportedStory>),
    /// A page of the publisher's own (About, Contact).
    Page(Box<ImportedStory>),
    /// A picture or other file.
    Attachment(Box<ImportedAttachment>),
}

/// The site of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedSite {
    /// Its name.
    pub title: String,
    /// Its address; the base of relative links and of old paths.
    pub url: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Version of the export format.
    pub version: Option<String>,
}

/// An author of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedAuthor {
    /// Identity in the export (WXR `author_login`, Ghost id).
    pub key: String,
    /// Slug at the source, where it has one.
    pub slug: Option<String>,
    /// What is known of the person.
    pub person: Contributor,
    /// A line about the person.
    pub bio: Option<String>,
}

/// A category or tag of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedTerm {
    /// `category`, `post_tag` or the taxonomy's own name.
    pub taxonomy: String,
    /// What it is.
    pub subject: Subject,
    /// Slug of the parent term.
    pub parent: Option<String>,
    /// Description.
    pub description: Option<String>,
}

/// A story or page of an export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportedStory {
    /// What it says; `guid` is the export's identity, `slug` and `canonical_url` serve redirects, `authors[].uri` is
    /// the author's key.
    pub item: NewsItem,
    /// State at the source.
    pub state: ImportedState,
    /// Key of the attachment that leads it (WXR `_thumbnail_id`).
    pub lead_attachment: Option<String>,
    /// Keys of galleries' attachments, by their place in the body, are `Remote("attachment:KEY")` pictures.
    pub old_paths: Vec<String>,
    /// Comments with their threading.
    pub comments: Vec<ImportedComment>,
    /// Readers needed a password at the source: never published by an import.
    pub password_protected: bool,
    /// Kept at the top of lists at the source.
    pub sticky: bool,
    /// The post type at the source, where it is neither post nor page.
    pub kind: Option<String>,
    /// What a page keeps about its parent page (key).
    pub parent: Option<String>,
}

/// State of an imported story at its source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportedState {
    /// Readers could see it.
    Published,
    /// It was due at its publication time.
    Scheduled,
    /// Unfinished, or a word that we don't know: nobody but the desk sees it.
    #[default]
    Draft,
    /// Waiting for an editor.
    Pending,
    /// For signed-in people only.
    Private,
    /// Thrown away.
    Trashed,
}

/// A file of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedAttachment {
    /// Identity in the export (WXR `post_id`).
    pub key: String,
    /// Where the file lies.
    pub url: String,
    /// Title.
    pub title: Option<String>,
    /// Caption (WXR `excerpt:encoded`).
    pub caption: Option<String>,
    /// Description (WXR `content:encoded`).
    pub description: Option<String>,
    /// Text for those who don't see it.
    pub alt: Option<String>,
    /// Credit line.
    pub credit: Option<String>,
    /// Key of the story it was uploaded to.
    pub parent: Option<String>,
    /// When it was uploaded.
    pub created: Option<Timestamp>,
}

/// A comment of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedComment {
    /// Identity in the export.
    pub key: String,
    /// The thread it stands in, by its key in the export; empty where the story itself holds it (WXR).
    #[serde(default)]
    pub thread: String,
    /// Key of the comment that it answers.
    pub parent: Option<String>,
    /// Who wrote it, by the export's own key of people; none for guests.
    #[serde(default)]
    pub author_key: Option<String>,
    /// Display name.
    pub author_name: String,
    /// E-mail; never shown, used to match people.
    pub author_email: Option<String>,
    /// Whether the system that the export is of had proved that address; a guest may write any.
    #[serde(default)]
    pub email_proved: bool,
    /// Web page of the author.
    pub author_url: Option<String>,
    /// When it was written.
    pub created: Option<Timestamp>,
    /// Plain text, a line break a line break, quoted lines with `>`.
    pub text: String,
    /// State at the source.
    pub state: ImportedCommentState,
    /// Who took it away, in the words that comments have here, where the export has them.
    #[serde(default)]
    pub removed_by: Option<String>,
    /// When its writer changed it.
    #[serde(default)]
    pub edited: Option<Timestamp>,
    /// Put forward by the desk.
    #[serde(default)]
    pub featured: bool,
    /// How many people liked it, 0 to [`MOST_LIKES`]. Who they were is not taken: most of them have no profile here.
    #[serde(default)]
    pub likes: u32,
    /// What its writer says of themselves, where a desk has looked at it; plain text.
    #[serde(default)]
    pub author_bio: Option<String>,
}

/// The most likes that are taken of a comment; a number beyond is a mistake of the export.
pub const MOST_LIKES: u32 = 10_000_000;

/// State of an imported comment at its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportedCommentState {
    /// Readers could see it.
    Approved,
    /// Waiting for a moderator, or in a state that we don't know.
    #[default]
    Pending,
    /// Taken out of sight until somebody has decided.
    Held,
    /// Spam.
    Spam,
    /// Refused by a moderator.
    Rejected,
    /// Thrown away by the house.
    Trashed,
    /// Taken away by its writer.
    Deleted,
}

impl ImportedCommentState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Approved,
        Self::Pending,
        Self::Held,
        Self::Spam,
        Self::Rejected,
        Self::Trashed,
        Self::Deleted,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Spam => "spam",
            Self::Rejected => "rejected",
            Self::Trashed => "trashed",
            Self::Deleted => "deleted",
        }
    }

    /// The state of a name; a name that this version doesn't know is one that waits.
    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .unwrap_or_default()
    }
}

/// One record of an export of comments (Disqus, Coral, …), in the file's order: a thread may follow its comments, and an
/// answer may stand before what it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentRecord {
    /// A page that was commented on.
    Thread(Box<ImportedThread>),
    /// Somebody who wrote.
    Person(Box<ImportedPerson>),
    /// A comment.
    Comment(Box<ImportedComment>),
}

/// The comments of one page at their source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedThread {
    /// Identity in the export.
    pub key: String,
    /// Addresses of the page, or paths of it, the best first.
    pub addresses: Vec<String>,
    /// What the publisher's own system called the page, where the export says it.
    pub source_ids: Vec<String>,
    /// The page's title.
    pub title: Option<String>,
    /// When it was made; stands in for a comment's time that can't be read.
    pub created: Option<Timestamp>,
    /// The whole thread was taken away at its source.
    pub deleted: bool,
}

/// Somebody who wrote, where an export keeps people beside the comments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPerson {
    /// Identity in the export.
    pub key: String,
    /// Display name; empty where the export has it with the comments alone.
    pub name: String,
    /// E-mail; never shown.
    pub email: Option<String>,
    /// Whether the system that the export is of had proved the address.
    pub email_proved: bool,
    /// What they say of themselves, where a desk has looked at it.
    #[serde(default)]
    pub bio: Option<String>,
}

/// A row of Isso's table `threads`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IssoThread {
    /// Its number.
    pub id: i64,
    /// Path of the page.
    pub uri: String,
    /// Title of the page.
    pub title: Option<String>,
}

/// A row of Isso's table `comments`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IssoComment {
    /// Number of its thread.
    pub thread: i64,
    /// Its number.
    pub id: i64,
    /// Number of the comment that it answers.
    pub parent: Option<i64>,
    /// Seconds since 1970.
    pub created: f64,
    /// 1 accepted, 2 waiting, 4 deleted while others answer it.
    pub mode: i64,
    /// Markdown.
    pub text: String,
    /// Display name.
    pub author: Option<String>,
    /// What the guest gave as theirs; nobody proved it.
    pub email: Option<String>,
    /// Page of the writer.
    pub website: Option<String>,
    /// How many found it good.
    pub likes: i64,
}
