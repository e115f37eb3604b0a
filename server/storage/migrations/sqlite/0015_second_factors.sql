-- The second step of signing in.

-- A member's authenticator app, once it has given a first right code.
CREATE TABLE second_factors (
    member_id TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    -- Nonce and ciphertext (ChaCha20-Poly1305) of the secret, under a key made of the pepper.
    sealed BLOB NOT NULL,
    -- The step of the newest code that was taken: no code is taken twice.
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Recovery codes that are still good: HMAC-SHA-256 under the pepper. A used one is deleted.
CREATE TABLE recovery_codes (
    member_id TEXT NOT NULL REFERENCES members (id),
    digest BLOB NOT NULL,
    PRIMARY KEY (member_id, digest)
) STRICT, WITHOUT ROWID;

-- Those who gave the right password and still have to give a code. Deleted by the code that opens the session.
CREATE TABLE sign_in_steps (
    digest BLOB NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_steps_by_member ON sign_in_steps (member_id);
CREATE INDEX sign_in_steps_by_end ON sign_in_steps (expires_at);
