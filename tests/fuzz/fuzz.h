/* A fuzz target: bytes from anywhere go into one of our parsers, and nothing may go wrong.
 *
 *     static void target(const unsigned char *bytes, size_t len) { ... }
 *     FUZZ_TARGET(target, "message")
 *
 * Built as any test it feeds the seeds of tests/fuzz/seeds/NAME and FUZZ_RUNS mutations of them, or
 * mutates for $OB_FUZZ_S seconds.  The bytes that broke it are written to $OB_FUZZ_CRASHES, else /tmp.
 * Built with -DOB_LIBFUZZER and clang's -fsanitize=fuzzer it leaves that to libFuzzer (also AFL++'s). */
#ifndef OB_TESTS_FUZZ_FUZZ_H
#define OB_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#ifdef OB_LIBFUZZER

#include <stdlib.h>

#undef CHECK
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            abort();                                                                               \
    } while (0)

#define FUZZ_TARGET(target, seeds)                                                                 \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)                                   \
    {                                                                                              \
        target(bytes, len);                                                                        \
        return 0;                                                                                  \
    }

#else

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

enum { FUZZ_RUNS = 20000, FUZZ_SEEDS_MAX = 256, FUZZ_BYTES_MAX = 64 * 1024 };

struct fuzz_input {
    unsigned char *bytes;
    size_t len;
};

struct fuzz {
    struct fuzz_input seeds[FUZZ_SEEDS_MAX];
    size_t n_seeds;
    uint64_t state;
};

static unsigned char fuzz_bytes[FUZZ_BYTES_MAX]; /* what is being tried */
static size_t fuzz_len;

/* The last word of a process that a sanitizer or a check ends. */
static void fuzz_keep_input(void)
{
    char path[300];
    const char *dir = getenv("OB_FUZZ_CRASHES");
    snprintf(path, sizeof path, "%s/openbook-fuzz-%ld", dir ? dir : "/tmp", (long)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, fuzz_bytes, fuzz_len) != (ssize_t)fuzz_len)
        return;
    fprintf(stderr, "  the input lies in %s\n", path);
}

#if defined(__SANITIZE_ADDRESS__)
void __sanitizer_set_death_callback(void (*callback)(void));
#endif

static bool fuzz_done;

static void fuzz_on_exit(void)
{
    if (!fuzz_done)
        fuzz_keep_input();
}

static inline void fuzz_read_seeds(struct fuzz *z, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "tests/fuzz/seeds/%s", name);
    DIR *dir = opendir(path);
    CHECK(dir != NULL);
    for (struct dirent *d; (d = readdir(dir)) && z->n_seeds < FUZZ_SEEDS_MAX;) {
        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "tests/fuzz/seeds/%s/%.200s", name, d->d_name);
        FILE *f = fopen(path, "rb");
        struct fuzz_input *seed = &z->seeds[z->n_seeds++];
        seed->bytes = malloc(FUZZ_BYTES_MAX);
        CHECK(f != NULL && seed->bytes != NULL);
        seed->len = fread(seed->bytes, 1, FUZZ_BYTES_MAX, f);
        fclose(f);
    }
    closedir(dir);
    CHECK(z->n_seeds > 0);
}

static inline size_t fuzz_dice(struct fuzz *z, size_t sides)
{
    z->state ^= z->state << 13; /* xorshift64 */
    z->state ^= z->state >> 7;
    z->state ^= z->state << 17;
    return sides ? (size_t)(z->state >> 20) % sides : 0;
}

/* Moves what stands from AT on by BY bytes, which may be negative. */
static inline void fuzz_shift(size_t at, ptrdiff_t by)
{
    size_t to = (size_t)((ptrdiff_t)at + by), n = fuzz_len - at;
    if (to + n > FUZZ_BYTES_MAX)
        n = FUZZ_BYTES_MAX - to;
    memmove(fuzz_bytes + to, fuzz_bytes + at, n);
    fuzz_len = to + n;
}

static inline void fuzz_splice(struct fuzz *z)
{
    const struct fuzz_input *other = &z->seeds[fuzz_dice(z, z->n_seeds)];
    size_t from = fuzz_dice(z, other->len + 1), at = fuzz_dice(z, fuzz_len + 1);
    size_t n = other->len - from;
    if (at + n > FUZZ_BYTES_MAX)
        n = FUZZ_BYTES_MAX - at;
    if (n)
        memcpy(fuzz_bytes + at, other->bytes + from, n);
    fuzz_len = at + n;
}

static inline void fuzz_mutate(struct fuzz *z)
{
    static const unsigned char telling[] = {0x00, 0x0a, 0x20, 0x7f, 0x80, 0x90, 0x91, 0xa0,
                                            0xbf, 0xc0, 0xc1, 0xc6, 0xc9, 0xcb, 0xcf, 0xd8,
                                            0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};
    size_t at = fuzz_dice(z, fuzz_len), n = fuzz_dice(z, 16) + 1;
    if (fuzz_len == 0) {
        fuzz_splice(z);
        return;
    }
    switch (fuzz_dice(z, 7)) {
    case 0: fuzz_bytes[at] ^= (unsigned char)(1u << fuzz_dice(z, 8)); break;
    case 1: fuzz_bytes[at] = telling[fuzz_dice(z, sizeof telling)]; break;
    case 2: fuzz_bytes[at] = (unsigned char)fuzz_dice(z, 256); break;
    case 3: fuzz_len = at; break;
    case 4:
        fuzz_shift(at + (n < fuzz_len - at ? n : 0), -(ptrdiff_t)(n < fuzz_len - at ? n : 0));
        break;
    case 5: fuzz_shift(at, (ptrdiff_t)n); break; /* what stood there stands twice */
    default: fuzz_splice(z);
    }
}

static inline void fuzz_one(struct fuzz *z)
{
    const struct fuzz_input *seed = &z->seeds[fuzz_dice(z, z->n_seeds)];
    memcpy(fuzz_bytes, seed->bytes, seed->len);
    fuzz_len = seed->len;
    for (size_t i = fuzz_dice(z, 8) + 1; i > 0; i--)
        fuzz_mutate(z);
    LLVMFuzzerTestOneInput(fuzz_bytes, fuzz_len);
}

static inline void fuzz_begin(struct fuzz *z, const char *name)
{
    fuzz_read_seeds(z, name);
    z->state = 88172645463325252u;
    atexit(fuzz_on_exit);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(fuzz_keep_input);
#endif
}

static inline void fuzz_end(struct fuzz *z)
{
    for (size_t i = 0; i < z->n_seeds; i++)
        free(z->seeds[i].bytes);
    fuzz_done = true;
}

static inline void fuzz_seeds(const char *name)
{
    struct fuzz z = {.n_seeds = 0};
    fuzz_begin(&z, name);
    for (size_t i = 0; i < z.n_seeds; i++) {
        memcpy(fuzz_bytes, z.seeds[i].bytes, z.seeds[i].len);
        for (fuzz_len = 0; fuzz_len <= z.seeds[i].len; fuzz_len++) /* cut at every byte */
            LLVMFuzzerTestOneInput(fuzz_bytes, fuzz_len);
    }
    fuzz_end(&z);
}

static inline void fuzz_mutations(const char *name)
{
    struct fuzz z = {.n_seeds = 0};
    const char *seconds = getenv("OB_FUZZ_S");
    time_t end = seconds ? time(NULL) + strtol(seconds, NULL, 10) : 0;
    fuzz_begin(&z, name);
    if (seconds)
        z.state ^= (uint64_t)time(NULL) << 20;
    for (size_t runs = 0; seconds ? time(NULL) < end : runs < FUZZ_RUNS; runs++)
        fuzz_one(&z);
    fuzz_end(&z);
}

#define FUZZ_TARGET(target, seeds)                                                                 \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)                                   \
    {                                                                                              \
        target(bytes, len);                                                                        \
        return 0;                                                                                  \
    }                                                                                              \
    TEST(each_seed_cut_at_every_byte_does_no_harm)                                                 \
    {                                                                                              \
        fuzz_seeds(seeds);                                                                         \
    }                                                                                              \
    TEST(mutated_seeds_do_no_harm)                                                                 \
    {                                                                                              \
        fuzz_mutations(seeds);                                                                     \
    }                                                                                              \
    __attribute__((constructor)) static void fuzz_set_limit(void)                                  \
    {                                                                                              \
        const char *seconds = getenv("OB_FUZZ_S");                                                 \
        test_timeout_s = seconds ? (unsigned)strtoul(seconds, NULL, 10) + 60 : 120;                \
    }                                                                                              \
    TEST_MAIN(CASE(each_seed_cut_at_every_byte_does_no_harm), CASE(mutated_seeds_do_no_harm))

#endif
#endif
