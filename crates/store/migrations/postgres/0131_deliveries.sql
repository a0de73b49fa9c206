-- What was told of to whoever follows it, and what is on its way to whom. A row of deliveries is made once for a reader,
-- a means and a fact, and stays when it is done, so that nothing is told twice.
CREATE TABLE tellings (
  subject_id UUID PRIMARY KEY,
  severity BIGINT NOT NULL,
  told_at BIGINT NOT NULL
);
CREATE INDEX tellings_age ON tellings (told_at);
CREATE TABLE deliveries (
  id UUID PRIMARY KEY,
  profile_id UUID NOT NULL REFERENCES profiles (id),
  means TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  site_id UUID NOT NULL,
  story_id UUID,
  alert_id UUID,
  pressing BIGINT NOT NULL,
  pace TEXT COLLATE "C" NOT NULL,
  due_at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  message_id UUID,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (means, due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_under_way ON deliveries (changed_at) WHERE state = 'sending';
CREATE INDEX deliveries_of_profile ON deliveries (profile_id, means, created_at);
CREATE INDEX deliveries_of_story ON deliveries (story_id);
CREATE INDEX deliveries_age ON deliveries (created_at);
ALTER TABLE mails ADD COLUMN html TEXT COLLATE "C";
