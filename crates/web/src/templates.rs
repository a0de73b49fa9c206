//! Pages from templates: every template compiled when the theme is loaded, auto-escaped by type, bounded by fuel.
//!
//! What a template may call, beyond minijinja's own filters:
//!
//! | in a template | gives |
//! |---|---|
//! | `t('key', n=3)` | the words for `key` in the page's language |
//! | `lang`, `dir`, `zone` | the page's language tag, `ltr`/`rtl`, and the site's zone |
//! | `at\|date`, `at\|day`, `at\|clock` | `2014-09-15 20:47`, `2014-09-15`, `20:47` in the site's zone, the day as the language writes it |
//! | `at\|machine` | `2014-09-15T20:47:00+02:00`, for `datetime` attributes and JSON-LD |
//! | `at\|time_tag` | a whole `<time datetime="…">2014-09-15 20:47</time>` |
//! | `at\|http_date` | `Mon, 15 Sep 2014 18:47:00 GMT`, which RSS takes too |
//! | `inline_css('css/x.css')`, `inline_js('js/x.js')` | a whole `<style>`/`<script>`, its hash in the CSP |
//! | `asset('css/x.css')` | the address of a static file, new with each content |
//!
//! Times are RFC 3339 text (as `masthead_domain::time::Timestamp` serialises) or microseconds since 1970. `lang`,
//! `dir`, `zone` and the functions are bound to the voice and not looked up in the page's data, so they work inside
//! macros too.

use crate::assets::Assets;
use crate::strings::{Messages, Said, Strings, direction};
use crate::theme_files::{self, ThemeFiles};
use crate::wall::{DayPattern, Wall};
use jiff::tz::TimeZone;
use masthead_domain::time::Timestamp;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, escape_formatter};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

/// Fuel of one render: about one unit an instruction and one for each 64 bytes written, so that a template of the
/// publisher's own that loops for ever ends as an error after some tens of milliseconds. A front takes about 20,000.
const FUEL: u64 = 2_000_000;

/// A template or another file of the theme can't be used, or a page can't be made with it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct TemplateError {
    /// The template or file.
    pub file: String,
    /// What is wrong, with the line where that is known. For the log and the desk, not for readers.
    pub message: String,
}

impl TemplateError {
    fn new(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            message: message.into(),
        }
    }

    fn of(file: &str, error: &minijinja::Error) -> Self {
        let mut message = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            // Writing to a String can't fail.
            let _infallible = write!(message, "; {cause}");
            source = cause.source();
        }
        Self::new(error.name().unwrap_or(file), message)
    }
}

/// A loaded theme: compiled templates, strings in every language, static files.
pub struct Theme {
    environment: Environment<'static>,
    messages: HashMap<String, Arc<Messages>>,
    assets: Arc<Assets>,
    style_hashes: Vec<String>,
    script_hashes: Vec<String>,
    voices: RwLock<HashMap<String, HashMap<String, Arc<Voice>>>>,
}

/// A theme in one language and one zone: what renders the pages of a site.
pub struct Voice {
    environment: Environment<'static>,
    strings: Strings,
    days: Arc<DayPattern>,
}

impl Theme {
    /// Loads the built-in theme with the publisher's own files laid over it.
    ///
    /// # Errors
    /// [`TemplateError`] names the first file that can't be used; nothing is loaded by half.
    pub fn load(own: ThemeFiles) -> Result<Self, TemplateError> {
        Self::made(theme_files::with_overrides(own), None)
    }

    /// The same beside a theme that is loaded already, whose messages it shares where they are its own too.
    ///
    /// # Errors
    /// As [`Theme::load`].
    pub fn load_beside(other: &Self, own: ThemeFiles) -> Result<Self, TemplateError> {
        Self::made(theme_files::with_overrides(own), Some(other))
    }

    /// Loads a theme from these files alone.
    ///
    /// # Errors
    /// As [`Theme::load`].
    pub fn from_files(files: ThemeFiles) -> Result<Self, TemplateError> {
        Self::made(files, None)
    }

    fn made(files: ThemeFiles, beside: Option<&Self>) -> Result<Self, TemplateError> {
        let assets = Arc::new(Assets::new(&files));
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(escape_by_type);
        environment.set_formatter(format);
        environment.set_syntax(
            minijinja::syntax::SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()
                .map_err(|error| TemplateError::of("syntax", &error))?,
        );
        let mut messages = HashMap::new();
        let mut own_strings: BTreeMap<String, String> = BTreeMap::new();
        let mut spoken: BTreeMap<String, String> = BTreeMap::new();
        let mut sources = Vec::new();
        for (path, bytes) in files {
            let (folder, name) = path.split_once('/').unwrap_or(("", &path));
            if !matches!(folder, "templates" | "strings" | theme_files::OWN_STRINGS) {
                continue;
            }
            let text = String::from_utf8(bytes).map_err(|_| TemplateError::new(&path, "is not UTF-8"))?;
            // `desk/en` holds words of one part of the product in the language `en`, beside `en` itself.
            let lang = name
                .strip_suffix(".ftl")
                .map(|name| name.rsplit('/').next().unwrap_or(name));
            match (folder, lang) {
                ("strings", Some(lang)) => add_text(&mut spoken, lang, &text),
                (theme_files::OWN_STRINGS, Some(lang)) => add_text(&mut own_strings, lang, &text),
                ("templates", _) => sources.push((name.to_owned(), text)),
                _ => {}
            }
        }
        for (lang, text) in spoken {
            let own = own_strings.remove(&lang);
            let known = beside.and_then(|theme| theme.messages.get(&lang));
            if let Some(known) = known.filter(|known| known.are_of(&text, own.as_deref())) {
                messages.insert(lang, Arc::clone(known));
                continue;
            }
            let parsed = Messages::parse(&lang, text, own)
                .map_err(|error| TemplateError::new(&format!("strings/{lang}.ftl"), error))?;
            messages.insert(lang, Arc::new(parsed));
        }
        let style_hashes = inlined(&sources, "inline_css", &assets)?;
        let script_hashes = inlined(&sources, "inline_js", &assets)?;
        for (name, text) in sources {
            environment
                .add_template_owned(name.clone(), text)
                .map_err(|error| TemplateError::of(&name, &error))?;
        }
        add_static_functions(&mut environment, &assets);
        Ok(Self {
            environment,
            messages,
            assets,
            style_hashes,
            script_hashes,
            voices: RwLock::default(),
        })
    }

    /// The theme in the language `lang` (BCP 47) and the zone `zone` (IANA name). Made once and kept.
    ///
    /// # Errors
    /// When there is no such zone, or the language's pattern for days can't be read. A language without strings of its own speaks English.
    pub fn voice(&self, lang: &str, zone: &str) -> Result<Arc<Voice>, TemplateError> {
        // A poisoned lock only means that another thread panicked while it inserted; the map is whole either way.
        let known = self.voices.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(voice) = known.get(lang).and_then(|zones| zones.get(zone)) {
            return Ok(voice.clone());
        }
        drop(known);
        let zone_rules =
            TimeZone::get(zone).map_err(|error| TemplateError::new("zone", format!("`{zone}`: {error}")))?;
        let mut environment = self.environment.clone();
        let strings = Strings::chain(&self.messages, lang);
        let days = Arc::new(DayPattern::of(&strings).map_err(|message| TemplateError::new("strings", message))?);
        add_spoken_functions(&mut environment, strings.clone(), &zone_rules, &days);
        environment.add_global("lang", lang);
        environment.add_global("dir", direction(lang));
        environment.add_global("zone", zone);
        let voice = Arc::new(Voice {
            environment,
            strings,
            days,
        });
        self.voices
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(lang.to_owned())
            .or_default()
            .insert(zone.to_owned(), voice.clone());
        Ok(voice)
    }

    /// Renders the template `name` in a language and zone. Sites keep their [`Voice`] and save the look-up.
    ///
    /// # Errors
    /// As [`Voice::render`] and [`Theme::voice`].
    pub fn render<C: Serialize>(
        &self,
        lang: &str,
        zone: &str,
        name: &str,
        context: &C,
    ) -> Result<String, TemplateError> {
        self.voice(lang, zone)?.render(name, context)
    }

    /// The names of all templates, for the test that renders each with sample data.
    pub fn template_names(&self) -> Vec<String> {
        self.environment.templates().map(|(name, _)| name.to_owned()).collect()
    }

    /// The languages that have strings of their own.
    pub fn languages(&self) -> Vec<String> {
        let mut languages: Vec<String> = self.messages.keys().cloned().collect();
        languages.sort();
        languages
    }

    /// The static files.
    pub fn assets(&self) -> &Arc<Assets> {
        &self.assets
    }

    /// `'sha256-…'` of every style that some template inlines.
    pub fn style_hashes(&self) -> &[String] {
        &self.style_hashes
    }

    /// `'sha256-…'` of every script that some template inlines.
    pub fn script_hashes(&self) -> &[String] {
        &self.script_hashes
    }
}

impl Voice {
    /// Renders the template `name` (its path below `templates/`, such as `story.html`) with `context` as its
    /// variables; `context` must serialise to a map.
    ///
    /// # Errors
    /// An unknown template, a variable that is not there (nothing is silently empty), a missing message, or fuel that
    /// ran out.
    pub fn render<C: Serialize>(&self, name: &str, context: &C) -> Result<String, TemplateError> {
        self.render_value(name, Value::from(Serde(context)))
    }

    /// Renders with a value that is there already, so that what several pages share is converted once.
    ///
    /// # Errors
    /// As [`Voice::render`].
    pub fn render_value(&self, name: &str, context: Value) -> Result<String, TemplateError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| TemplateError::of(name, &error))
    }

    /// The words of a message, for what is written beside templates: titles, feeds, mails.
    ///
    /// # Errors
    /// When no language of the voice has the message, or a variable of it is not given.
    pub fn say(&self, key: &str, args: &[(&str, Said<'_>)]) -> Result<String, TemplateError> {
        let words = self.strings.say(key, args);
        Ok(words.map_err(|error| TemplateError::of("strings", &error))?.to_string())
    }

    /// A day as the language writes it.
    pub fn day(&self, day: jiff::civil::Date) -> String {
        self.days.write(day)
    }
}

/// Adds a file's messages to those of its language.
fn add_text(all: &mut BTreeMap<String, String>, lang: &str, text: &str) {
    let own = all.entry(lang.to_owned()).or_default();
    own.push_str(text);
    own.push('\n');
}

/// HTML and XML are escaped, JSON is serialised, and everything else (plain-text mail, robots.txt) stays as it is.
fn escape_by_type(name: &str) -> AutoEscape {
    match name.rsplit('.').next() {
        Some("html" | "htm" | "xml" | "svg" | "rss" | "atom") => AutoEscape::Html,
        Some("json") => AutoEscape::Json,
        _ => AutoEscape::None,
    }
}

/// Writes a value, escaped as its template's type asks. Text in HTML and XML is escaped here and not by minijinja's own
/// formatter, which also writes `/` as `&#x2f;`: safe, but six bytes for each slash of each address on a page, and
/// inside quoted attributes and element text only these five characters matter (HTML, section 13.3).
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => {
            escape_into(out, text).map_err(minijinja::Error::from)
        }
        _ => escape_formatter(out, state, value),
    }
}

fn escape_into(out: &mut Output, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest
        .bytes()
        .position(|b| matches!(b, b'&' | b'<' | b'>' | b'"' | b'\''))
    {
        // The five are ASCII, so `at` is a border of characters.
        let (plain, special) = rest.split_at_checked(at).ok_or(std::fmt::Error)?;
        out.write_str(plain)?;
        out.write_str(match special.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&#34;",
            _ => "&#39;",
        })?;
        rest = special.get(1..).unwrap_or_default();
    }
    out.write_str(rest)
}

/// Finds `function('name')` in the templates and gives the hashes of the files named. The names must be literals:
/// a CSP is one header for all pages, so what may be inlined is settled when the theme is loaded.
fn inlined(sources: &[(String, String)], function: &str, assets: &Assets) -> Result<Vec<String>, TemplateError> {
    let mut hashes = Vec::new();
    for (template, text) in sources {
        for (_, rest) in text
            .match_indices(function)
            .map(|(at, _)| text.split_at(at + function.len()))
        {
            let Some(argument) = rest.trim_start().strip_prefix('(') else {
                continue;
            };
            let mut parts = argument.trim_start().splitn(3, ['\'', '"']);
            let (Some(""), Some(name)) = (parts.next(), parts.next()) else {
                return Err(TemplateError::new(
                    template,
                    format!("{function}() takes the file's name in quotes"),
                ));
            };
            let asset = assets
                .named(name)
                .ok_or_else(|| TemplateError::new(template, format!("{function}: the theme has no file `{name}`")))?;
            if !hashes.contains(&asset.csp_hash) {
                hashes.push(asset.csp_hash.clone());
            }
        }
    }
    Ok(hashes)
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> minijinja::Error {
    minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, message)
}

fn add_static_functions(environment: &mut Environment<'static>, assets: &Arc<Assets>) {
    for (function, tag) in [("inline_css", "style"), ("inline_js", "script")] {
        let assets = assets.clone();
        environment.add_function(function, move |name: &str| -> Result<Value, minijinja::Error> {
            let asset = assets
                .named(name)
                .ok_or_else(|| invalid(format!("the theme has no file `{name}`")))?;
            let text = std::str::from_utf8(&asset.body).map_err(|_| invalid(format!("`{name}` is not UTF-8")))?;
            if text.contains("</") && text.to_ascii_lowercase().contains(&format!("</{tag}")) {
                return Err(invalid(format!("`{name}` would close its own <{tag}>")));
            }
            Ok(Value::from_safe_string(format!("<{tag}>{text}</{tag}>")))
        });
    }
    let assets = assets.clone();
    environment.add_function("asset", move |name: &str| -> Result<Value, minijinja::Error> {
        match assets.named(name) {
            Some(asset) => Ok(Value::from(asset.path.as_str())),
            None => Err(invalid(format!("the theme has no file `{name}`"))),
        }
    });
}

fn add_spoken_functions(
    environment: &mut Environment<'static>,
    strings: Strings,
    zone: &TimeZone,
    days: &Arc<DayPattern>,
) {
    environment.add_function("t", move |key: &str, args: Kwargs| strings.text(key, &args));
    type Write = fn(&Wall, &DayPattern) -> String;
    let filters: [(&'static str, Write); 5] = [
        ("date", |at, days| format!("{} {}", days.write(at.date()), at.clock())),
        ("day", |at, days| days.write(at.date())),
        ("clock", |at, _| at.clock()),
        ("machine", |at, _| at.machine()),
        ("http_date", |at, _| crate::encodings::http_date(at.moment())),
    ];
    for (name, write) in filters {
        let (zone, days) = (zone.clone(), Arc::clone(days));
        environment.add_filter(name, move |at: &Value| -> Result<String, minijinja::Error> {
            Ok(write(&Wall::new(moment(at)?, &zone), &days))
        });
    }
    let (zone, days) = (zone.clone(), Arc::clone(days));
    environment.add_filter("time_tag", move |at: &Value| -> Result<Value, minijinja::Error> {
        let at = Wall::new(moment(at)?, &zone);
        Ok(Value::from_safe_string(format!(
            "<time datetime=\"{}\">{} {}</time>",
            at.machine(),
            days.write_html(at.date()),
            at.clock()
        )))
    });
}

fn moment(value: &Value) -> Result<Timestamp, minijinja::Error> {
    if let Some(text) = value.as_str() {
        return Timestamp::parse_rfc3339(text).map_err(invalid);
    }
    value
        .as_i64()
        .map(Timestamp::from_micros)
        .ok_or_else(|| invalid(format!("a time is wanted here, not {}", value.kind())))
}

#[cfg(test)]
pub(crate) mod tests;
