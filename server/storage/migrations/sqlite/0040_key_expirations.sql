-- The order of the list of keys by expiration: active and paused keys by when they expire, then those that never expire, then
-- revoked and expired keys.
ALTER TABLE api_keys ADD COLUMN ends INTEGER GENERATED ALWAYS AS (
    CASE WHEN revoked_at IS NULL AND lapsed = 0 THEN coalesce(expires_at, 9223372036854775806) ELSE 9223372036854775807 END
) VIRTUAL;

CREATE INDEX api_keys_by_expiration ON api_keys (account_id, ends, created_at, id);
