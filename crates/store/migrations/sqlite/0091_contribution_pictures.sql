-- Pictures of contributions, what each picture of the archive looks like, and uploads that can be taken up again.
CREATE TABLE contribution_pictures (
  id BLOB PRIMARY KEY,
  contribution_id BLOB NOT NULL REFERENCES contributions (id),
  position INTEGER NOT NULL,
  picture_id BLOB NOT NULL REFERENCES pictures (id),
  preview TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  caption TEXT NOT NULL,
  place TEXT NOT NULL,
  taken_on TEXT NOT NULL,
  near TEXT NOT NULL,
  fresh INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX contribution_pictures_order ON contribution_pictures (contribution_id, position);
CREATE INDEX contribution_pictures_picture ON contribution_pictures (picture_id);
CREATE TABLE picture_fingerprints (
  picture_id BLOB PRIMARY KEY REFERENCES pictures (id),
  bits INTEGER NOT NULL
);
CREATE TABLE uploads (
  id BLOB PRIMARY KEY,
  profile_id BLOB NOT NULL,
  length INTEGER NOT NULL,
  received INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX uploads_profile ON uploads (profile_id);
CREATE TABLE upload_parts (
  upload_id BLOB NOT NULL REFERENCES uploads (id),
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (upload_id, position)
);
