-- Who revoked a key that no member revoked.

-- 1: the operator did, on the command line. 0: a member, who stands in revoked_by, or else the key's holder by the API.
ALTER TABLE api_keys ADD COLUMN revoked_by_operator BIGINT NOT NULL DEFAULT 0
    CHECK (revoked_by_operator = 0 OR (revoked_by_operator = 1 AND revoked_at IS NOT NULL AND revoked_by IS NULL));
