-- When people don't work: asked for by themselves and answered by the office, or entered by it. A server that came before this file can't
-- read the audit entries about them.

CREATE TABLE absences (
    company_id {text} NOT NULL,
    id {text} NOT NULL,
    user_id {text} NOT NULL,
    -- VACATION, SICK, WEATHER, HOLIDAY, COMP_TIME, SCHOOL, UNPAID or OTHER.
    kind {text} NOT NULL,
    -- The first and the last day, in the company's time zone.
    from_day {text} NOT NULL,
    to_day {text} NOT NULL,
    -- How much of each day: WHOLE, HALF, or a number of minutes.
    part {text} NOT NULL,
    -- ASKED, OK or NO.
    state {text} NOT NULL,
    note {text},
    -- Why it was answered as it was.
    reason {text},
    -- Who asked for it or entered it.
    asked_by {text} NOT NULL REFERENCES users (id),
    asked_at BIGINT NOT NULL,
    -- Who answered it; null while it is ASKED, and for sickness that the person reported.
    decided_by {text} REFERENCES users (id),
    decided_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX absences_days ON absences (company_id, from_day, id);
CREATE INDEX absences_state ON absences (company_id, state, from_day, id);
CREATE INDEX absences_user ON absences (company_id, user_id, from_day, id);
CREATE INDEX absences_asked ON absences (asked_by, company_id);
CREATE INDEX absences_decided ON absences (decided_by, company_id) WHERE decided_by IS NOT NULL;

-- The state whose holidays hold (ISO 3166-2, such as DE-BY), of the company and of a site that has its own; null for none.
ALTER TABLE companies ADD COLUMN region {text};
ALTER TABLE sites ADD COLUMN region {text};
CREATE INDEX sites_region ON sites (company_id, id, region) WHERE region IS NOT NULL;
-- Days that the company keeps besides: a line for each, with the day and the name.
ALTER TABLE companies ADD COLUMN local_holidays {text} NOT NULL DEFAULT '';

-- How long a person is to work, from a day on until that of their next row.
CREATE TABLE work_targets (
    company_id {text} NOT NULL,
    user_id {text} NOT NULL,
    from_day {text} NOT NULL,
    -- In minutes.
    monday BIGINT NOT NULL,
    tuesday BIGINT NOT NULL,
    wednesday BIGINT NOT NULL,
    thursday BIGINT NOT NULL,
    friday BIGINT NOT NULL,
    saturday BIGINT NOT NULL,
    sunday BIGINT NOT NULL,
    -- The balance of hours that the person begins the day with; null if it goes on as it was.
    opening_minutes BIGINT,
    PRIMARY KEY (company_id, user_id, from_day),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

-- The last day on which the person is under 18, whom the law protects more; null for everyone else.
ALTER TABLE users ADD COLUMN youth_until {text};
