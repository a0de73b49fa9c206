-- Portraits of profiles, in the few widths in which they are shown: small, and gone with the row that names them.
CREATE TABLE profile_pictures (
  picture TEXT NOT NULL,
  width INTEGER NOT NULL,
  profile_id BLOB NOT NULL REFERENCES profiles (id),
  bytes BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (picture, width)
);
CREATE INDEX profile_pictures_profile ON profile_pictures (profile_id);
