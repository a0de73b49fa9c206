-- Call-outs: what an editor asks readers for beside a story, on a topic's page or on a front, with a form of its own.
CREATE TABLE call_outs (
  id UUID PRIMARY KEY,
  site_id UUID NOT NULL REFERENCES sites (id),
  slug TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  wants TEXT COLLATE "C" NOT NULL,
  place_id UUID NOT NULL,
  opens_at BIGINT NOT NULL,
  closes_at BIGINT,
  created_by TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (site_id, slug)
);
CREATE INDEX call_outs_place ON call_outs (site_id, place_id);
