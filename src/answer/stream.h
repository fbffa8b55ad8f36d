/* What reaches the user of an answer: the list of sources, the text as it comes, and which sources it
 * cites. */
#ifndef OB_ANSWER_STREAM_H
#define OB_ANSWER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/answer/ask.h"
#include "openbook/base/arena.h"

#include "cite.h"
#include "pack.h"
#include "unwrap.h"

struct ob__stream {
    bool text_came; /* some of it */
    /* private */
    enum ob_ask_mode mode;
    struct ob_ask_events events;
    void *data;
    struct ob_arena *arena; /* lists that events and results point to; borrowed */
    struct ob__cites cites;
    struct ob__unwrap unwrap;
    uint64_t sources_told; /* hash of the list last sent up; 0: none */
};

/* S, zeroed, sends up by sources() and text() of EVENTS with DATA: within the functions below, which may
 * cancel the ask.  ARENA must live as long. */
void ob__stream_init(struct ob__stream *s, enum ob_ask_mode mode,
                     const struct ob_ask_events *events, void *data, struct ob_arena *arena);
void ob__stream_release(struct ob__stream *s);

/* Sends up the list of PACKED, unless it is the one that was sent last. */
void ob__stream_sources(struct ob__stream *s, const struct ob__packed *packed);

/* Sends up TEXT of our own; its [n] are citations if it is QUOTED from sources. */
void ob__stream_text(struct ob__stream *s, const char *text, size_t len, bool quoted);

/* Sends up what may be shown of the next LEN bytes (whole characters) that a model has written: the last
 * ones may be held back. */
void ob__stream_model_text(struct ob__stream *s, const char *text, size_t len);

/* Sends up what was held back: no text follows. */
void ob__stream_end(struct ob__stream *s);

/* Fills the citations of RESULT (in the arena) as they are now; those up to N_SOURCES are valid. */
void ob__stream_citations(struct ob_ask_result *result, const struct ob__stream *s,
                          size_t n_sources);

#endif
