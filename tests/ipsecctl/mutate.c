// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds the parser of ipsecctl with input that is almost right: every prefix of the
 * files on the command line, and each of their bytes replaced. Built with sanitizers.
 * With -DFUZZER it is a libFuzzer target instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "parse.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	const struct parse_opts opts = { .closed = true };
	struct ruleset rs = { 0 };
	struct diag diag = { 0 };
	bool ok = parse_text((const char *)data, size, &opts, &rs, &diag);

	/* an error without a message would leave the user in the dark */
	if (ok != !diag.errors.total)
		abort();
	diag_free(&diag);
	ruleset_free(&rs);
	return 0;
}

#ifndef FUZZER
static unsigned long mutate(__u8 *data, size_t len)
{
	static const char other[] = { 0, '\n', ' ', '"', '$', '{', '}', ':', '=', '\\', 'x', '9' };
	unsigned long n = 0;

	for (size_t i = 0; i <= len; i++, n++) {
		/* a copy of just this size, for the sanitizer to see a byte too far */
		__u8 *copy = malloc(i ? i : 1);

		if (!copy)
			abort();
		memcpy(copy, data, i);
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
#endif
