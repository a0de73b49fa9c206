-- In which bounds the shapes lie that a square is for, so that what only shares the square with a place isn't read. Empty
-- where a node before this one has filed them. They stand in the index, which is then all that is looked at.
ALTER TABLE alert_cells ADD COLUMN bounds BIGINT;
ALTER TABLE alert_cells DROP CONSTRAINT alert_cells_pkey;
ALTER TABLE alert_cells ADD PRIMARY KEY (cell, alert_id) INCLUDE (bounds);
