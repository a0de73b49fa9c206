-- Parts of pictures in the proportions that search engines ask for. A table of its own: a node of an older version
-- would take them for further widths of the whole picture.
CREATE TABLE picture_cuts (
  picture_id BLOB NOT NULL REFERENCES pictures (id),
  shape TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (picture_id, shape)
);
