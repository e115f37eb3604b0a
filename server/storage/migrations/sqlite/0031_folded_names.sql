-- Names are folded by Unicode's rules from now on. In ASCII that changes nothing, so the words of the other names alone are
-- written once more, by the program.
UPDATE api_keys SET indexed = 0 WHERE octet_length(name) <> length(name);
