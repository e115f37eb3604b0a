-- Why calls to the HTTP API were refused, by the request id that their callers were given. Kept for 7 days, and of each
-- account no more than its latest ones, so that nobody's flood pushes out what belongs to another.
CREATE TABLE refused_calls (
    -- In the order in which they came.
    seq INTEGER PRIMARY KEY,
    -- 32 hexadecimal digits; random, so that nobody finds it who was not given it.
    request_id TEXT NOT NULL UNIQUE,
    -- Both NULL where no key of ours was presented: such a call belongs to nobody.
    account_id TEXT REFERENCES accounts (id),
    key_id TEXT REFERENCES api_keys (id),
    at INTEGER NOT NULL,
    -- As in the answer.
    code TEXT NOT NULL,
    -- What is known beside the code, in JSON. Never a text that the caller sent.
    cause TEXT NOT NULL,
    method TEXT NOT NULL,
    -- The route's pattern and never the address itself; empty where there is no such route.
    route TEXT NOT NULL,
    CHECK ((account_id IS NULL) = (key_id IS NULL))
) STRICT;

CREATE INDEX refused_calls_of_one ON refused_calls (coalesce(account_id, ''), seq);
CREATE INDEX refused_calls_by_time ON refused_calls (at);
