-- Members whose password is probably known to another person: 10 wrong codes in a row followed it. The row is deleted
-- when the password is changed.
CREATE TABLE code_warnings (
    member_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES members (id),
    -- When the last wrong code came, and from which address.
    at BIGINT NOT NULL,
    ip TEXT COLLATE "C" NOT NULL,
    -- From when on the member is to be told by mail; empty once that is done.
    mail_at BIGINT
);

CREATE INDEX code_warnings_by_mail ON code_warnings (mail_at);
