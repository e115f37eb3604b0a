-- Leads: those who asked to be contacted, with the order of their changes, from which a CRM goes on where it was.

-- The number of each account's last change. It is counted up in the transaction of the change, and the row stays locked
-- until that is over: changes become visible in the order of their numbers, on any number of writers.
CREATE TABLE lead_feeds (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    last_change INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leads (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    -- The number of the last change.
    change_number INTEGER NOT NULL,
    name TEXT,
    email TEXT,
    phone TEXT,
    message TEXT,
    source TEXT,
    -- The seller's own; the inventory need not have it.
    item_id TEXT,
    status TEXT,
    external_id TEXT,
    note TEXT,
    created_at INTEGER,
    updated_at INTEGER,
    -- Set where the person was erased. Then nothing else stands here but the id.
    deleted_at INTEGER,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, change_number),
    CHECK (
        CASE WHEN deleted_at IS NULL
        THEN status IS NOT NULL AND created_at IS NOT NULL AND updated_at IS NOT NULL
            AND (email IS NOT NULL OR phone IS NOT NULL)
        ELSE coalesce(name, email, phone, message, source, item_id, status, external_id, note) IS NULL
            AND created_at IS NULL AND updated_at IS NULL
        END
    )
) STRICT;

-- For lists without the erased.
CREATE INDEX leads_kept ON leads (account_id, change_number) WHERE deleted_at IS NULL;
