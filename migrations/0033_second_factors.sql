-- Second factors of accounts. A server that came before this file would sign people in without asking for theirs.

-- `kind` is TOTP; others may follow. `secret` is sealed under the server's key, which `key_id` names; `last_step` is the last step of 30
-- seconds whose code was accepted. Null `activated_at`: it was begun, and the person is yet to type a code of it.
CREATE TABLE factors (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    id {text} NOT NULL,
    kind {text} NOT NULL,
    name {text},
    secret {bytes} NOT NULL,
    key_id {text} NOT NULL,
    last_step BIGINT,
    created_at BIGINT NOT NULL,
    activated_at BIGINT,
    used_at BIGINT,
    PRIMARY KEY (company_id, user_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX factors_key ON factors (key_id);

-- The codes that are left, as SHA-256: each is used once, in place of a factor.
CREATE TABLE recovery_codes (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    code_hash {bytes} NOT NULL,
    PRIMARY KEY (company_id, user_id, code_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

-- Sign-ins whose password was right, and that wait for the second factor. `password_mark` is the SHA-256 of the password's hash: once that
-- was changed, they lead nowhere.
CREATE TABLE sign_in_challenges (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    password_mark {bytes} NOT NULL,
    wrong_codes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, token_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE UNIQUE INDEX sign_in_challenges_token ON sign_in_challenges (token_hash);
CREATE INDEX sign_in_challenges_expiry ON sign_in_challenges (expires_at);

-- Who needs a second factor: NONE or MANAGERS.
ALTER TABLE companies ADD COLUMN second_factor_for {text} NOT NULL DEFAULT 'NONE';
