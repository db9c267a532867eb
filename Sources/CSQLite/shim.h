#include <sqlite3.h>

/* Swift sees neither variadic functions, nor the cast behind SQLITE_TRANSIENT, nor macros that calculate. */

enum polier_sqlite3_constraint {
    POLIER_CONSTRAINT_CHECK = SQLITE_CONSTRAINT_CHECK,
    POLIER_CONSTRAINT_FOREIGNKEY = SQLITE_CONSTRAINT_FOREIGNKEY,
    POLIER_CONSTRAINT_NOTNULL = SQLITE_CONSTRAINT_NOTNULL,
    POLIER_CONSTRAINT_PRIMARYKEY = SQLITE_CONSTRAINT_PRIMARYKEY,
    POLIER_CONSTRAINT_ROWID = SQLITE_CONSTRAINT_ROWID,
    POLIER_CONSTRAINT_UNIQUE = SQLITE_CONSTRAINT_UNIQUE,
};

static inline int polier_sqlite3_config(int option, int value) {
    return sqlite3_config(option, value);
}

static inline int polier_sqlite3_db_config(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}

static inline int polier_sqlite3_bind_text_copy(
    sqlite3_stmt *statement, int place, const char *text, sqlite3_uint64 size) {
    return sqlite3_bind_text64(statement, place, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int polier_sqlite3_bind_blob_copy(
    sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 size) {
    return sqlite3_bind_blob64(statement, place, bytes, size, SQLITE_TRANSIENT);
}

static inline void polier_sqlite3_result_text_copy(sqlite3_context *context, const void *text, sqlite3_uint64 size) {
    sqlite3_result_text64(context, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline void polier_sqlite3_result_blob_copy(sqlite3_context *context, const void *bytes, sqlite3_uint64 size) {
    sqlite3_result_blob64(context, bytes, size, SQLITE_TRANSIENT);
}
