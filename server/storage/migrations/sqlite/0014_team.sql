-- People of an account besides its first owner, and the sessions that each of them has open.

-- Since when a member may not sign in; empty for those who may.
ALTER TABLE members ADD COLUMN deactivated_at INTEGER;
-- When they last did anything in the console, to the minute; empty for those who did nothing since this was kept.
ALTER TABLE members ADD COLUMN last_seen_at INTEGER;

-- Where a session was opened; empty for those that are older than this.
ALTER TABLE sessions ADD COLUMN ip TEXT;
ALTER TABLE sessions ADD COLUMN user_agent TEXT;

-- Of an invitation: into which account, for whom, as what, and by whom. All of them, or none where the link is for
-- something else.
ALTER TABLE links ADD COLUMN account_id TEXT REFERENCES accounts (id);
ALTER TABLE links ADD COLUMN email TEXT CHECK ((email IS NULL) = (account_id IS NULL));
ALTER TABLE links ADD COLUMN role TEXT CHECK ((role IS NULL) = (account_id IS NULL));
ALTER TABLE links ADD COLUMN invited_by TEXT REFERENCES members (id)
    CHECK ((invited_by IS NULL) = (account_id IS NULL));

CREATE INDEX links_by_account ON links (account_id, email);
