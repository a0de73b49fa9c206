-- Parts of pictures in the proportions that search engines ask for. A table of its own: a node of an older version
-- would take them for further widths of the whole picture.
CREATE TABLE picture_cuts (
  picture_id UUID NOT NULL REFERENCES pictures (id),
  shape TEXT COLLATE "C" NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (picture_id, shape)
);
