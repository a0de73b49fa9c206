-- What a look back at days or a year of comments, reports and decisions is found by.
CREATE INDEX comments_newest ON comments (created_at, id);
CREATE INDEX audit_acts ON audit (act, at, event_id);
CREATE INDEX comment_reports_age ON comment_reports (created_at);
CREATE INDEX suspensions_age ON suspensions (since);
