/* Notebooks (Jupyter's JSON): what its cells hold, line for line.
 *
 * The text that is made has as many lines as the file, and each line holds what the cell's source has
 * there; all else of the JSON is left out.  So it can be searched as Markdown while lines keep their
 * numbers.  Lines of code are indented as a code block of Markdown.  Nothing is parsed but strings,
 * their keys and how deep they stand; a file that is no such JSON gives no text at all. */
#include "openbook/text/notebook.h"

#include <string.h>

#include "openbook/base/error.h"
#include "openbook/text/utf8.h"

enum { CELL_DEPTH = 3, SOURCE_DEPTH = 4, KEY_MAX = 16 };

struct notebook {
    struct ob_buf *out;
    const char *text;
    size_t len, at;
    unsigned depth;    /* of braces and brackets */
    char key[KEY_MAX]; /* the last key of a cell */
    bool cells;        /* "cells" has been met */
    bool code;         /* the present cell is of code */
    bool line_begun;   /* something of a source stands on this line */
};

static int hex_value(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'                 ? c - '0'
                    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                         : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The character that the escape at n->at (behind its backslash) stands for; moves behind it. */
static uint32_t take_escape(struct notebook *n)
{
    char c = n->text[n->at++];
    if (c != 'u')
        return c == 'n' || c == 'r'   ? '\n'
               : c == 't'             ? '\t'
               : c == 'b' || c == 'f' ? ' '
                                      : (unsigned char)c;
    int code = n->at + 4 <= n->len ? hex_value(n->text + n->at) : -1;
    if (code < 0)
        return 0xFFFD;
    n->at += 4;
    if (code < 0xD800 || code > 0xDBFF || n->at + 6 > n->len || n->text[n->at] != '\\' ||
        n->text[n->at + 1] != 'u')
        return (uint32_t)code;
    int low = hex_value(n->text + n->at + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    n->at += 6;
    return 0x10000 + (((uint32_t)code - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
}

/* Adds a character of a source.  A line of the cell that does not end one of the file, as where all of
 * a source is one string, becomes a blank. */
static int add_char(struct notebook *n, uint32_t code)
{
    char utf8[4];
    if (!n->line_begun) {
        n->line_begun = true;
        int err = n->code ? ob_buf_append(n->out, "    ", 4) : 0;
        if (err)
            return err;
    }
    return ob_buf_append(n->out, utf8, ob_utf8_encode(utf8, code == '\n' ? ' ' : code));
}

/* Takes the string behind the quote at n->at: adds it when it is SOURCE, else keeps its beginning in
 * HEAD.  OB_EINVAL when it is not closed. */
static int take_string(struct notebook *n, char head[KEY_MAX], bool source)
{
    size_t kept = 0;
    n->at++;
    while (n->at < n->len && n->text[n->at] != '"') {
        uint32_t code = 0;
        if (n->text[n->at] == '\n')
            return OB_EINVAL;
        if (n->text[n->at] == '\\' && n->at + 1 < n->len) {
            n->at++;
            code = take_escape(n);
        } else {
            n->at += ob_utf8_decode(&code, n->text + n->at, n->len - n->at);
        }
        int err = source ? add_char(n, code) : 0;
        if (err)
            return err;
        if (kept + 1 < KEY_MAX)
            head[kept++] = code < 0x80 ? (char)code : '?';
    }
    head[kept] = 0;
    if (n->at >= n->len)
        return OB_EINVAL;
    n->at++;
    return 0;
}

static bool is_key(const struct notebook *n)
{
    size_t at = n->at;
    while (at < n->len && (n->text[at] == ' ' || n->text[at] == '\t'))
        at++;
    return at < n->len && n->text[at] == ':';
}

static int meet_string(struct notebook *n)
{
    char head[KEY_MAX];
    bool source = n->cells && strcmp(n->key, "source") == 0 &&
                  (n->depth == CELL_DEPTH || n->depth == SOURCE_DEPTH);
    if (source && n->depth == CELL_DEPTH) { /* the string, or the next key? */
        struct notebook probe = *n;
        int err = take_string(&probe, head, false);
        source = !err && !is_key(&probe);
    }
    int err = take_string(n, head, source);
    if (err || source)
        return err;
    if (n->depth == 1 && is_key(n))
        n->cells = strcmp(head, "cells") == 0;
    if (n->depth == CELL_DEPTH && is_key(n))
        memcpy(n->key, head, sizeof head);
    else if (n->depth == CELL_DEPTH && strcmp(n->key, "cell_type") == 0)
        n->code = strcmp(head, "code") == 0;
    return 0;
}

static int meet_byte(struct notebook *n)
{
    switch (n->text[n->at++]) {
    case '{':
    case '[': n->depth++; return 0;
    case '}':
    case ']':
        if (n->depth == 0)
            return OB_EINVAL;
        n->depth--;
        if (n->depth < CELL_DEPTH)
            n->key[0] = 0;
        return 0;
    case '\n': n->line_begun = false; return ob_buf_append(n->out, "\n", 1);
    default: return 0;
    }
}

int ob_notebook_text(struct ob_buf *out, const char *text, size_t len)
{
    struct notebook n = {.out = out, .text = text, .len = len};
    bool met = false;
    while (n.at < len) {
        int err = text[n.at] == '"' ? meet_string(&n) : meet_byte(&n);
        if (err)
            return err;
        met |= n.cells;
    }
    return met && n.depth == 0 ? 0 : OB_EINVAL;
}
