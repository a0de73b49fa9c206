//! Bodies prepared once in every encoding, and the conditional requests that spare sending them.
//!
//! A page is compressed once in each encoding that somebody asks for, fast at first, and harder when it is quiet and
//! has proved to be read. Compressing every page in every encoding when it is pressed was tried: of the pages that a
//! crawler asks for once, it took nine tenths of the time. An `ETag` is strong, so it differs per encoding (RFC 9110,
//! section 8.8.3.3), and it differs again when the same text is compressed harder; comparison looks at the part before
//! the suffix.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use masthead_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A content coding of ours (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878), with a window that browsers take (8 MB at most; RFC 9659).
    Zstd,
}

impl Encoding {
    /// All codings, in the order in which [`Prepared`] keeps them.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstd];

    /// Its name in `Content-Encoding`; none for identity.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }

    const fn etag_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gz",
            Self::Brotli => "-br",
            Self::Zstd => "-zs",
        }
    }
}

/// How much work goes into compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effort {
    /// While a reader waits: each encoding when it is first asked for, some tenths of a millisecond for 40 KB.
    Fast,
    /// When the page is quiet: all encodings at once, some tens of milliseconds for 40 KB, a fifth smaller.
    Slow,
}

/// One text in the encodings that pay for it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// First half of every `ETag`: a hash of the text, without quotes.
    pub hash: String,
    /// How hard the text was compressed.
    pub effort: Effort,
    identity: Bytes,
    /// In the order of [`Encoding::ALL`] without the identity. Empty until somebody asks; `None` inside is "not worth it".
    compressed: [OnceLock<Option<Bytes>>; 3],
}

/// Compressed copies that save less than this are not kept: the header and the work of the reader cost more.
const MIN_SAVING: usize = 64;

impl Prepared {
    /// Prepares `body`: at once in all encodings with [`Effort::Slow`], otherwise in each when it is first asked for.
    pub fn new(body: Bytes, effort: Effort) -> Self {
        let prepared = Self {
            hash: content_hash(&body),
            effort,
            identity: body,
            compressed: Default::default(),
        };
        if effort == Effort::Slow {
            for encoding in Encoding::ALL {
                let _made_now = prepared.body(encoding);
            }
        }
        prepared
    }

    /// The same text compressed harder. Where harder is no smaller (it happens with short, regular text) the old bytes
    /// stay.
    #[must_use]
    pub fn harder(&self) -> Self {
        let harder = Self::new(self.identity.clone(), Effort::Slow);
        let compressed = harder.compressed.each_ref().map(|new| new.get().cloned().flatten());
        let old = self.compressed.each_ref().map(|old| old.get().cloned().flatten());
        let [mut gzip, mut brotli, mut zstd] = compressed;
        for (new, old) in [&mut gzip, &mut brotli, &mut zstd].into_iter().zip(old) {
            if let Some(old) = old
                && new.as_ref().is_none_or(|new| new.len() >= old.len())
            {
                *new = Some(old);
            }
        }
        Self {
            compressed: [gzip, brotli, zstd].map(OnceLock::from),
            ..harder
        }
    }

    /// A body that was put together of pieces, with the gzip form that was put together of theirs. It is not compressed
    /// in any other way: nobody else is sent it.
    pub fn of_pieces(body: Bytes, gzip: Bytes) -> Self {
        Self {
            hash: content_hash(&body),
            effort: Effort::Slow,
            identity: body,
            compressed: [Some(gzip), None, None].map(OnceLock::from),
        }
    }

    /// A body that is compressed already by its nature, such as a picture or a font.
    pub fn identity_only(body: Bytes) -> Self {
        Self {
            hash: content_hash(&body),
            effort: Effort::Slow,
            identity: body,
            compressed: [const { None }; 3].map(OnceLock::from),
        }
    }

    /// The bytes in this encoding, if it is worth it: a body that does not get smaller is sent as it is.
    pub fn body(&self, encoding: Encoding) -> Option<&Bytes> {
        let Some(slot) = self.slot(encoding) else {
            return Some(&self.identity);
        };
        slot.get_or_init(|| {
            if self.identity.len() < 2 * MIN_SAVING {
                return None;
            }
            let packed = match encoding {
                Encoding::Identity => return None,
                Encoding::Gzip => gzip(&self.identity, self.effort),
                Encoding::Brotli => brotli(&self.identity, self.effort),
                Encoding::Zstd => zstd(&self.identity, self.effort),
            };
            match packed {
                Ok(packed) => (packed.len() + MIN_SAVING <= self.identity.len()).then(|| Bytes::from(packed)),
                // Encoders that write into memory have nothing to fail of; the text itself is as good an answer.
                Err(error) => {
                    tracing::warn!(?encoding, %error, "a body could not be compressed");
                    None
                }
            }
        })
        .as_ref()
    }

    /// The bytes in this encoding, if somebody asked for them before and they were worth it.
    pub fn made(&self, encoding: Encoding) -> Option<&Bytes> {
        match self.slot(encoding) {
            None => Some(&self.identity),
            Some(slot) => slot.get()?.as_ref(),
        }
    }

    const fn slot(&self, encoding: Encoding) -> Option<&OnceLock<Option<Bytes>>> {
        let [gzip, brotli, zstd] = &self.compressed;
        match encoding {
            Encoding::Identity => None,
            Encoding::Gzip => Some(gzip),
            Encoding::Brotli => Some(brotli),
            Encoding::Zstd => Some(zstd),
        }
    }

    /// The text itself.
    pub const fn identity(&self) -> &Bytes {
        &self.identity
    }

    /// The strong `ETag` of this encoding, with its quotes.
    pub fn etag(&self, encoding: Encoding) -> String {
        let harder = match (encoding, self.effort) {
            (Encoding::Identity, _) | (_, Effort::Fast) => "",
            (_, Effort::Slow) => "2",
        };
        format!("\"{}{}{harder}\"", self.hash, encoding.etag_suffix())
    }

    /// Bytes of all encodings together, for the budget of the cache. What nobody asked for yet counts with a quarter of
    /// the text, which is what it will come to about.
    pub fn weight(&self) -> usize {
        let compressed = self.compressed.iter().map(|slot| match slot.get() {
            Some(made) => made.as_ref().map_or(0, Bytes::len),
            None => self.identity.len() / 4,
        });
        self.identity.len() + compressed.sum::<usize>()
    }

    /// Puts the parts together again that the disk half kept. What it did not keep is made when it is asked for.
    pub(crate) fn from_parts(hash: String, effort: Effort, bodies: [Option<Bytes>; 4]) -> Option<Self> {
        let [Some(identity), gzip, brotli, zstd] = bodies else {
            return None;
        };
        Some(Self {
            hash,
            effort,
            identity,
            compressed: [gzip, brotli, zstd].map(|kept| match kept {
                Some(body) => OnceLock::from(Some(body)),
                None => OnceLock::new(),
            }),
        })
    }
}

/// First 15 bytes of SHA-256 as base64url: 120 bits, 20 characters.
pub fn content_hash(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let mut text = URL_SAFE_NO_PAD.encode(digest);
    text.truncate(20);
    text
}

fn gzip(body: &[u8], effort: Effort) -> std::io::Result<Vec<u8>> {
    // Level 1 has fixed codes and makes a page a fifth larger than level 2 does.
    let level = match effort {
        Effort::Fast => 2,
        Effort::Slow => 9,
    };
    let mut encoder =
        flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 3), flate2::Compression::new(level));
    encoder.write_all(body)?;
    encoder.finish()
}

fn brotli(body: &[u8], effort: Effort) -> std::io::Result<Vec<u8>> {
    // 11 takes twenty times as long as 9 for 2 %.
    let quality = match effort {
        Effort::Fast => 2,
        Effort::Slow => 9,
    };
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: 22,
        size_hint: body.len(),
        mode: brotli::enc::backward_references::BrotliEncoderMode::BROTLI_MODE_TEXT,
        ..Default::default()
    };
    let mut output = Vec::with_capacity(body.len() / 3);
    let mut input = body;
    brotli::BrotliCompress(&mut input, &mut output, &params)?;
    Ok(output)
}

fn zstd(body: &[u8], effort: Effort) -> std::io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Fast => 1,
        Effort::Slow => 19,
    };
    // In one call, so that the encoder knows the length and takes tables of that size. Named by hand, the window of 8 MB
    // that browsers take cost 80 MB of tables for each page; no level up to 19 goes beyond it by itself.
    zstd::bulk::compress(body, level)
}

/// What a client takes, in thousandths of RFC 9110's quality (section 12.4.2); 0 is "not acceptable".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptable {
    qualities: [u16; 4],
}

impl Acceptable {
    /// Takes the identity alone: what a request without the header is sent, because it may come from a program that
    /// never heard of compression, although the RFC would let us choose.
    pub const IDENTITY: Self = Self {
        qualities: [1000, 0, 0, 0],
    };

    /// Reads the `Accept-Encoding` of a request (RFC 9110, section 12.5.3).
    pub fn of(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(ACCEPT_ENCODING).iter();
        let Some(first) = lines.next() else {
            return Self::IDENTITY;
        };
        let mut listed = Listed::default();
        listed.read(first.as_bytes());
        for line in lines {
            listed.read(line.as_bytes());
        }
        listed.acceptable()
    }

    /// Reads a request's only `Accept-Encoding` line.
    pub fn of_line(line: &[u8]) -> Self {
        let mut listed = Listed::default();
        listed.read(line);
        listed.acceptable()
    }

    /// The best of the encodings that `prepared` has. Ties between what the client takes equally go to zstd, then br,
    /// then gzip, then identity: zstd is the quickest to decode and within a few per cent of br.
    ///
    /// When the client refuses everything that there is, identity is sent all the same: the RFC allows it (section
    /// 12.5.3), and a page beats an error.
    pub fn choose(self, prepared: &Prepared) -> Encoding {
        self.choose_among(|encoding| prepared.body(encoding).is_some())
    }

    /// Asks `has` about the best first and no further than it needs to: an encoding that is asked about may be made for
    /// that.
    pub(crate) fn choose_among(self, has: impl Fn(Encoding) -> bool) -> Encoding {
        let [identity, gzip, brotli, zstd] = self.qualities;
        let mut ranked = [
            (Encoding::Zstd, zstd),
            (Encoding::Brotli, brotli),
            (Encoding::Gzip, gzip),
        ];
        // Stable: equals stay in the order above.
        ranked.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
        ranked
            .into_iter()
            .filter(|(_, quality)| *quality > 0 && *quality >= identity)
            .map(|(encoding, _)| encoding)
            .find(|encoding| has(*encoding))
            .unwrap_or(Encoding::Identity)
    }
}

#[derive(Default)]
struct Listed {
    named: [Option<u16>; 4],
    star: Option<u16>,
}

impl Listed {
    fn read(&mut self, line: &[u8]) {
        for item in line.split(|b| *b == b',') {
            let mut parts = item.split(|b| *b == b';');
            let name = parts.next().unwrap_or_default().trim_ascii();
            let quality = parts.find_map(quality_parameter).unwrap_or(1000);
            let [identity, gzip, brotli, zstd] = &mut self.named;
            let slot = if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") {
                gzip
            } else if name.eq_ignore_ascii_case(b"br") {
                brotli
            } else if name.eq_ignore_ascii_case(b"zstd") {
                zstd
            } else if name.eq_ignore_ascii_case(b"identity") {
                identity
            } else if name == b"*" {
                &mut self.star
            } else {
                continue;
            };
            *slot = Some(quality);
        }
    }

    fn acceptable(&self) -> Acceptable {
        let [identity, gzip, brotli, zstd] = self.named;
        let star = self.star.unwrap_or(0);
        Acceptable {
            qualities: [
                // Identity is acceptable unless it is excluded by name or by `*;q=0`; unnamed it ranks below whatever
                // the client asked for.
                identity.unwrap_or(match self.star {
                    Some(0) => 0,
                    Some(_) | None => 1,
                }),
                gzip.unwrap_or(star),
                brotli.unwrap_or(star),
                zstd.unwrap_or(star),
            ],
        }
    }
}

fn quality_parameter(part: &[u8]) -> Option<u16> {
    let mut sides = part.splitn(2, |b| *b == b'=');
    let key = sides.next()?.trim_ascii();
    if !key.eq_ignore_ascii_case(b"q") {
        return None;
    }
    let value = std::str::from_utf8(sides.next()?).unwrap_or_default();
    Some(quality(value))
}

/// A quality value in thousandths (RFC 9110, section 12.4.2). What can't be read counts as 0: a client that says
/// something odd about an encoding is safer without it.
pub fn quality(text: &str) -> u16 {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    let thousandths = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(3)
        .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match whole {
        "0" => thousandths,
        "1" if thousandths == 0 => 1000,
        _ => 0,
    }
}

/// Whether `If-None-Match` (RFC 9110, section 13.1.2) names the text with this hash, in whatever encoding the client
/// holds it. Weak tags match too: a proxy that recompresses makes ours weak, and for `GET` comparison is weak anyway.
pub fn none_match(value: &HeaderValue, hash: &str) -> bool {
    none_match_line(value.as_bytes(), hash)
}

pub(crate) fn none_match_line(value: &[u8], hash: &str) -> bool {
    let value = value.trim_ascii();
    if value == b"*" {
        return true;
    }
    let mut rest = value;
    loop {
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(opened) = rest.strip_prefix(b"\"") else {
            return false;
        };
        let Some(end) = opened.iter().position(|b| *b == b'"') else {
            return false;
        };
        let Some((tag, after)) = opened.split_at_checked(end) else {
            return false;
        };
        if let Some(suffix) = tag.strip_prefix(hash.as_bytes())
            && (suffix.is_empty() || suffix.starts_with(b"-"))
        {
            return true;
        }
        rest = after.strip_prefix(b"\"").unwrap_or(after).trim_ascii_start();
        let Some(next) = rest.strip_prefix(b",") else {
            return false;
        };
        rest = next;
    }
}

/// Whether `If-Modified-Since` (RFC 9110, section 13.1.3) holds a date that is not before `modified`. A value that is
/// no HTTP date is ignored, as the RFC asks.
pub fn unmodified_since(value: &HeaderValue, modified: Timestamp) -> bool {
    unmodified_since_line(value.as_bytes(), modified)
}

pub(crate) fn unmodified_since_line(value: &[u8], modified: Timestamp) -> bool {
    let Some(since) = std::str::from_utf8(value)
        .ok()
        .and_then(|text| httpdate::parse_http_date(text).ok())
    else {
        return false;
    };
    let Ok(since) = since.duration_since(UNIX_EPOCH) else {
        return false;
    };
    i64::try_from(since.as_secs()).is_ok_and(|since| since >= modified.as_seconds())
}

/// The moment as an HTTP date (RFC 9110, section 5.6.7): `Mon, 15 Sep 2014 18:47:00 GMT`. Moments before 1970 and
/// after 9999, which that form can't hold, are clamped.
pub fn http_date(at: Timestamp) -> String {
    const LAST: u64 = 253_402_300_799;
    let seconds = u64::try_from(at.as_seconds()).unwrap_or(0).min(LAST);
    let time: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
    httpdate::fmt_http_date(time)
}

#[cfg(test)]
mod tests;
