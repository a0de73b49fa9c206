-- What was decided about readers' contributions, by whom and why. Entries are chained by hash in the order of the event
-- log; texts that may have to be erased lie beside the chain, which holds a salted commitment to them.
CREATE TABLE audit (
  event_id BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject BLOB NOT NULL,
  facts TEXT NOT NULL,
  commitment BLOB,
  seq INTEGER,
  hash BLOB
);
CREATE UNIQUE INDEX audit_chain ON audit (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_loose ON audit (event_id) WHERE seq IS NULL;
CREATE INDEX audit_subject ON audit (subject, at);
CREATE TABLE audit_texts (
  event_id BLOB PRIMARY KEY,
  salt BLOB NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL
);
