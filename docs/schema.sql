-- The schema on PostgreSQL after all migrations. Made by 'make snapshots': edit migrations/ instead.

CREATE TABLE absences (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    from_day text COLLATE "C" NOT NULL,
    to_day text COLLATE "C" NOT NULL,
    part text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    note text COLLATE "C",
    reason text COLLATE "C",
    asked_by text COLLATE "C" NOT NULL,
    asked_at bigint NOT NULL,
    decided_by text COLLATE "C",
    decided_at bigint,
    version bigint NOT NULL DEFAULT 1,
    updated_at bigint NOT NULL,
    CONSTRAINT absences_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT absences_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES users(id),
    CONSTRAINT absences_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id),
    CONSTRAINT absences_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES users(id)
);

CREATE INDEX absences_asked ON absences USING btree (asked_by, company_id);

CREATE INDEX absences_days ON absences USING btree (company_id, from_day, id);

CREATE INDEX absences_decided ON absences USING btree (decided_by, company_id) WHERE decided_by IS NOT NULL;

CREATE INDEX absences_state ON absences USING btree (company_id, state, from_day, id);

CREATE INDEX absences_user ON absences USING btree (company_id, user_id, from_day, id);

CREATE TABLE api_tokens (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    scopes text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    expires_at bigint NOT NULL,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT api_tokens_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX api_tokens_expiry ON api_tokens USING btree (expires_at);

CREATE UNIQUE INDEX api_tokens_token ON api_tokens USING btree (token_hash);

CREATE INDEX api_tokens_user ON api_tokens USING btree (company_id, user_id);

CREATE TABLE assignments (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    foreman_since bigint,
    CONSTRAINT assignments_pkey PRIMARY KEY (company_id, site_id, user_id),
    CONSTRAINT assignments_company_id_site_id_fkey FOREIGN KEY (company_id, site_id) REFERENCES sites(company_id, id),
    CONSTRAINT assignments_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX assignments_user ON assignments USING btree (company_id, user_id, site_id);

CREATE TABLE attempts (
    subject bytea NOT NULL,
    instants bytea NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT attempts_pkey PRIMARY KEY (subject)
);

CREATE INDEX attempts_expiry ON attempts USING btree (expires_at);

CREATE TABLE audit_entries (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    session_id text COLLATE "C",
    action text COLLATE "C" NOT NULL,
    subject_id text COLLATE "C" NOT NULL,
    subject_name text COLLATE "C",
    changes text COLLATE "C" NOT NULL,
    token_name text COLLATE "C",
    CONSTRAINT audit_entries_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT audit_entries_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id),
    CONSTRAINT audit_entries_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE INDEX audit_entries_subject ON audit_entries USING btree (company_id, subject_id);

CREATE INDEX audit_entries_user ON audit_entries USING btree (user_id, company_id);

CREATE TABLE cards (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    code_hash bytea NOT NULL,
    phone_id text COLLATE "C",
    wrong_pins bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT cards_pkey PRIMARY KEY (company_id, user_id),
    CONSTRAINT cards_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE UNIQUE INDEX cards_code ON cards USING btree (code_hash);

CREATE INDEX cards_expiry ON cards USING btree (expires_at);

CREATE UNIQUE INDEX cards_token ON cards USING btree (token_hash);

CREATE TABLE clarifications (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    act text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    reported_at bigint NOT NULL,
    code text COLLATE "C" NOT NULL,
    params text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    reason text COLLATE "C",
    decided_by text COLLATE "C",
    decided_at bigint,
    entry_id text COLLATE "C",
    movement_id text COLLATE "C",
    CONSTRAINT clarifications_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT clarifications_company_id_site_id_fkey FOREIGN KEY (company_id, site_id) REFERENCES sites(company_id, id),
    CONSTRAINT clarifications_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES users(id),
    CONSTRAINT clarifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE INDEX clarifications_decided ON clarifications USING btree (decided_by, company_id) WHERE decided_by IS NOT NULL;

CREATE INDEX clarifications_site ON clarifications USING btree (company_id, site_id, state, id);

CREATE INDEX clarifications_state ON clarifications USING btree (company_id, state, id);

CREATE INDEX clarifications_user ON clarifications USING btree (user_id, company_id, id);

CREATE INDEX clarifications_user_state ON clarifications USING btree (company_id, user_id, state, id);

CREATE TABLE companies (
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    street_number text COLLATE "C" NOT NULL,
    street text COLLATE "C" NOT NULL,
    city text COLLATE "C" NOT NULL,
    postal_code text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    time_zone text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    suspended_at bigint,
    break_rule text COLLATE "C" NOT NULL DEFAULT 'NONE'::text,
    region text COLLATE "C",
    local_holidays text COLLATE "C" NOT NULL DEFAULT ''::text,
    hours_kept_years bigint,
    hours_from text COLLATE "C",
    second_factor_for text COLLATE "C" NOT NULL DEFAULT 'NONE'::text,
    CONSTRAINT companies_pkey PRIMARY KEY (id)
);

CREATE TABLE company_limits (
    company_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    CONSTRAINT company_limits_pkey PRIMARY KEY (company_id, name),
    CONSTRAINT company_limits_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE TABLE company_rows (
    company_id text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    added bigint NOT NULL,
    CONSTRAINT company_rows_pkey PRIMARY KEY (company_id, day),
    CONSTRAINT company_rows_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE TABLE company_texts (
    company_id text COLLATE "C" NOT NULL,
    part bigint NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT company_texts_pkey PRIMARY KEY (company_id, part),
    CONSTRAINT company_texts_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE TABLE day_approvals (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    submitted_at bigint,
    submitted_by text COLLATE "C",
    changed_at bigint,
    approved_at bigint,
    approved_by text COLLATE "C",
    reopened_at bigint,
    reopened_by text COLLATE "C",
    reopen_reason text COLLATE "C",
    CONSTRAINT day_approvals_pkey PRIMARY KEY (company_id, user_id, day),
    CONSTRAINT day_approvals_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES users(id),
    CONSTRAINT day_approvals_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id),
    CONSTRAINT day_approvals_reopened_by_fkey FOREIGN KEY (reopened_by) REFERENCES users(id),
    CONSTRAINT day_approvals_submitted_by_fkey FOREIGN KEY (submitted_by) REFERENCES users(id)
);

CREATE INDEX day_approvals_approved ON day_approvals USING btree (approved_by, company_id) WHERE approved_by IS NOT NULL;

CREATE INDEX day_approvals_day ON day_approvals USING btree (company_id, day, user_id);

CREATE INDEX day_approvals_reopened ON day_approvals USING btree (reopened_by, company_id) WHERE reopened_by IS NOT NULL;

CREATE INDEX day_approvals_submitted ON day_approvals USING btree (submitted_by, company_id) WHERE submitted_by IS NOT NULL;

CREATE TABLE factors (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C",
    secret bytea NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    last_step bigint,
    created_at bigint NOT NULL,
    activated_at bigint,
    used_at bigint,
    credential text COLLATE "C",
    counter bigint,
    password_mark bytea,
    CONSTRAINT factors_pkey PRIMARY KEY (company_id, user_id, id),
    CONSTRAINT factors_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE UNIQUE INDEX factors_credential ON factors USING btree (credential);

CREATE INDEX factors_key ON factors USING btree (key_id);

CREATE TABLE former_assignments (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    began_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    foreman_since bigint,
    CONSTRAINT former_assignments_pkey PRIMARY KEY (company_id, site_id, user_id, began_at),
    CONSTRAINT former_assignments_company_id_site_id_fkey FOREIGN KEY (company_id, site_id) REFERENCES sites(company_id, id),
    CONSTRAINT former_assignments_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX former_assignments_user ON former_assignments USING btree (company_id, user_id, site_id);

CREATE TABLE former_emails (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    email text COLLATE "C" NOT NULL,
    email_folded text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT former_emails_pkey PRIMARY KEY (company_id, user_id, number),
    CONSTRAINT former_emails_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX former_emails_address ON former_emails USING btree (email_folded);

CREATE INDEX former_emails_expiry ON former_emails USING btree (expires_at);

CREATE INDEX former_emails_token ON former_emails USING btree (token_hash);

CREATE TABLE former_names (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    first_name text COLLATE "C" NOT NULL,
    last_name text COLLATE "C" NOT NULL,
    until_at bigint NOT NULL,
    CONSTRAINT former_names_pkey PRIMARY KEY (company_id, user_id, number),
    CONSTRAINT former_names_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE TABLE hour_erasures (
    company_id text COLLATE "C" NOT NULL,
    done_day text COLLATE "C" NOT NULL,
    set_by text COLLATE "C" NOT NULL,
    entries bigint NOT NULL DEFAULT 0,
    days bigint NOT NULL DEFAULT 0,
    absences bigint NOT NULL DEFAULT 0,
    clarifications bigint NOT NULL DEFAULT 0,
    files bigint NOT NULL DEFAULT 0,
    CONSTRAINT hour_erasures_pkey PRIMARY KEY (company_id),
    CONSTRAINT hour_erasures_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id),
    CONSTRAINT hour_erasures_set_by_fkey FOREIGN KEY (set_by) REFERENCES users(id)
);

CREATE INDEX hour_erasures_done ON hour_erasures USING btree (done_day, company_id);

CREATE INDEX hour_erasures_setter ON hour_erasures USING btree (set_by, company_id);

CREATE TABLE hour_heads (
    company_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    hash text COLLATE "C" NOT NULL,
    opened_at bigint,
    checked_at bigint NOT NULL,
    checkpoint_number bigint NOT NULL DEFAULT 0,
    checkpoint_hash text COLLATE "C" NOT NULL DEFAULT ''::text,
    checkpoint_at bigint,
    broken_reason text COLLATE "C",
    broken_number bigint,
    broken_entry text COLLATE "C",
    mailed_month text COLLATE "C" NOT NULL DEFAULT ''::text,
    CONSTRAINT hour_heads_pkey PRIMARY KEY (company_id),
    CONSTRAINT hour_heads_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE INDEX hour_heads_checked ON hour_heads USING btree (checked_at, company_id);

CREATE INDEX hour_heads_mailed ON hour_heads USING btree (mailed_month, company_id);

CREATE INDEX hour_heads_unopened ON hour_heads USING btree (company_id) WHERE opened_at IS NULL;

CREATE TABLE hour_links (
    company_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    entry_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    content text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT hour_links_pkey PRIMARY KEY (company_id, number),
    CONSTRAINT hour_links_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE INDEX hour_links_entry ON hour_links USING btree (company_id, entry_id, kind, version);

CREATE TABLE idempotency_keys (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    key_hash bytea NOT NULL,
    body_hash bytea NOT NULL,
    answer bytea,
    expires_at bigint NOT NULL,
    subject text COLLATE "C",
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (company_id, user_id, key_hash),
    CONSTRAINT idempotency_keys_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE INDEX idempotency_keys_expiry ON idempotency_keys USING btree (expires_at);

CREATE INDEX idempotency_keys_user ON idempotency_keys USING btree (company_id, user_id, expires_at);

CREATE TABLE known_browsers (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT known_browsers_pkey PRIMARY KEY (company_id, user_id, token_hash),
    CONSTRAINT known_browsers_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX known_browsers_expiry ON known_browsers USING btree (expires_at);

CREATE INDEX known_browsers_token ON known_browsers USING btree (token_hash, expires_at);

CREATE TABLE low_stock_turns (
    company_id text COLLATE "C" NOT NULL,
    last_at bigint NOT NULL,
    CONSTRAINT low_stock_turns_pkey PRIMARY KEY (company_id),
    CONSTRAINT low_stock_turns_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE TABLE mails (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    details text COLLATE "C" NOT NULL,
    token text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    reason text COLLATE "C",
    attempts bigint NOT NULL DEFAULT 0,
    due_at bigint,
    owner text COLLATE "C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    reason_code text COLLATE "C",
    CONSTRAINT mails_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT mails_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id),
    CONSTRAINT mails_state CHECK (state = ANY (ARRAY['queued'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'complained'::text, 'cancelled'::text]))
);

CREATE INDEX mails_due ON mails USING btree (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX mails_due_company ON mails USING btree (company_id, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX mails_due_kind ON mails USING btree (kind, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX mails_id ON mails USING btree (id);

CREATE INDEX mails_links ON mails USING btree (created_at) WHERE token IS NOT NULL;

CREATE INDEX mails_user ON mails USING btree (company_id, user_id, kind, id);

CREATE TABLE materials (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    unit text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    threshold bigint NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    removed_at bigint,
    low_since bigint,
    low_batch text COLLATE "C",
    price bigint,
    name_key text COLLATE "C",
    CONSTRAINT materials_pkey PRIMARY KEY (company_id, site_id, id),
    CONSTRAINT materials_company_id_site_id_fkey FOREIGN KEY (company_id, site_id) REFERENCES sites(company_id, id),
    CONSTRAINT materials_amount CHECK (amount >= 0 AND amount <= '9999999999999'::bigint),
    CONSTRAINT materials_threshold CHECK (threshold >= 0 AND threshold <= '9999999999999'::bigint)
);

CREATE INDEX materials_key ON materials USING btree (company_id, site_id, name_key, removed_at, unit, id);

CREATE INDEX materials_low ON materials USING btree (company_id, low_batch) WHERE low_batch IS NOT NULL;

CREATE INDEX materials_present ON materials USING btree (company_id, site_id, removed_at, id);

CREATE UNIQUE INDEX materials_removed ON materials USING btree (company_id, site_id, id) WHERE removed_at IS NOT NULL;

CREATE INDEX materials_short ON materials USING btree (company_id, site_id, id, low_since, removed_at) WHERE low_since IS NOT NULL AND removed_at IS NULL;

CREATE UNIQUE INDEX materials_unfolded ON materials USING btree (name_key, company_id, site_id, id) WHERE name_key IS NULL;

CREATE TABLE movements (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    material_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    delta bigint NOT NULL,
    amount_after bigint NOT NULL,
    note text COLLATE "C",
    user_id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    created_at bigint NOT NULL,
    kind text COLLATE "C" NOT NULL DEFAULT 'TAKE'::text,
    unit text COLLATE "C" NOT NULL DEFAULT ''::text,
    material_name text COLLATE "C" NOT NULL DEFAULT ''::text,
    price bigint,
    ref_id text COLLATE "C",
    CONSTRAINT movements_pkey PRIMARY KEY (company_id, site_id, material_id, number),
    CONSTRAINT movements_company_id_site_id_material_id_fkey FOREIGN KEY (company_id, site_id, material_id) REFERENCES materials(company_id, site_id, id),
    CONSTRAINT movements_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
    CONSTRAINT movements_amount CHECK (amount_after >= 0 AND amount_after <= '9999999999999'::bigint)
);

CREATE UNIQUE INDEX movements_ref ON movements USING btree (company_id, ref_id, id) WHERE ref_id IS NOT NULL;

CREATE INDEX movements_site ON movements USING btree (company_id, site_id, id);

CREATE INDEX movements_user ON movements USING btree (user_id, company_id);

CREATE TABLE notices (
    name text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    until_at bigint NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT notices_pkey PRIMARY KEY (name)
);

CREATE TABLE one_time_tokens (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (company_id, user_id, purpose),
    CONSTRAINT one_time_tokens_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX one_time_tokens_expiry ON one_time_tokens USING btree (expires_at);

CREATE INDEX one_time_tokens_token ON one_time_tokens USING btree (token_hash);

CREATE TABLE phones (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    key_hash bytea NOT NULL,
    pin_hash text COLLATE "C" NOT NULL,
    wrong_pins bigint NOT NULL,
    user_agent text COLLATE "C",
    created_at bigint NOT NULL,
    last_used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT phones_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT phones_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX phones_expiry ON phones USING btree (expires_at);

CREATE INDEX phones_key ON phones USING btree (key_hash);

CREATE UNIQUE INDEX phones_user ON phones USING btree (company_id, user_id, key_hash);

CREATE TABLE recovery_codes (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    code_hash bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (company_id, user_id, code_hash),
    CONSTRAINT recovery_codes_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE TABLE schema_migrations (
    version bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    checksum text COLLATE "C" NOT NULL,
    runs_with bigint NOT NULL,
    applied_at bigint,
    claimed_until bigint,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
);

CREATE TABLE security_events (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    last_at bigint NOT NULL,
    times bigint NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    session_id text COLLATE "C",
    network text COLLATE "C",
    request_id text COLLATE "C",
    subject_id text COLLATE "C",
    detail text COLLATE "C",
    token_name text COLLATE "C",
    CONSTRAINT security_events_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT security_events_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id),
    CONSTRAINT security_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE INDEX security_events_network ON security_events USING btree (last_at) WHERE network IS NOT NULL;

CREATE INDEX security_events_subject ON security_events USING btree (company_id, subject_id) WHERE subject_id IS NOT NULL;

CREATE INDEX security_events_user ON security_events USING btree (user_id, company_id, kind, at);

CREATE TABLE sessions (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    user_agent text COLLATE "C",
    confirmed_at bigint,
    last_used_at bigint,
    idle_at bigint,
    phone_id text COLLATE "C",
    switched_off_at bigint,
    factor_shown_at bigint,
    CONSTRAINT sessions_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT sessions_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX sessions_expiry ON sessions USING btree (expires_at);

CREATE INDEX sessions_idle ON sessions USING btree (idle_at) WHERE idle_at IS NOT NULL;

CREATE INDEX sessions_token ON sessions USING btree (token_hash, expires_at, user_id, idle_at, last_used_at, confirmed_at, switched_off_at);

CREATE INDEX sessions_user ON sessions USING btree (company_id, user_id, id);

CREATE TABLE sign_in_challenges (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    password_mark bytea NOT NULL,
    wrong_codes bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    begun_from bytea,
    CONSTRAINT sign_in_challenges_pkey PRIMARY KEY (company_id, user_id, token_hash),
    CONSTRAINT sign_in_challenges_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX sign_in_challenges_expiry ON sign_in_challenges USING btree (expires_at);

CREATE UNIQUE INDEX sign_in_challenges_token ON sign_in_challenges USING btree (token_hash);

CREATE TABLE sites (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    street_number text COLLATE "C" NOT NULL,
    street text COLLATE "C" NOT NULL,
    city text COLLATE "C" NOT NULL,
    postal_code text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    start_date text COLLATE "C" NOT NULL,
    end_date text COLLATE "C",
    notes text COLLATE "C",
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    removed_at bigint,
    contact_name text COLLATE "C",
    contact_phone text COLLATE "C",
    kind text COLLATE "C" NOT NULL DEFAULT 'SITE'::text,
    region text COLLATE "C",
    erased_minutes bigint NOT NULL DEFAULT 0,
    CONSTRAINT sites_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT sites_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id),
    CONSTRAINT sites_dates CHECK (end_date >= start_date),
    CONSTRAINT sites_priority CHECK (priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))
);

CREATE INDEX sites_active ON sites USING btree (company_id, status, id, removed_at, kind) WHERE status = 'ACTIVE'::text AND removed_at IS NULL AND kind = 'SITE'::text;

CREATE INDEX sites_present ON sites USING btree (company_id, removed_at, id, status, kind);

CREATE INDEX sites_region ON sites USING btree (company_id, id, region) WHERE region IS NOT NULL;

CREATE UNIQUE INDEX sites_removed ON sites USING btree (company_id, id) WHERE removed_at IS NOT NULL;

CREATE TABLE spent_links (
    company_id text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT spent_links_pkey PRIMARY KEY (company_id, token_hash),
    CONSTRAINT spent_links_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);

CREATE INDEX spent_links_expiry ON spent_links USING btree (expires_at);

CREATE INDEX spent_links_token ON spent_links USING btree (token_hash);

CREATE INDEX spent_links_user ON spent_links USING btree (company_id, user_id);

CREATE TABLE time_corrections (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    entry_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    checked_in_at bigint NOT NULL,
    checked_out_at bigint,
    reason text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    reason_code text COLLATE "C",
    kind text COLLATE "C" NOT NULL DEFAULT 'WORK'::text,
    breaks text COLLATE "C" NOT NULL DEFAULT '[]'::text,
    CONSTRAINT time_corrections_pkey PRIMARY KEY (company_id, site_id, entry_id, number),
    CONSTRAINT time_corrections_company_id_site_id_entry_id_fkey FOREIGN KEY (company_id, site_id, entry_id) REFERENCES time_entries(company_id, site_id, id),
    CONSTRAINT time_corrections_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE INDEX time_corrections_user ON time_corrections USING btree (user_id, company_id);

CREATE TABLE time_entries (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    checked_in_at bigint NOT NULL,
    checked_out_at bigint,
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    entered_by text COLLATE "C",
    reason text COLLATE "C",
    kind text COLLATE "C" NOT NULL DEFAULT 'WORK'::text,
    source text COLLATE "C" NOT NULL DEFAULT 'CLOCK'::text,
    breaks text COLLATE "C" NOT NULL DEFAULT '[]'::text,
    voided_at bigint,
    voided_by text COLLATE "C",
    void_reason text COLLATE "C",
    moved_from text COLLATE "C",
    salt text COLLATE "C" NOT NULL DEFAULT ''::text,
    asked_at bigint,
    CONSTRAINT time_entries_pkey PRIMARY KEY (company_id, site_id, id),
    CONSTRAINT time_entries_company_id_site_id_fkey FOREIGN KEY (company_id, site_id) REFERENCES sites(company_id, id),
    CONSTRAINT time_entries_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id),
    CONSTRAINT time_entries_entered_by_fkey FOREIGN KEY (entered_by) REFERENCES users(id),
    CONSTRAINT time_entries_voided_by_fkey FOREIGN KEY (voided_by) REFERENCES users(id),
    CONSTRAINT time_entries_order CHECK (checked_out_at >= checked_in_at)
);

CREATE INDEX time_entries_company ON time_entries USING btree (company_id, checked_in_at, id);

CREATE INDEX time_entries_ended ON time_entries USING btree (company_id, user_id, checked_out_at, checked_in_at, voided_at) WHERE checked_out_at IS NOT NULL;

CREATE INDEX time_entries_entered ON time_entries USING btree (entered_by, company_id) WHERE entered_by IS NOT NULL;

CREATE UNIQUE INDEX time_entries_open ON time_entries USING btree (company_id, user_id) WHERE checked_out_at IS NULL AND voided_at IS NULL;

CREATE INDEX time_entries_present ON time_entries USING btree (company_id, checked_in_at, id, voided_at) WHERE checked_out_at IS NULL AND voided_at IS NULL;

CREATE INDEX time_entries_site ON time_entries USING btree (company_id, site_id, checked_in_at, id);

CREATE INDEX time_entries_unasked ON time_entries USING btree (checked_in_at, company_id, site_id, id) WHERE checked_out_at IS NULL AND voided_at IS NULL AND asked_at IS NULL;

CREATE INDEX time_entries_unsalted ON time_entries USING btree (salt, company_id, site_id, id) WHERE salt = ''::text;

CREATE INDEX time_entries_user ON time_entries USING btree (company_id, user_id, checked_in_at, id);

CREATE INDEX time_entries_visits ON time_entries USING btree (company_id, site_id, user_id, checked_in_at, checked_out_at, voided_at);

CREATE UNIQUE INDEX time_entries_void ON time_entries USING btree (company_id, site_id, id, voided_at) WHERE voided_at IS NOT NULL;

CREATE INDEX time_entries_voided ON time_entries USING btree (voided_by, company_id) WHERE voided_by IS NOT NULL;

CREATE TABLE unproven_founders (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    email_folded text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,
    expires_at bigint NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT unproven_founders_pkey PRIMARY KEY (company_id, user_id),
    CONSTRAINT unproven_founders_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE INDEX unproven_founders_age ON unproven_founders USING btree (created_at);

CREATE UNIQUE INDEX unproven_founders_token ON unproven_founders USING btree (token_hash);

CREATE TABLE upkeep (
    task text COLLATE "C" NOT NULL,
    done_at bigint NOT NULL,
    CONSTRAINT upkeep_pkey PRIMARY KEY (task)
);

CREATE TABLE users (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    email text COLLATE "C",
    email_folded text COLLATE "C",
    first_name text COLLATE "C" NOT NULL,
    last_name text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    password_hash text COLLATE "C",
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    removed_at bigint,
    pending_email text COLLATE "C",
    pending_email_hash bytea,
    pending_email_until bigint,
    pending_email_by text COLLATE "C",
    owner_since bigint,
    phone text COLLATE "C",
    personnel_number text COLLATE "C",
    youth_until text COLLATE "C",
    hour_mails text COLLATE "C" NOT NULL DEFAULT 'NEEDED'::text,
    CONSTRAINT users_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT users_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id),
    CONSTRAINT users_status CHECK (status = ANY (ARRAY['ACTIVE'::text, 'INACTIVE'::text]))
);

CREATE UNIQUE INDEX users_email ON users USING btree (email_folded);

CREATE UNIQUE INDEX users_id ON users USING btree (id);

CREATE UNIQUE INDEX users_owner ON users USING btree (company_id) WHERE owner_since IS NOT NULL;

CREATE UNIQUE INDEX users_pending_email ON users USING btree (pending_email_hash);

CREATE INDEX users_pending_email_until ON users USING btree (pending_email_until) WHERE pending_email_until IS NOT NULL;

CREATE UNIQUE INDEX users_personnel_number ON users USING btree (company_id, personnel_number) WHERE personnel_number IS NOT NULL;

CREATE INDEX users_present ON users USING btree (company_id, removed_at, id);

CREATE UNIQUE INDEX users_removed ON users USING btree (company_id, id) WHERE removed_at IS NOT NULL;

CREATE TABLE wage_cost_centres (
    company_id text COLLATE "C" NOT NULL,
    site_id text COLLATE "C" NOT NULL,
    cost_centre text COLLATE "C" NOT NULL,
    CONSTRAINT wage_cost_centres_pkey PRIMARY KEY (company_id, site_id),
    CONSTRAINT wage_cost_centres_company_id_site_id_fkey FOREIGN KEY (company_id, site_id) REFERENCES sites(company_id, id)
);

CREATE TABLE wage_exports (
    company_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    month text COLLATE "C" NOT NULL,
    format text COLLATE "C" NOT NULL,
    user_id text COLLATE "C",
    made_at bigint NOT NULL,
    made_by text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    people bigint NOT NULL,
    lines bigint NOT NULL,
    amounts text COLLATE "C" NOT NULL,
    file text COLLATE "C" NOT NULL,
    CONSTRAINT wage_exports_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT wage_exports_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id),
    CONSTRAINT wage_exports_made_by_fkey FOREIGN KEY (made_by) REFERENCES users(id),
    CONSTRAINT wage_exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE INDEX wage_exports_maker ON wage_exports USING btree (made_by, company_id);

CREATE INDEX wage_exports_month ON wage_exports USING btree (company_id, month, id);

CREATE INDEX wage_exports_user ON wage_exports USING btree (user_id, company_id) WHERE user_id IS NOT NULL;

CREATE TABLE wage_settings (
    company_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    consultant_number bigint,
    client_number bigint,
    wage_types text COLLATE "C" NOT NULL,
    lodas text COLLATE "C" NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT wage_settings_pkey PRIMARY KEY (company_id),
    CONSTRAINT wage_settings_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id)
);

CREATE TABLE work_targets (
    company_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    from_day text COLLATE "C" NOT NULL,
    monday bigint NOT NULL,
    tuesday bigint NOT NULL,
    wednesday bigint NOT NULL,
    thursday bigint NOT NULL,
    friday bigint NOT NULL,
    saturday bigint NOT NULL,
    sunday bigint NOT NULL,
    opening_minutes bigint,
    CONSTRAINT work_targets_pkey PRIMARY KEY (company_id, user_id, from_day),
    CONSTRAINT work_targets_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);
