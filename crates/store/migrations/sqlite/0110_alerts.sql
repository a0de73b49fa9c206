-- Alerts by the newest message about each. What readers may see is 'live', what they will see 'waiting'; what was never
-- for them (tests, exercises, what takes back) is 'hidden', and what is over 'ended'.
CREATE TABLE alerts (
  id BLOB PRIMARY KEY,
  source TEXT NOT NULL,
  sender TEXT NOT NULL,
  identifier TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  ended_by TEXT NOT NULL,
  rank INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  turns_at INTEGER,
  content_hash BLOB NOT NULL,
  shapes BLOB NOT NULL,
  message TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX alerts_live ON alerts (rank, sent_at, id) WHERE state = 'live';
CREATE INDEX alerts_live_kind ON alerts (kind, rank, sent_at, id) WHERE state = 'live';
CREATE INDEX alerts_turns ON alerts (turns_at) WHERE turns_at IS NOT NULL;
CREATE INDEX alerts_identifier ON alerts (identifier);
CREATE INDEX alerts_source ON alerts (source, state);
CREATE INDEX alerts_changed ON alerts (changed_at, id);

-- The squares of the grid under which live alerts are found.
CREATE TABLE alert_cells (
  cell INTEGER NOT NULL,
  alert_id BLOB NOT NULL REFERENCES alerts (id),
  PRIMARY KEY (cell, alert_id)
);
CREATE INDEX alert_cells_alert ON alert_cells (alert_id);

-- What messages replaced or took back, also before what they name has come in.
CREATE TABLE alert_ends (
  identifier TEXT NOT NULL,
  by_alert BLOB NOT NULL,
  source TEXT NOT NULL,
  sender TEXT NOT NULL,
  of_sender TEXT NOT NULL,
  change TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (identifier, by_alert)
);
CREATE INDEX alert_ends_received ON alert_ends (received_at);

-- The sources of the settings, as readers are told of them.
CREATE TABLE alert_sources (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  credit TEXT NOT NULL
);
