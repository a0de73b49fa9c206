//! Values that are bound to a query, understood by both engines.

use bytes::BytesMut;
use masthead_domain::time::Timestamp;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use serde::Serialize;
use std::borrow::Cow;
use std::rc::Rc;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

/// A value bound to a placeholder. Made by [`params!`](crate::params) from ordinary values.
#[derive(Clone, Debug, PartialEq)]
pub enum Param<'a> {
    /// SQL's null, for a column of any type.
    Null,
    /// A whole number.
    Int(i64),
    /// True or false (0 and 1 on SQLite).
    Bool(bool),
    /// A floating point number. NaN is refused on both engines, because SQLite has none.
    Float(f64),
    /// Text. U+0000 in it is refused on both engines, because PostgreSQL has no such text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
    /// An identifier (16 bytes on SQLite).
    Uuid(Uuid),
    /// A list for `in {list:$N}`.
    Uuids(Cow<'a, [Uuid]>),
    /// A list for `in {list:$N}`.
    Texts(Vec<Cow<'a, str>>),
    /// A list for `in {list:$N}`.
    Ints(Cow<'a, [i64]>),
    /// A value that could not be turned into a parameter; binding it is an error with this text.
    Refused(String),
}

/// A value kept as JSON text: `Json(&value)` as a parameter, `Json<T>` as a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// Builds the slice of parameters for a query: `params![id, &title, None::<i64>]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::db::Param<'_>] };
    ($($value:expr),+ $(,)?) => { &[$($crate::db::Param::from($value)),+] as &[$crate::db::Param<'_>] };
}

macro_rules! from_int {
    ($($type:ty),*) => {$(
        impl From<$type> for Param<'_> {
            fn from(value: $type) -> Self {
                Self::Int(i64::from(value))
            }
        }
    )*};
}
from_int!(i64, i32, i16, u8, u16, u32);

macro_rules! from_wide_int {
    ($($type:ty),*) => {$(
        impl From<$type> for Param<'_> {
            fn from(value: $type) -> Self {
                i64::try_from(value).map_or_else(|_| Self::Refused(format!("{value} is too large a number")), Self::Int)
            }
        }
    )*};
}
from_wide_int!(u64, usize);

impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Param<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Param<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a> From<Cow<'a, str>> for Param<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(Cow::Borrowed(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Blob(Cow::Borrowed(value))
    }
}

impl<const N: usize> From<[u8; N]> for Param<'_> {
    fn from(value: [u8; N]) -> Self {
        Self::Blob(Cow::Owned(value.to_vec()))
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Blob(Cow::Borrowed(value))
    }
}

impl From<Vec<u8>> for Param<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(Cow::Owned(value))
    }
}

impl From<Uuid> for Param<'_> {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl From<&Uuid> for Param<'_> {
    fn from(value: &Uuid) -> Self {
        Self::Uuid(*value)
    }
}

impl<'a> From<&'a [Uuid]> for Param<'a> {
    fn from(value: &'a [Uuid]) -> Self {
        Self::Uuids(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<Uuid>> for Param<'a> {
    fn from(value: &'a Vec<Uuid>) -> Self {
        Self::Uuids(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a [i64]> for Param<'a> {
    fn from(value: &'a [i64]) -> Self {
        Self::Ints(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<i64>> for Param<'a> {
    fn from(value: &'a Vec<i64>) -> Self {
        Self::Ints(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a [String]> for Param<'a> {
    fn from(value: &'a [String]) -> Self {
        Self::Texts(value.iter().map(|text| Cow::Borrowed(text.as_str())).collect())
    }
}

impl<'a> From<&'a Vec<String>> for Param<'a> {
    fn from(value: &'a Vec<String>) -> Self {
        Self::from(value.as_slice())
    }
}

impl<'a> From<&'a [&'a str]> for Param<'a> {
    fn from(value: &'a [&'a str]) -> Self {
        Self::Texts(value.iter().map(|text| Cow::Borrowed(*text)).collect())
    }
}

impl From<Timestamp> for Param<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.as_micros())
    }
}

impl From<&Timestamp> for Param<'_> {
    fn from(value: &Timestamp) -> Self {
        Self::Int(value.as_micros())
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().into()
    }
}

impl<T: Serialize> From<Json<T>> for Param<'_> {
    fn from(value: Json<T>) -> Self {
        match serde_json::to_string(&value.0) {
            Ok(text) => Self::Text(Cow::Owned(text)),
            Err(error) => Self::Refused(format!("a value can't be written as JSON: {error}")),
        }
    }
}

macro_rules! from_id {
    ($($name:ident)*) => {$(
        impl From<masthead_domain::ids::$name> for Param<'_> {
            fn from(value: masthead_domain::ids::$name) -> Self {
                Self::Uuid(value.0)
            }
        }
        impl From<&masthead_domain::ids::$name> for Param<'_> {
            fn from(value: &masthead_domain::ids::$name) -> Self {
                Self::Uuid(value.0)
            }
        }
        impl From<&[masthead_domain::ids::$name]> for Param<'_> {
            fn from(value: &[masthead_domain::ids::$name]) -> Self {
                Self::Uuids(value.iter().map(|id| id.0).collect())
            }
        }
        impl From<&Vec<masthead_domain::ids::$name>> for Param<'_> {
            fn from(value: &Vec<masthead_domain::ids::$name>) -> Self {
                Self::from(value.as_slice())
            }
        }
    )*};
}
crate::db::for_each_id!(from_id);

impl Param<'_> {
    /// Whether it can be bound to a placeholder of a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::Uuids(_) | Self::Texts(_) | Self::Ints(_))
    }

    /// Why this value can't be bound, if so.
    pub(crate) fn refusal(&self) -> Option<&str> {
        let nul = "U+0000 can't be stored in text";
        match self {
            Self::Refused(why) => Some(why),
            Self::Float(value) if value.is_nan() => Some("NaN can't be stored"),
            Self::Text(text) if text.contains('\0') => Some(nul),
            Self::Texts(texts) if texts.iter().any(|text| text.contains('\0')) => Some(nul),
            _ => None,
        }
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let borrowed = |value| Ok(ToSqlOutput::Borrowed(value));
        match self {
            Self::Null => borrowed(ValueRef::Null),
            Self::Int(value) => borrowed(ValueRef::Integer(*value)),
            Self::Bool(value) => borrowed(ValueRef::Integer(i64::from(*value))),
            Self::Float(value) => borrowed(ValueRef::Real(*value)),
            Self::Text(text) => borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => borrowed(ValueRef::Blob(bytes)),
            Self::Uuid(id) => borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Uuids(ids) => list(ids.iter().map(|id| Value::Blob(id.as_bytes().to_vec()))),
            Self::Texts(texts) => list(texts.iter().map(|text| Value::Text(text.to_string()))),
            Self::Ints(numbers) => list(numbers.iter().map(|number| Value::Integer(*number))),
            Self::Refused(why) => Err(rusqlite::Error::ToSqlConversionFailure(why.clone().into())),
        }
    }
}

/// A list travels to SQLite as a pointer to its values, which `rarray` reads as a table.
fn list<'a>(values: impl Iterator<Item = Value>) -> rusqlite::Result<ToSqlOutput<'a>> {
    Ok(ToSqlOutput::from_rc(Rc::new(values.collect::<Vec<_>>()), c"rarray"))
}

type ToSqlResult = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> ToSqlResult {
        let wrong = |what: &str| -> ToSqlResult { Err(format!("{what} was bound where {ty} is wanted").into()) };
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => int_to_sql(*value, ty, out),
            Self::Bool(value) => match *ty {
                Type::BOOL => value.to_sql(ty, out),
                _ => int_to_sql(i64::from(*value), ty, out),
            },
            Self::Float(value) => match *ty {
                Type::FLOAT8 => value.to_sql(ty, out),
                _ => wrong("a floating point number"),
            },
            Self::Text(text) if <&str as ToSql>::accepts(ty) => text.as_ref().to_sql(ty, out),
            Self::Text(_) => wrong("text"),
            Self::Blob(bytes) => match (ty, Uuid::from_slice(bytes)) {
                (&Type::BYTEA, _) => bytes.as_ref().to_sql(ty, out),
                (&Type::UUID, Ok(id)) => id.to_sql(ty, out),
                _ => wrong("bytes"),
            },
            Self::Uuid(id) => match *ty {
                Type::UUID => id.to_sql(ty, out),
                Type::BYTEA => id.as_bytes().as_slice().to_sql(ty, out),
                _ => wrong("an id"),
            },
            Self::Uuids(ids) if *ty == Type::UUID_ARRAY => ids.as_ref().to_sql(ty, out),
            Self::Texts(texts) if <&[Cow<'_, str>] as ToSql>::accepts(ty) => texts.as_slice().to_sql(ty, out),
            Self::Ints(numbers) if *ty == Type::INT8_ARRAY => numbers.as_ref().to_sql(ty, out),
            Self::Uuids(_) | Self::Texts(_) | Self::Ints(_) => wrong("a list"),
            Self::Refused(why) => Err(why.clone().into()),
        }
    }

    /// What fits is decided value by value, so that null fits everywhere.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn int_to_sql(value: i64, ty: &Type, out: &mut BytesMut) -> ToSqlResult {
    match *ty {
        Type::INT8 => value.to_sql(ty, out),
        Type::INT4 => i32::try_from(value)?.to_sql(ty, out),
        Type::INT2 => i16::try_from(value)?.to_sql(ty, out),
        Type::BOOL if value == 0 || value == 1 => (value == 1).to_sql(ty, out),
        _ => Err(format!("a whole number was bound where {ty} is wanted").into()),
    }
}
