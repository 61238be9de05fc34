// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds a target of tests/fuzz with input that is almost right: every prefix of the files on the
 * command line, and each of their bytes replaced. Built with sanitizers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "fuzz.h"

static unsigned long mutate(__u8 *data, size_t len)
{
	static const char other[] = { 0, '\n', ' ', '"', '$', '{', '}', ':', '=', '\\', 'x', '9' };
	unsigned long n = 0;

	for (size_t i = 0; i <= len; i++, n++) {
		__u8 *copy = copy_of(data, i);

		LLVMFuzzerTestOneInput(copy, i);
		free(copy);
	}
	for (size_t i = 0; i < len; i++) {
		__u8 saved = data[i];

		for (size_t k = 0; k < sizeof(other); k++, n++) {
			data[i] = other[k];
			LLVMFuzzerTestOneInput(data, len);
		}
		data[i] = saved;
	}
	return n;
}

int main(int argc, char **argv)
{
	unsigned long n = 0;

	for (int i = 1; i < argc; i++) {
		struct buf text = { 0 };
		struct file_id id;
		char why[FILE_WHY];

		if (!file_read(argv[i], FILE_RULES, &text, &id, why)) {
			fprintf(stderr, "%s: %s\n", argv[i], why);
			return 1;
		}
		/* many small files cover the grammar; a large one would take hours */
		if (text.len < 4096)
			n += mutate((__u8 *)text.data, text.len);
		buf_free(&text);
	}
	printf("%lu inputs\n", n);
	return n ? 0 : 1;
}
