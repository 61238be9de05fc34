// SPDX-License-Identifier: GPL-2.0
/* Gives a target the files on the command line, as libFuzzer would. */
#include "fuzz.h"

static void give(const char *name)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data = malloc(1 << 20), *exact;
	size_t size;

	if (!file || !data) {
		perror(name);
		exit(1);
	}
	size = fread(data, 1, 1 << 20, file);
	fclose(file);
	exact = copy_of(data, size);
	free(data);
	fprintf(stderr, "%s\n", name);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		give(argv[i]);
	return argc > 1 ? 0 : 1;
}
