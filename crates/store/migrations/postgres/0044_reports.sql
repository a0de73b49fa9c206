-- What readers complain about, with the receipt by which each of them can look at what became of it, and appeals of
-- writers against decisions.
CREATE TABLE comment_reports (
  id UUID PRIMARY KEY,
  comment_id UUID NOT NULL REFERENCES comments (id),
  revision BIGINT NOT NULL,
  profile_id UUID,
  receipt BYTEA NOT NULL UNIQUE,
  reason TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  law TEXT COLLATE "C" NOT NULL,
  explanation TEXT COLLATE "C" NOT NULL,
  weight BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  outcome TEXT COLLATE "C",
  decided_at BIGINT
);
CREATE UNIQUE INDEX comment_reports_once ON comment_reports (comment_id, revision, profile_id) WHERE profile_id IS NOT NULL;
CREATE INDEX comment_reports_comment ON comment_reports (comment_id, created_at);
CREATE TABLE reporters (
  profile_id UUID PRIMARY KEY,
  upheld BIGINT NOT NULL,
  dismissed BIGINT NOT NULL
);
CREATE TABLE comment_appeals (
  comment_id UUID PRIMARY KEY REFERENCES comments (id),
  body TEXT COLLATE "C" NOT NULL,
  made_at BIGINT NOT NULL,
  against TEXT COLLATE "C" NOT NULL,
  outcome TEXT COLLATE "C",
  decided_at BIGINT
);
