/* The answer without a model: the fewest lines that cover the question, quoted.  Pure. */
#ifndef OB_ANSWER_EXTRACT_H
#define OB_ANSWER_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/arena.h"
#include "openbook/base/buf.h"

#include "pack.h"

enum { OB__EXTRACT_LINES = 40 };

/* Chooses at most OB__EXTRACT_LINES lines of SPANS in blocks: out->spans[i] is block and source
 * i + 1. */
void ob__extract(struct ob__packed *out, struct ob_arena *a, const char *question,
                 size_t question_len, const struct ob__span *spans, size_t n);

/* Appends BLOCKS as Markdown: path and lines with [n], then the lines in a fence of their language. */
int ob__extract_write(struct ob_buf *out, const struct ob__packed *blocks);

#endif
