/* Reads synonyms.txt: "word<TAB>other other:0.5", or a group "= word word" in which each stands for
 * each, "=0.8 ..." with that weight. */
#include <string.h>

#include "tables.h"

enum { DEFAULT_WEIGHT = 50, GROUP_MAX = 12 };

/* The alternatives of one line. */
struct group {
    struct ob__alternative words[GROUP_MAX];
    size_t n;
};

static void add_word(struct group *g, struct ob__source *s, const char *text, int percent)
{
    if (g->n == GROUP_MAX) {
        ob__fault_at(s, "more than %d words", GROUP_MAX);
        return;
    }
    struct ob__alternative *a = &g->words[g->n];
    if (!ob__read_alternative(a, s, text, percent))
        return;
    for (size_t i = 0; i < g->n; i++) {
        if (strcmp(g->words[i].root, a->root) == 0) {
            ob__fault_at(s, "\"%s\" has the stem of a word before it", a->text);
            return;
        }
    }
    g->n++;
}

/* KEY stands for the words of G but itself; in a group of EACH, two words at the lower of their
 * weights. */
static void add_entry(struct ob__entries *out, struct ob__source *s, const struct group *g,
                      size_t key, bool each)
{
    struct ob__meaning meaning = {.n = 0};
    for (size_t i = 0; i < g->n; i++) {
        struct ob__alternative a = g->words[i];
        if (i == key || a.asked_only)
            continue;
        if (each && g->words[key].weight_percent < a.weight_percent)
            a.weight_percent = g->words[key].weight_percent;
        (void)ob__add_alternative(&meaning, &a); /* they differ, and are few */
    }
    if (meaning.n)
        ob__add_english(out, s, &g->words[key], &meaning);
}

/* The weight of a group, from behind its "=". */
static int group_weight(struct ob__source *s, const char *text)
{
    struct ob__alternative scratch;
    if (!*text)
        return DEFAULT_WEIGHT;
    const char *probe = ob_arena_printf(s->arena, "group:%s", text);
    return ob__read_alternative(&scratch, s, probe, 0) ? scratch.weight_percent : DEFAULT_WEIGHT;
}

static void read_line(struct ob__source *s, char *text, void *data)
{
    struct group g = {.n = 0};
    int percent = DEFAULT_WEIGHT, faults = s->faults;
    char *save = NULL, *at = strtok_r(text, " \t", &save);
    bool each = at && at[0] == '=';
    if (each) {
        percent = group_weight(s, at + 1);
        at = strtok_r(NULL, " \t", &save);
    }
    for (; at; at = strtok_r(NULL, " \t", &save))
        add_word(&g, s, at, percent);
    if (g.n < 2 && s->faults == faults)
        ob__fault_at(s, "there are not two words");
    for (size_t i = 0; i < g.n && g.n > 1 && (each || i == 0); i++)
        add_entry(data, s, &g, i, each);
}

void ob__read_english(struct ob__entries *out, struct ob__source *s)
{
    ob__read_lines(s, read_line, out);
}
