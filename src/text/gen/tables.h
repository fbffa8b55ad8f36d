/* What the generator of the tables reads: entries of the two text files; private to it. */
#ifndef OB_SRC_TEXT_GEN_TABLES_H
#define OB_SRC_TEXT_GEN_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/arena.h"

#include "../synonym_tables.h"

/* A word or phrase that stands for the key, "garbage collection". */
struct ob__alternative {
    const char *text; /* words with single blanks between */
    const char *root; /* English: the same of roots; Korean: as text */
    int weight_percent;
    bool asked_only; /* has a word that questions leave out ("log in"): it is never looked for */
};

enum { OB__ALTERNATIVES = 24 }; /* the most of a key */

/* What a key stands for, the heaviest first. */
struct ob__meaning {
    struct ob__alternative items[OB__ALTERNATIVES];
    size_t n;
    size_t first; /* where it was written, the row of its first word */
    bool written;
};

/* A key and what it stands for.  The forms of a verb share one meaning. */
struct ob__entry {
    const char *key;   /* as it is looked up */
    const char *shown; /* Korean: with blanks, verbs without da; NULL: a form of another entry */
    bool turned;       /* Korean: it is what an English word is turned into */
    struct ob__meaning *meaning; /* NULL: it says nothing */
    enum ob__row_kind kind;
    int line;
};

struct ob__entries {
    struct ob__entry *items;
    size_t len, cap;
};

/* One text file while it is read. */
struct ob__source {
    const char *path;
    struct ob_arena *arena; /* where the texts of the entries live */
    int line;               /* from 1 */
    int faults;             /* reported on stderr, so far */
};

/* Reports a fault of the line that is read: "path:line: sentence". */
void ob__fault_at(struct ob__source *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Read ko-en.txt and synonyms.txt, whose formats their heads describe; faults are reported and
 * counted in S. */
void ob__read_korean(struct ob__entries *out, struct ob__source *s);
void ob__read_english(struct ob__entries *out, struct ob__source *s);

/* Reads "word", "word+word", with ":0.8" behind; false (reported) when it is neither. */
bool ob__read_alternative(struct ob__alternative *out, struct ob__source *s, const char *text,
                          int default_percent);

/* Reads the lines of S and calls EACH with those that are neither empty nor comments; a line is
 * NUL-terminated and may be written to. */
void ob__read_lines(struct ob__source *s, void (*each)(struct ob__source *, char *line, void *data),
                    void *data);

/* Adds ALTERNATIVE, at its place by weight and behind its equals; false when MEANING has its root
 * already or is full. */
bool ob__add_alternative(struct ob__meaning *meaning, const struct ob__alternative *alternative);

/* Adds the two entries of an English key: as it is spelled, and its root.  They share MEANING's
 * alternatives, not MEANING. */
void ob__add_english(struct ob__entries *out, const struct ob__source *s,
                     const struct ob__alternative *key, const struct ob__meaning *meaning);

/* Adds an entry of KEY for the line that is read. */
struct ob__entry *ob__add_entry(struct ob__entries *out, const struct ob__source *s,
                                enum ob__row_kind kind, const char *key,
                                struct ob__meaning *meaning);

#endif
