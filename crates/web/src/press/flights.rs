//! Misses are coalesced: whoever asks for a page that is being rendered waits for that render.

use super::key::PageKey;
use super::page::PressedPage;
use crate::errors::WebError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What everybody who waits is told.
pub(super) type Outcome = Result<Arc<PressedPage>, WebError>;

/// The renders under way.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<PageKey, watch::Receiver<Option<Outcome>>>>);

/// The right and duty to render one page. Dropping it without an outcome wakes those who wait with an error.
pub(super) struct Lead {
    flights: Arc<Flights>,
    key: PageKey,
    sender: watch::Sender<Option<Outcome>>,
}

impl Flights {
    /// Joins the render of `key`; the second half is there for the one who has to start it.
    pub(super) fn join(self: &Arc<Self>, key: &PageKey) -> (watch::Receiver<Option<Outcome>>, Option<Lead>) {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(receiver) = flights.get(key) {
            return (receiver.clone(), None);
        }
        let (sender, receiver) = watch::channel(None);
        flights.insert(key.clone(), receiver.clone());
        let lead = Lead {
            flights: self.clone(),
            key: key.clone(),
            sender,
        };
        (receiver, Some(lead))
    }

    /// How many renders are under way.
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Lead {
    /// The page that is to be rendered.
    pub(super) const fn key(&self) -> &PageKey {
        &self.key
    }

    /// Ends the flight and tells everybody.
    pub(super) fn land(self, outcome: Outcome) {
        // First out of the list, so that nobody joins a flight whose answer may already be an old one.
        self.leave();
        self.sender.send_replace(Some(outcome));
    }

    fn leave(&self) {
        let mut flights = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.remove(&self.key);
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if self.sender.borrow().is_none() {
            self.leave();
        }
    }
}

/// Waits for the outcome of a flight.
pub(super) async fn wait(mut receiver: watch::Receiver<Option<Outcome>>) -> Outcome {
    match receiver.wait_for(Option::is_some).await {
        Ok(outcome) => match outcome.as_ref() {
            Some(outcome) => outcome.clone(),
            None => Err(WebError::internal("a render was announced without its page")),
        },
        Err(_) => Err(WebError::internal("a render ended without an answer")),
    }
}
