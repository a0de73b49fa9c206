-- The breaking-news banner of a site: at most one.
CREATE TABLE banners (
  site_id UUID PRIMARY KEY REFERENCES sites (id),
  story_id UUID NOT NULL REFERENCES stories (id),
  text TEXT COLLATE "C" NOT NULL,
  set_at BIGINT NOT NULL,
  set_by TEXT COLLATE "C" NOT NULL
);
