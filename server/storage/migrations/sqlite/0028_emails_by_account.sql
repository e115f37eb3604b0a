-- An e-mail address is unique in its account and no longer in the installation, so that an admin of one account can neither
-- occupy an address of another account nor find out that it is in use there.
--
-- SQLite cannot drop a constraint, so the table is created again. Rows that refer to it are checked at the end.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE members_before AS SELECT * FROM members;

DROP TABLE members;

CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    -- PHC string.
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- The time from which the member may not sign in; empty if they may.
    deactivated_at INTEGER,
    -- The time of their last request in the console, to the minute; empty if there was none since this column exists.
    last_seen_at INTEGER,
    UNIQUE (account_id, id),
    UNIQUE (account_id, email)
) STRICT;

INSERT INTO members (id, account_id, email, role, password_hash, created_at, deactivated_at, last_seen_at)
SELECT id, account_id, email, role, password_hash, created_at, deactivated_at, last_seen_at FROM members_before;

DROP TABLE members_before;

CREATE INDEX members_by_email ON members (email, id);
