//! Style, script and other static files of the theme: inlined with a hash for the CSP, or linked under a name that
//! changes with the content so that browsers may keep it for a year.

use crate::cache_policy::CachePolicy;
use crate::encodings::Effort;
use crate::press::{PageKey, Parts, PressedPage, Rendered};
use crate::security_headers::SecurityHeaders;
use crate::theme_files::ThemeFiles;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use masthead_domain::time::Clock;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Folders of a theme whose files are served.
const FOLDERS: [&str; 4] = ["css/", "js/", "fonts/", "images/"];

/// One static file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its address: `/assets/site.1a2b3c4d5e6f.css`.
    pub path: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Bytes,
    /// `'sha256-…'`, as it stands in a CSP when the file is inlined.
    pub csp_hash: String,
}

/// All static files of a theme.
#[derive(Debug, Default)]
pub struct Assets {
    by_name: HashMap<String, Arc<Asset>>,
    by_path: HashMap<String, Arc<Asset>>,
}

impl Assets {
    /// Takes the static files out of a theme's files.
    pub fn new(files: &ThemeFiles) -> Self {
        let mut assets = Self::default();
        for (name, bytes) in files {
            let Some(file) = FOLDERS.iter().find_map(|folder| name.strip_prefix(folder)) else {
                continue;
            };
            let digest = Sha256::digest(bytes);
            let (stem, extension) = file.rsplit_once('.').unwrap_or((file, "bin"));
            let short: String = URL_SAFE_NO_PAD.encode(digest).chars().take(12).collect();
            let asset = Arc::new(Asset {
                path: format!("/assets/{}.{short}.{extension}", stem.replace('/', "-")),
                content_type: content_type(extension),
                body: Bytes::copy_from_slice(bytes),
                csp_hash: format!("'sha256-{}'", STANDARD.encode(digest)),
            });
            assets.by_path.insert(asset.path.clone(), asset.clone());
            assets.by_name.insert(name.clone(), asset);
        }
        assets
    }

    /// The files of several themes by their addresses; their names, which several may have, are those of the first.
    pub fn of_all<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut assets = Self::default();
        for one in all {
            assets.by_path.extend(one.by_path.clone());
            for (name, asset) in &one.by_name {
                assets.by_name.entry(name.clone()).or_insert_with(|| Arc::clone(asset));
            }
        }
        assets
    }

    /// The file with this name in the theme, `css/site.css`.
    pub fn named(&self, name: &str) -> Option<&Arc<Asset>> {
        self.by_name.get(name)
    }

    /// The file at this address. An address of earlier content is not there: the page that named it is stale too.
    pub fn at(&self, path: &str) -> Option<&Arc<Asset>> {
        self.by_path.get(path)
    }
}

/// The static files of a theme as pages that are ready to be sent; replaced as one when the theme is.
///
/// A file is compressed when it is first asked for and not when the theme is loaded, because a start must not wait for
/// it.
pub struct AssetPages {
    current: RwLock<(Arc<Assets>, SecurityHeaders)>,
    pages: RwLock<HashMap<String, Arc<PressedPage>>>,
    clock: Arc<dyn Clock>,
}

impl AssetPages {
    /// The pages of these files.
    pub fn new(assets: Arc<Assets>, security: SecurityHeaders, clock: Arc<dyn Clock>) -> Self {
        Self {
            current: RwLock::new((assets, security)),
            pages: RwLock::default(),
            clock,
        }
    }

    /// Replaces the files. Addresses of earlier content stay answered for as long as the program runs: pages in
    /// browsers and caches still name them.
    pub fn replace(&self, assets: Arc<Assets>, security: SecurityHeaders) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (assets, security);
    }

    /// The file at this path, ready to be sent. `None` when there is no such file, or its encoders failed, which the
    /// log then says.
    pub fn at(&self, path: &str) -> Option<Arc<PressedPage>> {
        if let Some(page) = self.pages.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Some(page.clone());
        }
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let (assets, security) = &*current;
        let asset = assets.at(path)?.clone();
        let security = security.clone();
        drop(current);
        let rendered = Rendered::new(asset.content_type, asset.body.clone(), CachePolicy::Media, 0);
        let key = PageKey::new("", path, &[]);
        match Parts::prepare(key, rendered, self.clock.now(), Effort::Slow, &security, None) {
            Ok(parts) => {
                let page = Arc::new(PressedPage::new(parts));
                let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
                Some(pages.entry(path.to_owned()).or_insert(page).clone())
            }
            Err(error) => {
                tracing::error!(path, %error, "a static file could not be prepared");
                None
            }
        }
    }
}

/// The media type for a file's extension; what isn't known is sent as bytes, which a browser doesn't run.
fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_changes_with_the_content() {
        let one = Assets::new(&ThemeFiles::from([("css/site.css".to_owned(), b"a{}".to_vec())]));
        let two = Assets::new(&ThemeFiles::from([("css/site.css".to_owned(), b"b{}".to_vec())]));
        let path = &one.named("css/site.css").unwrap().path;
        assert!(path.starts_with("/assets/site.") && path.ends_with(".css"), "{path}");
        assert_ne!(path, &two.named("css/site.css").unwrap().path);
        assert_eq!(one.at(path).unwrap().content_type, "text/css; charset=utf-8");
        assert!(two.at(path).is_none());
    }

    #[test]
    fn templates_and_strings_are_not_served() {
        let assets = Assets::new(&ThemeFiles::from([("templates/x.html".to_owned(), Vec::new())]));
        assert!(assets.named("templates/x.html").is_none());
    }
}
