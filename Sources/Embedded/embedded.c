#include "Embedded.h"

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
