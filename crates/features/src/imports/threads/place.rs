//! Writes comments of one story in a transaction: those that are not there yet, their writers, what waits for the desk,
//! the event and the entry of the log of decisions.

use super::ready::{Part, Ready, Writer};
use masthead_domain::comments::CommentState;
use masthead_domain::events::Event;
use masthead_domain::ids::{CommentId, EventId, IdSource, ProfileId};
use masthead_domain::profiles::ProfileState;
use masthead_store::audit::{self, NewEntry};
use masthead_store::comments::imported::{self, NewImported};
use masthead_store::{StoreError, Tx, accounts, log, profiles, reviews};
use std::collections::{HashMap, HashSet};

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Placed {
    /// Comments written.
    pub(super) new: u64,
    /// Comments that were there.
    pub(super) known: u64,
    /// Profiles made for their writers.
    pub(super) profiles: u64,
}

impl Placed {
    pub(super) fn add(&mut self, other: &Self) {
        self.new += other.new;
        self.known += other.known;
        self.profiles += other.profiles;
    }
}

/// What was done.
pub(in crate::imports) struct Outcome {
    pub(super) placed: Placed,
}

impl Outcome {
    /// Comments written.
    pub(in crate::imports) const fn new_comments(&self) -> u64 {
        self.placed.new
    }

    /// Profiles made.
    pub(in crate::imports) const fn new_profiles(&self) -> u64 {
        self.placed.profiles
    }
}

/// Writes what is not there yet.
pub(in crate::imports) async fn place(tx: &mut Tx, ids: &dyn IdSource, part: &Part) -> Result<Outcome, StoreError> {
    let mut asked: Vec<CommentId> = part.comments.iter().map(|ready| ready.id).collect();
    let own: HashSet<CommentId> = asked.iter().copied().collect();
    let parents = part.comments.iter().filter_map(|ready| ready.parent);
    asked.extend(parents.filter(|parent| !own.contains(parent)).collect::<HashSet<_>>());
    let there = imported::known(tx, &asked).await?;
    // Where a comment's conversation begins, for those that are there and those that are written.
    let mut roots: HashMap<CommentId, CommentId> = there
        .values()
        .filter(|comment| comment.story == part.story)
        .map(|comment| (comment.id, comment.root))
        .collect();
    let fresh: Vec<&Ready> = part
        .comments
        .iter()
        .filter(|ready| !there.contains_key(&ready.id))
        .collect();
    let mut placed = Placed {
        new: fresh.len() as u64,
        known: (part.comments.len() - fresh.len()) as u64,
        profiles: 0,
    };
    if fresh.is_empty() {
        return Ok(Outcome { placed });
    }
    let people = People::find(tx, &fresh, &mut placed.profiles).await?;
    let mut new = Vec::with_capacity(fresh.len());
    for ready in &fresh {
        let parent = ready.parent.and_then(|parent| Some((parent, *roots.get(&parent)?)));
        roots.insert(ready.id, parent.map_or(ready.id, |(_, root)| root));
        new.push(NewImported {
            id: ready.id,
            profile: people.of(&ready.writer),
            answers: parent,
            state: ready.state,
            body: ready.body.clone(),
            removed_by: ready.removed_by,
            salt: ids.next_uuid(),
            created_at: ready.created,
            edited_at: ready.edited,
            featured: ready.featured,
            likes: ready.likes,
        });
    }
    imported::insert(tx, part.story, part.site, &new).await?;
    for comment in &new {
        let queue = match comment.state {
            CommentState::Pending => "pending",
            CommentState::Held => "held",
            _ => continue,
        };
        let subject = (comment.id, part.site, part.story, comment.profile);
        reviews::put(tx, subject, queue, comment.created_at, 0).await?;
    }
    tell(tx, ids, part, &new).await?;
    for profile in people.open {
        let (event, now) = (Event::ProfileChanged { profile }, tx.now());
        log::append(tx, EventId::new(ids), event.kind(), &event.data(), now).await?;
    }
    Ok(Outcome { placed })
}

/// One event for all of them, which makes pages stale and notifies nobody, and one entry in the log of decisions.
async fn tell(tx: &mut Tx, ids: &dyn IdSource, part: &Part, new: &[NewImported]) -> Result<(), StoreError> {
    let event = Event::CommentsTurned {
        stories: vec![part.story],
    };
    let (id, now) = (EventId::new(ids), tx.now());
    log::append(tx, id, event.kind(), &event.data(), now).await?;
    let states: serde_json::Map<String, serde_json::Value> = CommentState::ALL
        .into_iter()
        .map(|state| (state, new.iter().filter(|comment| comment.state == state).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| (state.name().to_owned(), count.into()))
        .collect();
    let facts = serde_json::json!({ "from": part.source, "states": states });
    let entry = NewEntry {
        event: id,
        actor: "import",
        act: "comments.imported",
        subject: part.story.0,
        facts: &facts,
        text: None,
        keep_text: false,
    };
    audit::append(tx, &entry).await
}

/// Whose the comments are.
struct People {
    /// Readers who are known here, by the profile that they would get.
    known: HashMap<ProfileId, ProfileId>,
    /// Of those, whose pages say something else now.
    open: Vec<ProfileId>,
}

impl People {
    /// Looks for the writers, and makes closed profiles for those that are nobody's here.
    async fn find(tx: &mut Tx, fresh: &[&Ready], made: &mut u64) -> Result<Self, StoreError> {
        let mut writers: HashMap<ProfileId, &Writer> = HashMap::new();
        for ready in fresh {
            writers.entry(ready.writer.profile).or_insert(&ready.writer);
        }
        let mut ids: Vec<ProfileId> = writers.keys().copied().collect();
        ids.sort();
        let mut people = Self {
            known: HashMap::new(),
            open: Vec::new(),
        };
        let mut there = HashMap::new();
        for some in ids.chunks(500) {
            let found = profiles::by_ids(tx, some).await?;
            there.extend(found.into_iter().map(|record| (record.id, record.state)));
        }
        for id in ids {
            match there.get(&id) {
                Some(ProfileState::Open) => people.open.push(id),
                Some(_) => {}
                None => {
                    let Some(writer) = writers.get(&id) else { continue };
                    if let Some(known) = account_of(tx, writer).await? {
                        people.known.insert(id, known);
                        people.open.push(known);
                        continue;
                    }
                    let claim = writer.email.as_deref();
                    profiles::insert(tx, id, None, ProfileState::Closed, &writer.name, claim).await?;
                    if !writer.bio.is_empty() {
                        profiles::set_bio(tx, id, &writer.bio).await?;
                    }
                    *made += 1;
                }
            }
        }
        Ok(people)
    }

    fn of(&self, writer: &Writer) -> ProfileId {
        self.known.get(&writer.profile).copied().unwrap_or(writer.profile)
    }
}

/// The profile of the account that proved the writer's address here, where it was proved there too.
async fn account_of(tx: &mut Tx, writer: &Writer) -> Result<Option<ProfileId>, StoreError> {
    let Some(email) = writer.email.as_deref().filter(|_| writer.is_proved) else {
        return Ok(None);
    };
    let Some(account) = accounts::by_email(tx, email).await? else {
        return Ok(None);
    };
    Ok(profiles::of_account(tx, account).await?.map(|record| record.id))
}
