-- Kinds of time entries, where they come from, breaks, and entries that were voided or moved to another site. A server that came before
-- this file would count voided entries.

-- WORK or TRAVEL.
ALTER TABLE time_entries ADD COLUMN kind {text} NOT NULL DEFAULT 'WORK';
-- CLOCK if the person recorded it, MANUAL if the office did, FOREMAN if a foreman did.
ALTER TABLE time_entries ADD COLUMN source {text} NOT NULL DEFAULT 'CLOCK';
UPDATE time_entries SET source = 'MANUAL' WHERE entered_by IS NOT NULL;
-- A JSON list, at most 20 long: {"from", "to", "source"} with instants in milliseconds, without "to" while it lasts, or
-- {"minutes", "source"}; "source" is TAKEN or STATED.
ALTER TABLE time_entries ADD COLUMN breaks {text} NOT NULL DEFAULT '[]';
-- When, by whom and why the entry was declared void; null for entries that count.
ALTER TABLE time_entries ADD COLUMN voided_at BIGINT;
ALTER TABLE time_entries ADD COLUMN voided_by {text} REFERENCES users (id);
ALTER TABLE time_entries ADD COLUMN void_reason {text};
-- The voided entry of another site that this one replaces.
ALTER TABLE time_entries ADD COLUMN moved_from {text};
CREATE INDEX time_entries_voided ON time_entries (voided_by, company_id) WHERE voided_by IS NOT NULL;
CREATE UNIQUE INDEX time_entries_void ON time_entries (company_id, site_id, id, voided_at) WHERE voided_at IS NOT NULL;

-- The entry's kind and breaks before the correction.
ALTER TABLE time_corrections ADD COLUMN kind {text} NOT NULL DEFAULT 'WORK';
ALTER TABLE time_corrections ADD COLUMN breaks {text} NOT NULL DEFAULT '[]';

DROP INDEX time_entries_open;
DROP INDEX time_entries_present;
DROP INDEX time_entries_visits;
CREATE UNIQUE INDEX time_entries_open ON time_entries (company_id, user_id) WHERE checked_out_at IS NULL AND voided_at IS NULL;
CREATE INDEX time_entries_present ON time_entries (company_id, checked_in_at, id, voided_at)
    WHERE checked_out_at IS NULL AND voided_at IS NULL;
CREATE INDEX time_entries_visits ON time_entries (company_id, site_id, user_id, checked_in_at, checked_out_at, voided_at);
-- What else a person did in a stretch of time, found from its end, so that it costs the same however long they have been there.
CREATE INDEX time_entries_ended ON time_entries (company_id, user_id, checked_out_at, checked_in_at, voided_at)
    WHERE checked_out_at IS NOT NULL;
