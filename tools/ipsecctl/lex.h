/* SPDX-License-Identifier: GPL-2.0 */
/* From characters to tokens: files, macros, comments, quotes. */
#ifndef IPSECCTL_LEX_H
#define IPSECCTL_LEX_H

#include "diag.h"
#include "file.h"
#include "util.h"

/* files that include one another */
#define LEX_DEPTH_MAX 16
/* bytes of one macro */
#define LEX_MACRO_MAX 65536

/**
 * enum tok - kinds of token
 * @TOK_EOF: end of the last file
 * @TOK_EOL: end of a line or of an included file
 * @TOK_WORD: characters up to a blank or a special character
 * @TOK_STRING: in quotes
 * @TOK_LBRACE: {
 * @TOK_RBRACE: }
 * @TOK_COMMA: ,
 * @TOK_EQUALS: =
 * @TOK_BAD: an error was noted
 */
enum tok {
	TOK_EOF,
	TOK_EOL,
	TOK_WORD,
	TOK_STRING,
	TOK_LBRACE,
	TOK_RBRACE,
	TOK_COMMA,
	TOK_EQUALS,
	TOK_BAD,
};

/**
 * struct token - one token
 * @kind: its kind
 * @text: its characters, without quotes
 * @loc: where it starts; in a macro: where the macro is used
 * @expanded: part of it comes from a macro, so columns inside of it mean nothing
 */
struct token {
	enum tok kind;
	struct buf text;
	struct place loc;
	bool expanded;
};

/**
 * struct macro - a name for some text
 * @name: the name
 * @value: the text
 * @fixed: from the command line, which the file cannot override
 */
struct macro {
	char *name;
	char *value;
	bool fixed;
};

struct input;

/**
 * struct lexer - the state of reading
 * @in: what is being read, a stack of files with at most one macro on top
 * @depth: number of files in it
 * @macro: macros defined so far
 * @n_macro: how many
 * @cap_macro: allocated
 * @diag: errors go here
 * @quiet: the rest of a line is being skipped, its errors do not count
 */
struct lexer {
	struct input *in;
	unsigned int depth;
	struct macro *macro;
	size_t n_macro;
	size_t cap_macro;
	struct diag *diag;
	bool quiet;
};

bool lex_push_file(struct lexer *lx, const char *name, struct buf *text,
		   const struct file_id *id);
bool lex_is_open(const struct lexer *lx, const struct file_id *id);
void lex_next(struct lexer *lx, struct token *t);
bool lex_macro_name(const char *name);
void lex_set_macro(struct lexer *lx, const char *name, const char *value, bool fixed);
void lex_free(struct lexer *lx);

#endif
