// SPDX-License-Identifier: GPL-2.0
/* Reading files that may hold secrets: who else could read or write them matters. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

#define FILE_RULES_MAX (256UL << 20)
#define FILE_KEY_MAX 4096

/* The file is open already: checking by name would leave time to swap it. */
static bool check_secrecy(int fd, enum file_kind kind, struct file_id *id, char why[FILE_WHY])
{
	mode_t forbidden = kind == FILE_KEY ? 0077 : 0027;
	struct stat st;

	if (fstat(fd, &st)) {
		snprintf(why, FILE_WHY, "%s", strerror(errno));
		return false;
	}
	id->dev = st.st_dev;
	id->ino = st.st_ino;
	if (S_ISDIR(st.st_mode)) {
		snprintf(why, FILE_WHY, "it is a directory");
		return false;
	}
	if (kind == FILE_KEY && !S_ISREG(st.st_mode)) {
		snprintf(why, FILE_WHY, "it is not a regular file");
		return false;
	}
	if (st.st_uid != 0 && st.st_uid != getuid()) {
		snprintf(why, FILE_WHY, "it belongs neither to root nor to the current user");
		return false;
	}
	if (st.st_mode & forbidden) {
		snprintf(why, FILE_WHY, kind == FILE_KEY ?
			 "its group or others have access to it (mode %04o)" :
			 "its group may write to it or others have access to it (mode %04o)",
			 (unsigned int)(st.st_mode & 07777));
		return false;
	}
	return true;
}

/**
 * file_read_fd - read an open file to its end
 * @fd: the file
 * @max: more bytes than this are an error
 * @out: the content is appended here
 * @why: the reason of a failure
 */
bool file_read_fd(int fd, size_t max, struct buf *out, char why[FILE_WHY])
{
	size_t start = out->len;
	ssize_t n;

	for (;;) {
		buf_reserve(out, 4096);
		n = read(fd, out->data + out->len, out->cap - out->len - 1);
		if (!n)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			snprintf(why, FILE_WHY, "%s", strerror(errno));
			return false;
		}
		out->len += n;
		if (out->len - start > max) {
			snprintf(why, FILE_WHY, "it is larger than %zu bytes", max);
			return false;
		}
	}
	buf_put(out, "", 0);
	return true;
}

/**
 * file_read - read a whole file if nobody else has undue access to it
 * @path: its name, "-" for the standard input, which nobody checks
 * @kind: decides who may have access
 * @out: the content is appended here
 * @id: set to what tells it apart from other files
 * @why: the reason of a failure
 */
bool file_read(const char *path, enum file_kind kind, struct buf *out, struct file_id *id,
	       char why[FILE_WHY])
{
	bool ok;
	int fd;

	*id = (struct file_id){ 0 };
	if (kind == FILE_RULES && !strcmp(path, "-"))
		return file_read_fd(STDIN_FILENO, FILE_RULES_MAX, out, why);
	/* a fifo in the place of a key must not hang the tool */
	fd = open(path, O_RDONLY | O_CLOEXEC | (kind == FILE_KEY ? O_NONBLOCK : 0));
	if (fd < 0) {
		snprintf(why, FILE_WHY, "%s", strerror(errno));
		return false;
	}
	ok = check_secrecy(fd, kind, id, why) &&
	     file_read_fd(fd, kind == FILE_KEY ? FILE_KEY_MAX : FILE_RULES_MAX, out, why);
	close(fd);
	return ok;
}

/**
 * file_beside - a path as seen from the file that names it
 * @file: the file
 * @path: the path in it
 *
 * Return: @path if it is absolute, otherwise @path in the directory of @file;
 * to be freed.
 */
char *file_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	struct buf b = { 0 };

	if (slash && path[0] != '/')
		buf_put(&b, file, slash - file + 1);
	buf_put(&b, path, strlen(path));
	return b.data;
}
