-- Who was told by mail that a key is about to end. Claimed before it is sent, so that nothing is sent twice.
CREATE TABLE key_notices (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    -- So many before the end.
    days INTEGER NOT NULL,
    -- The end that it told of. A key that is given another one has its notices anew.
    key_end INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    -- It was not taken, and may be claimed again from then on. Empty: it was sent, or the server was killed on the way.
    retry_at INTEGER,
    PRIMARY KEY (key_id, member_id, days, key_end)
) STRICT, WITHOUT ROWID;

-- For the keys of all accounts that end next.
CREATE INDEX api_keys_by_next_end ON api_keys (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
