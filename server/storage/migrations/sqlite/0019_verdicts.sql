-- What servers that keep keys in memory have to be told of. Triggers write it, so that no change can forget to, whoever
-- makes it. A column that decides on calls, or that a key is told of itself, belongs into the trigger; a test asks that of every column.

-- The changes, numbered in the order in which they became visible.
CREATE TABLE verdict_changes (
    number INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    -- The key; without one, all keys of the account.
    digest BLOB
) STRICT;

CREATE TABLE verdict_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- The number of the last change.
    last INTEGER NOT NULL
) STRICT;

INSERT INTO verdict_counter (id, last) VALUES (1, 0);

-- The servers at this database that keep keys in memory.
CREATE TABLE nodes (
    -- Drawn by the server, anew each time that it begins with an empty memory.
    id TEXT PRIMARY KEY,
    -- What changed up to this number is no longer in its memory.
    acknowledged INTEGER NOT NULL,
    -- Rises while it lives and is not alone.
    beats INTEGER NOT NULL,
    -- 1: taken for dead; it may not use its memory any more, and is removed once it cannot.
    leaving INTEGER NOT NULL
) STRICT;

-- The last 10,000 changes stay. Who has missed more forgets everything.
CREATE TRIGGER key_changes_are_numbered AFTER UPDATE ON api_keys
WHEN old.digest IS NOT new.digest OR old.account_id IS NOT new.account_id OR old.scopes IS NOT new.scopes
    OR old.name IS NOT new.name OR old.preview IS NOT new.preview OR old.created_at IS NOT new.created_at
    OR old.expires_at IS NOT new.expires_at OR old.paused_at IS NOT new.paused_at
    OR old.revoked_at IS NOT new.revoked_at OR old.allow_list IS NOT new.allow_list
    OR old.limit_depth IS NOT new.limit_depth OR old.limit_per_second IS NOT new.limit_per_second
    OR old.replaced_by IS NOT new.replaced_by OR old.replaced_at IS NOT new.replaced_at
BEGIN
    UPDATE verdict_counter SET last = last + 1;
    INSERT INTO verdict_changes (number, account_id, digest)
        SELECT last, old.account_id, old.digest FROM verdict_counter;
    DELETE FROM verdict_changes WHERE number = (SELECT last FROM verdict_counter) - 10000;
END;

CREATE TRIGGER key_removals_are_numbered AFTER DELETE ON api_keys
BEGIN
    UPDATE verdict_counter SET last = last + 1;
    INSERT INTO verdict_changes (number, account_id, digest)
        SELECT last, old.account_id, old.digest FROM verdict_counter;
    DELETE FROM verdict_changes WHERE number = (SELECT last FROM verdict_counter) - 10000;
END;

CREATE TRIGGER account_changes_are_numbered AFTER UPDATE ON accounts
WHEN old.name IS NOT new.name OR old.limit_depth IS NOT new.limit_depth OR old.limit_per_second IS NOT new.limit_per_second
BEGIN
    UPDATE verdict_counter SET last = last + 1;
    INSERT INTO verdict_changes (number, account_id, digest)
        SELECT last, old.id, NULL FROM verdict_counter;
    DELETE FROM verdict_changes WHERE number = (SELECT last FROM verdict_counter) - 10000;
END;
