/* Reading a snapshot: its parts, their postings.  Immutable, any thread, no locks.
 *
 * A part numbers its documents and its passages from 0; a document that was replaced or masked is
 * dead in the snapshot and must be skipped.  Statistics count live documents; the entries of a
 * key or a term are those of dead ones, too, until their part is merged. */
#ifndef OB_INDEX_SNAPSHOT_H
#define OB_INDEX_SNAPSHOT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/map.h"
#include "openbook/index/index.h"
#include "openbook/text/letters.h"

struct ob_part_posting {
    uint32_t passage; /* of the part */
    uint32_t tf;
};

/* Where the entries of one key lie in an array. */
struct ob_part_range {
    uint32_t first, count;
};

/* A term of base names, and the documents that have it there. */
struct ob_part_word {
    const char *text; /* borrowed from a document of the part */
    uint32_t len;
    uint32_t first, count; /* in word_docs */
};

/* What is asked of every document that a question leads to, beside each other as documents lie anywhere. */
struct ob_part_file {
    double lines, defs;              /* ln(1 + n), of its lines and definitions */
    uint32_t folder;                 /* index into the part's folders */
    uint32_t n_stem, n_stem_letters; /* terms of its base name, and bytes of them */
    uint8_t kind;                    /* enum ob_kind */
    uint8_t priors;
};

/* What a mistyped word may mean: the name of a definition or of a file, or a part of one. */
struct ob_part_spelling {
    uint32_t doc;
    uint32_t def; /* OB_NO_DEF: the base name, up to its first dot */
};

/* Spellings by how many letters they have, 2 at least, and of as many by the first three.  One that
 * several names have is there for a few notes and a few other files. */
struct ob_part_spellings {
    uint32_t *kinds; /* ob_letters_kinds of each: nearly all are told apart by it */
    struct ob_part_spelling *items;
    uint8_t *letters;                        /* of all, those of one length side by side */
    uint32_t of_length[OB_LETTERS_MAX + 2];  /* the first with so many letters */
    size_t letters_from[OB_LETTERS_MAX + 1]; /* where the letters of these begin */
};

struct ob_part {
    struct ob_doc **docs; /* references; by path */
    uint32_t n_docs;
    uint32_t *passage_base;  /* first passage of each document; n_docs + 1 entries */
    uint32_t *passage_doc;   /* document of each passage */
    uint32_t *passage_terms; /* length of each passage, beside its score: documents lie anywhere */
    uint32_t n_passages;
    struct ob_part_posting *postings; /* grouped by term */
    uint32_t n_postings;
    uint32_t *stem_docs, *def_docs, *compound_docs; /* grouped by name key */
    struct ob_part_file *files;                     /* of each document */
    uint32_t *folder_docs; /* the first document of each folder: those of one stand together */
    uint32_t n_folders;
    struct ob_part_word *words; /* of base names; by text */
    uint32_t n_words;
    uint32_t *word_docs;
    struct ob_part_spellings names, name_parts; /* what names are spelled like, and their parts */
    struct ob_map64 terms, stems, defs, compounds; /* key -> first << 32 | count */
    struct ob_map paths;                           /* path -> document */
    atomic_uint refs;                              /* private */
};

struct ob_snapshot_part {
    const struct ob_part *part;
    const uint8_t *dead; /* one byte a document; NULL: all live */
};

struct ob_snapshot_totals { /* of live documents */
    size_t docs, passages, notes;
    double terms, def_terms, comment_terms; /* sums of lengths */
};

size_t ob_snapshot_parts(const struct ob_snapshot *s);
struct ob_snapshot_part ob_snapshot_part(const struct ob_snapshot *s, size_t i);
struct ob_snapshot_totals ob_snapshot_totals(const struct ob_snapshot *s);

/* How much the names that document DOC of part I defines are spoken of elsewhere, 0 upwards.  It
 * follows from the live documents alone, and is counted when it is first asked for. */
float ob_snapshot_mention(const struct ob_snapshot *s, size_t i, uint32_t doc);

/* The entries of KEY in one of a part's maps; count 0 when it has none. */
struct ob_part_range ob_part_find(const struct ob_map64 *map, uint64_t key);

#endif
