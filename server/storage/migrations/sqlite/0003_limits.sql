-- How much each key may send, what an account decides for itself, and the answers that are kept so that a request which
-- is sent twice is carried out once.

-- Calls that a key may make at once, and calls a second that come back after that. What the account says holds for each
-- of its keys that says nothing of its own.
ALTER TABLE accounts ADD COLUMN limit_depth INTEGER NOT NULL DEFAULT 100;
ALTER TABLE accounts ADD COLUMN limit_per_second INTEGER NOT NULL DEFAULT 10;
-- In which people of this account read times; an IANA name.
ALTER TABLE accounts ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';

ALTER TABLE api_keys ADD COLUMN limit_depth INTEGER;
ALTER TABLE api_keys ADD COLUMN limit_per_second INTEGER
    CHECK ((limit_per_second IS NULL) = (limit_depth IS NULL));

-- Requests that came with an Idempotency-Key. A row without a status was begun and its answer is not known (yet).
CREATE TABLE idempotent_requests (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- SHA-256 of the key's text, which people may put anything into.
    key_digest BLOB NOT NULL,
    -- SHA-256 over method, address, kind and body.
    request_digest BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    status INTEGER,
    -- A JSON object of those header fields that belong to the answer itself.
    headers TEXT,
    -- Empty where the answer was too long to be kept.
    body BLOB,
    PRIMARY KEY (account_id, key_digest),
    CHECK ((status IS NULL) = (headers IS NULL)),
    CHECK (status IS NOT NULL OR body IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotent_requests_by_time ON idempotent_requests (begun_at);
