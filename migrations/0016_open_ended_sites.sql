-- A site is there before anyone knows when it ends. Parts of its address that aren't known either are empty texts, as the operators' company
-- has them. A server that came before this file can't read a site without an end.

-- polier: widen
ALTER TABLE sites ALTER COLUMN end_date DROP NOT NULL;
