/* What both text files have in common: lines, faults, and English words with weights. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/terms.h"

#include "tables.h"

enum { LINE_BYTES = 1000, WORD_BYTES = 24, WEIGHT_MIN = 5, WEIGHT_MAX = 100 };

void ob__fault_at(struct ob__source *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s:%d: ", s->path, s->line); /* nothing helps when stderr is gone */
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    s->faults++;
}

void ob__read_lines(struct ob__source *s, void (*each)(struct ob__source *, char *line, void *data),
                    void *data)
{
    char line[LINE_BYTES];
    FILE *file = fopen(s->path, "r");
    if (!file) {
        ob__fault_at(s, "cannot be read");
        return;
    }
    while (fgets(line, sizeof line, file)) {
        size_t len = strlen(line);
        s->line++;
        if (line[len - 1] != '\n')
            ob__fault_at(s, "the line is longer than %d bytes or does not end", LINE_BYTES - 2);
        else
            line[len - 1] = 0;
        if (strchr(line, '\r'))
            ob__fault_at(s, "the line ends in a carriage return");
        else if (line[0] && line[0] != '#')
            each(s, line, data);
    }
    (void)fclose(file); /* only read */
}

struct ob__entry *ob__add_entry(struct ob__entries *out, const struct ob__source *s,
                                enum ob__row_kind kind, const char *key,
                                struct ob__meaning *meaning)
{
    OB_GROW(out->items, out->len, out->cap);
    struct ob__entry *entry = &out->items[out->len++];
    *entry = (struct ob__entry){.key = key, .meaning = meaning, .kind = kind, .line = s->line};
    return entry;
}

void ob__add_english(struct ob__entries *out, const struct ob__source *s,
                     const struct ob__alternative *key, const struct ob__meaning *meaning)
{
    const char *const keys[] = {ob_arena_printf(s->arena, ".%s", key->text), key->root};
    for (size_t i = 0; i < 2; i++) {
        struct ob__meaning *own = ob_arena_alloc(s->arena, sizeof *own);
        *own = *meaning;
        (void)ob__add_entry(out, s, OB__ROW_ENGLISH, keys[i], own);
    }
}

bool ob__add_alternative(struct ob__meaning *meaning, const struct ob__alternative *alternative)
{
    size_t at = meaning->n;
    for (size_t i = 0; i < meaning->n; i++)
        if (strcmp(meaning->items[i].root, alternative->root) == 0)
            return false;
    if (at == OB__ALTERNATIVES)
        return false;
    for (; at && meaning->items[at - 1].weight_percent < alternative->weight_percent; at--)
        meaning->items[at] = meaning->items[at - 1];
    meaning->items[at] = *alternative;
    meaning->n++;
    return true;
}

/* ------------------------------------------------------------ alternatives */
/* Cuts ":0.8" off TEXT; -1 (reported) when it is no weight. */
static int read_weight(struct ob__source *s, char *text, int default_percent)
{
    char *colon = strchr(text, ':'), *end;
    if (!colon)
        return default_percent;
    *colon = 0;
    double weight = strtod(colon + 1, &end);
    int percent = (int)(weight * 100 + 0.5);
    if (end == colon + 1 || *end || percent < WEIGHT_MIN || percent > WEIGHT_MAX) {
        ob__fault_at(s, "the weight of \"%s\" is not between 0.05 and 1", text);
        return -1;
    }
    return percent;
}

static bool is_english(const char *word, size_t len)
{
    if (len < 2 || len > WORD_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!((word[i] >= 'a' && word[i] <= 'z') || (word[i] >= '0' && word[i] <= '9')))
            return false;
    return true;
}

/* Writes the roots of the words of TEXT to OUT, with blanks between, and how many there are, and
 * how many of them questions leave out; false (reported) when a word is none. */
static bool read_words(char *out, int *words, int *stops, struct ob__source *s, const char *text)
{
    for (const char *at = text; *at; at += *at == ' ') {
        size_t len = strcspn(at, " ");
        if (!is_english(at, len) || ++*words > OB__KEY_WORDS) {
            ob__fault_at(s, "\"%s\" is not 1-%d words of a-z and 0-9 with + between", text,
                         OB__KEY_WORDS);
            return false;
        }
        *stops += ob_stop_word(at, len);
        if (*words > 1)
            *out++ = ' ';
        memcpy(out, at, len);
        out += ob__root(out, len);
        at += len;
    }
    *out = 0;
    if (*words == *stops)
        ob__fault_at(s, "\"%s\" is left out of questions and finds nothing", text);
    return *words > *stops;
}

bool ob__read_alternative(struct ob__alternative *out, struct ob__source *s, const char *text,
                          int default_percent)
{
    char *words = ob_arena_strdup(s->arena, text);
    char *root = ob_arena_alloc(s->arena, strlen(text) + 1);
    int percent = read_weight(s, words, default_percent), n = 0, stops = 0;
    for (char *plus = words; (plus = strchr(plus, '+'));)
        *plus = ' ';
    if (percent < 0 || !read_words(root, &n, &stops, s, words))
        return false;
    if (strlen(words) >= OB__KEY_BYTES) {
        ob__fault_at(s, "\"%s\" is too long", words);
        return false;
    }
    *out = (struct ob__alternative){words, root, percent, stops > 0};
    return true;
}
