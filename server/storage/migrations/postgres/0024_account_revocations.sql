-- All keys of an account are revoked at once, however many there are: one row here and one number in `accounts` decide, and the
-- rows of the keys are updated afterwards, a few at a time.

-- Raised by each revocation of all keys. Numbered as a change of the account (`account_changes_are_numbered`).
ALTER TABLE accounts ADD COLUMN key_generation BIGINT NOT NULL DEFAULT 0;

-- The account's `key_generation` when the key was created. A key whose generation is lower than its account's was revoked by
-- the revocation with the number `generation + 1`, unless it was revoked or had expired before that.
ALTER TABLE api_keys ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;

-- 1 if the columns of this row that hold the revocation were copied from `account_revocations`.
ALTER TABLE api_keys ADD COLUMN revoked_with_all BIGINT NOT NULL DEFAULT 0;

-- The revocations of all keys of an account.
CREATE TABLE account_revocations (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    -- The account's `key_generation` from this revocation on.
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    revoked_by TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    -- The client that asked for it, for the audit events of the keys.
    ip TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    -- As `api_keys.receipt`, for all of the keys.
    receipt TEXT COLLATE "C",
    -- 1 once the rows of all its keys are updated.
    written BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, number),
    FOREIGN KEY (account_id, revoked_by) REFERENCES members (account_id, id)
);

CREATE INDEX account_revocations_to_write ON account_revocations (account_id, number) WHERE written = 0;

-- An update that copies an account's revocation into a key's row decides nothing new, and takes no number.
DROP TRIGGER key_changes_are_numbered ON api_keys;
CREATE CONSTRAINT TRIGGER key_changes_are_numbered AFTER UPDATE ON api_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.revoked_with_all IS NOT DISTINCT FROM NEW.revoked_with_all AND (
        OLD.digest IS DISTINCT FROM NEW.digest OR OLD.account_id IS DISTINCT FROM NEW.account_id
        OR OLD.name IS DISTINCT FROM NEW.name OR OLD.preview IS DISTINCT FROM NEW.preview
        OR OLD.created_at IS DISTINCT FROM NEW.created_at OR OLD.scopes IS DISTINCT FROM NEW.scopes
        OR OLD.expires_at IS DISTINCT FROM NEW.expires_at OR OLD.paused_at IS DISTINCT FROM NEW.paused_at
        OR OLD.revoked_at IS DISTINCT FROM NEW.revoked_at OR OLD.allow_list IS DISTINCT FROM NEW.allow_list
        OR OLD.limit_depth IS DISTINCT FROM NEW.limit_depth
        OR OLD.limit_per_second IS DISTINCT FROM NEW.limit_per_second
        OR OLD.replaced_by IS DISTINCT FROM NEW.replaced_by OR OLD.replaced_at IS DISTINCT FROM NEW.replaced_at
        OR OLD.generation IS DISTINCT FROM NEW.generation))
    EXECUTE FUNCTION number_key_change();

DROP TRIGGER account_changes_are_numbered ON accounts;
CREATE CONSTRAINT TRIGGER account_changes_are_numbered AFTER UPDATE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.limit_depth IS DISTINCT FROM NEW.limit_depth
        OR OLD.limit_per_second IS DISTINCT FROM NEW.limit_per_second
        OR OLD.key_generation IS DISTINCT FROM NEW.key_generation)
    EXECUTE FUNCTION number_account_change();

-- A node of the release before goes by the rows alone. It may have read a key again before its row was updated, so it forgets
-- all keys of the account once more when the last row is.
CREATE FUNCTION number_written_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM number_change(OLD.account_id, NULL);
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER written_revocations_are_numbered AFTER UPDATE ON account_revocations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.written IS DISTINCT FROM NEW.written)
    EXECUTE FUNCTION number_written_revocation();
