//! Captions of videos as WebVTT (W3C, <https://www.w3.org/TR/webvtt1/>): read into cues of plain text, and written from them.
//!
//! Styles, regions, positions and chapters are left out: what is served is made from the cues, so that nothing of a file
//! that somebody uploads reaches a browser as it came. A voice (`<v Ada>`) becomes the words `Ada: …`, which readers of the
//! transcript need as much as those who listen.

use masthead_domain::videos::Cue;

/// The largest file, in bytes: ten hours of speech are half of it.
pub const LARGEST: usize = 1 << 20;
/// The most cues of a file.
pub const MOST_CUES: usize = 10_000;
/// The longest text of a cue, in characters; what is beyond is left out.
const LONGEST_CUE: usize = 1_000;

/// Why a file holds no captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebVttError {
    /// Larger than [`LARGEST`], or more than [`MOST_CUES`] cues.
    #[error("captions are at most 1 MB and 10,000 cues")]
    TooLarge,
    /// It is no UTF-8, or doesn't begin with `WEBVTT`.
    #[error("this is no WebVTT file: one begins with the line WEBVTT")]
    NotWebVtt,
    /// Not one cue could be read.
    #[error("there is no cue in this file")]
    Empty,
}

/// Reads a file. Blocks that are no cues, and cues that end before they begin, are passed over, as browsers do.
///
/// # Errors
/// [`WebVttError`].
pub fn read(bytes: &[u8]) -> Result<Vec<Cue>, WebVttError> {
    if bytes.len() > LARGEST {
        return Err(WebVttError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| WebVttError::NotWebVtt)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    let mut lines = text.lines();
    let is_ours = lines
        .next()
        .and_then(|line| line.strip_prefix("WEBVTT"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    if !is_ours {
        return Err(WebVttError::NotWebVtt);
    }
    let mut cues = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    for line in lines.chain([""]) {
        if !line.is_empty() {
            block.push(line);
            continue;
        }
        if let Some(cue) = cue(&block) {
            if cues.len() == MOST_CUES {
                return Err(WebVttError::TooLarge);
            }
            cues.push(cue);
        }
        block.clear();
    }
    // Browsers show cues by their time whatever their order is; a transcript has to be put in order.
    cues.sort_by_key(|cue| cue.from);
    if cues.is_empty() {
        Err(WebVttError::Empty)
    } else {
        Ok(cues)
    }
}

/// A block as a cue: a timing line, with or without a name before it, and text.
fn cue(block: &[&str]) -> Option<Cue> {
    let at = block.iter().take(2).position(|line| line.contains("-->"))?;
    let (from, rest) = block.get(at)?.split_once("-->")?;
    let from = moment(from.trim())?;
    // Settings of place and size follow the second time.
    let to = moment(rest.split_whitespace().next()?)?;
    let text: Vec<String> = block
        .iter()
        .skip(at + 1)
        .map(|line| plain(line))
        .filter(|line| !line.is_empty())
        .collect();
    let text: String = text.join("\n").chars().take(LONGEST_CUE).collect();
    (from < to && !text.is_empty()).then_some(Cue { from, to, text })
}

/// `[hh:]mm:ss.ttt` in milliseconds.
fn moment(text: &str) -> Option<u32> {
    let (whole, millis) = text.split_once('.')?;
    let is_number =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if millis.len() != 3 || !is_number(millis, 3) {
        return None;
    }
    let parts: Vec<&str> = whole.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [minutes, seconds] => ("0", *minutes, *seconds),
        [hours, minutes, seconds] if is_number(hours, 3) => (*hours, *minutes, *seconds),
        _ => return None,
    };
    if minutes.len() != 2 || seconds.len() != 2 || !is_number(minutes, 2) || !is_number(seconds, 2) {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let (seconds, millis): (u32, u32) = (seconds.parse().ok()?, millis.parse().ok()?);
    (minutes < 60 && seconds < 60).then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis)
}

/// The words of a line: marks taken out, a voice named, and the six escapes of the format taken back.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            rest = "";
            break;
        };
        let voice = tag
            .strip_prefix('v')
            .filter(|rest| rest.starts_with([' ', '.', '\t']))
            .and_then(|rest| rest.split_once([' ', '\t']));
        if let Some((_, name)) = voice.filter(|(_, name)| !name.trim().is_empty()) {
            out.push_str(name.trim());
            out.push_str(": ");
        }
        rest = after;
    }
    out.push_str(rest);
    let text = out
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&lrm;", "\u{200e}")
        .replace("&rlm;", "\u{200f}")
        // Last, so that no escape is made by taking back another.
        .replace("&amp;", "&");
    text.trim().to_owned()
}

/// Cues as a file.
pub fn write(cues: &[Cue]) -> String {
    let mut out = String::from("WEBVTT\n");
    for cue in cues {
        let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // A blank line would end the cue.
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        out.push_str(&format!(
            "\n{} --> {}\n{}\n",
            printed(cue.from),
            printed(cue.to),
            lines.join("\n")
        ));
    }
    out
}

fn printed(millis: u32) -> String {
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    format!(
        "{:02}:{:02}:{:02}.{millis:03}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cues_are_read_as_plain_words() {
        let file = "\u{feff}WEBVTT - the tide\r\n\r\nNOTE\r\nnot for readers\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n\
            opening\r\n00:01.000 --> 00:03.500 align:start position:0%\r\n<v.loud Ada Quill>The <b>tide</b> &amp;lt; came.\r\n\
            -- over\r\n\r\n01:00:02.000 --> 01:00:04.000\r\n<c.yellow>It left.</c>\r\n\r\n00:09.000 --> 00:08.000\r\nBackwards\r\n";
        let cues = read(file.as_bytes()).unwrap();
        let expected = [
            (1_000, 3_500, "Ada Quill: The tide &lt; came.\n-- over"),
            (3_602_000, 3_604_000, "It left."),
        ];
        assert_eq!(cues.len(), 2, "{cues:?}");
        for (cue, (from, to, text)) in cues.iter().zip(expected) {
            assert_eq!((cue.from, cue.to, cue.text.as_str()), (from, to, text));
        }
        let written = write(&cues);
        assert!(
            written.starts_with("WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n"),
            "{written}"
        );
        assert!(written.contains("The tide &amp;lt; came."), "{written}");
        assert_eq!(read(written.as_bytes()).unwrap(), cues);
    }

    #[test]
    fn what_is_no_captions_is_refused_with_a_reason() {
        for (file, error) in [
            ("1\n00:00:01,000 --> 00:00:02,000\nHello", WebVttError::NotWebVtt),
            ("WEBVTTX\n\n00:01.000 --> 00:02.000\nHello", WebVttError::NotWebVtt),
            ("WEBVTT\n\nNOTE nothing", WebVttError::Empty),
            ("WEBVTT\n\n00:61.000 --> 99:02.000\nHello", WebVttError::Empty),
        ] {
            assert_eq!(read(file.as_bytes()), Err(error), "{file}");
        }
        assert_eq!(read(b"WEBVTT\n\n\xff"), Err(WebVttError::NotWebVtt));
        assert_eq!(read(&vec![b'W'; LARGEST + 1]), Err(WebVttError::TooLarge));
        let many = format!("WEBVTT\n{}", "\n00:01.000 --> 00:02.000\na\n".repeat(MOST_CUES + 1));
        assert_eq!(read(many.as_bytes()), Err(WebVttError::TooLarge));
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_and_read_back(text in "(WEBVTT\n\n)?(00:0[0-9].000 --> 00:1[0-9].500\n[a-z<>&; v]{0,20}\n\n){0,5}") {
            if let Ok(cues) = read(text.as_bytes()) {
                prop_assert_eq!(read(write(&cues).as_bytes()), Ok(cues));
            }
        }
    }
}
