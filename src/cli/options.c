/* Strict arguments: an unknown option, a missing or a wrong value is one line and exit status 2. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "inside.h"

int ob__usage(const char *command, const char *format, ...)
{
    char tail[80];
    va_list args;
    (void)snprintf(tail, sizeof tail, "; see `openbook help %s`", command);
    va_start(args, format);
    ob__complain(command, format, args, tail);
    va_end(args);
    return OB__EXIT_USAGE;
}

static int take_number(const char *command, const struct ob__option *o, const char *value)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(value, &end, 10);
    if (errno || *end || end == value || value[0] == '-' || n < o->min || n > o->max)
        return ob__usage(command, "%s wants a number from %lu to %lu, not \"%s\"", o->name, o->min,
                         o->max, value);
    *(unsigned long *)o->target = n;
    return 0;
}

static int take_choice(const char *command, const struct ob__option *o, const char *value)
{
    char list[128] = "";
    for (size_t i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], value) == 0) {
            *(const char **)o->target = o->choices[i];
            return 0;
        }
        size_t at = strlen(list);
        (void)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", o->choices[i]);
    }
    return ob__usage(command, "%s wants one of %s, not \"%s\"", o->name, list, value);
}

static int take_value(const char *command, const struct ob__option *o, const char *value)
{
    struct ob__texts *list = o->target;
    switch (o->kind) {
    case OB__FLAG: break;
    case OB__TEXT: *(const char **)o->target = value; break;
    case OB__NUMBER: return take_number(command, o, value);
    case OB__CHOICE: return take_choice(command, o, value);
    case OB__LIST:
        if (list->len == OB__MAX_ROOTS)
            return ob__usage(command, "%s may stand at most %d times", o->name, OB__MAX_ROOTS);
        list->items[list->len++] = value;
        break;
    }
    return 0;
}

/* The option that ARG names, before any "="; NULL when there is none. */
static const struct ob__option *option_of(const struct ob__option *options, const char *arg)
{
    size_t n = strncmp(arg, "--", 2) == 0 ? strcspn(arg, "=") : strlen(arg);
    for (; options->name; options++)
        if (strlen(options->name) == n && memcmp(options->name, arg, n) == 0)
            return options;
    return NULL;
}

/* Takes the option at ARGV[*I] and moves *I over a value that stands apart. */
static int take_option(const char *command, const struct ob__option *o, int *i, int argc,
                       char **argv)
{
    const char *equals = argv[*i][1] == '-' ? strchr(argv[*i], '=') : NULL;
    if (o->kind == OB__FLAG) {
        if (equals)
            return ob__usage(command, "%s takes no value", o->name);
        *(bool *)o->target = true;
        return 0;
    }
    if (equals)
        return take_value(command, o, equals + 1);
    if (*i + 1 >= argc)
        return ob__usage(command, "%s wants a value", o->name);
    return take_value(command, o, argv[++*i]);
}

/* A pasted log may begin like an option; none has a blank in its name. */
static bool is_text(const char *arg)
{
    char end = arg[strcspn(arg, "= \t\n")];
    return end != '\0' && end != '=';
}

int ob__options_parse(size_t *n_rest, const char **rest, const char *command,
                      const struct ob__option *options, int argc, char **argv)
{
    bool only_words = false;
    int err = 0;
    *n_rest = 0;
    for (int i = 0; i < argc && !err; i++) {
        const char *arg = argv[i];
        if (only_words || arg[0] != '-' || arg[1] == '\0' || is_text(arg)) {
            rest[(*n_rest)++] = arg;
        } else if (strcmp(arg, "--") == 0) {
            only_words = true;
        } else {
            const struct ob__option *o = option_of(options, arg);
            err = o ? take_option(command, o, &i, argc, argv)
                    : ob__usage(command, "there is no option %.*s", (int)strcspn(arg, "="), arg);
        }
    }
    return err;
}

/* Digits at *TEXT as a line number; 0 when there are none or it is no line. */
static unsigned long line_at(const char **text)
{
    unsigned long n = 0;
    while (**text >= '0' && **text <= '9' && n < 100000000)
        n = n * 10 + (unsigned long)(*(*text)++ - '0');
    return n;
}

int ob__range_parse(char **file, unsigned long *first, unsigned long *last, const char *text)
{
    const char *colon = strrchr(text, ':');
    *first = *last = 0;
    if (colon && colon[1] >= '0' && colon[1] <= '9') {
        const char *p = colon + 1;
        *first = *last = line_at(&p);
        if (*p == '-') {
            p++;
            *last = line_at(&p);
        }
        if (*p == '\0') {
            *file = ob_strndup(text, (size_t)(colon - text));
            return *first >= 1 && *last >= *first ? 0 : OB_EINVAL;
        }
        *first = *last = 0;
    }
    *file = ob_strdup(text); /* a colon that belongs to the name */
    return 0;
}
