//! Reading JSON fields whatever their dialect: names without regard to case, one value or a list, text or number.

use crate::xml::{clean, squeeze};
use serde_json::{Map, Value};

/// An object whose keys are found without regard to case and under any of several names, so that 1.x
/// (`versioncreated`), 3.x (`versionCreated`) and the mixtures in the field are one.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of a value, if it is an object.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Fields)
    }

    /// The first of several names that is there with a value other than null.
    pub(crate) fn get(self, names: &[&str]) -> Option<&'a Value> {
        names
            .iter()
            .find_map(|name| self.present(name).filter(|value| !value.is_null()))
    }

    /// A name that is there, be its value null.
    pub(crate) fn present(self, name: &str) -> Option<&'a Value> {
        // Exact first: one look-up answers for nearly every field of nearly every document.
        self.0.get(name).or_else(|| {
            self.0
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    }

    /// A field as one line of text.
    pub(crate) fn line(self, names: &[&str]) -> Option<String> {
        self.get(names).and_then(line)
    }

    /// A field's values: the members of a list, or the one value that stands there without a list.
    pub(crate) fn list(self, names: &[&str]) -> &'a [Value] {
        match self.get(names) {
            Some(Value::Array(values)) => values,
            Some(value) => std::slice::from_ref(value),
            None => &[],
        }
    }

    /// A field as a number of whole units; fractions are cut.
    pub(crate) fn number(self, names: &[&str]) -> Option<u64> {
        match self.get(names)? {
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().filter(|value| *value >= 0.0).map(whole)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be positive; `as` saturates"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

/// A value as one line: text with its white space squeezed, a number or truth value as it is written. `None` for blank
/// text and for what is no text.
pub(crate) fn line(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => squeeze(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A value's text with its line breaks.
pub(crate) fn block(value: &Value) -> Option<String> {
    value.as_str().map(clean).filter(|text| !text.trim().is_empty())
}
