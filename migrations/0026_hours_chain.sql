-- A chain of hashes over each company's hours, which shows whether anything in them was changed behind the server's back. A server that
-- came before this file would write hours without links.

-- 16 random bytes in hexadecimal, hashed with the entry, so that what it says can't be guessed from its hash. Empty until a server has given
-- an older entry its link.
ALTER TABLE time_entries ADD COLUMN salt {text} NOT NULL DEFAULT '';
CREATE INDEX time_entries_unsalted ON time_entries (salt, company_id, site_id, id) WHERE salt = '';

-- What hours looked like after each write, numbered from 1 without gaps.
CREATE TABLE hour_links (
    company_id {text} NOT NULL REFERENCES companies (id),
    number BIGINT NOT NULL,
    -- ENTRY, CORRECTION, or OPENING once all hours from before this file have links.
    kind {text} NOT NULL,
    -- Both empty for an opening.
    site_id {text} NOT NULL,
    entry_id {text} NOT NULL,
    -- The entry's version, the correction's number, or how many entries there were at the opening.
    version BIGINT NOT NULL,
    -- The SHA-256 of the row, in hexadecimal, and that of the link with the hash of the link before.
    content {text} NOT NULL,
    hash {text} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, number)
) {keyed};

CREATE INDEX hour_links_entry ON hour_links (company_id, entry_id, kind, version);

CREATE TABLE hour_heads (
    company_id {text} NOT NULL REFERENCES companies (id),
    -- The last link; 0 and empty before the first.
    number BIGINT NOT NULL,
    hash {text} NOT NULL,
    -- Since when every entry has a link; null until then.
    opened_at BIGINT,
    -- When the whole chain was last compared with the hours, and the link up to which everything held then.
    checked_at BIGINT NOT NULL,
    checkpoint_number BIGINT NOT NULL DEFAULT 0,
    checkpoint_hash {text} NOT NULL DEFAULT '',
    checkpoint_at BIGINT,
    -- What the last comparison found wrong first; null if everything held.
    broken_reason {text},
    broken_number BIGINT,
    broken_entry {text},
    -- The month (YYYY-MM, UTC) of the last mail with the head to the owner.
    mailed_month {text} NOT NULL DEFAULT '',
    PRIMARY KEY (company_id)
) {keyed};

CREATE INDEX hour_heads_checked ON hour_heads (checked_at, company_id);
CREATE INDEX hour_heads_mailed ON hour_heads (mailed_month, company_id);
CREATE INDEX hour_heads_unopened ON hour_heads (company_id) WHERE opened_at IS NULL;

-- Every company has a depot; the operators' own has none, and no hours.
INSERT INTO hour_heads (company_id, number, hash, checked_at)
SELECT c.id, 0, '', 0 FROM companies c WHERE EXISTS (SELECT 1 FROM sites s WHERE s.company_id = c.id);
