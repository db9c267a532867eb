-- When a session's person last gave the password, when it was last used (to the hour), and when it ends without use: null for a token that
-- was never sent as a cookie.
-- polier: runs-with 4

ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT;
ALTER TABLE sessions ADD COLUMN last_used_at BIGINT;
ALTER TABLE sessions ADD COLUMN idle_at BIGINT;

-- Holds all that a request asks of its session.
DROP INDEX sessions_token;
CREATE INDEX sessions_token ON sessions (token_hash, expires_at, user_id, idle_at, last_used_at, confirmed_at);
CREATE INDEX sessions_idle ON sessions (idle_at) WHERE idle_at IS NOT NULL;
