//! The press under races, crowds and kills.

use super::*;
use crate::cache_policy::CachePolicy;
use crate::encodings::{Effort, Encoding};
use crate::errors::{ErrorKind, WebError};
use crate::security_headers::SecurityHeaders;
use crate::surrogate::SurrogateKey;
use http::StatusCode;
use masthead_domain::ids::StoryId;
use masthead_domain::time::{Clock, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

#[derive(Default)]
struct Hands(AtomicI64);

impl Hands {
    fn step(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

fn security() -> SecurityHeaders {
    SecurityHeaders::with_hashes(&[], &[], false)
}

fn press() -> Arc<Press> {
    Press::new(PressOptions::new(security()), Arc::new(Hands::default())).unwrap()
}

fn press_on(folder: &std::path::Path) -> (Arc<Press>, Arc<Hands>) {
    let clock = Arc::new(Hands::default());
    let options = PressOptions::new(security()).on_disk(folder);
    (Press::new(options, clock.clone()).unwrap(), clock)
}

fn key(path: &str) -> PageKey {
    PageKey::new("daily", path, &[])
}

fn story(n: u128) -> StoryId {
    StoryId(Uuid::from_u128(n))
}

fn html(text: &str, position: LogPosition) -> Rendered {
    Rendered::html(text.repeat(100), position)
}

async fn put(press: &Arc<Press>, path: &str, rendered: Rendered) -> Arc<PressedPage> {
    press
        .repress(key(path), move || {
            let rendered = rendered.clone();
            async move { Ok(rendered) }
        })
        .await
        .unwrap()
}

fn text(page: &PressedPage) -> String {
    String::from_utf8(page.prepared().identity().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_askers_are_one_render() {
    let press = press();
    let renders = Arc::new(AtomicUsize::new(0));
    let mut askers = Vec::new();
    for _ in 0..1000 {
        let press = press.clone();
        let renders = renders.clone();
        askers.push(tokio::spawn(async move {
            press
                .fetch_or_render(key("/"), move || {
                    let renders = renders.clone();
                    async move {
                        renders.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        Ok(html("front", 1))
                    }
                })
                .await
        }));
    }
    for asker in askers {
        assert!(text(&asker.await.unwrap().unwrap()).starts_with("front"));
    }
    assert_eq!(renders.load(Ordering::SeqCst), 1);
    assert_eq!(press.sizes().2, 0, "no flight is left");
}

#[tokio::test]
async fn a_render_that_panics_or_fails_wakes_the_others_with_the_error() {
    let press = press();
    for fails in [true, false] {
        let (first, second) = tokio::join!(
            press.fetch_or_render(key("/"), move || async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                if fails {
                    Err(WebError::forbidden("because"))
                } else {
                    panic!("a fault in a template's data")
                }
            }),
            press.fetch_or_render(key("/"), || async { panic!("must not run") }),
        );
        let expected = if fails {
            ErrorKind::Forbidden
        } else {
            ErrorKind::Internal
        };
        assert_eq!(first.unwrap_err().kind(), expected);
        assert_eq!(second.unwrap_err().kind(), expected);
    }
    assert_eq!(
        text(&*put(&press, "/", html("x", 1)).await).len(),
        100,
        "the next one renders anew"
    );
}

#[tokio::test]
async fn whoever_asked_first_may_go_away() {
    let press = press();
    let first = tokio::spawn({
        let press = press.clone();
        async move {
            press
                .fetch_or_render(key("/"), || async {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Ok(html("page", 1))
                })
                .await
        }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    first.abort();
    let second = press
        .fetch_or_render(key("/"), || async { panic!("the first render goes on") })
        .await;
    assert!(second.is_ok());
}

#[tokio::test]
async fn the_old_page_is_served_until_the_new_one_is_there() {
    let press = press();
    let list = SurrogateKey::list("latest");
    put(&press, "/", html("old", 5).keys([list.clone()])).await;
    put(&press, "/about", html("about", 5)).await;
    assert_eq!(press.mark_stale(std::slice::from_ref(&list), 6), [key("/")]);
    assert!(press.is_stale(&key("/")));
    assert!(text(&press.get(&key("/").parts()).unwrap()).starts_with("old"));
    put(&press, "/", html("new", 6).keys([list.clone()])).await;
    assert!(text(&press.get(&key("/").parts()).unwrap()).starts_with("new"));
    assert!(press.stale_pages().is_empty());
    assert!(
        press.mark_stale(&[list], 6).is_empty(),
        "what is as new as the event needs no press"
    );
}

#[tokio::test]
async fn a_render_begun_before_a_commit_does_not_overwrite_the_page_made_after_it() {
    let press = press();
    let list = SurrogateKey::list("latest");
    let (go, wait) = oneshot::channel::<()>();
    let wait = Arc::new(Mutex::new(Some(wait)));
    let renders = Arc::new(AtomicUsize::new(0));
    let slow = tokio::spawn({
        let (press, list, renders) = (press.clone(), list.clone(), renders.clone());
        async move {
            press
                .fetch_or_render(key("/"), move || {
                    let (wait, list) = (wait.lock().unwrap().take(), list.clone());
                    let n = renders.fetch_add(1, Ordering::SeqCst);
                    async move {
                        if let Some(wait) = wait {
                            wait.await.unwrap();
                        }
                        // The first snapshot was taken before the commit at 8, the second after it.
                        Ok(html("page", if n == 0 { 7 } else { 8 }).keys([list]))
                    }
                })
                .await
        }
    });
    tokio::task::yield_now().await;
    assert!(press.mark_stale(&[list], 8).is_empty(), "nothing is kept yet");
    go.send(()).unwrap();
    assert_eq!(slow.await.unwrap().unwrap().position(), 8);
    assert_eq!(renders.load(Ordering::SeqCst), 2);
    assert_eq!(press.get(&key("/").parts()).unwrap().position(), 8);
}

#[tokio::test]
async fn what_is_not_the_same_for_everybody_or_not_there_is_not_kept() {
    let press = press();
    let mut private = html("mine", 1);
    private.policy = CachePolicy::Private;
    for rendered in [html("nothing", 1).status(StatusCode::NOT_FOUND), private] {
        put(&press, "/x", rendered).await;
        assert!(press.get(&key("/x").parts()).is_none());
    }
    put(&press, "/x", html("page", 1)).await;
    let gone = press
        .repress(key("/x"), || async { Err(WebError::not_found()) })
        .await
        .unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    assert!(
        press.get(&key("/x").parts()).is_none(),
        "a page that has become a 404 is gone"
    );
    put(&press, "/x", html("page", 1)).await;
    let failed = press
        .repress(key("/x"), || async { Err(WebError::unavailable("down")) })
        .await;
    assert!(failed.is_err());
    assert!(
        press.get(&key("/x").parts()).is_some(),
        "a page outlives a fault of ours"
    );
}

#[tokio::test]
async fn withholding_reaches_memory_and_disk_before_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let (press, _) = press_on(folder.path());
    put(&press, "/", html("front", 1).stories([story(1), story(2)])).await;
    put(&press, "/world/a", html("story", 1).stories([story(1)])).await;
    put(&press, "/other", html("other", 1).stories([story(2)])).await;
    let disk = press.disk().unwrap();
    disk.flush();
    assert_eq!(disk.size().0, 3);
    let receipt = press.withhold(story(1)).unwrap();
    assert_eq!(disk.size().0, 1);
    assert_eq!(files(folder.path()), 1);
    assert!(press.get(&key("/").parts()).is_none());
    assert!(press.get(&key("/world/a").parts()).is_none());
    assert!(press.get(&key("/other").parts()).is_some());
    let mut gone: Vec<_> = receipt
        .pages
        .iter()
        .map(|page| (page.key.path().to_owned(), page.from == Removed::Memory))
        .collect();
    gone.sort();
    let expected = [("/", false), ("/", true), ("/world/a", false), ("/world/a", true)];
    assert_eq!(gone, expected.map(|(path, memory)| (path.to_owned(), memory)));
    assert!(receipt.pages.iter().all(|page| page.browser_seconds <= 10));
}

#[tokio::test]
async fn a_render_under_way_does_not_bring_a_killed_story_back() {
    let folder = tempfile::tempdir().unwrap();
    let (press, _) = press_on(folder.path());
    let renders = Arc::new(AtomicUsize::new(0));
    let killed = press.clone();
    let counted = renders.clone();
    let page = press
        .fetch_or_render(key("/"), move || {
            let press = killed.clone();
            let n = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                if n == 0 {
                    tokio::task::spawn_blocking(move || press.withhold(story(1)))
                        .await
                        .unwrap()
                        .unwrap();
                    Ok(html("with the story", 1).stories([story(1)]))
                } else {
                    Ok(html("without it", 1))
                }
            }
        })
        .await
        .unwrap();
    assert!(text(&page).starts_with("without"));
    press.disk().unwrap().flush();
    assert_eq!(files(folder.path()), 1);
    // A renderer that keeps showing it is never served.
    let stubborn = press
        .fetch_or_render(key("/stubborn"), || async { Ok(html("x", 1).stories([story(1)])) })
        .await;
    assert_eq!(stubborn.unwrap_err().kind(), ErrorKind::Unavailable);
    let uncached = press
        .fetch_or_render(key("/stubborn"), || async {
            Ok(html("x", 1).stories([story(1)]).status(StatusCode::NOT_FOUND))
        })
        .await;
    assert_eq!(uncached.unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(press.allow(story(1)));
    assert!(!press.allow(story(1)));
    put(&press, "/stubborn", html("x", 1).stories([story(1)])).await;
    assert!(press.get(&key("/stubborn").parts()).is_some());
}

#[tokio::test]
async fn stories_held_from_the_start_are_checked_on_pages_that_are_there() {
    let press = press();
    put(&press, "/", html("front", 1).stories([story(9)])).await;
    press.withhold_from_start([story(9)]);
    assert!(press.get(&key("/").parts()).is_none());
    assert_eq!(press.index_sizes(), (0, 0, 0));
}

#[tokio::test]
async fn a_node_without_its_database_serves_what_the_disk_has() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (press, _) = press_on(folder.path());
        let rendered = html("kept", 3).keys([SurrogateKey::list("a")]).stories([story(4)]);
        put(
            &press,
            "/",
            rendered.header(http::header::LINK, "</x>; rel=preload".parse().unwrap()),
        )
        .await;
        put(&press, "/old-slug", Rendered::moved("/new".into(), 3)).await;
        press.disk().unwrap().flush();
    }
    let (press, clock) = press_on(folder.path());
    let down = || async { Err(WebError::unavailable("no database")) };
    let page = press.fetch_or_render(key("/"), down).await.unwrap();
    assert!(text(&page).starts_with("kept"));
    assert_eq!(page.position(), 3);
    assert_eq!(page.stories(), [story(4)]);
    let (head, body) = page.whole(Encoding::Gzip);
    assert_eq!(head["link"], "</x>; rel=preload");
    assert_eq!(head["content-encoding"], "gzip");
    assert!(body.len() < 400);
    assert!(press.get(&key("/").parts()).is_some(), "no event has overtaken it");
    assert_eq!(press.mark_all_stale(9), [key("/")], "events are followed again");
    assert!(press.fetch_or_render(key("/nowhere"), down).await.is_err());
    clock.step(25 * 60 * 60);
    assert!(
        press.fetch_or_render(key("/old-slug"), down).await.is_err(),
        "older than a day"
    );

    let (press, _) = press_on(folder.path());
    assert_eq!(press.load_from_disk(), 2);
    let moved = press.get(&key("/old-slug").parts()).unwrap();
    assert_eq!(moved.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(moved.whole(Encoding::Identity).0["location"], "/new");
}

#[tokio::test]
async fn a_copy_that_events_have_overtaken_is_served_in_need_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (press, _) = press_on(folder.path());
    let list = SurrogateKey::list("a");
    put(&press, "/", html("copy", 3).keys([list.clone()])).await;
    press.disk().unwrap().flush();
    let (press, _) = press_on(folder.path());
    press.mark_stale(&[list], 4);
    let down = || async { Err(WebError::unavailable("no database")) };
    assert!(press.fetch_or_render(key("/"), down).await.is_ok());
    assert!(press.get(&key("/").parts()).is_none());
    press.withhold_from_start([story(1)]);
}

#[tokio::test]
async fn torn_and_strange_files_are_no_pages() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (press, _) = press_on(folder.path());
        for path in ["/a", "/b", "/c"] {
            put(&press, path, html(path, 1)).await;
        }
        press.disk().unwrap().flush();
    }
    let site = folder.path().join("daily");
    let mut pages: Vec<_> = std::fs::read_dir(&site).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    let whole = std::fs::read(&pages[0]).unwrap();
    std::fs::write(&pages[0], &whole[..whole.len() - 1]).unwrap();
    let mut flipped = std::fs::read(&pages[1]).unwrap();
    let at = flipped
        .windows(4)
        .position(|w| w == b"/a/a" || w == b"/b/b" || w == b"/c/c")
        .unwrap();
    flipped[at] ^= 1;
    std::fs::write(&pages[1], &flipped).unwrap();
    std::fs::write(site.join("leftover.tmp"), b"mhpage01").unwrap();
    std::fs::write(folder.path().join("README"), b"not a folder").unwrap();
    let (press, _) = press_on(folder.path());
    assert_eq!(press.disk().unwrap().size().0, 3, "the leftover is cleared away");
    assert_eq!(press.load_from_disk(), 1);
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|site| std::fs::read_dir(site.unwrap().path()).unwrap().count())
        .sum()
}

#[tokio::test]
async fn the_disk_half_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = PressOptions::new(security()).on_disk(folder.path());
    options.disk_limits.pages = 5;
    let press = Press::new(options, Arc::new(Hands::default())).unwrap();
    for n in 0..20 {
        put(&press, &format!("/{n}"), html("x", 1)).await;
        press.disk().unwrap().flush();
    }
    assert_eq!(press.disk().unwrap().size().0, 5);
    assert_eq!(files(folder.path()), 5);
}

#[tokio::test]
async fn memory_is_bounded_and_the_index_follows_it() {
    let mut options = PressOptions::new(security());
    options.memory_bytes = 200_000;
    let press = Press::new(options, Arc::new(Hands::default())).unwrap();
    for n in 0..500 {
        let rendered = html("x", 1)
            .keys([SurrogateKey::list(&n.to_string())])
            .stories([story(n)]);
        put(&press, &format!("/{n}"), rendered).await;
    }
    let (entries, bytes, _) = press.sizes();
    assert!(bytes <= 200_000, "{bytes}");
    assert!(entries > 5 && entries < 50, "{entries}");
    let entries = usize::try_from(entries).unwrap();
    assert_eq!(press.index_sizes(), (entries, entries, entries));
}

#[tokio::test]
async fn quiet_pages_are_pressed_harder_once() {
    let clock = Arc::new(Hands::default());
    let press = Press::new(PressOptions::new(security()), clock.clone()).unwrap();
    let words = "the of and to in a is that for was on with said government minister people after police city court \
                 election market water summer report company school council bridge railway harbour weather";
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut seed = 1u64;
    let body: String = (0..4000)
        .map(|_| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            format!("{} ", words[usize::try_from(seed >> 33).unwrap() % words.len()])
        })
        .collect();
    let packed = |page: &PressedPage| Encoding::ALL.map(|encoding| page.prepared().body(encoding).unwrap().len());
    let fast = put(&press, "/", Rendered::html(body.clone(), 1)).await;
    clock.step(61);
    assert_eq!(press.press_harder(60, 10), 0, "nobody reads it");
    for _ in 0..3 {
        press.get(&key("/").parts()).unwrap();
    }
    assert_eq!(press.press_harder(60, 10), 0, "not quiet yet");
    clock.step(61);
    assert_eq!(press.press_harder(60, 10), 1);
    assert_eq!(press.press_harder(60, 10), 0);
    let slow = press.get(&key("/").parts()).unwrap();
    assert!(packed(&slow).iter().sum::<usize>() < packed(&fast).iter().sum());
    // The same text pressed again keeps the better bodies.
    let again = put(&press, "/", Rendered::html(body, 2)).await;
    assert_eq!(packed(&again), packed(&slow));
    assert_eq!(again.position(), 2);
    assert_eq!(again.last_modified(), fast.last_modified());
    assert!(again.made_at() > fast.made_at());
    // Another text is read by those who read the one before, so it waits for its turn at once.
    let other = put(&press, "/", Rendered::html("new words of the day ".repeat(400), 3)).await;
    assert_eq!(other.prepared().effort, Effort::Fast);
    clock.step(61);
    assert_eq!(press.press_harder(60, 10), 1);
}

/// One step of the random history below.
#[derive(Clone, Debug)]
enum Step {
    /// A change to one of the keys is committed and followed.
    Commit(usize),
    /// A change is committed; the follower hears of it later.
    CommitUnheard(usize),
    /// The follower hears of everything so far.
    Follow,
    /// A render of a page takes its snapshot.
    Begin(usize),
    /// The oldest render under way hands in its page.
    Finish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0usize..4).prop_map(Step::Commit),
        (0usize..4).prop_map(Step::CommitUnheard),
        Just(Step::Follow),
        (0usize..6).prop_map(Step::Begin),
        Just(Step::Finish),
    ]
}

/// The keys of page `n`: pages share keys in different combinations.
fn keys_of(page: usize) -> Vec<usize> {
    [[0, 1], [1, 2], [2, 3], [3, 0], [0, 2], [1, 3]][page].to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the order of commits, renders and the follower: a page that is kept and not flagged as stale is never
    /// older than a change that the follower has heard of.
    #[test]
    fn no_interleaving_keeps_an_overtaken_page(steps in proptest::collection::vec(step(), 1..60)) {
        let press = press();
        let name = |n: usize| SurrogateKey::list(&n.to_string());
        let mut position: LogPosition = 0;
        let mut unheard: Vec<(usize, LogPosition)> = Vec::new();
        let mut heard: BTreeMap<usize, LogPosition> = BTreeMap::new();
        let mut under_way: Vec<(usize, LogPosition)> = Vec::new();
        for step in steps {
            match step {
                Step::Commit(key) | Step::CommitUnheard(key) => {
                    position += 1;
                    unheard.push((key, position));
                    if matches!(step, Step::CommitUnheard(_)) {
                        continue;
                    }
                    for (key, at) in unheard.drain(..) {
                        press.mark_stale(&[name(key)], at);
                        heard.insert(key, at);
                    }
                }
                Step::Follow => {
                    for (key, at) in unheard.drain(..) {
                        press.mark_stale(&[name(key)], at);
                        heard.insert(key, at);
                    }
                }
                Step::Begin(page) => under_way.push((page, position)),
                Step::Finish => {
                    if !under_way.is_empty() {
                        let (page, snapshot) = under_way.remove(0);
                        let keys: Vec<_> = keys_of(page).into_iter().map(name).collect();
                        press.hand_in(key(&format!("/{page}")), html("x", snapshot).keys(keys));
                    }
                }
            }
            for page in press.kept() {
                let n: usize = page.key().path()[1..].parse().unwrap();
                let newest = keys_of(n).iter().filter_map(|key| heard.get(key)).max().copied().unwrap_or(0);
                if !press.is_stale(page.key()) {
                    prop_assert!(page.position() >= newest, "{} at {} after {newest}", page.key(), page.position());
                }
                prop_assert!(press.get(&page.key().parts()).is_some());
            }
        }
    }
}

#[tokio::test]
async fn pages_that_the_cache_let_go_are_gone_from_memory() {
    let mut options = PressOptions::new(security());
    options.memory_bytes = 200_000;
    let press = Press::new(options, Arc::new(Hands::default())).unwrap();
    let mut seen = Vec::new();
    for n in 0..60 {
        let body = format!("{n} {}", "words ".repeat(2_000));
        seen.push(Arc::downgrade(&put(&press, &format!("/{n}"), html(&body, 1)).await));
    }
    let (_, bytes, _) = press.sizes();
    assert!(bytes <= 200_000, "{bytes} bytes");
    press.mark_stale(&[], 1);
    // The cache's table frees in generations, which go on as it is used.
    let mut held = usize::MAX;
    for _ in 0..10_000 {
        assert!(press.get(&key("/nowhere").parts()).is_none());
        held = seen.iter().filter(|page| page.strong_count() > 0).count();
        if held <= 12 {
            break;
        }
    }
    // Each takes 18 KB at least.
    assert!(held <= 12, "{held} pages are in memory");
}
