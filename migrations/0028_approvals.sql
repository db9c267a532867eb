-- What was said of a person's hours of a day: submitted, approved, reopened. A server that came before this file would change the hours of
-- approved days.

CREATE TABLE day_approvals (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    -- Of the company's time zone, YYYY-MM-DD.
    day {text} NOT NULL,
    -- Null for a day that was approved without it, and after it was reopened.
    submitted_at BIGINT,
    submitted_by {text} REFERENCES users (id),
    -- When hours of the day changed after it was submitted.
    changed_at BIGINT,
    -- While it is set, the day's hours can't be changed. An operator may approve in any company.
    approved_at BIGINT,
    approved_by {text} REFERENCES users (id),
    -- The last time.
    reopened_at BIGINT,
    reopened_by {text} REFERENCES users (id),
    reopen_reason {text},
    PRIMARY KEY (company_id, user_id, day),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX day_approvals_day ON day_approvals (company_id, day, user_id);
CREATE INDEX day_approvals_submitted ON day_approvals (submitted_by, company_id) WHERE submitted_by IS NOT NULL;
CREATE INDEX day_approvals_approved ON day_approvals (approved_by, company_id) WHERE approved_by IS NOT NULL;
CREATE INDEX day_approvals_reopened ON day_approvals (reopened_by, company_id) WHERE reopened_by IS NOT NULL;
