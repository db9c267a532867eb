-- Browsers that have signed in to an account: guesses from elsewhere don't keep them out. Of the token in their cookie there is a hash.
-- polier: runs-with 4

CREATE TABLE known_browsers (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, token_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX known_browsers_token ON known_browsers (token_hash, expires_at);
CREATE INDEX known_browsers_expiry ON known_browsers (expires_at);
