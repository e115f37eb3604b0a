-- Counters of each account's items and leads, for its quotas. Triggers maintain them, so that every change counts in its
-- own transaction, and no rows have to be walked through.
-- Items and leads have a table each: a feed and a lead of one account must not wait for each other's row.
CREATE TABLE item_usage (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    items INTEGER NOT NULL,
    -- Bytes of the items' texts in UTF-8.
    bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE lead_usage (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    -- Without the erased.
    leads INTEGER NOT NULL
) STRICT;

INSERT INTO item_usage (account_id, items, bytes)
    SELECT account_id, count(*),
        sum(octet_length(concat(id, name, category, currency, description, url, image_url, attributes)))
    FROM items GROUP BY account_id;

INSERT INTO lead_usage (account_id, leads)
    SELECT account_id, count(*) FROM leads WHERE deleted_at IS NULL GROUP BY account_id;

CREATE TRIGGER new_items_are_counted AFTER INSERT ON items
BEGIN
    INSERT INTO item_usage (account_id, items, bytes) VALUES (new.account_id, 1,
        octet_length(concat(new.id, new.name, new.category, new.currency, new.description, new.url, new.image_url, new.attributes)))
    ON CONFLICT (account_id) DO UPDATE SET items = items + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER changed_items_are_counted
AFTER UPDATE OF name, category, currency, description, url, image_url, attributes ON items
BEGIN
    UPDATE item_usage SET bytes = bytes
        + octet_length(concat(new.id, new.name, new.category, new.currency, new.description, new.url, new.image_url, new.attributes))
        - octet_length(concat(old.id, old.name, old.category, old.currency, old.description, old.url, old.image_url, old.attributes))
    WHERE account_id = new.account_id;
END;

CREATE TRIGGER removed_items_are_counted AFTER DELETE ON items
BEGIN
    UPDATE item_usage SET items = items - 1, bytes = bytes
        - octet_length(concat(old.id, old.name, old.category, old.currency, old.description, old.url, old.image_url, old.attributes))
    WHERE account_id = old.account_id;
END;

CREATE TRIGGER new_leads_are_counted AFTER INSERT ON leads WHEN new.deleted_at IS NULL
BEGIN
    INSERT INTO lead_usage (account_id, leads) VALUES (new.account_id, 1)
    ON CONFLICT (account_id) DO UPDATE SET leads = leads + 1;
END;

CREATE TRIGGER erased_leads_are_counted AFTER UPDATE OF deleted_at ON leads
WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)
BEGIN
    UPDATE lead_usage SET leads = leads + (new.deleted_at IS NULL) - (old.deleted_at IS NULL)
    WHERE account_id = new.account_id;
END;

CREATE TRIGGER removed_leads_are_counted AFTER DELETE ON leads WHEN old.deleted_at IS NULL
BEGIN
    UPDATE lead_usage SET leads = leads - 1 WHERE account_id = old.account_id;
END;
