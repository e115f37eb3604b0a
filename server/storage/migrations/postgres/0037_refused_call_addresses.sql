-- The address from which a refused call came, for calls with a key of an account. NULL for all other calls, and for those that
-- a node of the release before records.
ALTER TABLE refused_calls ADD COLUMN address TEXT COLLATE "C";
