/* What the rules for notes share: outline_notes.c walks the lines and knows Markdown and reST, the
 * other markups are in outline_markup.c, plain text, man pages and vimdoc in outline_plain.c, names,
 * tags and links in outline_marks.c.  Private to src/text. */
#ifndef OB_SRC_TEXT_NOTES_H
#define OB_SRC_TEXT_NOTES_H

#include "outline_scan.h"

enum { OB__NOTE_STYLES = 24, OB__LINK_LINE_MAX = 8000 };

/* What the walk knows between two lines. */
struct ob__notes {
    struct ob__scan *scan;
    char fence; /* the character of the open fence, 0: none */
    size_t fence_len;
    const char *comment_end;         /* closes the open comment; NULL: none */
    bool drawer;                     /* of org is open */
    bool help;                       /* the text is vimdoc */
    char styles[OB__NOTE_STYLES][2]; /* of headings, in order of appearance */
    size_t n_styles;
};

static inline struct ob_line *ob__note_line(const struct ob__notes *n, size_t index)
{
    return &n->scan->out->lines[index];
}

/* Whether the line is there and not blank. */
static inline bool ob__note_filled(const struct ob__notes *n, size_t index)
{
    return index < n->scan->out->n_lines && n->scan->out->lines[index].indent != OB_INDENT_BLANK;
}

static inline void ob__trim_end(struct ob__cursor *c)
{
    while (c->end > c->at && ob__blank_byte(c->end[-1]))
        c->end--;
}

/* Adds the heading whose title is what C holds but for blanks at its ends; false: it holds no word. */
bool ob__note_heading(struct ob__notes *n, size_t index, unsigned level, struct ob__cursor c);

/* Adds the title of the whole note, which stands outside of its text: the heading of all others.  One
 * that comes behind a heading is but a name of the note. */
void ob__note_title(struct ob__notes *n, size_t index, struct ob__cursor c);

/* The heading that was added last begins on line INDEX, above its title. */
void ob__note_heading_from(struct ob__notes *n, size_t index);

/* How often MARK stands at the cursor. */
size_t ob__count_mark(const struct ob__cursor *c, char mark);

/* "== Title", "* Title": marks, then a blank.  Returns how many marks, 0 when it is no heading. */
size_t ob__marked(struct ob__cursor *c, char mark, size_t most);

/* The length of a line that is one character of ALLOWED throughout, which goes to *MARK; 0: not. */
size_t ob__rule_length(char *mark, const struct ob__notes *n, size_t index, const char *allowed);

/* Follows fences; true when the line is inside one or is a fence itself. */
bool ob__in_fence(struct ob__notes *n, const struct ob__cursor *c, const char *marks, size_t least);

/* The level of a style that a reader learns from the order in which styles appear. */
unsigned ob__style_level(struct ob__notes *n, char mark, char variant);

/* As memcmp() == 0 with the beginning, which is lower case; ASCII case does not matter. */
bool ob__starts_fold(const struct ob__cursor *c, const char *lower);

/* Each looks at a line that is neither blank nor a comment, and returns how many lines it settled. */
size_t ob__note_rst(struct ob__notes *n, size_t index, const char *marks);
bool ob__note_entry(struct ob__notes *n, size_t index); /* Sphinx's ".. function:: name(x)" */
size_t ob__note_org(struct ob__notes *n, size_t index);
size_t ob__note_asciidoc(struct ob__notes *n, size_t index);
size_t ob__note_latex(struct ob__notes *n, size_t index);
size_t ob__note_roff(struct ob__notes *n, size_t index);
size_t ob__note_plain(struct ob__notes *n, size_t index);

/* Whether the text is a help page of Vim: its first line begins with a tag. */
bool ob__is_vimdoc(const struct ob__notes *n);

/* Front matter ("---" or "+++" on the first line, to its like): marks its lines as comments, takes
 * title, aliases and tags from it, and returns the first line behind it, 0: there is none. */
size_t ob__front_matter(struct ob__notes *n);

/* Adds a mark; one without a word is none. */
void ob__mark(struct ob__notes *n, size_t index, enum ob_mark_kind kind, struct ob__cursor c);

/* "a, b", "[a, 'b']", ":a:b:", "\"a b\" c": adds a mark for each item. */
void ob__mark_list(struct ob__notes *n, size_t index, enum ob_mark_kind kind, struct ob__cursor c,
                   const char *apart);

/* Links and tags in the text of a line. */
void ob__mark_line(struct ob__notes *n, size_t index);

#endif
