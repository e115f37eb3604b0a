-- The keys that were used from a new network, by the time of that. A network is new only if the key had been in use for a
-- day: the condition is repeated in the statements, so that they can use the index.
CREATE INDEX api_keys_by_new_network ON api_keys (account_id, live, new_network_at)
    WHERE new_network_at > first_network_at + 86400000;
