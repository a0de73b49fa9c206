//! The video that leads a story: how its page shows it, and how search engines are told of it.

use masthead_domain::stories::StoryContent;
use masthead_domain::videos::{self, LeadVideo, Player};
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
}

/// The lead video with its player; none where its host isn't known any more.
pub(super) fn lead(content: &StoryContent) -> Option<(&LeadVideo, Player)> {
    let video = content.lead_video.as_ref()?;
    Some((video, videos::player(&video.url)?))
}

/// As the template is given it.
pub(super) fn view(content: &StoryContent) -> Option<VideoView> {
    let (video, player) = lead(content)?;
    Some(VideoView {
        url: video.url.clone(),
        player: player.address,
        title: title(content, video).to_owned(),
        length: video.seconds.map(videos::printed).unwrap_or_default(),
        host: player.host,
    })
}

/// `VideoObject` (schema.org); `thumbnail` is the picture that stands for the page, `at` the moment of publication.
pub(super) fn markup(content: &StoryContent, description: &str, thumbnail: Option<&str>, at: &str) -> Option<Value> {
    let (video, player) = lead(content)?;
    let mut object = json!({
        "@type": "VideoObject",
        "name": title(content, video),
        "description": description,
        "uploadDate": at,
        "embedUrl": player.address,
        "url": video.url,
    });
    if let Some(fields) = object.as_object_mut() {
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
