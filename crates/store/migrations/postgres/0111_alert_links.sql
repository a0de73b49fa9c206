-- Documents of alerts that an index named and that were read: a message never changes under its address.
CREATE TABLE alert_links (
  id UUID PRIMARY KEY,
  seen_at BIGINT NOT NULL
);
CREATE INDEX alert_links_seen ON alert_links (seen_at);
