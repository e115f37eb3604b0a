/* Records a program's operations on the files below one folder, in the order in which they happen.
 *
 * Preloaded into the server, it appends a record to the journal for each file that is created,
 * written, truncated, synced, removed or renamed. The test replays the journal up to any point,
 * without the writes that no sync had made durable: the result is the disk after a power cut at
 * that point.
 *
 * A record consists of: kind (1 byte), length of the path (4), path, offset (8), length of the data
 * (8), data; all in little endian. The kinds are: c create, w write, t truncate to `offset`, s sync
 * of a file, d sync of a folder, u remove, r rename to `data`.
 *
 * While a file exists at `DISK_READ_ONLY`, the library simulates a file system that has become
 * read-only after a fault: open files stay open, and nothing below the folder can be written. (The
 * kernel refuses to remount a file system read-only while a file on it is open for writing.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *read_only;
static int journal = -1;

static ssize_t (*real_write)(int, const void *, size_t);

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    folder = getenv("DISK_FOLDER");
    read_only = getenv("DISK_READ_ONLY");
    const char *path = getenv("DISK_JOURNAL");
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    if (folder && path) journal = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int watched(const char *path) {
    return journal >= 0 && strncmp(path, folder, strlen(folder)) == 0;
}

/* Stores the path of an open file. Returns whether it is below the folder. */
static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return watched(path);
}

/* Returns whether the folder is read-only at present, and sets errno. */
static int is_read_only(void) {
    if (!read_only || access(read_only, F_OK) != 0) return 0;
    errno = EROFS;
    return 1;
}

static void all(const void *bytes, size_t left) {
    while (left > 0) {
        ssize_t written = real_write(journal, bytes, left);
        if (written <= 0) abort();
        bytes = (const char *)bytes + written;
        left -= written;
    }
}

/* Appends a record. The caller holds the lock. */
static void record(char kind, const char *path, uint64_t offset, const void *data, uint64_t length) {
    uint32_t path_length = strlen(path);
    all(&kind, 1);
    all(&path_length, 4);
    all(path, path_length);
    all(&offset, 8);
    all(&length, 8);
    all(data, length);
}

static int opened(int fd, const char *given, int flags, int existed) {
    char path[PATH_MAX];
    if (fd >= 0 && realpath(given, path) && watched(path)) {
        if (!existed) record('c', path, 0, "", 0);
        if (flags & O_TRUNC) record('t', path, 0, "", 0);
    }
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; \
        va_end(more); \
        pthread_mutex_lock(&lock); \
        int existed = access(path, F_OK) == 0; \
        int fd = opened(real(path, flags, mode), path, flags, existed); \
        pthread_mutex_unlock(&lock); \
        return fd; \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *data, size_t length) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return real_write(fd, data, length);
    if (is_read_only()) return -1;
    pthread_mutex_lock(&lock);
    off_t end = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t written = real_write(fd, data, length);
    if (written > 0) record('w', path, end, data, written);
    pthread_mutex_unlock(&lock);
    return written;
}

#define PWRITE(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t length, offset_type offset) { \
        REAL(name); \
        char path[PATH_MAX]; \
        if (!path_of(fd, path)) return real(fd, data, length, offset); \
        if (is_read_only()) return -1; \
        pthread_mutex_lock(&lock); \
        ssize_t written = real(fd, data, length, offset); \
        if (written > 0) record('w', path, offset, data, written); \
        pthread_mutex_unlock(&lock); \
        return written; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define FTRUNCATE(name, offset_type) \
    int name(int fd, offset_type length) { \
        REAL(name); \
        char path[PATH_MAX]; \
        if (!path_of(fd, path)) return real(fd, length); \
        if (is_read_only()) return -1; \
        pthread_mutex_lock(&lock); \
        int result = real(fd, length); \
        if (result == 0) record('t', path, length, "", 0); \
        pthread_mutex_unlock(&lock); \
        return result; \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
    int name(int fd) { \
        REAL(name); \
        char path[PATH_MAX]; \
        if (!path_of(fd, path)) return real(fd); \
        struct stat stat; \
        pthread_mutex_lock(&lock); \
        int result = real(fd); \
        int is_folder = fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode); \
        if (result == 0) record(is_folder ? 'd' : 's', path, 0, "", 0); \
        pthread_mutex_unlock(&lock); \
        return result; \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *given) {
    REAL(unlink);
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int known = realpath(given, path) && watched(path);
    int result = real(given);
    if (result == 0 && known) record('u', path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    char old[PATH_MAX], new[PATH_MAX];
    pthread_mutex_lock(&lock);
    int known = realpath(from, old) && watched(old);
    int result = real(from, to);
    if (result == 0 && known && realpath(to, new)) record('r', old, 0, new, strlen(new));
    pthread_mutex_unlock(&lock);
    return result;
}
