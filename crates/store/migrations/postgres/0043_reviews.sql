-- What waits for the review desk, and people who may not write for a while.
CREATE TABLE reviews (
  comment_id UUID PRIMARY KEY REFERENCES comments (id),
  site_id UUID NOT NULL,
  story_id UUID NOT NULL,
  profile_id UUID NOT NULL,
  queue TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL,
  weight BIGINT NOT NULL,
  claimed_by UUID,
  claimed_until BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX reviews_queue ON reviews (queue, since, comment_id);
CREATE INDEX reviews_site ON reviews (site_id, queue, since, comment_id);
CREATE TABLE suspensions (
  id UUID PRIMARY KEY,
  profile_id UUID NOT NULL,
  site_id UUID,
  since BIGINT NOT NULL,
  until BIGINT,
  message TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  by_whom TEXT COLLATE "C" NOT NULL,
  lifted_at BIGINT
);
CREATE INDEX suspensions_profile ON suspensions (profile_id) WHERE lifted_at IS NULL;
