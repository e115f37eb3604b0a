-- The calls of each key by days of UTC: the sums of its counts in key_calls, so that lists need not
-- read every count. Triggers maintain them in the transaction of the counts, whichever release
-- writes those. The rows have the accounts and keys of their counts, so that the table needs no foreign
-- keys: those would lock accounts and keys while the sums are made.
CREATE TABLE daily_key_calls (
    account_id TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    -- The beginning of the day.
    day BIGINT NOT NULL CHECK (day % 86400000 = 0),
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_id, day)
);

-- Once for each statement, as for the counters of items. Transactions that add counts take the same
-- advisory lock, so that they do not wait for each other's rows.
CREATE FUNCTION sum_new_key_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO daily_key_calls AS d (account_id, key_id, day, accepted, refused)
        SELECT account_id, key_id, hour / 86400000 * 86400000 AS day,
            coalesce(sum(calls) FILTER (WHERE outcome = 'accepted'), 0),
            coalesce(sum(calls) FILTER (WHERE outcome <> 'accepted'), 0)
        FROM new_rows GROUP BY account_id, key_id, day
    ON CONFLICT (account_id, key_id, day)
    DO UPDATE SET accepted = d.accepted + excluded.accepted, refused = d.refused + excluded.refused;
    RETURN NULL;
END
$$;

CREATE FUNCTION sum_changed_key_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE daily_key_calls d SET accepted = d.accepted + b.accepted, refused = d.refused + b.refused
    FROM (
        SELECT account_id, key_id, hour / 86400000 * 86400000 AS day,
            coalesce(sum(calls) FILTER (WHERE outcome = 'accepted'), 0) AS accepted,
            coalesce(sum(calls) FILTER (WHERE outcome <> 'accepted'), 0) AS refused
        FROM (
            SELECT account_id, key_id, hour, outcome, calls FROM new_rows
            UNION ALL
            SELECT account_id, key_id, hour, outcome, -calls FROM old_rows
        ) both_rows GROUP BY account_id, key_id, day
    ) b WHERE d.account_id = b.account_id AND d.key_id = b.key_id AND d.day = b.day;
    RETURN NULL;
END
$$;

-- A day without a count has no row.
CREATE FUNCTION sum_removed_key_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE daily_key_calls d SET accepted = d.accepted - o.accepted, refused = d.refused - o.refused
    FROM (
        SELECT account_id, key_id, hour / 86400000 * 86400000 AS day,
            coalesce(sum(calls) FILTER (WHERE outcome = 'accepted'), 0) AS accepted,
            coalesce(sum(calls) FILTER (WHERE outcome <> 'accepted'), 0) AS refused
        FROM old_rows GROUP BY account_id, key_id, day
    ) o WHERE d.account_id = o.account_id AND d.key_id = o.key_id AND d.day = o.day;
    DELETE FROM daily_key_calls d
    USING (
        SELECT DISTINCT account_id, key_id, hour / 86400000 * 86400000 AS day FROM old_rows
    ) o WHERE d.account_id = o.account_id AND d.key_id = o.key_id AND d.day = o.day
        AND d.accepted = 0 AND d.refused = 0;
    RETURN NULL;
END
$$;

-- From here on, no other transaction writes counts until this one has ended.
CREATE TRIGGER new_key_calls_are_summed AFTER INSERT ON key_calls
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_new_key_calls();
CREATE TRIGGER changed_key_calls_are_summed AFTER UPDATE ON key_calls
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION sum_changed_key_calls();
CREATE TRIGGER removed_key_calls_are_summed AFTER DELETE ON key_calls
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_removed_key_calls();

INSERT INTO daily_key_calls (account_id, key_id, day, accepted, refused)
    SELECT account_id, key_id, hour / 86400000 * 86400000 AS day,
        coalesce(sum(calls) FILTER (WHERE outcome = 'accepted'), 0),
        coalesce(sum(calls) FILTER (WHERE outcome <> 'accepted'), 0)
    FROM key_calls GROUP BY account_id, key_id, day;
