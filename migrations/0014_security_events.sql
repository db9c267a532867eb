-- What happened to accounts and access, for those who answer for a company: sign-ins, changes, refusals, operators' visits.
-- polier: runs-with 4

-- Equal refusals of an hour are one row with a number. `network` goes after 90 days. `kind` names what newer servers know too, so that it
-- has no CHECK.
CREATE TABLE security_events (
    company_id {text} NOT NULL REFERENCES companies (id),
    id {text} NOT NULL,
    kind {text} NOT NULL,
    at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    user_id {text} NOT NULL REFERENCES users (id),
    session_id {text},
    network {text},
    request_id {text},
    subject_id {text},
    detail {text},
    PRIMARY KEY (company_id, id)
) {keyed};

CREATE INDEX security_events_user ON security_events (user_id, company_id, kind, at);
CREATE INDEX security_events_subject ON security_events (company_id, subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX security_events_network ON security_events (last_at) WHERE network IS NOT NULL;

-- Links that were used, so that their second use is known. `token_hash` is the token's SHA-256.
CREATE TABLE spent_links (
    company_id {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    user_id {text} NOT NULL,
    purpose {text} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, token_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX spent_links_token ON spent_links (token_hash);
CREATE INDEX spent_links_user ON spent_links (company_id, user_id);
CREATE INDEX spent_links_expiry ON spent_links (expires_at);
