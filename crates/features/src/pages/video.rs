//! The video that leads a story: how its page shows it, and how search engines are told of it.

use super::view::SiteView;
use masthead_domain::stories::StoryContent;
use masthead_domain::videos::{self, LeadVideo, Player};
use masthead_store::videos::VideoRecord;
use serde::Serialize;
use serde_json::{Value, json};

/// `video` of the template.
#[derive(Serialize)]
pub(super) struct VideoView {
    url: String,
    player: String,
    title: String,
    length: String,
    host: &'static str,
    /// The publisher's own file, which the browser plays by itself.
    own: Option<OwnView>,
}

#[derive(Serialize)]
struct OwnView {
    src: String,
    media_type: &'static str,
    megabytes: u64,
    /// The address of its captions; empty where it has none.
    captions: String,
    language: String,
    /// What is said in it, to read.
    transcript: Vec<String>,
}

/// Where the lead video is played from.
enum Source<'a> {
    Host(Player),
    Own(&'a VideoRecord),
}

/// The lead video with its source; none where its host isn't known any more, or its file isn't there. `own` is the file
/// that the story names, where readers may have it.
fn lead<'a>(content: &'a StoryContent, own: Option<&'a VideoRecord>) -> Option<(&'a LeadVideo, Source<'a>)> {
    let video = content.lead_video.as_ref()?;
    let source = match videos::own(&video.url) {
        Some(id) => Source::Own(own.filter(|own| own.id == id)?),
        None => Source::Host(videos::player(&video.url)?),
    };
    Some((video, source))
}

fn file(own: &VideoRecord, extension: &str) -> String {
    format!("/media/videos/{}.{extension}", own.id)
}

/// As the template is given it.
pub(super) fn view(content: &StoryContent, own: Option<&VideoRecord>) -> Option<VideoView> {
    let (video, source) = lead(content, own)?;
    let mut view = VideoView {
        url: video.url.clone(),
        player: String::new(),
        title: title(content, video).to_owned(),
        length: video.seconds.map(videos::printed).unwrap_or_default(),
        host: "",
        own: None,
    };
    match source {
        Source::Host(player) => {
            view.player = player.address;
            view.host = player.host;
        }
        Source::Own(own) => {
            view.own = Some(OwnView {
                src: file(own, own.kind.extension()),
                media_type: own.kind.media_type(),
                megabytes: own.bytes.div_ceil(1 << 20),
                captions: if own.cues.is_empty() {
                    String::new()
                } else {
                    file(own, "vtt")
                },
                language: own.language.clone(),
                transcript: videos::transcript(&own.cues),
            });
        }
    }
    Some(view)
}

impl VideoView {
    /// Whether a script plays it in the place of its picture.
    pub(super) const fn is_hosted(&self) -> bool {
        self.own.is_none()
    }
}

/// `VideoObject` (schema.org); `thumbnail` is the picture that stands for the page, `at` the moment of publication.
pub(super) fn markup(
    view: &SiteView,
    content: &StoryContent,
    own: Option<&VideoRecord>,
    description: &str,
    (thumbnail, at): (Option<&str>, &str),
) -> Option<Value> {
    let (video, source) = lead(content, own)?;
    let mut object = json!({
        "@type": "VideoObject",
        "name": title(content, video),
        "description": description,
        "uploadDate": at,
    });
    if let Some(fields) = object.as_object_mut() {
        match source {
            Source::Host(player) => {
                fields.insert("embedUrl".to_owned(), player.address.into());
                fields.insert("url".to_owned(), video.url.as_str().into());
            }
            Source::Own(own) => {
                let address = view.absolute(&file(own, own.kind.extension()));
                fields.insert("contentUrl".to_owned(), address.into());
                fields.insert("encodingFormat".to_owned(), own.kind.media_type().into());
                if !own.cues.is_empty() {
                    let transcript = videos::transcript(&own.cues).join("\n\n");
                    fields.insert("transcript".to_owned(), transcript.into());
                }
            }
        }
        if let Some(thumbnail) = thumbnail {
            fields.insert("thumbnailUrl".to_owned(), json!([thumbnail]));
        }
        // ISO 8601, section 5.5.2.
        if let Some(seconds) = video.seconds {
            fields.insert(
                "duration".to_owned(),
                json!(format!("PT{}M{}S", seconds / 60, seconds % 60)),
            );
        }
    }
    Some(object)
}

fn title<'a>(content: &'a StoryContent, video: &'a LeadVideo) -> &'a str {
    if video.title.is_empty() {
        &content.headline
    } else {
        &video.title
    }
}
