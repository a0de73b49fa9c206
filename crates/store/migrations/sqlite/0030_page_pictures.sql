-- Which pictures the publisher's own pages show: those files are public too.
CREATE TABLE page_pictures (
  picture_id BLOB NOT NULL REFERENCES pictures (id),
  page_id BLOB NOT NULL REFERENCES pages (id),
  PRIMARY KEY (picture_id, page_id)
);
CREATE INDEX page_pictures_page ON page_pictures (page_id);
