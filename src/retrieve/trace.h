/* In which order the places of a pasted text matter: read line by line beside the places. */
#ifndef OB_SRC_RETRIEVE_TRACE_H
#define OB_SRC_RETRIEVE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ob__trace {
    const char *line; /* being read, without the stamp before it */
    size_t len;
    size_t stamp;    /* bytes of that */
    size_t filled;   /* blanks that LINE begins with */
    uint32_t block;  /* ordinal of the trace or section */
    uint32_t depth;  /* causes so far */
    uint32_t places; /* so far */
    size_t column; /* where the text of a log's lines begins, behind what is written before each */
    uint8_t heading;  /* class of what the lines below this one explain */
    bool reversed;    /* the innermost frame comes last */
    bool group;       /* of exceptions, which tell more */
    bool section;     /* of pytest: it ends with its rule */
    bool may_end;     /* the line before ends the trace, unless it names a place */
    bool frames;      /* lines "at ..." were seen since the last message */
    bool included;    /* lines "from ..." tell who includes */
    uint32_t at_line; /* places before this line */
};

/* Goes on to the next line. */
void ob__trace_line(struct ob__trace *t, const char *line, size_t len);

/* The order of a place whose path begins and whose line number ends at these offsets of the line: smaller
 * comes first.  HAS_LINE: it has one. */
uint64_t ob__trace_order(struct ob__trace *t, size_t start, size_t past, bool has_line);

/* The order of a place that stands on no line of a trace: a diff's. */
uint64_t ob__trace_next(struct ob__trace *t);

#endif
