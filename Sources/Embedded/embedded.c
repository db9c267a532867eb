#include "Embedded.h"

static const unsigned char migration_0001[] = {
#embed "../../migrations/0001_foundation.sql"
};

static const unsigned char migration_0002[] = {
#embed "../../migrations/0002_people_and_access.sql"
};

static const unsigned char migration_0003[] = {
#embed "../../migrations/0003_mail.sql"
};

static const unsigned char migration_0004[] = {
#embed "../../migrations/0004_upkeep.sql"
};
static const unsigned char migration_0005[] = {
#embed "../../migrations/0005_codes.sql"
};
static const unsigned char migration_0006[] = {
#embed "../../migrations/0006_low_stock.sql"
};
static const unsigned char migration_0007[] = {
#embed "../../migrations/0007_limits.sql"
};
static const unsigned char migration_0008[] = {
#embed "../../migrations/0008_sessions.sql"
};
static const unsigned char migration_0009[] = {
#embed "../../migrations/0009_known_browsers.sql"
};
static const unsigned char migration_0010[] = {
#embed "../../migrations/0010_open_kinds.sql"
};
static const unsigned char migration_0011[] = {
#embed "../../migrations/0011_fair_outbox.sql"
};
static const unsigned char migration_0012[] = {
#embed "../../migrations/0012_accounts.sql"
};
static const unsigned char migration_0013[] = {
#embed "../../migrations/0013_now.sql"
};
static const unsigned char migration_0014[] = {
#embed "../../migrations/0014_security_events.sql"
};
static const unsigned char migration_0015[] = {
#embed "../../migrations/0015_address_proof.sql"
};
static const unsigned char migration_0016[] = {
#embed "../../migrations/0016_open_ended_sites.sql"
};
static const unsigned char migration_0017[] = {
#embed "../../migrations/0017_suspension_and_notice.sql"
};

static const struct polier_file migrations[] = {
    {"0001_foundation.sql", migration_0001, sizeof migration_0001},
    {"0002_people_and_access.sql", migration_0002, sizeof migration_0002},
    {"0003_mail.sql", migration_0003, sizeof migration_0003},
    {"0004_upkeep.sql", migration_0004, sizeof migration_0004},
    {"0005_codes.sql", migration_0005, sizeof migration_0005},
    {"0006_low_stock.sql", migration_0006, sizeof migration_0006},
    {"0007_limits.sql", migration_0007, sizeof migration_0007},
    {"0008_sessions.sql", migration_0008, sizeof migration_0008},
    {"0009_known_browsers.sql", migration_0009, sizeof migration_0009},
    {"0010_open_kinds.sql", migration_0010, sizeof migration_0010},
    {"0011_fair_outbox.sql", migration_0011, sizeof migration_0011},
    {"0012_accounts.sql", migration_0012, sizeof migration_0012},
    {"0013_now.sql", migration_0013, sizeof migration_0013},
    {"0014_security_events.sql", migration_0014, sizeof migration_0014},
    {"0015_address_proof.sql", migration_0015, sizeof migration_0015},
    {"0016_open_ended_sites.sql", migration_0016, sizeof migration_0016},
    {"0017_suspension_and_notice.sql", migration_0017, sizeof migration_0017},
};

struct polier_files polier_migrations(void) {
    return (struct polier_files){migrations, sizeof migrations / sizeof migrations[0]};
}

static const unsigned char common_passwords[] = {
#embed "common-passwords.txt"
};

static const unsigned char common_words[] = {
#embed "common-words.txt"
};

static const unsigned char docs_page[] = {
#embed "docs.html"
};

struct polier_file polier_common_passwords(void) {
    return (struct polier_file){"common-passwords.txt", common_passwords, sizeof common_passwords};
}

struct polier_file polier_common_words(void) {
    return (struct polier_file){"common-words.txt", common_words, sizeof common_words};
}

struct polier_file polier_docs_page(void) {
    return (struct polier_file){"docs.html", docs_page, sizeof docs_page};
}

static const unsigned char mail_invitation_de[] = {
#embed "mails/invitation.de.mustache"
};

static const unsigned char mail_invitation_en[] = {
#embed "mails/invitation.en.mustache"
};

static const unsigned char mail_layout_html[] = {
#embed "mails/layout.html.mustache"
};

static const unsigned char mail_layout_txt[] = {
#embed "mails/layout.txt.mustache"
};

static const unsigned char mail_password_changed_de[] = {
#embed "mails/password-changed.de.mustache"
};

static const unsigned char mail_password_changed_en[] = {
#embed "mails/password-changed.en.mustache"
};

static const unsigned char mail_reset_de[] = {
#embed "mails/reset.de.mustache"
};

static const unsigned char mail_reset_en[] = {
#embed "mails/reset.en.mustache"
};

static const unsigned char mail_email_changed_de[] = {
#embed "mails/email-changed.de.mustache"
};

static const unsigned char mail_email_changed_en[] = {
#embed "mails/email-changed.en.mustache"
};

static const unsigned char mail_low_stock_de[] = {
#embed "mails/low-stock.de.mustache"
};

static const unsigned char mail_low_stock_en[] = {
#embed "mails/low-stock.en.mustache"
};

static const unsigned char mail_email_confirm_de[] = {
#embed "mails/email-confirm.de.mustache"
};

static const unsigned char mail_email_confirm_en[] = {
#embed "mails/email-confirm.en.mustache"
};

static const unsigned char mail_email_changing_de[] = {
#embed "mails/email-changing.de.mustache"
};

static const unsigned char mail_email_changing_en[] = {
#embed "mails/email-changing.en.mustache"
};

static const unsigned char mail_email_undone_de[] = {
#embed "mails/email-undone.de.mustache"
};

static const unsigned char mail_email_undone_en[] = {
#embed "mails/email-undone.en.mustache"
};

static const unsigned char mail_verify_de[] = {
#embed "mails/verify.de.mustache"
};

static const unsigned char mail_verify_en[] = {
#embed "mails/verify.en.mustache"
};

static const struct polier_file mails[] = {
    {"email-confirm.de", mail_email_confirm_de, sizeof mail_email_confirm_de},
    {"email-confirm.en", mail_email_confirm_en, sizeof mail_email_confirm_en},
    {"email-changing.de", mail_email_changing_de, sizeof mail_email_changing_de},
    {"email-changing.en", mail_email_changing_en, sizeof mail_email_changing_en},
    {"email-undone.de", mail_email_undone_de, sizeof mail_email_undone_de},
    {"email-undone.en", mail_email_undone_en, sizeof mail_email_undone_en},
    {"low-stock.en", mail_low_stock_en, sizeof mail_low_stock_en},
    {"low-stock.de", mail_low_stock_de, sizeof mail_low_stock_de},
    {"email-changed.en", mail_email_changed_en, sizeof mail_email_changed_en},
    {"email-changed.de", mail_email_changed_de, sizeof mail_email_changed_de},
    {"invitation.de", mail_invitation_de, sizeof mail_invitation_de},
    {"invitation.en", mail_invitation_en, sizeof mail_invitation_en},
    {"layout.html", mail_layout_html, sizeof mail_layout_html},
    {"layout.txt", mail_layout_txt, sizeof mail_layout_txt},
    {"password-changed.de", mail_password_changed_de, sizeof mail_password_changed_de},
    {"password-changed.en", mail_password_changed_en, sizeof mail_password_changed_en},
    {"reset.de", mail_reset_de, sizeof mail_reset_de},
    {"reset.en", mail_reset_en, sizeof mail_reset_en},
    {"verify.de", mail_verify_de, sizeof mail_verify_de},
    {"verify.en", mail_verify_en, sizeof mail_verify_en},
};

struct polier_files polier_mails(void) {
    return (struct polier_files){mails, sizeof mails / sizeof mails[0]};
}
