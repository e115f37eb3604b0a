-- Numbers the changes of items, so that a client can follow them. `service/src/store/item_change.rs` has the protocol.

-- The number of each account's last change of items. All items that one transaction changes have the same number.
CREATE TABLE item_feeds (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    last_change INTEGER NOT NULL,
    -- The time of the last change.
    changed_at INTEGER NOT NULL,
    -- The greatest number of a removal that is no longer listed; 0 if all are.
    forgotten INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Items that were removed and have not come back since.
CREATE TABLE removed_items (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    change_number INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX removed_items_by_change ON removed_items (account_id, change_number, id);
-- For the oldest ones of all accounts, which are swept away.
CREATE INDEX removed_items_by_time ON removed_items (deleted_at, account_id);

-- Items that were stored before this have the number 1. No row is rewritten for it.
ALTER TABLE items ADD COLUMN change_number INTEGER NOT NULL DEFAULT 1;

INSERT INTO item_feeds (account_id, last_change, changed_at) SELECT id, 1, 0 FROM accounts;

CREATE INDEX items_by_change ON items (account_id, change_number, id);

-- Every removal is listed, whichever statement makes it, under the number that its transaction has taken before.
CREATE TRIGGER removed_items_are_listed AFTER DELETE ON items
BEGIN
    INSERT INTO removed_items (account_id, id, change_number, deleted_at)
    SELECT old.account_id, old.id, last_change, changed_at FROM item_feeds WHERE account_id = old.account_id
    ON CONFLICT (account_id, id) DO UPDATE SET change_number = excluded.change_number, deleted_at = excluded.deleted_at;
END;

CREATE TRIGGER items_that_come_back_are_not_listed AFTER INSERT ON items
BEGIN
    DELETE FROM removed_items WHERE account_id = new.account_id AND id = new.id;
END;
