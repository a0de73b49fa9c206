//! Queries declared by name: one text for both engines, rewritten once for each.
//!
//! Every query of the store is declared with [`queries!`](crate::queries), so that a test can prepare all of them on
//! both engines and look at the plans of the hot ones.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

/// A query's text as it was declared, and its forms for the engines.
#[doc(hidden)]
pub struct QueryDef {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    hot: bool,
    for_sqlite: OnceLock<Rewritten>,
    for_postgres: OnceLock<Rewritten>,
    for_a_block: OnceLock<String>,
}

/// Rows that PostgreSQL is sent as one statement. A statement holds at most 65,535 parameters, and the cost of one is
/// small beside that of its rows long before.
pub(super) const BLOCK: usize = 64;

/// A text as an engine wants it, and the numbers of the placeholders that take a list.
struct Rewritten {
    text: String,
    lists: Vec<usize>,
}

impl QueryDef {
    #[doc(hidden)]
    pub const fn new(path: &'static str, sqlite: &'static str, postgres: &'static str, hot: bool) -> Self {
        Self {
            name: short(path),
            sqlite,
            postgres,
            hot,
            for_sqlite: OnceLock::new(),
            for_postgres: OnceLock::new(),
            for_a_block: OnceLock::new(),
        }
    }
}

/// Names are read by people: the crate's own name in front of each says nothing.
const fn short(path: &'static str) -> &'static str {
    const CRATE: &[u8] = b"masthead_store::";
    let bytes = path.as_bytes();
    if bytes.len() <= CRATE.len() {
        return path;
    }
    let (mut head, mut wanted) = (bytes, CRATE);
    while let ([a, rest @ ..], [b, others @ ..]) = (head, wanted) {
        if *a != *b {
            return path;
        }
        (head, wanted) = (rest, others);
    }
    path.split_at(CRATE.len()).1
}

/// A declared query. Cheap to copy; all copies share the rewritten text.
#[derive(Clone, Copy)]
pub struct Query(&'static QueryDef);

impl Query {
    #[doc(hidden)]
    pub const fn of(def: &'static QueryDef) -> Self {
        Self(def)
    }

    /// `module::NAME`, for messages.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether the query is on a hot path: its plan may neither scan a table nor sort in a temporary b-tree.
    pub fn is_hot(self) -> bool {
        self.0.hot
    }

    /// Whether the two engines need different texts. At most one query in twenty may.
    pub fn has_two_texts(self) -> bool {
        !std::ptr::eq(self.0.sqlite, self.0.postgres)
    }

    /// Whether placeholder `number` (from 1) stands for a list.
    pub(super) fn takes_list(self, number: usize) -> bool {
        self.for_sqlite().lists.contains(&number)
    }

    fn for_sqlite(self) -> &'static Rewritten {
        self.0
            .for_sqlite
            .get_or_init(|| for_sqlite(&with_rows(self.0.sqlite, 1)))
    }

    fn for_postgres(self) -> &'static Rewritten {
        self.0
            .for_postgres
            .get_or_init(|| for_postgres(&with_rows(self.0.postgres, 1)))
    }

    /// The text for SQLite: `?N` placeholders, lists as table-valued `rarray`.
    pub fn sqlite(self) -> &'static str {
        &self.for_sqlite().text
    }

    /// The text for PostgreSQL: lists as arrays.
    pub fn postgres(self) -> &'static str {
        &self.for_postgres().text
    }

    /// The text for [`BLOCK`] rows on PostgreSQL, whose parameters follow each other row by row.
    pub(super) fn postgres_block(self) -> &'static str {
        let block = || for_postgres(&with_rows(self.0.postgres, BLOCK)).text;
        self.0.for_a_block.get_or_init(block)
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

/// What opens the row of an `INSERT` that may be repeated.
const ROW: &str = "{row:";

/// A text with its `{row:($1, …)}` written `count` times, each with parameters of its own.
///
/// Arrays taken apart by `unnest` were turned down: PostgreSQL has to be told the type of each, which would be another
/// text for the same query, and SQLite has nothing like it.
fn with_rows(text: &str, count: usize) -> Cow<'_, str> {
    let Some((before, rest)) = text.split_once(ROW) else {
        return Cow::Borrowed(text);
    };
    let (row, after) = rest.split_once('}').unwrap_or((rest, ""));
    let width = row.split('$').skip(1).map(number_ahead).max().unwrap_or(0);
    let rows: Vec<String> = (0..count)
        .map(|index| {
            let mut out = String::with_capacity(row.len() + 16);
            for (place, part) in row.split('$').enumerate() {
                if place == 0 {
                    out.push_str(part);
                    continue;
                }
                let digits = part.trim_start_matches(|c: char| c.is_ascii_digit());
                out.push('$');
                out.push_str(&(number_ahead(part) + index * width).to_string());
                out.push_str(digits);
            }
            out
        })
        .collect();
    Cow::Owned(format!("{before}{}{after}", rows.join(", ")))
}

/// The number that a text begins with; 0 where it begins with none.
fn number_ahead(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// What the rewriting finds in a text.
enum Piece<'a> {
    /// Kept as it is, quoted strings and comments included.
    Text(&'a str),
    /// `$N`.
    Placeholder(&'a str),
    /// `in {list:$N}` or `not in {list:$N}`.
    List { negated: bool, number: &'a str },
}

/// SQLite reads `$2` as a *name* and numbers names by first appearance, so `select $2, $1` would swap the arguments
/// silently. `?N` means the same on every engine that knows it.
fn for_sqlite(text: &str) -> Rewritten {
    render(text, |piece, out| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Placeholder(number) => {
            out.push('?');
            out.push_str(number);
        }
        Piece::List { negated, number } => {
            out.push_str(if negated { "not in rarray(?" } else { "in rarray(?" });
            out.push_str(number);
            out.push(')');
        }
    })
}

fn for_postgres(text: &str) -> Rewritten {
    render(text, |piece, out| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Placeholder(number) => {
            out.push('$');
            out.push_str(number);
        }
        Piece::List { negated, number } => {
            out.push_str(if negated { "<> all($" } else { "= any($" });
            out.push_str(number);
            out.push(')');
        }
    })
}

fn render(text: &str, push: impl Fn(Piece<'_>, &mut String)) -> Rewritten {
    let mut out = String::with_capacity(text.len() + 16);
    let mut lists = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"', '$', '{', '-']) {
        let (before, from) = rest.split_at(at);
        let (piece, after) = next_piece(from);
        match piece {
            Piece::List { number, .. } => {
                let (kept, negated) = strip_in(before);
                lists.extend(number.parse::<usize>());
                push(Piece::Text(kept), &mut out);
                push(Piece::List { negated, number }, &mut out);
            }
            other => {
                push(Piece::Text(before), &mut out);
                push(other, &mut out);
            }
        }
        rest = after;
    }
    push(Piece::Text(rest), &mut out);
    Rewritten { text: out, lists }
}

/// `text` begins with a character that may mean something.
fn next_piece(text: &str) -> (Piece<'_>, &str) {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if let Some(inner) = text.strip_prefix("{list:$") {
        let (number, after) = inner.split_at(digits(inner));
        if let Some(after) = after.strip_prefix('}')
            && !number.is_empty()
        {
            return (Piece::List { negated: false, number }, after);
        }
    }
    if let Some(inner) = text.strip_prefix('$') {
        let (number, after) = inner.split_at(digits(inner));
        if !number.is_empty() {
            return (Piece::Placeholder(number), after);
        }
    }
    let mut chars = text.chars();
    let first = chars.next();
    let end = match first {
        Some('-') if text.starts_with("--") => text.find('\n').unwrap_or(text.len()),
        // A doubled quote inside reads as two adjacent strings, which keeps the same bytes.
        Some(quote @ ('\'' | '"')) => chars.as_str().find(quote).map_or(text.len(), |at| at + 2),
        Some(other) => other.len_utf8(),
        None => 0,
    };
    let (piece, after) = text.split_at(end);
    (Piece::Text(piece), after)
}

/// Takes `in` or `not in` off the end of what stands before a list.
fn strip_in(before: &str) -> (&str, bool) {
    let word = |text: &str, word: &str| -> Option<usize> {
        let trimmed = text.trim_end();
        let start = trimmed.len().checked_sub(word.len())?;
        (trimmed.get(start..)?.eq_ignore_ascii_case(word)
            && trimmed
                .get(..start)?
                .ends_with(|c: char| c.is_whitespace() || c == ')' || c == '"'))
        .then_some(start)
    };
    let Some(start) = word(before, "in") else {
        return (before, false);
    };
    let (kept, _) = before.split_at(start);
    match word(kept, "not") {
        Some(start) => (kept.split_at(start).0, true),
        None => (kept, false),
    }
}

/// Declares the queries of a module, and `ALL`, the list of them.
///
/// ```ignore
/// queries! {
///     /// The site that answers for a host name.
///     hot BY_HOST = "select id, name from sites where host = $1";
///     /// The text differs because …
///     SIZE = sqlite "select …", postgres "select …";
/// }
/// ```
///
/// `{row:($1, $2)}` after `VALUES` is a row of which [`Tx::execute_rows`](crate::db::Tx::execute_rows) may send many.
/// A text may be any constant expression, `concat!(…)` for instance. `hot` marks a query whose plan is tested.
#[macro_export]
macro_rules! queries {
    ($($body:tt)*) => { $crate::query_items!([] $($body)*); };
}

/// The inside of [`queries!`](crate::queries): one query a step.
#[doc(hidden)]
#[macro_export]
macro_rules! query_items {
    ([$($names:ident)*]) => {
        /// Every query of this module.
        pub(crate) const ALL: &[$crate::db::Query] = &[$($names),*];
    };
    ([$($names:ident)*] $(#[$doc:meta])* hot $name:ident = sqlite $sqlite:expr, postgres $postgres:expr; $($rest:tt)*) => {
        $crate::query_item!($(#[$doc])* $name, $sqlite, $postgres, true);
        $crate::query_items!([$($names)* $name] $($rest)*);
    };
    ([$($names:ident)*] $(#[$doc:meta])* hot $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::query_item!($(#[$doc])* $name, $text, true);
        $crate::query_items!([$($names)* $name] $($rest)*);
    };
    ([$($names:ident)*] $(#[$doc:meta])* $name:ident = sqlite $sqlite:expr, postgres $postgres:expr; $($rest:tt)*) => {
        $crate::query_item!($(#[$doc])* $name, $sqlite, $postgres, false);
        $crate::query_items!([$($names)* $name] $($rest)*);
    };
    ([$($names:ident)*] $(#[$doc:meta])* $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::query_item!($(#[$doc])* $name, $text, false);
        $crate::query_items!([$($names)* $name] $($rest)*);
    };
}

/// One declared query: a constant that points at a static, so that the rewritten text is made once.
#[doc(hidden)]
#[macro_export]
macro_rules! query_item {
    ($(#[$doc:meta])* $name:ident, $text:expr, $hot:literal) => {
        $(#[$doc])*
        pub(crate) const $name: $crate::db::Query = {
            const TEXT: &str = $text;
            static DEF: $crate::db::QueryDef =
                $crate::db::QueryDef::new(concat!(module_path!(), "::", stringify!($name)), TEXT, TEXT, $hot);
            $crate::db::Query::of(&DEF)
        };
    };
    ($(#[$doc:meta])* $name:ident, $sqlite:expr, $postgres:expr, $hot:literal) => {
        $(#[$doc])*
        pub(crate) const $name: $crate::db::Query = {
            static DEF: $crate::db::QueryDef =
                $crate::db::QueryDef::new(concat!(module_path!(), "::", stringify!($name)), $sqlite, $postgres, $hot);
            $crate::db::Query::of(&DEF)
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_for_sqlite_and_kept_for_postgresql() {
        let text = "select $2, $1, '$3', \"a$4\", 'it''s $5' from t -- of $6\n where a = $10";
        assert_eq!(
            for_sqlite(text).text,
            "select ?2, ?1, '$3', \"a$4\", 'it''s $5' from t -- of $6\n where a = ?10"
        );
        assert_eq!(for_postgres(text).text, text);
    }

    #[test]
    fn lists_are_written_as_each_engine_wants_them() {
        let text = "select a - $2 from t where id in {list:$1} and b NOT  IN {list:$2} and min(c) in {list:$3}";
        assert_eq!(
            for_sqlite(text).text,
            "select a - ?2 from t where id in rarray(?1) and b not in rarray(?2) and min(c) in rarray(?3)"
        );
        assert_eq!(
            for_postgres(text).text,
            "select a - $2 from t where id = any($1) and b <> all($2) and min(c) = any($3)"
        );
    }

    #[test]
    fn rows_are_repeated_with_parameters_of_their_own() {
        let text = "insert into t (a, b, c) values {row:($1, $12, $12)} on conflict (a) do nothing";
        assert_eq!(
            with_rows(text, 1),
            "insert into t (a, b, c) values ($1, $12, $12) on conflict (a) do nothing"
        );
        assert_eq!(
            with_rows(text, 3),
            "insert into t (a, b, c) values ($1, $12, $12), ($13, $24, $24), ($25, $36, $36) on conflict (a) do nothing"
        );
        assert_eq!(with_rows("select $1", 3), "select $1");
    }

    #[test]
    fn lists_are_known_by_number() {
        let lists = for_sqlite("select $1 from t where a in {list:$3} and b = $2 or c not in {list:$11}").lists;
        assert_eq!(lists, [3, 11]);
    }

    queries! {
        /// Read by the test below.
        FIRST = "select 1";
        hot SECOND = sqlite "select 2", postgres "select 3";
        THIRD = concat!("select ", "4");
    }

    #[test]
    fn queries_know_their_names_and_texts() {
        assert_eq!(ALL.len(), 3);
        assert_eq!(FIRST.name(), "db::query::tests::FIRST");
        assert!(SECOND.is_hot() && SECOND.has_two_texts());
        assert_eq!((SECOND.sqlite(), SECOND.postgres()), ("select 2", "select 3"));
        assert!(!THIRD.has_two_texts() && !THIRD.is_hot());
        assert_eq!(THIRD.sqlite(), "select 4");
    }
}
