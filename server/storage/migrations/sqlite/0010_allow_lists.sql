-- From where a key may be used.

-- Networks such as 203.0.113.0/24, one a line; NULL: from anywhere.
ALTER TABLE api_keys ADD COLUMN allow_list TEXT;
-- Since when an admin has been watching where calls come from, to make a list of it; a key with a list needs none.
ALTER TABLE api_keys ADD COLUMN watched_since INTEGER
    CHECK (watched_since IS NULL OR allow_list IS NULL);
