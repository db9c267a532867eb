-- An operator may suspend a company: its people are refused until it goes on, and all that it has stays. And operators may tell everyone
-- something until a time. A server that came before this file lets the people of a suspended company in, and shows no notice.
-- polier: runs-with 16

-- Null where it isn't suspended.
ALTER TABLE companies ADD COLUMN suspended_at BIGINT;

-- One row at most, of the name 'all'.
CREATE TABLE notices (
    name {text} NOT NULL,
    body {text} NOT NULL,
    until_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name)
) {keyed};
