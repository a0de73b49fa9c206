-- Portraits of profiles, in the few widths in which they are shown: small, and gone with the row that names them.
CREATE TABLE profile_pictures (
  picture TEXT COLLATE "C" NOT NULL,
  width BIGINT NOT NULL,
  profile_id UUID NOT NULL REFERENCES profiles (id),
  bytes BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (picture, width)
);
CREATE INDEX profile_pictures_profile ON profile_pictures (profile_id);
