-- What keys are found and ordered by, so that a page of them takes as long whether there are ten or a hundred thousand.

-- The name in lower case. Folded by the program, since SQLite folds ASCII alone; what is there already is folded as far as
-- SQLite can, and anew when it is edited.
ALTER TABLE api_keys ADD COLUMN folded TEXT NOT NULL DEFAULT '';

UPDATE api_keys SET folded = lower(name);

-- Whether the key was seen to have expired. Time alone changes no row, so a list writes this down before it reads: it
-- orders the list, and never decides whether a key is accepted.
ALTER TABLE api_keys ADD COLUMN lapsed INTEGER NOT NULL DEFAULT 0;

-- 3 active, 2 paused, 1 expired, 0 revoked.
ALTER TABLE api_keys ADD COLUMN standing INTEGER GENERATED ALWAYS AS (
    CASE WHEN revoked_at IS NOT NULL THEN 0 WHEN lapsed = 1 THEN 1 WHEN paused_at IS NOT NULL THEN 2 ELSE 3 END
) VIRTUAL;

-- 1 where it can still be used or resumed.
ALTER TABLE api_keys ADD COLUMN live INTEGER GENERATED ALWAYS AS (
    CASE WHEN revoked_at IS NULL AND lapsed = 0 THEN 1 ELSE 0 END
) VIRTUAL;

-- 0 where it was never used.
ALTER TABLE api_keys ADD COLUMN used INTEGER GENERATED ALWAYS AS (coalesce(last_used_at, 0)) VIRTUAL;

CREATE INDEX api_keys_by_life ON api_keys (account_id, live, created_at, id);
CREATE INDEX api_keys_by_end ON api_keys (account_id, live, expires_at);
CREATE INDEX api_keys_by_standing ON api_keys (account_id, standing, created_at, id);
CREATE INDEX api_keys_by_name ON api_keys (account_id, folded, created_at, id);
CREATE INDEX api_keys_by_preview ON api_keys (account_id, preview, created_at, id);
CREATE INDEX api_keys_by_use ON api_keys (account_id, used, created_at, id);
CREATE INDEX api_keys_by_creator ON api_keys (account_id, created_by, live, created_at, id);
