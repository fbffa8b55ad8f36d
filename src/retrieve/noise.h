/* Words that name nothing: addresses, stamps, hashes. */
#ifndef OB_SRC_RETRIEVE_NOISE_H
#define OB_SRC_RETRIEVE_NOISE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the word of TEXT (LEN bytes) that begins at START is part of an address, a UUID, a time of day
 * or a hash; in PASTED text also of any number, date or long mixed string. */
bool ob__is_noise(const char *text, size_t len, size_t start, bool pasted);

#endif
