-- Since when an owner has stopped the making of keys; empty where it is allowed.
ALTER TABLE accounts ADD COLUMN creation_stopped_at INTEGER;
