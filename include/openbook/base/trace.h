/* A trace for tests: the last things that threads did, in one order, in memory.
 *
 * Where what happens depends on who comes first, a test that fails wants to know who did.  OB_TRACE
 * compiles to nothing in a release; the variants with OB_DEBUG have it, and so has a build with
 * CFLAGS=-DOB_TRACED.  Without a line in it the ring is not even part of a program.  Any thread. */
#ifndef OB_BASE_TRACE_H
#define OB_BASE_TRACE_H

#include <stdint.h>

enum { OB_TRACE_LINES = 1 << 16, OB_TRACE_PATH_BYTES = 192 };

struct ob_trace_line {
    int64_t us;                     /* ob_clock_us */
    const char *what;               /* static: "keeper: look" */
    long n;                         /* a result, a mask, a number: as WHAT has it */
    char path[OB_TRACE_PATH_BYTES]; /* as far as it fits; "" for the root or none */
};

/* Adds a line; the oldest one goes.  WHAT must stay.  PATH (may be NULL) is copied. */
void ob_trace_add(const char *what, const char *path, long n);

/* Calls EACH for the lines there are, oldest first.  EACH must not add any. */
void ob_trace_read(void (*each)(const struct ob_trace_line *line, void *data), void *data);

#if defined(OB_DEBUG) || defined(OB_TRACED)
#define OB_TRACE(what, path, n) ob_trace_add(what, path, (long)(n))
#else
#define OB_TRACE(what, path, n) ((void)0)
#endif

#endif
