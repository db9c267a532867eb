-- Whose mail is claimed next: links that a person waits for by their kind, the rest in turns between companies.
-- polier: runs-with 8

CREATE INDEX mails_due_kind ON mails (kind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mails_due_company ON mails (company_id, due_at) WHERE due_at IS NOT NULL;
