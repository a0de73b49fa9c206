//! Words of the interface: Fluent messages by language, with English underneath.
//!
//! Most messages have no variables. They are formatted once when the theme is loaded, so that a page with sixty
//! labels costs sixty look-ups and not sixty formatting runs.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Value, ValueKind};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
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

fn digest(text: &str, over: Option<&str>) -> [u8; 32] {
    let parts = [text, over.unwrap_or_default()];
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// The messages of one language.
pub struct Messages {
    bundle: FluentBundle<FluentResource>,
    constant: HashMap<String, Value>,
    digest: [u8; 32],
}

impl Messages {
    /// Reads the Fluent file of a language, and one that lies over it.
    ///
    /// # Errors
    /// In words, with the first mistake: a broken file must not silently lose the messages after the break.
    pub fn parse(lang: &str, text: String, over: Option<String>) -> Result<Self, String> {
        let tag: LanguageIdentifier = lang
            .parse()
            .map_err(|error| format!("`{lang}` is not a language tag: {error}"))?;
        let digest = digest(&text, over.as_deref());
        let resource = resource(text)?;
        let mut ids = ids(&resource);
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Where text runs from right to left a name or number of the other direction tears the sentence apart unless it
        // is isolated. Elsewhere the marks (U+2068) would only lengthen titles and feeds: templates set <bdi> there.
        bundle.set_use_isolating(direction(lang) == "rtl");
        bundle.set_formatter(Some(match group_mark(lang) {
            ',' => grouped_by_comma,
            '.' => grouped_by_point,
            _ => grouped_by_space,
        }));
        bundle.add_resource(resource).map_err(|errors| match errors.first() {
            Some(error) => error.to_string(),
            None => "a message is there twice".to_owned(),
        })?;
        if let Some(text) = over {
            let over = self::resource(text).map_err(|error| format!("the publisher's own file: {error}"))?;
            ids.extend(self::ids(&over));
            bundle.add_resource_overriding(over);
        }
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
        Ok(Self {
            bundle,
            constant,
            digest,
        })
    }

    /// Whether these are the messages that the same two files would give: a theme that words nothing in its own way shares
    /// those of another, which are some megabytes.
    pub fn are_of(&self, text: &str, over: Option<&str>) -> bool {
        self.digest == digest(text, over)
    }

    fn format(&self, key: &str, args: &[(&str, Said<'_>)]) -> Option<Result<Value, minijinja::Error>> {
        if args.is_empty()
            && let Some(value) = self.constant.get(key)
        {
            return Some(Ok(value.clone()));
        }
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, value.to_fluent());
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

fn resource(text: String) -> Result<FluentResource, String> {
    FluentResource::try_new(text).map_err(|(_, errors)| match errors.first() {
        Some(error) => format!("at byte {}: {error}", error.pos.start),
        None => "can't be read".to_owned(),
    })
}

/// Messages begin at the start of a line (terms begin with `-`, everything else is indented or a comment).
fn ids(resource: &FluentResource) -> Vec<String> {
    resource
        .source()
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('=').map(|(id, _)| id.trim_end().to_owned()))
        .collect()
}

/// What a variable of a message stands for. Numbers are given as numbers, because the plural forms of a language go by
/// them and each language groups their digits in its own way.
#[derive(Clone, Debug)]
pub enum Said<'a> {
    /// A name, a day, an address.
    Text(Cow<'a, str>),
    /// How many there are.
    Number(u64),
}

impl Said<'_> {
    fn to_fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::from(text.as_ref()),
            Self::Number(number) => FluentValue::from(*number),
        }
    }

    fn of(value: &Value) -> Said<'static> {
        match u64::try_from(value.clone()) {
            Ok(number) if value.kind() == ValueKind::Number => Said::Number(number),
            _ => Said::Text(Cow::Owned(match value.as_str() {
                Some(text) => text.to_owned(),
                None => value.to_string(),
            })),
        }
    }
}

/// What stands between groups of three digits (CLDR, `latn` digits, by primary language).
fn group_mark(lang: &str) -> char {
    match lang.split(['-', '_']).next().unwrap_or_default() {
        "da" | "de" | "el" | "es" | "fa" | "hr" | "id" | "is" | "it" | "nl" | "ro" | "sl" | "sr" | "tr" | "vi" => '.',
        "bg" | "cs" | "et" | "fi" | "fr" | "hu" | "hy" | "ka" | "kk" | "lt" | "lv" | "nb" | "nn" | "no" | "pl"
        | "pt" | "ru" | "sk" | "sq" | "sv" | "uk" => '\u{a0}',
        _ => ',',
    }
}

fn grouped_by_comma<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, ',')
}

fn grouped_by_point<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, '.')
}

fn grouped_by_space<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, '\u{a0}')
}

/// A whole number with its digits in groups; `None` leaves everything else to Fluent.
fn grouped(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let digits = number.as_string();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    Some(text)
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
        let names: Vec<&str> = args.args().collect();
        let mut values = Vec::with_capacity(names.len());
        for name in names {
            values.push((name, Said::of(&args.get::<Value>(name)?)));
        }
        self.say(key, &values)
    }

    /// A message without variables, where there is one.
    pub(crate) fn constant(&self, key: &str) -> Option<String> {
        self.0
            .iter()
            .find_map(|messages| messages.constant.get(key))
            .map(ToString::to_string)
    }

    /// As [`Strings::text`], for callers that are no template.
    ///
    /// # Errors
    /// As [`Strings::text`].
    pub fn say(&self, key: &str, args: &[(&str, Said<'_>)]) -> Result<Value, minijinja::Error> {
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
