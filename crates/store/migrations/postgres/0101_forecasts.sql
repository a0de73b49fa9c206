-- Forecasts of the places that readers ask for, and how asking the service went. A row is there while somebody asks.
CREATE TABLE forecasts (
  place_id BIGINT PRIMARY KEY,
  provider TEXT COLLATE "C" NOT NULL,
  data TEXT COLLATE "C",
  fetched_at BIGINT,
  expires_at BIGINT,
  validator TEXT COLLATE "C",
  asked_at BIGINT NOT NULL,
  failed_at BIGINT
);
