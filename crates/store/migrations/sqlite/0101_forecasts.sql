-- Forecasts of the places that readers ask for, and how asking the service went. A row is there while somebody asks.
CREATE TABLE forecasts (
  place_id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  data TEXT,
  fetched_at INTEGER,
  expires_at INTEGER,
  validator TEXT,
  asked_at INTEGER NOT NULL,
  failed_at INTEGER
);
