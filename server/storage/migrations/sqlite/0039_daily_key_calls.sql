-- The calls of each key by days of UTC: the sums of its counts in key_calls, so that lists need not
-- read every count. Triggers maintain them in the transaction of the counts, whichever release
-- writes those.
CREATE TABLE daily_key_calls (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    -- The beginning of the day.
    day INTEGER NOT NULL CHECK (day % 86400000 = 0),
    accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_id, day)
) STRICT, WITHOUT ROWID;

INSERT INTO daily_key_calls (account_id, key_id, day, accepted, refused)
    SELECT account_id, key_id, hour / 86400000 * 86400000,
        sum(iif(outcome = 'accepted', calls, 0)), sum(iif(outcome = 'accepted', 0, calls))
    FROM key_calls GROUP BY account_id, key_id, hour / 86400000;

CREATE TRIGGER new_key_calls_are_summed AFTER INSERT ON key_calls
BEGIN
    INSERT INTO daily_key_calls (account_id, key_id, day, accepted, refused)
    VALUES (new.account_id, new.key_id, new.hour / 86400000 * 86400000,
        iif(new.outcome = 'accepted', new.calls, 0), iif(new.outcome = 'accepted', 0, new.calls))
    ON CONFLICT (account_id, key_id, day)
    DO UPDATE SET accepted = accepted + excluded.accepted, refused = refused + excluded.refused;
END;

CREATE TRIGGER changed_key_calls_are_summed AFTER UPDATE OF calls ON key_calls
BEGIN
    UPDATE daily_key_calls SET
        accepted = accepted + iif(new.outcome = 'accepted', new.calls - old.calls, 0),
        refused = refused + iif(new.outcome = 'accepted', 0, new.calls - old.calls)
    WHERE account_id = new.account_id AND key_id = new.key_id
        AND day = new.hour / 86400000 * 86400000;
END;

-- A day without a count has no row.
CREATE TRIGGER removed_key_calls_are_summed AFTER DELETE ON key_calls
BEGIN
    UPDATE daily_key_calls SET
        accepted = accepted - iif(old.outcome = 'accepted', old.calls, 0),
        refused = refused - iif(old.outcome = 'accepted', 0, old.calls)
    WHERE account_id = old.account_id AND key_id = old.key_id
        AND day = old.hour / 86400000 * 86400000;
    DELETE FROM daily_key_calls
    WHERE account_id = old.account_id AND key_id = old.key_id
        AND day = old.hour / 86400000 * 86400000 AND accepted = 0 AND refused = 0;
END;
