-- How many calls the HTTP API got from each account's keys, and what came of them; and what the Dashboard finds its lines by.

-- The same calls are counted twice, since two things are asked of them. An account's days begin at its own midnight, which
-- in some time zones lies on a quarter of an hour, and what a page reads of them must not grow with the number of keys.
-- Of a single key the hours will do.
CREATE TABLE account_calls (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- When it began.
    quarter INTEGER NOT NULL CHECK (quarter % 900000 = 0),
    -- 'accepted', or the code of the refusal.
    outcome TEXT NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (account_id, quarter, outcome)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_calls_by_time ON account_calls (quarter);

CREATE TABLE key_calls (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    hour INTEGER NOT NULL CHECK (hour % 3600000 = 0),
    outcome TEXT NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_id, hour, outcome)
) STRICT, WITHOUT ROWID;

CREATE INDEX key_calls_by_time ON key_calls (hour);

-- When a key's call was first accepted; stays when the counts are long gone. Of calls before this version nothing but the
-- last use of each key is known.
ALTER TABLE accounts ADD COLUMN first_call_at INTEGER;

UPDATE accounts SET first_call_at = (
    SELECT min(last_used_at) FROM api_keys WHERE api_keys.account_id = accounts.id
);

-- For the newest event of a kind, however many of other kinds came after it.
CREATE INDEX audit_events_by_action ON audit_events (account_id, action, seq);

-- For how many leads have each status.
CREATE INDEX leads_by_status ON leads (account_id, status) WHERE deleted_at IS NULL;
