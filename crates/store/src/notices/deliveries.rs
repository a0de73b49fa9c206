//! What is on its way to whoever follows something: made once for a reader, a means and a fact, marked before it goes
//! out, and kept when it is done, so that nothing is told twice.
//!
//! A delivery names a story or an alert and holds no word of it. What it says is read when it goes out, by the same path
//! as a reader's page.

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{AlertId, MailId, ProfileId, SiteId, StoryId};
use masthead_domain::notices::{Means, Pace, Press};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Columns of a [`Delivery`].
macro_rules! delivery {
    () => {
        "id, profile_id, kind, site_id, story_id, alert_id, pressing, pace, created_at"
    };
}

queries! {
    TOLD = "SELECT subject_id, severity FROM tellings WHERE subject_id IN {list:$1}";
    TELL = "INSERT INTO tellings (subject_id, severity, told_at) VALUES ($1, $2, $3)
        ON CONFLICT (subject_id) DO UPDATE SET severity = excluded.severity, told_at = excluded.told_at
        WHERE tellings.severity < excluded.severity";
    OVERTAKE = "DELETE FROM deliveries WHERE profile_id = $1 AND means = $2 AND story_id = $3 AND kind = 'story'
        AND state = 'waiting'";
    PUT = "INSERT INTO deliveries (id, profile_id, means, kind, site_id, story_id, alert_id, pressing, pace, due_at,
            state, created_at, changed_at)
        SELECT $1, p.id, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $11 FROM profiles p
        WHERE p.id = $2 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.profile_id = $2 AND d.means = $3
            AND d.story_id = $6 AND d.id <> $1 AND d.created_at > $12)
        ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, pace = excluded.pace
        WHERE deliveries.state = 'waiting' AND excluded.due_at < deliveries.due_at";
    hot NEXT = "SELECT due_at FROM deliveries WHERE means = $1 AND state = 'waiting' ORDER BY due_at LIMIT 1";
    hot DUE = "SELECT profile_id FROM deliveries WHERE means = $1 AND state = 'waiting' AND due_at <= $2
        ORDER BY due_at LIMIT $3";
    OF_READER = concat!("SELECT ", delivery!(), " FROM deliveries WHERE profile_id = $1 AND means = $2
        AND state = 'waiting' AND due_at <= $3 ORDER BY created_at, id");
    START = "UPDATE deliveries SET state = 'sending', changed_at = $2 WHERE state = 'waiting' AND id IN {list:$1}";
    PUT_OFF = "UPDATE deliveries SET due_at = $2, pace = $3 WHERE state = 'waiting' AND id IN {list:$1}";
    BACK = "UPDATE deliveries SET state = 'waiting', due_at = $2, changed_at = $3 WHERE state = 'sending' AND id IN {list:$1}";
    DONE = "UPDATE deliveries SET state = $2, message_id = $3, changed_at = $4 WHERE state = 'sending' AND id IN {list:$1}";
    RECENT_MAILS = "SELECT count(DISTINCT message_id) FROM deliveries WHERE profile_id = $1 AND means = 'mail'
        AND created_at > $2 AND changed_at > $3 AND state = 'sent'";
    hot UNDER_WAY = "SELECT count(*) FROM deliveries WHERE state = 'sending' AND changed_at <= $1";
    STUCK = "SELECT kind, means, story_id, alert_id, changed_at FROM deliveries WHERE state = 'sending' AND changed_at <= $1
        ORDER BY changed_at, id LIMIT $2";
    TAKE_BACK = "UPDATE deliveries SET state = 'dropped', changed_at = $2 WHERE story_id = $1 AND state = 'waiting'";
    DROP_WAITING = "UPDATE deliveries SET state = 'dropped', changed_at = $2 WHERE profile_id = $1 AND state = 'waiting'
        AND means = $3";
    DROP_THESE = "UPDATE deliveries SET state = 'dropped', changed_at = $2 WHERE state = 'waiting' AND id IN {list:$1}";
    RETIME = "UPDATE deliveries SET due_at = $4 WHERE profile_id = $1 AND state = 'waiting' AND site_id = $2 AND pace = $3";
    FORGET = "DELETE FROM deliveries WHERE profile_id = $1";
    OF_PROFILE = "SELECT means, kind, state, created_at FROM deliveries WHERE profile_id = $1 ORDER BY created_at, id";
    SWEEP = "DELETE FROM deliveries WHERE created_at < $1";
    SWEEP_TELLINGS = "DELETE FROM tellings WHERE told_at < $1";
}

/// What a delivery is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A story's first publication.
    Story(StoryId),
    /// A story that has the banner of its site.
    Breaking(StoryId),
    /// An alert that was issued, or became worse.
    Alert(AlertId),
}

impl About {
    /// The stable name, in the store and in strings.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Story(_) => "story",
            Self::Breaking(_) => "breaking",
            Self::Alert(_) => "alert",
        }
    }

    /// Its story.
    pub const fn story(self) -> Option<StoryId> {
        match self {
            Self::Story(story) | Self::Breaking(story) => Some(story),
            Self::Alert(_) => None,
        }
    }

    const fn alert(self) -> Option<AlertId> {
        match self {
            Self::Alert(alert) => Some(alert),
            Self::Story(_) | Self::Breaking(_) => None,
        }
    }

    fn of(kind: &str, story: Option<StoryId>, alert: Option<AlertId>) -> Option<Self> {
        match (kind, story, alert) {
            ("story", Some(story), _) => Some(Self::Story(story)),
            ("breaking", Some(story), _) => Some(Self::Breaking(story)),
            ("alert", _, Some(alert)) => Some(Self::Alert(alert)),
            _ => None,
        }
    }
}

/// The numbers of [`Press`] in the store.
const PRESSING: [(Press, i64); 3] = [(Press::Usual, 0), (Press::Breaking, 1), (Press::Extreme, 2)];

/// Something that is to be told to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Identity, made of the reader, the means and the fact.
    pub id: Uuid,
    /// To whom.
    pub profile: ProfileId,
    /// Of what; `None` for a kind of a newer version than this.
    pub about: Option<About>,
    /// The site in whose words.
    pub site: SiteId,
    /// How much it presses.
    pub press: Press,
    /// Whether it is for the digest.
    pub pace: Pace,
    /// When it was put on its way.
    pub created_at: Timestamp,
}

impl FromRow for Delivery {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (id, profile) = (row.next()?, row.next()?);
        let (kind, site): (String, SiteId) = (row.next()?, row.next()?);
        let (story, alert) = (row.next()?, row.next()?);
        let pressing: i64 = row.next()?;
        let pace: String = row.next()?;
        Ok(Self {
            id,
            profile,
            about: About::of(&kind, story, alert),
            site,
            press: PRESSING
                .into_iter()
                .find_map(|(press, number)| (number == pressing).then_some(press))
                .unwrap_or(Press::Usual),
            pace: Pace::parse(&pace).unwrap_or(Pace::Digest),
            created_at: row.next()?,
        })
    }
}

/// What is to be put on its way.
#[derive(Clone, Copy, Debug)]
pub struct NewDelivery {
    /// To whom.
    pub profile: ProfileId,
    /// By which means.
    pub means: Means,
    /// The fact: what is told of once.
    pub subject: Uuid,
    /// Of what.
    pub about: About,
    /// In the words of which site.
    pub site: SiteId,
    /// How much it presses.
    pub press: Press,
    /// Whether it is for the digest.
    pub pace: Pace,
    /// When it is due.
    pub due: Timestamp,
}

/// A story is not told of again within this many seconds because it is breaking news as well.
const SAME_STORY: i64 = 3_600;

/// The namespace of deliveries and of their facts (RFC 9562, version 5), chosen once.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d61_7374_6865_6164_6e6f_7469_6365_0001);

/// The fact that a story has a banner with a text: another text is another fact.
pub fn breaking_subject(story: StoryId, text: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("breaking\n{story}\n{text}").as_bytes())
}

/// The fact that an alert is this severe.
pub fn alert_subject(alert: AlertId, severity: i64) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("alert\n{alert}\n{severity}").as_bytes())
}

/// The id of the message that tells somebody these things, made of them: the same again is the same message.
pub fn message_of(deliveries: &[Uuid]) -> MailId {
    let mut ids: Vec<String> = deliveries.iter().map(Uuid::to_string).collect();
    ids.sort_unstable();
    MailId(Uuid::new_v5(&NAMESPACE, ids.join("\n").as_bytes()))
}

/// Which of these facts were told of, with the severity that was.
///
/// # Errors
/// When the store can't answer.
pub async fn told(conn: &mut Conn, subjects: &[Uuid]) -> Result<Vec<(Uuid, i64)>, StoreError> {
    conn.all(TOLD, params![subjects]).await
}

/// Notes that a fact is told of. False when it was before, as severe as this.
///
/// # Errors
/// When the store can't answer.
pub async fn tell(tx: &mut Tx, subject: Uuid, severity: i64) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.execute(TELL, params![subject, severity, now]).await? > 0)
}

/// Puts something on its way to a reader, or lets it come sooner. Nothing where they were or are told of it already, or
/// of the same story within the last hour.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, new: &NewDelivery) -> Result<(), StoreError> {
    let now = tx.now();
    let name = format!("{}\n{}\n{}", new.means.name(), new.profile, new.subject);
    let id = Uuid::new_v5(&NAMESPACE, name.as_bytes());
    if let About::Breaking(story) = new.about {
        // It waits for a digest, and is breaking news now.
        tx.execute(OVERTAKE, params![new.profile, new.means.name(), story])
            .await?;
    }
    let pressing = PRESSING
        .into_iter()
        .find_map(|(press, number)| (press == new.press).then_some(number))
        .unwrap_or_default();
    tx.execute(
        PUT,
        params![
            id,
            new.profile,
            new.means.name(),
            new.about.kind(),
            new.site,
            new.about.story(),
            new.about.alert(),
            pressing,
            new.pace.name(),
            new.due,
            now,
            now.plus_seconds(-SAME_STORY)
        ],
    )
    .await?;
    Ok(())
}

/// When the next is due by a means; it may lie in the past.
///
/// # Errors
/// When the store can't answer.
pub async fn next_due(conn: &mut Conn, means: Means) -> Result<Option<Timestamp>, StoreError> {
    conn.optional(NEXT, params![means.name()]).await
}

/// Readers for whom something is due by a means, those that have waited longest first.
///
/// # Errors
/// When the store can't answer.
pub async fn due(conn: &mut Conn, means: Means, limit: usize) -> Result<Vec<ProfileId>, StoreError> {
    let now = conn.now();
    let all: Vec<ProfileId> = conn.all(DUE, params![means.name(), now, limit]).await?;
    let mut readers = Vec::new();
    for profile in all {
        if !readers.contains(&profile) {
            readers.push(profile);
        }
    }
    Ok(readers)
}

/// All that is due for a reader by a means, oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn of_reader(conn: &mut Conn, profile: ProfileId, means: Means) -> Result<Vec<Delivery>, StoreError> {
    let now = conn.now();
    conn.all(OF_READER, params![profile, means.name(), now]).await
}

/// Marks deliveries as going out, before they do.
///
/// # Errors
/// When the store can't answer.
pub async fn start(tx: &mut Tx, ids: &[Uuid]) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.execute(START, params![ids, now]).await
}

/// Puts deliveries off.
///
/// # Errors
/// When the store can't answer.
pub async fn put_off(tx: &mut Tx, ids: &[Uuid], until: Timestamp, pace: Pace) -> Result<(), StoreError> {
    tx.execute(PUT_OFF, params![ids, until, pace.name()]).await?;
    Ok(())
}

/// Lets deliveries that surely didn't go out wait again.
///
/// # Errors
/// When the store can't answer.
pub async fn give_back(tx: &mut Tx, ids: &[Uuid], until: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(BACK, params![ids, until, now]).await?;
    Ok(())
}

/// Writes down what became of deliveries: `sent` in a message, or `dropped`, because readers may not see what they were
/// about, or whoever they were for can't be reached.
///
/// # Errors
/// When the store can't answer.
pub async fn done(tx: &mut Tx, ids: &[Uuid], state: &str, message: Option<MailId>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(DONE, params![ids, state, message, now]).await?;
    Ok(())
}

/// Mails of this kind that somebody got after a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn recent_mails(conn: &mut Conn, profile: ProfileId, after: Timestamp) -> Result<i64, StoreError> {
    // A digest may have waited for a week; older ones are not looked at.
    let oldest = after.plus_seconds(-8 * 24 * 3_600);
    conn.one(RECENT_MAILS, params![profile, oldest, after]).await
}

/// How many were marked before a moment and neither went out nor came back since: a node broke off meanwhile. They may
/// have gone out, and are not sent again.
///
/// # Errors
/// When the store can't answer.
pub async fn under_way(conn: &mut Conn, since: Timestamp) -> Result<i64, StoreError> {
    conn.one(UNDER_WAY, params![since]).await
}

/// One of those that [`under_way`] counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// What kind of fact it is about.
    pub kind: String,
    /// By which means.
    pub means: String,
    /// Its story.
    pub story: Option<StoryId>,
    /// Its alert.
    pub alert: Option<AlertId>,
    /// When it was marked.
    pub since: Timestamp,
}

crate::from_row!(Stuck {
    kind,
    means,
    story,
    alert,
    since
});

/// At most `limit` of those that [`under_way`] counts, the oldest first. Whose they are is not told.
///
/// # Errors
/// When the store can't answer.
pub async fn stuck(conn: &mut Conn, since: Timestamp, limit: usize) -> Result<Vec<Stuck>, StoreError> {
    conn.all(STUCK, params![since, limit]).await
}

/// Takes back what waits about a story. How much that was.
///
/// # Errors
/// When the store can't answer.
pub async fn take_back(tx: &mut Tx, story: StoryId) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.execute(TAKE_BACK, params![story, now]).await
}

/// Takes back what waits for somebody by a means.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_waiting(tx: &mut Tx, profile: ProfileId, means: Means) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(DROP_WAITING, params![profile, now, means.name()]).await?;
    Ok(())
}

/// Takes back deliveries that wait, since nobody asks for them any more.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_these(tx: &mut Tx, ids: &[Uuid]) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(DROP_THESE, params![ids, now]).await?;
    Ok(())
}

/// Moves what waits for somebody of a site and a pace, because their wishes changed.
///
/// # Errors
/// When the store can't answer.
pub async fn retime(
    tx: &mut Tx,
    profile: ProfileId,
    site: SiteId,
    pace: Pace,
    due: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(RETIME, params![profile, site, pace.name(), due]).await?;
    Ok(())
}

/// Forgets what was told to somebody.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![profile]).await?;
    Ok(())
}

/// What somebody was told or will be: means, kind, state and when it was put on its way.
///
/// # Errors
/// When the store can't answer.
pub async fn of_profile(
    conn: &mut Conn,
    profile: ProfileId,
) -> Result<Vec<(String, String, String, Timestamp)>, StoreError> {
    conn.all(OF_PROFILE, params![profile]).await
}

/// Removes what is older than a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    tx.execute(SWEEP, params![before]).await?;
    tx.execute(SWEEP_TELLINGS, params![before]).await?;
    Ok(())
}
