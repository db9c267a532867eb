-- Tokens with which programs use the API. A server that came before this file can't erase a company that has any.

-- `token_hash` is the token's SHA-256, `scopes` are permissions by name, with spaces between them. `user_id` is who made it. `last_used_at` is
-- to the hour, and null before the first use.
CREATE TABLE api_tokens (
    company_id {text} NOT NULL,
    id {text} NOT NULL,
    user_id {text} NOT NULL,
    name {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    scopes {text} NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE UNIQUE INDEX api_tokens_token ON api_tokens (token_hash);
CREATE INDEX api_tokens_user ON api_tokens (company_id, user_id);
CREATE INDEX api_tokens_expiry ON api_tokens (expires_at);

-- The token's name at the time, if a program made the change.
ALTER TABLE audit_entries ADD COLUMN token_name {text};
