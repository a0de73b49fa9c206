-- Pictures of contributions, what each picture of the archive looks like, and uploads that can be taken up again.
CREATE TABLE contribution_pictures (
  id UUID PRIMARY KEY,
  contribution_id UUID NOT NULL REFERENCES contributions (id),
  position BIGINT NOT NULL,
  picture_id UUID NOT NULL REFERENCES pictures (id),
  preview TEXT COLLATE "C" NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  file_name TEXT COLLATE "C" NOT NULL,
  caption TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  taken_on TEXT COLLATE "C" NOT NULL,
  near TEXT COLLATE "C" NOT NULL,
  fresh BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX contribution_pictures_order ON contribution_pictures (contribution_id, position);
CREATE INDEX contribution_pictures_picture ON contribution_pictures (picture_id);
CREATE TABLE picture_fingerprints (
  picture_id UUID PRIMARY KEY REFERENCES pictures (id),
  bits BIGINT NOT NULL
);
CREATE TABLE uploads (
  id UUID PRIMARY KEY,
  profile_id UUID NOT NULL,
  length BIGINT NOT NULL,
  received BIGINT NOT NULL,
  file_name TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_profile ON uploads (profile_id);
CREATE TABLE upload_parts (
  upload_id UUID NOT NULL REFERENCES uploads (id),
  position BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (upload_id, position)
);
