-- Companies, their people, sites, material and hours.
-- Every table of a company starts its primary key with company_id and every foreign key carries it, so that a row that points
-- across companies cannot exist. Instants are milliseconds since 1970 UTC, days are text YYYY-MM-DD, amounts are thousandths.
-- Removing sets removed_at: the row stays for the history.

CREATE TABLE companies (
    id {text} NOT NULL,
    name {text} NOT NULL,
    street_number {text} NOT NULL,
    street {text} NOT NULL,
    city {text} NOT NULL,
    postal_code {text} NOT NULL,
    country {text} NOT NULL,
    time_zone {text} NOT NULL,
    language {text} NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) {keyed};

-- The hidden company of those who operate the platform.
INSERT INTO companies
    (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
VALUES
    ('00000000-0000-7000-8000-000000000000', 'Polier', '', '', '', '', '', 'Europe/Berlin', 'de', 0, 0);

CREATE TABLE users (
    company_id {text} NOT NULL REFERENCES companies (id),
    id {text} NOT NULL,
    email {text} NOT NULL,
    email_folded {text},
    first_name {text} NOT NULL,
    last_name {text} NOT NULL,
    role {text} NOT NULL CONSTRAINT users_role CHECK (role IN ('ADMIN', 'MANAGER', 'WORKER')),
    status {text} NOT NULL CONSTRAINT users_status CHECK (status IN ('ACTIVE', 'INACTIVE')),
    language {text} NOT NULL,
    password_hash {text},
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (company_id, id)
) {keyed};

-- Who-did-it columns refer to this one alone: an operator may act in any company.
CREATE UNIQUE INDEX users_id ON users (id);
-- Without regard to case; null once the person is removed, so that the address is free again.
CREATE UNIQUE INDEX users_email ON users (email_folded);

CREATE TABLE sessions (
    company_id {text} NOT NULL,
    id {text} NOT NULL,
    user_id {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

-- Holds all that a request asks of its session. Not unique: two tokens of 256 random bits don't collide.
CREATE INDEX sessions_token ON sessions (token_hash, expires_at, user_id);
CREATE INDEX sessions_user ON sessions (company_id, user_id, id);

CREATE TABLE sites (
    company_id {text} NOT NULL REFERENCES companies (id),
    id {text} NOT NULL,
    name {text} NOT NULL,
    street_number {text} NOT NULL,
    street {text} NOT NULL,
    city {text} NOT NULL,
    postal_code {text} NOT NULL,
    country {text} NOT NULL,
    priority {text} NOT NULL CONSTRAINT sites_priority CHECK (priority IN ('low', 'medium', 'high')),
    status {text} NOT NULL CONSTRAINT sites_status CHECK (status IN ('ACTIVE', 'INACTIVE')),
    start_date {text} NOT NULL,
    end_date {text} NOT NULL,
    notes {text},
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (company_id, id),
    CONSTRAINT sites_dates CHECK (end_date >= start_date)
) {keyed};

CREATE TABLE assignments (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    user_id {text} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, site_id, user_id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) {keyed};

CREATE INDEX assignments_user ON assignments (company_id, user_id, site_id);

CREATE TABLE materials (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    id {text} NOT NULL,
    name {text} NOT NULL,
    unit {text} NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT materials_amount CHECK (amount BETWEEN 0 AND 9999999999999),
    threshold BIGINT NOT NULL CONSTRAINT materials_threshold CHECK (threshold BETWEEN 0 AND 9999999999999),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (company_id, site_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id)
) {keyed};

-- number is the material's version that the movement made: it orders the movements of one material exactly.
-- at is when it happened, created_at when it was recorded (later, for work done offline).
CREATE TABLE movements (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    material_id {text} NOT NULL,
    number BIGINT NOT NULL,
    id {text} NOT NULL,
    delta BIGINT NOT NULL CONSTRAINT movements_delta CHECK (delta <> 0),
    amount_after BIGINT NOT NULL CONSTRAINT movements_amount CHECK (amount_after BETWEEN 0 AND 9999999999999),
    note {text},
    user_id {text} NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, site_id, material_id, number),
    FOREIGN KEY (company_id, site_id, material_id) REFERENCES materials (company_id, site_id, id)
) {keyed};

CREATE TABLE time_entries (
    company_id {text} NOT NULL,
    site_id {text} NOT NULL,
    id {text} NOT NULL,
    user_id {text} NOT NULL,
    checked_in_at BIGINT NOT NULL,
    checked_out_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, site_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id),
    CONSTRAINT time_entries_order CHECK (checked_out_at >= checked_in_at)
) {keyed};

-- A person is on one site at a time.
CREATE UNIQUE INDEX time_entries_open ON time_entries (company_id, user_id) WHERE checked_out_at IS NULL;
CREATE INDEX time_entries_visits ON time_entries (company_id, site_id, user_id, checked_in_at, checked_out_at);
