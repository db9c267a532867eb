#include "Embedded.h"

static const unsigned char migration_0001[] = {
#embed "../../migrations/0001_foundation.sql"
};

static const unsigned char migration_0002[] = {
#embed "../../migrations/0002_people_and_access.sql"
};

static const struct polier_file migrations[] = {
    {"0001_foundation.sql", migration_0001, sizeof migration_0001},
    {"0002_people_and_access.sql", migration_0002, sizeof migration_0002},
};

struct polier_files polier_migrations(void) {
    return (struct polier_files){migrations, sizeof migrations / sizeof migrations[0]};
}

static const unsigned char common_passwords[] = {
#embed "common-passwords.txt"
};

static const unsigned char docs_page[] = {
#embed "docs.html"
};

struct polier_file polier_common_passwords(void) {
    return (struct polier_file){"common-passwords.txt", common_passwords, sizeof common_passwords};
}

struct polier_file polier_docs_page(void) {
    return (struct polier_file){"docs.html", docs_page, sizeof docs_page};
}
