-- When what keeps this database safe was last done. It belongs to the database and not to what is in it: copies and backups leave
-- it out.
-- polier: runs-with 1

CREATE TABLE upkeep (
    task {text} NOT NULL PRIMARY KEY,
    done_at BIGINT NOT NULL
) {keyed};
