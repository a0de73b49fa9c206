//! Truncated, enormous and malicious documents, through `import` and by push: each ends as a recorded problem, in
//! bounded memory and time, and the good document behind it goes in.

use crate::support::export::{HEAD, Post, TAIL};
use crate::support::process::{Network, TOKEN, peak_memory, push, watch, words, write};
use masthead_store::Engine;
use masthead_testkit::build::ninjs;
use masthead_testkit::{http, on_both_engines};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

on_both_engines!(
    small_hostile_documents_end_as_recorded_problems,
    pushed_hostility_is_refused_and_the_server_goes_on
);

/// No process may ever hold more than this.
const MOST_MEMORY: u64 = 500 << 20;

const NITF: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><nitf><head><docdata><doc-id id-string=\"urn:test:HERE\"/>\
    <date.issue norm=\"20251125T080000Z\"/></docdata></head><body><body.head><hedline><hl1>Weather</hl1></hedline>\
    </body.head><body.content><p>It rained.</p></body.content></body></nitf>";

/// Hostile documents of ordinary size, by file name.
fn small() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| files.push((name.to_owned(), bytes.to_vec()));
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + &close.repeat(depth);
    // Entities that grow: exponentially, quadratically, and from outside.
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let doctype = format!("<!DOCTYPE nitf [<!ENTITY l0 \"ha\">{laughs}]>");
    add(
        "laughs.xml",
        NITF.replacen("<nitf>", &format!("{doctype}<nitf>"), 1)
            .replace("It rained.", "&l9;")
            .as_bytes(),
    );
    let long = format!("<!DOCTYPE nitf [<!ENTITY a \"{}\">]>", "x".repeat(100_000));
    let rained = NITF.replace("It rained.", &"&a;".repeat(20_000));
    add(
        "quadratic.xml",
        rained.replacen("<nitf>", &format!("{long}<nitf>"), 1).as_bytes(),
    );
    let outside =
        "<!DOCTYPE nitf [<!ENTITY f SYSTEM \"file:///etc/hostname\"><!ENTITY w SYSTEM \"http://127.0.0.1:1/\">]>";
    add(
        "outside.xml",
        NITF.replacen("<nitf>", &format!("{outside}<nitf>"), 1)
            .replace("It rained.", "&f;&w;")
            .as_bytes(),
    );
    // Depth.
    add(
        "deep.json",
        format!(
            "{{\"uri\": \"urn:test:deep\", \"headline\": {}}}",
            nested("[", "]", 200_000)
        )
        .as_bytes(),
    );
    add("deep-objects.json", nested("{\"a\":", "}", 100_000).as_bytes());
    add(
        "deep.xml",
        NITF.replace("It rained.", &nested("<em>", "</em>", 100_000)).as_bytes(),
    );
    add(
        "deep-g2.xml",
        format!(
            "<newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\">{}",
            "<a>".repeat(100_000)
        )
        .as_bytes(),
    );
    add(
        "deep.html",
        format!(
            "<html><title>Deep</title><body>{}",
            "<div><table><tr><td>".repeat(50_000)
        )
        .as_bytes(),
    );
    add(
        "deep.rss.xml",
        format!("<rss version=\"2.0\"><channel><item>{}", "<x>".repeat(100_000)).as_bytes(),
    );
    // Signs that no text holds, in names, texts and keys.
    let mut nul = ninjs("urn:test:nul\0\u{1}", 1, "A headline\0with a NUL", "n\0ul");
    nul["byline\0"] = json!("By N\0body");
    nul["subjects"] = json!([{ "name": "Top\0ic", "uri": "urn:to\0pic" }]);
    add("nul.json", nul.to_string().as_bytes());
    add("nul.xml", NITF.replace("rained", "rai\0ned").as_bytes());
    add(
        "nul-reference.xml",
        NITF.replace("rained", "rai&#0;&#xFFFF;&#x110000;ned").as_bytes(),
    );
    add(
        "surrogates.json",
        br#"{"uri": "urn:test:surrogates", "type": "text", "headline": "\ud800 alone \udfff", "body_text": "\ud83d"}"#,
    );
    // Encodings that are not what they say.
    let latin = [
        NITF.as_bytes().split(|byte| *byte == b'.').next().unwrap(),
        b"\xe9\xff\xfe\x80",
    ]
    .concat();
    add("latin-as-utf8.xml", &latin);
    let utf16: Vec<u8> = NITF.encode_utf16().flat_map(u16::to_le_bytes).collect();
    add("utf16-without-mark.xml", &utf16);
    add(
        "utf16-cut.xml",
        &[&[0xff, 0xfe], &utf16[..(utf16.len() / 2) | 1]].concat(),
    );
    for name in ["utf-7", "klingon", "ebcdic-cp-us", "x-user-defined"] {
        add(
            &format!("encoding-{name}.xml"),
            NITF.replacen("UTF-8", name, 1).as_bytes(),
        );
    }
    add(
        "mixed.json",
        &[
            ninjs("urn:test:mixed", 1, "Caf", "x").to_string().as_bytes(),
            b"\xff\xfe\0\0",
        ]
        .concat(),
    );
    // Days that don't exist, numbers that no type holds.
    for (number, date) in [
        "2025-02-30T10:00:00Z",
        "0000-00-00T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "2025-13-01",
        "-1",
        "1e400",
    ]
    .iter()
    .enumerate()
    {
        let mut document = ninjs(
            &format!("urn:test:date-{number}"),
            1,
            "A day that never was",
            "calendar",
        );
        document["versionCreated"] = json!(date);
        document["firstCreated"] = json!(date);
        document["expires"] = json!(date);
        add(&format!("date-{number}.json"), document.to_string().as_bytes());
    }
    add("numbers.json", br#"{"uri": "urn:test:numbers", "version": 1e999, "urgency": -99999999999999999999, "type": "text", "headline": 12e400, "body_text": [1, null, {}]}"#);
    add("types.json", br#"{"uri": ["urn"], "type": {}, "headlines": "x", "bodies": {"value": 5}, "associations": [[[]]], "renditions": 7}"#);
    // Many small things.
    add(
        "attributes.xml",
        format!(
            "<nitf {}></nitf>",
            (0..50_000).map(|n| format!("a{n}=\"\" ")).collect::<String>()
        )
        .as_bytes(),
    );
    add(
        "same-attribute.xml",
        format!("<nitf {}/>", "id=\"x\" ".repeat(10_000)).as_bytes(),
    );
    add(
        "keys.json",
        format!(
            "{{\"uri\": \"urn:test:keys\"{}}}",
            (0..100_000).map(|n| format!(",\"k{n}\":{n}")).collect::<String>()
        )
        .as_bytes(),
    );
    let subjects: Vec<Value> = (0..20_000).map(|n| json!({ "name": format!("Subject {n}") })).collect();
    let mut many = ninjs("urn:test:subjects", 1, "About everything", "all");
    many["subjects"] = json!(subjects);
    add("subjects.json", many.to_string().as_bytes());
    add(
        "comments.html",
        format!("<html><body><h1>Only comments</h1>{}", "<!--".repeat(100_000)).as_bytes(),
    );
    add(
        "cdata.xml",
        NITF.replace("It rained.", &"<![CDATA[]]>".repeat(50_000)).as_bytes(),
    );
    add("anpa.txt", &[b"\x16\x16\x01", vec![b'^'; 200_000].as_slice()].concat());
    // A guid, an address and a slug that no index takes.
    let long = "u".repeat(50_000);
    let mut unending = ninjs(&format!("urn:test:{long}"), 1, &format!("Very {long}"), "long");
    unending["slug"] = json!(long);
    unending["subjects"] = json!([{ "name": long, "uri": format!("urn:{long}") }]);
    unending["by"] = json!(format!("By {long}"));
    add("long-names.json", unending.to_string().as_bytes());
    // Truncated at every so many bytes.
    let whole = [
        ninjs("urn:test:cut", 1, "Cut short", "cut").to_string(),
        NITF.replace("HERE", "cut").to_owned(),
    ];
    for (kind, text) in ["json", "xml"].iter().zip(&whole) {
        for end in (1..text.len()).step_by(text.len() / 12) {
            add(&format!("cut-{end}.{kind}"), &text.as_bytes()[..end]);
        }
    }
    files
}

/// Files that an import's report has to name: set aside, or with problems.
fn named(report: &Value) -> HashSet<String> {
    let lists = [&report["set_aside"], &report["problems"]];
    lists
        .iter()
        .flat_map(|list| list.as_array().unwrap())
        .map(|one| one["record"].as_str().unwrap().to_owned())
        .collect()
}

fn import(network: &Network, folder: &Path, limit: Duration) -> anyhow::Result<Value> {
    let report = network.beside("report.json");
    let folder = folder.display().to_string();
    let arguments = [
        "import",
        &folder,
        "--publish",
        "--no-media",
        "--report",
        &report.display().to_string(),
    ];
    let watched = watch(network.command(&arguments))?;
    assert_eq!(watched.output.status.code(), Some(3), "{}", words(&watched.output));
    assert!(watched.peak < MOST_MEMORY, "{} MB", watched.peak >> 20);
    assert!(watched.took < limit, "{:?}", watched.took);
    println!("{} MB, {:?}", watched.peak >> 20, watched.took);
    Ok(serde_json::from_slice(&std::fs::read(&report)?)?)
}

async fn small_hostile_documents_end_as_recorded_problems(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    let folder = network.beside("hostile");
    for (name, bytes) in small() {
        write(&folder.join(name), bytes)?;
    }
    write(
        &folder.join("zz-good.json"),
        ninjs("urn:test:good", 1, "The good one behind them", "good").to_string(),
    )?;
    let report = import(&network, &folder, Duration::from_secs(60))?;
    let named = named(&report);
    // What can be read in part may go in with problems; but nothing is passed over in silence that was cut or forged.
    for (name, _) in small() {
        let is_told = [
            "laughs",
            "quadratic",
            "outside",
            "deep",
            "cut-",
            "utf16-cut",
            "date-",
            "mixed",
            "types",
            "same-",
        ]
        .iter()
        .any(|start| name.starts_with(start));
        assert!(
            !is_told || named.contains(&name),
            "{name} is not in the report: {report:#}"
        );
    }
    let stories = network.json(&["story", "list", "--limit", "1000"])?;
    let headlines: Vec<&str> = stories
        .as_array()
        .unwrap()
        .iter()
        .map(|story| story["headline"].as_str().unwrap())
        .collect();
    assert!(headlines.contains(&"The good one behind them"), "{headlines:?}");
    assert!(
        headlines
            .iter()
            .all(|headline| !headline.contains('\0') && !headline.is_empty()),
        "{headlines:?}"
    );
    network.verify()?;
    // Whatever went in can be shown.
    let server = network.serve()?;
    for path in [
        "/",
        "/news",
        "/feed.xml",
        "/feed.json",
        "/api/v1/stories?limit=100",
        "/sitemap.xml",
        "/news-sitemap.xml",
    ] {
        assert_eq!(server.get(path).await?.status, 200, "{path}");
    }
    for story in stories.as_array().unwrap() {
        let id = story["id"].as_str().unwrap();
        let shown = network.json(&["story", "show", id])?;
        for address in shown["addresses"].as_array().unwrap() {
            let url = url::Url::parse(address.as_str().unwrap())?;
            let answer = server.get(url.path()).await?;
            assert!(answer.status < 500, "{url}: {}", answer.text());
            assert!(!answer.body.contains(&0), "{url}");
        }
    }
    let text = server.get("/api/v1/stories?limit=100").await?.text();
    let hostname = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    assert!(
        hostname.trim().len() < 4 || !text.contains(hostname.trim()),
        "a file of the machine was read"
    );
    Ok(())
}

async fn pushed_hostility_is_refused_and_the_server_goes_on(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    let server = network.serve()?;
    for (name, bytes) in small() {
        let answer = server.push(&bytes).await?;
        assert!(
            matches!(answer.status, 200 | 202 | 422),
            "{name}: {} {}",
            answer.status,
            answer.text()
        );
        if answer.status == 422 {
            assert!(!answer.json()?["problems"].as_array().unwrap().is_empty(), "{name}");
            assert!(
                answer.body.len() < 20_000,
                "{name}: the answer doesn't repeat the document"
            );
        }
    }
    // Larger than any document: refused by its length, before it is sent.
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("Expect", "100-continue")];
    let large = vec![b' '; (32 << 20) + 1];
    let refused = http::send(
        server.address,
        "POST",
        "daily.example",
        "/ingest/push",
        &headers,
        &large,
    )
    .await;
    // A server that has said 413 may close while the body is still being sent, and the client then only sees that.
    if let Ok(answer) = refused {
        assert_eq!(answer.status, 413, "{}", answer.text());
    }
    let good = ninjs("urn:test:good", 1, "The good one behind them", "good").to_string();
    assert_eq!(push(server.address, good.as_bytes()).await?.status, 202);
    assert_eq!(server.get("/").await?.status, 200);
    let peak = peak_memory(server.process()).expect("the server still runs");
    assert!(peak < MOST_MEMORY, "{} MB", peak >> 20);
    println!("{} MB", peak >> 20);
    server.kill()?;
    network.verify()
}

/// Writes a file piece by piece, so that this process holds none of it.
fn enormous(path: &Path, head: &str, piece: &str, times: usize, tail: &str) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(head.as_bytes())?;
    for _ in 0..times {
        file.write_all(piece.as_bytes())?;
    }
    file.write_all(tail.as_bytes())?;
    Ok(file.flush()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enormous_documents_take_bounded_memory_and_time() -> anyhow::Result<()> {
    let network = Network::new(Engine::Sqlite).await?;
    let folder = network.beside("enormous");
    std::fs::create_dir_all(&folder)?;
    let megabyte = "x".repeat(1 << 20);
    let (before, after) = NITF.split_once("It rained.").unwrap();
    let tags = "<p>".repeat(10_000);
    let (nested, closed) = (folder.join("nested.xml"), folder.join("nested-unclosed.html"));
    enormous(&nested, before, &tags, (50 << 20) / tags.len(), after)?;
    enormous(
        &closed,
        "<html><title>Nested</title><body>",
        &"<div>".repeat(10_000),
        (20 << 20) / 50_000,
        "",
    )?;
    let json = "{\"uri\": \"urn:test:long\", \"type\": \"text\", \"headline\": \"Long\", \"body_text\": \"";
    enormous(&folder.join("string-200.json"), json, &megabyte, 200, "\"}")?;
    enormous(
        &folder.join("string-40.json"),
        &json.replace(":long", ":forty"),
        &megabyte,
        40,
        "\"}",
    )?;
    // Exports stream: one post of 100 MB, and one that never ends.
    let post = Post::published(1, "A long one", "a-long-one", "BODY").xml();
    let (before, after) = post.split_once("BODY").unwrap();
    let good = Post::published(2, "After the long one", "after-it", "Still here.").xml();
    enormous(
        &folder.join("long-post.wxr.xml"),
        &format!("{HEAD}{before}"),
        &megabyte,
        100,
        &format!("{after}{good}{TAIL}"),
    )?;
    let endless = Post::published(3, "Endless", "endless", "BODY").xml();
    enormous(
        &folder.join("endless.wxr.xml"),
        &format!("{HEAD}{}", endless.split_once("BODY").unwrap().0),
        &megabyte,
        100,
        "",
    )?;
    // One line of a hundred megabytes, no format at all, and nothing but zeros.
    enormous(&folder.join("line.txt"), "", &megabyte, 100, "")?;
    enormous(&folder.join("zeros.bin"), "", &"\0".repeat(1 << 20), 100, "")?;
    write(
        &folder.join("zz-good.json"),
        ninjs("urn:test:good", 1, "The good one behind them", "good").to_string(),
    )?;
    let report = import(&network, &folder, Duration::from_secs(90))?;
    let named = named(&report);
    for name in [
        "nested.xml",
        "nested-unclosed.html",
        "string-200.json",
        "line.txt",
        "zeros.bin",
    ] {
        assert!(named.contains(name), "{name} is not in the report: {report:#}");
    }
    assert!(
        named.iter().any(|record| record.contains("endless.wxr.xml")),
        "{named:?}"
    );
    let stories = network.json(&["story", "list", "--limit", "100"])?.to_string();
    for headline in ["The good one behind them", "After the long one"] {
        assert!(stories.contains(headline), "{headline} in {stories}");
    }
    network.verify()
}
