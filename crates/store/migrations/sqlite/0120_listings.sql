-- Listings: property, jobs, motoring and what's on, from the publisher's sources and from readers. What is said of one
-- lies in `content`; the columns are what lists are filtered and ordered by. `site_id` is null for the whole network,
-- `source` is empty for what a reader sent, `latitude` and `longitude` are millionths of a degree.
CREATE TABLE listings (
  id BLOB PRIMARY KEY,
  site_id BLOB REFERENCES sites (id),
  category TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  words TEXT NOT NULL,
  provider TEXT NOT NULL,
  credit TEXT NOT NULL,
  price INTEGER,
  place_id INTEGER,
  latitude INTEGER,
  longitude INTEGER,
  sort_key INTEGER NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  published_at INTEGER NOT NULL,
  turns_at INTEGER,
  expires_at INTEGER,
  digest BLOB NOT NULL,
  account_id BLOB,
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX listings_order ON listings (category, sort_key, id) WHERE state = 'shown';
CREATE INDEX listings_newest ON listings (state, published_at DESC, id DESC);
CREATE INDEX listings_near ON listings (category, latitude) WHERE state = 'shown' AND latitude IS NOT NULL;
CREATE INDEX listings_source ON listings (source);
CREATE INDEX listings_turns ON listings (state, turns_at);
CREATE INDEX listings_desk ON listings (state, changed_at, id);
CREATE INDEX listings_account ON listings (account_id) WHERE account_id IS NOT NULL;
