-- A key's calls are counted by quarters of an hour, as those of an account are: in some time zones days begin on one of these
-- and not on an hour. The column keeps its name, since nodes of the release before go on counting by hours in it. Every hour
-- is a quarter, so the rows that are there need no check.
ALTER TABLE key_calls DROP CONSTRAINT key_calls_hour_check;

ALTER TABLE key_calls ADD CONSTRAINT key_calls_hour_check CHECK (hour % 900000 = 0) NOT VALID;
