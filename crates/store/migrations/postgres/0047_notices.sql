-- What somebody is told: answers to their comments and decisions about them, on their pages and by mail; whether they want
-- the mails; and the address at which a mail's reader stops its kind.
CREATE TABLE notices (
  id UUID PRIMARY KEY,
  profile_id UUID NOT NULL REFERENCES profiles (id),
  kind TEXT COLLATE "C" NOT NULL,
  comment_id UUID NOT NULL REFERENCES comments (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT,
  mailed_at BIGINT
);
CREATE UNIQUE INDEX notices_once ON notices (profile_id, kind, comment_id);
CREATE INDEX notices_newest ON notices (profile_id, created_at, id);
CREATE INDEX notices_unseen ON notices (profile_id) WHERE seen_at IS NULL;
CREATE INDEX notices_age ON notices (created_at);
CREATE TABLE notice_settings (
  profile_id UUID PRIMARY KEY REFERENCES profiles (id),
  mails BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL
);
ALTER TABLE mails ADD COLUMN stop_url TEXT COLLATE "C";
