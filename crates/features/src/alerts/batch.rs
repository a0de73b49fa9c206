//! Messages of one transaction: compared with what is known one after the other, and written together.
//!
//! What a message does to others is in the rows at once, since a later message of the same batch may be about them. Its
//! own row waits until then: a row at a time is a way to the database and back for each, and a storm brings thousands.

use super::{Outcome, Ready, Taken, Touched};
use masthead_domain::alerts::geometry::{pack, unpack};
use masthead_domain::alerts::{Message, State};
use masthead_domain::ids::AlertId;
use masthead_domain::time::Timestamp;
use masthead_store::alerts::{self as rows, End, Known, Put};
use masthead_store::{StoreError, Tx};
use std::collections::HashMap;
use uuid::Uuid;

/// A batch while it is taken in.
pub(super) struct Batch<'a> {
    source: &'a str,
    known: HashMap<AlertId, Known>,
    /// What is said of messages of the batch, by it and by what came before.
    ends: Vec<End>,
    waiting: Vec<Waiting<'a>>,
    pub(super) touched: Touched,
}

/// A message whose row is to be written.
struct Waiting<'a> {
    one: &'a Ready,
    state: State,
    ended_by: String,
    turns_at: Option<Timestamp>,
    was_filed: bool,
}

impl<'a> Batch<'a> {
    /// Reads what is known about the messages of a source.
    pub(super) async fn read(tx: &mut Tx, source: &'a str, chunk: &[Ready]) -> Result<Self, StoreError> {
        let ids: Vec<Uuid> = chunk.iter().map(|one| one.id.0).collect();
        let names: Vec<&str> = chunk.iter().map(|one| one.alert.identifier.as_str()).collect();
        let known = rows::known(tx, &ids).await?;
        Ok(Self {
            source,
            known: known.into_iter().map(|known| (known.id, known)).collect(),
            ends: rows::ends(tx, &names).await?,
            waiting: Vec::with_capacity(chunk.len()),
            touched: Touched::default(),
        })
    }

    /// Takes the next message in.
    pub(super) async fn take(&mut self, tx: &mut Tx, one: &'a Ready) -> Result<Taken, StoreError> {
        let (now, alert) = (tx.now(), &one.alert);
        // The same alert can come twice in one document.
        if self.waiting.iter().any(|waiting| waiting.one.id == one.id) {
            self.write(tx).await?;
        }
        let before = self.known.get(&one.id);
        let (mut state, mut turns_at) = alert.state(now, now);
        let mut ended_by = match (state, alert.message) {
            (State::Ended, _) => "expired",
            (State::Hidden, Message::Cancel) => "canceled",
            _ => "",
        };
        let stood = before.and_then(|before| State::parse(&before.state)).unwrap_or(state);
        let answer = |outcome, state| Taken {
            id: one.id,
            outcome,
            state,
        };
        if let Some(before) = before {
            if alert.sent.is_some_and(|sent| sent < before.sent_at) && before.content_hash != one.hash {
                return Ok(answer(Outcome::Older, stood));
            }
            let comes_back = before.ended_by == "vanished" || before.ended_by == "expired";
            if before.content_hash == one.hash && !(comes_back && state != State::Ended) {
                if let (true, Some(until)) = (before.holds(), turns_at) {
                    rows::extend(tx, before, state, until).await?;
                }
                return Ok(answer(Outcome::Unchanged, stood));
            }
        }
        let ended = self.ends.iter().find(|end| end.is_of(one.id, self.source, alert));
        if let Some(end) = ended.filter(|_| matches!(state, State::Live | State::Waiting)) {
            (state, turns_at, ended_by) = (State::Ended, None, end.change.as_str());
        }
        let held = before.is_some_and(Known::holds);
        if held || matches!(state, State::Live | State::Waiting) {
            if let Some(before) = before {
                self.touched.add(one.id, &unpack(&before.shapes));
            }
            self.touched.add(one.id, &one.shapes);
        }
        let outcome = if before.is_some() {
            Outcome::Changed
        } else {
            Outcome::New
        };
        let known = Known {
            id: one.id,
            source: self.source.to_owned(),
            sender: alert.sender.clone(),
            state: state.name().to_owned(),
            ended_by: ended_by.to_owned(),
            sent_at: alert.sent.unwrap_or(now),
            turns_at,
            content_hash: one.hash.clone(),
            shapes: pack(&one.shapes),
        };
        self.waiting.push(Waiting {
            one,
            state,
            ended_by: ended_by.to_owned(),
            turns_at,
            was_filed: held,
        });
        self.known.insert(one.id, known);
        if alert.replaces() {
            self.end_others(tx, one).await?;
        }
        Ok(answer(outcome, state))
    }

    /// Ends what a message says that it replaces or takes back.
    async fn end_others(&mut self, tx: &mut Tx, one: &Ready) -> Result<(), StoreError> {
        // What is named may be of this batch.
        self.write(tx).await?;
        let alert = &one.alert;
        let change = if alert.message == Message::Cancel {
            "canceled"
        } else {
            "replaced"
        };
        for reference in &alert.references {
            let is_own = reference.sender == alert.sender;
            let end = End {
                identifier: reference.identifier.clone(),
                by: one.id,
                source: self.source.to_owned(),
                // What isn't the sender's own message is told by its source alone.
                sender: if is_own { alert.sender.clone() } else { String::new() },
                of_sender: reference.sender.clone(),
                change: change.to_owned(),
            };
            let found = rows::refer(tx, &end, &alert.sender).await?;
            for other in found.into_iter().filter(Known::holds) {
                rows::end(tx, other.id, change).await?;
                self.touched.add(other.id, &unpack(&other.shapes));
                if let Some(known) = self.known.get_mut(&other.id) {
                    known.state = State::Ended.name().to_owned();
                    known.ended_by = change.to_owned();
                }
            }
            self.ends.push(end);
        }
        Ok(())
    }

    /// Writes the rows that wait.
    pub(super) async fn write(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let received = tx.now();
        let puts: Vec<Put<'_>> = self
            .waiting
            .iter()
            .map(|waiting| Put {
                id: waiting.one.id,
                source: self.source,
                alert: &waiting.one.alert,
                shapes: &waiting.one.shapes,
                content_hash: &waiting.one.hash,
                state: waiting.state,
                ended_by: &waiting.ended_by,
                turns_at: waiting.turns_at,
                received,
                was_filed: waiting.was_filed,
            })
            .collect();
        rows::put_all(tx, &puts).await?;
        self.waiting.clear();
        Ok(())
    }
}
