//! Words of the interface: Fluent messages by language, with English underneath.
//!
//! Most messages have no variables. They are formatted once when the theme is loaded, so that a page with sixty
//! labels costs sixty look-ups and not sixty formatting runs.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Value, ValueKind};
use std::collections::HashMap;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

/// The language whose messages stand in where another has none.
pub const FALLBACK: &str = "en";

/// Languages that are written from right to left, by primary subtag.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur"];

/// `rtl` or `ltr`: the `dir` attribute for a language tag (BCP 47).
pub fn direction(lang: &str) -> &'static str {
    let primary = lang.split(['-', '_']).next().unwrap_or_default();
    if RIGHT_TO_LEFT.iter().any(|tag| tag.eq_ignore_ascii_case(primary)) {
        "rtl"
    } else {
        "ltr"
    }
}

/// The messages of one language.
pub struct Messages {
    bundle: FluentBundle<FluentResource>,
    constant: HashMap<String, Value>,
}

impl Messages {
    /// Reads one Fluent file.
    ///
    /// # Errors
    /// In words, with the first mistake: a broken file must not silently lose the messages after the break.
    pub fn parse(lang: &str, text: String) -> Result<Self, String> {
        let tag: LanguageIdentifier = lang
            .parse()
            .map_err(|error| format!("`{lang}` is not a language tag: {error}"))?;
        let resource = FluentResource::try_new(text).map_err(|(_, errors)| match errors.first() {
            Some(error) => format!("at byte {}: {error}", error.pos.start),
            None => "can't be read".to_owned(),
        })?;
        // Messages begin at the start of a line (terms begin with `-`, everything else is indented or a comment).
        let ids: Vec<String> = resource
            .source()
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once('=').map(|(id, _)| id.trim_end().to_owned()))
            .collect();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Isolation marks (U+2068) would end up in titles, feeds and URLs; templates set <bdi> where direction mixes.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).map_err(|errors| match errors.first() {
            Some(error) => error.to_string(),
            None => "a message is there twice".to_owned(),
        })?;
        let mut constant = HashMap::new();
        for id in ids {
            let Some(pattern) = bundle.get_message(&id).and_then(|message| message.value()) else {
                continue;
            };
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, None, &mut errors);
            // A message that needs variables reports them as missing; it stays with the bundle.
            if errors.is_empty() {
                constant.insert(id.clone(), Value::from(text.into_owned()));
            }
        }
        Ok(Self { bundle, constant })
    }

    fn format(&self, key: &str, args: &Kwargs) -> Option<Result<Value, minijinja::Error>> {
        let mut names = args.args().peekable();
        if names.peek().is_none()
            && let Some(value) = self.constant.get(key)
        {
            return Some(Ok(value.clone()));
        }
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut values = FluentArgs::new();
        for name in names {
            match args.get::<Value>(name) {
                Ok(value) => values.set(name.to_owned(), fluent_value(&value)),
                Err(error) => return Some(Err(error)),
            }
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors);
        Some(match errors.first() {
            None => Ok(Value::from(text.into_owned())),
            Some(error) => Err(minijinja::Error::new(
                minijinja::ErrorKind::InvalidOperation,
                format!("message `{key}`: {error}"),
            )),
        })
    }
}

fn fluent_value(value: &Value) -> FluentValue<'static> {
    if value.kind() == ValueKind::Number {
        if let Some(whole) = value.as_i64() {
            return FluentValue::from(whole);
        }
        if let Ok(number) = f64::try_from(value.clone()) {
            return FluentValue::from(number);
        }
    }
    FluentValue::from(match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    })
}

/// The messages that one language's pages use, in the order in which they are looked up.
#[derive(Clone)]
pub struct Strings(Vec<Arc<Messages>>);

impl Strings {
    /// Finds the chain for `lang`: the tag itself, its primary language, English.
    pub fn chain(all: &HashMap<String, Arc<Messages>>, lang: &str) -> Self {
        let primary = lang.split(['-', '_']).next().unwrap_or_default();
        let mut chain: Vec<Arc<Messages>> = Vec::new();
        for tag in [lang, primary, FALLBACK] {
            if let Some(messages) = all.get(tag)
                && !chain.iter().any(|known| Arc::ptr_eq(known, messages))
            {
                chain.push(messages.clone());
            }
        }
        Self(chain)
    }

    /// The words for `key` with its variables.
    ///
    /// # Errors
    /// When no language of the chain has the message, or a variable of it is not given: a missing word is found by
    /// the test that renders every template, not by a reader.
    pub fn text(&self, key: &str, args: &Kwargs) -> Result<Value, minijinja::Error> {
        for messages in &self.0 {
            if let Some(result) = messages.format(key, args) {
                return result;
            }
        }
        Err(minijinja::Error::new(
            minijinja::ErrorKind::InvalidOperation,
            format!("no message `{key}` in the theme's strings"),
        ))
    }
}
