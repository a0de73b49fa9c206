-- Sites, their sections, addresses that lead elsewhere, and the log of acts that need a permission.
CREATE TABLE sites (
  id UUID PRIMARY KEY,
  slug TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  tagline TEXT COLLATE "C" NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  zone TEXT COLLATE "C" NOT NULL,
  hosts TEXT COLLATE "C" NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL
);
CREATE TABLE sections (
  id UUID PRIMARY KEY,
  site_id UUID NOT NULL REFERENCES sites (id),
  slug TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  parent_id UUID REFERENCES sections (id),
  path TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  UNIQUE (site_id, path)
);
CREATE TABLE redirects (
  site_id UUID NOT NULL REFERENCES sites (id),
  path TEXT COLLATE "C" NOT NULL,
  story_id UUID,
  target TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, path)
);
CREATE TABLE acts (
  id UUID PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  act TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX acts_subject ON acts (subject, at);
