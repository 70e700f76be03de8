/* A disk that fails. Preloaded into the program by the tests.
 *
 * FAULTY_FOLDER  which files are meant: those below it. Pipes, sockets and the runtime's own descriptors never fail, which is why
 *                this is not libfiu: that fails whichever write(2) comes, also the one by which a thread wakes another.
 * FAULTY_ORDERS  a file, read at each operation: "write 28" or "sync 5" makes writes, or synchronising, fail with that errno.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Whether a descriptor is of a file below the folder, and which. */
static int meant(int fd, char path[4096]) {
    const char *folder = getenv("FAULTY_FOLDER");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = folder ? syscall(SYS_readlinkat, AT_FDCWD, link, path, 4095) : -1;
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* The errno that is ordered for an operation; 0 for none. */
static int ordered(const char *operation) {
    const char *name = getenv("FAULTY_ORDERS");
    char text[64] = "", word[16] = "";
    int error = 0;
    long fd = name ? syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return 0;
    long length = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    if (length <= 0 || sscanf(text, "%15s %d", word, &error) != 2) return 0;
    return strcmp(word, operation) == 0 ? error : 0;
}

/* By the descriptor's own position where `moves`, else at `offset`. */
static ssize_t write_at(int fd, const void *data, size_t length, off_t offset, int moves) {
    char path[4096];
    int error = meant(fd, path) ? ordered("write") : 0;
    if (error) { errno = error; return -1; }
    return moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) { return write_at(fd, data, length, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset, 0); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[4096];
    int error = meant(fd, path) ? ordered("write") : 0;
    if (error) { errno = error; return -1; }
    return syscall(SYS_writev, fd, parts, count);
}

static int sync_by(long call, int fd) {
    char path[4096];
    int error = meant(fd, path) ? ordered("sync") : 0;
    if (error) { errno = error; return -1; }
    return (int)syscall(call, fd);
}

int fsync(int fd) { return sync_by(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_by(SYS_fdatasync, fd); }

int ftruncate(int fd, off_t length) {
    char path[4096];
    int error = meant(fd, path) ? ordered("write") : 0;
    if (error) { errno = error; return -1; }
    return (int)syscall(SYS_ftruncate, fd, length);
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }
