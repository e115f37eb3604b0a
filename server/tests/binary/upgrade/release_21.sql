-- The statements of the release with schema 21, as its nodes send them. The next release has to understand them all. A cast gives a
-- placeholder the type that a node sends.
-- account::FIND
SELECT name, currency, limit_depth, limit_per_second, time_zone, keys_must_expire, key_max_days FROM accounts WHERE id = $1
-- account::CHANGE
UPDATE accounts SET name = $2, currency = $3, limit_depth = $4, limit_per_second = $5, time_zone = $6, keys_must_expire = $7, key_max_days = $8 WHERE id = $1
-- audit::RECORD
INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
-- audit::NEWEST
SELECT account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail FROM audit_events WHERE account_id = $1 ORDER BY seq DESC LIMIT $2
-- audit::NEWEST_OF
SELECT account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail FROM audit_events WHERE account_id = $1 AND action = $2 ORDER BY seq DESC LIMIT 1
-- audit::HISTORY
SELECT e.account_id, e.at, e.actor_kind, e.actor_id, e.action, e.subject, e.ip, e.user_agent, e.detail, m.email FROM audit_events e LEFT JOIN members m ON e.actor_kind = 'member' AND m.id = e.actor_id WHERE e.account_id = $1 AND e.subject = $2 ORDER BY e.seq DESC LIMIT $3
-- call::FIND_FIRST_CALL
SELECT first_call_at FROM accounts WHERE id = $1
-- call::OF_ACCOUNT
SELECT quarter AS since, outcome, calls FROM account_calls WHERE account_id = $1 AND quarter >= $2 ORDER BY quarter, outcome
-- call::OF_KEY
SELECT hour AS since, outcome, calls FROM key_calls WHERE account_id = $1 AND key_id = $2 AND hour >= $3 ORDER BY hour, outcome
-- call::SWEEP_ACCOUNTS
DELETE FROM account_calls WHERE (account_id, quarter, outcome) IN ( SELECT account_id, quarter, outcome FROM account_calls WHERE quarter < $1 ORDER BY quarter LIMIT $2 )
-- call::SWEEP_KEYS
DELETE FROM key_calls WHERE (account_id, key_id, hour, outcome) IN ( SELECT account_id, key_id, hour, outcome FROM key_calls WHERE hour < $1 ORDER BY hour LIMIT $2 )
-- factor::FIND
SELECT f.sealed, (SELECT count(*) FROM recovery_codes r WHERE r.member_id = f.member_id) AS left_over FROM second_factors f WHERE f.member_id = $1
-- factor::ENABLE
INSERT INTO second_factors (member_id, sealed, last_step, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (member_id) DO NOTHING
-- factor::ADD_RECOVERY
INSERT INTO recovery_codes (member_id, digest) VALUES ($1, $2)
-- factor::DISABLE
DELETE FROM second_factors WHERE member_id = $1
-- factor::FORGET_RECOVERY
DELETE FROM recovery_codes WHERE member_id = $1
-- factor::USE_STEP
UPDATE second_factors SET last_step = $2 WHERE member_id = $1 AND last_step < $2
-- factor::USE_RECOVERY
DELETE FROM recovery_codes WHERE member_id = $1 AND digest = $2
-- factor::BEGIN
INSERT INTO sign_in_steps (digest, member_id, expires_at) VALUES ($1, $2, $3)
-- factor::FORGET_EXPIRED
DELETE FROM sign_in_steps WHERE expires_at <= $1
-- factor::FORGET_STEPS
DELETE FROM sign_in_steps WHERE member_id = $1
-- factor::FIND_STEP
SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone, m.deactivated_at FROM sign_in_steps s JOIN members m ON m.id = s.member_id JOIN accounts a ON a.id = m.account_id WHERE s.digest = $1 AND s.expires_at > $2 AND m.deactivated_at IS NULL
-- factor::USE_SIGN_IN
DELETE FROM sign_in_steps WHERE digest = $1 AND member_id = $2 AND expires_at > $3
-- find::LAPSED
SELECT count(*) FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2
-- find::LAPSE
UPDATE api_keys SET lapsed = 1 WHERE account_id = $1 AND live = 1 AND expires_at <= $2
-- find::CREATORS
SELECT id, email FROM members WHERE account_id = $1
-- installation::PING
SELECT count(*) FROM installation
-- installation::PEPPER_FINGERPRINT
SELECT pepper_fingerprint FROM installation WHERE id = 1
-- installation::SET_PEPPER_FINGERPRINT
UPDATE installation SET pepper_fingerprint = $1 WHERE id = 1
-- installation::HAS_KEYS
SELECT EXISTS (SELECT 1 FROM api_keys) OR EXISTS (SELECT 1 FROM second_factors)
-- installation::HAS_OWNER
SELECT EXISTS (SELECT 1 FROM members WHERE role = 'owner')
-- inventory::IDS
SELECT id FROM items WHERE account_id = $1
-- inventory::DELETE
DELETE FROM items WHERE account_id = $1 AND id = $2
-- inventory::DELETE_SOME
DELETE FROM items WHERE account_id = $1 AND id IN ( $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65 )
-- key::INSERT
INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token, expires_at, folded, indexed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) ON CONFLICT (account_id, form_token) DO NOTHING
-- key::NAME_BY_FORM
SELECT name FROM api_keys WHERE account_id = $1 AND form_token = $2
-- key::REVOKE
UPDATE api_keys SET revoked_at = $3, revoked_by = $4, revoke_reason = $5, revoked_by_operator = $6 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
-- key::KEEP_RECEIPT
UPDATE api_keys SET receipt = $4 WHERE account_id = $1 AND revoked_at = $2 AND receipt IS NULL AND ($3 = '' OR id = $3)
-- key::CHANGE
UPDATE api_keys SET name = $3, scopes = $4, expires_at = $5, note = $6, limit_depth = $7, limit_per_second = $8, paused_at = $9, allow_list = $10, watched_since = $11, folded = $12 WHERE account_id = $1 AND id = $2
-- key::TAKE_OVER
UPDATE api_keys SET replaces = $3 WHERE account_id = $1 AND id = $2
-- key::GIVE_WAY
UPDATE api_keys SET replaced_by = $3, replaced_at = $4, expires_at = $5, revoked_at = $6, revoked_by = $7, revoke_reason = $8 WHERE account_id = $1 AND id = $2
-- key::SELECT
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by
-- key::LIST
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.account_id = $1 ORDER BY k.created_at DESC, k.id DESC
-- key::FIND
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.account_id = $1 AND k.id = $2
-- key::ENDING
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.account_id = $1 AND k.revoked_at IS NULL AND k.expires_at > $2 AND k.expires_at <= $3 AND (k.replaced_by IS NULL OR k.last_used_at > k.replaced_at) ORDER BY k.expires_at LIMIT $4
-- key::FIND_BY_DIGEST
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.digest = $1
-- key::FIND_ANYWHERE
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.id = $1
-- key::BY_PREVIEW
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.preview = $1 ORDER BY k.created_at, k.id LIMIT $2
-- key::EVERYWHERE
SELECT k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest, k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note, k.allow_list, k.watched_since, k.replaces, k.replaced_by, k.replaced_at, k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth, a.limit_per_second AS account_limit_per_second, k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt, k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at, k.new_network_at, k.knocked_at FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members c ON c.id = k.created_by LEFT JOIN members r ON r.id = k.revoked_by WHERE k.id > $1 ORDER BY k.id LIMIT $2
-- lead::NEXT_CHANGE
INSERT INTO lead_feeds (account_id, last_change) VALUES ($1, 1) ON CONFLICT (account_id) DO UPDATE SET last_change = lead_feeds.last_change + 1 RETURNING last_change
-- lead::LAST_CHANGE
SELECT last_change FROM lead_feeds WHERE account_id = $1
-- lead::INSERT
INSERT INTO leads (account_id, id, change_number, name, email, phone, message, source, item_id, status, external_id, note, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
-- lead::UPDATE
UPDATE leads SET change_number = $3, status = $4, external_id = $5, note = $6, updated_at = $7 WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL
-- lead::ERASE
UPDATE leads SET change_number = $3, deleted_at = $4, name = NULL, email = NULL, phone = NULL, message = NULL, source = NULL, item_id = NULL, status = NULL, external_id = NULL, note = NULL, created_at = NULL, updated_at = NULL WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL
-- lead::COUNT
SELECT count(*) FROM leads WHERE account_id = $1 AND deleted_at IS NULL
-- lead::COUNT_BY_STATUS
SELECT status, count(*) AS leads FROM leads WHERE account_id = $1 AND deleted_at IS NULL GROUP BY status
-- link::REPLACE
INSERT INTO links (digest, kind, account_name, member_id, account_id, email, role, invited_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (kind) DO UPDATE SET digest = excluded.digest, account_name = excluded.account_name, member_id = excluded.member_id, account_id = excluded.account_id, email = excluded.email, role = excluded.role, invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at
-- link::FORGET_EXPIRED
DELETE FROM links WHERE expires_at <= $1
-- link::FIND
SELECT l.account_name, l.member_id, m.email AS member_email, l.account_id, a.name AS joined_name, l.email, l.role, l.invited_by FROM links l LEFT JOIN members m ON m.id = l.member_id LEFT JOIN accounts a ON a.id = l.account_id WHERE l.digest = $1 AND l.expires_at > $2
-- link::USE
DELETE FROM links WHERE digest = $1 AND expires_at > $2
-- member::INSERT_ACCOUNT
INSERT INTO accounts (id, name, created_at) VALUES ($1, $2, $3)
-- member::INSERT_MEMBER
INSERT INTO members (id, account_id, email, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING
-- member::SET_PASSWORD
UPDATE members SET password_hash = $2 WHERE id = $1
-- member::PASSWORD_HASH
SELECT password_hash FROM members WHERE id = $1
-- member::SEEN
UPDATE members SET last_seen_at = $2 WHERE id = $1 AND (last_seen_at IS NULL OR last_seen_at < $2)
-- member::FIND_BY_EMAIL
SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone, m.deactivated_at FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.email = $1
-- notice::DUE
SELECT k.account_id, k.id AS key_id, k.name, k.preview, k.expires_at, m.id AS member_id, m.email, a.time_zone, $1 AS days FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN members m ON m.account_id = k.account_id AND m.role IN ('owner', 'admin') AND m.deactivated_at IS NULL LEFT JOIN key_notices n ON n.key_id = k.id AND n.member_id = m.id AND n.days = $1 AND n.key_end = k.expires_at WHERE k.revoked_at IS NULL AND k.expires_at > $2 AND k.expires_at <= $3 AND k.created_at < k.expires_at - $4 AND (k.replaced_at IS NULL OR k.replaced_at < k.expires_at - $4) AND (n.key_id IS NULL OR n.retry_at <= $5) ORDER BY k.expires_at LIMIT $6
-- notice::CLAIM
INSERT INTO key_notices (account_id, key_id, member_id, days, key_end, claimed_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key_id, member_id, days, key_end) DO UPDATE SET claimed_at = excluded.claimed_at, retry_at = NULL WHERE key_notices.retry_at <= excluded.claimed_at
-- notice::RELEASE
UPDATE key_notices SET retry_at = $5 WHERE key_id = $1 AND member_id = $2 AND days = $3 AND key_end = $4
-- once::CLAIM
INSERT INTO idempotent_requests (account_id, key_digest, request_digest, begun_at) VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, key_digest) DO NOTHING
-- once::FORGET_EXPIRED
DELETE FROM idempotent_requests WHERE account_id = $1 AND key_digest = $2 AND begun_at <= $3
-- once::FIND
SELECT request_digest, status, headers, body FROM idempotent_requests WHERE account_id = $1 AND key_digest = $2 AND begun_at > $3
-- once::KEEP_ANSWER
UPDATE idempotent_requests SET status = $3, headers = $4, body = $5 WHERE account_id = $1 AND key_digest = $2
-- once::FORGET
DELETE FROM idempotent_requests WHERE account_id = $1 AND key_digest = $2
-- once::SWEEP
DELETE FROM idempotent_requests WHERE (account_id, key_digest) IN ( SELECT account_id, key_digest FROM idempotent_requests WHERE begun_at <= $1 ORDER BY begun_at LIMIT $2 )
-- refusal::RECORD
INSERT INTO refused_calls (request_id, at, code, cause, method, route) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (request_id) DO NOTHING
-- refusal::RECORD_OF_KEY
INSERT INTO refused_calls (request_id, at, code, cause, method, route, account_id, key_id) SELECT $1, $2, $3, $4, $5, $6, account_id, id FROM api_keys WHERE account_id = $7 AND id = $8 ON CONFLICT (request_id) DO NOTHING
-- refusal::FORGET
DELETE FROM refused_calls WHERE coalesce(account_id, '') = $1 AND seq <= ( SELECT seq FROM refused_calls WHERE coalesce(account_id, '') = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2 )
-- refusal::FIND
SELECT request_id, account_id, key_id, at, code, cause, method, route FROM refused_calls WHERE request_id = $2 AND at >= $3 AND (account_id IS NULL OR account_id = $1)
-- refusal::LAST_OF_KEY
SELECT request_id, account_id, key_id, at, code, cause, method, route FROM refused_calls WHERE coalesce(account_id, '') = $1 AND key_id = $2 ORDER BY seq DESC LIMIT 1
-- refusal::SWEEP
DELETE FROM refused_calls WHERE seq IN (SELECT seq FROM refused_calls WHERE at < $1 ORDER BY at LIMIT $2)
-- session::OPEN
INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at, ip, user_agent) SELECT $1, id, $3, $3, $4, $5, $6 FROM members WHERE id = $2 AND deactivated_at IS NULL
-- session::FORGET_EXPIRED
DELETE FROM sessions WHERE expires_at <= $1
-- session::FIND
SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone, m.deactivated_at, s.last_seen_at FROM sessions s JOIN members m ON m.id = s.member_id JOIN accounts a ON a.id = m.account_id WHERE s.digest = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND m.deactivated_at IS NULL
-- session::SEEN
UPDATE sessions SET last_seen_at = $2 WHERE digest = $1 AND last_seen_at < $2
-- session::END
DELETE FROM sessions WHERE digest = $1
-- session::END_OTHERS
DELETE FROM sessions WHERE member_id = $1 AND digest <> $2
-- session::OF_MEMBER
SELECT digest, created_at, last_seen_at, ip, user_agent FROM sessions WHERE member_id = $1 AND expires_at > $2 AND last_seen_at > $3
-- session::END_ALL_OF_MEMBER
DELETE FROM sessions WHERE member_id = $1
-- session::BLOCKED_UNTIL
SELECT blocked_until FROM sign_in_delays WHERE subject = $1 AND blocked_until > $2
-- session::COUNT_FAILURE
INSERT INTO sign_in_delays (subject, failures, failed_at, blocked_until) VALUES ($1, 1, $2, $2) ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN sign_in_delays.failed_at < $3 THEN 1 ELSE sign_in_delays.failures + 1 END, failed_at = excluded.failed_at RETURNING failures
-- session::SET_DELAY
UPDATE sign_in_delays SET blocked_until = $2 WHERE subject = $1
-- session::FORGET_FAILURES
DELETE FROM sign_in_delays WHERE subject = $1
-- session::FORGET_OLD_FAILURES
DELETE FROM sign_in_delays WHERE failed_at < $1 AND blocked_until <= $2
-- several::LIVE
SELECT id FROM api_keys WHERE account_id = $1 AND live = 1 AND (expires_at IS NULL OR expires_at > $2)
-- several::PAUSE
UPDATE api_keys SET paused_at = $3 WHERE account_id = $1 AND id = $2
-- several::RESUME
UPDATE api_keys SET paused_at = NULL WHERE account_id = $1 AND id = $2
-- several::PAUSED_AT
SELECT id FROM api_keys WHERE account_id = $1 AND standing = 2 AND paused_at = $2 AND (expires_at IS NULL OR expires_at > $3) ORDER BY created_at, id LIMIT $4
-- several::CREATION_STOPPED
SELECT creation_stopped_at FROM accounts WHERE id = $1
-- several::STOP_CREATION
UPDATE accounts SET creation_stopped_at = $2 WHERE id = $1
-- sighting::KNOCK
UPDATE api_keys SET knocked_at = $3 WHERE account_id = $1 AND id = $2 AND (knocked_at IS NULL OR knocked_at < $3)
-- sighting::FORGET_CALLERS
DELETE FROM key_callers WHERE account_id = $1 AND key_id = $2 AND outcome = $3 AND (ip, user_agent) NOT IN ( SELECT ip, user_agent FROM key_callers WHERE account_id = $1 AND key_id = $2 AND outcome = $3 ORDER BY last_seen DESC LIMIT $4 )
-- sighting::CALLERS
SELECT outcome, ip, user_agent, first_seen, last_seen, calls FROM key_callers WHERE account_id = $1 AND key_id = $2
-- sighting::NEW_NETWORK
INSERT INTO key_networks (account_id, key_id, network, only_ip, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, key_id, network) DO NOTHING
-- sighting::SEE_NETWORK
UPDATE key_networks SET only_ip = CASE WHEN only_ip = $4 THEN only_ip END, last_seen = CASE WHEN last_seen < $5 THEN $5 ELSE last_seen END WHERE account_id = $1 AND key_id = $2 AND network = $3
-- sighting::MARK_NETWORK
UPDATE api_keys SET new_network_at = CASE WHEN first_network_at IS NULL THEN NULL ELSE CAST($3 AS BIGINT) END, first_network_at = coalesce(first_network_at, $3) WHERE account_id = $1 AND id = $2
-- sighting::FORGET_NETWORKS
DELETE FROM key_networks WHERE account_id = $1 AND key_id = $2 AND network NOT IN ( SELECT network FROM key_networks WHERE account_id = $1 AND key_id = $2 ORDER BY last_seen DESC LIMIT $3 )
-- sighting::NETWORKS
SELECT network, only_ip, first_seen, last_seen FROM key_networks WHERE account_id = $1 AND key_id = $2
-- team::MEMBERS
SELECT m.id, m.email, m.role, m.last_seen_at, m.deactivated_at, f.member_id AS factor FROM members m LEFT JOIN second_factors f ON f.member_id = m.id WHERE m.account_id = $1 ORDER BY m.id
-- team::MEMBER
SELECT m.id, m.email, m.role, m.last_seen_at, m.deactivated_at, f.member_id AS factor FROM members m LEFT JOIN second_factors f ON f.member_id = m.id WHERE m.account_id = $1 AND m.id = $2
-- team::CHANGE
UPDATE members SET role = $3, deactivated_at = $4 WHERE account_id = $1 AND id = $2
-- team::ACTIVE_OWNERS
SELECT count(*) FROM members WHERE account_id = $1 AND role = 'owner' AND deactivated_at IS NULL
-- team::HAS_ADDRESS
SELECT count(*) FROM members WHERE email = $2 AND account_id = $1
-- team::INVITATIONS
SELECT l.email, l.role, m.email AS invited_by, l.expires_at FROM links l JOIN members m ON m.id = l.invited_by WHERE l.account_id = $1 AND l.expires_at > $2 ORDER BY l.email
-- team::WITHDRAW
DELETE FROM links WHERE account_id = $1 AND email = $2
-- team::FORGET_LINKS_OF
DELETE FROM links WHERE member_id = $1
-- team::FORGET_INVITATIONS_BY
DELETE FROM links WHERE invited_by = $1
-- term::FORGET
DELETE FROM key_terms WHERE key_id = $1
-- term::ADD
INSERT INTO key_terms (account_id, term, key_id) VALUES ($1, $2, $3)
-- term::MISSING
SELECT id, account_id, name, scopes FROM api_keys WHERE indexed = 0 LIMIT 500
-- term::WRITTEN
UPDATE api_keys SET indexed = 1, folded = $2 WHERE id = $1
-- verdict::REGISTER
INSERT INTO nodes (id, acknowledged, beats, leaving) SELECT $1, last, 0, 0 FROM verdict_counter WHERE id = 1 RETURNING acknowledged
-- verdict::LAST
SELECT last FROM verdict_counter WHERE id = 1
-- verdict::FORGET_ALL
DELETE FROM nodes
-- verdict::CHANGES
SELECT c.number, c.account_id, c.digest FROM nodes n LEFT JOIN verdict_changes c ON c.number > $2 WHERE n.id = $1 AND n.leaving = 0 AND $2 <= (SELECT last FROM verdict_counter WHERE id = 1) ORDER BY c.number LIMIT $3
-- verdict::ACKNOWLEDGE
UPDATE nodes SET acknowledged = $2, beats = beats + 1 WHERE id = $1 AND leaving = 0
-- verdict::NODES
SELECT id, acknowledged, beats, leaving FROM nodes
-- verdict::LIVE_NODES
SELECT count(*) FROM nodes WHERE leaving = 0
-- verdict::EXPEL
UPDATE nodes SET leaving = 1 WHERE id = $1 AND beats = $2
-- verdict::REMOVE
DELETE FROM nodes WHERE id = $1
