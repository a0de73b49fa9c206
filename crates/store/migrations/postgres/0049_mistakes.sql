-- What readers say is wrong in a story, for its editors, with the receipt by which each of them sees what became of it.
CREATE TABLE mistakes (
  id UUID PRIMARY KEY,
  story_id UUID NOT NULL REFERENCES stories (id),
  site_id UUID NOT NULL REFERENCES sites (id),
  revision BIGINT NOT NULL,
  profile_id UUID,
  receipt BYTEA NOT NULL UNIQUE,
  body TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  mailed BOOLEAN NOT NULL,
  outcome TEXT COLLATE "C",
  reply TEXT COLLATE "C" NOT NULL,
  decided_at BIGINT,
  decided_by TEXT COLLATE "C"
);
CREATE UNIQUE INDEX mistakes_once ON mistakes (story_id, revision, profile_id) WHERE profile_id IS NOT NULL;
CREATE INDEX mistakes_open ON mistakes (site_id, created_at, id) WHERE outcome IS NULL;
CREATE INDEX mistakes_story ON mistakes (story_id, created_at, id);
CREATE INDEX mistakes_profile ON mistakes (profile_id) WHERE profile_id IS NOT NULL;
