-- Run once, when the volume is new: the server's own role, which may do nothing outside its database.
\set password `cat /run/secrets/database-password`
CREATE ROLE polier LOGIN PASSWORD :'password';
CREATE DATABASE polier OWNER polier;
