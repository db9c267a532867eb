-- The schema on SQLite after all migrations. Made by 'make snapshots': edit migrations/ instead.

CREATE TABLE absences (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    part TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT,
    reason TEXT,
    asked_by TEXT NOT NULL REFERENCES users (id),
    asked_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES users (id),
    decided_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX absences_asked ON absences (asked_by, company_id);

CREATE INDEX absences_days ON absences (company_id, from_day, id);

CREATE INDEX absences_decided ON absences (decided_by, company_id) WHERE decided_by IS NOT NULL;

CREATE INDEX absences_state ON absences (company_id, state, from_day, id);

CREATE INDEX absences_user ON absences (company_id, user_id, from_day, id);

CREATE TABLE api_tokens (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX api_tokens_expiry ON api_tokens (expires_at);

CREATE UNIQUE INDEX api_tokens_token ON api_tokens (token_hash);

CREATE INDEX api_tokens_user ON api_tokens (company_id, user_id);

CREATE TABLE assignments (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    foreman_since BIGINT,
    PRIMARY KEY (company_id, site_id, user_id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX assignments_user ON assignments (company_id, user_id, site_id);

CREATE TABLE attempts (
    subject BLOB NOT NULL,
    instants BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (subject)
) WITHOUT ROWID;

CREATE INDEX attempts_expiry ON attempts (expires_at);

CREATE TABLE audit_entries (
    company_id TEXT NOT NULL REFERENCES companies (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    session_id TEXT,
    action TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT,
    changes TEXT NOT NULL,
    token_name TEXT,
    PRIMARY KEY (company_id, id)
) WITHOUT ROWID;

CREATE INDEX audit_entries_subject ON audit_entries (company_id, subject_id);

CREATE INDEX audit_entries_user ON audit_entries (user_id, company_id);

CREATE TABLE cards (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    phone_id TEXT,
    wrong_pins BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX cards_code ON cards (code_hash);

CREATE INDEX cards_expiry ON cards (expires_at);

CREATE UNIQUE INDEX cards_token ON cards (token_hash);

CREATE TABLE clarifications (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    act TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    code TEXT NOT NULL,
    params TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    decided_by TEXT REFERENCES users (id),
    decided_at BIGINT,
    entry_id TEXT,
    movement_id TEXT,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id)
) WITHOUT ROWID;

CREATE INDEX clarifications_decided ON clarifications (decided_by, company_id) WHERE decided_by IS NOT NULL;

CREATE INDEX clarifications_site ON clarifications (company_id, site_id, state, id);

CREATE INDEX clarifications_state ON clarifications (company_id, state, id);

CREATE INDEX clarifications_user ON clarifications (user_id, company_id, id);

CREATE INDEX clarifications_user_state ON clarifications (company_id, user_id, state, id);

CREATE TABLE companies (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    street_number TEXT NOT NULL,
    street TEXT NOT NULL,
    city TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    language TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    suspended_at BIGINT,
    break_rule TEXT NOT NULL DEFAULT 'NONE',
    region TEXT,
    local_holidays TEXT NOT NULL DEFAULT '',
    hours_kept_years BIGINT,
    hours_from TEXT,
    second_factor_for TEXT NOT NULL DEFAULT 'NONE',
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE company_limits (
    company_id TEXT NOT NULL REFERENCES companies (id),
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (company_id, name)
) WITHOUT ROWID;

CREATE TABLE company_rows (
    company_id TEXT NOT NULL REFERENCES companies (id),
    day TEXT NOT NULL,
    added BIGINT NOT NULL,
    PRIMARY KEY (company_id, day)
) WITHOUT ROWID;

CREATE TABLE company_texts (
    company_id TEXT NOT NULL REFERENCES companies (id),
    part BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (company_id, part)
) WITHOUT ROWID;

CREATE TABLE day_approvals (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    day TEXT NOT NULL,
    submitted_at BIGINT,
    submitted_by TEXT REFERENCES users (id),
    changed_at BIGINT,
    approved_at BIGINT,
    approved_by TEXT REFERENCES users (id),
    reopened_at BIGINT,
    reopened_by TEXT REFERENCES users (id),
    reopen_reason TEXT,
    PRIMARY KEY (company_id, user_id, day),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX day_approvals_approved ON day_approvals (approved_by, company_id) WHERE approved_by IS NOT NULL;

CREATE INDEX day_approvals_day ON day_approvals (company_id, day, user_id);

CREATE INDEX day_approvals_reopened ON day_approvals (reopened_by, company_id) WHERE reopened_by IS NOT NULL;

CREATE INDEX day_approvals_submitted ON day_approvals (submitted_by, company_id) WHERE submitted_by IS NOT NULL;

CREATE TABLE factors (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    secret BLOB NOT NULL,
    key_id TEXT NOT NULL,
    last_step BIGINT,
    created_at BIGINT NOT NULL,
    activated_at BIGINT,
    used_at BIGINT,
    credential TEXT,
    counter BIGINT,
    password_mark BLOB,
    PRIMARY KEY (company_id, user_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX factors_credential ON factors (credential);

CREATE INDEX factors_key ON factors (key_id);

CREATE TABLE former_assignments (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    foreman_since BIGINT,
    PRIMARY KEY (company_id, site_id, user_id, began_at),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX former_assignments_user ON former_assignments (company_id, user_id, site_id);

CREATE TABLE former_emails (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, number),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX former_emails_address ON former_emails (email_folded);

CREATE INDEX former_emails_expiry ON former_emails (expires_at);

CREATE INDEX former_emails_token ON former_emails (token_hash);

CREATE TABLE former_names (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, number),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE TABLE hour_erasures (
    company_id TEXT NOT NULL REFERENCES companies (id),
    done_day TEXT NOT NULL,
    set_by TEXT NOT NULL REFERENCES users (id),
    entries BIGINT NOT NULL DEFAULT 0,
    days BIGINT NOT NULL DEFAULT 0,
    absences BIGINT NOT NULL DEFAULT 0,
    clarifications BIGINT NOT NULL DEFAULT 0,
    files BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id)
) WITHOUT ROWID;

CREATE INDEX hour_erasures_done ON hour_erasures (done_day, company_id);

CREATE INDEX hour_erasures_setter ON hour_erasures (set_by, company_id);

CREATE TABLE hour_heads (
    company_id TEXT NOT NULL REFERENCES companies (id),
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    opened_at BIGINT,
    checked_at BIGINT NOT NULL,
    checkpoint_number BIGINT NOT NULL DEFAULT 0,
    checkpoint_hash TEXT NOT NULL DEFAULT '',
    checkpoint_at BIGINT,
    broken_reason TEXT,
    broken_number BIGINT,
    broken_entry TEXT,
    mailed_month TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (company_id)
) WITHOUT ROWID;

CREATE INDEX hour_heads_checked ON hour_heads (checked_at, company_id);

CREATE INDEX hour_heads_mailed ON hour_heads (mailed_month, company_id);

CREATE INDEX hour_heads_unopened ON hour_heads (company_id) WHERE opened_at IS NULL;

CREATE TABLE hour_links (
    company_id TEXT NOT NULL REFERENCES companies (id),
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    site_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    content TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, number)
) WITHOUT ROWID;

CREATE INDEX hour_links_entry ON hour_links (company_id, entry_id, kind, version);

CREATE TABLE idempotency_keys (
    company_id TEXT NOT NULL REFERENCES companies (id),
    user_id TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    body_hash BLOB NOT NULL,
    answer BLOB,
    expires_at BIGINT NOT NULL,
    subject TEXT,
    PRIMARY KEY (company_id, user_id, key_hash)
) WITHOUT ROWID;

CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

CREATE INDEX idempotency_keys_user ON idempotency_keys (company_id, user_id, expires_at);

CREATE TABLE known_browsers (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, token_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX known_browsers_expiry ON known_browsers (expires_at);

CREATE INDEX known_browsers_token ON known_browsers (token_hash, expires_at);

CREATE TABLE low_stock_turns (
    company_id TEXT NOT NULL REFERENCES companies (id),
    last_at BIGINT NOT NULL,
    PRIMARY KEY (company_id)
);

CREATE TABLE mails (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    details TEXT NOT NULL,
    token TEXT,
    state TEXT NOT NULL CONSTRAINT mails_state CHECK ( state IN ('queued', 'sent', 'delivered', 'failed', 'complained', 'cancelled')),
    reason TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT,
    owner TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    reason_code TEXT,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX mails_due ON mails (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX mails_due_company ON mails (company_id, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX mails_due_kind ON mails (kind, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX mails_id ON mails (id);

CREATE INDEX mails_links ON mails (created_at) WHERE token IS NOT NULL;

CREATE INDEX mails_user ON mails (company_id, user_id, kind, id);

CREATE TABLE materials (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT materials_amount CHECK (amount BETWEEN 0 AND 9999999999999),
    threshold BIGINT NOT NULL CONSTRAINT materials_threshold CHECK (threshold BETWEEN 0 AND 9999999999999),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    low_since BIGINT,
    low_batch TEXT,
    price BIGINT,
    name_key TEXT,
    PRIMARY KEY (company_id, site_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id)
) WITHOUT ROWID;

CREATE INDEX materials_key ON materials (company_id, site_id, name_key, removed_at, unit, id);

CREATE INDEX materials_low ON materials (company_id, low_batch) WHERE low_batch IS NOT NULL;

CREATE INDEX materials_present ON materials (company_id, site_id, removed_at, id);

CREATE UNIQUE INDEX materials_removed ON materials (company_id, site_id, id) WHERE removed_at IS NOT NULL;

CREATE INDEX materials_short ON materials (company_id, site_id, id, low_since, removed_at)
    WHERE low_since IS NOT NULL AND removed_at IS NULL;

CREATE UNIQUE INDEX materials_unfolded ON materials (name_key, company_id, site_id, id) WHERE name_key IS NULL;

CREATE TABLE movements (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    material_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    id TEXT NOT NULL,
    delta BIGINT NOT NULL,
    amount_after BIGINT NOT NULL CONSTRAINT movements_amount CHECK (amount_after BETWEEN 0 AND 9999999999999),
    note TEXT,
    user_id TEXT NOT NULL REFERENCES users (id),
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'TAKE',
    unit TEXT NOT NULL DEFAULT '',
    material_name TEXT NOT NULL DEFAULT '',
    price BIGINT,
    ref_id TEXT,
    PRIMARY KEY (company_id, site_id, material_id, number),
    FOREIGN KEY (company_id, site_id, material_id) REFERENCES materials (company_id, site_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX movements_ref ON movements (company_id, ref_id, id) WHERE ref_id IS NOT NULL;

CREATE INDEX movements_site ON movements (company_id, site_id, id);

CREATE INDEX movements_user ON movements (user_id, company_id);

CREATE TABLE notices (
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;

CREATE TABLE one_time_tokens (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id, purpose),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at);

CREATE INDEX one_time_tokens_token ON one_time_tokens (token_hash);

CREATE TABLE phones (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    pin_hash TEXT NOT NULL,
    wrong_pins BIGINT NOT NULL,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX phones_expiry ON phones (expires_at);

CREATE INDEX phones_key ON phones (key_hash);

CREATE UNIQUE INDEX phones_user ON phones (company_id, user_id, key_hash);

CREATE TABLE recovery_codes (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    code_hash BLOB NOT NULL,
    PRIMARY KEY (company_id, user_id, code_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE TABLE schema_migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    runs_with BIGINT NOT NULL,
    applied_at BIGINT,
    claimed_until BIGINT
);

CREATE TABLE security_events (
    company_id TEXT NOT NULL REFERENCES companies (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    session_id TEXT,
    network TEXT,
    request_id TEXT,
    subject_id TEXT,
    detail TEXT,
    token_name TEXT,
    PRIMARY KEY (company_id, id)
) WITHOUT ROWID;

CREATE INDEX security_events_network ON security_events (last_at) WHERE network IS NOT NULL;

CREATE INDEX security_events_subject ON security_events (company_id, subject_id) WHERE subject_id IS NOT NULL;

CREATE INDEX security_events_user ON security_events (user_id, company_id, kind, at);

CREATE TABLE sessions (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT,
    confirmed_at BIGINT,
    last_used_at BIGINT,
    idle_at BIGINT,
    phone_id TEXT,
    switched_off_at BIGINT,
    factor_shown_at BIGINT,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE INDEX sessions_idle ON sessions (idle_at) WHERE idle_at IS NOT NULL;

CREATE INDEX sessions_token ON sessions (token_hash, expires_at, user_id, idle_at, last_used_at, confirmed_at, switched_off_at);

CREATE INDEX sessions_user ON sessions (company_id, user_id, id);

CREATE TABLE sign_in_challenges (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    password_mark BLOB NOT NULL,
    wrong_codes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    begun_from BLOB,
    PRIMARY KEY (company_id, user_id, token_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX sign_in_challenges_expiry ON sign_in_challenges (expires_at);

CREATE UNIQUE INDEX sign_in_challenges_token ON sign_in_challenges (token_hash);

CREATE TABLE sites (
    company_id TEXT NOT NULL REFERENCES companies (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    street_number TEXT NOT NULL,
    street TEXT NOT NULL,
    city TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    priority TEXT NOT NULL CONSTRAINT sites_priority CHECK (priority IN ('low', 'medium', 'high')),
    status TEXT NOT NULL,
    start_date TEXT NOT NULL,
    end_date TEXT,
    notes TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    contact_name TEXT,
    contact_phone TEXT,
    kind TEXT NOT NULL DEFAULT 'SITE',
    region TEXT,
    erased_minutes BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id, id),
    CONSTRAINT sites_dates CHECK (end_date >= start_date)
) WITHOUT ROWID;

CREATE INDEX sites_active ON sites (company_id, status, id, removed_at, kind)
    WHERE status = 'ACTIVE' AND removed_at IS NULL AND kind = 'SITE';

CREATE INDEX sites_present ON sites (company_id, removed_at, id, status, kind);

CREATE INDEX sites_region ON sites (company_id, id, region) WHERE region IS NOT NULL;

CREATE UNIQUE INDEX sites_removed ON sites (company_id, id) WHERE removed_at IS NOT NULL;

CREATE TABLE spent_links (
    company_id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    user_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, token_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;

CREATE INDEX spent_links_expiry ON spent_links (expires_at);

CREATE INDEX spent_links_token ON spent_links (token_hash);

CREATE INDEX spent_links_user ON spent_links (company_id, user_id);

CREATE TABLE time_corrections (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    checked_in_at BIGINT NOT NULL,
    checked_out_at BIGINT,
    reason TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    reason_code TEXT,
    kind TEXT NOT NULL DEFAULT 'WORK',
    breaks TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (company_id, site_id, entry_id, number),
    FOREIGN KEY (company_id, site_id, entry_id) REFERENCES time_entries (company_id, site_id, id)
) WITHOUT ROWID;

CREATE INDEX time_corrections_user ON time_corrections (user_id, company_id);

CREATE TABLE time_entries (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    checked_in_at BIGINT NOT NULL,
    checked_out_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    entered_by TEXT REFERENCES users (id),
    reason TEXT,
    kind TEXT NOT NULL DEFAULT 'WORK',
    source TEXT NOT NULL DEFAULT 'CLOCK',
    breaks TEXT NOT NULL DEFAULT '[]',
    voided_at BIGINT,
    voided_by TEXT REFERENCES users (id),
    void_reason TEXT,
    moved_from TEXT,
    salt TEXT NOT NULL DEFAULT '',
    asked_at BIGINT,
    PRIMARY KEY (company_id, site_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id),
    CONSTRAINT time_entries_order CHECK (checked_out_at >= checked_in_at)
) WITHOUT ROWID;

CREATE INDEX time_entries_company ON time_entries (company_id, checked_in_at, id);

CREATE INDEX time_entries_ended ON time_entries (company_id, user_id, checked_out_at, checked_in_at, voided_at)
    WHERE checked_out_at IS NOT NULL;

CREATE INDEX time_entries_entered ON time_entries (entered_by, company_id) WHERE entered_by IS NOT NULL;

CREATE UNIQUE INDEX time_entries_open ON time_entries (company_id, user_id) WHERE checked_out_at IS NULL AND voided_at IS NULL;

CREATE INDEX time_entries_present ON time_entries (company_id, checked_in_at, id, voided_at)
    WHERE checked_out_at IS NULL AND voided_at IS NULL;

CREATE INDEX time_entries_site ON time_entries (company_id, site_id, checked_in_at, id);

CREATE INDEX time_entries_unasked ON time_entries (checked_in_at, company_id, site_id, id)
    WHERE checked_out_at IS NULL AND voided_at IS NULL AND asked_at IS NULL;

CREATE INDEX time_entries_unsalted ON time_entries (salt, company_id, site_id, id) WHERE salt = '';

CREATE INDEX time_entries_user ON time_entries (company_id, user_id, checked_in_at, id);

CREATE INDEX time_entries_visits ON time_entries (company_id, site_id, user_id, checked_in_at, checked_out_at, voided_at);

CREATE UNIQUE INDEX time_entries_void ON time_entries (company_id, site_id, id, voided_at) WHERE voided_at IS NOT NULL;

CREATE INDEX time_entries_voided ON time_entries (voided_by, company_id) WHERE voided_by IS NOT NULL;

CREATE TABLE unproven_founders (
    company_id TEXT NOT NULL REFERENCES companies (id),
    user_id TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id)
) WITHOUT ROWID;

CREATE INDEX unproven_founders_age ON unproven_founders (created_at);

CREATE UNIQUE INDEX unproven_founders_token ON unproven_founders (token_hash);

CREATE TABLE upkeep (
    task TEXT NOT NULL PRIMARY KEY,
    done_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    company_id TEXT NOT NULL REFERENCES companies (id),
    id TEXT NOT NULL,
    email TEXT,
    email_folded TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    role TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT users_status CHECK (status IN ('ACTIVE', 'INACTIVE')),
    language TEXT NOT NULL,
    password_hash TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    pending_email TEXT,
    pending_email_hash BLOB,
    pending_email_until BIGINT,
    pending_email_by TEXT,
    owner_since BIGINT,
    phone TEXT,
    personnel_number TEXT,
    youth_until TEXT,
    hour_mails TEXT NOT NULL DEFAULT 'NEEDED',
    PRIMARY KEY (company_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX users_email ON users (email_folded);

CREATE UNIQUE INDEX users_id ON users (id);

CREATE UNIQUE INDEX users_owner ON users (company_id) WHERE owner_since IS NOT NULL;

CREATE UNIQUE INDEX users_pending_email ON users (pending_email_hash);

CREATE INDEX users_pending_email_until ON users (pending_email_until) WHERE pending_email_until IS NOT NULL;

CREATE UNIQUE INDEX users_personnel_number ON users (company_id, personnel_number) WHERE personnel_number IS NOT NULL;

CREATE INDEX users_present ON users (company_id, removed_at, id);

CREATE UNIQUE INDEX users_removed ON users (company_id, id) WHERE removed_at IS NOT NULL;

CREATE TABLE wage_cost_centres (
    company_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    cost_centre TEXT NOT NULL,
    PRIMARY KEY (company_id, site_id),
    FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id)
) WITHOUT ROWID;

CREATE TABLE wage_exports (
    company_id TEXT NOT NULL REFERENCES companies (id),
    id TEXT NOT NULL,
    month TEXT NOT NULL,
    format TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL REFERENCES users (id),
    sha256 TEXT NOT NULL,
    people BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    amounts TEXT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (company_id, id)
) WITHOUT ROWID;

CREATE INDEX wage_exports_maker ON wage_exports (made_by, company_id);

CREATE INDEX wage_exports_month ON wage_exports (company_id, month, id);

CREATE INDEX wage_exports_user ON wage_exports (user_id, company_id) WHERE user_id IS NOT NULL;

CREATE TABLE wage_settings (
    company_id TEXT NOT NULL REFERENCES companies (id),
    version BIGINT NOT NULL,
    consultant_number BIGINT,
    client_number BIGINT,
    wage_types TEXT NOT NULL,
    lodas TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (company_id)
) WITHOUT ROWID;

CREATE TABLE work_targets (
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    from_day TEXT NOT NULL,
    monday BIGINT NOT NULL,
    tuesday BIGINT NOT NULL,
    wednesday BIGINT NOT NULL,
    thursday BIGINT NOT NULL,
    friday BIGINT NOT NULL,
    saturday BIGINT NOT NULL,
    sunday BIGINT NOT NULL,
    opening_minutes BIGINT,
    PRIMARY KEY (company_id, user_id, from_day),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) WITHOUT ROWID;
