/* Chance that a seed repeats, and numbers from the environment: for tests that try what nobody thought of.
 * Static, for one test program. */
#ifndef OB_TESTS_CHANCE_H
#define OB_TESTS_CHANCE_H

#include <stdint.h>
#include <stdlib.h>

static uint64_t chance;

/* From here on all choices follow from SEED. */
static inline void chance_begin(uint64_t seed)
{
    chance = seed * 0x9E3779B97F4A7C15u + 1;
}

/* 0 to BELOW - 1; xorshift64. */
static inline unsigned any(unsigned below)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned)((chance >> 24) % below);
}

#define PICK(list) (list)[any(sizeof(list) / sizeof *(list))]

static inline long from_env(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : otherwise;
}

#endif
