-- Failed sign-ins and wrong codes of members in this hour, by the network that they came from. A count begins with an
-- audit event; once its hour is over it is deleted, with a second event if it grew after the first.
CREATE TABLE failed_attempts (
    account_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    -- The action of its audit events.
    action TEXT NOT NULL,
    -- When the hour began.
    hour INTEGER NOT NULL,
    -- An IPv4 address or an IPv6 /64; empty for all networks beyond those that are counted apart.
    network TEXT NOT NULL,
    -- The address of the first attempt.
    ip TEXT,
    attempts INTEGER NOT NULL,
    -- How many of them the first event has.
    reported INTEGER NOT NULL,
    PRIMARY KEY (account_id, member_id, action, hour, network),
    FOREIGN KEY (account_id, member_id) REFERENCES members (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX failed_attempts_by_hour ON failed_attempts (hour, account_id);
