//! What a word list would have done to the comments of the last days, before it is put in force.

use super::{CommentError, ground};
use crate::app::App;
use masthead_domain::comments::policy::{Scope, ScopeKind};
use masthead_domain::comments::words::{Folded, WordList};
use masthead_domain::ids::{CommentId, StoryId};
use masthead_store::comments::{self as rows, Comment};
use masthead_store::policies;
use serde::Serialize;

/// Days that are looked back at (product §2.4).
const DAYS: i64 = 7;
/// Comments read at once.
const AT_ONCE: usize = 500;
/// Comments of each kind that are shown; all are counted.
const SHOWN: usize = 25;

/// What a list would change.
#[derive(Debug, Default, Serialize)]
pub struct Trial {
    /// Comments of these days where the list counts.
    pub looked_at: u64,
    /// Those that the list in force finds.
    pub found_now: u64,
    /// Those that the list on trial finds.
    pub found_then: u64,
    /// Some of those that only the list on trial finds, the newest last.
    pub newly: Vec<Found>,
    /// Some of those that only the list in force finds.
    pub no_longer: Vec<Found>,
}

/// A comment with words of a list.
#[derive(Debug, Serialize)]
pub struct Found {
    /// Which.
    pub comment: CommentId,
    /// Under which story.
    pub story: StoryId,
    /// Where it stands.
    pub state: &'static str,
    /// The entries of the list that it holds.
    pub words: Vec<String>,
    /// What it says.
    pub text: String,
}

/// Holds the comments of the last days against a list that would take the place of the step's own of that name. Nothing
/// is changed.
///
/// # Errors
/// When the store can't answer, or the list can't be prepared.
pub async fn try_words(app: &App, scope: Scope, list: &str, words: &str) -> Result<Trial, CommentError> {
    let known = policies::words(&mut app.db.reader().await?, &[scope.id]).await?;
    let known = known.iter().find(|record| record.list == list);
    let prepare = |text: &str| {
        WordList::new(text.lines().map(str::trim).filter(|line| !line.is_empty()))
            .map_err(|error| CommentError::Failed(error.to_string()))
    };
    let now = prepare(known.map_or("", |record| record.words.as_str()))?;
    let then = prepare(words)?;
    let mut trial = Trial::default();
    let mut after = (app.now().plus_seconds(-DAYS * 86_400), CommentId(uuid::Uuid::nil()));
    loop {
        // A page at a time, so that no connection is held for as long as all of it takes.
        let some = rows::written_after(&mut app.db.reader().await?, after, AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(trial) };
        after = (last.created_at, last.id);
        for comment in &some {
            if is_below(app, scope, comment).await? {
                trial.look(comment, &now, &then);
            }
        }
    }
}

/// Whether what a step says counts for a comment.
async fn is_below(app: &App, scope: Scope, comment: &Comment) -> Result<bool, CommentError> {
    match scope.kind {
        ScopeKind::Network => Ok(true),
        ScopeKind::Site => Ok(comment.site.0 == scope.id),
        ScopeKind::Story => Ok(comment.story.0 == scope.id),
        ScopeKind::Section | ScopeKind::Topic => match ground::of(app, comment.story, comment.site).await {
            Ok(ground) => Ok(ground.is_below(scope)),
            // What readers don't see any more has no place on the ladder.
            Err(CommentError::NoStory) => Ok(false),
            Err(error) => Err(error),
        },
    }
}

impl Trial {
    fn look(&mut self, comment: &Comment, now: &WordList, then: &WordList) {
        let folded = Folded::new(&comment.body);
        let (was, is) = (now.find(&folded), then.find(&folded));
        self.looked_at += 1;
        self.found_now += u64::from(!was.is_empty());
        self.found_then += u64::from(!is.is_empty());
        let (words, into) = match (was.is_empty(), is.is_empty()) {
            (true, false) => (is, &mut self.newly),
            (false, true) => (was, &mut self.no_longer),
            _ => return,
        };
        if into.len() < SHOWN {
            into.push(Found {
                comment: comment.id,
                story: comment.story,
                state: comment.state.name(),
                words: words.into_iter().map(str::to_owned).collect(),
                text: comment.body.clone(),
            });
        }
    }
}
