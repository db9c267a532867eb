-- The database and its two roles: polier_owner owns the schema and migrates it, polier serves: it reads and writes rows and can
-- change nothing else. A new volume runs this by itself; run again it mends what is missing and sets the passwords:
--
--   docker compose exec --user postgres postgres psql --username postgres --file /docker-entrypoint-initdb.d/polier.sql
--
-- Elsewhere as a role that may make roles and databases, with '--set secrets=FOLDER' for where the passwords are.

\set ON_ERROR_STOP on
\if :{?secrets} \else \set secrets /run/secrets \endif
\set owner_password `cat :'secrets'/owner-password`
\set password `cat :'secrets'/database-password`

SELECT 'CREATE ROLE ' || name FROM unnest(ARRAY ['polier_owner', 'polier']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE polier_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE polier LOGIN PASSWORD :'password';
-- A role that isn't a superuser, a provider's say, gives away only what it could have itself.
SELECT format('GRANT polier_owner, polier TO %I', current_user) FROM pg_roles
WHERE rolname = current_user AND NOT rolsuper \gexec
SELECT $$CREATE DATABASE polier OWNER polier_owner ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C'$$ WHERE 'polier' NOT IN (SELECT datname FROM pg_database) \gexec

\connect polier
-- A database from before there were two roles was polier's.
REASSIGN OWNED BY polier TO polier_owner;
REVOKE ALL ON DATABASE polier FROM PUBLIC;
GRANT CONNECT ON DATABASE polier TO polier;
ALTER SCHEMA public OWNER TO polier_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO polier;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO polier;
ALTER DEFAULT PRIVILEGES FOR ROLE polier_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO polier;
