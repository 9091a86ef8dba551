/* Loaded into the product by a gate (LD_PRELOAD), where a disk has to fail: the
 * file named by FAULTS says how. "full" fails writes, "sync" fails syncs, "write"
 * fails writes as a broken disk does; without the file all is well. It concerns
 * the files of a SQLite database only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int said(const char *what) {
	char word[16] = "";
	const char *name = getenv("FAULTS");
	int fd = name ? open(name, O_RDONLY) : -1;
	if (fd < 0) return 0;
	ssize_t n = read(fd, word, sizeof word - 1);
	close(fd);
	return n > 0 && strcmp(word, what) == 0;
}

static int concerns(int fd) {
	char link[64], path[4096];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n <= 0) return 0;
	path[n] = 0;
	return strstr(path, ".db") != NULL;
}

static int fails(int fd, int writing) {
	int saved = errno;
	int cause = 0;
	if (concerns(fd)) {
		if (writing && said("full")) cause = ENOSPC;
		else if (writing && said("write")) cause = EIO;
		else if (!writing && said("sync")) cause = EIO;
	}
	errno = cause ? cause : saved;
	return cause != 0;
}

#define REAL(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
	return fails(fd, 1) ? -1 : REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, data, n, at);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
	return fails(fd, 1) ? -1 : REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(fd, data, n, at);
}

ssize_t write(int fd, const void *data, size_t n) {
	return fails(fd, 1) ? -1 : REAL(ssize_t, write, int, const void *, size_t)(fd, data, n);
}

int fsync(int fd) { return fails(fd, 0) ? -1 : REAL(int, fsync, int)(fd); }

int fdatasync(int fd) { return fails(fd, 0) ? -1 : REAL(int, fdatasync, int)(fd); }
