-- The key that this one took over from.
ALTER TABLE api_keys ADD COLUMN replaces TEXT REFERENCES api_keys (id);
-- The newest key that took over from this one, and when. Both or neither.
ALTER TABLE api_keys ADD COLUMN replaced_by TEXT REFERENCES api_keys (id);
ALTER TABLE api_keys ADD COLUMN replaced_at INTEGER;
