-- Depots, finished sites, movements that keep what they were recorded with, prices, and assignments that ended.
-- A server that came before this file would show the depot as a site.

-- polier: widen
ALTER TABLE sites DROP CONSTRAINT sites_status;

-- A count that confirms the amount, and a unit that changes while nothing is left, change the amount by 0.
-- polier: widen
ALTER TABLE movements DROP CONSTRAINT movements_delta;

-- SITE or DEPOT. Each company but the operators' has one depot, whose id follows from the company's.
ALTER TABLE sites ADD COLUMN kind {text} NOT NULL DEFAULT 'SITE';

DROP INDEX sites_active;
DROP INDEX sites_present;
CREATE INDEX sites_active ON sites (company_id, status, id, removed_at, kind)
    WHERE status = 'ACTIVE' AND removed_at IS NULL AND kind = 'SITE';
CREATE INDEX sites_present ON sites (company_id, removed_at, id, status, kind);

INSERT INTO sites (company_id, id, name, street_number, street, city, postal_code, country, priority, status, start_date, kind, created_at,
    updated_at)
SELECT c.id, substr(c.id, 1, 14) || '8' || substr(c.id, 16), CASE WHEN c.language = 'de' THEN 'Lager' ELSE 'Depot' END, c.street_number,
    c.street, c.city, c.postal_code, c.country, 'medium', 'ACTIVE', '1970-01-01', 'DEPOT', c.created_at, c.created_at
FROM companies c
WHERE c.id <> '00000000-0000-7000-8000-000000000000';

-- In thousandths of the company's currency, for one unit; null if it isn't known.
ALTER TABLE materials ADD COLUMN price BIGINT;
-- The name as transfers compare it: folded. Null until a server has folded it.
ALTER TABLE materials ADD COLUMN name_key {text};
CREATE INDEX materials_key ON materials (company_id, site_id, name_key, removed_at, unit, id);
CREATE UNIQUE INDEX materials_unfolded ON materials (name_key, company_id, site_id, id) WHERE name_key IS NULL;

-- What the movement was recorded as, and the material's unit, name and price at that time.
ALTER TABLE movements ADD COLUMN kind {text} NOT NULL DEFAULT 'TAKE';
ALTER TABLE movements ADD COLUMN unit {text} NOT NULL DEFAULT '';
ALTER TABLE movements ADD COLUMN material_name {text} NOT NULL DEFAULT '';
ALTER TABLE movements ADD COLUMN price BIGINT;
-- The transfer that the movement belongs to.
ALTER TABLE movements ADD COLUMN ref_id {text};
UPDATE movements SET kind = CASE WHEN delta < 0 THEN 'TAKE' ELSE 'ADD' END,
    unit = (SELECT m.unit FROM materials m
        WHERE m.company_id = movements.company_id AND m.site_id = movements.site_id AND m.id = movements.material_id),
    material_name = (SELECT m.name FROM materials m
        WHERE m.company_id = movements.company_id AND m.site_id = movements.site_id AND m.id = movements.material_id);
CREATE UNIQUE INDEX movements_ref ON movements (company_id, ref_id, id) WHERE ref_id IS NOT NULL;

-- Assignments that ended.
CREATE TABLE former_assignments (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    user_id {text} NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    -- When the person became a foreman of the site; null for everyone else.
    foreman_since BIGINT,
    PRIMARY KEY (company_id, site_id, user_id, began_at),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};
CREATE INDEX former_assignments_user ON former_assignments (company_id, user_id, site_id);

-- What was removed, for lists of it.
CREATE UNIQUE INDEX sites_removed ON sites (company_id, id) WHERE removed_at IS NOT NULL;
CREATE UNIQUE INDEX materials_removed ON materials (company_id, site_id, id) WHERE removed_at IS NOT NULL;
CREATE UNIQUE INDEX users_removed ON users (company_id, id) WHERE removed_at IS NOT NULL;
