/* A disk that fails, and that forgets at a power cut what was not synchronised. Preloaded into the program by the tests.
 *
 * FAULTY_FOLDER  which files are meant: those below it. Pipes, sockets and the runtime's own descriptors never fail, which is why
 *                this is not libfiu: that fails whichever write(2) comes, also the one by which a thread wakes another.
 * FAULTY_ORDERS  a file, read at each operation: "write 28" or "sync 5" makes writes, or synchronising, fail with that errno.
 * FAULTY_LOG     where there is one: each write, truncation and successful synchronisation is appended to it, in its order.
 *                Of the machine's byte order: op, length of the path, offset, length of the data; path; data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

static void put(const void *bytes, size_t length) {
    while (length > 0) {
        long done = syscall(SYS_write, log_fd, bytes, length);
        if (done <= 0) abort();
        bytes = (const char *)bytes + done;
        length -= (size_t)done;
    }
}

static void note(char op, const char *path, uint64_t offset, const void *data, uint64_t length) {
    const char *name = getenv("FAULTY_LOG");
    if (!name) return;
    if (log_fd < 0) log_fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) abort();
    uint64_t head[4] = {(uint64_t)op, strlen(path), offset, length};
    put(head, sizeof head);
    put(path, strlen(path));
    if (data) put(data, length);
}

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

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset, int moves) {
    char path[4096];
    if (!meant(fd, path)) return moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
    int error = ordered("write");
    if (error) { errno = error; return -1; }
    pthread_mutex_lock(&turn);
    long flags = syscall(SYS_fcntl, fd, F_GETFL);
    if (moves) offset = syscall(SYS_lseek, fd, 0, (flags & O_APPEND) ? SEEK_END : SEEK_CUR);
    ssize_t done = moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
    int kept = errno;
    if (done > 0) note('W', path, (uint64_t)offset, data, (uint64_t)done);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

ssize_t write(int fd, const void *data, size_t length) { return write_at(fd, data, length, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset, 0); }

/* One part at a time, which is a short write where there are more. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[4096];
    if (!meant(fd, path)) return syscall(SYS_writev, fd, parts, count);
    for (int at = 0; at < count; at++)
        if (parts[at].iov_len > 0) return write_at(fd, parts[at].iov_base, parts[at].iov_len, 0, 1);
    return 0;
}

static int sync_by(long call, int fd) {
    char path[4096];
    if (!meant(fd, path)) return (int)syscall(call, fd);
    int error = ordered("sync");
    if (error) { errno = error; return -1; }
    /* What is written meanwhile is not promised, so nobody writes meanwhile. */
    pthread_mutex_lock(&turn);
    int done = (int)syscall(call, fd), kept = errno;
    if (done == 0) note('S', path, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

int fsync(int fd) { return sync_by(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_by(SYS_fdatasync, fd); }

int ftruncate(int fd, off_t length) {
    char path[4096];
    if (!meant(fd, path)) return (int)syscall(SYS_ftruncate, fd, length);
    int error = ordered("write");
    if (error) { errno = error; return -1; }
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_ftruncate, fd, length), kept = errno;
    if (done == 0) note('T', path, (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }
