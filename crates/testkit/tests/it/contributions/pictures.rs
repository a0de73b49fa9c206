//! Pictures of readers: by the plain form, part by part, and every broken file there is.

use super::{Desk, HOST, TERMS, desk, desk_page, own_page};
use crate::accounts::hidden;
use base64::Engine as _;
use masthead_store::Engine;
use masthead_store::contributions::uploads;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{on_both_engines, until};
use std::path::{Path, PathBuf};

on_both_engines!(
    pictures_go_from_the_form_to_a_gallery_without_their_metadata,
    pictures_go_into_a_story_that_is_there,
    a_picture_is_sent_in_parts_as_tus_says,
    what_is_taken_back_leaves_the_archive,
    every_broken_file_is_told_and_none_breaks_the_form,
);

/// A drawn JPEG with an EXIF block: an orientation, and a position north of the line and east of Greenwich.
pub(crate) fn jpeg(seed: u8, (width, height): (u32, u32), orientation: u8, gps: bool) -> Vec<u8> {
    let drawn = image::RgbImage::from_fn(width, height, |x, y| {
        let stripe = (x / (8 + u32::from(seed % 5))) % 2 == 0;
        let left = x * 4 < width;
        image::Rgb([
            if left { 220 } else { seed },
            if stripe { 200 } else { 40 },
            ((y * 255) / height) as u8,
        ])
    });
    let mut plain = std::io::Cursor::new(Vec::new());
    drawn.write_to(&mut plain, image::ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    // TIFF, little-endian: an IFD with the orientation and a pointer to the IFD of the position.
    let mut tiff: Vec<u8> = b"II*\0\x08\0\0\0".to_vec();
    let entries: u16 = if gps { 2 } else { 1 };
    tiff.extend(entries.to_le_bytes());
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    if gps {
        tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    }
    tiff.extend([0; 4]);
    if gps {
        assert_eq!(tiff.len(), 38);
        tiff.extend(2_u16.to_le_bytes());
        tiff.extend([1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0]);
        tiff.extend([3, 0, 2, 0, 2, 0, 0, 0, b'E', 0, 0, 0]);
        tiff.extend([0; 4]);
    }
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::try_from(segment.len() + 2).unwrap().to_be_bytes());
    out.extend(&segment);
    out.extend(&plain[2..]);
    out
}

/// The form for pictures with files, as browsers send it.
pub(crate) async fn send(
    browser: &mut Browser,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> anyhow::Result<Answer> {
    send_to(browser, ("/contribute/pictures", "files"), fields, files).await
}

/// A form with files, as browsers send it: to an address, with the name of the field for files.
pub(crate) async fn send_to(
    browser: &mut Browser,
    (path, field): (&str, &str),
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> anyhow::Result<Answer> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, bytes) in files {
        let name = name.replace('"', "%22");
        let head = format!("--limit\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n");
        body.extend(head.bytes());
        body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    let headers = [
        ("content-type", "multipart/form-data; boundary=limit"),
        ("origin", "http://daily.example"),
        ("accept", "text/html"),
    ];
    browser.send("POST", HOST, path, &headers, &body).await
}

/// The ids of the pictures of a form.
fn ids(page: &str) -> Vec<String> {
    let parts = page.split("name=\"caption-").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

/// Fills in and sends the draft.
async fn submit(browser: &mut Browser, title: &str) -> anyhow::Result<Answer> {
    let page = browser.get(HOST, "/contribute/pictures").await?.text();
    let mut fields = vec![
        ("title".to_owned(), title.to_owned()),
        ("text".to_owned(), "Taken from the bank.".to_owned()),
        ("own".to_owned(), "yes".to_owned()),
        ("agree".to_owned(), TERMS.to_owned()),
        ("act".to_owned(), "submit".to_owned()),
    ];
    for (n, id) in ids(&page).into_iter().enumerate() {
        fields.push((format!("caption-{id}"), format!("Heron number {n}")));
        fields.push((format!("place-{id}"), "Cold Staithe".to_owned()));
        fields.push((format!("date-{id}"), "2025-11-23".to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    send(browser, &fields, &[]).await
}

async fn accepted(desk: &Desk, browser: &mut Browser, own: &str) -> anyhow::Result<()> {
    let done = desk.act(browser, own, &[("act", "accept")]).await?;
    assert_eq!(done.status, 303, "{}", done.text());
    Ok(())
}

/// Whether bytes hold what a camera wrote into them.
fn has_metadata(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|window| window == b"Exif") || bytes.windows(4).any(|window| window == b"II*\0")
}

async fn pictures_go_from_the_form_to_a_gallery_without_their_metadata(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let placed = jpeg(10, (640, 400), 1, true);
    let turned = jpeg(90, (640, 400), 6, false);
    assert!(has_metadata(&placed) && masthead_services::pictures::inspect(&placed)?.has_gps);
    let files: [(&str, &[u8]); 3] = [
        ("placed.jpg", &placed),
        ("turned \"<b>.jpg", &turned),
        ("notes.jpg", b"these are my notes"),
    ];
    let fields = [("title", "Herons"), ("text", "Seen on Sunday"), ("act", "submit")];
    let refused = send(&mut ada, &fields, &files).await?;
    assert_eq!(refused.status, 422, "one of them is no picture");
    let page = refused.text();
    assert!(
        page.contains("notes.jpg") && page.contains("This file is no picture that we can show."),
        "{page}"
    );
    assert!(page.contains("Seen on Sunday"), "nothing else is lost");
    assert_eq!(ids(&page).len(), 2, "{page}");
    assert!(!page.contains("<b>.jpg"), "{page}");

    let silent = send(
        &mut ada,
        &[("title", "Herons"), ("own", "yes"), ("agree", TERMS), ("act", "submit")],
        &[],
    )
    .await?;
    assert_eq!(silent.status, 422);
    assert!(silent.text().contains("Say of each picture what it shows."));
    let own = own_page(&submit(&mut ada, "Herons of the marsh").await?);

    let page = ada.get(HOST, &own).await?.text();
    let previews: Vec<String> = page
        .split("src=\"/contribute/files/")
        .skip(1)
        .map(|part| format!("/contribute/files/{}", part.split('"').next().unwrap()))
        .collect();
    assert_eq!(previews.len(), 2, "{page}");
    let mut marek = desk.browser("marek").await?;
    let mut ben = desk.browser("ben").await?;
    for preview in &previews {
        assert_eq!(ben.get(HOST, preview).await?.status, 404, "nobody else sees it");
        let seen = marek.get(HOST, preview).await?;
        assert_eq!(seen.status, 200);
        assert!(!has_metadata(&seen.body), "not even the desk's copy has the place");
    }
    let turned = ada.get(HOST, &previews[1]).await?;
    let upright = image::load_from_memory(&turned.body)?;
    assert_eq!((upright.width(), upright.height()), (400, 640), "it stands upright");

    accepted(&desk, &mut marek, &own).await?;
    let publish = [("act", "publish"), ("place-daily", "world")];
    let done = desk.act(&mut marek, &own, &publish).await?;
    assert_eq!(done.status, 303, "{}", done.text());
    desk.test.run_jobs().await?;
    let path = "/galleries/herons-of-the-marsh-20251125";
    let page = desk
        .node
        .get_until("daily", path, |answer| answer.text().matches("<figure>").count() == 2)
        .await?
        .text();
    assert!(page.contains("Heron number 0 (Cold Staithe, 2025-11-23)"), "{page}");
    assert!(
        page.contains("<meta name=\"description\" content=\"Taken from the bank."),
        "a gallery without a standfirst is described by its text: {page}"
    );
    assert!(
        page.contains("<a rel=\"author\" href=\"/profiles/ada\">ada</a>"),
        "{page}"
    );
    let shown: std::collections::BTreeSet<String> = page
        .split(['"', ' '])
        .filter(|word| word.starts_with("/media/"))
        .map(str::to_owned)
        .collect();
    assert!(shown.len() >= 4, "{page}");
    for file in shown {
        let answer = desk.node.get("daily", &file).await?;
        assert_eq!(answer.status, 200, "{file}");
        assert!(!has_metadata(&answer.body), "{file}");
    }
    for (site, path) in [
        ("daily", "/your-stories"),
        ("daily", "/multimedia"),
        ("daily", "/profiles/ada"),
        ("weekly", "/profiles/ada"),
    ] {
        desk.node
            .get_until(site, path, |answer| answer.text().contains("Herons of the marsh"))
            .await?;
    }

    // The same picture again, smaller and without its metadata: whoever decides is told.
    let copy = image::load_from_memory(&placed)?.resize_exact(320, 200, image::imageops::FilterType::Triangle);
    let mut smaller = std::io::Cursor::new(Vec::new());
    copy.write_to(&mut smaller, image::ImageFormat::Png)?;
    send(
        &mut ben,
        &[("title", "Mine"), ("act", "save")],
        &[("mine.png", smaller.get_ref())],
    )
    .await?;
    let own = own_page(&submit(&mut ben, "My own heron").await?);
    let page = marek.get(HOST, &desk_page(&own)).await?.text();
    assert!(
        page.contains("The archive has pictures that look like this one"),
        "{page}"
    );
    let neighbour = page
        .split("src=\"/desk/review/archive/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let neighbour = marek.get(HOST, &format!("/desk/review/archive/{neighbour}")).await?;
    assert_eq!(neighbour.status, 200);
    desk.node.stop().await;
    Ok(())
}

async fn pictures_go_into_a_story_that_is_there(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    desk.test
        .publish("Flood takes the old pier", "pier", &["daily/world"])
        .await?;
    let path = "/world/flood-takes-the-old-pier-20251125";
    let mut ada = desk.browser("ada").await?;
    let files: [(&str, &[u8]); 2] = [
        ("one.jpg", &jpeg(10, (320, 200), 1, true)),
        ("two.jpg", &jpeg(200, (300, 220), 1, false)),
    ];
    send(&mut ada, &[("title", "The pier"), ("act", "save")], &files).await?;
    let own = own_page(&submit(&mut ada, "The pier going").await?);
    let mut marek = desk.browser("marek").await?;
    accepted(&desk, &mut marek, &own).await?;
    let page = marek.get(HOST, &desk_page(&own)).await?.text();
    let first = hidden(
        &page.replace("checkbox\" name=\"picture", "hidden\" name=\"picture"),
        "picture",
    );
    let publish = [("act", "publish"), ("into", path), ("picture", first.as_str())];
    assert_eq!(desk.act(&mut marek, &own, &publish).await?.status, 303);
    desk.test.run_jobs().await?;
    let page = desk
        .node
        .get_until("daily", path, |answer| answer.text().contains("Heron number 0"))
        .await?
        .text();
    assert!(!page.contains("Heron number 1"), "one of two was chosen: {page}");
    assert!(!page.contains("Reader story"), "the story is the newsroom's");
    desk.node
        .get_until("weekly", "/profiles/ada", |answer| answer.text().contains(path))
        .await?;
    desk.node.stop().await;
    Ok(())
}

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const ORIGIN: (&str, &str) = ("origin", "http://daily.example");
const PART: (&str, &str) = ("content-type", "application/offset+octet-stream");

async fn begin(browser: &mut Browser, length: &str, name: &str) -> anyhow::Result<Answer> {
    let metadata = format!("filename {}", base64::engine::general_purpose::STANDARD.encode(name));
    let headers = [TUS, ORIGIN, ("upload-length", length), ("upload-metadata", &metadata)];
    browser.send("POST", HOST, "/contribute/uploads", &headers, &[]).await
}

async fn part(browser: &mut Browser, url: &str, at: usize, bytes: &[u8]) -> anyhow::Result<Answer> {
    let at = at.to_string();
    let headers = [TUS, ORIGIN, PART, ("upload-offset", at.as_str())];
    browser.send("PATCH", HOST, url, &headers, bytes).await
}

async fn a_picture_is_sent_in_parts_as_tus_says(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let spoken = ada.send("OPTIONS", HOST, "/contribute/uploads", &[], &[]).await?;
    assert_eq!(spoken.status, 204);
    assert_eq!(spoken.header("tus-version"), Some("1.0.0"));
    assert_eq!(spoken.header("tus-extension"), Some("creation,termination,expiration"));
    assert_eq!(spoken.header("tus-max-size"), Some("20971520"));

    let file = jpeg(10, (320, 200), 6, true);
    let length = file.len().to_string();
    let older = ada
        .send(
            "POST",
            HOST,
            "/contribute/uploads",
            &[ORIGIN, ("upload-length", &length)],
            &[],
        )
        .await?;
    assert_eq!((older.status, older.header("tus-version")), (412, Some("1.0.0")));
    assert_eq!(begin(&mut ada, "20971521", "big").await?.status, 413);
    for wrong in ["-1", "+5", "many", "0"] {
        assert_eq!(begin(&mut ada, wrong, "odd").await?.status, 400, "{wrong}");
    }
    let begun = begin(&mut ada, &length, "heron <in> the \u{202e}marsh.jpg").await?;
    assert_eq!(begun.status, 201, "{}", begun.text());
    assert_eq!(begun.header("tus-resumable"), Some("1.0.0"));
    let expires = begun.header("upload-expires").unwrap();
    assert!(
        expires.starts_with("Wed, 26 Nov 2025 09:0") && expires.ends_with("GMT"),
        "{expires}"
    );
    let url = begun.header("location").unwrap().to_owned();

    let mut ben = desk.browser("ben").await?;
    assert_eq!(
        ben.send("HEAD", HOST, &url, &[TUS], &[]).await?.status,
        404,
        "it is hers"
    );
    assert_eq!(part(&mut ben, &url, 0, b"mine").await?.status, 404);
    let kindless = [TUS, ORIGIN, ("upload-offset", "0"), ("content-type", "image/jpeg")];
    assert_eq!(ada.send("PATCH", HOST, &url, &kindless, &file[..10]).await?.status, 415);
    assert_eq!(
        part(&mut ada, &url, 5, &file[..10]).await?.status,
        409,
        "not where it is"
    );
    let first = part(&mut ada, &url, 0, &file[..1000]).await?;
    assert_eq!((first.status, first.header("upload-offset")), (204, Some("1000")));
    assert_eq!(
        part(&mut ada, &url, 0, &file[..1000]).await?.status,
        409,
        "it came before"
    );
    let known = ada.send("HEAD", HOST, &url, &[TUS], &[]).await?;
    assert_eq!(known.status, 200);
    assert_eq!(known.header("upload-offset"), Some("1000"));
    assert_eq!(known.header("upload-length"), Some(length.as_str()));
    assert_eq!(known.header("cache-control"), Some("no-store"));
    let mut too_much = file[1000..].to_vec();
    too_much.push(0);
    assert_eq!(part(&mut ada, &url, 1000, &too_much).await?.status, 413);
    // A client that can't send PATCH.
    let (at, rest) = ("1000", &file[1000..2000]);
    let headers = [
        TUS,
        ORIGIN,
        PART,
        ("upload-offset", at),
        ("x-http-method-override", "PATCH"),
    ];
    assert_eq!(ada.send("POST", HOST, &url, &headers, rest).await?.status, 204);
    let last = part(&mut ada, &url, 2000, &file[2000..]).await?;
    assert_eq!(
        (last.status, last.header("upload-offset")),
        (204, Some(length.as_str())),
        "{}",
        last.text()
    );
    let page = ada.get(HOST, "/contribute/pictures").await?.text();
    assert_eq!(ids(&page).len(), 1, "{page}");
    assert!(page.contains("heron &lt;in&gt; the marsh.jpg"), "{page}");
    assert_eq!(
        ada.send("HEAD", HOST, &url, &[TUS], &[]).await?.status,
        404,
        "it is a picture now"
    );

    let begun = begin(&mut ada, "19", "notes.jpg").await?;
    let notes = begun.header("location").unwrap().to_owned();
    let refused = part(&mut ada, &notes, 0, b"these are my notes!").await?;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("no picture that we can show"),
        "{}",
        refused.text()
    );

    let begun = begin(&mut ada, &length, "again.jpg").await?;
    let url = begun.header("location").unwrap().to_owned();
    part(&mut ada, &url, 0, &file[..500]).await?;
    assert_eq!(ada.send("DELETE", HOST, &url, &[TUS, ORIGIN], &[]).await?.status, 204);
    assert_eq!(ada.send("HEAD", HOST, &url, &[TUS], &[]).await?.status, 404);
    let begun = begin(&mut ada, &length, "late.jpg").await?;
    let url = begun.header("location").unwrap().to_owned();
    part(&mut ada, &url, 0, &file[..500]).await?;
    desk.test.clock.step_seconds(86_401);
    let late = part(&mut ada, &url, 500, &file[500..]).await?;
    assert!(matches!(late.status, 404 | 410), "{}", late.status);
    desk.test.run_jobs().await?;
    let account = masthead_features::accounts::staff::find(&desk.test.app, "ada").await?;
    let mut conn = desk.test.app.db.reader().await?;
    let profile = masthead_store::profiles::of_account(&mut conn, account).await?.unwrap();
    drop(conn);
    until("the end of what took too long", async || {
        Ok(uploads::count(&mut desk.test.app.db.reader().await?, profile.id).await? == 0)
    })
    .await?;
    desk.node.stop().await;
    Ok(())
}

async fn what_is_taken_back_leaves_the_archive(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let file = jpeg(10, (320, 200), 1, true);
    send(&mut ada, &[("title", "One"), ("act", "save")], &[("one.jpg", &file)]).await?;
    let all = |conn| async move {
        let mut conn = conn;
        masthead_store::pictures::after(&mut conn, masthead_domain::ids::PictureId(uuid::Uuid::nil()), 10).await
    };
    let kept = all(desk.test.app.db.reader().await?).await?;
    assert_eq!(kept.len(), 1);
    let original: masthead_services::blobs::BlobKey = kept[0].original_key.parse()?;
    assert!(desk.test.app.blobs.exists(original).await?);
    let page = ada.get(HOST, "/contribute/pictures").await?.text();
    let remove = format!("remove-{}", ids(&page)[0]);
    let caption = format!("caption-{}", ids(&page)[0]);
    send(&mut ada, &[("act", "save"), (&remove, "yes"), (&caption, "")], &[]).await?;
    let page = ada.get(HOST, "/contribute/pictures").await?.text();
    assert!(ids(&page).is_empty(), "{page}");
    assert!(all(desk.test.app.db.reader().await?).await?.is_empty());
    assert!(
        !desk.test.app.blobs.exists(original).await?,
        "the place it was taken is gone too"
    );
    desk.node.stop().await;
    Ok(())
}

/// The files of a folder and of those in it, in order.
fn all_in(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            all_in(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// Every file of `images` and some that are no pictures at all. SQLite alone has all of them: what the pictures are
/// doesn't depend on the engine.
pub(crate) fn every_kind(engine: Engine) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("page.html".into(), b"<!doctype html><script>alert(1)</script>".to_vec()),
        (
            "drawing.svg".into(),
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
        ),
        ("short.gif".into(), b"GIF89a".to_vec()),
    ];
    match std::env::var("MASTHEAD_TESTDATA") {
        Ok(folder) => {
            let mut found = Vec::new();
            for set in ["exif-orientation", "image-rs-bad", "pillow-small"] {
                all_in(&Path::new(&folder).join("images").join(set).join("files"), &mut found)?;
            }
            let most = if engine == Engine::Sqlite { usize::MAX } else { 20 };
            for path in found.into_iter().take(most) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read(path)?));
            }
        }
        Err(_) => eprintln!("MASTHEAD_TESTDATA is not set: broken pictures of others were not tried"),
    }
    Ok(files)
}

/// In forms of three; each is a picture, or named with a reason.
async fn every_broken_file_is_told_and_none_breaks_the_form(engine: Engine) -> anyhow::Result<()> {
    let desk = desk(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let files = every_kind(engine)?;
    let mut taken = 0;
    for some in files.chunks(3) {
        let some: Vec<(&str, &[u8])> = some.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
        let answer = send(&mut ada, &[("title", "All kinds"), ("act", "save")], &some).await?;
        assert!(
            matches!(answer.status, 303 | 422),
            "{}: {}",
            answer.status,
            answer.text()
        );
        taken += ids(&ada.get(HOST, "/contribute/pictures").await?.text()).len();
        send(&mut ada, &[("act", "discard")], &[]).await?;
    }
    if files.len() > 3 {
        assert!(taken > 0, "some of them are pictures");
    }
    desk.node.stop().await;
    Ok(())
}
