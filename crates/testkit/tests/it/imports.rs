//! Imports: an export with its pictures and comments, and a folder of mixed documents. Dry runs write nothing, a second
//! import changes nothing, a broken one goes on where it broke off.

use crate::support::export::{CAMERA_OWNER, HEAD, Post, TAIL, camera_jpeg, category, comment, export};
use crate::support::plant::{addresses, jpeg};
use crate::support::process::{Network, words, write};
use masthead_domain::ids::{CommentId, StoryId};
use masthead_features::imports::{self, Counts, Options, Progress};
use masthead_features::stories as desk;
use masthead_store::{Engine, comments as comment_rows, log, stories as rows};
use masthead_testkit::build::ninjs;
use masthead_testkit::{TestApp, on_both_engines};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

on_both_engines!(
    a_dry_run_says_what_would_happen_and_writes_nothing,
    an_export_brings_stories_comments_pages_and_old_addresses,
    pictures_beside_an_export_are_shown_without_what_the_camera_wrote,
    a_folder_of_mixed_documents_goes_in_or_is_set_aside_with_a_reason,
    a_broken_import_goes_on_where_it_broke_off,
    pages_keep_their_pictures_and_galleries_become_galleries,
);

struct Quiet;

impl Progress for Quiet {
    fn total(&self, _: u64) {}
    fn done(&self, _: u64, _: u64) {}
    fn stage(&self, _: &str) {}
}

async fn import(test: &TestApp, path: &Path, options: Options) -> anyhow::Result<(Counts, Value)> {
    let report = tempfile::NamedTempFile::new()?;
    let options = Options {
        paths: vec![path.to_path_buf()],
        report: Some(report.path().to_path_buf()),
        ..options
    };
    let counts = imports::run(&test.app, &options, &Quiet).await?.counts;
    Ok((counts, serde_json::from_slice(&std::fs::read(report.path())?)?))
}

/// How many events there are.
async fn events(test: &TestApp) -> anyhow::Result<i64> {
    log::stamp(&test.app.db).await?;
    Ok(log::head(&mut test.app.db.reader().await?).await?)
}

fn posts() -> Vec<Post> {
    let harbour = category("harbour-news", "Harbour news");
    let tag = "<category domain=\"post_tag\" nicename=\"dredging\"><![CDATA[Dredging]]></category>";
    let comments = [
        comment(91, 0, "1", "The channel was deeper in my day."),
        comment(92, 91, "1", "It was not.\n\nI measured it."),
        comment(93, 92, "1", "With what?"),
        comment(94, 0, "spam", "Cheap watches"),
        comment(95, 0, "0", "Waiting for a moderator"),
    ]
    .concat();
    vec![
        Post::published(11, "Channel dredged at last", "channel-dredged", "The dredger left on Friday.\n\nIt will be back.")
            .with(&harbour)
            .with(tag)
            .with(&comments)
            .with("<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>channel-to-be-dredged</wp:meta_value></wp:postmeta>"),
        Post::published(12, "Lock gate stuck", "lock-gate", "<p>Nobody could get out.</p>").with(&harbour),
        Post { status: "draft", ..Post::published(13, "Half a thought", "half", "Not finished, quaggamarsh.") },
        Post { status: "trash", ..Post::published(14, "Thrown away", "thrown", "Never mind.") },
        Post { status: "private", ..Post::published(15, "For members alone", "members", "Secret quaggamarsh.") },
        Post { kind: "page", ..Post::published(16, "Who we are", "who-we-are", "A paper for the harbour.") },
        Post { title: String::new(), ..Post::published(17, "", "untitled", "A post without a title.") },
    ]
}

async fn a_dry_run_says_what_would_happen_and_writes_nothing(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("export.xml");
    std::fs::write(&file, export(&posts()))?;
    let before = (events(&test).await?, test.app.sites().sections().len());
    let (dry, report) = import(
        &test,
        &file,
        Options {
            dry_run: true,
            ..Options::default()
        },
    )
    .await?;
    assert_eq!((events(&test).await?, test.app.sites().sections().len()), before);
    let stories = rows::ids_after(&mut test.app.db.reader().await?, StoryId(uuid::Uuid::nil()), 10).await?;
    assert!(stories.is_empty());
    assert!(dry.stories_new >= 4 && dry.set_aside >= 1, "{dry:?}");
    assert_eq!(report["counts"]["stories_new"], dry.stories_new);
    // What it foretold comes true.
    let (real, _) = import(&test, &file, Options::default()).await?;
    let told = |counts: &Counts| {
        (
            counts.records,
            counts.stories_new,
            counts.pages,
            counts.comments,
            counts.set_aside,
        )
    };
    assert_eq!(told(&real), told(&dry));
    Ok(())
}

async fn an_export_brings_stories_comments_pages_and_old_addresses(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("export.xml");
    std::fs::write(&file, export(&posts()))?;
    let (counts, report) = import(&test, &file, Options::default()).await?;
    assert_eq!(
        (counts.stories_new, counts.pages, counts.comments),
        (4, 1, 5),
        "{counts:?}"
    );
    // Everything set aside is named with its reason.
    let aside = report["set_aside"].as_array().unwrap();
    assert_eq!(aside.len() as u64, counts.set_aside);
    for (words, reason) in [("Thrown away", "trash"), ("?p=17", "title")] {
        assert!(
            aside.iter().any(|one| one["record"].as_str().unwrap().contains(words)
                && one["reason"].as_str().unwrap().contains(reason)),
            "{words}: {aside:#?}"
        );
    }
    // A second import changes nothing.
    let before = events(&test).await?;
    test.clock.step_seconds(60);
    let (again, second) = import(&test, &file, Options::default()).await?;
    assert_eq!(events(&test).await?, before);
    assert_eq!(
        (again.stories_new, again.stories_updated, again.comments),
        (0, 0, 0),
        "{again:?}"
    );
    assert_eq!(second["set_aside"].as_array().unwrap().len(), aside.len());

    let story = desk::find(&test.app, "channel-dredged").await?;
    let mut conn = test.app.db.reader().await?;
    let mut comments = comment_rows::all_after(&mut conn, CommentId(uuid::Uuid::nil()), 100).await?;
    comments.sort_by_key(|comment| (comment.created_at, comment.place));
    let said: Vec<(&str, &str)> = comments
        .iter()
        .map(|comment| (comment.body.as_str(), comment.state.name()))
        .collect();
    for expected in [
        ("The channel was deeper in my day.", "published"),
        ("It was not.\n\nI measured it.", "published"),
        ("With what?", "published"),
        ("Cheap watches", "rejected"),
        ("Waiting for a moderator", "pending"),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
    let of = |text: &str| comments.iter().find(|comment| comment.body.starts_with(text)).unwrap();
    let (first, second, third) = (of("The channel"), of("It was"), of("With"));
    assert_eq!((second.parent, third.parent), (Some(first.id), Some(second.id)));
    assert_eq!((third.root, first.replies, second.answers), (first.id, 2, 1));
    let (stories, wrong) = comment_rows::faults(&mut conn).await?;
    assert!(stories.is_empty() && wrong.is_empty(), "{stories:?} {wrong:?}");
    drop(conn);

    let node = test.start().await?;
    let path = addresses(&test, story).await?.remove(0).1;
    assert_eq!(
        path, "/harbour-news/channel-dredged-20190517",
        "dated as at its source, in a section of its category"
    );
    let page = node.get("daily", &path).await?;
    assert_eq!(page.status, 200);
    for part in [
        "Channel dredged at last",
        "Mara Fenn",
        "It will be back.",
        "Dredging",
        "2019-05-17",
    ] {
        assert!(page.text().contains(part), "{part} is on the page");
    }
    // Old addresses lead on: the permalink, with and without its slash, the number, the older slug.
    for old in [
        "/2019/05/17/channel-dredged/",
        "/2019/05/17/channel-dredged",
        "/?p=11",
        "/?p=11&utm_source=mail",
        "/2019/05/17/channel-to-be-dredged/",
    ] {
        let moved = node.get("daily", old).await?;
        assert_eq!(
            (moved.status, moved.header("location")),
            (301, Some(path.as_str())),
            "{old}"
        );
    }
    let map = report["urls"].as_array().unwrap();
    let line = map
        .iter()
        .find(|line| line["from"] == "https://old.example/2019/05/17/channel-dredged/");
    assert_eq!(line.unwrap_or_else(|| panic!("{map:#?}"))["to"], path);
    // A number that is no story's makes no entry and leads to the front.
    let kept = node.node().unwrap().press.sizes().0;
    for number in 900..920 {
        let nothing = node.get("daily", &format!("/?p={number}")).await?;
        assert_eq!((nothing.status, nothing.header("location")), (301, Some("/")));
        assert_eq!(nothing.header("cache-control"), Some("no-store"));
    }
    assert_eq!(
        node.node().unwrap().press.sizes().0,
        kept,
        "invented numbers fill no cache"
    );
    // Drafts, private posts and members' posts stay where they were.
    for surface in [
        "/",
        "/harbour-news",
        "/feed.xml",
        "/api/v1/stories",
        "/2019/05/17/members/",
        "/?p=15",
        "/?p=13",
    ] {
        assert!(
            !node.get("daily", surface).await?.text().contains("quaggamarsh"),
            "{surface}"
        );
    }
    let own = node.get("daily", "/who-we-are").await?;
    assert!(
        own.status == 200 && own.text().contains("A paper for the harbour."),
        "{}",
        own.status
    );
    node.stop().await;
    Ok(())
}

async fn pictures_beside_an_export_are_shown_without_what_the_camera_wrote(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let folder = tempfile::tempdir()?;
    let uploads = folder.path().join("wp-content/uploads/2019/05");
    let original = camera_jpeg("camera", 96, 64);
    assert!(String::from_utf8_lossy(&original).contains(CAMERA_OWNER));
    write(&uploads.join("dredger.jpg"), &original)?;
    write(&uploads.join("crew.jpg"), jpeg("crew", 80, 50))?;
    let attachment = |id: u32, name: &str, caption: &str| {
        Post { kind: "attachment", status: "inherit", ..Post::published(id, name, name, "") }
            .with(&format!("<wp:attachment_url>https://old.example/wp-content/uploads/2019/05/{name}.jpg</wp:attachment_url>"))
            .with(&format!(
                "<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>{caption}</wp:meta_value></wp:postmeta>"
            ))
    };
    let story = Post::published(
        21,
        "The dredger and her crew",
        "dredger-crew",
        "They work by night.\n\n<img src=\"https://old.example/wp-content/uploads/2019/05/crew.jpg\" alt=\"The crew on deck\" />\n\nAnd sleep by day.\n\n<img src=\"https://old.example/wp-content/uploads/2019/05/lost.jpg\" alt=\"Not there any more\" />",
    )
    .with("<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>22</wp:meta_value></wp:postmeta>");
    // The file is named after the story that shows it.
    let posts = [
        story,
        attachment(22, "dredger", "A dredger at dusk"),
        attachment(23, "crew", "The crew"),
    ];
    let file = folder.path().join("export.xml");
    std::fs::write(&file, export(&posts))?;
    import(&test, &file, Options::default()).await?;
    test.run_jobs().await?;
    // AVIF follows when the rush is over.
    test.clock.step_seconds(30);
    test.run_jobs().await?;

    let node = test.start().await?;
    let story = desk::find(&test.app, "dredger-crew").await?;
    let path = addresses(&test, story).await?.remove(0).1;
    let page = node.get("daily", &path).await?.text();
    assert!(
        page.contains("A dredger at dusk") && page.contains("The crew on deck"),
        "{page}"
    );
    let mut files: Vec<&str> = page
        .split(['"', ' ', ','])
        .map(|part| part.trim_start_matches("https://daily.example"))
        .filter(|part| part.starts_with("/media/"))
        .collect();
    files.sort_unstable();
    files.dedup();
    for format in [".avif", ".webp", ".jpg"] {
        assert!(
            files.iter().filter(|file| file.ends_with(format)).count() >= 2,
            "{format}: {files:?}"
        );
    }
    let mut upright = 0;
    for file in files {
        let answer = node.get("daily", file).await?;
        assert_eq!(answer.status, 200, "{file}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        for secret in [CAMERA_OWNER, "Exif", "GPS"] {
            assert!(!text.contains(secret), "{file} holds {secret}");
        }
        if file.ends_with(".jpg") || file.ends_with(".webp") {
            let image = image::load_from_memory(&answer.body)?;
            upright += usize::from((image.width(), image.height()) == (64, 96));
        }
    }
    assert!(upright >= 2, "the camera lay on its side, and its picture stands");
    node.stop().await;
    Ok(())
}

fn mixed_folder(folder: &Path) -> anyhow::Result<()> {
    write(
        &folder.join("a/one.json"),
        ninjs("urn:test:mix-1", 1, "Gorse fire put out", "gorse").to_string(),
    )?;
    write(
        &folder.join("a/one-v2.json"),
        ninjs("urn:test:mix-1", 2, "Gorse fire out for good", "gorse").to_string(),
    )?;
    write(
        &folder.join("b/two.xml"),
        "<?xml version=\"1.0\"?><nitf><head><docdata><doc-id id-string=\"urn:test:mix-2\"/>\
         <date.issue norm=\"20251124T070000Z\"/></docdata></head><body><body.head><hedline><hl1>Heath closed</hl1></hedline>\
         </body.head><body.content><p>The heath is closed until rain.</p></body.content></body></nitf>",
    )?;
    write(
        &folder.join("b/feed.xml"),
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Moor</title><link>https://moor.example/</link>\
         <item><guid>https://moor.example/1</guid><title>Peat found</title><link>https://moor.example/1</link>\
         <description>Peat was found under the car park, to nobody's surprise.</description></item>\
         <item><guid>https://moor.example/2</guid><title>Peat lost</title><link>https://moor.example/2</link>\
         <description>The peat that was found has been lost again.</description></item></channel></rss>",
    )?;
    write(
        &folder.join("c/page.html"),
        "<!doctype html><html lang=\"en\"><head><title>Bracken cut | The Moor Times</title>\
         <link rel=\"canonical\" href=\"https://moor.example/bracken-cut\"></head><body><nav><a href=\"/\">Home</a></nav>\
         <article><h1>Bracken cut</h1><p class=\"byline\">By Mara Fenn</p><time datetime=\"2025-11-20T10:00:00Z\">20 November</time>\
         <p>The bracken on the north slope was cut on Thursday, a month late and by hand.</p>\
         <p>It will be burnt when the wind allows, the warden says, and not before.</p></article></body></html>",
    )?;
    write(
        &folder.join("c/page.txt"),
        "Newts counted\n2025-11-21 08:15\nMoorby - The newts were counted on Friday, and there are more than last year.\n",
    )?;
    write(
        &folder.join("c/LICENCE.txt"),
        "terms    as you like\n\nPermission is given to read these pages.\n",
    )?;
    write(&folder.join("d/picture.jpg"), jpeg("mixed", 48, 32))?;
    write(&folder.join("e/empty.json"), "")?;
    write(&folder.join("e/broken.json"), "{\"uri\": \"urn:test:broken\", ")?;
    write(
        &folder.join("e/broken.xml"),
        "<?xml version=\"1.0\"?><newsItem><itemMeta>",
    )?;
    write(&folder.join("e/noise.bin"), [0_u8, 159, 146, 150, 0, 0, 1, 2, 3])?;
    write(&folder.join(".hidden/skip.json"), "{}")
}

async fn a_folder_of_mixed_documents_goes_in_or_is_set_aside_with_a_reason(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let folder = tempfile::tempdir()?;
    mixed_folder(folder.path())?;
    let options = || Options {
        publish: true,
        section: Some("world".into()),
        ..Options::default()
    };
    let (counts, report) = import(&test, folder.path(), options()).await?;
    let headlines = [
        "Gorse fire out for good",
        "Heath closed",
        "Peat found",
        "Peat lost",
        "Bracken cut",
        "Newts counted",
    ];
    // One more is a draft: a text that says no time.
    assert_eq!(counts.stories_new, headlines.len() as u64 + 1, "{report:#}");
    let aside: Vec<&str> = report["set_aside"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["record"].as_str().unwrap())
        .collect();
    for bad in ["e/empty.json", "e/broken.json", "e/broken.xml", "e/noise.bin"] {
        assert!(aside.contains(&bad), "{bad} in {report:#}");
    }
    assert_eq!(aside.len(), 4, "{report:#}");
    let before = events(&test).await?;
    let (again, _) = import(&test, folder.path(), options()).await?;
    assert_eq!(events(&test).await?, before, "{again:?}");
    assert_eq!(
        (again.stories_new, again.stories_updated, again.set_aside),
        (0, 0, 4),
        "{again:?}"
    );
    let node = test.start().await?;
    let list = node.get("daily", "/api/v1/stories?limit=100").await?.text();
    let feed = node.get("daily", "/world/feed.xml").await?.text();
    for headline in headlines {
        assert!(list.contains(headline), "{headline} in {list}");
        assert!(feed.contains(headline), "{headline} in the feed");
    }
    assert!(!list.contains("Gorse fire put out"), "the higher version stands");
    assert!(!list.contains("as you like"), "a licence is no news: {list}");
    node.stop().await;
    Ok(())
}

/// Many posts, so that an import takes a while.
fn long_export(path: &Path, posts: u32) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(HEAD.as_bytes())?;
    for number in 1..=posts {
        let body = format!("Paragraph one of story {number}.\n\nParagraph two of it, about a heron.");
        let post = Post::published(
            number,
            &format!("Heron number {number}"),
            &format!("heron-{number}"),
            &body,
        );
        file.write_all(post.with(&category("harbour-news", "Harbour news")).xml().as_bytes())?;
    }
    file.write_all(TAIL.as_bytes())?;
    Ok(file.flush()?)
}

async fn a_broken_import_goes_on_where_it_broke_off(engine: Engine) -> anyhow::Result<()> {
    const POSTS: u32 = 1_500;
    let network = Network::new(engine).await?;
    let file = network.beside("long.xml");
    long_export(&file, POSTS)?;
    let name = file.display().to_string();
    let count = || -> anyhow::Result<usize> {
        let list = network.json(&["story", "list", "--limit", "100000"])?;
        Ok(list.as_array().map_or(0, Vec::len))
    };
    let mut child = network.command(&["import", &name, "--no-media"]).spawn()?;
    while count()? < 200 {
        anyhow::ensure!(
            child.try_wait()?.is_none(),
            "the import was over before it could be broken"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    child.wait()?;
    let broken = count()?;
    assert!(broken >= 200 && broken < POSTS as usize, "{broken}");
    network.verify()?;
    let report: PathBuf = network.beside("report.json");
    let arguments = [
        "import",
        &name,
        "--no-media",
        "--resume",
        "--report",
        &report.display().to_string(),
    ];
    let output = network.run(&arguments)?;
    assert!(output.status.success(), "{}", words(&output));
    let report: Value = serde_json::from_slice(&std::fs::read(&report)?)?;
    let made = report["counts"]["stories_new"].as_u64().unwrap();
    assert_eq!(made + broken as u64, u64::from(POSTS), "{}", report["counts"]);
    assert!(
        report["counts"]["records"].as_u64().unwrap() <= u64::from(POSTS) - broken as u64 + 64,
        "it went on"
    );
    assert_eq!(count()?, POSTS as usize);
    network.verify()?;
    let again = network.json(&["import", &name, "--no-media"])?;
    assert_eq!(
        (again["stories_new"].as_u64(), again["stories_updated"].as_u64()),
        (Some(0), Some(0)),
        "{again:#}"
    );
    Ok(())
}

async fn pages_keep_their_pictures_and_galleries_become_galleries(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("export.xml");
    let format = "<category domain=\"post_format\" nicename=\"post-format-gallery\"><![CDATA[Gallery]]></category>";
    let picture = |id: u32, name: &str| Post {
        kind: "attachment",
        status: "inherit",
        ..Post::published(id, name, name, "")
    };
    let attached = |id: u32, name: &str| {
        picture(id, name).with(&format!(
            "<wp:attachment_url>https://old.example/wp-content/uploads/{name}.jpg</wp:attachment_url>"
        ))
    };
    let team = "<p>A paper for the harbour.</p>\
        <figure class=\"wp-block-image\"><img class=\"wp-image-31\" \
        src=\"https://old.example/wp-content/uploads/team.jpg\" alt=\"Four people on a pier\"/>\
        <figcaption>The newsroom.</figcaption></figure>";
    let posts = [
        attached(31, "team"),
        attached(32, "ebb"),
        attached(33, "flood"),
        Post {
            kind: "page",
            ..Post::published(16, "Who we are", "who-we-are", team)
        },
        Post::published(
            41,
            "Ebb and flood",
            "ebb-and-flood",
            "Two tides.\n\n[gallery ids=\"32,33\"]",
        )
        .with(&category("harbour-news", "Harbour news"))
        .with(format),
        Post::published(
            42,
            "A day out",
            "a-day-out",
            "We went out.\n\n[gallery ids=\"33,32\"]\n\nAnd came back.",
        )
        .with(&category("harbour-news", "Harbour news"))
        .with(format),
    ];
    std::fs::write(&file, export(&posts))?;
    for name in ["team", "ebb", "flood"] {
        write(&folder.path().join(format!("{name}.jpg")), jpeg(name, 96, 64))?;
    }
    let options = || Options {
        publish: true,
        ..Options::default()
    };
    let node = test.start().await?;
    let (counts, report) = import(&test, &file, options()).await?;
    assert_eq!((counts.pages, counts.stories_new), (1, 2), "{report:#}");
    test.run_jobs().await?;
    let shows = |word: &'static str| move |answer: &masthead_testkit::http::Answer| answer.text().contains(word);
    let about = node.get_until("daily", "/who-we-are", shows("<img ")).await?.text();
    assert!(
        about.contains("Four people on a pier") && about.contains("The newsroom."),
        "{about}"
    );
    let source = about
        .split("<img src=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    let media = node.get("daily", &source).await?;
    assert_eq!(
        (media.status, media.header("content-type")),
        (200, Some("image/jpeg")),
        "{source}"
    );
    // A post that is nothing but its pictures is a gallery; one that tells a story shows them among its text.
    let galleries = node.get("daily", "/api/v1/galleries").await?.json()?;
    let items = galleries["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{galleries:#}");
    assert_eq!(items[0]["headline"], "Ebb and flood");
    assert_eq!(items[0]["standfirst"], "Two tides.");
    let address = |item: &Value| {
        item["url"]
            .as_str()
            .unwrap()
            .strip_prefix("https://daily.example")
            .unwrap()
            .to_owned()
    };
    let gallery = address(&items[0]);
    assert!(gallery.starts_with("/galleries/ebb-and-flood-"), "{gallery}");
    for page in [gallery.clone(), format!("{gallery}/2")] {
        let answer = node.get("daily", &page).await?;
        assert!(
            answer.status == 200 && answer.text().contains("/media/"),
            "{page}: {}",
            answer.text()
        );
    }
    let stories = node.get("daily", "/api/v1/stories").await?.json()?;
    let day_out = stories["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["headline"] == "A day out");
    let html = node
        .get_until("daily", &address(day_out.unwrap()), shows("<img "))
        .await?
        .text();
    assert!(
        html.matches("<img ").count() >= 2 && html.contains("And came back."),
        "{html}"
    );
    // A second import changes nothing.
    let before = events(&test).await?;
    let (again, second) = import(&test, &file, options()).await?;
    assert_eq!((again.pages, again.stories_updated), (0, 0), "{second:#}");
    assert_eq!(events(&test).await?, before, "{second:#}");
    node.stop().await;
    Ok(())
}
