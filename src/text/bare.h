/* The bare copy of a program's text; private to src/text (bare.c, bare_string.c). */
#ifndef OB_SRC_TEXT_BARE_H
#define OB_SRC_TEXT_BARE_H

#include <stdbool.h>
#include <stddef.h>

#include "outline_scan.h"

/* What a language has beside comments and plain quotes. */
enum ob__lex {
    OB__LEX_NESTED = 1 << 0,    /* block comments nest */
    OB__LEX_SPAN = 1 << 1,      /* plain quotes may hold line feeds */
    OB__LEX_RAW_LONG = 1 << 2,  /* no escapes in the long quotes */
    OB__LEX_AT_WORD = 1 << 3,   /* a line comment begins a word: "$#" is none */
    OB__LEX_TICK = 1 << 4,      /* 'c' is a character, 'a alone is not */
    OB__LEX_RAW_CPP = 1 << 5,   /* R"x(...)x", 1'000 */
    OB__LEX_HASHED = 1 << 6,    /* r#"..."# of Rust, #"..."# of Swift */
    OB__LEX_VERBATIM = 1 << 7,  /* @"..." of C# */
    OB__LEX_DOCSTRING = 1 << 8, /* a string that begins a statement documents */
    OB__LEX_HEREDOC = 1 << 9,
    OB__LEX_REGEX = 1 << 10,     /* between slashes */
    OB__LEX_TEMPLATE = 1 << 11,  /* `a ${b}` */
    OB__LEX_BRACKETS = 1 << 12,  /* [[...]], [=[...]=] */
    OB__LEX_PERCENT = 1 << 13,   /* %w[...] of Ruby */
    OB__LEX_SIGIL = 1 << 14,     /* ~s(...) of Elixir */
    OB__LEX_VIM = 1 << 15,       /* a double quote begins a string or a comment */
    OB__LEX_ZIG_LINES = 1 << 16, /* \\ to the end of the line */
    OB__LEX_SHELL = 1 << 17,     /* a backslash takes the next byte along */
    OB__LEX_DASHES = 1 << 18,    /* "-->" begins no comment */
    OB__LEX_PHP_TAGS = 1 << 19   /* code stands between <? and ?> */
};

struct ob__lexis {
    const char *quotes;         /* plain ones: one byte, backslash escapes */
    const char *long_quotes[2]; /* which may hold line feeds */
    unsigned flags;             /* enum ob__lex */
};

struct ob__bare {
    struct ob__scan *scan;
    const struct ob__lexis *lexis;
    const char *text; /* the original */
    char *code;       /* the copy that is blanked */
    size_t len, at;
    size_t heredoc_from, heredoc_to; /* lines to be blanked when they are reached; FROM 0: none */
    size_t line;                     /* the line of the last comment, 0-based */
    size_t purse;                    /* bytes that may still be looked through in vain */
    bool sign[256];                  /* bytes at which a comment or string may begin */
};

/* Replaces s->text, whose owner is the caller, by a new bare copy, which s->text then owns, and
 * marks the lines that are comments.  -1: no memory. */
int ob__bare(struct ob__scan *s);

/* --- between bare.c and bare_string.c --- */

/* What stands before the first code. */
void ob__bare_begin(struct ob__bare *m);

/* Takes the string, character, heredoc or regular expression at m->at; false when there is none. */
bool ob__bare_take_string(struct ob__bare *m);

/* Blanks the inside of the string [FROM, TO), or all of it as a comment if it DOCUMENTS; goes on
 * behind it. */
void ob__bare_string(struct ob__bare *m, size_t from, size_t to, bool documents);

/* Where the CLOSE of N bytes that follows FROM ends; 0 when there is none. */
size_t ob__bare_find(struct ob__bare *m, size_t from, const char *close, size_t n, bool escapes);

/* Where the long bracket at AT ends; 0 when there is none. */
size_t ob__bare_bracket_end(struct ob__bare *m, size_t at);

/* Blanks [FROM, TO) but for line feeds. */
void ob__bare_blank(struct ob__bare *m, size_t from, size_t to);

bool ob__bare_starts(const struct ob__bare *m, size_t at, const char *what);
size_t ob__bare_line_end(const struct ob__bare *m, size_t at);

/* Whether nothing but blanks, or what was blanked, stands before AT on its line. */
bool ob__bare_line_begins(const struct ob__bare *m, size_t at);

#endif
