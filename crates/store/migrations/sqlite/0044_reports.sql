-- What readers complain about, with the receipt by which each of them can look at what became of it, and appeals of
-- writers against decisions.
CREATE TABLE comment_reports (
  id BLOB PRIMARY KEY,
  comment_id BLOB NOT NULL REFERENCES comments (id),
  revision INTEGER NOT NULL,
  profile_id BLOB,
  receipt BLOB NOT NULL UNIQUE,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  law TEXT NOT NULL,
  explanation TEXT NOT NULL,
  weight INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  outcome TEXT,
  decided_at INTEGER
);
CREATE UNIQUE INDEX comment_reports_once ON comment_reports (comment_id, revision, profile_id) WHERE profile_id IS NOT NULL;
CREATE INDEX comment_reports_comment ON comment_reports (comment_id, created_at);
CREATE TABLE reporters (
  profile_id BLOB PRIMARY KEY,
  upheld INTEGER NOT NULL,
  dismissed INTEGER NOT NULL
);
CREATE TABLE comment_appeals (
  comment_id BLOB PRIMARY KEY REFERENCES comments (id),
  body TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  against TEXT NOT NULL,
  outcome TEXT,
  decided_at INTEGER
);
