-- Documents of alerts that an index named and that were read: a message never changes under its address.
CREATE TABLE alert_links (
  id BLOB PRIMARY KEY,
  seen_at INTEGER NOT NULL
);
CREATE INDEX alert_links_seen ON alert_links (seen_at);
