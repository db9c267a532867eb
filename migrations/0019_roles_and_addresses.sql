-- Bookkeepers, and people without an email address. A server that came before this file can't read either.

-- polier: widen
ALTER TABLE users DROP CONSTRAINT users_role;

-- polier: widen
ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
