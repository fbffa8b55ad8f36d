/* 64-bit hashes (XXH3) of byte strings, the same on every machine.  Not against an attacker: who chooses the
 * bytes can make two hashes meet.  Pure; any thread. */
#ifndef OB_BASE_HASH_H
#define OB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* BYTES may be NULL when LEN is 0. */
uint64_t ob_hash(const void *bytes, size_t len);

/* The hash of the same bytes under another SEED: another name space. */
uint64_t ob_hash_seed(const void *bytes, size_t len, uint64_t seed);

#endif
