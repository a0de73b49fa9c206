-- What agencies sent: items over all their versions, the raw payloads, and the state of each source.
CREATE TABLE wire_items (
  id UUID PRIMARY KEY,
  scope TEXT COLLATE "C" NOT NULL,
  guid TEXT COLLATE "C" NOT NULL,
  identity BYTEA NOT NULL UNIQUE,
  version_id UUID,
  status TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  story_id UUID,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX wire_items_changed ON wire_items (changed_at, id);
CREATE TABLE wire_versions (
  id UUID PRIMARY KEY,
  wire_item_id UUID NOT NULL REFERENCES wire_items (id),
  content_hash BYTEA NOT NULL,
  version TEXT COLLATE "C",
  version_created BIGINT,
  source TEXT COLLATE "C" NOT NULL,
  format TEXT COLLATE "C" NOT NULL,
  item TEXT COLLATE "C" NOT NULL,
  payload_id BYTEA,
  received_at BIGINT NOT NULL,
  UNIQUE (wire_item_id, content_hash)
);
CREATE TABLE wire_payloads (
  id BYTEA PRIMARY KEY,
  bytes BYTEA NOT NULL,
  received_at BIGINT NOT NULL
);
CREATE TABLE wire_affects (
  identity BYTEA NOT NULL,
  by_guid TEXT COLLATE "C" NOT NULL,
  change TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (identity, by_guid)
);
CREATE TABLE set_aside (
  id UUID PRIMARY KEY,
  source TEXT COLLATE "C" NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  payload_id BYTEA,
  at BIGINT NOT NULL,
  UNIQUE (source, record)
);
CREATE TABLE ingest_sources (
  name TEXT COLLATE "C" PRIMARY KEY,
  etag TEXT COLLATE "C",
  last_modified TEXT COLLATE "C",
  resume_url TEXT COLLATE "C",
  failures BIGINT NOT NULL,
  next_poll_at BIGINT NOT NULL,
  last_ok_at BIGINT,
  last_item_at BIGINT,
  last_error TEXT COLLATE "C"
);
