-- Files that members import in the console. A file waits for its member's choices and for the confirmation, for an hour.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    -- Bytes of the file.
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- The member's choices, as JSON; empty before they were made.
    choices TEXT,
    -- The outcome, as JSON, once the file was imported. Its bytes are deleted then.
    result TEXT,
    UNIQUE (account_id, member_id),
    FOREIGN KEY (account_id, member_id) REFERENCES members (account_id, id)
) STRICT;

CREATE INDEX imports_by_time ON imports (created_at);

-- The bytes of these files, in pieces, so that no statement and no copy of the database holds many large values at once.
CREATE TABLE import_parts (
    import_id TEXT NOT NULL REFERENCES imports (id),
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

-- The meaning that an account gave to the columns of a table, by the SHA-256 of its header.
CREATE TABLE import_mappings (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    header BLOB NOT NULL,
    -- As JSON.
    mapping TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, header)
) STRICT;

CREATE INDEX import_mappings_by_use ON import_mappings (account_id, used_at DESC, header);
