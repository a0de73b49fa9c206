-- Whose comments somebody doesn't want to see.
CREATE TABLE mutes (
  profile_id UUID NOT NULL REFERENCES profiles (id),
  muted_id UUID NOT NULL REFERENCES profiles (id),
  since BIGINT NOT NULL,
  PRIMARY KEY (profile_id, muted_id)
);
CREATE INDEX mutes_newest ON mutes (profile_id, since, muted_id);
CREATE INDEX mutes_muted ON mutes (muted_id);
