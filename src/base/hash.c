/* XXH3, seen from one place so that the choice of hash is made once. */
#include "openbook/base/hash.h"

#include <xxhash.h>

uint64_t ob_hash(const void *bytes, size_t len)
{
    return XXH3_64bits(bytes, len);
}

uint64_t ob_hash_seed(const void *bytes, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, len, seed);
}
