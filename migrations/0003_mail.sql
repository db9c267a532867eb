-- Mail, which is a row before it is anything else, and keeps its history.
-- polier: runs-with 1

-- `token` rests here only until the mail was accepted by whoever carries it. `due_at` is when to try next, null when there is
-- nothing to do; whoever claims a row moves it ahead, so that the row is due again when its owner is lost.
CREATE TABLE mails (
    company_id {text} NOT NULL,
    id {text} NOT NULL,
    user_id {text} NOT NULL,
    address {text} NOT NULL,
    kind {text} NOT NULL CONSTRAINT mails_kind CHECK (
        kind IN ('invitation', 'reset', 'password-changed', 'email-changed', 'low-stock')),
    details {text} NOT NULL,
    token {text},
    state {text} NOT NULL CONSTRAINT mails_state CHECK (
        state IN ('queued', 'sent', 'delivered', 'failed', 'complained', 'cancelled')),
    reason {text},
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT,
    owner {text},
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX mails_due ON mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mails_user ON mails (company_id, user_id, kind, id);
CREATE INDEX mails_id ON mails (id);
CREATE INDEX mails_links ON mails (created_at) WHERE token IS NOT NULL;

-- Since when a material is known to run low; null once it has recovered.
ALTER TABLE materials ADD COLUMN low_since BIGINT;
