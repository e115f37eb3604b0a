-- A pepper can be replaced while keys go on working. Which one a key was made with is known (api_keys.pepper_id); here the same
-- for second factors, and which peppers each node accepts.

-- The ids of the peppers that the node accepts, separated by spaces; empty for a node of an older release.
ALTER TABLE nodes ADD COLUMN peppers TEXT COLLATE "C";

-- Empty: the pepper that the installation had before it was first changed.
ALTER TABLE second_factors ADD COLUMN pepper_id TEXT COLLATE "C";
ALTER TABLE recovery_codes ADD COLUMN pepper_id TEXT COLLATE "C";

-- What needs an old pepper is counted again and again.
CREATE INDEX api_keys_by_pepper ON api_keys (pepper_id) WHERE revoked_at IS NULL;
CREATE INDEX second_factors_by_pepper ON second_factors (pepper_id);
CREATE INDEX recovery_codes_by_pepper ON recovery_codes (pepper_id);
