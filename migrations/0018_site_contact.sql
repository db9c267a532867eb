-- Whom to ask for on a site. A server that came before this file doesn't show it.
-- polier: runs-with 16

ALTER TABLE sites ADD COLUMN contact_name {text};
ALTER TABLE sites ADD COLUMN contact_phone {text};
