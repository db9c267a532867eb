-- Cards, with which people without an email address sign in, and the phones that took one. A server that came before this file would leave
-- both valid when it deactivates a person.

-- A person's latest card. `token_hash` is the SHA-256 of the token in its link, `code_hash` the scrypt of its typed code. `phone_id` is the
-- phone that took it; from then on it is good for a second one that knows the PIN, until it expires.
CREATE TABLE cards (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    code_hash {bytes} NOT NULL,
    phone_id {text},
    wrong_pins BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE UNIQUE INDEX cards_token ON cards (token_hash);
CREATE UNIQUE INDEX cards_code ON cards (code_hash);
CREATE INDEX cards_expiry ON cards (expires_at);

-- A person on a phone, or on a tablet that several people share: `key_hash` is the SHA-256 of the device's key, which all of them have.
-- `wrong_pins` counts since the last right one.
CREATE TABLE phones (
    company_id {text} NOT NULL,
    id {text} NOT NULL,
    user_id {text} NOT NULL,
    key_hash {bytes} NOT NULL,
    pin_hash {text} NOT NULL,
    wrong_pins BIGINT NOT NULL,
    user_agent {text},
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE UNIQUE INDEX phones_user ON phones (company_id, user_id, key_hash);
CREATE INDEX phones_key ON phones (key_hash);
CREATE INDEX phones_expiry ON phones (expires_at);

-- The phone on which the session began; null for one that began with a password.
ALTER TABLE sessions ADD COLUMN phone_id {text};
