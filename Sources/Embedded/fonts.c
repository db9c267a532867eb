#define _GNU_SOURCE
#include "Embedded.h"

#include <sys/mman.h>
#include <unistd.h>

// From Debian's package fonts-dejavu-core, which Ubuntu has under the same paths.
static const unsigned char regular[] = {
#embed "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
};

static const unsigned char bold[] = {
#embed "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
};

struct polier_file polier_font(void) { return (struct polier_file){"DejaVuSans.ttf", regular, sizeof regular}; }

struct polier_file polier_bold_font(void) { return (struct polier_file){"DejaVuSans-Bold.ttf", bold, sizeof bold}; }

int polier_in_memory(struct polier_file file) {
    const int descriptor = memfd_create(file.name, MFD_CLOEXEC);
    if (descriptor < 0) return -1;
    for (size_t written = 0; written < file.count;) {
        const ssize_t count = write(descriptor, file.bytes + written, file.count - written);
        if (count <= 0) {
            close(descriptor);
            return -1;
        }
        written += (size_t)count;
    }
    return descriptor;
}
