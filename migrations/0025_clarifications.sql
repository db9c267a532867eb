-- What people reported late and what couldn't be recorded then, until a manager or a foreman books or declines it. A server that came
-- before this file would refuse it.

CREATE TABLE clarifications (
    company_id {text} NOT NULL,
    id {text} NOT NULL,
    -- Who did it.
    user_id {text} NOT NULL,
    site_id {text} NOT NULL,
    -- What was done: CHECK_IN, CHECK_OUT, BREAK_START, BREAK_END, BREAK_STATED, ADJUST_QUANTITY, ENTER_TIMES or
    -- CORRECT_TIMES.
    act {text} NOT NULL,
    -- What was sent with it, as JSON.
    body {text} NOT NULL,
    -- When it was done, and when it was reported.
    at BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    -- Why it couldn't be recorded: a code of a refusal or a flaw, and its values as JSON.
    code {text} NOT NULL,
    params {text} NOT NULL,
    -- OPEN, BOOKED or DECLINED.
    state {text} NOT NULL,
    -- Why it was declined.
    reason {text},
    decided_by {text} REFERENCES users (id),
    decided_at BIGINT,
    -- The time entry or the movement that it became.
    entry_id {text},
    movement_id {text},
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    -- An operator may take material in any company.
    FOREIGN KEY (user_id) REFERENCES users (id)
) {keyed};

CREATE INDEX clarifications_state ON clarifications (company_id, state, id);
CREATE INDEX clarifications_user ON clarifications (user_id, company_id, id);
CREATE INDEX clarifications_user_state ON clarifications (company_id, user_id, state, id);
CREATE INDEX clarifications_site ON clarifications (company_id, site_id, state, id);
CREATE INDEX clarifications_decided ON clarifications (decided_by, company_id) WHERE decided_by IS NOT NULL;
