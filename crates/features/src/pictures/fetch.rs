//! Where a picture's file comes from: an address, through the guarded client, or a folder beside an export.

use super::{Said, TakeError, take};
use crate::app::App;
use bytes::Bytes;
use masthead_domain::ids::PictureId;
use masthead_services::disk;
use masthead_services::fetch::FetchPolicy;
use masthead_store::pictures as rows;
use std::path::{Component, Path, PathBuf};

/// Where relative names begin, and where files may lie.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// Address that relative names are resolved against.
    pub url: Option<url::Url>,
    /// A folder that may hold the files (beside an export, or the document's own). Looked into first.
    pub folder: Option<PathBuf>,
}

impl Base {
    /// From a job's payload: `{"base": "https://…"}` or `{"base": "file:FOLDER"}`.
    pub fn from_payload(payload: &serde_json::Value) -> Self {
        let Some(base) = payload.get("base").and_then(serde_json::Value::as_str) else {
            return Self::default();
        };
        match base.strip_prefix("file:") {
            Some(folder) => Self {
                url: None,
                folder: Some(PathBuf::from(folder)),
            },
            None => Self {
                url: url::Url::parse(base).ok(),
                folder: None,
            },
        }
    }
}

/// Fetches a picture once; later calls for the same address give the same picture.
///
/// # Errors
/// [`TakeError`].
pub async fn fetch(app: &App, url: &str, base: &Base, said: Said) -> Result<PictureId, TakeError> {
    if let Some(named) = url.strip_prefix("attachment:") {
        return attachment(app, url, named, base).await;
    }
    let absolute = base
        .url
        .as_ref()
        .and_then(|base| base.join(url).ok())
        .or_else(|| url::Url::parse(url).ok());
    let source = absolute.as_ref().map_or_else(|| url.to_owned(), ToString::to_string);
    for name in [url, source.as_str()] {
        if let Some(known) = rows::by_source(&mut app.db.reader().await?, name).await? {
            return Ok(known);
        }
    }
    let said = Said {
        source: Some(url.to_owned()),
        ..said
    };
    if let Some(bytes) = from_folder(app, url, base).await? {
        return take(app, bytes, said).await;
    }
    let Some(absolute) = absolute.filter(|url| matches!(url.scheme(), "http" | "https")) else {
        // There is nowhere to look: this will not get better by itself.
        let error = masthead_services::pictures::PictureError::NotAPicture;
        tracing::debug!(%url, "no file of this name beside the document, and no address");
        return Err(error.into());
    };
    // Addresses come from content, never from the operator: the allow list does not help them.
    let answer = app
        .fetcher
        .get(absolute.as_str(), FetchPolicy::Content, None)
        .await?
        .success()?;
    take(app, answer.body, said).await
}

/// A file that an export names by a key: what the export says of it comes along.
async fn attachment(app: &App, name: &str, named: &str, base: &Base) -> Result<PictureId, TakeError> {
    if let Some(known) = rows::by_source(&mut app.db.reader().await?, name).await? {
        return Ok(known);
    }
    let (source, key) = named.rsplit_once('#').unwrap_or(("", named));
    let found = masthead_store::imports::attachment(&mut app.db.reader().await?, source, key).await?;
    let Some(found) = found else {
        return Err(masthead_services::pictures::PictureError::NotAPicture.into());
    };
    let said = Said {
        caption: found.caption,
        credit: found.credit,
        alt: found.alt,
        ..Said::default()
    };
    let id = Box::pin(fetch(app, &found.url, base, said)).await?;
    super::remember_source(app, Some(name.to_owned()), id).await?;
    Ok(id)
}

/// The file beside the export: by its path below the folder, by the end of its path, or by its name alone.
async fn from_folder(app: &App, url: &str, base: &Base) -> Result<Option<Bytes>, TakeError> {
    let Some(folder) = &base.folder else { return Ok(None) };
    let path = url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned());
    let decoded = percent_decode(&path);
    // Only ordinary parts: `..` and roots never leave the folder.
    let parts: PathBuf = Path::new(&decoded)
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect();
    let mut candidates = vec![parts.clone()];
    let mut rest = parts.as_path();
    while let Some(shorter) = rest.components().next().and_then(|first| rest.strip_prefix(first).ok()) {
        if shorter.as_os_str().is_empty() {
            break;
        }
        candidates.push(shorter.to_path_buf());
        rest = shorter;
    }
    let most = app.worker.limits().max_bytes;
    for candidate in candidates {
        match disk::read_within(folder, &candidate, most).await {
            Ok(Some(bytes)) => return Ok(Some(bytes)),
            Ok(None) => {}
            Err(error) => return Err(TakeError::File(format!("{}: {error}", candidate.display()))),
        }
    }
    Ok(None)
}

fn percent_decode(path: &str) -> String {
    let mut out = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let rest: Vec<u8> = bytes.clone().take(2).collect();
            let value = std::str::from_utf8(&rest)
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok());
            if let (Some(value), 2) = (value, rest.len()) {
                out.push(value);
                bytes.nth(1);
                continue;
            }
        }
        out.push(byte);
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_and_broken_escapes_kept() {
        assert_eq!(percent_decode("/a%20b/c%2"), "/a b/c%2");
        assert_eq!(percent_decode("/%C3%A9.jpg"), "/é.jpg");
    }
}
