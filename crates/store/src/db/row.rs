//! Rows read into values, in the order of the select list.
//!
//! Reading is sequential, because a struct and its select list stand beside each other in the same file; looking
//! columns up by name for every row was rejected as slower and no safer. A column of the wrong type, a missing one
//! and one too many are errors that name the query and the column.

use super::error::StoreError;
use super::param::Json;
use masthead_domain::time::Timestamp;
use serde::de::DeserializeOwned;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

/// One value of a row, as either engine gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// SQL's null.
    Null,
    /// A whole number.
    Int(i64),
    /// A boolean; SQLite gives [`Cell::Int`] instead.
    Bool(bool),
    /// A floating point number.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// An identifier; SQLite gives [`Cell::Blob`] instead.
    Uuid(Uuid),
}

impl Cell<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Cell::Null => "null",
            Cell::Int(_) => "a whole number",
            Cell::Bool(_) => "a boolean",
            Cell::Float(_) => "a floating point number",
            Cell::Text(_) => "text",
            Cell::Blob(_) => "bytes",
            Cell::Uuid(_) => "an id",
        }
    }
}

/// A type that a column can be read into.
pub trait Column: Sized {
    /// Reads the cell.
    ///
    /// # Errors
    /// Says in words what was found and what is wanted; never the value itself.
    fn from_cell(cell: Cell<'_>) -> Result<Self, String>;
}

/// A type that a whole row can be read into.
pub trait FromRow: Sized {
    /// Takes its columns in order with [`Row::next`].
    ///
    /// # Errors
    /// [`StoreError::Row`] when a column is missing or of another type.
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError>;
}

/// One row while it is read.
pub struct Row<'a> {
    query: &'static str,
    inner: Inner<'a>,
    next: usize,
}

enum Inner<'a> {
    Sqlite { row: &'a rusqlite::Row<'a>, columns: usize },
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub(crate) fn read_sqlite<R: FromRow>(
        query: &'static str,
        row: &'a rusqlite::Row<'a>,
        columns: usize,
    ) -> Result<R, StoreError> {
        Self {
            query,
            inner: Inner::Sqlite { row, columns },
            next: 0,
        }
        .read()
    }

    pub(crate) fn read_postgres<R: FromRow>(
        query: &'static str,
        row: &'a tokio_postgres::Row,
    ) -> Result<R, StoreError> {
        Self {
            query,
            inner: Inner::Postgres(row),
            next: 0,
        }
        .read()
    }

    fn read<R: FromRow>(mut self) -> Result<R, StoreError> {
        let value = R::from_row(&mut self)?;
        if self.next != self.len() {
            return Err(self.error("the row has more columns than were read".to_owned()));
        }
        Ok(value)
    }

    /// Reads the next column.
    ///
    /// # Errors
    /// [`StoreError::Row`] when there is none left or it isn't a `T`.
    #[expect(
        clippy::should_implement_trait,
        reason = "each column has its own type, which an iterator can't give"
    )]
    pub fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let value = self
            .cell()
            .and_then(T::from_cell)
            .map_err(|detail| self.error(detail))?;
        self.next += 1;
        Ok(value)
    }

    fn cell(&self) -> Result<Cell<'_>, String> {
        if self.next >= self.len() {
            return Err("the row has fewer columns than are wanted".to_owned());
        }
        match &self.inner {
            Inner::Sqlite { row, .. } => sqlite_cell(row.get_ref(self.next).map_err(|error| error.to_string())?),
            Inner::Postgres(row) => row
                .try_get::<_, PostgresCell<'_>>(self.next)
                .map(|cell| cell.0)
                .map_err(|error| {
                    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
                }),
        }
    }

    fn len(&self) -> usize {
        match &self.inner {
            Inner::Sqlite { columns, .. } => *columns,
            Inner::Postgres(row) => row.len(),
        }
    }

    /// The column's name is looked up only here, when something is wrong.
    fn error(&self, detail: String) -> StoreError {
        let name = match &self.inner {
            Inner::Sqlite { row, .. } => row.as_ref().column_name(self.next).ok().map(str::to_owned),
            Inner::Postgres(row) => row.columns().get(self.next).map(|column| column.name().to_owned()),
        };
        StoreError::Row {
            query: self.query,
            column: name.unwrap_or_else(|| format!("number {}", self.next + 1)),
            detail,
        }
    }
}

/// SQLite's value as a cell.
pub(super) fn sqlite_cell(value: rusqlite::types::ValueRef<'_>) -> Result<Cell<'_>, String> {
    use rusqlite::types::ValueRef;
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Float(value),
        ValueRef::Text(bytes) => {
            Cell::Text(std::str::from_utf8(bytes).map_err(|_| "the text is not UTF-8".to_owned())?)
        }
        ValueRef::Blob(bytes) => Cell::Blob(bytes),
    })
}

/// Lets PostgreSQL's binary values be read without naming a Rust type first.
pub(super) struct PostgresCell<'a>(pub(super) Cell<'a>);

impl<'a> FromSql<'a> for PostgresCell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::INT8 => Cell::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Cell::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Cell::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Cell::Bool(bool::from_sql(ty, raw)?),
            Type::FLOAT8 => Cell::Float(f64::from_sql(ty, raw)?),
            Type::BYTEA => Cell::Blob(raw),
            Type::UUID => Cell::Uuid(Uuid::from_sql(ty, raw)?),
            _ if <&str as FromSql>::accepts(ty) => Cell::Text(<&str>::from_sql(ty, raw)?),
            _ => return Err(format!("the type {ty} is not used here: cast it in the query").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Cell::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn wrong<T>(cell: Cell<'_>, wanted: &str) -> Result<T, String> {
    Err(format!("{} where {wanted} is wanted", cell.kind()))
}

impl Column for i64 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Int(value) => Ok(value),
            other => wrong(other, "a whole number"),
        }
    }
}

macro_rules! narrow_int {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
                i64::from_cell(cell)?.try_into().map_err(|_| concat!("the number does not fit ", stringify!($type)).to_owned())
            }
        }
    )*};
}
narrow_int!(i32, i16, u8, u16, u32, u64, usize);

impl Column for bool {
    /// SQLite has no booleans: a column or an expression gives 0 or 1.
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bool(value) => Ok(value),
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            other => wrong(other, "a boolean"),
        }
    }
}

impl Column for f64 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Float(value) => Ok(value),
            other => wrong(other, "a floating point number"),
        }
    }
}

impl Column for String {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Text(text) => Ok(text.to_owned()),
            other => wrong(other, "text"),
        }
    }
}

impl Column for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Blob(bytes) => Ok(bytes.to_vec()),
            other => wrong(other, "bytes"),
        }
    }
}

impl Column for Uuid {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Uuid(id) => Ok(id),
            Cell::Blob(bytes) => Uuid::from_slice(bytes).map_err(|_| "an id has 16 bytes".to_owned()),
            other => wrong(other, "an id"),
        }
    }
}

impl Column for Timestamp {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Int(micros) => Ok(Self::from_micros(micros)),
            other => wrong(other, "a time in microseconds"),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Null => Ok(None),
            other => T::from_cell(other).map(Some),
        }
    }
}

impl<T: DeserializeOwned> Column for Json<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            // serde_json quotes what it read in some messages, so only the place is told.
            Cell::Text(text) => serde_json::from_str(text)
                .map(Json)
                .map_err(|error| format!("JSON does not fit at line {} column {}", error.line(), error.column())),
            other => wrong(other, "JSON text"),
        }
    }
}

macro_rules! id_column {
    ($($name:ident)*) => {$(
        impl Column for masthead_domain::ids::$name {
            fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
                Uuid::from_cell(cell).map(Self)
            }
        }
    )*};
}
crate::db::for_each_id!(id_column);

impl<T: Column> FromRow for T {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        row.next()
    }
}

macro_rules! tuple_row {
    ($($name:ident)+) => {
        impl<$($name: Column),+> FromRow for ($($name,)+) {
            fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
                Ok(($(row.next::<$name>()?,)+))
            }
        }
    };
}
tuple_row!(A);
tuple_row!(A B);
tuple_row!(A B C);
tuple_row!(A B C D);
tuple_row!(A B C D E);
tuple_row!(A B C D E F);
tuple_row!(A B C D E F G);
tuple_row!(A B C D E F G H);

/// Implements [`FromRow`] for a struct by reading its fields in the given order, which is that of the select list:
/// `from_row!(Site { id, name, host });`. A field written `field: json` is read as JSON text.
#[macro_export]
macro_rules! from_row {
    ($name:ident { $($field:ident $(: $how:ident)?),* $(,)? }) => {
        impl $crate::db::FromRow for $name {
            fn from_row(row: &mut $crate::db::Row<'_>) -> Result<Self, $crate::db::StoreError> {
                $(let $field = $crate::from_row!(@read row $($how)?);)*
                Ok(Self { $($field),* })
            }
        }
    };
    (@read $row:ident) => { $row.next()? };
    (@read $row:ident json) => { $row.next::<$crate::db::Json<_>>()?.0 };
}
