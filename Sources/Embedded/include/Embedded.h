// Files that travel inside the binary.

#pragma once

#include <stddef.h>

struct polier_file {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// A list of files, in order.
struct polier_files {
    const struct polier_file *first;
    size_t count;
};

/// The files of `migrations/`, oldest first.
struct polier_files polier_migrations(void);

/// Passwords that no one may choose, one a line; lines that begin with `#` are remarks.
struct polier_file polier_common_passwords(void);

/// Words that are no password with digits or signs around them, one a line; lines that begin with `#` are remarks.
struct polier_file polier_common_words(void);

/// The page at `/docs`, which shows the API's description.
struct polier_file polier_docs_page(void);

/// The templates of mails, by name: `invitation.de`.
struct polier_files polier_mails(void);

/// The files of `web/`, by their path in it: `app/main.js`.
struct polier_files polier_web(void);

/// DejaVu Sans, a TrueType font with the letters of all languages of Europe.
struct polier_file polier_font(void);

/// Its bold sister.
struct polier_file polier_bold_font(void);

/// A descriptor of a file that is in memory only, with these bytes; -1 if there is no memory for it.
int polier_in_memory(struct polier_file file);
