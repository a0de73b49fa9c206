-- Listings: property, jobs, motoring and what's on, from the publisher's sources and from readers. What is said of one
-- lies in `content`; the columns are what lists are filtered and ordered by. `site_id` is null for the whole network,
-- `source` is empty for what a reader sent, `latitude` and `longitude` are millionths of a degree.
CREATE TABLE listings (
  id UUID PRIMARY KEY,
  site_id UUID REFERENCES sites (id),
  category TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  words TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  credit TEXT COLLATE "C" NOT NULL,
  price BIGINT,
  place_id BIGINT,
  latitude BIGINT,
  longitude BIGINT,
  sort_key BIGINT NOT NULL,
  starts_at BIGINT,
  ends_at BIGINT,
  published_at BIGINT NOT NULL,
  turns_at BIGINT,
  expires_at BIGINT,
  digest BYTEA NOT NULL,
  account_id UUID,
  reason TEXT COLLATE "C" NOT NULL,
  decided_by TEXT COLLATE "C" NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX listings_order ON listings (category, sort_key, id) WHERE state = 'shown';
CREATE INDEX listings_newest ON listings (state, published_at DESC, id DESC);
CREATE INDEX listings_near ON listings (category, latitude) WHERE state = 'shown' AND latitude IS NOT NULL;
CREATE INDEX listings_source ON listings (source);
CREATE INDEX listings_turns ON listings (state, turns_at);
CREATE INDEX listings_desk ON listings (state, changed_at, id);
CREATE INDEX listings_account ON listings (account_id) WHERE account_id IS NOT NULL;
