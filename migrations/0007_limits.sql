-- What a company may have and add, where an operator set another limit than the standard, and how much it has of what isn't counted
-- row by row.
-- polier: runs-with 4

CREATE TABLE company_limits (
    company_id {text} NOT NULL REFERENCES companies (id),
    name {text} NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (company_id, name)
) {keyed};

-- Bytes of notes and reasons, in parts that are added up.
CREATE TABLE company_texts (
    company_id {text} NOT NULL REFERENCES companies (id),
    part BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (company_id, part)
) {keyed};

-- How many rows were added in a day (UTC).
CREATE TABLE company_rows (
    company_id {text} NOT NULL REFERENCES companies (id),
    day {text} NOT NULL,
    added BIGINT NOT NULL,
    PRIMARY KEY (company_id, day)
) {keyed};

-- polier: only sqlite
INSERT INTO company_texts (company_id, part, bytes)
SELECT company_id, 0, SUM(bytes) FROM (
    SELECT company_id, LENGTH(CAST(notes AS BLOB)) AS bytes FROM sites WHERE notes IS NOT NULL
    UNION ALL SELECT company_id, LENGTH(CAST(note AS BLOB)) FROM movements WHERE note IS NOT NULL
    UNION ALL SELECT company_id, LENGTH(CAST(reason AS BLOB)) FROM time_corrections) AS texts
GROUP BY company_id;

-- polier: only postgres
INSERT INTO company_texts (company_id, part, bytes)
SELECT company_id, 0, SUM(bytes) FROM (
    SELECT company_id, OCTET_LENGTH(notes) AS bytes FROM sites WHERE notes IS NOT NULL
    UNION ALL SELECT company_id, OCTET_LENGTH(note) FROM movements WHERE note IS NOT NULL
    UNION ALL SELECT company_id, OCTET_LENGTH(reason) FROM time_corrections) AS texts
GROUP BY company_id;

-- What is there and was not removed, to be counted without the rest. Not partial indexes: SQLite counts by the primary key rather than by
-- one that knows no more columns, and PostgreSQL reads all of a small one where it should search.
CREATE INDEX users_present ON users (company_id, removed_at, id);
CREATE INDEX sites_present ON sites (company_id, removed_at, id, status);
CREATE INDEX materials_present ON materials (company_id, site_id, removed_at, id);

-- The id of what a request made or changed, by which its repetition finds it where the answer isn't kept any more.
ALTER TABLE idempotency_keys ADD COLUMN subject {text};
CREATE INDEX idempotency_keys_user ON idempotency_keys (company_id, user_id, expires_at);
