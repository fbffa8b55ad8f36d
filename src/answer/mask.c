/* One pass from left to right.  At each place where a word may begin the finders are asked in turn; the
 * first that knows a secret there says how many bytes to keep, how many to mask, and what it is.
 *
 * A false alarm costs a model one value, a miss costs the user a key; still, names of variables and
 * placeholders must stay readable, hence the measures of length and of entropy (Shannon, bits a
 * character) on whatever has no prefix of its own. */
#include "mask.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { LEAST_VALUE = 16, MOST_VALUE = 512, MOST_KEY_BLOCK = 64 * 1024, MOST_LOGIN = 128 };

static const double LEAST_ENTROPY = 3.5;

struct text {
    const char *bytes;
    size_t len;
};

struct find {    /* at one place */
    size_t keep; /* bytes before the secret that stay */
    size_t hide; /* bytes of the secret; 0: nothing found */
    const char *kind;
};

struct prefix {
    const char *text;
    size_t least; /* token characters that must follow */
    const char *kind;
};

/* Shapes that their vendors publish. */
static const struct prefix PREFIXES[] = {
    {"AKIA", 16, "aws"},
    {"ASIA", 16, "aws"},
    {"ABIA", 16, "aws"},
    {"ACCA", 16, "aws"},
    {"ghp_", 30, "github"},
    {"gho_", 30, "github"},
    {"ghu_", 30, "github"},
    {"ghs_", 30, "github"},
    {"ghr_", 30, "github"},
    {"github_pat_", 40, "github"},
    {"glpat-", 18, "gitlab"},
    {"xoxb-", 16, "slack"},
    {"xoxp-", 16, "slack"},
    {"xoxa-", 16, "slack"},
    {"xoxs-", 16, "slack"},
    {"xapp-", 16, "slack"},
    {"sk_live_", 16, "stripe"},
    {"rk_live_", 16, "stripe"},
    {"AIza", 30, "google"},
    {"sk-ant-", 20, "anthropic"},
    {"sk-proj-", 20, "openai"},
    {"sk-", 32, "api-key"},
    {"hf_", 30, "huggingface"},
    {"npm_", 30, "npm"},
    {"pypi-", 40, "pypi"},
    {"SG.", 40, "sendgrid"},
    {"dop_v1_", 40, "digitalocean"},
    {"dapi", 32, "databricks"},
    {"hvs.", 20, "vault"},
    {"hvb.", 20, "vault"},
    {"eyJ", 40, "jwt"},
    {"AGE-SECRET-KEY-1", 30, "age"},
};

static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '+' || c == '/' ||
           c == '=';
}

static size_t token_len(struct text t, size_t from)
{
    size_t n = 0;
    while (from + n < t.len && is_token_char(t.bytes[from + n]))
        n++;
    return n;
}

static bool has_at(struct text t, size_t at, const char *what)
{
    size_t n = strlen(what);
    return t.len - at >= n && memcmp(t.bytes + at, what, n) == 0;
}

/* Letters and digits both: a word in prose has no digits, a number no letters. */
static bool is_mixed(const char *bytes, size_t len)
{
    bool letter = false, digit = false;
    for (size_t i = 0; i < len; i++) {
        letter |= isalpha((unsigned char)bytes[i]) != 0;
        digit |= isdigit((unsigned char)bytes[i]) != 0;
    }
    return letter && digit;
}

static double entropy(const char *bytes, size_t len)
{
    size_t counts[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < len; i++)
        counts[(unsigned char)bytes[i]]++;
    for (size_t i = 0; i < 256; i++)
        if (counts[i])
            bits -= (double)counts[i] * log2((double)counts[i] / (double)len);
    return len ? bits / (double)len : 0;
}

/* ------------------------------------------------------------ finders */
static struct find find_prefix(struct text t, size_t at)
{
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++) {
        const struct prefix *p = &PREFIXES[i];
        if (t.bytes[at] != p->text[0] || !has_at(t, at, p->text))
            continue;
        size_t len = token_len(t, at);
        if (len >= strlen(p->text) + p->least && is_mixed(t.bytes + at, len))
            return (struct find){0, len, p->kind};
    }
    return (struct find){0};
}

static struct find find_key_block(struct text t, size_t at)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ";
    if (!has_at(t, at, begin))
        return (struct find){0};
    const char *line_end = memchr(t.bytes + at, '\n', t.len - at);
    size_t head = line_end ? (size_t)(line_end - t.bytes) - at : t.len - at;
    if (!memmem(t.bytes + at, head, "PRIVATE KEY", 11))
        return (struct find){0};
    size_t most = t.len - at < MOST_KEY_BLOCK ? t.len - at : MOST_KEY_BLOCK;
    const char *stop = memmem(t.bytes + at, most, end, sizeof end - 1);
    /* A block that a passage cuts off is a secret to its end. */
    return (struct find){0, stop ? (size_t)(stop - t.bytes) - at : most, "private-key"};
}

/* "://user:password@" */
static struct find find_login(struct text t, size_t at)
{
    size_t colon = 0;
    if (!has_at(t, at, "://"))
        return (struct find){0};
    for (size_t i = at + 3; i < t.len && i < at + MOST_LOGIN; i++) {
        char c = t.bytes[i];
        if (c == ':' && !colon)
            colon = i;
        else if (c == '@' && colon && i > colon + 1)
            return (struct find){colon + 1 - at, i - colon - 1, "password"};
        else if (c == '/' || isspace((unsigned char)c) || c == '"' || c == '$' || c == '{')
            break;
    }
    return (struct find){0};
}

/* How long the name is that speaks of a secret at AT, up to the end of its word; 0: none. */
static size_t secret_name(struct text t, size_t at)
{
    static const char *const names[] = {"password", "passwd", "secret",  "token",
                                        "api_key",  "apikey", "api-key", "access_key",
                                        "비밀번호", "인증키", "토큰"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (t.len - at < n || strncasecmp(t.bytes + at, names[i], n) != 0)
            continue;
        while (at + n < t.len && (isalnum((unsigned char)t.bytes[at + n]) ||
                                  t.bytes[at + n] == '_' || t.bytes[at + n] == '-'))
            n++;
        return n;
    }
    return 0;
}

static size_t skip(struct text t, size_t at, const char *set)
{
    while (at < t.len && t.bytes[at] && strchr(set, t.bytes[at]))
        at++;
    return at;
}

static struct find find_assignment(struct text t, size_t at)
{
    size_t name = secret_name(t, at);
    if (name == 0)
        return (struct find){0};
    size_t i = skip(t, at + name, "\"' \t]");
    if (i >= t.len || (t.bytes[i] != '=' && t.bytes[i] != ':'))
        return (struct find){0};
    i = skip(t, i, "=:> \t\"'`");
    size_t len = token_len(t, i);
    if (len < LEAST_VALUE || len > MOST_VALUE || !is_mixed(t.bytes + i, len) ||
        entropy(t.bytes + i, len) < LEAST_ENTROPY)
        return (struct find){0};
    if (i + len < t.len && t.bytes[i + len] == '(') /* a call */
        return (struct find){0};
    return (struct find){i - at, len, "value"};
}

static struct find find_at(struct text t, size_t at)
{
    /* "db_password" has its name inside a word; all other shapes begin one. */
    bool inside = at > 0 && isalnum((unsigned char)t.bytes[at - 1]);
    struct find f = find_assignment(t, at);
    if (!f.hide && !inside)
        f = find_prefix(t, at);
    if (!f.hide && t.bytes[at] == '-')
        f = find_key_block(t, at);
    if (!f.hide && t.bytes[at] == ':')
        f = find_login(t, at);
    return f;
}

int ob__mask(struct ob_buf *out, size_t *masked, const char *text, size_t len)
{
    struct text t = {text, len};
    size_t from = 0;
    int err = 0;
    for (size_t at = 0; at < len && !err;) {
        struct find f = find_at(t, at);
        if (!f.hide) {
            at++;
            continue;
        }
        ++*masked;
        err = ob_buf_append(out, text + from, at + f.keep - from);
        if (!err)
            err = ob_buf_appendf(out, "<secret:%s>", f.kind);
        at += f.keep + f.hide;
        from = at;
    }
    return err ? err : ob_buf_append(out, text + from, len - from);
}
