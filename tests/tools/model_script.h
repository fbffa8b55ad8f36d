/* The script of the model server (tests/tools/model.c, whose head is the manual): read line by line
 * into settings and replies; a reply is rendered into segments that are written one after another. */
#ifndef OB_TESTS_MODEL_SCRIPT_H
#define OB_TESTS_MODEL_SCRIPT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

enum { BYTES_MAX = 256 << 20, MODELS_MAX = 16, DEFAULT_STATUS = 200 };

enum segment_kind { SEGMENT_BYTES, SEGMENT_GATE, SEGMENT_CLOSE, SEGMENT_RESET };
enum framing { FRAMING_AUTO, FRAMING_CHUNKED, FRAMING_LENGTH, FRAMING_CLOSE };

struct segment {
    enum segment_kind kind;
    struct ob_buf bytes;
};

struct step { /* one line of a reply */
    char *verb, *rest;
    struct step *next;
};

struct reply {
    char *path; /* NULL: chat */
    int status;
    char *type;
    struct ob_buf headers;
    enum framing framing;
    size_t wire_bytes, piece_chars, cut_bytes;
    unsigned drip_ms;
    unsigned times, used;
    const char *line_end;
    char *finish; /* "none": not sent */
    bool done, usage, usage_set;
    size_t prompt_tokens, answer_tokens;
    struct step *steps, **tail;
    struct reply *next;
};

struct script {
    char *server, *key;
    struct {
        char *name, *remote;
    } models[MODELS_MAX];
    size_t n_models, window, token_bytes;
    bool loading;
    unsigned gates_open; /* releases that no gate has used yet */
    struct reply *replies, **tail;
    struct reply *last; /* the one that lines belong to */
};

static void script_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void script_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("model: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void must(int err)
{
    if (err)
        script_fail("a reply is over %d bytes", BYTES_MAX);
}

/* ------------------------------------------------------------ reading */
static void script_init(struct script *s)
{
    *s = (struct script){.server = ob_strdup("llama.cpp"), .token_bytes = 4};
    s->tail = &s->replies;
}

static struct reply *reply_begin(struct script *s, const char *path)
{
    struct reply *r = ob_alloc(sizeof *r);
    *r = (struct reply){.path = *path ? ob_strdup(path) : NULL,
                        .status = DEFAULT_STATUS,
                        .piece_chars = 4,
                        .times = 1,
                        .line_end = "\n",
                        .finish = ob_strdup("stop"),
                        .done = true,
                        .usage = true};
    ob_buf_init(&r->headers, BYTES_MAX);
    r->tail = &r->steps;
    *s->tail = r;
    s->tail = &r->next;
    return s->last = r;
}

static void add_step(struct reply *r, const char *verb, const char *rest)
{
    struct step *step = ob_alloc(sizeof *step);
    *step = (struct step){ob_strdup(verb), ob_strdup(rest), NULL};
    *r->tail = step;
    r->tail = &step->next;
}

static void set_text(char **to, const char *text)
{
    ob_free(*to);
    *to = ob_strdup(text);
}

static size_t number(const char *text)
{
    return (size_t)strtoull(text, NULL, 10);
}

static bool set_server(struct script *s, const char *verb, const char *rest)
{
    if (strcmp(verb, "server") == 0)
        set_text(&s->server, rest);
    else if (strcmp(verb, "key") == 0)
        set_text(&s->key, *rest ? rest : NULL);
    else if (strcmp(verb, "window") == 0)
        s->window = number(rest);
    else if (strcmp(verb, "token") == 0)
        s->token_bytes = number(rest) ? number(rest) : 1;
    else if (strcmp(verb, "loading") == 0)
        s->loading = strcmp(rest, "off") != 0;
    else if (strcmp(verb, "next") == 0)
        s->gates_open += *rest ? (unsigned)number(rest) : 1;
    else
        return false;
    return true;
}

static void add_model(struct script *s, const char *rest)
{
    if (s->n_models == MODELS_MAX)
        script_fail("more than %d models", MODELS_MAX);
    size_t len = strcspn(rest, " ");
    s->models[s->n_models].name = ob_strndup(rest, len);
    s->models[s->n_models++].remote = rest[len] ? ob_strdup(rest + len + 1) : NULL;
}

static enum framing framing_of(const char *name)
{
    if (strcmp(name, "chunked") == 0)
        return FRAMING_CHUNKED;
    return strcmp(name, "length") == 0 ? FRAMING_LENGTH : FRAMING_CLOSE;
}

static bool set_counts(struct reply *r, const char *verb, const char *rest)
{
    if (strcmp(verb, "status") == 0)
        r->status = (int)number(rest);
    else if (strcmp(verb, "wire") == 0)
        r->wire_bytes = number(rest);
    else if (strcmp(verb, "piece") == 0)
        r->piece_chars = number(rest);
    else if (strcmp(verb, "cut") == 0)
        r->cut_bytes = number(rest);
    else if (strcmp(verb, "drip") == 0)
        r->drip_ms = (unsigned)number(rest);
    else if (strcmp(verb, "times") == 0)
        r->times = (unsigned)number(rest);
    else
        return false;
    return true;
}

static void set_usage(struct reply *r, const char *rest)
{
    char *end;
    r->usage = strcmp(rest, "none") != 0;
    r->prompt_tokens = (size_t)strtoull(rest, &end, 10);
    r->answer_tokens = number(end);
    r->usage_set = true;
}

static bool set_reply(struct reply *r, const char *verb, const char *rest)
{
    if (strcmp(verb, "type") == 0)
        set_text(&r->type, rest);
    else if (strcmp(verb, "header") == 0)
        must(ob_buf_appendf(&r->headers, "%s\r\n", rest));
    else if (strcmp(verb, "framing") == 0)
        r->framing = framing_of(rest);
    else if (strcmp(verb, "finish") == 0)
        set_text(&r->finish, rest);
    else if (strcmp(verb, "done") == 0)
        r->done = strcmp(rest, "none") != 0;
    else if (strcmp(verb, "usage") == 0)
        set_usage(r, rest);
    else if (strcmp(verb, "line-end") == 0)
        r->line_end = strcmp(rest, "crlf") == 0 ? "\r\n" : strcmp(rest, "cr") == 0 ? "\r" : "\n";
    else
        return set_counts(r, verb, rest);
    return true;
}

static void set_error(struct reply *r, const char *rest);

static void set_redirect(struct reply *r, const char *rest)
{
    r->status = (int)number(rest);
    const char *url = strchr(rest, ' ');
    must(ob_buf_appendf(&r->headers, "Location: %s\r\n", url ? url + 1 : ""));
    add_step(r, "body", "moved");
}

static bool is_step(const char *verb)
{
    static const char *const steps[] = {"text", "think", "text-file", "event", "comment", "raw",
                                        "fill", "body",  "gate",      "close", "reset"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(verb, steps[i]) == 0)
            return true;
    return false;
}

/* LINE without its line break. */
static void script_line(struct script *s, const char *line)
{
    char verb[32];
    line += strspn(line, " \t");
    size_t len = strcspn(line, " \t");
    if (!*line || *line == '#')
        return;
    if (len >= sizeof verb)
        script_fail("no such line: %s", line);
    snprintf(verb, sizeof verb, "%.*s", (int)len, line);
    const char *rest = line[len] ? line + len + 1 : "";
    if (strcmp(verb, "model") == 0) {
        add_model(s, rest);
    } else if (strcmp(verb, "reply") == 0) {
        reply_begin(s, rest);
    } else if (!set_server(s, verb, rest)) {
        struct reply *r = s->last ? s->last : reply_begin(s, "");
        if (is_step(verb))
            add_step(r, verb, rest);
        else if (strcmp(verb, "error") == 0)
            set_error(r, rest);
        else if (strcmp(verb, "redirect") == 0)
            set_redirect(r, rest);
        else if (!set_reply(r, verb, rest))
            script_fail("no such line: %s", line);
    }
}

/* ------------------------------------------------------------ errors as servers word them */
static const struct error_kind {
    const char *name;
    int status;
    const char *body; /* its %s are the words after the name */
} error_kinds[] = {
    {"unauthorized", 401,
     "{\"error\":{\"message\":\"Incorrect API key provided\",\"type\":\"invalid_request_error\","
     "\"code\":\"invalid_api_key\"}}"},
    {"forbidden", 403, "{\"error\":{\"message\":\"Not allowed\",\"type\":\"permission_error\"}}"},
    {"credit", 402, "{\"error\":{\"message\":\"Insufficient Balance\",\"code\":402}}"},
    {"model-not-found", 404,
     "{\"error\":{\"message\":\"The model does not exist\",\"type\":\"invalid_request_error\","
     "\"code\":\"model_not_found\"}}"},
    {"too-long", 400,
     "{\"error\":{\"code\":400,\"message\":\"request (%s tokens) exceeds the available context "
     "size (%s tokens), try increasing it\",\"type\":\"exceed_context_size_error\","
     "\"n_prompt_tokens\":%s,\"n_ctx\":%s}}"},
    {"rate", 429,
     "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"requests\","
     "\"code\":\"rate_limit_exceeded\"}}"},
    {"quota", 429,
     "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\","
     "\"code\":\"insufficient_quota\"}}"},
    {"server", 500,
     "{\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\"}}"},
    {"overloaded", 503, "{\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\"}}"},
    {"loading", 503,
     "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}"},
};

static const struct error_kind *error_kind(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof error_kinds / sizeof *error_kinds; i++)
        if (strlen(error_kinds[i].name) == len && memcmp(error_kinds[i].name, name, len) == 0)
            return &error_kinds[i];
    script_fail("no such error: %s", name);
}

/* BODY with its %s replaced by A and B in turn. */
static void fill_in(struct ob_buf *out, const char *body, const char *a, const char *b)
{
    for (unsigned n = 0; *body; body++) {
        if (body[0] == '%' && body[1] == 's') {
            must(ob_buf_append_str(out, n++ % 2 ? b : a));
            body++;
        } else {
            must(ob_buf_append(out, body, 1));
        }
    }
}

static void set_error(struct reply *r, const char *rest)
{
    char a[32] = "", b[32] = "";
    size_t len = strcspn(rest, " ");
    const struct error_kind *kind = error_kind(rest, len);
    (void)sscanf(rest + len, "%31s %31s", a, b);
    struct ob_buf body;
    ob_buf_init(&body, BYTES_MAX);
    fill_in(&body, kind->body, a, b);
    r->status = kind->status;
    if (strcmp(kind->name, "rate") == 0 && *a)
        must(ob_buf_appendf(&r->headers, "Retry-After: %s\r\n", a));
    add_step(r, "body", ob_buf_str(&body));
    ob_buf_release(&body);
}

/* ------------------------------------------------------------ rendering */
struct rendered {
    struct segment *list;
    size_t len, cap;
};

static struct ob_buf *bytes_of(struct rendered *out)
{
    if (out->len == 0 || out->list[out->len - 1].kind != SEGMENT_BYTES) {
        OB_GROW(out->list, out->len, out->cap);
        out->list[out->len] = (struct segment){.kind = SEGMENT_BYTES};
        ob_buf_init(&out->list[out->len++].bytes, BYTES_MAX);
    }
    return &out->list[out->len - 1].bytes;
}

static void add_mark(struct rendered *out, enum segment_kind kind)
{
    OB_GROW(out->list, out->len, out->cap);
    out->list[out->len++] = (struct segment){.kind = kind};
}

static void rendered_release(struct rendered *out)
{
    for (size_t i = 0; i < out->len; i++)
        ob_buf_release(&out->list[i].bytes);
    ob_free(out->list);
    *out = (struct rendered){0};
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* TEXT with \n \r \t \\ \xHH resolved. */
static void unescape(struct ob_buf *out, const char *text)
{
    for (; *text; text++) {
        char c = *text;
        if (c == '\\' && text[1]) {
            c = *++text;
            if (c == 'x' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
                c = (char)(hex_digit(text[1]) << 4 | hex_digit(text[2]));
                text += 2;
            } else {
                c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
            }
        }
        must(ob_buf_append(out, &c, 1));
    }
}

static void put_event(struct rendered *out, const struct reply *r, const char *data)
{
    must(ob_buf_appendf(bytes_of(out), "data: %s%s%s", data, r->line_end, r->line_end));
}

/* What is no JSON string may stand in one here: cJSON passes cut characters on as they are. */
static void put_delta(struct rendered *out, const struct reply *r, const char *name,
                      const char *text, size_t len)
{
    char *piece = ob_strndup(text, len);
    cJSON *string = cJSON_CreateString(piece);
    char *json = cJSON_PrintUnformatted(string);
    char *event =
        ob_asprintf("{\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"%s\":%s}}],"
                    "\"object\":\"chat.completion.chunk\"}",
                    name, json);
    put_event(out, r, event);
    ob_free(event);
    cJSON_free(json);
    cJSON_Delete(string);
    ob_free(piece);
}

/* Bytes of the next piece of TEXT. */
static size_t piece_len(const struct reply *r, const char *text, size_t len)
{
    size_t n = 0;
    if (r->cut_bytes)
        return r->cut_bytes < len ? r->cut_bytes : len;
    for (size_t chars = 0; n < len && chars < r->piece_chars; chars++) {
        uint32_t code;
        n += ob_utf8_decode(&code, text + n, len - n);
    }
    return n ? n : len;
}

static size_t put_text(struct rendered *out, const struct reply *r, const char *name,
                       const struct ob_buf *text)
{
    size_t pieces = 0;
    for (size_t i = 0; i < text->len; pieces++) {
        size_t n = piece_len(r, text->data + i, text->len - i);
        put_delta(out, r, name, text->data + i, n);
        i += n;
    }
    return pieces;
}

static void read_text_file(struct ob_buf *out, const char *path)
{
    char bytes[4096];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f)
        script_fail("cannot read %s", path);
    while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
        must(ob_buf_append(out, bytes, n));
    (void)fclose(f);
}

static void put_fill(struct rendered *out, size_t n)
{
    char *room = ob_buf_reserve(bytes_of(out), n);
    if (!room)
        must(-1);
    memset(room, 'a', n);
    ob_buf_commit(bytes_of(out), n);
}

/* Counts pieces of text in *PIECES. */
static void put_step(struct rendered *out, const struct reply *r, const struct step *step,
                     size_t *pieces)
{
    struct ob_buf text;
    ob_buf_init(&text, BYTES_MAX);
    if (strcmp(step->verb, "text-file") == 0)
        read_text_file(&text, step->rest);
    else
        unescape(&text, step->rest);
    if (strncmp(step->verb, "text", 4) == 0)
        *pieces += put_text(out, r, "content", &text);
    else if (strcmp(step->verb, "think") == 0)
        *pieces += put_text(out, r, "reasoning_content", &text);
    else if (strcmp(step->verb, "event") == 0)
        put_event(out, r, step->rest);
    else if (strcmp(step->verb, "comment") == 0)
        must(ob_buf_appendf(bytes_of(out), ": %s%s%s", step->rest, r->line_end, r->line_end));
    else if (strcmp(step->verb, "raw") == 0)
        must(ob_buf_append(bytes_of(out), ob_buf_str(&text), text.len));
    else if (strcmp(step->verb, "body") == 0)
        must(ob_buf_append_str(bytes_of(out), step->rest));
    else if (strcmp(step->verb, "fill") == 0)
        put_fill(out, number(step->rest));
    else
        add_mark(out, strcmp(step->verb, "gate") == 0    ? SEGMENT_GATE
                      : strcmp(step->verb, "close") == 0 ? SEGMENT_CLOSE
                                                         : SEGMENT_RESET);
    ob_buf_release(&text);
}

static bool has_step(const struct reply *r, const char *verb)
{
    for (const struct step *step = r->steps; step; step = step->next)
        if (strncmp(step->verb, verb, strlen(verb)) == 0)
            return true;
    return false;
}

/* A chat stream: its first and last events are written by us. */
static bool is_chat_stream(const struct reply *r)
{
    return has_step(r, "text") || has_step(r, "think");
}

static void put_stream_end(struct rendered *out, const struct reply *r, size_t prompt_tokens,
                           size_t pieces)
{
    char event[400];
    if (strcmp(r->finish, "none") != 0) {
        snprintf(event, sizeof event,
                 "{\"choices\":[{\"finish_reason\":\"%s\",\"index\":0,\"delta\":{}}]}", r->finish);
        put_event(out, r, event);
    }
    if (r->usage) {
        size_t prompt = r->usage_set ? r->prompt_tokens : prompt_tokens;
        size_t answer = r->usage_set ? r->answer_tokens : pieces;
        snprintf(event, sizeof event,
                 "{\"choices\":[],\"usage\":{\"completion_tokens\":%zu,\"prompt_tokens\":%zu,"
                 "\"total_tokens\":%zu}}",
                 answer, prompt, answer + prompt);
        put_event(out, r, event);
    }
    if (r->done)
        put_event(out, r, "[DONE]");
}

/* The body of R. */
static void render(struct rendered *out, const struct reply *r, size_t prompt_tokens)
{
    size_t pieces = 0;
    bool stream = is_chat_stream(r);
    if (stream)
        put_event(out, r,
                  "{\"choices\":[{\"finish_reason\":null,\"index\":0,"
                  "\"delta\":{\"role\":\"assistant\",\"content\":null}}]}");
    for (const struct step *step = r->steps; step; step = step->next)
        put_step(out, r, step, &pieces);
    if (stream && !has_step(r, "close") && !has_step(r, "reset"))
        put_stream_end(out, r, prompt_tokens, pieces);
}

#endif
