//! Video files of the publisher's own: sent by a form, played by the range with captions and a transcript, and gone with
//! their story.

use crate::accounts::HOST;
use crate::desk::newsroom;
use crate::support::plant::{self, addresses};
use masthead_features::stories::kills;
use masthead_store::Engine;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::{self, Answer};
use masthead_testkit::on_both_engines;

on_both_engines!(
    a_file_leads_a_story_until_the_story_goes,
    what_is_no_video_changes_nothing,
);

/// Thirteen seconds of H.264, made for the demo.
const FILM: &[u8] = include_bytes!("../../../../demo/videos/hesper.mp4");
const CAPTIONS: &str = "WEBVTT\n\n00:00.500 --> 00:04.000\n<v Nessa Oakhanger>The promenade at <b>low</b> water.\n\n00:08.000 --> 00:12.000\nA cow stands alone.\n";

/// Sends a form with files: each a field's name, a file's name and its bytes.
async fn send(
    by: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> anyhow::Result<Answer> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, file, bytes) in files {
        let head = format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xx--\r\n");
    let headers = [
        ("content-type", "multipart/form-data; boundary=xx"),
        ("origin", "http://daily.example"),
    ];
    by.send("POST", HOST, path, &headers, &body).await
}

fn done(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap().rsplit_once('=').unwrap().1
}

async fn a_file_leads_a_story_until_the_story_goes(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let story = plant::publish(&room.test, "sandpiper").await?;
    let path = addresses(&room.test, story.id).await?.remove(0).1;
    let form = format!("/desk/stories/{}/video", story.id);
    let node = &room.node;
    let mut rita = room.browser("rita").await?;
    let sent = send(&mut rita, &form, &[("act", "set")], &[("file", "a.mp4", FILM)]).await?;
    assert_eq!(sent.status, 403, "it is out, and she may not publish");
    let mut eve = room.browser("eve").await?;
    let fields = [("act", "set"), ("title", "The <night> of the storm")];
    let sent = send(&mut eve, &form, &fields, &[("file", "a.exe", FILM)]).await?;
    assert_eq!(done(&sent), "video", "what it is is told by its bytes");
    let fields = [("act", "captions"), ("language", "en")];
    let sent = send(&mut eve, &form, &fields, &[("captions", "a.vtt", CAPTIONS.as_bytes())]).await?;
    assert_eq!(done(&sent), "video");
    let page = node
        .get_until("daily", &path, |answer| answer.text().contains("<track "))
        .await?
        .text();
    assert!(
        page.contains("The &lt;night&gt; of the storm") && page.contains("preload=\"none\""),
        "{page}"
    );
    assert!(
        page.contains("<p>Nessa Oakhanger: The promenade at low water.</p>"),
        "to read without script: {page}"
    );
    assert!(!page.contains("video.js"), "the browser plays it by itself");
    let address = |extension: &str| {
        let from = page.find("/media/videos/").unwrap();
        format!("{}.{extension}", &page[from..from + "/media/videos/".len() + 36])
    };
    let (film, captions) = (address("mp4"), address("vtt"));
    let json = page.split_once("<script type=\"application/ld+json\">").unwrap().1;
    let json: serde_json::Value = serde_json::from_str(json.split_once("</script>").unwrap().0)?;
    assert_eq!(
        json[0]["video"]["contentUrl"],
        format!("http://daily.example{film}"),
        "{json}"
    );
    assert!(
        json[0]["video"]["transcript"]
            .as_str()
            .unwrap()
            .contains("A cow stands alone.")
    );

    // The whole, parts of it, and what isn't there.
    let whole = node.get("daily", &film).await?;
    assert_eq!((whole.status, whole.body.as_slice()), (200, FILM));
    assert_eq!(whole.header("content-type"), Some("video/mp4"));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let etag = whole.header("etag").unwrap().to_owned();
    assert!(whole.header("surrogate-key").unwrap().contains(&story.id.to_string()));
    let part = async |headers: &[(&str, &str)]| http::send(node.address, "GET", HOST, &film, headers, &[]).await;
    let some = part(&[("range", "bytes=100-199"), ("if-range", &etag)]).await?;
    assert_eq!((some.status, some.body.as_slice()), (206, &FILM[100..200]));
    let range = format!("bytes 100-199/{}", FILM.len());
    assert_eq!(some.header("content-range"), Some(range.as_str()));
    let last = part(&[("range", "bytes=-10")]).await?;
    assert_eq!((last.status, last.body.as_slice()), (206, &FILM[FILM.len() - 10..]));
    let other = part(&[("range", "bytes=100-199"), ("if-range", "\"another\"")]).await?;
    assert_eq!((other.status, other.body.len()), (200, FILM.len()));
    let beyond = part(&[("range", "bytes=99999999-")]).await?;
    assert_eq!(beyond.status, 416, "{:?}", beyond.headers);
    let head = http::send(node.address, "HEAD", HOST, &film, &[], &[]).await?;
    assert_eq!(head.header("content-length"), Some(FILM.len().to_string().as_str()));
    let told = node.get("daily", &captions).await?;
    assert_eq!(told.header("content-type"), Some("text/vtt; charset=utf-8"));
    assert!(
        told.text().starts_with("WEBVTT\n") && !told.text().contains("<b>"),
        "{}",
        told.text()
    );
    assert_eq!(node.get("daily", &address("webm")).await?.status, 404);
    node.get_until("daily", "/search?q=promenade", |answer| {
        answer.text().contains("sandpiper")
    })
    .await?;

    // Gone with its story, for everybody but staff.
    kills::kill(&room.test.app, story.id, "It was another bird.", "test").await?;
    for path in [&film, &captions] {
        assert_eq!(node.get("daily", path).await?.status, 404, "{path}");
        assert_eq!(eve.get(HOST, &format!("/desk{path}")).await?.status, 200, "{path}");
        assert_ne!(node.get("daily", &format!("/desk{path}")).await?.status, 200, "{path}");
    }
    Ok(())
}

async fn what_is_no_video_changes_nothing(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let story = plant::publish(&room.test, "sandpiper").await?;
    let path = addresses(&room.test, story.id).await?.remove(0).1;
    let form = format!("/desk/stories/{}/video", story.id);
    let mut eve = room.browser("eve").await?;
    let set = [("act", "set")];
    for (fields, files, word) in [
        (
            &set[..],
            &[("file", "a.mp4", &b"<html><script>alert(1)</script>"[..])][..],
            "video-kind",
        ),
        (&set, &[("file", "", &b""[..])], "video-none"),
        (&[("url", "https://video.example/1")], &[], "video-host"),
    ] {
        assert_eq!(done(&send(&mut eve, &form, fields, files).await?), word);
    }
    assert!(!room.node.get("daily", &path).await?.text().contains("<video"));
    assert_eq!(
        done(&send(&mut eve, &form, &set, &[("file", "a.mp4", FILM)]).await?),
        "video"
    );
    let bad: [(&str, &[u8], &str); 3] = [
        ("en", b"1\n00:00:01,000 --> 00:00:02,000\nHello", "video-captions"),
        ("\"><script>", CAPTIONS.as_bytes(), "video-language"),
        ("en", b"", "video-none"),
    ];
    for (language, file, word) in bad {
        let fields = [("act", "captions"), ("language", language)];
        let sent = send(&mut eve, &form, &fields, &[("captions", "a.vtt", file)]).await?;
        assert_eq!(done(&sent), word, "{language}");
    }
    room.node
        .get_until("daily", &path, |answer| answer.text().contains("<video"))
        .await?;
    assert_eq!(done(&send(&mut eve, &form, &[("act", "remove")], &[]).await?), "video");
    room.node
        .get_until("daily", &path, |answer| !answer.text().contains("<video"))
        .await?;
    // Of another desk's story nobody takes half a gigabyte in.
    let weekly = room.test.publish("Elsewhere", "elsewhere", &["weekly/culture"]).await?;
    let mut ed = room.browser("ed").await?;
    let sent = send(
        &mut ed,
        &format!("/desk/stories/{weekly}/video"),
        &set,
        &[("file", "a.mp4", FILM)],
    )
    .await?;
    assert_eq!(sent.status, 404);
    Ok(())
}
