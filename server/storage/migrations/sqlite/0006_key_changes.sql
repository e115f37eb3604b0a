-- What an admin wants to remember of a key.
ALTER TABLE api_keys ADD COLUMN note TEXT;

-- What happened to one thing.
CREATE INDEX audit_events_by_subject ON audit_events (account_id, subject, seq);
