/* SPDX-License-Identifier: GPL-2.0 */
/* Mutations of a text with a grammar: by words and numbers, half of them; else by bytes. */
#ifndef FUZZ_WORDS_H
#define FUZZ_WORDS_H

#include "fuzz.h"

#define WORD_MAX	40

/* libFuzzer's own; not there where a corpus is replayed */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

static inline int is_end_of_word(uint8_t c)
{
	return c <= ' ' || strchr("{},=\"#:/-", c);
}

/* A word or what is between two, beginning somewhere. Return: its length. */
static inline size_t find_word(const uint8_t *data, size_t size, unsigned int where, size_t *at)
{
	size_t end;

	*at = where % size;
	while (*at && !is_end_of_word(data[*at]) && !is_end_of_word(data[*at - 1]))
		--*at;
	for (end = *at + 1; end < size && !is_end_of_word(data[end]); end++)
		;
	return end - *at;
}

static inline size_t draw_word(const uint8_t *data, size_t size, unsigned int seed, char *word)
{
	static const unsigned int bounds[] = { 0, 1, 2, 63, 64, 255, 256, 4500, 65535, 65536, ~0u };
	size_t at, len;

	switch (seed % 4) {
	case 0:
		return 0;
	case 1:
		return sprintf(word, "%u", bounds[seed / 4 % 11]);
	case 2:
		return sprintf(word, "%u", seed / 4 % 1000);
	}
	len = find_word(data, size, seed / 4, &at);
	len = len < WORD_MAX ? len : WORD_MAX;
	memcpy(word, data + at, len);
	return len;
}

/* In the place of a word: nothing, a number, or another word of the text; or beside it. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	size_t at, old, new;
	char word[WORD_MAX];

	if (!size || seed % 2)
		return LLVMFuzzerMutate(data, size, max_size);
	old = find_word(data, size, seed / 2, &at);
	new = draw_word(data, size, seed / 16 * 2654435761u >> 8, word);
	if (seed % 16 == 0)
		old = 0;
	if (size - old + new > max_size)
		return LLVMFuzzerMutate(data, size, max_size);
	memmove(data + at + new, data + at + old, size - at - old);
	memcpy(data + at, word, new);
	return size - old + new;
}

#endif /* FUZZ_WORDS_H */
