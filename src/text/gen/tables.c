/* tables KO-EN.txt SYNONYMS.txt: writes the two as sorted C tables, src/text/synonym_tables.h, to
 * stdout.  Part of the build.  Faulty lines are reported on stderr, all of them, as "file:line:
 * sentence"; then nothing is written and the status is 1.
 *
 * Three tables come out: Korean to English, English to English, and the first one turned round. */
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { REVERSE_MAX = 8 }; /* Korean terms of an English word */

/* ------------------------------------------------------------ turning round */
/* Each alternative of a Korean term asks for the term.  A term of several words is too much for a
 * single word that is not the first of its line. */
static void turn_round(struct ob__entries *out, const struct ob__entries *korean,
                       struct ob__source *s)
{
    for (size_t i = 0; i < korean->len; i++) {
        const struct ob__entry *k = &korean->items[i];
        s->line = k->line;
        for (size_t a = 0; k->turned && a < k->meaning->n; a++) {
            const struct ob__alternative *from = &k->meaning->items[a];
            bool loose = a && strchr(k->shown, ' ') && !strchr(from->text, ' ');
            struct ob__meaning meaning = {
                .items = {{k->shown, k->shown, from->weight_percent / (loose ? 2 : 1), false}},
                .n = 1};
            ob__add_english(out, s, from, &meaning);
        }
    }
}

/* ------------------------------------------------------------ sorting */
static int compare_entries(const void *a, const void *b)
{
    const struct ob__entry *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order == 0)
        order = (x->kind > y->kind) - (x->kind < y->kind);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void sort_entries(struct ob__entries *entries)
{
    if (entries->len)
        qsort(entries->items, entries->len, sizeof *entries->items, compare_entries);
}

/* A term may stand in the file once, with or without blanks; forms of verbs may meet each other, and a noun. */
static void report_twice(struct ob__source *s, const struct ob__entries *sorted)
{
    const struct ob__entry *before = NULL;
    for (size_t i = 0; i < sorted->len; i++) {
        const struct ob__entry *entry = &sorted->items[i];
        if (!entry->shown)
            continue;
        if (before && before->kind == entry->kind && strcmp(before->key, entry->key) == 0) {
            s->line = entry->line;
            ob__fault_at(s, "\"%s\" stands in line %d already", entry->key, before->line);
        }
        before = entry;
    }
}

/* Gives INTO the alternatives of FROM; what it has already is a fault when S is not NULL. */
static void merge(struct ob__entry *into, const struct ob__entry *from, struct ob__source *s)
{
    for (size_t i = 0; i < from->meaning->n; i++) {
        bool added = ob__add_alternative(into->meaning, &from->meaning->items[i]);
        if (added || !s)
            continue;
        s->line = from->line;
        ob__fault_at(s, "\"%s\" stands for \"%s\" already, by line %d", into->key + 1,
                     from->meaning->items[i].text, into->line);
    }
}

/* Makes one entry of those with one key; what stands twice as it is spelled is reported. */
static void merge_all(struct ob__entries *sorted, struct ob__source *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < sorted->len; i++) {
        struct ob__entry *last = kept ? &sorted->items[kept - 1] : NULL;
        if (last && strcmp(last->key, sorted->items[i].key) == 0)
            merge(last, &sorted->items[i], last->key[0] == '.' ? s : NULL);
        else
            sorted->items[kept++] = sorted->items[i];
    }
    sorted->len = kept;
}

/* ------------------------------------------------------------ the pool */
/* All texts, sorted, each once. */
struct pool {
    struct text {
        const char *text;
        size_t offset;
    } * texts;
    size_t len, cap;
};

static int compare_texts(const void *a, const void *b)
{
    return strcmp(((const struct text *)a)->text, ((const struct text *)b)->text);
}

static void pool_add(struct pool *p, const char *text)
{
    OB_GROW(p->texts, p->len, p->cap);
    p->texts[p->len++] = (struct text){text, 0};
}

/* Adds the keys and, word by word, the alternatives of ENTRIES. */
static void pool_add_all(struct pool *p, const struct ob__entries *entries, struct ob_arena *arena)
{
    for (size_t i = 0; i < entries->len; i++) {
        const struct ob__entry *e = &entries->items[i];
        pool_add(p, e->key);
        for (size_t a = 0; e->meaning && a < e->meaning->n; a++) {
            const char *at = e->meaning->items[a].text;
            for (size_t n; (n = strcspn(at, " ")) > 0; at += n + (at[n] == ' '))
                pool_add(p, ob_arena_strndup(arena, at, n));
        }
    }
}

static void pool_sort(struct pool *p)
{
    size_t kept = 0, offset = 0;
    if (p->len)
        qsort(p->texts, p->len, sizeof *p->texts, compare_texts);
    for (size_t i = 0; i < p->len; i++) {
        if (kept && strcmp(p->texts[kept - 1].text, p->texts[i].text) == 0)
            continue;
        p->texts[kept] = (struct text){p->texts[i].text, offset};
        offset += strlen(p->texts[kept++].text) + 1;
    }
    p->len = kept;
}

static size_t pool_offset(const struct pool *p, const char *text)
{
    struct text wanted = {text, 0};
    const struct text *found = bsearch(&wanted, p->texts, p->len, sizeof *p->texts, compare_texts);
    return found->offset; /* everything was added */
}

/* ------------------------------------------------------------ writing */
static void write_pool(const struct pool *p)
{
    printf("const char ob__pool[] = {\n");
    for (size_t i = 0; i < p->len; i++) {
        for (const char *at = p->texts[i].text; *at; at++)
            printf("'\\x%02X',", (unsigned char)*at);
        printf("0, /* %s */\n", p->texts[i].text);
    }
    printf("};\n");
}

/* Writes the words of a meaning unless it is there; N counts those written so far. */
static void write_meaning(size_t *n, struct ob__meaning *m, const struct pool *p,
                          struct ob_arena *arena)
{
    if (m->written)
        return;
    m->written = true;
    m->first = *n;
    for (size_t a = 0; a < m->n; a++) {
        const char *at = m->items[a].asked_only ? "" : m->items[a].text;
        for (size_t len; (len = strcspn(at, " ")) > 0; at += len + (at[len] == ' ')) {
            const char *word = ob_arena_strndup(arena, at, len);
            printf("{%zu,%zu,%d,%zu},\n", pool_offset(p, word), len, m->items[a].weight_percent, a);
            ++*n;
        }
    }
}

static size_t words_of(const struct ob__meaning *m)
{
    size_t words = 0;
    for (size_t a = 0; a < m->n; a++) {
        if (m->items[a].asked_only)
            continue;
        words++;
        for (const char *blank = m->items[a].text; (blank = strchr(blank, ' ')); blank++)
            words++;
    }
    return words;
}

static void write_rows(const char *name, const struct ob__entries *entries, const struct pool *p)
{
    printf("static const struct ob__row %s[] = {\n", name);
    for (size_t i = 0; i < entries->len; i++) {
        const struct ob__entry *e = &entries->items[i];
        printf("{%zu,%zu,%zu,%zu,%d},\n", pool_offset(p, e->key),
               e->meaning ? e->meaning->first : 0, strlen(e->key),
               e->meaning ? words_of(e->meaning) : 0, (int)e->kind);
    }
    printf("};\nconst struct ob__rows ob__%s_rows = {%s, sizeof %s / sizeof *%s};\n", name, name,
           name, name);
}

static void write_all(struct ob__entries *korean, struct ob__entries *english,
                      struct ob__entries *reverse, struct ob_arena *arena)
{
    struct ob__entries *const tables[] = {korean, english, reverse};
    struct pool pool = {0};
    size_t n = 0;
    for (size_t i = 0; i < 3; i++)
        pool_add_all(&pool, tables[i], arena);
    pool_sort(&pool);
    printf(
        "/* Made of ko-en.txt and synonyms.txt by the build. */\n#include \"synonym_tables.h\"\n");
    write_pool(&pool);
    printf("const struct ob__target ob__targets[] = {\n");
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < tables[i]->len; k++)
            if (tables[i]->items[k].meaning)
                write_meaning(&n, tables[i]->items[k].meaning, &pool, arena);
    printf("};\n");
    write_rows("korean", korean, &pool);
    write_rows("english", english, &pool);
    write_rows("reverse", reverse, &pool);
    ob_free(pool.texts);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: tables KO-EN.txt SYNONYMS.txt >TABLES.c\n");
        return 2;
    }
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob__entries korean = {0}, english = {0}, reverse = {0};
    struct ob__source ko = {.path = argv[1], .arena = &arena};
    struct ob__source en = {.path = argv[2], .arena = &arena};
    ob__read_korean(&korean, &ko);
    ob__read_english(&english, &en);
    turn_round(&reverse, &korean, &ko);
    sort_entries(&korean);
    sort_entries(&english);
    sort_entries(&reverse);
    report_twice(&ko, &korean);
    merge_all(&english, &en);
    merge_all(&reverse, NULL);
    for (size_t i = 0; i < reverse.len; i++)
        if (reverse.items[i].meaning->n > REVERSE_MAX)
            reverse.items[i].meaning->n = REVERSE_MAX;
    int faults = ko.faults + en.faults;
    if (!faults)
        write_all(&korean, &english, &reverse, &arena);
    ob_free(korean.items);
    ob_free(english.items);
    ob_free(reverse.items);
    ob_arena_release(&arena);
    return faults || fflush(stdout) ? 1 : 0;
}
