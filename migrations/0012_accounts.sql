-- An e-mail address that changes holds once it is confirmed, and the one before can be had back for a while. Names that people had stay
-- as long as their name.

-- The address that is to hold, the hash of the token that was mailed there, until when that is good, and who asked for it.
ALTER TABLE users ADD COLUMN pending_email {text};
ALTER TABLE users ADD COLUMN pending_email_hash {bytes};
ALTER TABLE users ADD COLUMN pending_email_until BIGINT;
ALTER TABLE users ADD COLUMN pending_email_by {text};
-- Unique, because SQLite then knows that a hash is one row's, whatever its statistics say of all the rows without one.
CREATE UNIQUE INDEX users_pending_email ON users (pending_email_hash);
CREATE INDEX users_pending_email_until ON users (pending_email_until) WHERE pending_email_until IS NOT NULL;

-- An address that a person has or had when a change of it was asked for: the link that was mailed there restores it. `number` is the
-- person's version that asked. Until it expires no other account can take the address.
CREATE TABLE former_emails (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    number BIGINT NOT NULL,
    email {text} NOT NULL,
    email_folded {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, number),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX former_emails_token ON former_emails (token_hash);
CREATE INDEX former_emails_address ON former_emails (email_folded);
CREATE INDEX former_emails_expiry ON former_emails (expires_at);

-- What a person was called until they were renamed, in their version `number`.
CREATE TABLE former_names (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    number BIGINT NOT NULL,
    first_name {text} NOT NULL,
    last_name {text} NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, number),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};
