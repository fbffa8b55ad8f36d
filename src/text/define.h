/* What the rules that find definitions share; private to src/text (outline_define.c, define_read.c,
 * define_c.c, define_members.c, define_haskell.c). */
#ifndef OB_SRC_TEXT_DEFINE_H
#define OB_SRC_TEXT_DEFINE_H

#include "outline_scan.h"

enum { OB__VALUE_INDENT_MAX = 8 }; /* values that are indented deeper are nobody's business */

struct ob__name {
    const char *at;
    size_t len;
};

/* The line that is asked, and what was passed over. */
struct ob__question {
    struct ob__scan *scan;
    size_t index;
    enum ob_syntax syntax;
    uint16_t indent;
    struct ob__cursor line; /* without the indentation */
    struct ob__cursor rest; /* from the first word that is no modifier */
    bool modified;          /* a modifier stands before REST */
    bool local;             /* Lua's "local" does */
};

static inline char ob__peek(const struct ob__cursor *c)
{
    return c->at < c->end ? *c->at : 0;
}

static inline bool ob__is(const struct ob__name *word, const char *text)
{
    return word->len == strlen(text) && memcmp(word->at, text, word->len) == 0;
}

static inline void ob__define(const struct ob__question *q, enum ob_def_kind kind,
                              struct ob__name name)
{
    ob__outline_add(q->scan, q->index, kind, 0, name.at, name.len);
}

bool ob__name_byte(enum ob_syntax syntax, char c);
struct ob__name ob__read_word(enum ob_syntax syntax, struct ob__cursor *c);

/* The last word of a dotted name, or what stands between backticks: "M.close" defines close. */
struct ob__name ob__read_name(enum ob_syntax syntax, struct ob__cursor *c);

bool ob__starts_name(const struct ob__name *word); /* no digit first */
bool ob__is_name(const struct ob__name *word);     /* and no word of control */

/* Skips OPEN ... CLOSE with what is nested; false when it does not end in the line. */
bool ob__skip_pair(struct ob__cursor *c, char open, char close);
bool ob__skip_optional_pair(struct ob__cursor *c, char open, char close);

/* The word before the first parenthesis, attributes and generics aside; *PAREN is the parenthesis. */
struct ob__name ob__name_before_paren(const struct ob__question *q, const char **paren,
                                      struct ob__cursor c);

/* Whether [AT, END) can be a return type: words, pointers, template arguments. */
bool ob__is_type(const struct ob__question *q, const char *at, const char *end);

/* Whether a body stands behind the parameters that open at FROM: "{", perhaps after "const",
 * "throws X", ": base(1)" or a return type; or "=>" with an expression. */
bool ob__body_follows(const struct ob__question *q, const char *from);

/* What stands behind "struct", "class", "enum" or "namespace" of C. */
bool ob__define_c_type(const struct ob__question *q, struct ob__cursor c);

/* A line of C that begins with no such keyword. */
bool ob__define_c(const struct ob__question *q);

/* A method, property or field of Java and its kin, of PHP or JavaScript. */
bool ob__define_member(const struct ob__question *q);

/* Haskell and its kin: a signature or an equation; whether the line opens, enters or leaves the body of a
 * class or instance; and the constraint in front of a name passed over: "Monad m => Store m". */
void ob__define_haskell(const struct ob__question *q);
void ob__haskell_block(const struct ob__question *q);
void ob__skip_context(struct ob__cursor *c);

#endif
