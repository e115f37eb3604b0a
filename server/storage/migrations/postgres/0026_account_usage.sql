-- Counters of each account's items and leads, for its quotas. Triggers maintain them, so that every change counts in its
-- own transaction, and no rows have to be walked through.
-- Items and leads have a table each: a feed and a lead of one account must not wait for each other's row.
CREATE TABLE item_usage (
    account_id TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (id),
    items BIGINT NOT NULL,
    -- Bytes of the items' texts in UTF-8.
    bytes BIGINT NOT NULL
);

CREATE TABLE lead_usage (
    account_id TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (id),
    -- Without the erased.
    leads BIGINT NOT NULL
);

INSERT INTO item_usage (account_id, items, bytes)
    SELECT account_id, count(*),
        sum(octet_length(concat(id, name, category, currency, description, url, image_url, attributes)))
    FROM items GROUP BY account_id;

INSERT INTO lead_usage (account_id, leads)
    SELECT account_id, count(*) FROM leads WHERE deleted_at IS NULL GROUP BY account_id;

-- Once for each statement, however many rows it changes: a row that a transaction updates again and again leaves a chain
-- of versions that each further update walks through.
CREATE FUNCTION count_new_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO item_usage AS u (account_id, items, bytes)
        SELECT account_id, count(*),
            sum(octet_length(concat(id, name, category, currency, description, url, image_url, attributes)))
        FROM new_rows GROUP BY account_id
    ON CONFLICT (account_id) DO UPDATE SET items = u.items + excluded.items, bytes = u.bytes + excluded.bytes;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_removed_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE item_usage u SET items = u.items - o.items, bytes = u.bytes - o.bytes
    FROM (
        SELECT account_id, count(*) AS items,
            sum(octet_length(concat(id, name, category, currency, description, url, image_url, attributes))) AS bytes
        FROM old_rows GROUP BY account_id
    ) o WHERE u.account_id = o.account_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_changed_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE item_usage u SET bytes = u.bytes + d.bytes
    FROM (
        SELECT account_id, sum(bytes) AS bytes FROM (
            SELECT account_id,
                octet_length(concat(id, name, category, currency, description, url, image_url, attributes)) AS bytes
            FROM new_rows
            UNION ALL
            SELECT account_id,
                -octet_length(concat(id, name, category, currency, description, url, image_url, attributes))
            FROM old_rows
        ) both_rows GROUP BY account_id HAVING sum(bytes) <> 0
    ) d WHERE u.account_id = d.account_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_items_are_counted AFTER INSERT ON items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_items();
CREATE TRIGGER changed_items_are_counted AFTER UPDATE ON items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_changed_items();
CREATE TRIGGER removed_items_are_counted AFTER DELETE ON items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_removed_items();

CREATE FUNCTION count_new_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lead_usage AS u (account_id, leads)
        SELECT account_id, count(*) FROM new_rows WHERE deleted_at IS NULL GROUP BY account_id
    ON CONFLICT (account_id) DO UPDATE SET leads = u.leads + excluded.leads;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_removed_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lead_usage u SET leads = u.leads - o.leads
    FROM (SELECT account_id, count(*) AS leads FROM old_rows WHERE deleted_at IS NULL GROUP BY account_id) o
    WHERE u.account_id = o.account_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_erased_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lead_usage u SET leads = u.leads + d.leads
    FROM (
        SELECT account_id, sum(leads) AS leads FROM (
            SELECT account_id, 1 AS leads FROM new_rows WHERE deleted_at IS NULL
            UNION ALL
            SELECT account_id, -1 FROM old_rows WHERE deleted_at IS NULL
        ) both_rows GROUP BY account_id HAVING sum(leads) <> 0
    ) d WHERE u.account_id = d.account_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER new_leads_are_counted AFTER INSERT ON leads
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_leads();
CREATE TRIGGER erased_leads_are_counted AFTER UPDATE ON leads
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_erased_leads();
CREATE TRIGGER removed_leads_are_counted AFTER DELETE ON leads
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_removed_leads();
