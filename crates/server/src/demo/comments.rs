//! Comments of the demo, in every state: written by its people as they would, decided by its moderator, and some left for
//! whoever tries the desk.

use super::people::PEOPLE;
use anyhow::Context as _;
use masthead_domain::accounts::Email;
use masthead_domain::comments::RemovalReason;
use masthead_domain::comments::reports::ReportReason;
use masthead_domain::ids::{CommentId, SiteId, StoryId};
use masthead_features::app::App;
use masthead_features::comments::{self, Author, Complaint, Decider, Decision, Draft};
use masthead_store::comments as rows;
use masthead_store::{accounts, profiles, public, stories};
use std::net::{IpAddr, Ipv4Addr};

/// What becomes of a comment after it was written.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing: it stands as the rules put it.
    Left,
    /// The moderator approves it.
    Approved,
    /// The moderator takes it away.
    Rejected,
    /// The moderator approves it and puts it forward.
    Featured,
    /// It is approved, and a passer-by reports it.
    Reported,
}

/// Under which story a comment stands.
#[derive(Clone, Copy)]
enum Under {
    /// One of the newest, from 0.
    Newest(usize),
    /// The one of this slug.
    Slug(&'static str),
}

struct Line {
    story: Under,
    who: &'static str,
    /// The line that it answers.
    answers: Option<usize>,
    text: &'static str,
    then: Then,
}

const fn line(story: Under, who: &'static str, answers: Option<usize>, text: &'static str, then: Then) -> Line {
    Line {
        story,
        who,
        answers,
        text,
        then,
    }
}

/// A reader may write three at once, so none of them does more.
const LINES: &[Line] = &[
    line(
        Under::Newest(0),
        "ottoline",
        None,
        "I walked past this morning, and it looked just as you describe it. Thank you for writing it down plainly.",
        Then::Featured,
    ),
    line(
        Under::Newest(0),
        "cassius_b",
        Some(0),
        "> it looked just as you describe it\n\nOn a good day, perhaps. Come back in February.",
        Then::Approved,
    ),
    line(
        Under::Newest(0),
        "tobias_wren",
        Some(1),
        "We will be there in February, and every month before it.",
        Then::Left,
    ),
    line(
        Under::Newest(0),
        "wilma_tern",
        None,
        "There is a picture of the same place from 1961 in the library. Somebody should put the two side by side.",
        Then::Reported,
    ),
    line(
        Under::Newest(1),
        "cassius_b",
        None,
        "Whoever wrote this has never had to wait for a ferry in his life, and ought to be made to.",
        Then::Rejected,
    ),
    line(
        Under::Newest(1),
        "ottoline",
        None,
        "Could you ask them what it costs? The council's own page says one thing and the notice at the quay another.",
        Then::Approved,
    ),
    line(
        Under::Newest(1),
        "wilma_tern",
        Some(5),
        "The notice is from last year. I have a picture of it.",
        Then::Left,
    ),
    line(
        Under::Newest(2),
        "ottoline",
        None,
        "Better pictures, cheaper oars: https://oars.example https://rowing.example https://boats.example",
        Then::Left,
    ),
    line(
        Under::Slug("ferry-strike-called-off"),
        "cassius_b",
        None,
        "So the six o'clock boat goes again, and I shall have to find another excuse.",
        Then::Approved,
    ),
    line(
        Under::Slug("ferry-strike-called-off"),
        "wilma_tern",
        Some(8),
        "It goes. Whether it arrives is between the boat and the weather.",
        Then::Approved,
    ),
    line(
        Under::Slug("danmoor-by-election-analysis"),
        "pia_lorimer",
        None,
        "The same swing in Eelhithe would have been worth two seats on the county council.",
        Then::Left,
    ),
];

/// Writes the comments unless somebody of the demo has written before.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let site = app.sites().first().context("the demo has no site")?.id;
    let (author, _) = person(app, "ottoline").await?;
    let end = (masthead_domain::time::Timestamp::MAX, CommentId(uuid::Uuid::max()));
    if !rows::of_profile(&mut app.db.reader().await?, author.profile, end, 1)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let stories = newest(app, site).await?;
    let (_, moderator) = person(app, "marek_dunmore").await?;
    let mut written: Vec<CommentId> = Vec::new();
    for line in LINES {
        let story = match line.story {
            Under::Newest(place) => stories.get(place).copied(),
            Under::Slug(slug) => Some(masthead_features::stories::find(app, slug).await?),
        };
        let Some(story) = story else { break };
        let (author, _) = person(app, line.who).await?;
        let draft = Draft {
            story,
            site,
            parent: line.answers.and_then(|number| written.get(number).copied()),
            text: line.text.to_owned(),
            key: String::new(),
        };
        let posted = comments::post(app, &author, draft).await?;
        written.push(posted.id);
        settle(app, &moderator, posted.id, line.then).await?;
    }
    Ok(())
}

async fn settle(app: &App, moderator: &Decider, id: CommentId, then: Then) -> anyhow::Result<()> {
    match then {
        Then::Left => {}
        Then::Rejected => {
            let decision = Decision::Reject {
                reason: RemovalReason::Abusive,
                note: "Please argue with what was written and not with the writer.".into(),
            };
            comments::decide(app, moderator, id, decision).await?;
        }
        Then::Approved | Then::Featured | Then::Reported => {
            comments::decide(app, moderator, id, Decision::Approve).await?;
        }
    }
    if matches!(then, Then::Featured) {
        comments::feature(app, moderator, id, true).await?;
    }
    if matches!(then, Then::Reported) {
        let complaint = Complaint {
            comment: id,
            reason: ReportReason::OffTopic,
            note: "This is about a picture, not about the story.".into(),
            law: String::new(),
            explanation: String::new(),
        };
        comments::report(app, None, IpAddr::V4(Ipv4Addr::LOCALHOST), complaint).await?;
    }
    Ok(())
}

/// Somebody of the demo, as they write and as they decide.
pub(super) async fn person(app: &App, username: &str) -> anyhow::Result<(Author, Decider)> {
    let somebody = PEOPLE.iter().find(|somebody| somebody.username == username);
    let somebody = somebody.with_context(|| format!("the demo has nobody called {username}"))?;
    let email = Email::parse(&somebody.email())?;
    let mut conn = app.db.reader().await?;
    let account = accounts::by_email(&mut conn, &email.key()).await?;
    let account = account.with_context(|| format!("{username} has no account"))?;
    let profile = profiles::of_account(&mut conn, account).await?;
    let profile = profile.with_context(|| format!("{username} has no profile"))?;
    let grants = accounts::grants(&mut conn, account).await?;
    let author = Author {
        profile: profile.id,
        name: profile.name().to_owned(),
        grants: grants.clone(),
        is_ready: true,
    };
    Ok((author, Decider { account, grants }))
}

/// The newest stories of a site, without galleries.
async fn newest(app: &App, site: SiteId) -> anyhow::Result<Vec<StoryId>> {
    let mut conn = app.db.reader().await?;
    let cards = public::newest(&mut conn, app.now(), site, site, 12).await?;
    let mut found = Vec::new();
    for card in cards {
        let is_gallery = stories::lists(&mut conn, card.story)
            .await?
            .iter()
            .any(|entry| entry.list == masthead_domain::stories::GALLERIES);
        if !is_gallery {
            found.push(card.story);
        }
    }
    Ok(found)
}
