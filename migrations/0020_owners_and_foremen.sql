-- Owners of companies, foremen of sites and what they enter, phone numbers and personnel numbers.
-- A server that came before this file could remove an owner.

-- When the person became the owner of the company; null for everyone else.
ALTER TABLE users ADD COLUMN owner_since BIGINT;
ALTER TABLE users ADD COLUMN phone {text};
-- The number in the company's payroll. A removed person keeps theirs, so that it never means another one.
ALTER TABLE users ADD COLUMN personnel_number {text};

CREATE UNIQUE INDEX users_owner ON users (company_id) WHERE owner_since IS NOT NULL;
CREATE UNIQUE INDEX users_personnel_number ON users (company_id, personnel_number) WHERE personnel_number IS NOT NULL;

-- A company that was there before belongs to its oldest active manager; ids ascend in the order of creation.
UPDATE users SET owner_since = created_at
WHERE id IN (
    SELECT MIN(u.id) FROM users u
    WHERE u.role = 'MANAGER' AND u.status = 'ACTIVE' AND u.removed_at IS NULL
    GROUP BY u.company_id);

-- When the person became a foreman of the site; null for everyone else.
ALTER TABLE assignments ADD COLUMN foreman_since BIGINT;

-- Who entered the hours for the person, and why; null for hours that the person clocked.
ALTER TABLE time_entries ADD COLUMN entered_by {text} REFERENCES users (id);
ALTER TABLE time_entries ADD COLUMN reason {text};
CREATE INDEX time_entries_entered ON time_entries (entered_by, company_id) WHERE entered_by IS NOT NULL;
