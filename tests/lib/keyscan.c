// SPDX-License-Identifier: GPL-2.0
/* Keys that are looked for in the machine's memory, which /proc/kcore shows. */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "keyscan.h"

#define CHUNK		(1 << 20)
#define OVERLAP		4		/* of a word that begins at the end of a chunk */
#define NO_MEMORY	UINT64_MAX	/* physical address of segments that are not RAM */

/* A number that is not in memory, but for the moment in which it is written. */
struct masked {
	uint32_t mask, value;
};

static struct {
	struct masked tag, word[KEYS_MAX][KEY_WORDS];
} keys;
static unsigned char chunk[CHUNK + OVERLAP];

void die(const char *what)
{
	perror(what);
	exit(2);
}

void keys_make(void)
{
	unsigned char *at = (unsigned char *)&keys;
	size_t left = sizeof(keys);
	ssize_t got;

	for (; left; at += got, left -= got) {
		got = getrandom(at, left, 0);
		if (got < 0)
			die("getrandom");
	}
}

static void put(const struct masked *masked, unsigned char *to)
{
	uint32_t value = masked->value ^ masked->mask;

	memcpy(to, &value, sizeof(value));
	explicit_bzero(&value, sizeof(value));
}

static bool is(const struct masked *masked, const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return (value ^ masked->mask) == masked->value;
}

void key_put(unsigned int key, unsigned char to[KEY_BYTES])
{
	int i;

	for (i = 0; i < KEY_WORDS; i++) {
		put(&keys.tag, to + 8 * i);
		put(&keys.word[key][i], to + 8 * i + 4);
	}
}

static void print(FILE *to, const struct masked *masked)
{
	unsigned int i;

	for (i = 0; i < 32; i += 8)
		fprintf(to, "%02x", (masked->value >> i ^ masked->mask >> i) & 0xff);
}

void key_print(FILE *to, unsigned int key)
{
	int i;

	for (i = 0; i < KEY_WORDS; i++) {
		print(to, &keys.tag);
		print(to, &keys.word[key][i]);
	}
}

static void count_words(const unsigned char *at, unsigned long found[KEYS_MAX])
{
	int key, i;

	for (key = 0; key < KEYS_MAX; key++)
		for (i = 0; i < KEY_WORDS; i++)
			found[key] += is(&keys.word[key][i], at);
}

/* Words of 4 bytes are what everything is aligned to. */
void keys_count(const unsigned char *message, size_t length, unsigned long found[KEYS_MAX])
{
	size_t at;

	for (at = 0; at + 8 <= length; at += 4)
		if (is(&keys.tag, message + at))
			count_words(message + at + 4, found);
}

static unsigned long scan_segment(int fd, uint64_t at, uint64_t size, unsigned long found[KEYS_MAX])
{
	unsigned long bytes = 0;
	uint64_t done;
	ssize_t got;

	for (done = 0; done < size; done += CHUNK) {
		size_t want = size - done < CHUNK + OVERLAP ? size - done : CHUNK + OVERLAP;

		got = pread(fd, chunk, want, at + done);
		if (got <= 0)
			continue;
		keys_count(chunk, got, found);
		explicit_bzero(chunk, sizeof(chunk));
		bytes += got;
	}
	return bytes;
}

unsigned long keys_scan(unsigned long found[KEYS_MAX])
{
	int fd = open("/proc/kcore", O_RDONLY), i;
	unsigned long bytes = 0;
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		die("/proc/kcore");
	for (i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment)) !=
		    sizeof(segment))
			die("/proc/kcore");
		if (segment.p_type == PT_LOAD && segment.p_paddr != NO_MEMORY)
			bytes += scan_segment(fd, segment.p_offset, segment.p_filesz, found);
	}
	close(fd);
	return bytes >> 20;
}
