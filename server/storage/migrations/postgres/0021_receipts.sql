-- How the end of a key reached the servers that keep keys in memory, as JSON: how many there were, how many of them said so,
-- and after how many milliseconds. Written once it is known, so after the change itself; missing where the server stopped in
-- between, and of keys that ended before there was such a thing.
ALTER TABLE api_keys ADD COLUMN receipt TEXT COLLATE "C";
