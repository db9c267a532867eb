-- When a person was asked whether they are still on the site; null if they weren't. A server that came before this file can't read the mail
-- that asks.
ALTER TABLE time_entries ADD COLUMN asked_at BIGINT;
CREATE INDEX time_entries_unasked ON time_entries (checked_in_at, company_id, site_id, id)
    WHERE checked_out_at IS NULL AND voided_at IS NULL AND asked_at IS NULL;

-- When the person was switched off: until it expires, the session may only report what was done before.
ALTER TABLE sessions ADD COLUMN switched_off_at BIGINT;
DROP INDEX sessions_token;
CREATE INDEX sessions_token ON sessions (token_hash, expires_at, user_id, idle_at, last_used_at, confirmed_at, switched_off_at);
