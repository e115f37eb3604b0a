-- Members whose password is probably known to another person: 10 wrong codes in a row followed it. The row is deleted
-- when the password is changed.
CREATE TABLE code_warnings (
    member_id TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    -- When the last wrong code came, and from which address.
    at INTEGER NOT NULL,
    ip TEXT NOT NULL,
    -- From when on the member is to be told by mail; empty once that is done.
    mail_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX code_warnings_by_mail ON code_warnings (mail_at);
