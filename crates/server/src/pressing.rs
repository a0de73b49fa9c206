//! Which stale page is pressed next. The follower of the event log hands pages in and goes on; workers press them, those
//! first that readers look for first.
//!
//! A publication makes the fronts stale, the lists and feeds that it stands in, and every story page whose list of
//! related stories it may appear in: thousands, on a busy node. Those last ones wait behind everything else, and one
//! worker alone presses them, resting as long as it works, so that they never take more than half a processor from
//! readers. Until its turn a page is served as it is; a story that may not be shown is off every page before anything
//! is handed in here.

use crate::followers::render;
use masthead_features::pages::Pages;
use masthead_web::press::{PageKey, Press};
use masthead_web::urls::Route;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Pages pressed at once; each is a render on one processor.
const WORKERS: usize = 2;

/// How soon a page is pressed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Fronts, and the pages of the very story that changed.
    First,
    /// Lists, feeds, sitemaps and all other answers that a change stands in.
    Next,
    /// Story pages on which only something beside the story changed, and whatever failed before.
    Later,
}

impl Turn {
    /// The turn of a page that a change touched without being about it.
    pub fn of_touched(key: &PageKey) -> Self {
        match Route::parse(key.path()) {
            Some(Route::Home | Route::Section(_)) if key.query().is_empty() => Self::First,
            Some(Route::Story { .. } | Route::Gallery { .. }) => Self::Later,
            _ => Self::Next,
        }
    }
}

/// Comments and likes come many times a second where people argue: a page is pressed for all of those that came in this
/// time at once.
const MERGED: Duration = Duration::from_millis(250);

/// The pages that wait, each once.
#[derive(Default)]
pub struct PressQueue {
    waiting: Mutex<Waiting>,
    changed: Notify,
    /// Pages that are handed in when their time has come, so that what comes meanwhile is pressed with it.
    soon: Mutex<HashSet<PageKey>>,
    sooner: Notify,
}

#[derive(Default)]
struct Waiting {
    /// By turn. A page that moved up is still named in its old line, which `turns` tells.
    lines: [VecDeque<PageKey>; 3],
    turns: HashMap<PageKey, Turn>,
}

impl Waiting {
    const fn line(&mut self, turn: Turn) -> &mut VecDeque<PageKey> {
        let [first, next, later] = &mut self.lines;
        match turn {
            Turn::First => first,
            Turn::Next => next,
            Turn::Later => later,
        }
    }

    fn put(&mut self, key: PageKey, turn: Turn) {
        if self.turns.get(&key).is_some_and(|known| *known <= turn) {
            return;
        }
        self.turns.insert(key.clone(), turn);
        self.line(turn).push_back(key);
    }

    fn take(&mut self, last: Turn) -> Option<(PageKey, Turn)> {
        for turn in [Turn::First, Turn::Next, Turn::Later] {
            if turn > last {
                break;
            }
            while let Some(key) = self.line(turn).pop_front() {
                if self.turns.get(&key) == Some(&turn) {
                    self.turns.remove(&key);
                    return Some((key, turn));
                }
            }
        }
        None
    }
}

impl PressQueue {
    /// Hands pages in. One that waits already keeps the better of its turns.
    pub fn put(&self, pages: impl IntoIterator<Item = (PageKey, Turn)>) {
        let mut waiting = self.lock();
        for (key, turn) in pages {
            waiting.put(key, turn);
        }
        metrics::gauge!("masthead_press_waiting_pages")
            .set(u32::try_from(waiting.turns.len()).map_or(f64::MAX, f64::from));
        drop(waiting);
        self.changed.notify_waiters();
    }

    /// Hands in pages of which only comments changed: each is pressed first, at most once in a quarter of a second.
    pub fn put_soon(&self, pages: impl IntoIterator<Item = PageKey>) {
        let mut soon = self.soon.lock().unwrap_or_else(PoisonError::into_inner);
        let before = soon.len();
        soon.extend(pages);
        if soon.len() > before {
            self.sooner.notify_one();
        }
    }

    /// Hands in what was put off, in its time, until it is aborted.
    async fn merge(&self) {
        loop {
            self.sooner.notified().await;
            tokio::time::sleep(MERGED).await;
            let pages = std::mem::take(&mut *self.soon.lock().unwrap_or_else(PoisonError::into_inner));
            self.put(pages.into_iter().map(|key| (key, Turn::First)));
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lock().turns.is_empty()
    }

    /// A std mutex: what happens under it is short and awaits nothing. A poisoned one still holds a sound list.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn next(&self, last: Turn) -> (PageKey, Turn) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Before the look, so that what is handed in between the look and the wait is not slept over.
            changed.as_mut().enable();
            if let Some(found) = self.lock().take(last) {
                return found;
            }
            changed.await;
        }
    }
}

/// Presses what waits until it is aborted.
pub async fn run(queue: Arc<PressQueue>, press: Arc<Press>, pages: Arc<Pages>) {
    let workers = (0..WORKERS).map(|number| {
        let last = if number == 0 { Turn::Later } else { Turn::Next };
        work(&queue, &press, &pages, last)
    });
    tokio::join!(futures::future::join_all(workers), queue.merge());
}

async fn work(queue: &PressQueue, press: &Arc<Press>, pages: &Arc<Pages>, last: Turn) {
    loop {
        let (key, turn) = queue.next(last).await;
        let started = Instant::now();
        press_again(press, pages, key).await;
        if turn == Turn::Later {
            // What should go before is not kept waiting by the rest.
            let rest = started.elapsed();
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = queue.changed.notified() => {}
            }
        }
    }
}

/// A render that was under way when the page was marked answers for this one too, and its page may be kept a moment
/// before the mark: then the page is still stale, and is pressed once more. After that it waits for its turn like a press
/// that failed.
const TRIES: usize = 3;

async fn press_again(press: &Arc<Press>, pages: &Arc<Pages>, key: PageKey) {
    for _ in 0..TRIES {
        let (pages, for_render) = (Arc::clone(pages), key.clone());
        let outcome = press
            .repress(key.clone(), move || {
                let (pages, key) = (Arc::clone(&pages), for_render.clone());
                async move { render(&pages, &key).await }
            })
            .await;
        if let Err(error) = outcome {
            if error.kind().is_server_fault() {
                tracing::warn!(page = key.target(), ?error, "a page could not be pressed again");
            }
            return;
        }
        if !press.is_stale(&key) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str) -> PageKey {
        PageKey::new("daily", path, &[])
    }

    #[test]
    fn what_readers_look_for_first_is_pressed_first() {
        assert_eq!(Turn::of_touched(&key("/")), Turn::First);
        assert_eq!(Turn::of_touched(&key("/world")), Turn::First);
        let older = PageKey::new("daily", "/world", &[("after", "x")]);
        assert_eq!(Turn::of_touched(&older), Turn::Next);
        assert_eq!(Turn::of_touched(&key("/feed.xml")), Turn::Next);
        assert_eq!(Turn::of_touched(&key("/world/a-bridge-20260921")), Turn::Later);
    }

    #[test]
    fn a_page_waits_once_and_in_the_better_of_its_turns() {
        let queue = PressQueue::default();
        queue.put([
            (key("/a"), Turn::Later),
            (key("/b"), Turn::Later),
            (key("/c"), Turn::Next),
        ]);
        queue.put([(key("/b"), Turn::First), (key("/c"), Turn::Later)]);
        let mut seen = Vec::new();
        while let Some((key, turn)) = queue.lock().take(Turn::Later) {
            seen.push((key.path().to_owned(), turn));
        }
        let expected = [("/b", Turn::First), ("/c", Turn::Next), ("/a", Turn::Later)];
        assert_eq!(seen, expected.map(|(path, turn)| (path.to_owned(), turn)));
        assert!(queue.is_empty());
    }

    #[test]
    fn a_worker_for_the_urgent_leaves_the_rest() {
        let queue = PressQueue::default();
        queue.put([(key("/a"), Turn::Later)]);
        assert!(queue.lock().take(Turn::Next).is_none());
        assert!(queue.lock().take(Turn::Later).is_some());
    }
}
