-- Where the calls with each key come from, and what for.

-- Calls with one key, from one address, by one program, that came to the same. At most 20 rows for each key and outcome,
-- the latest ones.
CREATE TABLE key_callers (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    -- 'accepted' where the key was let in, whatever came of the call; else the code of the refusal.
    outcome TEXT NOT NULL,
    ip TEXT NOT NULL,
    -- At most 200 characters; empty where none was sent.
    user_agent TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_id, outcome, ip, user_agent)
) STRICT, WITHOUT ROWID;

CREATE INDEX key_callers_by_time ON key_callers (account_id, key_id, outcome, last_seen);

-- The networks that a key was let in from: /24 of IPv4, /64 of IPv6. At most 100 rows for each key, the latest ones.
CREATE TABLE key_networks (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    network TEXT NOT NULL,
    -- NULL once several addresses of it were seen.
    only_ip TEXT,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_id, network)
) STRICT, WITHOUT ROWID;

CREATE INDEX key_networks_by_time ON key_networks (account_id, key_id, last_seen);

-- When each permission was last needed by a call that had it, such as 'leads:read=1790000000000', separated by spaces.
ALTER TABLE api_keys ADD COLUMN scope_uses TEXT NOT NULL DEFAULT '';
-- When the key was first let in since its networks are remembered.
ALTER TABLE api_keys ADD COLUMN first_network_at INTEGER;
-- When it was last let in from a network that was not known for it; NULL while it knows but one.
ALTER TABLE api_keys ADD COLUMN new_network_at INTEGER;
-- When somebody last called with it after it was revoked or expired.
ALTER TABLE api_keys ADD COLUMN knocked_at INTEGER;
