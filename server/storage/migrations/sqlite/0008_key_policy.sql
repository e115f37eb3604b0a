-- Whether every new key has to have an end, and how many days after its making that may be at most.
ALTER TABLE accounts ADD COLUMN keys_must_expire INTEGER NOT NULL DEFAULT 0 CHECK (keys_must_expire IN (0, 1));
ALTER TABLE accounts ADD COLUMN key_max_days INTEGER CHECK (key_max_days BETWEEN 1 AND 3650);

-- For the keys of an account, and of all, that end next.
CREATE INDEX api_keys_that_end ON api_keys (account_id, expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
