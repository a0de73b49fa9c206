-- What waits for the review desk, and people who may not write for a while.
CREATE TABLE reviews (
  comment_id BLOB PRIMARY KEY REFERENCES comments (id),
  site_id BLOB NOT NULL,
  story_id BLOB NOT NULL,
  profile_id BLOB NOT NULL,
  queue TEXT NOT NULL,
  since INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  claimed_by BLOB,
  claimed_until INTEGER,
  version INTEGER NOT NULL
);
CREATE INDEX reviews_queue ON reviews (queue, since, comment_id);
CREATE INDEX reviews_site ON reviews (site_id, queue, since, comment_id);
CREATE TABLE suspensions (
  id BLOB PRIMARY KEY,
  profile_id BLOB NOT NULL,
  site_id BLOB,
  since INTEGER NOT NULL,
  until INTEGER,
  message TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  lifted_at INTEGER
);
CREATE INDEX suspensions_profile ON suspensions (profile_id) WHERE lifted_at IS NULL;
