-- What was told of to whoever follows it, and what is on its way to whom. A row of deliveries is made once for a reader,
-- a means and a fact, and stays when it is done, so that nothing is told twice.
CREATE TABLE tellings (
  subject_id BLOB PRIMARY KEY,
  severity INTEGER NOT NULL,
  told_at INTEGER NOT NULL
);
CREATE INDEX tellings_age ON tellings (told_at);
CREATE TABLE deliveries (
  id BLOB PRIMARY KEY,
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  means TEXT NOT NULL,
  kind TEXT NOT NULL,
  site_id BLOB NOT NULL,
  story_id BLOB,
  alert_id BLOB,
  pressing INTEGER NOT NULL,
  pace TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  message_id BLOB,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (means, due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_under_way ON deliveries (changed_at) WHERE state = 'sending';
CREATE INDEX deliveries_of_profile ON deliveries (profile_id, means, created_at);
CREATE INDEX deliveries_of_story ON deliveries (story_id);
CREATE INDEX deliveries_age ON deliveries (created_at);
ALTER TABLE mails ADD COLUMN html TEXT;
