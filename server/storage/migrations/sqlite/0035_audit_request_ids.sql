-- The ID of the request that made the change. NULL for commands, and for events of earlier releases.
ALTER TABLE audit_events ADD COLUMN request_id TEXT;
