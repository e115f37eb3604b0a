-- What keys are searched by, so that a rare name among a hundred thousand is found without looking at each.

-- Written with the key, and anew when its name or permissions change.
CREATE TABLE key_terms (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    -- 'n:' and a word of the name in lower case, or 's:' and a permission.
    term TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL REFERENCES api_keys (id),
    PRIMARY KEY (account_id, term, key_id)
);

CREATE INDEX key_terms_of_key ON key_terms (key_id, term);

-- Whether the key's terms are written. On SQLite keys of older versions had none.
ALTER TABLE api_keys ADD COLUMN indexed BIGINT NOT NULL DEFAULT 0;

CREATE INDEX api_keys_to_index ON api_keys (id) WHERE indexed = 0;

-- The last sign of life: when it was used, or made.
ALTER TABLE api_keys ADD COLUMN stirred_at BIGINT GENERATED ALWAYS AS (
    greatest(created_at, coalesce(last_used_at, 0))
) STORED;

CREATE INDEX api_keys_by_stirring ON api_keys (account_id, live, stirred_at);
CREATE INDEX api_keys_by_knock ON api_keys (account_id, live, knocked_at) WHERE knocked_at IS NOT NULL;
