-- The first schema: everything an installation needs to make, use and revoke API keys.
--
-- Times are milliseconds since 1970 in UTC. Identifiers are the texts the service makes. Digests and fingerprints
-- are the only traces of a secret, here as everywhere. Every table of an account's data carries the account's id, and
-- references to people go through (account, member), so that the database itself refuses a row that crosses accounts.

-- "VoXm" in ASCII: tells this program's files from other SQLite files.
PRAGMA application_id = 1450137709;

-- The installation as a whole: one row, always.
CREATE TABLE installation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Which pepper the stored keys were made under; empty until the first start has chosen one.
    pepper_fingerprint TEXT
) STRICT;

INSERT INTO installation (id) VALUES (1);

-- A customer. All other data belongs to exactly one.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- What prices without a currency of their own are in; ISO 4217.
    currency TEXT NOT NULL DEFAULT 'USD',
    created_at INTEGER NOT NULL
) STRICT;

-- A person who signs in. An address is unique in the installation, so that it alone finds the account.
CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    -- PHC string.
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account_id, id)
) STRICT;

-- One-time links. A used link is deleted, and so is one that a fresh link of the same kind replaces: a link works if
-- it stands here and has not expired.
CREATE TABLE links (
    digest BLOB NOT NULL PRIMARY KEY,
    -- What the link is for, with its subject; at most one link of a kind is alive.
    kind TEXT NOT NULL UNIQUE,
    -- The name of the account to make, for a link that makes a further one.
    account_name TEXT,
    -- Whose password is to be set, for a link that resets one. Neither: the first owner.
    member_id TEXT REFERENCES members (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK (account_name IS NULL OR member_id IS NULL)
) STRICT, WITHOUT ROWID;

-- Signed-in browsers. A session that ended is deleted.
CREATE TABLE sessions (
    digest BLOB NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    -- The absolute end.
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_member ON sessions (member_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Failed sign-ins, by whatever they are counted against (an address, a network).
CREATE TABLE sign_in_delays (
    subject TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_delays_by_time ON sign_in_delays (failed_at);

-- API keys. Rows are never deleted: a revoked key stays as a record of who, when and why.
CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    preview TEXT NOT NULL,
    -- HMAC-SHA-256, under the pepper named beside it, of the secret's SHA-256.
    digest BLOB NOT NULL UNIQUE,
    pepper_id TEXT NOT NULL,
    -- Texts separated by one space.
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    -- SHA-256 of the form's one-time token: the same form sent twice makes one key.
    form_token BLOB NOT NULL,
    expires_at INTEGER,
    paused_at INTEGER,
    revoked_at INTEGER,
    -- Empty where the key's holder revoked it by the API.
    revoked_by TEXT,
    revoke_reason TEXT,
    last_used_at INTEGER,
    last_used_ip TEXT,
    last_used_agent TEXT,
    UNIQUE (account_id, form_token),
    FOREIGN KEY (account_id, created_by) REFERENCES members (account_id, id),
    FOREIGN KEY (account_id, revoked_by) REFERENCES members (account_id, id),
    CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL)),
    CHECK ((last_used_at IS NULL) = (last_used_ip IS NULL))
) STRICT;

CREATE INDEX api_keys_by_account ON api_keys (account_id, created_at, id);

-- What happened, written with the change it tells of. The order of `seq` is the order of the changes, whatever the
-- clock did.
CREATE TABLE audit_events (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    -- A JSON object.
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX audit_events_by_account ON audit_events (account_id, seq);

-- A fault in this program cannot rewrite history either.
CREATE TRIGGER audit_events_are_never_altered BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never altered');
END;

CREATE TRIGGER audit_events_are_never_deleted BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never deleted');
END;

-- Inventory entries, under the seller's own identifiers, which sort by their bytes.
CREATE TABLE items (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL COLLATE BINARY,
    name TEXT NOT NULL,
    category TEXT,
    -- In hundredths.
    price INTEGER,
    currency TEXT,
    description TEXT,
    url TEXT,
    image_url TEXT,
    available INTEGER NOT NULL CHECK (available IN (0, 1)),
    -- A JSON object of texts, its names in order, so that equal attributes are equal texts.
    attributes TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    -- 1 for a new item, one more with each change.
    revision INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT;
