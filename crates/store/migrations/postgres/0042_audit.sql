-- What was decided about readers' contributions, by whom and why. Entries are chained by hash in the order of the event
-- log; texts that may have to be erased lie beside the chain, which holds a salted commitment to them.
CREATE TABLE audit (
  event_id UUID PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  act TEXT COLLATE "C" NOT NULL,
  subject UUID NOT NULL,
  facts TEXT COLLATE "C" NOT NULL,
  commitment BYTEA,
  seq BIGINT,
  hash BYTEA
);
CREATE UNIQUE INDEX audit_chain ON audit (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_loose ON audit (event_id) WHERE seq IS NULL;
CREATE INDEX audit_subject ON audit (subject, at);
CREATE TABLE audit_texts (
  event_id UUID PRIMARY KEY,
  salt UUID NOT NULL,
  body TEXT COLLATE "C" NOT NULL
);
CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
