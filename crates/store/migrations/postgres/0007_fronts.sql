-- Fronts and every layout that was launched.
CREATE TABLE fronts (
  id UUID PRIMARY KEY,
  site_id UUID NOT NULL REFERENCES sites (id),
  section_id UUID REFERENCES sections (id),
  name TEXT COLLATE "C" NOT NULL UNIQUE
);
CREATE TABLE front_revisions (
  front_id UUID NOT NULL REFERENCES fronts (id),
  number BIGINT NOT NULL,
  layout TEXT COLLATE "C" NOT NULL,
  launched_at BIGINT NOT NULL,
  launched_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (front_id, number)
);
