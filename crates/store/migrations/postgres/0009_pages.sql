-- Plain pages of the publisher's own, with revisions.
CREATE TABLE pages (
  id UUID PRIMARY KEY,
  site_id UUID NOT NULL REFERENCES sites (id),
  slug TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  listed BOOLEAN NOT NULL,
  position BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (site_id, slug)
);
CREATE TABLE page_revisions (
  page_id UUID NOT NULL REFERENCES pages (id),
  number BIGINT NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (page_id, number)
);
