//! How every page looks, in each language of the theme: in real Chromium, on a phone and on a desk, light and dark, no
//! page keeps anybody out (axe-core: WCAG 2.2 A and AA and best practices), moves while it loads over a slow line, or has
//! to be scrolled sideways at 320 px; and no page is heavier than its bar.
//!
//! Every template of the theme is among the pages: a new one fails here until it is added to [`pages`].

mod conversation;
mod desk;
mod listings;
mod pages;

use crate::support::devtools::Page;
use masthead_store::Engine;
use masthead_testkit::http;
use pages::{At, Stop};
use std::collections::BTreeSet;

/// How wide the windows are, in which scheme: a small phone's and a desk's.
const LOOKS: [(u32, bool); 2] = [(320, false), (1280, true)];

/// Counts what moves while a page loads (CLS), from its beginning.
const WATCH: &str = "window.moved = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) moved.push([shift.value, ...shift.sources.map((s) => s.node?.outerHTML?.slice(0, 120))]);
}).observe({ type: 'layout-shift', buffered: true });";

/// Waits until all pictures are there and drawn, the late ones too.
const SETTLE: &str = "(async () => {
  for (const img of document.images) img.loading = 'eager';
  await Promise.all([...document.images].map((img) => img.complete || new Promise((done) => { img.onload = img.onerror = done; })));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
})()";

/// What sticks out of the page's side, if anything does.
const TOO_WIDE: &str = "(() => {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide <= room) return [];
  const out = [...document.body.querySelectorAll('*')].filter((e) => { const b = e.getBoundingClientRect(); return b.width && (b.right > room + 1 || b.left < -1); });
  return [`${wide} > ${room}`, ...out.slice(0, 3).map((e) => e.outerHTML.slice(0, 160))];
})()";

const AXE: &str = "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  .then((found) => found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`))";

/// axe-core, as `./test` fetches it.
fn axe() -> anyhow::Result<String> {
    let path = std::env::var("MASTHEAD_TEST_AXE").map_err(|_| {
        anyhow::anyhow!("axe-core is needed: run ./test, which fetches it, or name its axe.min.js in MASTHEAD_TEST_AXE")
    })?;
    Ok(std::fs::read_to_string(path)?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_for_everybody_in_english() -> anyhow::Result<()> {
    for_everybody("en", "", &LOOKS).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_for_everybody_in_german() -> anyhow::Result<()> {
    for_everybody("de", "", &LOOKS[..1]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_for_everybody_in_arabic() -> anyhow::Result<()> {
    for_everybody("ar", "", &LOOKS[..1]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_for_everybody_in_the_second_theme() -> anyhow::Result<()> {
    for_everybody("en", "compact", &[(320, true)]).await
}

async fn for_everybody(language: &str, theme: &str, looks: &[(u32, bool)]) -> anyhow::Result<()> {
    let axe = axe()?;
    let visited = pages::gather(language, theme, Engine::Sqlite).await?;
    let direction = masthead_web::strings::direction(language);
    let mut page = Page::open_slow(&visited.node).await?;
    page.before_each(WATCH).await?;
    let mut wrong = Vec::new();
    let (mut signed_in, mut at_the_desk) = (false, false);
    for Stop {
        template,
        at,
        own,
        staff,
    } in &visited.stops
    {
        if *own && !signed_in {
            page.set_cookie("session", &visited.session).await?;
            page.set_cookie("place", "2950159-2950159--").await?;
            signed_in = true;
        }
        if *staff && !at_the_desk {
            page.set_cookie("session", &visited.staff_session).await?;
            at_the_desk = true;
        }
        for (width, dark) in looks {
            page.look(*width, *dark).await?;
            match at {
                At::Path(path) => page.go(path).await?,
                At::Html(html) => page.show(html).await?,
            }
            page.run(SETTLE).await?;
            let name = match at {
                At::Path(path) => path.as_str(),
                At::Html(_) => "(an answer to a form)",
            };
            let mut say = |what: &str, said: String| {
                wrong.push(format!("{template} {name} at {width} px, dark: {dark}: {what}: {said}"));
            };
            let root = page
                .run("[document.documentElement.lang, document.documentElement.dir]")
                .await?;
            if root != serde_json::json!([language, direction]) {
                say("language", root.to_string());
            }
            let wide = page.run(TOO_WIDE).await?;
            if wide != serde_json::json!([]) {
                say("sideways", wide.to_string());
            }
            if matches!(at, At::Path(_)) {
                let moved = page.run("window.moved").await?;
                // Tools give layout shift to three places; below that it is a rounding of a slow machine's first frames.
                let shifts = moved.as_array().into_iter().flatten();
                let seen = shifts
                    .filter_map(|shift| shift[0].as_f64())
                    .any(|score| score >= 0.000_5);
                if seen {
                    say("moved while it loaded", moved.to_string());
                }
            }
            page.run(&axe).await?;
            let violations = page.run(AXE).await?;
            for violation in violations.as_array().into_iter().flatten() {
                say("axe", violation.to_string());
            }
            // A browser says of every address that isn't there, or is gone, that it isn't.
            let complaints = page.complaints();
            for said in complaints
                .iter()
                .filter(|said| !said.contains("the server responded with a status of 4"))
            {
                say("the browser", said.clone());
            }
        }
    }
    let seen: BTreeSet<&str> = visited.stops.iter().map(|stop| stop.template).collect();
    visited.node.stop().await;
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
    let theme = masthead_web::templates::Theme::load(Default::default())?;
    let names = theme.template_names();
    // Parts stand in other templates; what is no HTML is not looked at.
    let pages: BTreeSet<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| {
            std::path::Path::new(name)
                .extension()
                .is_some_and(|kind| kind == "html")
                && !name.contains("parts")
                // Stands around others, and inside pages of other publishers.
                && !["layout.html", "oembed.html"].contains(name)
                && (language == "en" || !DESK.iter().any(|folder| name.starts_with(folder)))
        })
        .collect();
    assert_eq!(seen, pages, "a template needs a page in pages.rs that shows it");
    Ok(())
}

/// Templates of the desk, which speaks English.
const DESK: [&str; 4] = ["desk/", "review/", "listings/desk", "partners/desk"];

/// 14 KB are what a server sends before it waits for the browser's first answer (RFC 6928: ten segments).
const STORY_BAR: usize = 14 * 1024;
/// All scripts that a story's page loads.
const SCRIPT_BAR: usize = 10 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_story_and_its_style_come_in_one_round_trip() -> anyhow::Result<()> {
    let visited = pages::gather("en", "", Engine::Sqlite).await?;
    let story = visited.stops.iter().find_map(|stop| match &stop.at {
        At::Path(path) if stop.template == "story.html" => Some(path),
        _ => None,
    });
    let packed = [("accept-encoding", "gzip")];
    let answer = http::send(
        visited.node.address,
        "GET",
        "daily.example",
        story.unwrap(),
        &packed,
        &[],
    )
    .await?;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let plain = visited.node.get("daily", story.unwrap()).await?.text();
    assert!(!plain.contains("rel=\"stylesheet\""), "the style is in the page");
    assert!(answer.body.len() <= STORY_BAR, "{} bytes", answer.body.len());
    let (mut scripts, mut bytes) = (0, 0);
    for part in plain.split("<script src=\"").skip(1) {
        let (path, _) = part.split_once('"').unwrap();
        let script = http::send(visited.node.address, "GET", "daily.example", path, &packed, &[]).await?;
        assert_eq!(
            (script.status, script.header("content-encoding")),
            (200, Some("gzip")),
            "{path}"
        );
        scripts += 1;
        bytes += script.body.len();
    }
    assert!(scripts >= 2, "{scripts} scripts");
    assert!(bytes <= SCRIPT_BAR, "{bytes} bytes of script");
    visited.node.stop().await;
    Ok(())
}
