-- All keys of an account are revoked at once, however many there are: one row here and one number in `accounts` decide, and the
-- rows of the keys are updated afterwards, a few at a time.

-- Raised by each revocation of all keys. Numbered as a change of the account (`account_changes_are_numbered`).
ALTER TABLE accounts ADD COLUMN key_generation INTEGER NOT NULL DEFAULT 0;

-- The account's `key_generation` when the key was created. A key whose generation is lower than its account's was revoked by
-- the revocation with the number `generation + 1`, unless it was revoked or had expired before that.
ALTER TABLE api_keys ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

-- 1 if the columns of this row that hold the revocation were copied from `account_revocations`.
ALTER TABLE api_keys ADD COLUMN revoked_with_all INTEGER NOT NULL DEFAULT 0;

-- The revocations of all keys of an account.
CREATE TABLE account_revocations (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The account's `key_generation` from this revocation on.
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    revoked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The client that asked for it, for the audit events of the keys.
    ip TEXT,
    user_agent TEXT,
    -- As `api_keys.receipt`, for all of the keys.
    receipt TEXT,
    -- 1 once the rows of all its keys are updated.
    written INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, number),
    FOREIGN KEY (account_id, revoked_by) REFERENCES members (account_id, id)
) STRICT;

CREATE INDEX account_revocations_to_write ON account_revocations (account_id, number) WHERE written = 0;

-- An update that copies an account's revocation into a key's row decides nothing new, and takes no number.
DROP TRIGGER key_changes_are_numbered;
CREATE TRIGGER key_changes_are_numbered AFTER UPDATE ON api_keys
WHEN old.revoked_with_all IS new.revoked_with_all AND (
    old.digest IS NOT new.digest OR old.account_id IS NOT new.account_id OR old.scopes IS NOT new.scopes
    OR old.name IS NOT new.name OR old.preview IS NOT new.preview OR old.created_at IS NOT new.created_at
    OR old.expires_at IS NOT new.expires_at OR old.paused_at IS NOT new.paused_at
    OR old.revoked_at IS NOT new.revoked_at OR old.allow_list IS NOT new.allow_list
    OR old.limit_depth IS NOT new.limit_depth OR old.limit_per_second IS NOT new.limit_per_second
    OR old.replaced_by IS NOT new.replaced_by OR old.replaced_at IS NOT new.replaced_at
    OR old.generation IS NOT new.generation)
BEGIN
    UPDATE verdict_counter SET last = last + 1;
    INSERT INTO verdict_changes (number, account_id, digest)
        SELECT last, old.account_id, old.digest FROM verdict_counter;
    DELETE FROM verdict_changes WHERE number = (SELECT last FROM verdict_counter) - 10000;
END;

DROP TRIGGER account_changes_are_numbered;
CREATE TRIGGER account_changes_are_numbered AFTER UPDATE ON accounts
WHEN old.name IS NOT new.name OR old.limit_depth IS NOT new.limit_depth OR old.limit_per_second IS NOT new.limit_per_second
    OR old.key_generation IS NOT new.key_generation
BEGIN
    UPDATE verdict_counter SET last = last + 1;
    INSERT INTO verdict_changes (number, account_id, digest)
        SELECT last, old.id, NULL FROM verdict_counter;
    DELETE FROM verdict_changes WHERE number = (SELECT last FROM verdict_counter) - 10000;
END;

-- A node of the release before goes by the rows alone. It may have read a key again before its row was updated, so it forgets
-- all keys of the account once more when the last row is.
CREATE TRIGGER written_revocations_are_numbered AFTER UPDATE ON account_revocations
WHEN old.written IS NOT new.written
BEGIN
    UPDATE verdict_counter SET last = last + 1;
    INSERT INTO verdict_changes (number, account_id, digest)
        SELECT last, old.account_id, NULL FROM verdict_counter;
    DELETE FROM verdict_changes WHERE number = (SELECT last FROM verdict_counter) - 10000;
END;
