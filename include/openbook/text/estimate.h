/* How many tokens a model will count, without its tokenizer.  Pure; any thread.
 *
 * tokens = 0.15 letters + 0.28 words + 1.0 digits + 0.95 punctuation + K * CJK + 1.0 others, the letters and
 * words being ASCII's, fitted on four public vocabularies; runs of base64 count 0.7 a character. */
#ifndef OB_TEXT_ESTIMATE_H
#define OB_TEXT_ESTIMATE_H

#include <stddef.h>

/* Tokens for one Hangul, Han or kana character when the vocabulary is not known. */
#define OB_ESTIMATE_CJK_UNKNOWN 1.5

/* The estimate for TEXT (LEN bytes, any), rounded up.  TOKENS_PER_CJK: the K above, from 0.8 for the thriftiest
 * of the four vocabularies. */
size_t ob_estimate_tokens(const char *text, size_t len, double tokens_per_cjk);

#endif
