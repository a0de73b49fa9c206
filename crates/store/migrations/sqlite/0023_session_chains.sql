-- A sign-in on one host that was handed over to others is one chain of sessions, and ends as one.
ALTER TABLE sessions ADD COLUMN chain BLOB;
CREATE INDEX sessions_chain ON sessions (chain) WHERE chain IS NOT NULL;
