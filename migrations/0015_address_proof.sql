-- Founders who have yet to prove their e-mail address, by the link that was mailed there. Until then their company mails and invites no one.
-- Who has no row needs no proof: all that were there before, the demo, operators, and who registered while an older server still ran
-- beside a newer one, because that one mails no link that could prove anything. Such a server doesn't know the rule: through it a company
-- with a row may still invite. It can't read a mail of kind 'verify' either; it sends none while one is due that no newer server has taken,
-- and it can't erase a company with a row.
-- polier: runs-with 14

-- `email_folded` is the address that the link was mailed to: it proves no other. `token_hash` is the token's SHA-256, and `expires_at` is
-- until when it is good. No foreign key to the person, because the row is the last to go when a company is erased.
CREATE TABLE unproven_founders (
    company_id {text} NOT NULL REFERENCES companies (id),
    user_id {text} NOT NULL,
    email_folded {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id)
) {keyed};

CREATE UNIQUE INDEX unproven_founders_token ON unproven_founders (token_hash);
CREATE INDEX unproven_founders_age ON unproven_founders (created_at);
