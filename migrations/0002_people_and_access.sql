-- Invitations and forgotten passwords, limits on guessing, the history of corrections and changes, and answers that are
-- given again.
-- polier: runs-with 1

-- The browser or program that signed in, as it names itself.
ALTER TABLE sessions ADD COLUMN user_agent {text};
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A token that sets a password once: at most one of each kind for a person, so that a new one makes the old one void.
CREATE TABLE one_time_tokens (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    purpose {text} NOT NULL CONSTRAINT one_time_tokens_purpose CHECK (purpose IN ('invitation', 'reset')),
    token_hash {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, purpose),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX one_time_tokens_token ON one_time_tokens (token_hash);
CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at);

-- What a correction replaced: the entry as it was in the version `number`, and why it was changed.
CREATE TABLE time_corrections (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    entry_id {text} NOT NULL,
    number BIGINT NOT NULL,
    checked_in_at BIGINT NOT NULL,
    checked_out_at BIGINT,
    reason {text} NOT NULL,
    user_id {text} NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, site_id, entry_id, number),
    FOREIGN KEY (company_id, site_id, entry_id) REFERENCES time_entries (company_id, site_id, id)
) {keyed};

CREATE INDEX time_corrections_user ON time_corrections (user_id, company_id);

CREATE INDEX time_entries_company ON time_entries (company_id, checked_in_at, id);
CREATE INDEX time_entries_site ON time_entries (company_id, site_id, checked_in_at, id);
CREATE INDEX time_entries_user ON time_entries (company_id, user_id, checked_in_at, id);

-- What a person took and added: for their own copy of it (an operator's is in many companies), and to know whether anything
-- still names them.
CREATE INDEX movements_user ON movements (user_id, company_id);

-- Who changed what of people, permissions, sites and material. `session_id` is the session as it was: it may have ended.
-- `subject_name` is what it was called then; a person's name is read from their own row, so that it can be erased there.
CREATE TABLE audit_entries (
    company_id {text} NOT NULL REFERENCES companies (id),
    id {text} NOT NULL,
    at BIGINT NOT NULL,
    user_id {text} NOT NULL REFERENCES users (id),
    session_id {text},
    action {text} NOT NULL,
    subject_id {text} NOT NULL,
    subject_name {text},
    changes {text} NOT NULL,
    PRIMARY KEY (company_id, id)
) {keyed};

CREATE INDEX audit_entries_user ON audit_entries (user_id, company_id);
CREATE INDEX audit_entries_subject ON audit_entries (company_id, subject_id);

-- Answers that are given again when a request is repeated. `key_hash` is of method, path and key, `body_hash` of the body. The
-- answer is sealed under the key, because it may hold a secret; null while its request is under way.
CREATE TABLE idempotency_keys (
    company_id {text} NOT NULL REFERENCES companies (id),
    user_id {text} NOT NULL,
    key_hash {bytes} NOT NULL,
    body_hash {bytes} NOT NULL,
    answer {bytes},
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, key_hash)
) {keyed};

CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- When something that is limited was tried, of one account or one network address: eight bytes an instant, the oldest first.
-- `subject` is a hash, so that nobody reads here who tried.
CREATE TABLE attempts (
    subject {bytes} NOT NULL,
    instants {bytes} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (subject)
) {keyed};

CREATE INDEX attempts_expiry ON attempts (expires_at);
