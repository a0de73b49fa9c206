//! Isso's database: a SQLite file of another program, opened for reading alone.
//!
//! It may come from anybody, so its schema is not trusted, and a value of another type than its column's is text that
//! is read as far as it goes.

use masthead_domain::imports::{IssoComment, IssoThread};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use std::ops::ControlFlow;
use std::path::Path;

/// Longest text that is taken of one field, in bytes.
const MAX_TEXT: usize = 8 << 20;

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub enum IssoRow {
    /// A thread; all of them come first.
    Thread(IssoThread),
    /// A comment.
    Comment(IssoComment),
}

/// Hands over every row, threads first, until `sink` has enough. It blocks: call it on a thread of its own.
///
/// # Errors
/// In words: the file is no SQLite database, it is none of Isso's, or it is damaged.
pub fn read(path: &Path, sink: &mut dyn FnMut(IssoRow) -> ControlFlow<()>) -> Result<(), String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let words = |error: rusqlite::Error| format!("its database can't be read: {error}");
    let db = Connection::open_with_flags(path, flags).map_err(words)?;
    db.execute_batch("pragma trusted_schema = off; pragma cell_size_check = on; pragma query_only = on")
        .map_err(words)?;
    let tables: i64 = db
        .query_row(
            "select count(*) from sqlite_schema where type = 'table' and name in ('threads', 'comments')",
            [],
            |row| row.get(0),
        )
        .map_err(words)?;
    if tables != 2 {
        return Err("a SQLite database without Isso's tables of threads and comments".to_owned());
    }
    let mut threads = db
        .prepare("select id, uri, title from threads order by id")
        .map_err(words)?;
    let mut rows = threads.query([]).map_err(words)?;
    while let Some(row) = rows.next().map_err(words)? {
        let thread = IssoThread {
            id: number(row, 0).unwrap_or_default(),
            uri: text(row, 1).unwrap_or_default(),
            title: text(row, 2),
        };
        if sink(IssoRow::Thread(thread)).is_break() {
            return Ok(());
        }
    }
    // Its oldest databases have no votes.
    let counted: i64 = db
        .query_row(
            "select count(*) from pragma_table_info('comments') where name = 'likes'",
            [],
            |row| row.get(0),
        )
        .map_err(words)?;
    let likes = if counted > 0 { "likes" } else { "0" };
    let mut comments = db
        .prepare(&format!(
            "select tid, id, parent, created, mode, text, author, email, website, {likes} from comments order by id"
        ))
        .map_err(words)?;
    let mut rows = comments.query([]).map_err(words)?;
    while let Some(row) = rows.next().map_err(words)? {
        let comment = IssoComment {
            thread: number(row, 0).unwrap_or_default(),
            id: number(row, 1).unwrap_or_default(),
            parent: number(row, 2),
            created: real(row, 3),
            mode: number(row, 4).unwrap_or_default(),
            text: text(row, 5).unwrap_or_default(),
            author: text(row, 6),
            email: text(row, 7),
            website: text(row, 8),
            likes: number(row, 9).unwrap_or_default(),
        };
        if sink(IssoRow::Comment(comment)).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

fn number(row: &Row<'_>, at: usize) -> Option<i64> {
    match row.get_ref(at) {
        Ok(ValueRef::Integer(number)) => Some(number),
        _ => None,
    }
}

fn real(row: &Row<'_>, at: usize) -> f64 {
    match row.get_ref(at) {
        Ok(ValueRef::Real(number)) => number,
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds fit a float for the next millions of years"
        )]
        Ok(ValueRef::Integer(number)) => number as f64,
        _ => 0.0,
    }
}

fn text(row: &Row<'_>, at: usize) -> Option<String> {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => {
            let bytes = bytes.get(..bytes.len().min(MAX_TEXT)).unwrap_or_default();
            Some(String::from_utf8_lossy(bytes).replace('\0', ""))
        }
        _ => None,
    }
}
