/* $XDG_CONFIG_HOME/openbook/config.json, as `openbook help config` describes it.  It belongs to the
 * user; a project has no such file. */
#include <string.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum { MAX_CONFIG_BYTES = 256 * 1024 };

/* A name that nobody knows is a slip: what was meant would not hold, and nothing would say so. */
static int check_names(const cJSON *object, const char *const *known, const char *prefix,
                       const char *path, struct ob_error *e)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        const char *const *name = known;
        while (*name && strcmp(*name, item->string) != 0)
            name++;
        if (!*name)
            return ob_error_set(e, OB_EINVAL,
                                "%s: there is no option \"%s%s\"; see `openbook help config`", path,
                                prefix, item->string);
    }
    return 0;
}

static int check_all_names(const struct ob__config *c, const char *path, struct ob_error *e)
{
    static const char *const known[] = {"llm", "notes", "one_file_system", NULL};
    static const char *const of_llm[] = {"url",         "model",   "key_env",       "key_file",
                                         "key_command", "ca_file", "window_tokens", "max_tokens",
                                         "temperature", NULL};
    int err = check_names(c->json, known, "", path, e);
    return err ? err : check_names(c->llm, of_llm, "llm.", path, e);
}

static bool is_list_of_texts(const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            return false;
    }
    return cJSON_IsArray(list);
}

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
    if (c->notes && !is_list_of_texts(c->notes))
        return ob_error_set(e, OB_EINVAL, "%s: \"notes\" must be a list of directories", path);
    if (one && !cJSON_IsBool(one))
        return ob_error_set(e, OB_EINVAL, "%s: \"one_file_system\" must be true or false", path);
    return check_all_names(c, path, e);
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
