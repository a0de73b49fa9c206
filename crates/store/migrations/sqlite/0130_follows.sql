-- What readers follow, by which means they are told of it, and when they don't want to be.
CREATE TABLE follows (
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  site_id BLOB NOT NULL REFERENCES sites (id),
  mail TEXT,
  push INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (profile_id, kind, subject_id, site_id)
);
CREATE INDEX follows_of ON follows (kind, subject_id, site_id, profile_id);
ALTER TABLE notice_settings ADD COLUMN quiet_from INTEGER;
ALTER TABLE notice_settings ADD COLUMN quiet_to INTEGER;
ALTER TABLE notice_settings ADD COLUMN breaking_wakes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice_settings ADD COLUMN weekly INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice_settings ADD COLUMN digest_hour INTEGER NOT NULL DEFAULT 7;
