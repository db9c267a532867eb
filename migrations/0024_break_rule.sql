-- Whether a company subtracts a break from a day on which none was recorded: NONE, or LEGAL for the shortest one that ArbZG section 4 asks for. A
-- server that came before this file computes no days.
-- polier: runs-with 23

ALTER TABLE companies ADD COLUMN break_rule {text} NOT NULL DEFAULT 'NONE';
