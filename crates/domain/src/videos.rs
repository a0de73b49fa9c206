//! Videos that lead stories: those that lie with somebody else, and where they are played from; and files of the
//! publisher's own, with their captions.
//!
//! Nothing of a host is asked for before a reader wants to see the video, so a page knows the player's address and
//! shows a picture of its own meanwhile. A file of one's own is played by the browser itself.

use crate::ids::VideoId;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The list of a site's stories that a video leads, among its lists of stories; a fixed id, as that of the galleries.
pub const VIDEOS: uuid::Uuid = uuid::Uuid::from_u128(0x6d61_7374_6865_6164_8a11_6e72_6965_7303);

/// The video that leads a story; the story's lead picture stands in its place until it is played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeadVideo {
    /// Its page at its host, where who has no script is led; of a file of the publisher's own, what [`own_address`] gives.
    pub url: String,
    /// What it shows; may be empty.
    pub title: String,
    /// Its length in seconds, where it is known.
    pub seconds: Option<u32>,
}

/// What stands before the id of a file of the publisher's own in a story's [`LeadVideo::url`]. A node that doesn't know
/// it takes it for a host without a player, and shows the picture.
const OWN: &str = "video:";

/// How a story names a video file of the publisher's own.
pub fn own_address(id: VideoId) -> String {
    format!("{OWN}{id}")
}

/// The publisher's own file that a story names; none where the video lies with somebody else.
pub fn own(address: &str) -> Option<VideoId> {
    address.strip_prefix(OWN)?.parse().ok()
}

/// Kinds of video files that browsers play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoKind {
    /// MP4 (ISO/IEC 14496-14).
    Mp4,
    /// WebM.
    WebM,
}

impl VideoKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mp4, Self::WebM];

    /// The file name's extension, which is its name in the store too.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::WebM => "webm",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
        }
    }

    /// The kind with this extension.
    pub fn parse(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.extension() == extension)
    }
}

/// Words that are shown for a while under a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    /// From when, in milliseconds from the beginning.
    pub from: u32,
    /// Until when; later than `from`.
    pub to: u32,
    /// The words, with line breaks; never empty.
    pub text: String,
}

/// Silence after which a transcript begins a new paragraph, in milliseconds.
const PAUSE: u32 = 2_500;
/// Characters after which the next sentence begins one.
const PARAGRAPH: usize = 500;

/// Whether a paragraph is long and ends with a sentence.
fn is_full(paragraph: &str) -> bool {
    paragraph.len() >= PARAGRAPH && paragraph.ends_with(['.', '!', '?', '…'])
}

/// What is said in a video, as paragraphs to read. A paragraph ends with a pause, with a new voice, and with a sentence once
/// it is long.
pub fn transcript(cues: &[Cue]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut last: Option<&Cue> = None;
    for cue in cues {
        let words = cue.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            continue;
        }
        let pause = last.is_none_or(|last| cue.from.saturating_sub(last.to) >= PAUSE);
        let voice = words.split(' ').take(4).any(|word| word.ends_with(':'));
        match paragraphs.last_mut() {
            Some(open) if !pause && !voice && !is_full(open) => {
                open.push(' ');
                open.push_str(&words);
            }
            _ => paragraphs.push(words),
        }
        last = Some(cue);
    }
    paragraphs
}

/// How a video is played inside a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The host as readers know it.
    pub host: &'static str,
    /// The address of its player.
    pub address: String,
}

/// The player of a video by the address of its page; none for a host that isn't known, or for what is no video.
pub fn player(address: &str) -> Option<Player> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let Some(Host::Domain(name)) = url.host() else {
        return None;
    };
    let name = name.strip_prefix("www.").unwrap_or(name);
    let segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    match (name, segments.as_slice()) {
        ("youtube.com" | "m.youtube.com", ["watch"]) => {
            let (_, id) = url.query_pairs().find(|(name, _)| name == "v")?;
            youtube(&id)
        }
        ("youtube.com" | "youtube-nocookie.com", ["embed" | "shorts" | "live", id]) | ("youtu.be", [id]) => youtube(id),
        ("vimeo.com", [id]) | ("player.vimeo.com", ["video", id]) => {
            is_id(id, |byte| byte.is_ascii_digit()).then(|| Player {
                host: "Vimeo",
                // No cookie and no counting of its own.
                address: format!("https://player.vimeo.com/video/{id}?dnt=1"),
            })
        }
        ("dailymotion.com", ["video", id]) | ("dai.ly", [id]) => {
            is_id(id, |byte| byte.is_ascii_alphanumeric()).then(|| Player {
                host: "Dailymotion",
                address: format!("https://geo.dailymotion.com/player.html?video={id}"),
            })
        }
        _ => None,
    }
}

fn youtube(id: &str) -> Option<Player> {
    let is_video = is_id(id, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_video.then(|| Player {
        host: "YouTube",
        address: format!("https://www.youtube-nocookie.com/embed/{id}?rel=0"),
    })
}

fn is_id(text: &str, may: impl Fn(u8) -> bool) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(may)
}

/// A length as it is printed beside a video: `4:07`, `1:02:03`.
pub fn printed(seconds: u32) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::{GALLERIES, READERS};

    #[test]
    fn known_hosts_have_players() {
        for (address, expected) in [
            (
                "https://www.youtube.com/watch?v=aqz-KE-bpKQ&t=3",
                Some("https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?rel=0"),
            ),
            (
                "https://youtu.be/aqz-KE-bpKQ",
                Some("https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?rel=0"),
            ),
            (
                "https://vimeo.com/1084537",
                Some("https://player.vimeo.com/video/1084537?dnt=1"),
            ),
            (
                "https://www.dailymotion.com/video/x5e9eog",
                Some("https://geo.dailymotion.com/player.html?video=x5e9eog"),
            ),
            ("https://vimeo.com/about", None),
            ("https://www.youtube.com/playlist?list=PL1", None),
            ("https://www.youtube.com/watch?v=a\"><script>", None),
            ("https://youtube.com.evil.example/watch?v=abc", None),
            ("javascript:alert(1)", None),
            ("https://video.example/1", None),
        ] {
            let found = player(address).map(|player| player.address);
            assert_eq!(found.as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn files_of_ones_own_are_named_by_their_ids() {
        let id = VideoId(uuid::Uuid::from_u128(7));
        assert_eq!(own(&own_address(id)), Some(id));
        assert_eq!(player(&own_address(id)), None, "an older node has no player for it");
        for other in ["video:", "video:x", "https://vimeo.com/1084537", ""] {
            assert_eq!(own(other), None, "{other}");
        }
        for kind in VideoKind::ALL {
            assert_eq!(VideoKind::parse(kind.extension()), Some(kind));
        }
    }

    #[test]
    fn a_transcript_has_paragraphs() {
        let cue = |from, to, text: &str| Cue {
            from,
            to,
            text: text.to_owned(),
        };
        let cues = [
            cue(0, 1_000, "The tide\ncame"),
            cue(1_200, 2_000, "over the wall."),
            cue(9_000, 10_000, "It left."),
            cue(10_100, 11_000, "Ada Quill: I saw it."),
        ];
        let expected = ["The tide came over the wall.", "It left.", "Ada Quill: I saw it."];
        assert_eq!(transcript(&cues), expected);
    }

    #[test]
    fn lists_with_fixed_ids_are_not_each_other() {
        assert!(VIDEOS != GALLERIES && VIDEOS != READERS && READERS != GALLERIES);
    }

    #[test]
    fn lengths_are_printed_as_players_do() {
        assert_eq!(printed(7), "0:07");
        assert_eq!(printed(247), "4:07");
        assert_eq!(printed(3_723), "1:02:03");
    }
}
