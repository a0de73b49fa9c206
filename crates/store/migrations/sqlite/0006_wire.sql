-- What agencies sent: items over all their versions, the raw payloads, and the state of each source.
CREATE TABLE wire_items (
  id BLOB PRIMARY KEY,
  scope TEXT NOT NULL,
  guid TEXT NOT NULL,
  identity BLOB NOT NULL UNIQUE,
  version_id BLOB,
  status TEXT NOT NULL,
  note TEXT NOT NULL,
  story_id BLOB,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX wire_items_changed ON wire_items (changed_at, id);
CREATE TABLE wire_versions (
  id BLOB PRIMARY KEY,
  wire_item_id BLOB NOT NULL REFERENCES wire_items (id),
  content_hash BLOB NOT NULL,
  version TEXT,
  version_created INTEGER,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  item TEXT NOT NULL,
  payload_id BLOB,
  received_at INTEGER NOT NULL,
  UNIQUE (wire_item_id, content_hash)
);
CREATE TABLE wire_payloads (
  id BLOB PRIMARY KEY,
  bytes BLOB NOT NULL,
  received_at INTEGER NOT NULL
);
CREATE TABLE wire_affects (
  identity BLOB NOT NULL,
  by_guid TEXT NOT NULL,
  change TEXT NOT NULL,
  note TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (identity, by_guid)
);
CREATE TABLE set_aside (
  id BLOB PRIMARY KEY,
  source TEXT NOT NULL,
  record TEXT NOT NULL,
  reason TEXT NOT NULL,
  payload_id BLOB,
  at INTEGER NOT NULL,
  UNIQUE (source, record)
);
CREATE TABLE ingest_sources (
  name TEXT PRIMARY KEY,
  etag TEXT,
  last_modified TEXT,
  resume_url TEXT,
  failures INTEGER NOT NULL,
  next_poll_at INTEGER NOT NULL,
  last_ok_at INTEGER,
  last_item_at INTEGER,
  last_error TEXT
);
