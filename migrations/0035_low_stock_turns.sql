-- One row per company, made when material first runs low: who notifies of material running low locks it, so that one mail collects what falls low
-- together. The company's own row is locked before all others, and comes too late for who holds material. Servers that came before this file lock
-- the company instead: while they run beside newer ones, two mails may go out.
-- polier: runs-with 34

CREATE TABLE low_stock_turns (
    company_id {text} NOT NULL REFERENCES companies (id),
    -- When material last fell low.
    last_at BIGINT NOT NULL,
    PRIMARY KEY (company_id)
);
