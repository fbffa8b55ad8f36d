/* What people and programs read on stdout. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

bool ob__colours(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && no[0]) && !(term && strcmp(term, "dumb") == 0);
}

char *ob__relative(const char *file)
{
    char cwd[PATH_MAX];
    return getcwd(cwd, sizeof cwd) && file[0] == '/' ? ob_path_relative(cwd, file)
                                                     : ob_strdup(file);
}

void ob__print_clean(const char *text)
{
    bool terminal = isatty(STDOUT_FILENO);
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool control = (c < ' ' && c != '\t' && c != '\n') || c == 127;
        bool c1 = c == 0xc2 && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0;
        if (terminal && c1)
            p++;
        putchar(terminal && (control || c1) ? '?' : *p);
    }
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
