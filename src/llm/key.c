/* Keys that are at hand: in the environment or in a file.  They are kept for one chat and wiped
 * after it. */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/io.h"

static bool is_set(const char *text)
{
    return text && *text;
}

bool ob__key_is_command(const struct ob_model_config *c)
{
    return !is_set(c->key_env) && !is_set(c->key_file) && c->key_command && c->key_command[0];
}

bool ob__key_is_file(const struct ob_model_config *c)
{
    return !is_set(c->key_env) && is_set(c->key_file);
}

bool ob__key_is_named(const struct ob_model_config *c)
{
    return is_set(c->key_env) || is_set(c->key_file) || ob__key_is_command(c);
}

/* The path may be a link; what it leads to must be the user's alone. */
static int read_file(struct ob_buf *out, const char *path, struct ob_error *e)
{
    struct stat st;
    if (ob_io_fstatat(AT_FDCWD, path, &st, 0) != 0)
        return ob_error_set(e, ob_err_from_errno(errno), "cannot read the key file %s: %s", path,
                            strerror(errno));
    if (st.st_uid != geteuid())
        return ob_error_set(e, OB_EDENIED, "the key file %s belongs to another user: keep your own",
                            path);
    if (st.st_mode & 077)
        return ob_error_set(e, OB_EDENIED, "other users can read the key file %s: chmod 600 it",
                            path);
    return ob_io_read_file(out, path, e);
}

int ob__key_check(struct ob_buf *key, const char *source, struct ob_error *e)
{
    while (key->len && strchr(" \t\r\n", key->data[key->len - 1]))
        key->data[--key->len] = '\0';
    if (key->len == 0)
        return ob_error_set(e, OB_EAUTH, "%s holds no key", source);
    for (size_t i = 0; i < key->len; i++)
        if ((unsigned char)key->data[i] < 0x21 || (unsigned char)key->data[i] > 0x7E)
            return ob_error_set(
                e, OB_EAUTH,
                "what %s holds is no key: there is a blank, a line break or another character in "
                "it that no key has",
                source);
    return 0;
}

int ob__key_read(struct ob_buf *out, const struct ob_model_config *config, struct ob_error *e)
{
    struct ob_buf key;
    char source[300];
    int err = 0;
    ob_buf_init(&key, OB__KEY_MAX_BYTES);
    ob__key_source(source, sizeof source, config);
    if (is_set(config->key_env)) {
        const char *value = getenv(config->key_env);
        err = !value
                  ? ob_error_set(e, OB_EAUTH, "%s, which should hold the key, is not set", source)
              : ob_buf_append_str(&key, value)
                  ? ob_error_set(e, OB_ETOOBIG, "%s is too long to be a key", source)
                  : 0;
    } else if (is_set(config->key_file)) {
        err = read_file(&key, config->key_file, e);
    } else {
        return 0;
    }
    if (!err)
        err = ob__key_check(&key, source, e);
    if (!err && ob_buf_append(out, key.data, key.len) != 0)
        err = ob_error_set(e, OB_ENOMEM, "no memory for a key");
    ob__key_wipe(&key);
    return err;
}

void ob__key_source(char *out, size_t size, const struct ob_model_config *config)
{
    if (is_set(config->key_env))
        (void)snprintf(out, size, "the environment variable %s", config->key_env);
    else if (is_set(config->key_file))
        (void)snprintf(out, size, "the key file %s", config->key_file);
    else if (ob__key_is_command(config))
        (void)snprintf(out, size, "the key command %s", config->key_command[0]);
    else
        (void)snprintf(out, size, "%s",
                       "key_env, key_file or key_command of llm: no key is configured");
}

void ob__key_redact(struct ob_error *e, const struct ob_buf *key)
{
    char *at;
    if (!key->len)
        return;
    while ((at = strstr(e->message, key->data))) {
        at[0] = '*';
        memmove(at + 1, at + key->len, strlen(at + key->len) + 1);
    }
}

void ob__key_wipe(struct ob_buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    ob_buf_release(b);
}
