-- A key's calls are counted by quarters of an hour, as those of an account are: in some time zones days begin on one of these
-- and not on an hour. The column keeps its name, so that what was counted by hours stays where it is. SQLite cannot change the
-- check of a table, so the table is made once more.
CREATE TABLE key_calls_by_quarter (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    -- The beginning of the quarter, or of the hour for calls that were counted before.
    hour INTEGER NOT NULL CHECK (hour % 900000 = 0),
    outcome TEXT NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_id, hour, outcome)
) STRICT, WITHOUT ROWID;

INSERT INTO key_calls_by_quarter SELECT account_id, key_id, hour, outcome, calls FROM key_calls;

DROP TABLE key_calls;

ALTER TABLE key_calls_by_quarter RENAME TO key_calls;

CREATE INDEX key_calls_by_time ON key_calls (hour);
