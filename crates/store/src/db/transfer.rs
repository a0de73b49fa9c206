//! Whole tables out of a database and into one, for backups that move between engines.

use super::conn::Session;
use super::error::StoreError;
use super::maintenance::Maintenance;
use super::param::Param;
use super::row::{Cell, PostgresCell, sqlite_cell};
use futures::TryStreamExt;
use std::pin::pin;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::ToSql;

crate::queries! {
    /// References between tables, which are taken away while tables are filled in any order. SQLite has a switch
    /// for that instead.
    REFERENCES = sqlite "select '', '', '' where 1 = 0",
        postgres "select cast(c.relname as text), cast(k.conname as text), pg_get_constraintdef(k.oid) \
                  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace \
                  where n.nspname = current_schema() and k.contype = 'f' order by 1, 2";
    /// Columns that count by themselves and must go on after what was loaded. SQLite does so anyway.
    COUNTERS = sqlite "select '', '' where 1 = 0",
        postgres "select cast(c.relname as text), cast(a.attname as text) from pg_attribute a \
                  join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace \
                  where n.nspname = current_schema() and a.attidentity <> '' and not a.attisdropped order by 1, 2";
}

/// A name as it stands in a statement.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list(columns: &[String]) -> String {
    columns
        .iter()
        .map(|column| quoted(column))
        .collect::<Vec<_>>()
        .join(", ")
}

fn lost() -> StoreError {
    StoreError::bug("the connection was given back")
}

impl Maintenance {
    /// Hands every row of a table to `sink`, holding one at a time in memory.
    pub(crate) async fn dump<E: From<StoreError>>(
        &mut self,
        table: &str,
        columns: &[String],
        mut sink: impl FnMut(&[Cell<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = format!("select {} from {}", list(columns), quoted(table));
        match self.session() {
            Session::Sqlite(lease) => {
                let fail = |error: rusqlite::Error| StoreError::from_sqlite("dump", &error);
                let mut statement = lease.raw().ok_or_else(lost)?.prepare(&text).map_err(fail)?;
                let mut rows = statement.query([]).map_err(fail)?;
                while let Some(row) = rows.next().map_err(fail)? {
                    let mut cells = Vec::with_capacity(columns.len());
                    for index in 0..columns.len() {
                        let cell = sqlite_cell(row.get_ref(index).map_err(fail)?);
                        cells.push(cell.map_err(|detail| unreadable(columns, index, detail))?);
                    }
                    sink(&cells)?;
                }
            }
            Session::Postgres(lease) => {
                let fail = |error: tokio_postgres::Error| StoreError::from_postgres("dump", &error);
                let client = lease.raw().ok_or_else(lost)?;
                let nothing: [&(dyn ToSql + Sync); 0] = [];
                let mut rows = pin!(client.query_raw(&text, nothing).await.map_err(fail)?);
                while let Some(row) = rows.try_next().await.map_err(fail)? {
                    let mut cells = Vec::with_capacity(columns.len());
                    for index in 0..columns.len() {
                        cells.push(row.try_get::<_, PostgresCell<'_>>(index).map_err(fail)?.0);
                    }
                    sink(&cells)?;
                }
            }
        }
        Ok(())
    }

    /// Fills a table with what `next` gives, and returns the number of rows.
    pub(crate) async fn load<E: From<StoreError>>(
        &mut self,
        table: &str,
        columns: &[String],
        mut next: impl FnMut() -> Result<Option<Vec<Param<'static>>>, E>,
    ) -> Result<u64, E> {
        let mut loaded = 0;
        match self.session() {
            Session::Sqlite(lease) => {
                let fail = |error: rusqlite::Error| StoreError::from_sqlite("load", &error);
                let places = (1..=columns.len())
                    .map(|n| format!("?{n}"))
                    .collect::<Vec<_>>()
                    .join(", ");
                let text = format!("insert into {} ({}) values ({places})", quoted(table), list(columns));
                let mut statement = lease.raw().ok_or_else(lost)?.prepare(&text).map_err(fail)?;
                while let Some(row) = next()? {
                    statement.execute(rusqlite::params_from_iter(row)).map_err(fail)?;
                    loaded += 1;
                }
            }
            Session::Postgres(lease) => {
                let fail = |error: tokio_postgres::Error| StoreError::from_postgres("load", &error);
                let client = lease.raw().ok_or_else(lost)?;
                let (columns, table) = (list(columns), quoted(table));
                let shape = client
                    .prepare(&format!("select {columns} from {table}"))
                    .await
                    .map_err(fail)?;
                let types: Vec<_> = shape.columns().iter().map(|column| column.type_().clone()).collect();
                let copy = client
                    .copy_in(&format!("copy {table} ({columns}) from stdin binary"))
                    .await
                    .map_err(fail)?;
                let mut writer = pin!(BinaryCopyInWriter::new(copy, &types));
                while let Some(row) = next()? {
                    if row.len() != types.len() {
                        return Err(StoreError::bug("a row of another width than its table").into());
                    }
                    let values = row.iter().map(|value| value as &(dyn ToSql + Sync));
                    writer.as_mut().write_raw(values).await.map_err(fail)?;
                    loaded += 1;
                }
                writer.finish().await.map_err(fail)?;
            }
        }
        Ok(loaded)
    }

    /// Takes the references between tables away and returns the statements that bring them back.
    pub(crate) async fn drop_references(&mut self) -> Result<Vec<String>, StoreError> {
        let references: Vec<(String, String, String)> = self.all(REFERENCES, crate::params![]).await?;
        let mut back = Vec::with_capacity(references.len());
        for (table, name, definition) in references {
            let (table, name) = (quoted(&table), quoted(&name));
            self.batch(
                "drop references",
                &format!("alter table {table} drop constraint {name}"),
            )
            .await?;
            back.push(format!("alter table {table} add constraint {name} {definition}"));
        }
        Ok(back)
    }

    /// Lets columns that count by themselves go on after the highest loaded number.
    pub(crate) async fn move_counters(&mut self) -> Result<(), StoreError> {
        let counters: Vec<(String, String)> = self.all(COUNTERS, crate::params![]).await?;
        for (table, column) in counters {
            let (literal, of) = (quoted(&table).replace('\'', "''"), column.replace('\'', "''"));
            let text = format!(
                "select setval(pg_get_serial_sequence('{literal}', '{of}'), \
                 (select coalesce(max({column}), 0) + 1 from {table}), false)",
                column = quoted(&column),
                table = quoted(&table),
            );
            self.batch("move counters", &text).await?;
        }
        Ok(())
    }
}

fn unreadable(columns: &[String], index: usize, detail: String) -> StoreError {
    StoreError::Row {
        query: "dump",
        column: columns.get(index).cloned().unwrap_or_default(),
        detail,
    }
}
