-- Files that members import in the console. A file waits for its member's choices and for the confirmation, for an hour.
CREATE TABLE imports (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C" NOT NULL,
    -- Bytes of the file.
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The member's choices, as JSON; empty before they were made.
    choices TEXT COLLATE "C",
    -- The outcome, as JSON, once the file was imported. Its bytes are deleted then.
    result TEXT COLLATE "C",
    UNIQUE (account_id, member_id),
    FOREIGN KEY (account_id, member_id) REFERENCES members (account_id, id)
);

CREATE INDEX imports_by_time ON imports (created_at);

-- The bytes of these files, in pieces, so that no statement and no copy of the database holds many large values at once.
CREATE TABLE import_parts (
    import_id TEXT COLLATE "C" NOT NULL REFERENCES imports (id),
    number BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (import_id, number)
);

-- The meaning that an account gave to the columns of a table, by the SHA-256 of its header.
CREATE TABLE import_mappings (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    header BYTEA NOT NULL,
    -- As JSON.
    mapping TEXT COLLATE "C" NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, header)
);

CREATE INDEX import_mappings_by_use ON import_mappings (account_id, used_at DESC, header);
