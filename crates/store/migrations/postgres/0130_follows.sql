-- What readers follow, by which means they are told of it, and when they don't want to be.
CREATE TABLE follows (
  profile_id UUID NOT NULL REFERENCES profiles (id),
  kind TEXT COLLATE "C" NOT NULL,
  subject_id UUID NOT NULL,
  site_id UUID NOT NULL REFERENCES sites (id),
  mail TEXT COLLATE "C",
  push BOOLEAN NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (profile_id, kind, subject_id, site_id)
);
CREATE INDEX follows_of ON follows (kind, subject_id, site_id, profile_id);
ALTER TABLE notice_settings ADD COLUMN quiet_from BIGINT;
ALTER TABLE notice_settings ADD COLUMN quiet_to BIGINT;
ALTER TABLE notice_settings ADD COLUMN breaking_wakes BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notice_settings ADD COLUMN weekly BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notice_settings ADD COLUMN digest_hour BIGINT NOT NULL DEFAULT 7;
