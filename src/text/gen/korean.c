/* Reads ko-en.txt: a term, a tab, English words, the best first; "-", "-n", "-v" for what stands
 * behind a word and says nothing, "--" for a word that says nothing.  Verbs get an entry for each of their forms. */
#include <string.h>

#include "conjugate.h"
#include "tables.h"

enum { SYLLABLE = 3, MAX_ALTERNATIVES = 8, TURNED_SPELLINGS = 2 };

/* The weights of the alternatives of a line, in percent, by place. */
static const int place_weights[MAX_ALTERNATIVES] = {100, 75, 60, 50, 40, 35, 30, 30};

/* One line. */
struct line {
    struct ob__entries *out;
    struct ob__source *s;
    enum ob__row_kind noun, verb; /* what its terms are */
    struct ob__meaning *meaning;
    int terms; /* so far */
};

/* Whether TEXT begins with a syllable, U+AC00-D7A3. */
static bool is_syllable(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] < 0xEA || b[0] > 0xED || (b[1] & 0xC0) != 0x80 || (b[2] & 0xC0) != 0x80)
        return false;
    unsigned code = (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
    return code >= 0xAC00 && code <= 0xD7A3;
}

/* Copies TEXT without blanks to KEY; false when it is not made of syllables with single blanks
 * between, or too long. */
static bool read_term(char key[OB__FORM_MAX], const char *text)
{
    size_t n = 0;
    bool word = false;
    for (; *text; text += *text == ' ' ? 1 : SYLLABLE) {
        if (*text == ' ' && word) {
            word = false;
            continue;
        }
        if (!is_syllable(text) || n == OB__KEY_SYLLABLES * SYLLABLE)
            return false;
        memcpy(key + n, text, SYLLABLE);
        n += SYLLABLE;
        word = true;
    }
    key[n] = 0;
    return word;
}

static struct ob__entry *add(struct line *l, const char *key, enum ob__row_kind kind)
{
    return ob__add_entry(l->out, l->s, kind, ob_arena_strdup(l->s->arena, key), l->meaning);
}

static void add_form(const char *form, bool nominal, void *data)
{
    struct line *l = data;
    for (size_t i = l->out->len; i-- > 0 && l->out->items[i].line == l->s->line;)
        if (strcmp(l->out->items[i].key, form) == 0)
            return;
    add(l, form, nominal ? l->noun : l->verb);
}

static void add_term(struct line *l, char *text)
{
    char key[OB__FORM_MAX];
    size_t len = strlen(text);
    bool noun = len && text[len - 1] == '.';
    if (noun)
        text[len -= 1] = 0;
    if (!read_term(key, text)) {
        ob__fault_at(l->s, "\"%s\" is not 1-%d Hangul syllables with single blanks between", text,
                     OB__KEY_SYLLABLES);
        return;
    }
    size_t key_len = strlen(key), da = strlen("다");
    bool verb = !noun && key_len > da && strcmp(key + key_len - da, "다") == 0;
    struct ob__entry *entry = add(l, key, verb ? l->verb : l->noun);
    if (verb)
        len -= da;
    entry->shown = ob_arena_strndup(l->s->arena, text, len);
    entry->turned = l->meaning && l->terms++ < TURNED_SPELLINGS;
    if (verb)
        ob__conjugate(key, key_len - da, add_form, l);
}

/* Whether the line's English is a mark for words that say nothing; sets their kind. */
static bool read_mark(struct line *l, const char *english)
{
    if (strcmp(english, "-n") == 0)
        l->noun = l->verb = OB__ROW_AFTER_NOUN;
    else if (strcmp(english, "-v") == 0)
        l->noun = l->verb = OB__ROW_AFTER_VERB;
    else if (strcmp(english, "-") == 0)
        l->noun = l->verb = OB__ROW_AFTER_ANY;
    else
        return strcmp(english, "--") == 0;
    return true;
}

static void read_meaning(struct line *l, char *english)
{
    char *save = NULL;
    l->meaning = ob_arena_alloc(l->s->arena, sizeof *l->meaning);
    for (char *at = strtok_r(english, " \t", &save); at; at = strtok_r(NULL, " \t", &save)) {
        struct ob__alternative a;
        if (l->meaning->n == MAX_ALTERNATIVES)
            ob__fault_at(l->s, "more than %d alternatives", MAX_ALTERNATIVES);
        else if (ob__read_alternative(&a, l->s, at, place_weights[l->meaning->n]) &&
                 !ob__add_alternative(l->meaning, &a))
            ob__fault_at(l->s, "\"%s\" has the stem of a word before it", a.text);
    }
}

static bool has_wanted(const struct ob__meaning *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (!m->items[i].asked_only)
            return true;
    return false;
}

static void read_line(struct ob__source *s, char *text, void *data)
{
    struct line l = {.out = data, .s = s, .noun = OB__ROW_NOUN, .verb = OB__ROW_VERB};
    char *tab = strchr(text, '\t'), *save = NULL;
    int faults = s->faults;
    if (!tab) {
        ob__fault_at(s, "there is no tab between the term and its English");
        return;
    }
    *tab = 0;
    if (!read_mark(&l, tab + 1)) {
        read_meaning(&l, tab + 1);
        if (!has_wanted(l.meaning) && s->faults == faults)
            ob__fault_at(s, "\"%s\" has no English that can be looked for", text);
    }
    for (char *at = strtok_r(text, ",", &save); at; at = strtok_r(NULL, ",", &save))
        add_term(&l, at + (*at == ' '));
}

void ob__read_korean(struct ob__entries *out, struct ob__source *s)
{
    ob__read_lines(s, read_line, out);
}
