/* Keys are read for one request and wiped after it. */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/io.h"

enum { MAX_KEY = 8192 };

static int read_file(struct ob_buf *out, const char *path, struct ob_error *e)
{
    struct stat st;
    if (ob_io_fstatat(AT_FDCWD, path, &st, 0) != 0)
        return ob_error_set(e, ob_err_from_errno(errno), "cannot read the key file %s: %s", path,
                            strerror(errno));
    if (st.st_mode & 077)
        return ob_error_set(e, OB_EDENIED, "other users can read the key file %s: chmod 600 it",
                            path);
    return ob_io_read_file(out, path, e);
}

static int check(struct ob_buf *key, struct ob_error *e)
{
    while (key->len && strchr(" \t\r\n", key->data[key->len - 1]))
        key->data[--key->len] = '\0';
    if (key->len == 0)
        return ob_error_set(e, OB_EAUTH, "the key is empty");
    for (size_t i = 0; i < key->len; i++)
        if ((unsigned char)key->data[i] < 0x21 || (unsigned char)key->data[i] > 0x7E)
            return ob_error_set(e, OB_EAUTH, "the key holds a blank or a control character");
    return 0;
}

int ob__key_read(struct ob_buf *out, const struct ob_model_config *config, struct ob_error *e)
{
    struct ob_buf key;
    int err = 0;
    ob_buf_init(&key, MAX_KEY);
    if (config->key_env && *config->key_env) {
        const char *value = getenv(config->key_env);
        if (!value)
            err = ob_error_set(e, OB_EAUTH, "the environment variable %s, which should hold the key, is not set",
                               config->key_env);
        else
            err = ob_buf_append_str(&key, value);
    } else if (config->key_file && *config->key_file) {
        err = read_file(&key, config->key_file, e);
    } else if (config->key_command && config->key_command[0]) {
        err = ob_error_set(e, OB_EINVAL, "a key command cannot be run yet: use key_env or key_file");
    } else {
        return 0;
    }
    if (!err)
        err = check(&key, e);
    if (!err)
        err = ob_buf_append(out, key.data, key.len);
    ob__key_wipe(&key);
    return err;
}

void ob__key_source(char *out, size_t size, const struct ob_model_config *config)
{
    if (config->key_env && *config->key_env)
        snprintf(out, size, "the environment variable %s", config->key_env);
    else if (config->key_file && *config->key_file)
        snprintf(out, size, "the key file %s", config->key_file);
    else
        snprintf(out, size, "key_env or key_file: no key is configured");
}

void ob__key_wipe(struct ob_buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    ob_buf_release(b);
}
