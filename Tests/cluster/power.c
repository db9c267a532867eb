/* Stands between a program and the system (LD_PRELOAD) for the files of one folder: writes down what is done to them,
 * and lets a call fail, or the process die in it, as a control file says. No call is really synced: what a power cut
 * leaves is worked out from what was written down (power_disk.py).
 *
 *   POWER_FOLDER   the folder, with an absolute path
 *   POWER_LOG      a folder for what is written down: a file for each process
 *   POWER_CONTROL  a file of five 32-bit numbers: which call, how many until it is met, what happens then, whether it
 *                  was met, and whether a sync only says that it is done */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum call { SYNC = 1, WRITE, READ, OPEN, TRUNCATE, SYNC_FOLDER, UNLINK, RENAME, FAILED_SYNC, CREATE };

struct record { uint32_t call, name, other, is_whole; uint64_t inode, offset, length; };

struct control { volatile int32_t call, countdown, action, met, lies; };

/* What happens, instead of an error number: the process dies before the call, or the call fails with EIO and the process
 * dies before it changes anything more. */
enum { DIES = -1, FAILS_AND_DIES = -2 };

enum { MOST_FILES = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static struct control nothing;
static char folder[PATH_MAX];
static int log_file = -1;
static char watched[MOST_FILES];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("POWER_FOLDER"), *log = getenv("POWER_LOG"), *rules = getenv("POWER_CONTROL");
    control = &nothing;
    if (!where || !log || !rules) return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%020lld.%d", log, now.tv_sec * 1000000000LL + now.tv_nsec, getpid());
    log_file = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    int file = (int)syscall(SYS_openat, AT_FDCWD, rules, O_RDWR | O_CLOEXEC, 0);
    void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (log_file < 0 || memory == MAP_FAILED) abort();
    control = memory;
    snprintf(folder, sizeof folder, "%s", where);
}

/* The path within the folder: "" for the folder itself. NULL for any other. */
static const char *inside(const char *path, char *buffer) {
    if (!*folder || !path) return NULL;
    if (*path != '/') {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return NULL;
        while (path[0] == '.' && path[1] == '/') path += 2;
        if (strlen(here) + strlen(path) + 2 > PATH_MAX) return NULL;
        stpcpy(stpcpy(stpcpy(buffer, here), "/"), strcmp(path, ".") ? path : "");
    } else {
        snprintf(buffer, PATH_MAX, "%s", path);
    }
    size_t length = strlen(folder), whole = strlen(buffer);
    while (whole > 1 && buffer[whole - 1] == '/') buffer[--whole] = 0;
    if (strncmp(buffer, folder, length) || (buffer[length] && buffer[length] != '/')) return NULL;
    return buffer[length] ? buffer + length + 1 : buffer + length;
}

/* Before the call: what is written down and doesn't happen, because the process is killed in between, might have
 * happened. The other way round the disk would lack what is in the cache. */
static void write_down(enum call call, uint64_t inode, const char *name, const char *other, uint64_t offset,
                       const void *bytes, uint64_t length) {
    struct record record = { call, (uint32_t)strlen(name), (uint32_t)strlen(other), bytes != NULL, inode, offset, length };
    struct iovec parts[] = {
        { &record, sizeof record }, { (void *)name, strlen(name) }, { (void *)other, strlen(other) },
        { (void *)bytes, bytes ? length : 0 },
    };
    size_t all = sizeof record + strlen(name) + strlen(other) + (bytes ? length : 0);
    if (syscall(SYS_writev, log_file, parts, 4) != (long)all) abort();
}

static uint64_t inode_of(int file) {
    struct stat status;
    return fstat(file, &status) ? 0 : status.st_ino;
}

/* An error number where the call fails. */
static int meets(enum call call) {
    int changes = call != READ && call != OPEN;
    if (changes && control->met && control->action == FAILS_AND_DIES) syscall(SYS_kill, getpid(), SIGKILL);
    if ((enum call)control->call != call || control->countdown <= 0 || --control->countdown > 0) return 0;
    control->met = 1;
    if (control->action == DIES) syscall(SYS_kill, getpid(), SIGKILL);
    return control->action == FAILS_AND_DIES ? EIO : control->action;
}

static int watches(int file) { return file >= 0 && file < MOST_FILES && watched[file]; }

static int open_watched(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *name = inside(path, buffer);
    if (!name) return real(path, flags, mode);
    /* Other processes' memory, which no disk ever has. */
    size_t length = strlen(name);
    if (length > 4 && !strcmp(name + length - 4, "-shm")) return real(path, flags, mode);
    pthread_mutex_lock(&lock);
    int error = meets(OPEN), file = -1;
    if (!error) {
        int is_new = (flags & O_CREAT) && access(path, F_OK);
        file = real(path, flags, mode);
        error = errno;
        if (file >= 0 && file < MOST_FILES) {
            watched[file] = *name ? 1 : 2;
            if (is_new) write_down(CREATE, inode_of(file), name, "", 0, NULL, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    if (file < 0) errno = error;
    return file;
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_watched((int (*)(const char *, int, ...))REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_watched((int (*)(const char *, int, ...))REAL(open), path, flags, mode);
}

int close(int file) {
    if (file >= 0 && file < MOST_FILES) watched[file] = 0;
    return (int)syscall(SYS_close, file);
}

static ssize_t write_watched(int file, const void *bytes, size_t count, off64_t offset, int positioned) {
    pthread_mutex_lock(&lock);
    int error = meets(WRITE);
    ssize_t done = -1;
    if (!error) {
        off64_t at = positioned ? offset : lseek64(file, 0, SEEK_CUR);
        write_down(WRITE, inode_of(file), "", "", (uint64_t)at, bytes, count);
        done = positioned ? syscall(SYS_pwrite64, file, bytes, count, offset) : syscall(SYS_write, file, bytes, count);
        error = errno;
    }
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}

ssize_t write(int file, const void *bytes, size_t count) {
    return watches(file) ? write_watched(file, bytes, count, 0, 0) : syscall(SYS_write, file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return watches(file) ? write_watched(file, bytes, count, offset, 1)
                         : syscall(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) { return pwrite(file, bytes, count, offset); }

static int read_fails(int file) {
    if (!watches(file)) return 0;
    pthread_mutex_lock(&lock);
    int error = meets(READ);
    pthread_mutex_unlock(&lock);
    return error;
}

ssize_t read(int file, void *bytes, size_t count) {
    int error = read_fails(file);
    if (error) return errno = error, -1;
    return syscall(SYS_read, file, bytes, count);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
    int error = read_fails(file);
    if (error) return errno = error, -1;
    return syscall(SYS_pread64, file, bytes, count, offset);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) { return pread(file, bytes, count, offset); }

static int sync_watched(int file) {
    pthread_mutex_lock(&lock);
    int is_folder = watched[file] == 2, error = meets(is_folder ? SYNC_FOLDER : SYNC);
    if (error && !is_folder) write_down(FAILED_SYNC, inode_of(file), "", "", 0, NULL, 0);
    if (!error && !control->lies) write_down(is_folder ? SYNC_FOLDER : SYNC, inode_of(file), "", "", 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return error ? errno = error, -1 : 0;
}

int fsync(int file) { return watches(file) ? sync_watched(file) : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return watches(file) ? sync_watched(file) : (int)syscall(SYS_fdatasync, file); }

int ftruncate(int file, off_t size) {
    if (!watches(file)) return (int)syscall(SYS_ftruncate, file, size);
    pthread_mutex_lock(&lock);
    int error = meets(TRUNCATE), done = -1;
    if (!error) {
        write_down(TRUNCATE, inode_of(file), "", "", (uint64_t)size, NULL, 0);
        done = (int)syscall(SYS_ftruncate, file, size);
        error = errno;
    }
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}

int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int unlink(const char *path) {
    char buffer[PATH_MAX];
    const char *name = inside(path, buffer);
    if (!name) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    pthread_mutex_lock(&lock);
    int error = meets(UNLINK), done = -1;
    if (!error) {
        if (!access(path, F_OK)) write_down(UNLINK, 0, name, "", 0, NULL, 0);
        done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
        error = errno;
    }
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}

int rename(const char *from, const char *to) {
    char buffer[PATH_MAX], other[PATH_MAX];
    const char *old = inside(from, buffer), *new = inside(to, other);
    if (!old || !new) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&lock);
    int error = meets(RENAME), done = -1;
    if (!error) {
        write_down(RENAME, 0, old, new, 0, NULL, 0);
        done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
        error = errno;
    }
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}
