/* $XDG_CONFIG_HOME/openbook/config.json: {"llm": {...}, "notes": ["/home/me/notes"],
 * "one_file_system": true}.  It belongs to
 * the user; a project has no such file. */
#include <string.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum { MAX_CONFIG_BYTES = 256 * 1024 };

static int check_kinds(struct ob__config *c, const char *path, struct ob_error *e)
{
    c->llm = cJSON_GetObjectItemCaseSensitive(c->json, "llm");
    c->notes = cJSON_GetObjectItemCaseSensitive(c->json, "notes");
    const cJSON *one = cJSON_GetObjectItemCaseSensitive(c->json, "one_file_system");
    c->one_file_system = cJSON_IsTrue(one);
    if (!cJSON_IsObject(c->json))
        return ob_error_set(e, OB_EINVAL, "%s must hold one JSON object", path);
    if (c->llm && !cJSON_IsObject(c->llm))
        return ob_error_set(e, OB_EINVAL, "%s: \"llm\" must be an object", path);
    if (c->notes && !cJSON_IsArray(c->notes))
        return ob_error_set(e, OB_EINVAL, "%s: \"notes\" must be a list of directories", path);
    if (one && !cJSON_IsBool(one))
        return ob_error_set(e, OB_EINVAL, "%s: \"one_file_system\" must be true or false", path);
    return 0;
}

static int parse(struct ob__config *c, const char *path, const struct ob_buf *text,
                 struct ob_error *e)
{
    const char *end = NULL;
    c->json = cJSON_ParseWithLengthOpts(ob_buf_str(text), text->len + 1, &end, 1);
    if (!c->json)
        return ob_error_set(e, OB_EINVAL, "%s is not valid JSON near byte %zu", path,
                            end ? (size_t)(end - ob_buf_str(text)) : 0);
    return check_kinds(c, path, e);
}

int ob__config_load(struct ob__config *out, struct ob_error *e)
{
    struct ob_buf text;
    char *dir = NULL;
    memset(out, 0, sizeof *out);
    if (ob_dir_config(&dir, NULL) != 0)
        return 0; /* no home, no configuration */
    char *path = ob_path_join(dir, "config.json");
    ob_buf_init(&text, MAX_CONFIG_BYTES);
    int err = ob_io_read_file(&text, path, e);
    if (err == OB_ENOTFOUND) {
        ob_error_clear(e);
        err = 0;
    } else if (!err) {
        err = parse(out, path, &text, e);
    }
    ob_buf_release(&text);
    ob_free(path);
    ob_free(dir);
    return err;
}

void ob__config_release(struct ob__config *c)
{
    cJSON_Delete(c->json);
    memset(c, 0, sizeof *c);
}
