//! The themes of a network: the built-in one, which every site has that names no other, and others by name.
//!
//! Another theme is made of the built-in files with its own laid over them, so that it may be one style sheet or
//! everything. A publisher's own files lie over both, or are a theme of their own.

use crate::assets::Assets;
use crate::templates::{TemplateError, Theme};
use crate::theme_files::{self, ThemeFiles};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every theme that a site may choose.
#[derive(Clone)]
pub struct Themes {
    first: Arc<Theme>,
    others: BTreeMap<String, Arc<Theme>>,
}

impl Themes {
    /// Loads the built-in theme with the publisher's files `own` over it, and the others: the program's and those of
    /// the publisher (`own_themes`, by name), whose files lie over the program's where both have a theme of that name.
    ///
    /// # Errors
    /// [`TemplateError`] names the first file that can't be used; nothing is loaded by half.
    pub fn load(own: ThemeFiles, own_themes: BTreeMap<String, ThemeFiles>) -> Result<Self, TemplateError> {
        let mut layers = theme_files::others();
        for (name, files) in own_themes {
            layers.entry(name).or_default().extend(files);
        }
        let first = Arc::new(Theme::load(own)?);
        let mut others = BTreeMap::new();
        for (name, files) in layers {
            others.insert(name, Arc::new(Theme::load_beside(&first, files)?));
        }
        Ok(Self { first, others })
    }

    /// The theme of this name; the first one for an empty name, and for one that no theme has.
    pub fn named(&self, name: &str) -> &Arc<Theme> {
        self.others.get(name).unwrap_or(&self.first)
    }

    /// Whether a site may name this theme.
    pub fn has(&self, name: &str) -> bool {
        name.is_empty() || self.others.contains_key(name)
    }

    /// The names of the themes other than the first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.others.keys().map(String::as_str)
    }

    fn all(&self) -> impl Iterator<Item = &Theme> {
        std::iter::once(self.first.as_ref()).chain(self.others.values().map(Arc::as_ref))
    }

    /// The static files of all themes. Their addresses follow from their content, so that no two themes are in each
    /// other's way.
    pub fn assets(&self) -> Arc<Assets> {
        Arc::new(Assets::of_all(self.all().map(|theme| theme.assets().as_ref())))
    }

    /// `'sha256-…'` of every style that some template of some theme inlines: one policy holds for all sites.
    pub fn style_hashes(&self) -> Vec<String> {
        once(self.all().flat_map(Theme::style_hashes))
    }

    /// `'sha256-…'` of every script that some template of some theme inlines.
    pub fn script_hashes(&self) -> Vec<String> {
        once(self.all().flat_map(Theme::script_hashes))
    }
}

impl From<Arc<Theme>> for Themes {
    fn from(first: Arc<Theme>) -> Self {
        Self {
            first,
            others: BTreeMap::new(),
        }
    }
}

fn once<'a>(hashes: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for hash in hashes {
        if !found.contains(hash) {
            found.push(hash.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> ThemeFiles {
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn a_theme_lies_over_the_built_in_one_and_its_style_is_allowed() {
        let own = files(&[("strings/en.ftl", "menu = Contents\n"), ("css/late.css", "b{}")]);
        let late = files(&[
            ("templates/page.html", "{{ inline_css('css/late.css') }}{{ t('menu') }}"),
            ("css/late.css", "i{}"),
        ]);
        let themes = Themes::load(own, [("late".to_owned(), late)].into()).unwrap();
        let say = |theme: &str, name: &str| {
            let theme = themes.named(theme);
            theme.render("en", "UTC", name, &serde_json::json!({})).unwrap()
        };
        assert_eq!(say("late", "page.html"), "<style>i{}</style>Menu");
        assert!(themes.has("late") && themes.has("") && !themes.has("early"));
        let first = themes.named("").voice("en", "UTC").unwrap();
        assert_eq!(first.say("menu", &[]).unwrap(), "Contents");
        assert_eq!(
            first.say("home", &[]).unwrap(),
            "Front page",
            "the rest stays as it was"
        );
        assert!(
            Arc::ptr_eq(themes.named("early"), themes.named("")),
            "an unknown name is the first"
        );
        assert!(
            themes.named("late").style_hashes().len() >= 2,
            "it takes the other templates along"
        );
        for hash in themes.named("late").style_hashes() {
            assert!(themes.style_hashes().contains(hash));
        }
        let at = |name: &str| themes.named(name).assets().named("css/late.css").unwrap().path.clone();
        assert_ne!(at("late"), at(""));
        for name in ["late", ""] {
            assert!(themes.assets().at(&at(name)).is_some());
        }
    }

    #[test]
    fn every_theme_of_the_program_can_be_loaded() {
        let themes = Themes::load(ThemeFiles::new(), BTreeMap::new()).unwrap();
        assert_eq!(themes.names().collect::<Vec<_>>(), ["compact"]);
        for name in themes.names() {
            assert!(!Arc::ptr_eq(themes.named(name), themes.named("")));
        }
    }
}
