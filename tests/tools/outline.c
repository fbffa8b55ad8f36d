/* outline: prints the outline of each file named on standard input, for tests/bench/outline.py.
 *
 * One line a definition: path, kind, name, first line, line, last line, between tabs; names hold no
 * tab or line feed.  With -t nothing is printed but how fast all of it was. */
#include "openbook/text/outline.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"

enum { MAX_FILE = 16 << 20 };

static bool read_file(struct ob_buf *out, const char *path)
{
    FILE *f = fopen(path, "rb");
    ob_buf_clear(out);
    if (!f)
        return false;
    for (;;) {
        char *to = ob_buf_reserve(out, 1 << 16);
        size_t n = to ? fread(to, 1, 1 << 16, f) : 0;
        if (n == 0)
            break;
        ob_buf_commit(out, n);
    }
    fclose(f);
    return true;
}

static void print(const struct ob_outline *o, const char *path, const char *text)
{
    for (size_t i = 0; i < o->n_defs; i++) {
        const struct ob_def *d = &o->defs[i];
        printf("%s\t%c\t%.*s\t%u\t%u\t%u\n", path, d->kind, (int)d->name_len, text + d->name_start,
               d->first_line_1based, d->line_1based, d->end_line_1based);
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    char path[4096];
    struct ob_buf text;
    bool timed = argc > 1 && strcmp(argv[1], "-t") == 0;
    double spent = 0, bytes = 0;
    ob_buf_init(&text, MAX_FILE);
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = 0;
        if (!read_file(&text, path))
            continue;
        struct ob_outline o;
        double start = seconds();
        if (ob_outline_scan(&o, ob_lang_of_path(path, strlen(path)), ob_buf_str(&text), text.len))
            continue;
        spent += seconds() - start;
        bytes += (double)text.len;
        if (!timed)
            print(&o, path, ob_buf_str(&text));
        ob_outline_release(&o);
    }
    ob_buf_release(&text);
    if (timed)
        printf("%.1f MB in %.3f s: %.0f MB/s\n", bytes / 1e6, spent, bytes / 1e6 / (spent + 1e-9));
    return 0;
}
