-- What readers say is wrong in a story, for its editors, with the receipt by which each of them sees what became of it.
CREATE TABLE mistakes (
  id BLOB PRIMARY KEY,
  story_id BLOB NOT NULL REFERENCES stories (id),
  site_id BLOB NOT NULL REFERENCES sites (id),
  revision INTEGER NOT NULL,
  profile_id BLOB,
  receipt BLOB NOT NULL UNIQUE,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  mailed INTEGER NOT NULL,
  outcome TEXT,
  reply TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT
);
CREATE UNIQUE INDEX mistakes_once ON mistakes (story_id, revision, profile_id) WHERE profile_id IS NOT NULL;
CREATE INDEX mistakes_open ON mistakes (site_id, created_at, id) WHERE outcome IS NULL;
CREATE INDEX mistakes_story ON mistakes (story_id, created_at, id);
CREATE INDEX mistakes_profile ON mistakes (profile_id) WHERE profile_id IS NOT NULL;
