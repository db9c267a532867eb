-- What goes on now, apart from all that is past: active sites, material that runs low, open time entries. And a site's movements in the
-- order in which they were recorded. The indexes hold every column that their statements name, and begin with as many that are equal as
-- any other, so that both engines choose them.
-- polier: runs-with 4

CREATE INDEX sites_active ON sites (company_id, status, id, removed_at) WHERE status = 'ACTIVE' AND removed_at IS NULL;
CREATE INDEX time_entries_present ON time_entries (company_id, checked_in_at, id) WHERE checked_out_at IS NULL;
CREATE INDEX movements_site ON movements (company_id, site_id, id);

-- By low_since and not by amount and threshold, so that taking from what stays low changes no index. What fell low before there was
-- mail about it had no low_since.
UPDATE materials SET low_since = updated_at WHERE amount < threshold AND low_since IS NULL AND removed_at IS NULL;
CREATE INDEX materials_short ON materials (company_id, site_id, id, low_since, removed_at)
    WHERE low_since IS NOT NULL AND removed_at IS NULL;
