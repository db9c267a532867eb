// Written by scripts/embed.

#include "Embedded.h"

static const unsigned char migration_0001_foundation_sql[] = {
#embed "../../migrations/0001_foundation.sql"
};
static const unsigned char migration_0002_people_and_access_sql[] = {
#embed "../../migrations/0002_people_and_access.sql"
};
static const unsigned char migration_0003_mail_sql[] = {
#embed "../../migrations/0003_mail.sql"
};
static const unsigned char migration_0004_upkeep_sql[] = {
#embed "../../migrations/0004_upkeep.sql"
};
static const unsigned char migration_0005_codes_sql[] = {
#embed "../../migrations/0005_codes.sql"
};
static const unsigned char migration_0006_low_stock_sql[] = {
#embed "../../migrations/0006_low_stock.sql"
};
static const unsigned char migration_0007_limits_sql[] = {
#embed "../../migrations/0007_limits.sql"
};
static const unsigned char migration_0008_sessions_sql[] = {
#embed "../../migrations/0008_sessions.sql"
};
static const unsigned char migration_0009_known_browsers_sql[] = {
#embed "../../migrations/0009_known_browsers.sql"
};
static const unsigned char migration_0010_open_kinds_sql[] = {
#embed "../../migrations/0010_open_kinds.sql"
};
static const unsigned char migration_0011_fair_outbox_sql[] = {
#embed "../../migrations/0011_fair_outbox.sql"
};
static const unsigned char migration_0012_accounts_sql[] = {
#embed "../../migrations/0012_accounts.sql"
};
static const unsigned char migration_0013_now_sql[] = {
#embed "../../migrations/0013_now.sql"
};
static const unsigned char migration_0014_security_events_sql[] = {
#embed "../../migrations/0014_security_events.sql"
};
static const unsigned char migration_0015_address_proof_sql[] = {
#embed "../../migrations/0015_address_proof.sql"
};
static const unsigned char migration_0016_open_ended_sites_sql[] = {
#embed "../../migrations/0016_open_ended_sites.sql"
};
static const unsigned char migration_0017_suspension_and_notice_sql[] = {
#embed "../../migrations/0017_suspension_and_notice.sql"
};
static const unsigned char migration_0018_site_contact_sql[] = {
#embed "../../migrations/0018_site_contact.sql"
};
static const unsigned char migration_0019_roles_and_addresses_sql[] = {
#embed "../../migrations/0019_roles_and_addresses.sql"
};
static const unsigned char migration_0020_owners_and_foremen_sql[] = {
#embed "../../migrations/0020_owners_and_foremen.sql"
};
static const unsigned char migration_0021_cards_sql[] = {
#embed "../../migrations/0021_cards.sql"
};
static const unsigned char migration_0022_places_and_movements_sql[] = {
#embed "../../migrations/0022_places_and_movements.sql"
};
static const unsigned char migration_0023_time_entries_sql[] = {
#embed "../../migrations/0023_time_entries.sql"
};
static const unsigned char migration_0024_break_rule_sql[] = {
#embed "../../migrations/0024_break_rule.sql"
};
static const unsigned char migration_0025_clarifications_sql[] = {
#embed "../../migrations/0025_clarifications.sql"
};
static const unsigned char migration_0026_hours_chain_sql[] = {
#embed "../../migrations/0026_hours_chain.sql"
};
static const unsigned char migration_0027_still_there_sql[] = {
#embed "../../migrations/0027_still_there.sql"
};
static const unsigned char migration_0028_approvals_sql[] = {
#embed "../../migrations/0028_approvals.sql"
};
static const unsigned char migration_0029_absences_sql[] = {
#embed "../../migrations/0029_absences.sql"
};
static const unsigned char migration_0030_wage_files_sql[] = {
#embed "../../migrations/0030_wage_files.sql"
};
static const unsigned char migration_0031_hours_kept_sql[] = {
#embed "../../migrations/0031_hours_kept.sql"
};
static const unsigned char migration_0032_api_tokens_sql[] = {
#embed "../../migrations/0032_api_tokens.sql"
};
static const unsigned char migration_0033_second_factors_sql[] = {
#embed "../../migrations/0033_second_factors.sql"
};
static const unsigned char migration_0034_passkeys_sql[] = {
#embed "../../migrations/0034_passkeys.sql"
};
static const unsigned char migration_0035_low_stock_turns_sql[] = {
#embed "../../migrations/0035_low_stock_turns.sql"
};

static const struct polier_file migrations[] = {
    {"0001_foundation.sql", migration_0001_foundation_sql, sizeof migration_0001_foundation_sql},
    {"0002_people_and_access.sql", migration_0002_people_and_access_sql, sizeof migration_0002_people_and_access_sql},
    {"0003_mail.sql", migration_0003_mail_sql, sizeof migration_0003_mail_sql},
    {"0004_upkeep.sql", migration_0004_upkeep_sql, sizeof migration_0004_upkeep_sql},
    {"0005_codes.sql", migration_0005_codes_sql, sizeof migration_0005_codes_sql},
    {"0006_low_stock.sql", migration_0006_low_stock_sql, sizeof migration_0006_low_stock_sql},
    {"0007_limits.sql", migration_0007_limits_sql, sizeof migration_0007_limits_sql},
    {"0008_sessions.sql", migration_0008_sessions_sql, sizeof migration_0008_sessions_sql},
    {"0009_known_browsers.sql", migration_0009_known_browsers_sql, sizeof migration_0009_known_browsers_sql},
    {"0010_open_kinds.sql", migration_0010_open_kinds_sql, sizeof migration_0010_open_kinds_sql},
    {"0011_fair_outbox.sql", migration_0011_fair_outbox_sql, sizeof migration_0011_fair_outbox_sql},
    {"0012_accounts.sql", migration_0012_accounts_sql, sizeof migration_0012_accounts_sql},
    {"0013_now.sql", migration_0013_now_sql, sizeof migration_0013_now_sql},
    {"0014_security_events.sql", migration_0014_security_events_sql, sizeof migration_0014_security_events_sql},
    {"0015_address_proof.sql", migration_0015_address_proof_sql, sizeof migration_0015_address_proof_sql},
    {"0016_open_ended_sites.sql", migration_0016_open_ended_sites_sql, sizeof migration_0016_open_ended_sites_sql},
    {"0017_suspension_and_notice.sql", migration_0017_suspension_and_notice_sql, sizeof migration_0017_suspension_and_notice_sql},
    {"0018_site_contact.sql", migration_0018_site_contact_sql, sizeof migration_0018_site_contact_sql},
    {"0019_roles_and_addresses.sql", migration_0019_roles_and_addresses_sql, sizeof migration_0019_roles_and_addresses_sql},
    {"0020_owners_and_foremen.sql", migration_0020_owners_and_foremen_sql, sizeof migration_0020_owners_and_foremen_sql},
    {"0021_cards.sql", migration_0021_cards_sql, sizeof migration_0021_cards_sql},
    {"0022_places_and_movements.sql", migration_0022_places_and_movements_sql, sizeof migration_0022_places_and_movements_sql},
    {"0023_time_entries.sql", migration_0023_time_entries_sql, sizeof migration_0023_time_entries_sql},
    {"0024_break_rule.sql", migration_0024_break_rule_sql, sizeof migration_0024_break_rule_sql},
    {"0025_clarifications.sql", migration_0025_clarifications_sql, sizeof migration_0025_clarifications_sql},
    {"0026_hours_chain.sql", migration_0026_hours_chain_sql, sizeof migration_0026_hours_chain_sql},
    {"0027_still_there.sql", migration_0027_still_there_sql, sizeof migration_0027_still_there_sql},
    {"0028_approvals.sql", migration_0028_approvals_sql, sizeof migration_0028_approvals_sql},
    {"0029_absences.sql", migration_0029_absences_sql, sizeof migration_0029_absences_sql},
    {"0030_wage_files.sql", migration_0030_wage_files_sql, sizeof migration_0030_wage_files_sql},
    {"0031_hours_kept.sql", migration_0031_hours_kept_sql, sizeof migration_0031_hours_kept_sql},
    {"0032_api_tokens.sql", migration_0032_api_tokens_sql, sizeof migration_0032_api_tokens_sql},
    {"0033_second_factors.sql", migration_0033_second_factors_sql, sizeof migration_0033_second_factors_sql},
    {"0034_passkeys.sql", migration_0034_passkeys_sql, sizeof migration_0034_passkeys_sql},
    {"0035_low_stock_turns.sql", migration_0035_low_stock_turns_sql, sizeof migration_0035_low_stock_turns_sql},
};

struct polier_files polier_migrations(void) { return (struct polier_files){migrations, sizeof migrations / sizeof migrations[0]}; }
