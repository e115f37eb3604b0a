-- The schema of migrations/sqlite/0001 to 0017, in PostgreSQL's words: nothing was released on PostgreSQL before. From here
-- on both folders have a file of each number, and a test holds that they give the same tables, columns and indexes.
--
-- Times are milliseconds since 1970 in UTC, truths are 0 or 1, and every text sorts by its bytes, as in SQLite: the
-- statements are the same, and a row of one database is a row of the other. What the columns mean stands there too.

-- The installation as a whole: one row, always.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Which pepper the stored keys were made under; empty until the first start has chosen one.
    pepper_fingerprint TEXT COLLATE "C"
);

INSERT INTO installation (id) VALUES (1);

-- A customer. All other data belongs to exactly one.
CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    -- What prices without a currency of their own are in; ISO 4217.
    currency TEXT COLLATE "C" NOT NULL DEFAULT 'USD',
    created_at BIGINT NOT NULL,
    -- Calls that a key may make at once, and calls a second that come back after that. What the account says holds for each
    -- of its keys that says nothing of its own.
    limit_depth BIGINT NOT NULL DEFAULT 100,
    limit_per_second BIGINT NOT NULL DEFAULT 10,
    -- In which people of this account read times; an IANA name.
    time_zone TEXT COLLATE "C" NOT NULL DEFAULT 'UTC',
    -- When a key's call was first accepted; stays when the counts are long gone.
    first_call_at BIGINT,
    -- Whether every new key has to have an end, and how many days after its making that may be at most.
    keys_must_expire BIGINT NOT NULL DEFAULT 0 CHECK (keys_must_expire IN (0, 1)),
    key_max_days BIGINT CHECK (key_max_days BETWEEN 1 AND 3650),
    -- Since when an owner has stopped the making of keys; empty where it is allowed.
    creation_stopped_at BIGINT
);

-- A person who signs in. An address is unique in the installation, so that it alone finds the account.
CREATE TABLE members (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT COLLATE "C" NOT NULL,
    -- PHC string.
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    -- Since when a member may not sign in; empty for those who may.
    deactivated_at BIGINT,
    -- When they last did anything in the console, to the minute; empty for those who did nothing since this was kept.
    last_seen_at BIGINT,
    UNIQUE (account_id, id)
);

-- One-time links. A used link is deleted, and so is one that a fresh link of the same kind replaces: a link works if
-- it stands here and has not expired.
CREATE TABLE links (
    digest BYTEA NOT NULL PRIMARY KEY,
    -- What the link is for, with its subject; at most one link of a kind is alive.
    kind TEXT COLLATE "C" NOT NULL UNIQUE,
    -- The name of the account to make, for a link that makes a further one.
    account_name TEXT COLLATE "C",
    -- Whose password is to be set, for a link that resets one. Neither: the first owner.
    member_id TEXT COLLATE "C" REFERENCES members (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Of an invitation: into which account, for whom, as what, and by whom. All of them, or none where the link is for
    -- something else.
    account_id TEXT COLLATE "C" REFERENCES accounts (id),
    email TEXT COLLATE "C" CHECK ((email IS NULL) = (account_id IS NULL)),
    role TEXT COLLATE "C" CHECK ((role IS NULL) = (account_id IS NULL)),
    invited_by TEXT COLLATE "C" REFERENCES members (id) CHECK ((invited_by IS NULL) = (account_id IS NULL)),
    CHECK (account_name IS NULL OR member_id IS NULL)
);

CREATE INDEX links_by_account ON links (account_id, email);

-- Signed-in browsers. A session that ended is deleted.
CREATE TABLE sessions (
    digest BYTEA NOT NULL PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    -- The absolute end.
    expires_at BIGINT NOT NULL,
    -- Where a session was opened; empty for those that are older than this.
    ip TEXT COLLATE "C",
    user_agent TEXT COLLATE "C"
);

CREATE INDEX sessions_by_member ON sessions (member_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Failed sign-ins, by whatever they are counted against (an address, a network).
CREATE TABLE sign_in_delays (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);

CREATE INDEX sign_in_delays_by_time ON sign_in_delays (failed_at);

-- API keys. Rows are never deleted: a revoked key stays as a record of who, when and why.
CREATE TABLE api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    preview TEXT COLLATE "C" NOT NULL,
    -- HMAC-SHA-256, under the pepper named beside it, of the secret's SHA-256.
    digest BYTEA NOT NULL UNIQUE,
    pepper_id TEXT COLLATE "C" NOT NULL,
    -- Texts separated by one space.
    scopes TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the form's one-time token: the same form sent twice makes one key.
    form_token BYTEA NOT NULL,
    expires_at BIGINT,
    paused_at BIGINT,
    revoked_at BIGINT,
    -- Empty where the key's holder revoked it by the API.
    revoked_by TEXT COLLATE "C",
    revoke_reason TEXT COLLATE "C",
    last_used_at BIGINT,
    last_used_ip TEXT COLLATE "C",
    last_used_agent TEXT COLLATE "C",
    limit_depth BIGINT,
    limit_per_second BIGINT CHECK ((limit_per_second IS NULL) = (limit_depth IS NULL)),
    -- What an admin wants to remember of a key.
    note TEXT COLLATE "C",
    -- The key that this one took over from.
    replaces TEXT COLLATE "C" REFERENCES api_keys (id),
    -- The newest key that took over from this one, and when. Both or neither.
    replaced_by TEXT COLLATE "C" REFERENCES api_keys (id),
    replaced_at BIGINT,
    -- Networks such as 203.0.113.0/24, one a line; NULL: from anywhere.
    allow_list TEXT COLLATE "C",
    -- Since when an admin has been watching where calls come from, to make a list of it; a key with a list needs none.
    watched_since BIGINT CHECK (watched_since IS NULL OR allow_list IS NULL),
    -- When each permission was last needed by a call that had it, such as 'leads:read=1790000000000', separated by spaces.
    scope_uses TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- When the key was first let in since its networks are remembered.
    first_network_at BIGINT,
    -- When it was last let in from a network that was not known for it; NULL while it knows but one.
    new_network_at BIGINT,
    -- When somebody last called with it after it was revoked or expired.
    knocked_at BIGINT,
    -- The name in lower case, folded by the program.
    folded TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- Whether the key was seen to have expired. Time alone changes no row, so a list writes this down before it reads: it
    -- orders the list, and never decides whether a key is accepted.
    lapsed BIGINT NOT NULL DEFAULT 0,
    -- 3 active, 2 paused, 1 expired, 0 revoked.
    standing BIGINT GENERATED ALWAYS AS (
        CASE WHEN revoked_at IS NOT NULL THEN 0 WHEN lapsed = 1 THEN 1 WHEN paused_at IS NOT NULL THEN 2 ELSE 3 END
    ) STORED,
    -- 1 where it can still be used or resumed.
    live BIGINT GENERATED ALWAYS AS (CASE WHEN revoked_at IS NULL AND lapsed = 0 THEN 1 ELSE 0 END) STORED,
    -- 0 where it was never used.
    used BIGINT GENERATED ALWAYS AS (coalesce(last_used_at, 0)) STORED,
    UNIQUE (account_id, form_token),
    FOREIGN KEY (account_id, created_by) REFERENCES members (account_id, id),
    FOREIGN KEY (account_id, revoked_by) REFERENCES members (account_id, id),
    CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL)),
    CHECK ((last_used_at IS NULL) = (last_used_ip IS NULL))
);

CREATE INDEX api_keys_by_account ON api_keys (account_id, created_at, id);
-- For the keys of an account, and of all, that end next.
CREATE INDEX api_keys_that_end ON api_keys (account_id, expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
-- For the keys of all accounts that end next.
CREATE INDEX api_keys_by_next_end ON api_keys (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX api_keys_by_life ON api_keys (account_id, live, created_at, id);
CREATE INDEX api_keys_by_end ON api_keys (account_id, live, expires_at);
CREATE INDEX api_keys_by_standing ON api_keys (account_id, standing, created_at, id);
CREATE INDEX api_keys_by_name ON api_keys (account_id, folded, created_at, id);
CREATE INDEX api_keys_by_preview ON api_keys (account_id, preview, created_at, id);
CREATE INDEX api_keys_by_use ON api_keys (account_id, used, created_at, id);
CREATE INDEX api_keys_by_creator ON api_keys (account_id, created_by, live, created_at, id);

-- What happened, written with the change it tells of. The order of `seq` is the order of the changes, whatever the
-- clock did.
CREATE TABLE audit_events (
    seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    at BIGINT NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    ip TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    -- A JSON object.
    detail TEXT COLLATE "C" NOT NULL
);

CREATE INDEX audit_events_by_account ON audit_events (account_id, seq);
-- For the newest event of a kind, however many of other kinds came after it.
CREATE INDEX audit_events_by_action ON audit_events (account_id, action, seq);
-- What happened to one thing.
CREATE INDEX audit_events_by_subject ON audit_events (account_id, subject, seq);
-- What one member or key did.
CREATE INDEX audit_events_by_actor ON audit_events (account_id, actor_id, seq);

-- A fault in this program cannot rewrite history either.
CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never altered or deleted';
END
$$;

CREATE TRIGGER audit_events_are_never_altered BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
CREATE TRIGGER audit_events_are_never_emptied BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();

-- Inventory entries, under the seller's own identifiers, which sort by their bytes.
CREATE TABLE items (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C",
    -- In hundredths.
    price BIGINT,
    currency TEXT COLLATE "C",
    description TEXT COLLATE "C",
    url TEXT COLLATE "C",
    image_url TEXT COLLATE "C",
    available BIGINT NOT NULL CHECK (available IN (0, 1)),
    -- A JSON object of texts, its names in order, so that equal attributes are equal texts.
    attributes TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    -- 1 for a new item, one more with each change.
    revision BIGINT NOT NULL,
    -- What items are searched by: id and name, in lower case, folded by the program.
    search TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
);

-- The number of each account's last change. It is counted up in the transaction of the change, and the row stays locked
-- until that is over: changes become visible in the order of their numbers, on any number of writers.
CREATE TABLE lead_feeds (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES accounts (id),
    last_change BIGINT NOT NULL
);

CREATE TABLE leads (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    id TEXT COLLATE "C" NOT NULL,
    -- The number of the last change.
    change_number BIGINT NOT NULL,
    name TEXT COLLATE "C",
    email TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    message TEXT COLLATE "C",
    source TEXT COLLATE "C",
    -- The seller's own; the inventory need not have it.
    item_id TEXT COLLATE "C",
    status TEXT COLLATE "C",
    external_id TEXT COLLATE "C",
    note TEXT COLLATE "C",
    created_at BIGINT,
    updated_at BIGINT,
    -- Set where the person was erased. Then nothing else stands here but the id.
    deleted_at BIGINT,
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
);

-- For lists without the erased.
CREATE INDEX leads_kept ON leads (account_id, change_number) WHERE deleted_at IS NULL;
-- For how many leads have each status.
CREATE INDEX leads_by_status ON leads (account_id, status) WHERE deleted_at IS NULL;

-- Requests that came with an Idempotency-Key. A row without a status was begun and its answer is not known (yet).
CREATE TABLE idempotent_requests (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    -- SHA-256 of the key's text, which people may put anything into.
    key_digest BYTEA NOT NULL,
    -- SHA-256 over method, address, kind and body.
    request_digest BYTEA NOT NULL,
    begun_at BIGINT NOT NULL,
    status BIGINT,
    -- A JSON object of those header fields that belong to the answer itself.
    headers TEXT COLLATE "C",
    -- Empty where the answer was too long to be kept.
    body BYTEA,
    PRIMARY KEY (account_id, key_digest),
    CHECK ((status IS NULL) = (headers IS NULL)),
    CHECK (status IS NOT NULL OR body IS NULL)
);

CREATE INDEX idempotent_requests_by_time ON idempotent_requests (begun_at);

-- The same calls are counted twice, since two things are asked of them. An account's days begin at its own midnight, which
-- in some time zones lies on a quarter of an hour, and what a page reads of them must not grow with the number of keys.
-- Of a single key the hours will do.
CREATE TABLE account_calls (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    -- When it began.
    quarter BIGINT NOT NULL CHECK (quarter % 900000 = 0),
    -- 'accepted', or the code of the refusal.
    outcome TEXT COLLATE "C" NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (account_id, quarter, outcome)
);

CREATE INDEX account_calls_by_time ON account_calls (quarter);

CREATE TABLE key_calls (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_id TEXT COLLATE "C" NOT NULL REFERENCES api_keys (id),
    hour BIGINT NOT NULL CHECK (hour % 3600000 = 0),
    outcome TEXT COLLATE "C" NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_id, hour, outcome)
);

CREATE INDEX key_calls_by_time ON key_calls (hour);

-- Who was told by mail that a key is about to end. Claimed before it is sent, so that nothing is sent twice.
CREATE TABLE key_notices (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_id TEXT COLLATE "C" NOT NULL REFERENCES api_keys (id),
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    -- So many before the end.
    days BIGINT NOT NULL,
    -- The end that it told of. A key that is given another one has its notices anew.
    key_end BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    -- It was not taken, and may be claimed again from then on. Empty: it was sent, or the server was killed on the way.
    retry_at BIGINT,
    PRIMARY KEY (key_id, member_id, days, key_end)
);

-- Calls with one key, from one address, by one program, that came to the same. At most 20 rows for each key and outcome,
-- the latest ones.
CREATE TABLE key_callers (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_id TEXT COLLATE "C" NOT NULL REFERENCES api_keys (id),
    -- 'accepted' where the key was let in, whatever came of the call; else the code of the refusal.
    outcome TEXT COLLATE "C" NOT NULL,
    ip TEXT COLLATE "C" NOT NULL,
    -- At most 200 characters; empty where none was sent.
    user_agent TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_id, outcome, ip, user_agent)
);

CREATE INDEX key_callers_by_time ON key_callers (account_id, key_id, outcome, last_seen);

-- The networks that a key was let in from: /24 of IPv4, /64 of IPv6. At most 100 rows for each key, the latest ones.
CREATE TABLE key_networks (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_id TEXT COLLATE "C" NOT NULL REFERENCES api_keys (id),
    network TEXT COLLATE "C" NOT NULL,
    -- NULL once several addresses of it were seen.
    only_ip TEXT COLLATE "C",
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_id, network)
);

CREATE INDEX key_networks_by_time ON key_networks (account_id, key_id, last_seen);

-- Why calls to the HTTP API were refused, by the request id that their callers were given. Kept for 7 days, and of each
-- account no more than its latest ones, so that nobody's flood pushes out what belongs to another.
CREATE TABLE refused_calls (
    -- In the order in which they came.
    seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    -- 32 hexadecimal digits; random, so that nobody finds it who was not given it.
    request_id TEXT COLLATE "C" NOT NULL UNIQUE,
    -- Both NULL where no key of ours was presented: such a call belongs to nobody.
    account_id TEXT COLLATE "C" REFERENCES accounts (id),
    key_id TEXT COLLATE "C" REFERENCES api_keys (id),
    at BIGINT NOT NULL,
    -- As in the answer.
    code TEXT COLLATE "C" NOT NULL,
    -- What is known beside the code, in JSON. Never a text that the caller sent.
    cause TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    -- The route's pattern and never the address itself; empty where there is no such route.
    route TEXT COLLATE "C" NOT NULL,
    CHECK ((account_id IS NULL) = (key_id IS NULL))
);

CREATE INDEX refused_calls_of_one ON refused_calls (coalesce(account_id, ''), seq);
CREATE INDEX refused_calls_by_time ON refused_calls (at);

-- A member's authenticator app, once it has given a first right code.
CREATE TABLE second_factors (
    member_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES members (id),
    -- Nonce and ciphertext (ChaCha20-Poly1305) of the secret, under a key made of the pepper.
    sealed BYTEA NOT NULL,
    -- The step of the newest code that was taken: no code is taken twice.
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Recovery codes that are still good: HMAC-SHA-256 under the pepper. A used one is deleted.
CREATE TABLE recovery_codes (
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    digest BYTEA NOT NULL,
    PRIMARY KEY (member_id, digest)
);

-- Those who gave the right password and still have to give a code. Deleted by the code that opens the session.
CREATE TABLE sign_in_steps (
    digest BYTEA NOT NULL PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES members (id),
    expires_at BIGINT NOT NULL
);

CREATE INDEX sign_in_steps_by_member ON sign_in_steps (member_id);
CREATE INDEX sign_in_steps_by_end ON sign_in_steps (expires_at);
