-- Alerts by the newest message about each. What readers may see is 'live', what they will see 'waiting'; what was never
-- for them (tests, exercises, what takes back) is 'hidden', and what is over 'ended'.
CREATE TABLE alerts (
  id UUID PRIMARY KEY,
  source TEXT COLLATE "C" NOT NULL,
  sender TEXT COLLATE "C" NOT NULL,
  identifier TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  ended_by TEXT COLLATE "C" NOT NULL,
  rank BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  turns_at BIGINT,
  content_hash BYTEA NOT NULL,
  shapes BYTEA NOT NULL,
  message TEXT COLLATE "C" NOT NULL,
  received_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX alerts_live ON alerts (rank, sent_at, id) WHERE state = 'live';
CREATE INDEX alerts_live_kind ON alerts (kind, rank, sent_at, id) WHERE state = 'live';
CREATE INDEX alerts_turns ON alerts (turns_at) WHERE turns_at IS NOT NULL;
CREATE INDEX alerts_identifier ON alerts (identifier);
CREATE INDEX alerts_source ON alerts (source, state);
CREATE INDEX alerts_changed ON alerts (changed_at, id);

-- The squares of the grid under which live alerts are found.
CREATE TABLE alert_cells (
  cell BIGINT NOT NULL,
  alert_id UUID NOT NULL REFERENCES alerts (id),
  PRIMARY KEY (cell, alert_id)
);
CREATE INDEX alert_cells_alert ON alert_cells (alert_id);

-- What messages replaced or took back, also before what they name has come in.
CREATE TABLE alert_ends (
  identifier TEXT COLLATE "C" NOT NULL,
  by_alert UUID NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  sender TEXT COLLATE "C" NOT NULL,
  of_sender TEXT COLLATE "C" NOT NULL,
  change TEXT COLLATE "C" NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (identifier, by_alert)
);
CREATE INDEX alert_ends_received ON alert_ends (received_at);

-- The sources of the settings, as readers are told of them.
CREATE TABLE alert_sources (
  name TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  credit TEXT COLLATE "C" NOT NULL
);
