-- What nodes that keep keys in memory have to be told of. Triggers write it, so that no change can forget to, whoever
-- makes it. A column that decides on calls, or that a key is told of itself, belongs into the trigger; a test asks that of every column.

-- The changes, numbered in the order in which they became visible.
CREATE TABLE verdict_changes (
    number BIGINT PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    -- The key; without one, all keys of the account.
    digest BYTEA
);

CREATE TABLE verdict_counter (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    -- The number of the last change.
    last BIGINT NOT NULL
);

INSERT INTO verdict_counter (id, last) VALUES (1, 0);

-- The nodes at this database that keep keys in memory.
CREATE TABLE nodes (
    -- Drawn by the node, anew each time that it begins with an empty memory.
    id TEXT COLLATE "C" PRIMARY KEY,
    -- What changed up to this number is no longer in its memory.
    acknowledged BIGINT NOT NULL,
    -- Rises while it lives and is not alone.
    beats BIGINT NOT NULL,
    -- 1: taken for dead; it may not use its memory any more, and is removed once it cannot.
    leaving BIGINT NOT NULL
);

-- The last 10,000 changes stay. Who has missed more forgets everything.
CREATE FUNCTION number_change(account_id TEXT, digest BYTEA) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    next BIGINT;
BEGIN
    UPDATE verdict_counter SET last = last + 1 RETURNING last INTO next;
    INSERT INTO verdict_changes VALUES (next, account_id, digest);
    DELETE FROM verdict_changes c WHERE c.number = next - 10000;
    PERFORM pg_notify('voxum_verdicts', '');
END
$$;

CREATE FUNCTION number_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM number_change(OLD.account_id, OLD.digest);
    RETURN NULL;
END
$$;

CREATE FUNCTION number_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM number_change(OLD.id, NULL);
    RETURN NULL;
END
$$;

-- Deferred: the counter is locked at the commit alone, when the change waits for nothing else any more. Until then
-- nobody else takes a number, so that they become visible in their order, and nobody waits for long.
CREATE CONSTRAINT TRIGGER key_changes_are_numbered AFTER UPDATE ON api_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.digest IS DISTINCT FROM NEW.digest OR OLD.account_id IS DISTINCT FROM NEW.account_id
        OR OLD.name IS DISTINCT FROM NEW.name OR OLD.preview IS DISTINCT FROM NEW.preview
        OR OLD.created_at IS DISTINCT FROM NEW.created_at OR OLD.scopes IS DISTINCT FROM NEW.scopes OR OLD.expires_at IS DISTINCT FROM NEW.expires_at
        OR OLD.paused_at IS DISTINCT FROM NEW.paused_at OR OLD.revoked_at IS DISTINCT FROM NEW.revoked_at
        OR OLD.allow_list IS DISTINCT FROM NEW.allow_list OR OLD.limit_depth IS DISTINCT FROM NEW.limit_depth
        OR OLD.limit_per_second IS DISTINCT FROM NEW.limit_per_second
        OR OLD.replaced_by IS DISTINCT FROM NEW.replaced_by OR OLD.replaced_at IS DISTINCT FROM NEW.replaced_at)
    EXECUTE FUNCTION number_key_change();

CREATE CONSTRAINT TRIGGER key_removals_are_numbered AFTER DELETE ON api_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_key_change();

CREATE CONSTRAINT TRIGGER account_changes_are_numbered AFTER UPDATE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.limit_depth IS DISTINCT FROM NEW.limit_depth
        OR OLD.limit_per_second IS DISTINCT FROM NEW.limit_per_second)
    EXECUTE FUNCTION number_account_change();
