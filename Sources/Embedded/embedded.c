#include "Embedded.h"

static const unsigned char migration_0001[] = {
#embed "../../migrations/0001_foundation.sql"
};

static const struct polier_file migrations[] = {
    {"0001_foundation.sql", migration_0001, sizeof migration_0001},
};

struct polier_files polier_migrations(void) {
    return (struct polier_files){migrations, sizeof migrations / sizeof migrations[0]};
}
