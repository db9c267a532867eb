-- What files for payroll need besides the hours, and the files that were made. A server that came before this file can't erase a company
-- that has any.

CREATE TABLE wage_settings (
    company_id {text} NOT NULL REFERENCES companies (id),
    version BIGINT NOT NULL,
    -- The numbers of the tax adviser and of the company there (Berater, Mandant); null until they are known.
    consultant_number BIGINT,
    client_number BIGINT,
    -- The wage type of each kind of time, and the names that LODAS knows its fields by, as JSON.
    wage_types {text} NOT NULL,
    lodas {text} NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (company_id)
) {keyed};

CREATE TABLE wage_cost_centres (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    cost_centre {text} NOT NULL,
    PRIMARY KEY (company_id, site_id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id)
) {keyed};

CREATE TABLE wage_exports (
    company_id {text} NOT NULL REFERENCES companies (id),
    id {text} NOT NULL,
    -- YYYY-MM, and lodas or lohn-und-gehalt.
    month {text} NOT NULL,
    format {text} NOT NULL,
    -- Whose hours a trial has; null for everyone's.
    user_id {text} REFERENCES users (id),
    made_at BIGINT NOT NULL,
    made_by {text} NOT NULL REFERENCES users (id),
    -- Of the file's bytes, in hexadecimal.
    sha256 {text} NOT NULL,
    people BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    -- The hours of each person and wage type, as JSON.
    amounts {text} NOT NULL,
    -- The file's text; its bytes are the same in Windows-1252.
    file {text} NOT NULL,
    PRIMARY KEY (company_id, id)
) {keyed};

CREATE INDEX wage_exports_month ON wage_exports (company_id, month, id);
CREATE INDEX wage_exports_maker ON wage_exports (made_by, company_id);
CREATE INDEX wage_exports_user ON wage_exports (user_id, company_id) WHERE user_id IS NOT NULL;
