-- What one member or key did.
CREATE INDEX audit_events_by_actor ON audit_events (account_id, actor_id, seq);
