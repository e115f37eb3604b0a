-- Numbers the changes of items, so that a client can follow them. `service/src/store/item_change.rs` has the protocol.

-- The number of each account's last change of items. All items that one transaction changes have the same number.
CREATE TABLE item_feeds (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES accounts (id),
    last_change BIGINT NOT NULL,
    -- The time of the last change.
    changed_at BIGINT NOT NULL,
    -- The greatest number of a removal that is no longer listed; 0 if all are.
    forgotten BIGINT NOT NULL DEFAULT 0
);

-- Items that were removed and have not come back since.
CREATE TABLE removed_items (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    id TEXT COLLATE "C" NOT NULL,
    change_number BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX removed_items_by_change ON removed_items (account_id, change_number, id);
-- For the oldest ones of all accounts, which are swept away.
CREATE INDEX removed_items_by_time ON removed_items (deleted_at, account_id);

-- Items that were stored before this have the number 1. No row is rewritten for it. From here on, 0 stands for a row of a
-- node of the release before, which knows no numbers.
ALTER TABLE items ADD COLUMN change_number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE items ALTER COLUMN change_number SET DEFAULT 0;

INSERT INTO item_feeds (account_id, last_change, changed_at) SELECT id, 1, 0 FROM accounts;

CREATE INDEX items_by_change ON items (account_id, change_number, id);

-- The number of the change that this transaction makes. A node of this release has taken it by a statement of its own, and
-- then the row's version is this transaction's; for a node of the release before, it is taken here. All changes of an account's
-- items hold its lock for feeds, so that numbers become visible in their order.
CREATE FUNCTION number_of_item_change(account TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    number BIGINT;
BEGIN
    INSERT INTO item_feeds AS f (account_id, last_change, changed_at)
    VALUES (account, 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    ON CONFLICT (account_id) DO UPDATE SET last_change = f.last_change + 1, changed_at = excluded.changed_at
        WHERE f.xmin <> pg_current_xact_id()::xid;
    SELECT last_change INTO number FROM item_feeds WHERE account_id = account;
    RETURN number;
END
$$;

CREATE FUNCTION number_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change_number := number_of_item_change(NEW.account_id);
    RETURN NEW;
END
$$;

-- Only nodes of the release before leave an item without a new number.
CREATE TRIGGER new_items_are_numbered BEFORE INSERT ON items
    FOR EACH ROW WHEN (NEW.change_number = 0) EXECUTE FUNCTION number_items();
CREATE TRIGGER changed_items_are_numbered BEFORE UPDATE ON items
    FOR EACH ROW WHEN (NEW.revision <> OLD.revision AND NEW.change_number = OLD.change_number)
    EXECUTE FUNCTION number_items();

-- Every removal is listed, whichever statement makes it.
CREATE FUNCTION list_removed_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account TEXT;
    number BIGINT;
BEGIN
    FOR account IN SELECT DISTINCT account_id FROM old_rows LOOP
        number := number_of_item_change(account);
        INSERT INTO removed_items (account_id, id, change_number, deleted_at)
        SELECT o.account_id, o.id, number, f.changed_at
        FROM old_rows o JOIN item_feeds f ON f.account_id = o.account_id
        WHERE o.account_id = account
        ON CONFLICT (account_id, id) DO UPDATE
            SET change_number = excluded.change_number, deleted_at = excluded.deleted_at;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION unlist_items_that_came_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM removed_items r USING new_rows n WHERE r.account_id = n.account_id AND r.id = n.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER removed_items_are_listed AFTER DELETE ON items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION list_removed_items();
CREATE TRIGGER items_that_come_back_are_not_listed AFTER INSERT ON items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION unlist_items_that_came_back();
