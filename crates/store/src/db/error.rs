//! What can go wrong in the database, said alike for both engines.
//!
//! The text of these errors is safe to show to an operator: it names queries, columns and constraints, never the
//! values that were bound. What a reader sees is decided in `web`.

use tokio_postgres::error::SqlState;

/// A failure of the store.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, was stopped, or broke the connection. After a write it is unknown whether the
    /// write took effect.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A rule of the schema was broken.
    ///
    /// `constraint` has the same name on both engines: `TABLE_COLUMN_…_key` for a unique key, `TABLE_pkey` for a
    /// primary key, `TABLE_COLUMN_not_null`, the given name of a check, and plain `foreign_key` for every reference
    /// (SQLite doesn't say which one it was).
    #[error("the database refused a change: {constraint}")]
    Conflict {
        /// The name of the broken rule.
        constraint: String,
    },
    /// A query that must find exactly one row found none.
    #[error("{query}: no such row")]
    NoRow {
        /// The query's name.
        query: &'static str,
    },
    /// A row could not be read into the wanted type.
    #[error("{query}: column {column}: {detail}")]
    Row {
        /// The query's name.
        query: &'static str,
        /// The column's name, or its number when it has none.
        column: String,
        /// What was found and what was wanted.
        detail: String,
    },
    /// The disk (or the space that the database may use) is full.
    #[error("the database's disk is full")]
    Full,
    /// Others held the database for longer than a write waits. Trying again later can succeed.
    #[error("the database is busy")]
    Busy,
    /// The program used the store wrongly: this never depends on the data of a healthy program.
    #[error("a bug in the use of the store: {0}")]
    Bug(String),
    /// Anything else that the engine reported.
    #[error("{query}: {detail}")]
    Database {
        /// The query's name, or the step that failed.
        query: &'static str,
        /// The engine's own words.
        detail: String,
    },
}

impl StoreError {
    /// Whether the same call can succeed later without anything being changed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy | Self::Full)
    }

    /// Whether this is a conflict with the constraint of that name.
    pub fn is_conflict(&self, name: &str) -> bool {
        matches!(self, Self::Conflict { constraint } if constraint == name)
    }

    pub(crate) fn bug(detail: impl Into<String>) -> Self {
        Self::Bug(detail.into())
    }

    /// Reads an error of SQLite.
    pub(crate) fn from_sqlite(query: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let rusqlite::Error::SqliteFailure(code, message) = error else {
            return Self::Database {
                query,
                detail: error.to_string(),
            };
        };
        let text = message.as_deref().unwrap_or_default();
        match code.code {
            Code::ConstraintViolation => Self::Conflict {
                constraint: sqlite_constraint(code.extended_code, text),
            },
            Code::DiskFull => Self::Full,
            Code::DatabaseBusy | Code::DatabaseLocked => Self::Busy,
            Code::CannotOpen | Code::SystemIoFailure | Code::NotADatabase | Code::PermissionDenied | Code::ReadOnly => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Database {
                query,
                detail: error.to_string(),
            },
        }
    }

    /// Reads an error of PostgreSQL.
    pub(crate) fn from_postgres(query: &'static str, error: &tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if error.is_closed() || is_io(error) {
                Self::Unavailable(chain(error))
            } else {
                Self::Database {
                    query,
                    detail: chain(error),
                }
            };
        };
        match db.code().code() {
            "23505" | "23514" | "23P01" => Self::Conflict {
                constraint: db.constraint().unwrap_or("unknown").to_owned(),
            },
            "23503" => Self::Conflict {
                constraint: FOREIGN_KEY.to_owned(),
            },
            "23502" => Self::Conflict {
                constraint: format!("{}_{}_not_null", db.table().unwrap_or("?"), db.column().unwrap_or("?")),
            },
            "53100" => Self::Full,
            "40001" | "40P01" | "55P03" => Self::Busy,
            // Connection exceptions, shutdowns, too many connections, a missing or unreachable database.
            code if code.starts_with("08") || code.starts_with("57P") || code == "53300" || code == "3D000" => {
                Self::Unavailable(db.message().to_owned())
            }
            code => Self::Database {
                query,
                detail: format!("{} ({code})", db.message()),
            },
        }
    }
}

const FOREIGN_KEY: &str = "foreign_key";

/// Whether a transaction that ended like this is worth running again from its start (40001, 40P01).
pub(crate) fn is_serialization(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = source {
        if inner.is::<std::io::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The driver's own text says only which layer failed; the reason stands in the sources.
fn chain(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = inner.source();
    }
    text
}

/// Gives SQLite's constraint errors the names that PostgreSQL would give.
///
/// SQLite lists the columns of a broken unique key (`UNIQUE constraint failed: sites.host, sites.path`) where
/// PostgreSQL names the constraint, whose default name is built from the same columns.
fn sqlite_constraint(extended: i32, message: &str) -> String {
    use rusqlite::ffi;
    let subject = message.split_once(": ").map_or(message, |(_, subject)| subject);
    let mut table = "";
    let mut columns = String::new();
    for part in subject.split(", ") {
        let (of, column) = part.split_once('.').unwrap_or(("", part));
        table = of;
        columns.push('_');
        columns.push_str(column);
    }
    match extended {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => FOREIGN_KEY.to_owned(),
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => format!("{table}_pkey"),
        ffi::SQLITE_CONSTRAINT_NOTNULL => format!("{table}{columns}_not_null"),
        ffi::SQLITE_CONSTRAINT_UNIQUE => match subject.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\''))
        {
            // A unique index over an expression: SQLite names the index itself, as PostgreSQL does.
            Some(index) => index.to_owned(),
            None => format!("{table}{columns}_key"),
        },
        _ => subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn sqlite_constraints_get_the_names_of_postgresql() {
        let name = |code, text| sqlite_constraint(code, text);
        assert_eq!(
            name(
                ffi::SQLITE_CONSTRAINT_UNIQUE,
                "UNIQUE constraint failed: sites.host, sites.path"
            ),
            "sites_host_path_key"
        );
        assert_eq!(
            name(
                ffi::SQLITE_CONSTRAINT_UNIQUE,
                "UNIQUE constraint failed: index 'sites_low_key'"
            ),
            "sites_low_key"
        );
        assert_eq!(
            name(ffi::SQLITE_CONSTRAINT_PRIMARYKEY, "UNIQUE constraint failed: sites.id"),
            "sites_pkey"
        );
        assert_eq!(
            name(ffi::SQLITE_CONSTRAINT_NOTNULL, "NOT NULL constraint failed: sites.name"),
            "sites_name_not_null"
        );
        assert_eq!(
            name(ffi::SQLITE_CONSTRAINT_CHECK, "CHECK constraint failed: sites_state"),
            "sites_state"
        );
        assert_eq!(
            name(ffi::SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed"),
            "foreign_key"
        );
    }
}
