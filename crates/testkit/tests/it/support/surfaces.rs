//! Every public address on which something of a planted story can stand, asked over HTTP. The list is written by hand
//! and not taken from the program's own probe, so that each checks the other.

use super::plant::{AUTHOR, Planted, TOPIC, addresses};
use masthead_store::fronts;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode};

/// Both sites.
pub(crate) const SITES: [&str; 2] = ["daily", "weekly"];

/// What a surface shows of a story.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Site, path and status.
    pub(crate) surface: String,
    /// The story's word.
    pub(crate) word: String,
}

/// The public addresses of both sites, those of the stories themselves among them.
pub(crate) async fn all(test: &TestApp, stories: &[&Planted]) -> anyhow::Result<Vec<(&'static str, String)>> {
    let mut paths: Vec<String> = [
        "/",
        "/world",
        "/world/europe",
        "/culture",
        "/sitemap.xml",
        "/news-sitemap.xml",
        "/robots.txt",
        "/manifest.webmanifest",
        "/corrections",
        "/multimedia",
        "/news-in-pictures",
        "/api/v1/galleries",
        "/live/front.json",
        "/live/front.json?since=0",
        "/api/v1/stories",
        "/api/v1/stories?limit=100",
        "/api/v1/stories?section=world",
        "/api/v1/sections",
        "/api/v1/topics",
        "/api/v1/openapi.json",
        // Words that every planted story has, and none alone: the page repeats what was looked for.
        "/search?q=storm",
        "/search?q=%22in+the+storm%22&section=world%2Feurope",
        "/search?q=low+water+tides",
        "/search?q=ada+quill",
        "/api/v1/search?q=storm",
        "/api/v1/search?q=strom&limit=100",
        "/there-is-nothing-here",
        "/world/what-did-in-the-storm",
        "/.well-known/security.txt",
    ]
    .map(str::to_owned)
    .to_vec();
    let (topic, author) = (format!("/topics/{TOPIC}"), format!("/authors/{AUTHOR}"));
    for scope in ["", "/world", "/world/europe", "/corrections", &topic, &author] {
        paths.extend(["feed.xml", "feed.atom", "feed.json"].map(|feed| format!("{scope}/{feed}")));
    }
    paths.extend([
        format!("/api/v1/stories?topic={TOPIC}"),
        format!("/api/v1/stories?author={AUTHOR}"),
        topic,
        author,
    ]);
    let now = test.app.now().to_rfc3339();
    let (day, month) = (now[..10].replace('-', "/"), now[..7].to_owned());
    paths.extend([
        format!("/news-in-pictures/{day}"),
        format!("/archive/{day}"),
        format!("/sitemap.xml?month={month}"),
    ]);
    for front in fronts::all(&mut test.app.db.reader().await?).await? {
        paths.push(format!("/api/v1/fronts/{}", front.id));
    }
    for story in stories {
        paths.extend(["", "?format=ninjs", "?format=nitf"].map(|query| format!("/api/v1/stories/{}{query}", story.id)));
        paths.extend(story.files.iter().cloned());
        paths.extend([
            format!("/live/stories/{}.json", story.id),
            format!("/api/v1/stories/{}/entries", story.id),
        ]);
        for (site, path) in addresses(test, story.id).await? {
            let url = format!("https://{site}.example{path}");
            let query: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
            paths.extend([
                format!("/oembed?url={query}"),
                format!("/oembed?format=xml&url={query}"),
                format!("{path}/feed.xml"),
                format!("{path}/feed.json"),
                path,
            ]);
        }
    }
    paths.sort();
    paths.dedup();
    Ok(SITES
        .into_iter()
        .flat_map(|site| paths.iter().map(move |path| (site, path.clone())))
        .collect())
}

/// Asks all of them and says which show what.
pub(crate) async fn showing(
    node: &TestNode,
    surfaces: &[(&'static str, String)],
    stories: &[&Planted],
) -> anyhow::Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for (site, path) in surfaces {
        // A node that was just started says that search is off until its index is filled.
        let answer = if path.contains("search?") {
            node.get_until(site, path, |answer| answer.status != 503).await?
        } else {
            node.get(site, path).await?
        };
        anyhow::ensure!(
            answer.status < 500,
            "{site}{path} answers {}: {}",
            answer.status,
            answer.text()
        );
        for story in stories.iter().filter(|story| shows(&answer, path, story)) {
            shown.push(Shown {
                surface: format!("{site}{path} ({})", answer.status),
                word: story.word.clone(),
            });
        }
    }
    Ok(shown)
}

/// Whether an answer shows something of a story. Words of the address itself are no leak: who asks knows them.
fn shows(answer: &Answer, path: &str, story: &Planted) -> bool {
    if story.files.iter().any(|file| file == path) {
        return answer.status == 200;
    }
    let id = story.id.to_string();
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    // Purging proxies need to know what a 410 was about, and its page says no more than the reason.
    let headers = if answer.status == 410 { String::new() } else { headers };
    let bare = path.split('?').next().unwrap_or(path);
    // A page that says "nothing here" offers a search for the words of the address.
    let words: Vec<&str> = bare
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() >= 3 && !word.chars().all(|c| c.is_ascii_digit()))
        .collect();
    let words = words.join(" ");
    let text = format!("{headers}{}", answer.text()).replace(bare, "").to_lowercase();
    let text = if words.contains(&story.word) {
        text.replace(&words, "")
    } else {
        text
    };
    text.contains(&story.word) || (!bare.contains(&id) && text.contains(&id))
}
