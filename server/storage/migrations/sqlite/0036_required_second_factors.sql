-- While this is 1, members of the account who have no second factor can do nothing but set one up. Nodes of the release before
-- do not know this column, so they do not ask for it.
ALTER TABLE accounts ADD COLUMN requires_second_factor INTEGER NOT NULL DEFAULT 0 CHECK (requires_second_factor IN (0, 1));
