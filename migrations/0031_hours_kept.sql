-- For how long a company keeps hours, and what was erased since. A server that came before this file would call a chain broken in which
-- hours were erased.

-- For how many whole years after the year of the hours; null for ever.
ALTER TABLE companies ADD COLUMN hours_kept_years BIGINT;
-- The first day whose hours weren't erased; null if none were.
ALTER TABLE companies ADD COLUMN hours_from {text};
-- Of the closed entries that were erased: a site's sum stays what it was.
ALTER TABLE sites ADD COLUMN erased_minutes BIGINT NOT NULL DEFAULT 0;

-- Of each company that has such a rule: the nightly run, and what it has erased so far.
CREATE TABLE hour_erasures (
    company_id {text} NOT NULL REFERENCES companies (id),
    -- The company's day on which the last run ended, or on which the rule was set.
    done_day {text} NOT NULL,
    set_by {text} NOT NULL REFERENCES users (id),
    -- Since the last run ended: a run that was interrupted is continued, and is recorded once.
    entries BIGINT NOT NULL DEFAULT 0,
    days BIGINT NOT NULL DEFAULT 0,
    absences BIGINT NOT NULL DEFAULT 0,
    clarifications BIGINT NOT NULL DEFAULT 0,
    files BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id)
) {keyed};

CREATE INDEX hour_erasures_done ON hour_erasures (done_day, company_id);
CREATE INDEX hour_erasures_setter ON hour_erasures (set_by, company_id);

-- Which mails about hours and absences a person gets: ALL, NEEDED or NONE.
ALTER TABLE users ADD COLUMN hour_mails {text} NOT NULL DEFAULT 'NEEDED';
