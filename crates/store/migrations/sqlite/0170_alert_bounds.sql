-- In which bounds the shapes lie that a square is for, so that what only shares the square with a place isn't read. Empty
-- where a node before this one has filed them. The key is the table itself, which holds them beside it.
CREATE TABLE alert_cells_next (
  cell INTEGER NOT NULL,
  alert_id BLOB NOT NULL REFERENCES alerts (id),
  bounds INTEGER,
  PRIMARY KEY (cell, alert_id)
) WITHOUT ROWID;
INSERT INTO alert_cells_next (cell, alert_id) SELECT cell, alert_id FROM alert_cells;
DROP TABLE alert_cells;
ALTER TABLE alert_cells_next RENAME TO alert_cells;
CREATE INDEX alert_cells_alert ON alert_cells (alert_id);
