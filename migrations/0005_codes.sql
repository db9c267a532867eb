-- Reasons that Polier itself gives are kept as codes, not as words of one language. Beside a code, `reason` of a mail holds what another
-- machine said, and `reason` of a correction is empty.
-- polier: runs-with 4

ALTER TABLE mails ADD COLUMN reason_code {text};

UPDATE mails SET reason_code = CASE
        WHEN reason LIKE '%this server has no way to send mail' THEN 'no-transport'
        WHEN reason LIKE '%the demo''s people have no mailbox' THEN 'demo-mailbox'
        WHEN reason LIKE '%no mail can be sent to this address' THEN 'unmailable-address'
        WHEN reason LIKE '%its link was no longer good' THEN 'link-expired'
        WHEN reason LIKE '%the link was void before it was sent' THEN 'link-void'
        WHEN reason LIKE '%a newer link took its place' THEN 'newer-link'
        WHEN reason LIKE '%what carries mail is down' THEN 'transport-down'
        WHEN reason LIKE '%too much mail is being sent at once' THEN 'too-many-at-once'
        WHEN reason LIKE 'given up after three days: %' THEN 'postponed'
        WHEN state = 'failed' OR state = 'complained' THEN 'refused'
        ELSE 'postponed' END
WHERE reason IS NOT NULL;

UPDATE mails SET reason = CASE
        WHEN reason_code IN ('refused', 'postponed') AND reason LIKE 'given up after three days: %' THEN SUBSTR(reason, 28)
        WHEN reason_code IN ('refused', 'postponed') THEN reason
        ELSE NULL END
WHERE reason IS NOT NULL;

-- Set where the entry wasn't corrected by a hand: 'person-removed' or 'site-removed'.
ALTER TABLE time_corrections ADD COLUMN reason_code {text};

UPDATE time_corrections SET reason = '', reason_code = 'person-removed' WHERE reason IN ('Person entfernt', 'Person removed');
UPDATE time_corrections SET reason = '', reason_code = 'site-removed' WHERE reason IN ('Baustelle entfernt', 'Site removed');
