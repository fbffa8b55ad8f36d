/* What people and programs read on stdout. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/text/utf8.h"

#include "inside.h"

bool ob__colours(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && no[0]) && !(term && strcmp(term, "dumb") == 0);
}

const char *ob__plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

char *ob__relative(const char *file)
{
    char cwd[PATH_MAX];
    return getcwd(cwd, sizeof cwd) && file[0] == '/' ? ob_path_relative(cwd, file)
                                                     : ob_strdup(file);
}

/* Whether CODE steers a terminal: the control characters of ASCII, and those of Latin-1, which
 * terminals obey when they come as UTF-8, too. */
static bool is_control(uint32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0);
}

/* Appends the character of N bytes at TEXT as a terminal may see it.  Bytes that are no UTF-8 may be
 * control characters to one that is set to another encoding. */
static int append_shown(struct ob_buf *out, const char *text, size_t n, uint32_t code, bool lines)
{
    bool malformed = code == 0xfffd && !ob_utf8_valid(text, n);
    bool kept = !is_control(code) || code == '\t' || (lines && code == '\n');
    return kept && !malformed ? ob_buf_append(out, text, n) : ob_buf_append_str(out, "?");
}

/* Prints TEXT to OUT: to a terminal without what steers it, to anybody else as it is. */
static void print(FILE *out, const char *text, bool lines)
{
    struct ob_buf shown;
    size_t len = strlen(text), n;
    if (!isatty(fileno(out))) {
        (void)fputs(text, out); /* stdout is looked at in the end */
        return;
    }
    ob_buf_init(&shown, len + 1); /* nothing grows */
    for (size_t at = 0; at < len; at += n) {
        uint32_t code;
        n = ob_utf8_decode(&code, text + at, len - at);
        (void)append_shown(&shown, text + at, n, code, lines);
    }
    (void)fputs(ob_buf_str(&shown), out);
    ob_buf_release(&shown);
}

void ob__print_text(const char *text)
{
    print(stdout, text, true);
}

void ob__print_line(FILE *out, const char *text)
{
    print(out, text, false);
}

char *ob__file_of(const msgpack_object *hit)
{
    return ob__get_text(hit, ob__get(hit, "file_bytes") ? "file_bytes" : "file");
}

int ob__print_json(cJSON *json)
{
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    if (!text)
        return ob__fail("json", "no memory for the output");
    puts(text);
    cJSON_free(text);
    return 0;
}
