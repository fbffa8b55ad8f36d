/* A document: one file as the index sees it.  Built once by a pure analysis, never changed,
 * refcounted (atomic), shared by the index, its snapshots and a client's delta.  Any thread.
 *
 * The fields are read-only outside the index. */
#ifndef OB_INDEX_DOC_H
#define OB_INDEX_DOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/arena.h"
#include "openbook/base/error.h"
#include "openbook/text/lang.h"
#include "openbook/text/outline.h"
#include "openbook/text/terms.h"

/* A piece of the file that can be found. */
struct ob_doc_passage {
    uint32_t first_line, last_line; /* 1-based, inclusive */
    uint32_t n_terms;               /* its length for BM25 */
    uint32_t def;                   /* index into defs, or OB_NO_DEF */
    uint8_t subject; /* notes: so many of its first words it begins by defining, those before its
                        first verb ("A red panda is an animal": 2); 0: it does not (it "is shy"), or
                        more than OB_SUBJECT_WORDS */
    uint8_t blank;   /* so many blank lines it begins with; 255 at most */
    bool goes_on;    /* notes: what the passage before it says goes on here, with no gap between */
};

/* Where a term may stand. */
enum ob_doc_where {
    OB_IN_BODY,
    OB_IN_COMMENT,
    OB_IN_NAME, /* of a definition, or a title */
    OB_IN_LEAD  /* notes: among the first OB_LEAD_WORDS words of a passage, its title left out */
};

enum {
    OB_LEAD_WORDS = 10,
    OB_SUBJECT_WORDS = 6,
    OB_PLACES = 64 /* a word's place in its passage is kept modulo this */
};

/* One term of the file: its occurrences are occurrences[first] up to the next term's first. */
struct ob_doc_field {
    uint64_t hash;
    uint32_t first;
    uint16_t tf_def, tf_comment; /* how many of them stand in names, in comments; 65,535 at most */
};

/* One occurrence: its line, its word's place among the words of the passage, and the kind of text it
 * stands in.  The first word has place 0, neighbours have neighbouring places, and a stop word has
 * that of the word before: "validation of props" says the same as "props validation". */
struct ob_doc_occurrence {
    uint32_t line_1based : 23;
    uint32_t part : 1;  /* of a Latin word of several parts: the state of useState */
    uint32_t place : 6; /* modulo OB_PLACES */
    uint32_t where : 2; /* enum ob_doc_where */
};

/* A word that joins words (useState, read_file) on a line where it stands. */
struct ob_doc_compound {
    uint64_t key; /* ob_name_key of it */
    uint32_t line_1based;
};

struct ob_doc_def {
    const char *name; /* as spelled; headings: the title, without markup (ob_title_plain) */
    uint64_t joined;  /* ob_name_key of it */
    uint32_t line_1based, end_line_1based;
    uint32_t first_line_1based; /* with the comment and decorators above: its unit is
                                   [first_line_1based, end_line_1based] */
    uint32_t own_end;     /* last line before the first definition inside it; headings: before the
                         next heading */
    uint32_t n_terms;     /* from first_line_1based to own_end */
    uint32_t parent;      /* index into defs, or OB_NO_DEF */
    uint8_t kind;         /* enum ob_def_kind */
    uint8_t level;        /* headings: 1 the outermost */
    uint8_t n_name_terms; /* terms of the name; 255 at most */
    uint8_t
        signature_lines; /* from line_1based on, up to where its parentheses are closed; headings
                                have none */
    uint8_t n_signature_terms; /* on these lines; 255 at most */
};

/* A name under which other notes link to this one: its base name, its title, an alias. */
struct ob_doc_name {
    const char *text; /* as spelled */
    uint64_t key;     /* ob_page_key of it */
};

/* A term of the path, kept as text for fuzzy comparison. */
struct ob_doc_word {
    const char *text; /* stemmed, lower case */
    uint32_t len;     /* bytes */
    uint64_t hash;    /* as in the postings */
};

struct ob_doc {
    atomic_uint refs; /* private */
    const char *path; /* relative to the root */
    const struct ob_lang *lang;
    uint64_t text_hash;
    size_t text_bytes;
    uint32_t n_lines;
    uint32_t n_terms, n_def_terms, n_comment_terms; /* lengths of the file's fields */

    struct ob_doc_passage *passages;
    uint32_t n_passages;
    struct ob_doc_field *fields; /* by hash; one more at the end, whose `first` is n_terms */
    uint32_t n_fields;
    struct ob_doc_occurrence *occurrences; /* by term, then line; n_terms of them */
    struct ob_doc_def *defs;               /* by line */
    uint32_t n_defs;
    uint64_t *compounds; /* name keys of words of several parts, tag keys; sorted, distinct */
    uint32_t n_compounds;
    struct ob_doc_compound *written; /* notes only: where those that join words stand; by key, then
                                        line, distinct */
    uint32_t n_written;
    uint64_t
        *imports; /* name keys on import lines; of notes, page and ID keys of what they link to;
                          sorted, distinct */
    uint32_t n_imports;
    struct ob_doc_name *names;   /* notes only: the title first, then aliases, distinct */
    uint32_t n_names, n_aliases; /* the last n_aliases of them are aliases */
    uint64_t *ids;               /* ob_id_key of the IDs of org in it; sorted, distinct */
    uint32_t n_ids;
    uint32_t front_lines; /* of a note: lines before its text */

    struct ob_doc_word *stem; /* terms of the base name up to its first dot */
    uint32_t n_stem;
    struct ob_doc_word *folders;       /* terms of all folders, outermost first */
    uint32_t n_folders, n_last_folder; /* the last n_last_folder of them are the last folder's */
    uint64_t stem_key; /* name key of the stem (of the folder for index.js, init.lua ...) */
    uint64_t page_key; /* notes: ob_page_key of the base name without its extension; else 0 */
    uint8_t priors;    /* of its path: a set of OB_PRIOR_TEST and so on (priors.h) */

    struct ob_doc
        *shares; /* private: a reference to the document whose analysis this one has too */
    struct ob_arena arena; /* private: all of the above that is not shared */
};

/* The key under which one name in all its spellings is found: HttpServer, http_server. */
uint64_t ob_name_key(const char *name, size_t len);

/* The key of a note's name, apart from names of code: [[회의 기록]], "Notes/회의 기록.md" and the title or
 * alias "회의 기록" have the same.  NAME may be a path, with escapes like %20; its last part counts.  0
 * when no word is in it. */
uint64_t ob_page_key(const char *name, size_t len);

/* The key of an ID of org, apart from those of names. */
uint64_t ob_id_key(const char *id, size_t len);

/* The key of a tag, with or without its sign: "#area/sub".  A note that has this one also has "area". */
uint64_t ob_tag_key(const char *tag, size_t len);

/* Analyses TEXT (UTF-8, at most 16 MiB) of the file PATH (relative to its root).  T is the calling
 * thread's scanner.  OB_ETOOBIG, OB_ENOMEM. */
int ob_doc_new(struct ob_doc **out, struct ob_terms *t, const char *path, const char *text,
               size_t len, struct ob_error *e);

/* D's text under another PATH, its analysis shared and not made again; a new reference.  NULL where
 * the text would be read as another language there. */
struct ob_doc *ob_doc_renamed(struct ob_doc *d, struct ob_terms *t, const char *path);
struct ob_doc *ob_doc_ref(struct ob_doc *d);
void ob_doc_unref(struct ob_doc *d);

uint64_t ob_doc_text_hash(const struct ob_doc *d); /* ob_hash of TEXT: tells a changed file */
size_t ob_doc_text_bytes(const struct ob_doc *d);

/* The base name up to its first dot, or all of it where it begins with one; *LEN bytes, borrowed. */
const char *ob_doc_stem(const struct ob_doc *d, size_t *len);

/* Lines FIRST..LAST of WAS as they stand in NOW, a later version of it, wherever that is; false when
 * nothing there says nearly the same. */
bool ob_doc_lines_again(uint32_t *first, uint32_t *last, const struct ob_doc *now,
                        const struct ob_doc *was);

/* The passage that holds the line. */
uint32_t ob_doc_passage_at(const struct ob_doc *d, uint32_t line_1based);

/* The same for a line that does not stand before PASSAGE; quick when it is near. */
uint32_t ob_doc_passage_from(const struct ob_doc *d, uint32_t passage, uint32_t line_1based);

/* The innermost definition or heading that holds the line, the comment above it included, or
 * OB_NO_DEF. */
uint32_t ob_doc_def_at(const struct ob_doc *d, uint32_t line_1based);

/* How often HASH occurs in the file, by field; NULL when it does not. */
const struct ob_doc_field *ob_doc_field_get(const struct ob_doc *d, uint64_t hash);

/* Whether KEY (ob_name_key) is among the sorted KEYS. */
bool ob_doc_has_key(const uint64_t *keys, uint32_t n, uint64_t key);

#endif
