-- Kinds of mail and purposes of links grow with the server; the code says which there are. A server that came before this file can't
-- read those that it doesn't know.

-- polier: widen
ALTER TABLE mails DROP CONSTRAINT mails_kind;

-- polier: widen
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose;
