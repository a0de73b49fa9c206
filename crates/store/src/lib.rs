//! The only SQL: one text for SQLite and PostgreSQL, the event log, the job queue, migrations and the public read path.
