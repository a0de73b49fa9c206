//! Looks at queries without running them, for the tests: does each prepare, and does a hot one scan or sort?

use super::conn::{Conn, Session};
use super::error::StoreError;
use super::query::Query;
use tokio_postgres::SimpleQueryMessage;

impl Conn {
    /// Prepares the query, and its text for many rows where it has one, and returns the number of its parameters.
    pub(crate) async fn prepare(&mut self, query: Query) -> Result<usize, StoreError> {
        match &mut self.session {
            Session::Sqlite(lease) => lease
                .connection(query)?
                .prepare(query.sqlite())
                .map(|statement| statement.parameter_count())
                .map_err(|error| StoreError::from_sqlite(query.name(), &error)),
            Session::Postgres(lease) => {
                let fail = |error: tokio_postgres::Error| StoreError::from_postgres(query.name(), &error);
                let client = lease
                    .raw()
                    .ok_or_else(|| StoreError::bug("the connection was given back"))?;
                client.prepare(query.postgres_block()).await.map_err(fail)?;
                let statement = client.prepare(query.postgres()).await.map_err(fail)?;
                Ok(statement.params().len())
            }
        }
    }

    /// The lines of the engine's plan that read a whole table or sort aside. An index read in its order under a limit
    /// is no scan.
    pub(crate) async fn plan_faults(&mut self, query: Query) -> Result<Vec<String>, StoreError> {
        match &mut self.session {
            Session::Sqlite(lease) => {
                let fail = |error: rusqlite::Error| StoreError::from_sqlite(query.name(), &error);
                let connection = lease.connection(query)?;
                let text = format!("explain query plan {}", query.sqlite());
                let mut statement = connection.prepare(&text).map_err(fail)?;
                let mut rows = statement.raw_query();
                let limited = query.sqlite().to_ascii_lowercase().contains("limit");
                let mut faults = Vec::new();
                while let Some(row) = rows.next().map_err(fail)? {
                    let line: String = row.get("detail").map_err(fail)?;
                    let bounded = limited && line.contains("USING") && line.contains("INDEX");
                    let harmless = ["VIRTUAL TABLE", "CONSTANT ROW", "SCAN ("];
                    let scan = line.starts_with("SCAN") && !harmless.iter().any(|known| line.contains(known));
                    if scan && !bounded || line.contains("TEMP B-TREE") {
                        faults.push(line);
                    }
                }
                Ok(faults)
            }
            Session::Postgres(lease) => {
                let fail = |error: tokio_postgres::Error| StoreError::from_postgres(query.name(), &error);
                let client = lease
                    .raw()
                    .ok_or_else(|| StoreError::bug("the connection was given back"))?;
                let count = client.prepare(query.postgres()).await.map_err(fail)?.params().len();
                let values = if count == 0 {
                    String::new()
                } else {
                    format!("({})", vec!["null"; count].join(", "))
                };
                // Tables are empty here, so a scan would always look cheap: only what can't be avoided counts.
                let text = format!(
                    "begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; \
                     set local enable_bitmapscan = off; set local enable_sort = off; set local enable_hashjoin = off; \
                     set local enable_mergejoin = off; prepare looked_at as {}; explain (costs off) execute looked_at{values}; \
                     deallocate looked_at; rollback",
                    query.postgres()
                );
                let mut faults = Vec::new();
                for message in client.simple_query(&text).await.map_err(fail)? {
                    if let SimpleQueryMessage::Row(row) = message
                        && let Some(line) = row.get(0)
                        && (line.contains("Seq Scan") || line.trim().trim_start_matches("->").trim() == "Sort")
                    {
                        faults.push(line.trim().to_owned());
                    }
                }
                Ok(faults)
            }
        }
    }
}
