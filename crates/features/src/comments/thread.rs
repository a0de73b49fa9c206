//! The comments of a story as its page shows them: the first of a thread, a later part of it, or one conversation.

use super::ground::effective;
use crate::app::App;
use crate::pages::{SiteView, policy_key, store_error};
use crate::profiles::pictures;
use masthead_domain::comments::policy::Effective;
use masthead_domain::comments::text::{Block, Piece, blocks};
use masthead_domain::comments::{Badge, CommentState, Order};
use masthead_domain::ids::{CommentId, SectionId, StoryId, TopicId};
use masthead_domain::profiles::ProfileState;
use masthead_domain::time::Timestamp;
use masthead_formats::html::escape_into;
use masthead_store::Conn;
use masthead_store::public::{self, PublicComment, ThreadCursor};
use masthead_web::errors::WebError;
use masthead_web::paging::Cursor;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;

/// Comments of a page, answers included.
pub(crate) const PAGE: usize = 25;
/// Answers that are shown of each conversation before it is opened.
const FIRST_REPLIES: i64 = 3;
/// Answers before the one that a permalink names.
const BEFORE: i64 = 10;

/// What of a thread is asked for, from the query of the story's address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) order: Option<Order>,
    pub(crate) after: Option<Cursor>,
    pub(crate) comment: Option<CommentId>,
}

/// The comments of a story as templates get them.
#[derive(Debug, Serialize)]
pub(crate) struct Thread {
    /// Whether there is anything to say about comments here at all.
    pub(crate) there: bool,
    story: String,
    count: i64,
    mode: &'static str,
    open: bool,
    message: String,
    closes_at: Option<i64>,
    orders: Vec<Ordering>,
    items: Vec<Item>,
    /// The next part of the thread.
    next: Option<String>,
    /// The whole thread, where a part or one conversation is shown.
    whole: Option<String>,
    /// The conversation before what is shown of it.
    earlier: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ordering {
    name: &'static str,
    href: String,
    current: bool,
}

/// A comment, or the place of one.
#[derive(Debug, Serialize)]
struct Item {
    id: String,
    answer: bool,
    /// The key of the words on the place of one that is gone; empty for a comment.
    gone: &'static str,
    /// The hole that it fills, by its writer, so that who muted them gets a line instead; empty where nobody can be named.
    hole: String,
    /// The address of the writer's portrait.
    face: Option<String>,
    name: String,
    /// The key of the words for a writer without a name.
    nobody: &'static str,
    href: Option<String>,
    badge: &'static str,
    created: i64,
    edited: Option<i64>,
    /// HTML.
    body: String,
    likes: i64,
    featured: bool,
    target: bool,
    /// Whom it answers, where that isn't the comment that the conversation began with.
    to: Option<String>,
    to_href: String,
    /// How many answers of the conversation are not shown, and where they are.
    more: i64,
    more_href: String,
}

impl Thread {
    /// No comments at all: for a page that shows a story before it is out.
    pub(crate) const fn none() -> Self {
        Self {
            there: false,
            story: String::new(),
            count: 0,
            mode: "off",
            open: false,
            message: String::new(),
            closes_at: None,
            orders: Vec::new(),
            items: Vec::new(),
            next: None,
            whole: None,
            earlier: None,
        }
    }
}

/// What a page shows of a thread, with the keys that make it stale.
pub(crate) struct Shown {
    pub(crate) thread: Thread,
    pub(crate) keys: Vec<SurrogateKey>,
}

/// Reads what is asked for of a story's thread, in the page's snapshot.
pub(crate) async fn of_story(
    app: &App,
    conn: &mut Conn,
    view: &SiteView,
    (story, path, published): (StoryId, &str, Timestamp),
    section: SectionId,
    topics: &[TopicId],
    asked: Asked,
) -> Result<Shown, WebError> {
    let now = app.now();
    let (policy, scopes) = effective(
        conn,
        &view.sites,
        view.entry.id,
        section,
        topics,
        (story, published),
        now,
    )
    .await
    .map_err(store_error)?;
    let mut keys = vec![SurrogateKey::comments(story)];
    // A story's own step is named by the key of its comments.
    keys.extend(scopes.iter().filter(|id| **id != story.0).map(|id| policy_key(*id)));
    let thread = read(conn, now, &policy, story, path, asked).await?;
    Ok(Shown { thread, keys })
}

async fn read(
    conn: &mut Conn,
    now: Timestamp,
    policy: &Effective,
    story: StoryId,
    path: &str,
    asked: Asked,
) -> Result<Thread, WebError> {
    let open = policy.mode.is_open();
    let count = if policy.hidden {
        0
    } else {
        public::comment_count(conn, now, story).await.map_err(store_error)?
    };
    let usual = Order::usual(open);
    let order = asked.order.unwrap_or(usual);
    let mut thread = Thread {
        there: policy.mode != masthead_domain::comments::policy::Mode::Off,
        story: story.to_string(),
        count,
        mode: policy.mode.name(),
        open,
        message: policy.message.clone(),
        closes_at: policy.closes_at.map(Timestamp::as_micros),
        orders: Vec::new(),
        items: Vec::new(),
        next: None,
        whole: None,
        earlier: None,
    };
    if policy.hidden {
        return Ok(thread);
    }
    if let Some(id) = asked.comment
        && conversation(conn, now, story, path, id, &mut thread).await?
    {
        return Ok(thread);
    }
    let after = asked.after.map_or_else(
        || ThreadCursor::start(order),
        |cursor| ThreadCursor(cursor.at.as_micros(), CommentId(cursor.id)),
    );
    let roots = public::roots(conn, now, story, order, after, PAGE + 1)
        .await
        .map_err(store_error)?;
    let answered: Vec<CommentId> = roots
        .iter()
        .filter(|root| root.replies > 0)
        .map(|root| root.id)
        .collect();
    let replies = if answered.is_empty() {
        Vec::new()
    } else {
        public::first_replies(conn, now, &answered, FIRST_REPLIES)
            .await
            .map_err(store_error)?
    };
    let mut last = None;
    let mut shown = 0;
    let mut rest = roots.iter();
    for root in rest.by_ref() {
        thread.items.push(item(root, root, path, false));
        shown += 1;
        let own: Vec<&PublicComment> = replies.iter().filter(|reply| reply.root == root.id).collect();
        let seen = own.iter().filter(|reply| reply.state.is_shown()).count();
        thread
            .items
            .extend(own.iter().map(|reply| item(reply, root, path, false)));
        shown += own.len();
        let more = root.replies - i64::try_from(seen).unwrap_or(0);
        if let Some(end) = thread.items.last_mut().filter(|_| more > 0) {
            end.more = more;
            end.more_href = at(path, &[("comment", &root.id.to_string())], "comments");
        }
        last = Some(root);
        if shown >= PAGE {
            break;
        }
    }
    if let Some(last) = last.filter(|_| rest.next().is_some()) {
        let place = ThreadCursor::of(last, order);
        let cursor = Cursor::new(Timestamp::from_micros(place.0), place.1).to_string();
        let mut pairs = vec![("comments", cursor.as_str())];
        if order != usual {
            pairs.push(("order", order.name()));
        }
        thread.next = Some(at(path, &pairs, "comments"));
    }
    if asked.after.is_some() {
        thread.whole = Some(at(path, &[], "comments"));
    }
    if count > 1 {
        thread.orders = [Order::Newest, Order::Oldest, Order::Liked]
            .map(|other| Ordering {
                name: other.name(),
                href: if other == usual {
                    at(path, &[], "comments")
                } else {
                    at(path, &[("order", other.name())], "comments")
                },
                current: other == order,
            })
            .into();
    }
    Ok(thread)
}

/// One conversation with the answer that is asked for; false when readers don't see it here.
async fn conversation(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    path: &str,
    id: CommentId,
    thread: &mut Thread,
) -> Result<bool, WebError> {
    let target = public::comment(conn, now, id).await.map_err(store_error)?;
    let Some(target) = target.filter(|target| target.story == story) else {
        return Ok(false);
    };
    let root = if target.root == target.id {
        Some(target.clone())
    } else {
        public::comment(conn, now, target.root).await.map_err(store_error)?
    };
    let Some(root) = root else { return Ok(false) };
    let from = (target.place - BEFORE).max(0);
    let mut replies = public::conversation(conn, now, root.id, from, PAGE + 1)
        .await
        .map_err(store_error)?;
    let more = replies.len() > PAGE;
    replies.truncate(PAGE);
    thread.items.push(item(&root, &root, path, root.id == id));
    thread
        .items
        .extend(replies.iter().map(|reply| item(reply, &root, path, reply.id == id)));
    if let Some(last) = replies.last().filter(|_| more) {
        thread.next = Some(at(
            path,
            &[("comment", &last.id.to_string())],
            &format!("comment-{}", last.id),
        ));
    }
    if from > 0 {
        thread.earlier = Some(at(path, &[("comment", &root.id.to_string())], "comments"));
    }
    thread.whole = Some(at(path, &[], "comments"));
    Ok(true)
}

/// An address of the story's page with these parameters and fragment.
fn at(path: &str, pairs: &[(&str, &str)], fragment: &str) -> String {
    let mut href = path.to_owned();
    if !pairs.is_empty() {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        href.push('?');
        href.push_str(&query.finish());
    }
    href.push('#');
    href.push_str(fragment);
    href
}

/// Where a comment stands on the page of its story.
pub(super) fn place(path: &str, id: CommentId) -> String {
    at(path, &[("comment", &id.to_string())], &format!("comment-{id}"))
}

fn item(comment: &PublicComment, root: &PublicComment, path: &str, target: bool) -> Item {
    let gone = match (comment.state, comment.removed_by.as_deref()) {
        (CommentState::Published, _) => "",
        (CommentState::Deleted, Some("account")) => "comment-gone-account",
        (CommentState::Deleted, _) => "comment-gone-author",
        (CommentState::Rejected, _) => "comment-gone-moderator",
        (CommentState::Pending | CommentState::Held, _) => "comment-gone-waits",
    };
    let face = comment
        .writer
        .as_ref()
        .filter(|writer| writer.state == ProfileState::Open)
        .and_then(|writer| pictures::href(writer.picture.as_deref()?, pictures::SMALL));
    let (name, page) = match &comment.writer {
        None => (String::new(), None),
        Some(writer) => {
            let page = match (&writer.username, writer.state) {
                (Some(username), ProfileState::Open) => Some(username.clone()),
                // Guests without a name at another system have no page.
                (None, ProfileState::Closed) if !writer.display_name.is_empty() => Some(format!("~{}", writer.profile)),
                _ => None,
            };
            (writer.name().to_owned(), page)
        }
    };
    let parent = comment.parent.filter(|parent| *parent != root.id);
    let is_guest = comment
        .writer
        .as_ref()
        .is_some_and(|writer| writer.state == ProfileState::Closed);
    Item {
        id: comment.id.to_string(),
        answer: comment.parent.is_some(),
        gone,
        name,
        nobody: if is_guest { "comment-guest" } else { "comment-nobody" },
        face,
        hole: page.as_ref().map_or_else(String::new, |page| format!("by-{page}")),
        href: page.map(|page| Route::Profile(page.into()).to_string()),
        badge: comment.badge.map_or("", Badge::name),
        created: comment.created_at.as_micros(),
        edited: comment.edited_at.map(Timestamp::as_micros),
        body: body(&comment.body),
        likes: comment.likes,
        featured: comment.featured,
        target,
        to: parent.map(|_| comment.answers.clone().unwrap_or_default()),
        to_href: parent.map_or_else(String::new, |parent| place(path, parent)),
        more: 0,
        more_href: String::new(),
    }
}

/// A comment's text as HTML: paragraphs, quotes and links, everything else escaped. Links are the writer's own and say so
/// to robots.
pub(crate) fn body(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let all = blocks(text);
    let mut rest = all.iter().peekable();
    while let Some(block) = rest.next() {
        if block.quote {
            out.push_str("<blockquote>");
            paragraph(&mut out, block);
            while let Some(next) = rest.next_if(|next| next.quote) {
                paragraph(&mut out, next);
            }
            out.push_str("</blockquote>");
        } else {
            paragraph(&mut out, block);
        }
    }
    out
}

fn paragraph(out: &mut String, block: &Block<'_>) {
    out.push_str("<p>");
    for (number, line) in block.lines.iter().enumerate() {
        if number > 0 {
            out.push_str("<br>");
        }
        for piece in line {
            match piece {
                Piece::Words(words) => escape_into(words, out),
                Piece::Link(link) => {
                    out.push_str("<a href=\"");
                    escape_into(link, out);
                    out.push_str("\" rel=\"ugc nofollow noopener\">");
                    escape_into(link, out);
                    out.push_str("</a>");
                }
            }
        }
    }
    out.push_str("</p>");
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn a_text_comes_out_as_paragraphs_quotes_and_links_and_nothing_else() {
        assert_eq!(
            body("<b>one</b> & \"two\"\n\n> they said\n\n> so\nsee https://a.example/?a=1&b='2'"),
            "<p>&lt;b&gt;one&lt;/b&gt; &amp; &quot;two&quot;</p><blockquote><p>they said</p><p>so</p></blockquote>\
             <p>see <a href=\"https://a.example/?a=1&amp;b=&#39;2\" rel=\"ugc nofollow noopener\">\
             https://a.example/?a=1&amp;b=&#39;2</a>&#39;</p>"
        );
    }
}
