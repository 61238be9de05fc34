/* SPDX-License-Identifier: GPL-2.0 */
/* Reading files that may hold secrets. */
#ifndef IPSECCTL_FILE_H
#define IPSECCTL_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "util.h"

/**
 * enum file_kind - what is in a file, and so who may have access to it
 * @FILE_RULES: rules: the group may read, others nothing
 * @FILE_KEY: a key: the owner alone
 */
enum file_kind {
	FILE_RULES,
	FILE_KEY,
};

/* room for the reason that file_read() gives */
#define FILE_WHY 160

/**
 * struct file_id - tells files apart, whatever their names
 * @dev: device
 * @ino: inode
 */
struct file_id {
	dev_t dev;
	ino_t ino;
};

bool file_read(const char *path, enum file_kind kind, struct buf *out, struct file_id *id,
	       char why[FILE_WHY]);
bool file_read_fd(int fd, size_t max, struct buf *out, char why[FILE_WHY]);
char *file_beside(const char *file, const char *path);

#endif
