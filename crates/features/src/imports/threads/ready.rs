//! Comments of a thread made ready to be written: in the order in which they can be, with the identities that they and
//! their writers get here, cleaned as a comment is at the door.

use masthead_domain::accounts::Email;
use masthead_domain::comments::CommentState;
use masthead_domain::comments::text::{self, LONGEST, TextError};
use masthead_domain::ids::{CommentId, ProfileId, SiteId, StoryId};
use masthead_domain::imports::{ImportedComment, ImportedCommentState};
use masthead_domain::profiles::{LONGEST_BIO, LONGEST_NAME, clean_line, clean_text};
use masthead_domain::time::Timestamp;
use masthead_formats::Format;
use masthead_store::authors::folded;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Where identities of an import come from: the network's own key, so that nobody can tell from a profile's address
/// whether it belongs to a mail address that they know.
#[derive(Clone, Copy, Debug)]
pub(in crate::imports) struct Names {
    comments: Uuid,
    profiles: Uuid,
}

impl Names {
    pub(in crate::imports) fn new(key: &[u8]) -> Self {
        let of = |kind: &[u8]| {
            let digest = Sha256::digest([key, b"\0import\0", kind].concat());
            let mut bytes = [0; 16];
            bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
            Uuid::from_bytes(bytes)
        };
        Self {
            comments: of(b"comments"),
            profiles: of(b"profiles"),
        }
    }

    fn comment(self, source: &str, story: StoryId, key: &str) -> CommentId {
        if let Some(id) = own(source, key) {
            return CommentId(id);
        }
        CommentId(Uuid::new_v5(
            &self.comments,
            format!("{source}\n{story}\n{key}").as_bytes(),
        ))
    }

    fn profile(self, who: &str) -> ProfileId {
        ProfileId(Uuid::new_v5(&self.profiles, who.as_bytes()))
    }
}

/// The identity of what an export of our own names: it stays what it is.
fn own(source: &str, key: &str) -> Option<Uuid> {
    (source == Format::Masthead.name()).then(|| key.parse().ok())?
}

/// Comments of one story that are written together.
#[derive(Clone, Debug)]
pub(in crate::imports) struct Part {
    /// The thread's name in the report.
    pub(in crate::imports) name: String,
    /// Which system it is from, for the log.
    pub(in crate::imports) source: String,
    pub(in crate::imports) story: StoryId,
    pub(in crate::imports) site: SiteId,
    /// What is answered stands before its answers.
    pub(in crate::imports) comments: Vec<Ready>,
}

/// A comment that can be written.
#[derive(Clone, Debug)]
pub(in crate::imports) struct Ready {
    pub(super) id: CommentId,
    pub(super) parent: Option<CommentId>,
    pub(super) writer: Writer,
    pub(super) state: CommentState,
    pub(super) removed_by: Option<&'static str>,
    pub(super) body: String,
    pub(super) created: Timestamp,
    pub(super) edited: Option<Timestamp>,
    pub(super) featured: bool,
    pub(super) likes: u32,
}

/// Who wrote a comment.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    /// The closed profile that they get here, unless they are known.
    pub(super) profile: ProfileId,
    pub(super) name: String,
    /// What a desk let them say of themselves; empty for nothing.
    pub(super) bio: String,
    /// The key of their address, by which the profile can be claimed.
    pub(super) email: Option<String>,
    /// Whether the address was proved at the source, so that an account that proved it here is the same person's.
    pub(super) is_proved: bool,
}

/// What became of a thread's comments.
#[derive(Debug, Default)]
pub(in crate::imports) struct Prepared {
    pub(in crate::imports) comments: Vec<Ready>,
    /// Comments that can't be taken, by key, with the reason.
    pub(in crate::imports) set_aside: Vec<(String, String)>,
    /// What was not taken whole.
    pub(in crate::imports) problems: Vec<String>,
}

/// Makes the comments of a story ready that came with it.
pub(in crate::imports) fn of_story(
    names: Names,
    source: &str,
    story: StoryId,
    comments: &[ImportedComment],
    now: Timestamp,
) -> Prepared {
    prepare(names, source, story, comments.to_vec(), None, now)
}

/// Makes a thread's comments ready. `created` is when the thread began, for comments whose own time can't be read.
pub(in crate::imports) fn prepare(
    names: Names,
    source: &str,
    story: StoryId,
    comments: Vec<ImportedComment>,
    created: Option<Timestamp>,
    now: Timestamp,
) -> Prepared {
    let mut prepared = Prepared::default();
    let mut seen = HashSet::new();
    let mut all: Vec<(ImportedComment, Ready)> = Vec::with_capacity(comments.len());
    for comment in comments {
        if !seen.insert(comment.key.clone()) {
            let reason = "another comment of the thread has the same number".to_owned();
            prepared.set_aside.push((comment.key, reason));
            continue;
        }
        match ready(names, source, story, &comment, created, now) {
            Ok((ready, problem)) => {
                prepared.problems.extend(problem);
                all.push((comment, ready));
            }
            Err(reason) => {
                // Those who answer it stand on their own.
                seen.remove(&comment.key);
                prepared.set_aside.push((comment.key, reason));
            }
        }
    }
    let mut orphans = 0;
    for (comment, ready) in &mut all {
        let Some(parent) = comment.parent.as_deref().filter(|parent| *parent != comment.key) else {
            continue;
        };
        // One that isn't in the export may have come with an earlier one: the transaction looks.
        ready.parent = Some(names.comment(source, story, parent));
        orphans += usize::from(!seen.contains(parent));
    }
    if orphans > 0 {
        prepared
            .problems
            .push(format!("{orphans} answers to comments that are not in the export"));
    }
    prepared.comments = in_order(all.into_iter().map(|(_, ready)| ready).collect());
    prepared
}

fn ready(
    names: Names,
    source: &str,
    story: StoryId,
    comment: &ImportedComment,
    created: Option<Timestamp>,
    now: Timestamp,
) -> Result<(Ready, Option<String>), String> {
    let (state, removed_by) = match comment.state {
        ImportedCommentState::Approved => (CommentState::Published, None),
        ImportedCommentState::Pending => (CommentState::Pending, None),
        ImportedCommentState::Held => (CommentState::Held, None),
        ImportedCommentState::Spam => (CommentState::Rejected, Some("rule")),
        ImportedCommentState::Rejected | ImportedCommentState::Trashed => (CommentState::Rejected, Some("moderator")),
        ImportedCommentState::Deleted => (CommentState::Deleted, Some("author")),
    };
    let (body, problem) = match state {
        // What its writer took away is not kept; its place is.
        CommentState::Deleted => (String::new(), None),
        _ => body(&comment.text, &comment.key)?,
    };
    let ready = Ready {
        id: names.comment(source, story, &comment.key),
        parent: None,
        writer: writer(names, source, comment),
        state,
        removed_by: removed_by.map(|usual| remover(comment.removed_by.as_deref()).unwrap_or(usual)),
        body,
        created: comment.created.or(created).unwrap_or(now).min(now),
        edited: comment.edited.map(|edited| edited.min(now)),
        featured: comment.featured && state == CommentState::Published,
        likes: if state == CommentState::Deleted {
            0
        } else {
            comment.likes
        },
    };
    Ok((ready, problem))
}

/// Who took a comment away, in a word that tombstones have.
fn remover(word: Option<&str>) -> Option<&'static str> {
    ["author", "account", "moderator", "rule"]
        .into_iter()
        .find(|known| Some(*known) == word)
}

/// The text as a comment has it, and what was lost of it.
fn body(said: &str, key: &str) -> Result<(String, Option<String>), String> {
    match text::normalise(said) {
        Ok(body) => Ok((body, None)),
        Err(TextError::Empty) => Err("it has no text".into()),
        Err(TextError::TooLong(length)) => {
            // Cleaning makes no text longer, so what is cut here is short enough afterwards.
            let kept: String = said.chars().take(LONGEST - 1).collect();
            let cut = kept
                .rsplit_once(char::is_whitespace)
                .map_or(kept.as_str(), |(whole, _)| whole);
            let body = text::normalise(&format!("{cut}…")).map_err(|error| error.to_string())?;
            let problem = format!("comment {key} has {length} characters; the first {LONGEST} were taken");
            Ok((body, Some(problem)))
        }
    }
}

fn writer(names: Names, source: &str, comment: &ImportedComment) -> Writer {
    let name: String = clean_line(&comment.author_name).chars().take(LONGEST_NAME).collect();
    let email = comment
        .author_email
        .as_deref()
        .and_then(|text| Email::parse(text).ok())
        .map(|email| email.key());
    let is_proved = comment.email_proved && email.is_some();
    let who = match (&email, &comment.author_key) {
        (Some(email), _) if is_proved => format!("email\n{email}"),
        // Anybody can write any address: with another name it may be somebody else.
        (Some(email), _) => format!("guest\n{email}\n{}", folded(&name)),
        (None, Some(key)) => format!("person\n{source}\n{key}"),
        (None, None) => format!("name\n{source}\n{}", folded(&name)),
    };
    let same = comment.author_key.as_deref().and_then(|key| own(source, key));
    Writer {
        profile: same.map_or_else(|| names.profile(&who), ProfileId),
        name,
        bio: bio(comment.author_bio.as_deref().unwrap_or_default()),
        email,
        is_proved,
    }
}

/// As profiles here have it: what is too long was none of ours.
fn bio(said: &str) -> String {
    clean_text(said).chars().take(LONGEST_BIO).collect()
}

/// As they were written, but nothing before what it answers. Answers that go round in a circle begin with one that
/// stands on its own.
fn in_order(mut all: Vec<Ready>) -> Vec<Ready> {
    all.sort_by_key(|ready| (ready.created, ready.id));
    let places: HashMap<CommentId, usize> = all.iter().enumerate().map(|(at, ready)| (ready.id, at)).collect();
    let mut done = vec![false; all.len()];
    let mut order = Vec::with_capacity(all.len());
    for start in 0..all.len() {
        // Up to the first that is written or answers nothing here, then down again.
        let mut line = Vec::new();
        let mut at = Some(start);
        let mut met = HashSet::new();
        while let Some(place) = at.filter(|place| done.get(*place) == Some(&false)) {
            if !met.insert(place) {
                if let Some(ready) = line.last().and_then(|last: &usize| all.get_mut(*last)) {
                    ready.parent = None;
                }
                break;
            }
            line.push(place);
            at = all
                .get(place)
                .and_then(|ready| ready.parent)
                .and_then(|parent| places.get(&parent).copied());
        }
        for place in line.into_iter().rev() {
            if let Some(done) = done.get_mut(place) {
                *done = true;
            }
            order.push(place);
        }
    }
    let mut all: Vec<Option<Ready>> = all.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|place| all.get_mut(place).and_then(Option::take))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new(b"a key of the network")
    }

    fn comment(key: &str, parent: Option<&str>, second: i64) -> ImportedComment {
        ImportedComment {
            key: key.into(),
            parent: parent.map(str::to_owned),
            text: format!("Comment {key}"),
            created: Some(Timestamp::from_micros(second * 1_000_000)),
            state: ImportedCommentState::Approved,
            ..ImportedComment::default()
        }
    }

    fn made(comments: Vec<ImportedComment>) -> Prepared {
        let now = Timestamp::from_micros(1_000_000_000);
        prepare(names(), "disqus", StoryId(Uuid::nil()), comments, None, now)
    }

    #[test]
    fn what_is_answered_comes_before_its_answers() {
        // An answer with an earlier time than what it answers: clocks of other systems.
        let all = vec![
            comment("c", Some("b"), 1),
            comment("b", Some("a"), 2),
            comment("a", None, 3),
            comment("d", Some("gone"), 4),
        ];
        let prepared = made(all);
        let said: Vec<&str> = prepared.comments.iter().map(|ready| ready.body.as_str()).collect();
        assert_eq!(said, ["Comment a", "Comment b", "Comment c", "Comment d"]);
        assert_eq!(prepared.comments[1].parent, Some(prepared.comments[0].id));
        assert!(prepared.problems[0].contains("1 answers"), "{:?}", prepared.problems);
    }

    #[test]
    fn a_circle_is_opened_and_nothing_is_lost() {
        let prepared = made(vec![
            comment("a", Some("b"), 1),
            comment("b", Some("c"), 2),
            comment("c", Some("a"), 3),
            comment("s", Some("s"), 4),
        ]);
        assert_eq!(prepared.comments.len(), 4);
        let mut before = HashSet::new();
        for ready in &prepared.comments {
            assert!(ready.parent.is_none_or(|parent| before.contains(&parent)));
            before.insert(ready.id);
        }
    }

    #[test]
    fn texts_are_cleaned_cut_or_set_aside_and_deleted_ones_are_empty() {
        let mut long = comment("long", None, 1);
        long.text = "word ".repeat(2_000);
        let mut empty = comment("empty", None, 2);
        empty.text = " \u{200b}".into();
        let mut deleted = comment("deleted", None, 3);
        deleted.state = ImportedCommentState::Deleted;
        let prepared = made(vec![
            long,
            empty,
            deleted,
            comment("twice", None, 4),
            comment("twice", None, 5),
        ]);
        assert_eq!(prepared.set_aside.len(), 2, "{:?}", prepared.set_aside);
        let body = &prepared.comments[0].body;
        assert!(body.ends_with("word…") && body.chars().count() <= LONGEST);
        assert_eq!(prepared.comments[1].body, "");
        assert_eq!(prepared.comments[1].state, CommentState::Deleted);
    }

    #[test]
    fn people_are_told_apart_by_what_is_proved() {
        let of = |name: &str, email: Option<&str>, proved: bool, key: Option<&str>| {
            let comment = ImportedComment {
                author_name: name.into(),
                author_email: email.map(str::to_owned),
                email_proved: proved,
                author_key: key.map(str::to_owned),
                ..ImportedComment::default()
            };
            writer(names(), "disqus", &comment).profile
        };
        let email = Some("Ada@quay.example");
        assert_eq!(
            of("Ada", email, true, None),
            of("ada q", Some("ada@quay.example"), true, Some("x"))
        );
        assert_ne!(of("Ada", email, false, None), of("Not Ada", email, false, None));
        assert_ne!(of("Ada", email, false, None), of("Ada", email, true, None));
        assert_eq!(of("Ada", None, false, Some("k")), of("Other", None, false, Some("k")));
        assert_ne!(of("Ada", None, false, None), of("Tom", None, false, None));
        let other = Names::new(b"another key");
        assert_ne!(
            other.profile("email\na@b.example"),
            names().profile("email\na@b.example")
        );
    }
}
