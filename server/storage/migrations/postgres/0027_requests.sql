-- A claim has a lease, after which another attempt may take the request over, and what an attempt stores is stored under
-- its own id alone. Earlier claims have neither: they are in progress until they expire.
--
-- Earlier answers do not name their lead, so their bodies are dropped: a replay then has the status and the location. The
-- check keeps a node of the version before, which runs on during an upgrade, from storing one.
UPDATE idempotent_requests SET body = NULL;
ALTER TABLE idempotent_requests ADD COLUMN attempt BYTEA CHECK (body IS NULL OR attempt IS NOT NULL);
ALTER TABLE idempotent_requests ADD COLUMN lapses_at BIGINT;
-- Whose data is in the body.
ALTER TABLE idempotent_requests ADD COLUMN lead_id TEXT COLLATE "C";
-- In the order of the account's requests, of which the latest are kept.
ALTER TABLE idempotent_requests ADD COLUMN number BIGINT NOT NULL DEFAULT 0;

CREATE INDEX idempotent_requests_by_lead ON idempotent_requests (account_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX idempotent_requests_by_number ON idempotent_requests (account_id, number);
