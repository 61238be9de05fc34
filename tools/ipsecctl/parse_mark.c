// SPDX-License-Identifier: GPL-2.0
/* Marks: NUMBER, or NUMBER/MASK. */
#include <string.h>

#include "parser.h"
#include "util.h"

/**
 * p_mark - a mark, and its mask, which is all bits if there is none
 * @p: the parser
 * @after: the keyword before it
 * @out: the mark
 */
bool p_mark(struct parser *p, const char *after, struct mark *out)
{
	const char *text = p_is_value(p) ? p->tok.text.data : "", *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char what[96];

	out->mask = UINT32_MAX;
	if (!parse_u32(text, len, &out->value) ||
	    (slash && !parse_u32(slash + 1, strlen(slash + 1), &out->mask))) {
		snprintf(what, sizeof(what), "a number, or two as NUMBER/MASK, after \"%s\"",
			 after);
		return p_expected(p, what);
	}
	if (out->value & ~out->mask) {
		diag_add(p->diag, p->tok.loc, "the mark has bits outside its mask");
		return false;
	}
	p_next(p);
	return true;
}
