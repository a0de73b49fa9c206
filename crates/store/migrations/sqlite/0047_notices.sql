-- What somebody is told: answers to their comments and decisions about them, on their pages and by mail; whether they want
-- the mails; and the address at which a mail's reader stops its kind.
CREATE TABLE notices (
  id BLOB PRIMARY KEY,
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  kind TEXT NOT NULL,
  comment_id BLOB NOT NULL REFERENCES comments (id),
  created_at INTEGER NOT NULL,
  seen_at INTEGER,
  mailed_at INTEGER
);
CREATE UNIQUE INDEX notices_once ON notices (profile_id, kind, comment_id);
CREATE INDEX notices_newest ON notices (profile_id, created_at, id);
CREATE INDEX notices_unseen ON notices (profile_id) WHERE seen_at IS NULL;
CREATE INDEX notices_age ON notices (created_at);
CREATE TABLE notice_settings (
  profile_id BLOB PRIMARY KEY REFERENCES profiles (id),
  mails INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
ALTER TABLE mails ADD COLUMN stop_url TEXT;
